import type { DigestDifference, RememberedFinding } from '../../domain/digest/digest.ts';
import type { FollowUp } from '../../domain/fix/rows.ts';
import type { OverdueChange } from '../../domain/fix/temporary.ts';
import type { Rendered } from '../../domain/message/rendered.ts';
import type { FixOfDay } from '../../domain/message/renderer.ts';
import { findingKey } from '../../domain/probe/finding.ts';
import { markup } from '../../text/format.ts';
import { escapeMrkdwn, type Words } from '../../text/words.ts';
import { messageEventType } from '../ids.ts';
import { context, cut, type DataVisualizationBlock, limits, type MessageBlock, section } from './blocks.ts';
import { fixLine } from './home.view.ts';
import { changesText, stagesText } from './inventory.ts';
import { mutedInDigest } from './mute.view.ts';
import { findingSentence, listOf, partName, severityEmoji, who, whoseId } from './phrases.ts';

const shown = { perSection: 8 } as const;

/** What waits for people, whatever the platform is like. */
interface Open {
  readonly followUps: readonly FollowUp[];
  readonly overdue: readonly OverdueChange[];
  /** What became of fixes since the digest before. */
  readonly fixes: readonly FixOfDay[];
}

/** A difference to the previous digest; one quiet line when nothing changed. */
export function digestMessage(
  difference: DigestDifference,
  open: Open,
  { runId, words }: { readonly runId: string; readonly words: Words },
): Rendered {
  const metadata = { eventType: messageEventType, payload: { run_id: runId, kind: 'digest' } };
  if (difference.quiet) {
    const text = quietLine(difference, words);
    const unseen = unseenLine(difference, words);
    const more: MessageBlock[] = [
      ...mutedBlocks(difference, words),
      ...lateLine(difference, words),
      ...fixBlocks(open.fixes, words),
      ...followUpBlocks(open.followUps, words),
      ...overdueBlocks(open.overdue, words),
      ...(unseen === undefined ? [] : [context(unseen, words)]),
      ...driftBlocks(difference, words),
      ...stageBlocks(difference, words),
    ];
    // Nothing to report is one line: the days before say nothing then, either.
    const strip =
      more.length + difference.still.length === 0 ? [] : [context(stripLine(difference, words), words)];
    const blocks = [section(text, words), ...more, ...strip];
    return { text: cut(text, limits.messageText, words), blocks, metadata };
  }
  const { environment, localDate, fresh, worse, fixed, still } = difference;
  const title = words.say('digest.title', { environment, date: localDate });
  const summary = words.say('digest.summary', {
    fresh: fresh.length,
    worse: worse.length,
    fixed: fixed.length,
    still: still.length,
  });
  const chart = chartBlock(difference, words);
  const unseen = unseenLine(difference, words);
  const blocks: MessageBlock[] = [
    section(`${title}\n${summary}`, words),
    ...lateLine(difference, words),
    ...followUpBlocks(open.followUps, words),
    ...overdueBlocks(open.overdue, words),
    ...fixBlocks(open.fixes, words),
    ...(difference.first === true ? [context(words.say('digest.first'), words)] : []),
    ...listed(
      'digest.new',
      fresh.map((finding) => line(finding, words)),
      difference,
      words,
    ),
    ...listed(
      'digest.worse',
      worse.map(({ before, now }) => {
        const what = markup(findingSentence(now, words));
        return `${severityEmoji[now.severity]} ${words.say('digest.line.worse', { what, before: markup(findingSentence(before, words)) })}`;
      }),
      difference,
      words,
    ),
    ...listed(
      'digest.fixed',
      fixed.map((finding) => `:large_green_circle: ${findingSentence(finding, words)}`),
      difference,
      words,
    ),
    ...listed(
      'digest.still',
      still.map((finding) => line(finding, words)),
      difference,
      words,
    ),
    ...(difference.flapping.length === 0
      ? []
      : [context(words.say('digest.flapping', { what: flappingNames(difference, words) }), words)]),
    ...(unseen === undefined ? [] : [context(unseen, words)]),
    ...mutedBlocks(difference, words),
    ...driftBlocks(difference, words),
    ...stageBlocks(difference, words),
    ...inventoryBlocks(difference, words),
    ...(chart === undefined ? [] : [chart]),
    context(stripLine(difference, words), words),
  ];
  return { text: cut(`${title} ${summary}`, limits.messageText, words), blocks, metadata };
}

/** One line for what is there and need not be told. */
function mutedBlocks({ muted = [] }: DigestDifference, words: Words): MessageBlock[] {
  const text = mutedInDigest(muted, words);
  return text === undefined ? [] : [context(cut(text, 1_500, words), words)];
}

/** What was asked for, approved and done, each in a line. */
function fixBlocks(fixes: readonly FixOfDay[], words: Words): MessageBlock[] {
  if (fixes.length === 0) return [];
  const lines = fixes.slice(0, shown.perSection).map(({ remediation, approvedBy }) => {
    const line = fixLine(remediation, words);
    if (approvedBy.length === 0) return line;
    const people = markup(
      listOf(
        approvedBy.map((person) => who(person, words)),
        words,
      ),
    );
    return words.say('digest.fixes.approved', { line: markup(line), people });
  });
  const more = fixes.length - lines.length;
  const rest = more > 0 ? [words.say('digest.fixes.more', { count: more })] : [];
  return [section([`*${words.say('digest.fixes')}*`, ...lines, ...rest].join('\n'), words)];
}

/** R-A9: what ran without its approvals, by whom and since when, each day until somebody else has looked at it. */
function followUpBlocks(followUps: readonly FollowUp[], words: Words): MessageBlock[] {
  if (followUps.length === 0) return [];
  const lines = followUps.slice(0, shown.perSection).map(({ handle, actionId, people, openedAt }) =>
    words.say('digest.follow-up.line', {
      handle,
      remediation: words.lookupPlain(`remediation.${actionId}`) ?? actionId,
      people: markup(
        listOf(
          people.map((id) => whoseId(id)),
          words,
        ),
      ),
      since: openedAt.toISOString(),
    }),
  );
  const more = followUps.length - lines.length;
  const rest = more > 0 ? [words.say('digest.follow-up.more', { count: more })] : [];
  const heading = `*${words.say('digest.follow-up')}*`;
  return [section([heading, ...lines, ...rest, words.say('follow-up.how')].join('\n'), words)];
}

/** R-X17: what was to be temporary, each day as long as it is still there, or cannot be looked at. */
function overdueBlocks(overdue: readonly OverdueChange[], words: Words): MessageBlock[] {
  if (overdue.length === 0) return [];
  const lines = overdue.slice(0, shown.perSection).map(({ handle, actionId, endsAt, unseenSince }) => {
    const remediation = words.lookupPlain(`remediation.${actionId}`) ?? actionId;
    const values = { handle, remediation, ended: endsAt.toISOString() };
    return unseenSince === undefined
      ? words.say('digest.temporary.line', values)
      : words.say('digest.temporary.unseen', { ...values, since: unseenSince.toISOString() });
  });
  const more = overdue.length - lines.length;
  const rest = more > 0 ? [words.say('digest.temporary.more', { count: more })] : [];
  return [section([`*${words.say('digest.temporary')}*`, ...lines, ...rest].join('\n'), words)];
}

/** What does not fit together: what is new and gone word for word, the rest as a count. Nothing without drift. */
function driftBlocks({ drift, environment }: DigestDifference, words: Words): MessageBlock[] {
  if (drift === undefined) return [];
  const { fresh, gone, still, unseen } = drift;
  const news = [
    ...fresh.map((finding) => `:white_circle: ${findingSentence(finding, words)}`),
    ...gone.map((finding) => `:large_green_circle: ${findingSentence(finding, words)}`),
  ].map((text) => cut(text, 300, words));
  const kept = news.slice(0, shown.perSection);
  const rest = still.length + news.length - kept.length;
  const notes = [
    ...(rest === 0 ? [] : [words.say('digest.drift.more', { count: rest, environment })]),
    ...(unseen === 0 || news.length + rest === 0
      ? []
      : [words.say('digest.drift.unseen', { count: unseen })]),
  ];
  if (kept.length > 0)
    return [section([`*${words.say('digest.drift')}*`, ...kept, ...notes].join('\n'), words)];
  return notes.length === 0 ? [] : [context(notes.join(' '), words)];
}

/** One line for what other environments run instead. */
function stageBlocks({ stages = [] }: DigestDifference, words: Words): MessageBlock[] {
  return stages.length === 0 ? [] : [context(stagesText(stages, words), words)];
}

/** One line, and no line when the inventory has not changed. */
function inventoryBlocks({ inventory }: DigestDifference, words: Words): MessageBlock[] {
  const text = inventory === undefined ? undefined : changesText(inventory, words);
  return text === undefined ? [] : [context(cut(text, 1_500, words), words)];
}

function quietLine(difference: DigestDifference, words: Words): string {
  const { environment, localDate: date, still } = difference;
  const since = difference.since;
  if (still.length === 0) {
    // What could not be checked is never called healthy.
    // Nor is what is there and muted.
    const muted = (difference.muted ?? []).length > 0;
    const healthy = muted ? 'digest.quiet.muted' : 'digest.quiet.healthy';
    const key = difference.unseen.length === 0 ? healthy : 'digest.quiet.unseen';
    return words.say(key, { environment, date, since });
  }
  const what = markup(
    listOf(
      still.slice(0, 3).map((finding) => findingSentence(finding, words).replace(/[.。]$/, '')),
      words,
    ),
  );
  return words.say('digest.quiet.still', { environment, date, since, count: still.length, what });
}

function lateLine({ lateSince }: DigestDifference, words: Words): MessageBlock[] {
  return lateSince === undefined ? [] : [context(words.say('digest.late', { due: lateSince }), words)];
}

function line(finding: RememberedFinding, words: Words): string {
  const what = markup(findingSentence(finding, words).replace(/[.。]$/, ''));
  return `${severityEmoji[finding.severity]} ${words.say('digest.line.since', { what, since: finding.firstSeen })}`;
}

function listed(
  heading: 'digest.new' | 'digest.worse' | 'digest.fixed' | 'digest.still',
  lines: readonly string[],
  difference: DigestDifference,
  words: Words,
): MessageBlock[] {
  if (lines.length === 0) return [];
  const kept = lines.slice(0, shown.perSection).map((text) => cut(text, 300, words));
  const more = lines.length - kept.length;
  const rest =
    more > 0 ? [words.say('digest.more', { count: more, environment: difference.environment })] : [];
  return [section([`*${words.say(heading)}*`, ...kept, ...rest].join('\n'), words)];
}

/** `code|part|subject` → the sentence when the finding is at hand, else its code. */
function flappingNames(difference: DigestDifference, words: Words): { readonly markup: string } {
  const known = [
    ...difference.fresh,
    ...difference.fixed,
    ...difference.still,
    ...difference.worse.map(({ now }) => now),
  ];
  const names = difference.flapping.slice(0, shown.perSection).map((key) => {
    const finding = known.find((candidate) => findingKey(candidate) === key);
    return finding === undefined
      ? escapeMrkdwn(key.split('|').join(' '))
      : findingSentence(finding, words).replace(/[.。]$/, '');
  });
  return markup(listOf(names, words));
}

function unseenLine(difference: DigestDifference, words: Words): string | undefined {
  if (difference.unseen.length === 0) return undefined;
  const parts = listOf(
    difference.unseen.map((part) => partName(part, words)),
    words,
  );
  return words.say('digest.unseen', { parts });
}

/** The strip as coloured squares, oldest first; a day without a digest is no green day. */
function stripLine(difference: DigestDifference, words: Words): string {
  const squares = difference.strip.map((day) => {
    const square =
      day.critical === null || day.warning === null
        ? '▫️'
        : day.critical > 0
          ? '🟥'
          : day.warning > 0
            ? '🟧'
            : '🟩';
    return `${square} ${day.localDate.slice(5)}`;
  });
  const missing = difference.strip.some((day) => day.critical === null);
  const strip = words.say('digest.strip', { strip: squares.join('  ') });
  return missing ? `${strip}  (${words.say('digest.strip.missing')})` : strip;
}

/** Days without a digest are left out: a chart cannot say "not known". */
function chartBlock(difference: DigestDifference, words: Words): DataVisualizationBlock | undefined {
  const days = difference.strip.filter((day) => day.critical !== null && day.warning !== null).slice(-7);
  if (days.length < 2) return undefined;
  const label = (date: string): string => date.slice(5);
  return {
    type: 'data_visualization',
    title: cut(words.plain('digest.chart'), 50, words),
    chart: {
      type: 'bar',
      series: (['critical', 'warning'] as const).map((severity) => ({
        name: words.plain(`digest.chart.${severity}`),
        data: days.map((day) => ({ label: label(day.localDate), value: day[severity] ?? 0 })),
      })),
      axis_config: { categories: days.map((day) => label(day.localDate)) },
    },
  };
}
