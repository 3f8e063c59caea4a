import type { Button, KnownBlock } from '@slack/types';
import { type HealthReport, type PartRow, type PartState, partStates } from '../../domain/health/health.ts';
import { stillOpen } from '../../domain/health/mended.ts';
import { countPoints } from '../../domain/kernel/text.ts';
import type { HealthView } from '../../domain/message/health-view.ts';
import type { Rendered } from '../../domain/message/rendered.ts';
import type { PartId } from '../../domain/platform/part.ts';
import { markup, span } from '../../text/format.ts';
import { uncheckedText as strangersText } from '../../text/unchecked.ts';
import { witnessPhrases } from '../../text/witness.ts';
import type { Words } from '../../text/words.ts';
import { actionIds, messageEventType } from '../ids.ts';
import { actions, button, context, cut, limits, section } from './blocks.ts';
import { mutedLine } from './mute.view.ts';
import {
  findingFacts,
  findingSentence,
  listOf,
  partName,
  remediationTitle,
  runFooter,
  severityEmoji,
  stateEmoji,
  switchedBy,
  unseenText,
} from './phrases.ts';
import { heldBlocks, heldLines } from './switches.ts';

/** No first line is longer: a lock screen shows so much at 3 a.m. Emoji count as one character, dates as they are read. */
export const firstLineLength = 120;

/**
 * The thread's first message: what is broken and since when, what to do, each broken part in a line, the healthy ones in
 * one. The table stands behind Details.
 */
export function healthMessage(view: HealthView, words: Words): Rendered {
  const title = titleLine(view, words);
  const todo = todoLine(view, words);
  const lines = [...brokenLines(view, words), ...unknownLines(view, words)];
  const blocks = [
    section([title, ...(todo === undefined ? [] : [todo])].join('\n'), words),
    ...heldBlocks(view.held, words),
    ...(lines.length === 0 ? [] : [section(lines.join('\n'), words)]),
    context([...notes(view, words), runFooter(view.run, words)].join('\n'), words),
    ...actions(runButtons(view, words)),
  ] satisfies KnownBlock[];
  return {
    text: cut([title, ...heldLines(view.held, words)].join('\n'), limits.messageText, words),
    blocks,
    metadata: { eventType: messageEventType, payload: { run_id: view.run.id, kind: 'health' } },
  };
}

function runButtons({ diagnoseButton, detailsButton, reportButton }: HealthView, words: Words): Button[] {
  const one = (actionId: string, value: string | undefined, label: string): readonly Button[] =>
    value === undefined ? [] : [button({ actionId, value, label }, words)];
  return [
    ...one(actionIds.diagnose, diagnoseButton, words.plain('button.diagnose')),
    ...one(actionIds.details, detailsButton, words.plain('button.details')),
    ...one(actionIds.report, reportButton, words.plain('button.report')),
  ];
}

function titleLine(view: HealthView, words: Words): string {
  const { report, run } = view;
  const { environment } = run;
  const open = openRows(view);
  if (!report.complete) {
    if (report.rows.length === 0)
      return `:hourglass_flowing_sand: ${words.say('health.queued', { environment })}`;
    if (open.length > 0)
      return `${worstEmoji(open)} ${words.say('health.title.looking-bad', { environment, what: markup(namedStates(open, words)) })}`;
    return `:hourglass_flowing_sand: ${words.say('health.title.looking', { environment, parts: report.rows.length })}`;
  }
  const unseen = uncheckedText(report, words);
  if (report.overall === 'healthy') {
    const up = report.rows.filter((row) => row.state === 'up').length;
    // Nobody looks at what a part works with: that all looks are well is less than that all is well.
    const used = (report.unchecked ?? []).filter(({ usedBy }) => usedBy !== undefined);
    if (used.length > 0)
      return `${stateEmoji.up} ${words.say('health.title.healthy-but', { environment, parts: up, what: strangersText(used, words) })}`;
    return `${stateEmoji.up} ${words.say('health.title.healthy', { environment, parts: up })}`;
  }
  if (report.overall === 'unknown')
    return `${stateEmoji.unknown} ${words.say('health.title.unknown', { environment, what: markup(unseen ?? '') })}`;
  const said = (what: string) =>
    `${worstEmoji(open)} ${words.say('health.title.findings', { environment, what: markup(joined([what, unseen], words)) })}`;
  const [only, ...others] = open;
  const whole = only === undefined || others.length > 0 ? undefined : said(rowSentence(only, words));
  const named = said(namedStates(open, words));
  if (whole !== undefined && fitsFirstLine(whole)) return whole;
  return fitsFirstLine(named) ? named : said(countedStates(open, words));
}

/** Whether it is short enough for the first line, as it is read. */
export function fitsFirstLine(mrkdwn: string): boolean {
  return countPoints(asRead(mrkdwn)) <= firstLineLength;
}

/** A line of mrkdwn as a person sees it, with one character for each emoji. */
export function asRead(mrkdwn: string): string {
  return mrkdwn
    .replace(/<!date\^[^|>]*\|([^>]*)>/g, '$1')
    .replace(/:[a-z0-9_+-]+:/g, '•')
    .replace(/[*`]/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

const joined = (sentences: readonly (string | undefined)[], words: Words): string =>
  sentences.filter((sentence) => sentence !== undefined).join(words.language === 'zh-CN' ? '；' : '; ');

/** Rows that are alarms of their own now: worst first, roots before parts that are up and have a finding. */
function openRows({ report, repaired }: HealthView): readonly PartRow[] {
  const bad = stillOpen(report, new Set(repaired.map(({ part }) => part)));
  const root = (part: PartId): number => {
    const index = report.roots.indexOf(part);
    return index === -1 ? report.roots.length : index;
  };
  return bad.toSorted(
    (a, b) => partStates.indexOf(a.state) - partStates.indexOf(b.state) || root(a.part) - root(b.part),
  );
}

function worstEmoji(rows: readonly PartRow[]): string {
  const [first] = rows;
  return first === undefined ? stateEmoji.up : emojiOfRow(first);
}

/** "PostgreSQL is down, Redis and NATS are degraded": by name alone, however many there are. */
function namedStates(rows: readonly PartRow[], words: Words): string {
  const states = partStates.filter((state) => rows.some((row) => row.state === state));
  return joined(
    states.map((state) => {
      const parts = rows.filter((row) => row.state === state).map((row) => partName(row.part, words));
      const facts = { parts: listOf(parts, words), count: parts.length };
      return state === 'up' || state === 'unknown'
        ? words.say('health.with-findings', facts)
        : words.say('health.are', { ...facts, state: stateWord(state, words) });
    }),
    words,
  );
}

/** The same of so many parts that their names do not fit into a line; each has one of its own below. */
function countedStates(rows: readonly PartRow[], words: Words): string {
  const states = partStates.filter((state) => rows.some((row) => row.state === state));
  return joined(
    states.map((state) => {
      const count = rows.filter((row) => row.state === state).length;
      return state === 'up' || state === 'unknown'
        ? words.say('health.with-findings.count', { count })
        : words.say('health.are.count', { count, state: stateWord(state, words) });
    }),
    words,
  );
}

/** "Redis is degraded: memory full: 99.7 %, cannot evict; since 10:02" says more than its state. */
function rowSentence(row: PartRow, words: Words): string {
  const part = partName(row.part, words);
  const why = whyOf(row, words);
  const known = row.state === 'down' || row.state === 'degraded';
  const state = known ? stateWord(row.state, words) : words.plain('state.warned');
  const said =
    why === undefined
      ? words.say('health.root', { part, state })
      : words.say('health.root.why', { part, state, why: markup(why) });
  const since = sinceOf(row);
  return since === undefined ? said : words.say('health.since', { what: markup(said), since });
}

/** In short words: the fact that decides the row; of a part that is up, what was found. */
function whyOf(row: PartRow, words: Words): string | undefined {
  const [finding] = row.findings;
  if (row.state !== 'up') return factWords(row.fact, row, words);
  if (row.findings.length > 1) return words.say('health.findings', { count: row.findings.length });
  if (finding === undefined) return undefined;
  const short = words.lookup(`health.fact.${finding.code}`, findingFacts(finding, words));
  return short ?? findingSentence(finding, words).replace(/[.。]$/, '');
}

/** The fact may be a finding's code: its sentence then says it, as in the thread. */
function factWords({ key, facts: own }: PartRow['fact'], row: PartRow, words: Words): string | undefined {
  const facts = { part: partName(row.part, words), ...own };
  return (
    words.lookup(`health.fact.${key}`, facts) ?? words.lookup(`finding.${key}`, facts)?.replace(/[.。]$/, '')
  );
}

function sinceOf(row: PartRow): string | undefined {
  const deciding = row.findings.find(({ code }) => code === row.fact.key);
  return deciding?.since ?? row.findings.find(({ since }) => since !== undefined)?.since;
}

/** What to do, in one line: the fix that is offered, or how to get to the cause. */
function todoLine(view: HealthView, words: Words): string | undefined {
  const { report, run, fixes = [] } = view;
  const { environment } = run;
  const open = openRows(view);
  const [first] = open;
  if (!report.complete || first === undefined) return undefined;
  const parts = new Set(open.map(({ part }) => part as string));
  const behind = new Set(
    report.rows.filter(({ consequenceOf }) => consequenceOf !== undefined).map(({ part }) => part as string),
  );
  const own = fixes.filter(({ plan }) => parts.has(plan.part) || behind.has(plan.part));
  const titled = [...new Set((own.length > 0 ? own : fixes).map((fix) => remediationTitle(fix, words)))];
  if (titled.length > 0)
    return `:wrench: ${words.say('health.do.fix', { fixes: markup(listOf(titled.slice(0, 2), words)), count: titled.length })}`;
  const off = view.off && words.lookup('offer.refused.kill-switch', switchedBy(view.off));
  if (off !== undefined) return `:no_entry: ${words.say('health.do.off', { off: markup(off) })}`;
  if (view.undone === true) return `:rewind: ${words.say('health.do.undone', { environment })}`;
  return `:mag: ${words.say('health.do.ask', { part: first.part, environment })}`;
}

/** A line for each part that is broken, with what stands behind it; a single one is said by the first line already. */
function brokenLines(view: HealthView, words: Words): string[] {
  const { report, repaired } = view;
  const open = openRows(view);
  const title = report.complete ? titleLine(view, words) : '';
  const lines = open.flatMap((row) => {
    const sentence = rowSentence(row, words);
    return [
      ...(title.includes(sentence) ? [] : [`${emojiOfRow(row)} ${sentence}`]),
      ...behindLines(row, report, words),
    ];
  });
  const fixed = repaired.map(
    ({ part, handle }) =>
      `${repairedEmoji} ${words.say('health.repaired', { part: partName(part, words), handle })}`,
  );
  return [...lines, ...fixed];
}

/** What is bad only because of it: one line, not an alarm of its own. */
function behindLines(row: PartRow, report: HealthReport, words: Words): string[] {
  const named = (likely: boolean) =>
    report.rows
      .filter(
        ({ consequenceOf, consequenceLikely }) =>
          consequenceOf === row.part && (consequenceLikely === true) === likely,
      )
      .map(({ part }) => partName(part, words));
  const [surely, perhaps] = [named(false), named(true)];
  const said = [
    ...(surely.length === 0 ? [] : [words.say('health.behind', { parts: listOf(surely, words) })]),
    ...(perhaps.length === 0 ? [] : [words.say('health.behind-maybe', { parts: listOf(perhaps, words) })]),
  ];
  return said.length === 0 ? [] : [`${behindEmoji} ${said.join(' · ')}`];
}

const unknownRows = ({ rows }: HealthReport) =>
  rows.filter((row) => row.state === 'unknown' && row.consequenceOf === undefined && row.pending === 0);

/** What could not be checked, for the first line, also beside what is broken; undefined where all could. */
function uncheckedText(report: HealthReport, words: Words): string | undefined {
  const parts = unknownRows(report).map((row) => partName(row.part, words));
  const checks = report.unseen?.length ?? 0;
  if (parts.length > 0)
    return parts.length > 3
      ? words.say('health.unchecked.count', { count: parts.length })
      : words.say('health.unchecked', { parts: listOf(parts, words) });
  return checks > 0 ? words.say('health.unchecked.checks', { checks }) : undefined;
}

/** Why each of them could not be checked. */
function unknownLines({ report }: HealthView, words: Words): string[] {
  if (!report.complete) return [];
  return unknownRows(report).map((row) => {
    const why = factWords(row.fact, row, words) ?? stateWord('unknown', words);
    return `${stateEmoji.unknown} ${words.say('health.line', { part: partName(row.part, words), what: markup(why) })}`;
  });
}

function stateWord(state: PartState, words: Words): string {
  return words.plain(`state.${state}`);
}

/** What else there is: parts that are well, those that are not there, and checks that could not be made. */
function notes({ report, muted = [] }: HealthView, words: Words): string[] {
  const names = (rows: readonly PartRow[]) =>
    listOf(
      rows.map((row) => partName(row.part, words)),
      words,
    );
  const up = report.rows.filter((row) => row.state === 'up' && row.findings.length === 0);
  const waiting = report.complete
    ? []
    : report.rows.filter(({ pending, state }) => pending > 0 && state === 'unknown');
  const off = report.rows.filter((row) => row.state === 'not-configured' && row.pending === 0);
  const { unseen = [], unchecked = [], complete } = report;
  const quiet = complete ? mutedLine(muted, words) : undefined;
  return [
    ...(quiet === undefined ? [] : [quiet]),
    ...(up.length === 0
      ? []
      : [`${stateEmoji.up} ${words.say('health.up', { count: up.length, parts: names(up) })}`]),
    ...up.flatMap((row) =>
      (row.besides ?? []).map(({ key, facts }) =>
        words.say('health.beside', {
          part: partName(row.part, words),
          what: words.lookupPlain(`health.beside.${key}`, facts) ?? key,
        }),
      ),
    ),
    ...(waiting.length === 0
      ? []
      : [`:hourglass_flowing_sand: ${words.say('health.waiting', { parts: names(waiting) })}`]),
    ...(complete && off.length > 0 ? [words.say('health.not-configured', { parts: names(off) })] : []),
    ...(complete && unchecked.length > 0
      ? [words.say('unchecked.line', { what: strangersText(unchecked, words) })]
      : []),
    ...(complete && unseen.length > 0
      ? [words.say('diagnose.unseen', { what: markup(unseenText(unseen, words)) })]
      : []),
  ];
}

const behindEmoji = ':arrow_right_hook:';
const repairedEmoji = ':white_check_mark:';

function emojiOfRow(row: PartRow): string {
  if (row.pending > 0 && (row.state === 'unknown' || row.state === 'not-configured'))
    return ':hourglass_flowing_sand:';
  if (row.consequenceOf !== undefined) return behindEmoji;
  if (row.state === 'up' && row.findings.length > 0) return severityEmoji.warning;
  return stateEmoji[row.state];
}

/** The table behind Details: one line a part, with what decides it, who confirmed it, and how long it took. */
export function partLines(report: HealthReport, words: Words): string[] {
  return report.rows.map((row) => {
    const latency = row.latencyMs === undefined ? [] : [span(Math.round(row.latencyMs), words.language)];
    const state =
      row.state === 'up' && row.findings.length > 0
        ? words.plain('state.warned')
        : stateWord(row.state, words);
    return [partName(row.part, words), state, factText(row, report, words), ...latency].join(' · ');
  });
}

function factText(row: PartRow, report: HealthReport, words: Words): string {
  if (row.pending > 0 && row.state === 'unknown') return words.plain('state.looking');
  const { key } = row.fact;
  // The fact may be a finding's code: its sentence then says it, as in the thread.
  const facts = { part: partName(row.part, words), ...row.fact.facts };
  const fact =
    words.lookupPlain(`health.fact.${key}`, facts) ??
    words.lookupPlain(`finding.${key}`, facts) ??
    stateWord(row.state, words);
  const parts = [fact];
  if (row.consequenceOf !== undefined) {
    const root = report.rows.find((other) => other.part === row.consequenceOf);
    const because = words.plain(row.consequenceLikely === true ? 'health.may-because' : 'health.because', {
      root: partName(row.consequenceOf, words),
      state: stateWord(root?.state ?? 'down', words),
    });
    parts.unshift(because);
  }
  if (row.state === 'down') parts.push(...witnessPhrases(row, words));
  for (const { key: beside, facts: of } of row.besides ?? [])
    parts.push(words.lookupPlain(`health.beside.${beside}`, of) ?? beside);
  const fallback = row.state === 'up' && row.findings.length > 0 ? row.findings.length : 0;
  if (fallback > 0)
    parts.push(words.plain('health.found', { part: partName(row.part, words), count: fallback }));
  return parts.join(words.language === 'zh-CN' ? '；' : '; ');
}
