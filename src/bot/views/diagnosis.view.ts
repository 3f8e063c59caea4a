import type { KnownBlock } from '@slack/types';
import { alike } from '../../domain/diagnosis/alike.ts';
import { changesOf } from '../../domain/diagnosis/changes.ts';
import type { CauseJudgement, DiagnosisJudgement } from '../../domain/diagnosis/judgement.ts';
import type {
  DiagnosisRenderer,
  DiagnosisView,
  UnreachablePath,
} from '../../domain/diagnosis/render-diagnosis.ts';
import { rootsFirst } from '../../domain/diagnosis/roots-first.ts';
import { applies, partNotHere, uncheckable } from '../../domain/diagnosis/uncheckable.ts';
import { unexplained } from '../../domain/diagnosis/unexplained.ts';
import { unseenBesides } from '../../domain/diagnosis/unseen.ts';
import type { UnseenLook } from '../../domain/health/health.ts';
import { shortened } from '../../domain/kernel/text.ts';
import type { Rendered } from '../../domain/message/rendered.ts';
import type { PlatformOf } from '../../domain/platform/platform.ts';
import { findingKey } from '../../domain/probe/finding.ts';
import type { ProbeOutcome } from '../../domain/probe/probe.ts';
import type { Language, Run } from '../../domain/run/run.ts';
import { causeMarkup, causePlain } from '../../text/cause.ts';
import { markup } from '../../text/format.ts';
import { unseenOf } from '../../text/unseen.ts';
import { type Words, wordsIn } from '../../text/words.ts';
import { actionIds, messageEventType } from '../ids.ts';
import { actions, button, context, cut, limits, preformatted, section } from './blocks.ts';
import { refusedBlocks } from './finding.view.ts';
import { fitsFirstLine } from './health.view.ts';
import { stagesText } from './inventory.ts';
import { muteBlocks, muteButtonOf } from './mute.view.ts';
import {
  findingFacts,
  findingSentence,
  listOf,
  partName,
  remediationTitle,
  runFooter,
  severityEmoji,
  unseenText,
} from './phrases.ts';

const shown = {
  findings: 4,
  excerptLines: 6,
  unexplained: 3,
  excerptCharacters: 900,
  missing: 6,
  needs: 4,
  changes: 4,
  commandCharacters: 1_500,
} as const;

/** The words of a diagnosis: pure, one function a message. */
export function diagnosisRendererOf(platformOf: PlatformOf): DiagnosisRenderer {
  const wordsOf = ({ environment }: Run, language: Language) => wordsIn(language, platformOf(environment));
  return {
    diagnosis: (view, language) => diagnosisMessage(view, wordsOf(view.run, language)),
    evidenceFile: (view, language) => evidenceText(view, wordsOf(view.run, language)),
    chooseSymptom: (view, language) => chooseMessage(view, wordsOf(view.run, language)),
  };
}

const causesOf = (view: DiagnosisView, verdict: CauseJudgement['verdict']): readonly CauseJudgement[] =>
  rootsFirst(view.judgements).flatMap(({ causes }) => causes.filter((cause) => cause.verdict === verdict));

/** First line: the cause in one sentence that a tired person understands. */
function titleLine(view: DiagnosisView, words: Words): string {
  const { environment } = view.run;
  if (!view.complete) {
    return `:mag: ${words.say('diagnose.looking', { environment, seen: view.seen, asked: view.asked })}`;
  }
  const [top] = causesOf(view, 'confirmed');
  if (top !== undefined) {
    return `:octagonal_sign: ${words.say('diagnose.cause', { environment, cause: markup(causeMarkup(top.cause, words)) })}`;
  }
  const { open, blind } = splitBlind(view);
  const possible = causesOf(open, 'possible');
  if (open.judgements.length === 0)
    return `:grey_question: ${words.say('diagnose.title', { environment, what: words.say('diagnose.cannot') })}`;
  const nothing = isNothingFound(open);
  const { path } = view;
  const isUp = path !== undefined && walked(path);
  const said = nothing
    ? isUp
      ? words.say('diagnose.up', { part: partName(path.part, words) })
      : words.say('diagnose.nothing')
    : words.say('diagnose.no-cause');
  const isOpen =
    !nothing || possible.length > 0 || blind.some((judgement) => applies(judgement, view.outcomes));
  const titled = (unchecked: string | undefined) =>
    `${isOpen ? ':grey_question:' : ':large_green_circle:'} ${words.say('diagnose.title', { environment, what: markup(joined([said, unchecked], words)) })}`;
  if (possible.length === 0) return titled(undefined);
  const facts = { count: possible.length, all: open.judgements.flatMap(({ causes }) => causes).length };
  if (!nothing) return titled(words.say('diagnose.left-open', facts));
  // Where nothing was looked at, nothing that is wrong could be found.
  if (facts.count === facts.all && !isUp)
    return `:grey_question: ${words.say('diagnose.title', { environment, what: words.say('diagnose.unchecked.all', facts) })}`;
  const [most] = needsOf(possible, words);
  const whole =
    most === undefined
      ? undefined
      : titled(words.say('diagnose.unchecked.most', { ...facts, most: most.causes, what: most.what }));
  return whole !== undefined && fitsFirstLine(whole) ? whole : titled(words.say('diagnose.unchecked', facts));
}

/** The part runs and answers, and nothing on the way to it is wrong. */
function walked({ steps }: UnreachablePath): boolean {
  const is = (step: string) => steps.find(({ key }) => key === step)?.ok === true;
  return is('running') && is('health') && steps.every(({ ok }) => ok !== false);
}

/** Diagnoses of which nothing can be checked here are no question; the rest is. */
function splitBlind(view: DiagnosisView) {
  const blind = view.judgements.filter((judgement) => uncheckable(judgement, view.outcomes));
  const judgements = view.judgements.filter((judgement) => !blind.includes(judgement));
  return { blind, open: { ...view, judgements } };
}

/** What it would take to check causes of which there is no sign, the one that settles most first. */
function needsOf(causes: readonly CauseJudgement[], words: Words) {
  const needs = new Map<string, { what: string; looks: Map<string, UnseenLook>; ids: Set<string> }>();
  for (const { cause, missing } of causes)
    for (const look of missing) {
      const { what, why } = unseenOf(look, words);
      const need = needs.get(why) ?? { what, looks: new Map<string, UnseenLook>(), ids: new Set<string>() };
      needs.set(why, need);
      need.looks.set(look.key, look);
      need.ids.add(cause.id);
    }
  return [...needs.values()]
    .map(({ what, looks, ids }) => ({
      what:
        looks.size === 1
          ? what
          : listOf([...new Set([...looks.values()].map((look) => unseenOf(look, words).what))], words),
      looks: [...looks.values()],
      causes: ids.size,
    }))
    .toSorted((a, b) => b.causes - a.causes);
}

const joined = (clauses: readonly (string | undefined)[], words: Words): string =>
  clauses.filter((clause) => clause !== undefined).join(words.language === 'zh-CN' ? '；' : '; ');

/** No sign of any cause was seen, and nothing that is wrong on its own: what is left was not looked at. */
function isNothingFound(view: DiagnosisView): boolean {
  return (
    causesOf(view, 'possible').every((cause) => cause.for.length === 0) &&
    unexplained(view.judgements, view.outcomes).length === 0 &&
    view.outcomes.every(({ findings }) => findings.every(({ severity }) => severity === 'info'))
  );
}

/** Where the fix is; it has a card of its own, with its button. */
function fixLine({ fixes = [] }: DiagnosisView, words: Words): string | undefined {
  const titles = [...new Set(fixes.map((fix) => remediationTitle(fix, words)))];
  if (titles.length === 0) return undefined;
  return `:wrench: ${words.say('health.do.fix', { count: titles.length, fixes: markup(listOf(titles.slice(0, 2), words)) })}`;
}

function diagnosisMessage(view: DiagnosisView, words: Words): Rendered {
  const title = titleLine(view, words);
  const todo = view.complete ? fixLine(view, words) : undefined;
  const blocks: KnownBlock[] = [section([title, ...(todo === undefined ? [] : [todo])].join('\n'), words)];
  const confirmed = causesOf(view, 'confirmed');
  if (view.complete) {
    if (view.path !== undefined && view.path.steps.some(({ ok }) => ok === false))
      blocks.push(section(pathText(view.path, words), words));
    const known = new Set<string>();
    for (const cause of confirmed) blocks.push(...confirmedBlocks(cause, view, words, known));
    const said = new Set(view.instructions.map(({ key }) => key));
    // Beside a button that does it, the list of fixes that are not offered is not needed.
    if (todo === undefined)
      blocks.push(...refusedBlocks(view.refused ?? [], confirmed[0]?.for[0], words, said));
    blocks.push(...unexplainedBlocks(view, words));
    blocks.push(...openBlocks(view, words, known));
    if (confirmed.length === 0) blocks.push(...changeBlocks(view, words));
    // No cause: one stage is often ahead of another.
    const { stages = [] } = view;
    if (stages.length > 0) blocks.push(context(stagesText(stages, words), words));
  }
  blocks.push(...muteBlocks(view.mutes ?? [], words));
  const ids = confirmed.map(({ cause }) => cause.id).join(' ');
  blocks.push(context(`${ids === '' ? '' : `${ids} · `}${runFooter(view.run, words)}`, words));
  for (const { part, button: value } of view.logButtons ?? []) {
    const label = words.plain('button.read-log-of', { part: partName(part, words) });
    // One block a button: an action_id is unique within its block only.
    blocks.push(...actions([button({ actionId: actionIds.readLog, value, label }, words)]));
  }
  // What is for the whole answer stands in one row, once.
  const whole = [
    [actionIds.details, view.detailsButton, 'button.details'],
    [actionIds.collect, view.collectButton, 'button.collect'],
    [actionIds.report, view.reportButton, 'button.report'],
  ] as const;
  blocks.push(
    ...actions([
      ...whole.flatMap(([actionId, value, label]) =>
        value === undefined ? [] : [button({ actionId, value, label: words.plain(label) }, words)],
      ),
      ...(view.muteButton === undefined ? [] : [muteButtonOf(view.muteButton, words)]),
    ]),
  );
  return {
    text: cut(title, limits.messageText, words),
    blocks,
    metadata: { eventType: messageEventType, payload: { run_id: view.run.id, kind: 'diagnosis' } },
  };
}

function confirmedBlocks(
  cause: CauseJudgement,
  view: DiagnosisView,
  words: Words,
  /** Keys of what the answer has said already: it says each thing once. */
  known: Set<string>,
): KnownBlock[] {
  const judgement = view.judgements.find((candidate) => candidate.causes.includes(cause));
  const fresh = cause.for.filter((finding) => !known.has(findingKey(finding)));
  for (const finding of fresh) known.add(findingKey(finding));
  const evidence = fresh.slice(0, shown.findings).map((finding) => {
    const since =
      finding.since === undefined ? '' : ` ${words.say('finding.since', { since: finding.since })}`;
    return `${severityEmoji[finding.severity]} ${findingSentence(finding, words)}${since}`;
  });
  const more = fresh.length - evidence.length;
  if (more > 0) evidence.push(words.say('diagnose.more-evidence', { count: more }));
  const meaning = `diagnosis.${judgement?.diagnosis.id ?? ''}.impact`;
  const impact = known.has(meaning) ? undefined : words.lookup(meaning);
  known.add(meaning);
  // What the button of a card does is not told as lines to copy beside it: those stand in the file.
  const own = view.fixed?.includes(cause.cause.id) === true ? [] : byHandFor(cause, view);
  const todo = own.map((entry) => `• ${instruction(entry, words)}`);
  const commands = own.flatMap((entry) => entry.commands);
  const [first] = causesOf(view, 'confirmed');
  const lines = [
    // The first line of the answer has said the first one.
    ...(cause === first ? [] : [`*${causeMarkup(cause.cause, words)}*`]),
    ...evidence,
    ...(cause === first ? changeLines(view, words) : []),
    ...(impact === undefined ? [] : [words.say('finding.impact', { text: markup(impact) })]),
    ...(todo.length === 0 ? [] : [words.say('diagnose.todo'), ...todo]),
  ];
  const excerpt = fresh.flatMap((finding) => finding.excerpts ?? [])[0];
  return [
    ...(cause === first ? [] : [{ type: 'divider' } as const]),
    section(lines.join('\n'), words),
    ...(commands.length === 0 ? [] : [preformatted(commands, shown.commandCharacters, words)]),
    ...(excerpt === undefined
      ? []
      : [
          context(words.say('finding.excerpt', { source: excerpt.source }), words),
          preformatted(excerpt.lines.slice(0, shown.excerptLines), shown.excerptCharacters, words),
        ]),
  ];
}

/** What parts said of themselves and no cause explains, word for word. */
function unexplainedBlocks(view: DiagnosisView, words: Words): KnownBlock[] {
  const said = unexplained(view.judgements, view.outcomes).slice(0, shown.unexplained);
  if (said.length === 0) return [];
  return [
    ...said.flatMap((finding) => {
      const [excerpt] = finding.excerpts ?? [];
      if (excerpt === undefined) return [];
      return [
        section(words.say('diagnose.unexplained', { part: partName(finding.part, words) }), words),
        preformatted(excerpt.lines.slice(0, shown.excerptLines), shown.excerptCharacters, words),
        context(words.say('finding.excerpt', { source: excerpt.source }), words),
      ];
    }),
    context(words.say('diagnose.unexplained.report'), words),
  ];
}

function instruction(entry: DiagnosisView['instructions'][number], words: Words): string {
  const facts = entry.finding === undefined ? {} : findingFacts(entry.finding, words);
  return words.lookup(`remedy.${entry.key}`, facts) ?? entry.key;
}

const whyOpen = ({ for: signs, missing }: CauseJudgement): string =>
  JSON.stringify([signs.map(findingKey), missing.map(({ key }) => key)]);

/** What is not settled, with what it would take. What was ruled out stands behind Details and in the file. */
function openBlocks(given: DiagnosisView, words: Words, known: ReadonlySet<string>): KnownBlock[] {
  const { blind, open: view } = splitBlind(given);
  const cannot = blind.map((judgement) => {
    const { id } = judgement.diagnosis;
    const about = { id, symptom: words.lookupPlain(`diagnosis.${id}`) ?? id };
    const part = partNotHere(judgement, given.outcomes);
    if (part !== undefined)
      return words.say('diagnose.not-here', { ...about, part: words.lookupPlain(`part.${part}`) ?? part });
    return words.say(
      applies(judgement, given.outcomes) ? 'diagnose.uncheckable' : 'diagnose.no-question',
      about,
    );
  });
  const isFound = causesOf(view, 'confirmed').length > 0;
  const possible = causesOf(view, 'possible');
  const withSigns = possible.filter((cause) => cause.for.length > 0);
  const unseen = possible.filter((cause) => cause.for.length === 0);
  const besides = view.judgements.flatMap((judgement) => unseenBesides(judgement, view.outcomes));
  const needs = needLines(unseen, words);
  const sections = [cannot, alike(withSigns, whyOpen).flatMap((group) => openLine(group, words, known))];
  return [
    ...sections.flatMap((lines) => (lines.length === 0 ? [] : [section(lines.join('\n'), words)])),
    ...(isFound || needs.length === 0 ? [] : [context(needs.join('\n'), words)]),
    ...(isFound && unseen.length > 0
      ? [context(words.say('diagnose.unchecked.others', { count: unseen.length }), words)]
      : []),
    ...(besides.length === 0
      ? []
      : [context(words.say('diagnose.unseen-besides', { what: markup(unseenText(besides, words)) }), words)]),
  ];
}

/** Causes of which there is a sign that does not decide. */
function openLine(group: readonly CauseJudgement[], words: Words, known: ReadonlySet<string>): string[] {
  const [cause] = group;
  if (cause === undefined) return [];
  const signs = cause.for
    .filter((finding) => !known.has(findingKey(finding)))
    .slice(0, shown.findings)
    .map((finding) => findingSentence(finding, words));
  const why =
    cause.missing.length === 0
      ? signs.join(' ')
      : words.say('diagnose.unseen', {
          what: markup(unseenText(cause.missing.slice(0, shown.missing), words)),
        });
  const named = `*${listOf(
    group.map((one) => one.cause.id),
    words,
  )}*`;
  const what = group.length === 1 ? causeMarkup(cause.cause, words) : words.say('diagnose.open-alike');
  return [`:grey_question: ${named} · ${what} ${why}`];
}

/** One or two looks by name, and why they saw nothing: the parts they are about stand in Details. */
function needOf(looks: readonly UnseenLook[], words: Words) {
  const all = looks.map((look) => unseenOf(look, words));
  const names = [...new Set(all.map(({ what }) => what))];
  const more = names.length > 2 ? [words.plain('diagnose.need.more', { count: names.length - 2 })] : [];
  return { what: listOf([...names.slice(0, 2), ...more], words), why: all[0]?.why };
}

/** What people do by hand for it. */
const byHandFor = ({ cause }: CauseJudgement, { instructions }: DiagnosisView) =>
  instructions.filter((entry) => entry.cause === cause.id);

/** How the causes of which there is no sign can be checked: one line a reason, the one that settles most first. */
function needLines(unseen: readonly CauseJudgement[], words: Words): string[] {
  const needs = needsOf(unseen, words);
  if (needs.length === 0) return [];
  const lines = needs
    .slice(0, shown.needs)
    .map(({ looks, causes }) => words.say('diagnose.need', { ...needOf(looks, words), count: causes }));
  const more = needs.length - lines.length;
  return [
    words.say('diagnose.needs'),
    ...lines,
    ...(more > 0 ? [words.say('diagnose.needs.more', { count: more })] : []),
  ];
}

/** What changed shortly before, beside a cause that is there or may be: those about its part first. */
function changeBlocks(view: DiagnosisView, words: Words): KnownBlock[] {
  const lines = changeLines(view, words);
  return lines.length === 0 ? [] : [context(lines.join('\n'), words)];
}

function changeLines(view: DiagnosisView, words: Words): string[] {
  const causes = [...causesOf(view, 'confirmed'), ...causesOf(view, 'possible')];
  const changes = changesOf(view.outcomes);
  if (causes.length === 0 || changes.length === 0) return [];
  const parts = new Set([
    ...causes.map(({ cause }) => cause.part),
    ...view.judgements.map(({ diagnosis }) => diagnosis.part),
  ]);
  const near = changes.filter(({ part }) => parts.has(part));
  const rest = changes.filter(({ part }) => !parts.has(part));
  const lines = [...near, ...rest].slice(0, shown.changes).map((change) =>
    words.say('diagnose.change', {
      since: change.since ?? '',
      text: markup(findingSentence(change, words)),
    }),
  );
  const more = changes.length - lines.length;
  if (more > 0) lines.push(words.say('diagnose.more-changes', { count: more }));
  return [words.say('diagnose.changes'), ...lines];
}

const stepMark = (ok: boolean | undefined): string =>
  ok === undefined ? ':grey_question:' : ok ? ':white_check_mark:' : ':x:';

function pathText(path: UnreachablePath, words: Words): string {
  const steps = path.steps.map(({ key, ok }) => `${stepMark(ok)} ${words.say(`diagnose.step.${key}`)}`);
  return `*${words.say('diagnose.path', { part: partName(path.part, words) })}*\n${steps.join('  →  ')}`;
}

function chooseMessage(
  view: {
    readonly run: Run;
    readonly text: string;
    readonly choices: readonly { readonly id: string; readonly typed: string; readonly button: string }[];
  },
  words: Words,
): Rendered {
  const title = `:grey_question: ${words.say('diagnose.choose', { text: shortened(view.text, 200) })}`;
  // One block a choice: an action_id is unique within its block only.
  const choices = view.choices.flatMap(({ id, typed, button: value }) =>
    actions([
      button(
        {
          actionId: actionIds.diagnose,
          value,
          label: `${typed} · ${words.lookupPlain(`diagnosis.${id}`) ?? id}`,
        },
        words,
      ),
    ]),
  );
  return {
    text: cut(title, limits.messageText, words),
    blocks: [section(title, words), ...choices],
    metadata: { eventType: messageEventType, payload: { run_id: view.run.id, kind: 'diagnosis' } },
  };
}

function evidenceText(view: DiagnosisView, words: Words): string {
  const lines = [
    `# ${titleLine(view, words).replace(/:[a-z_]+: /g, '')}`,
    '',
    `${view.run.environment} · ${view.run.id}`,
  ];
  for (const judgement of view.judgements) lines.push('', ...judgementText(judgement, words));
  lines.push(...byHandText(view, words));
  lines.push('', `## ${words.plain('diagnose.file.seen')}`);
  for (const outcome of view.outcomes) lines.push('', ...outcomeText(outcome, words));
  return `${lines.join('\n')}\n`;
}

/** What people do by hand, whether or not a fix with a button does it. */
function byHandText({ instructions }: DiagnosisView, words: Words): string[] {
  if (instructions.length === 0) return [];
  return [
    '',
    `## ${words.plain('diagnose.file.by-hand')}`,
    ...instructions.flatMap(({ cause, key, finding, commands }) => {
      const facts = finding === undefined ? {} : findingFacts(finding, words);
      return [
        `* ${cause} ${words.lookupPlain(`remedy.${key}`, facts) ?? key}`,
        ...commands.map((line) => `    ${line}`),
      ];
    }),
  ];
}

function judgementText({ diagnosis, causes }: DiagnosisJudgement, words: Words): string[] {
  return [
    `## ${diagnosis.id} ${words.lookupPlain(`diagnosis.${diagnosis.id}`) ?? ''}`,
    ...causes.map((cause) => {
      const why = [
        ...cause.for.map((finding) => `+ ${finding.code} ${finding.subject}`),
        ...cause.against.map((outcome) => `- ${outcome.key}`),
        ...cause.missing.map((outcome) => `? ${outcome.key}`),
      ];
      return `* ${cause.cause.id} ${words.plain(`diagnose.verdict.${cause.seenBesides === true ? 'not-of-this' : cause.verdict}`)}: ${causePlain(cause.cause, words)}${why.map((line) => `\n    ${line}`).join('')}`;
    }),
  ];
}

function outcomeText(outcome: ProbeOutcome, words: Words): string[] {
  const looked = words.lookupPlain(`probe.${outcome.probe}`);
  return [
    `### ${outcome.key}: ${outcome.status} (${outcome.durationMs} ms)`,
    ...(looked === undefined ? [] : [looked]),
    ...(outcome.cause === undefined ? [] : [`${outcome.cause.code}: ${outcome.cause.detail}`]),
    ...(Object.keys(outcome.facts).length === 0 ? [] : [JSON.stringify(outcome.facts)]),
    ...outcome.findings.flatMap((finding) => [
      `* ${finding.code} · ${finding.subject} · ${words.lookupPlain(`finding.${finding.code}`, findingFacts(finding, words)) ?? ''}`,
      `  ${JSON.stringify(finding.facts)}`,
      ...(finding.excerpts ?? []).flatMap((excerpt) => [
        `  ${excerpt.source}`,
        ...excerpt.lines.map((line) => `    ${line}`),
      ]),
    ]),
  ];
}
