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
import { shortened } from '../../domain/kernel/text.ts';
import type { Rendered } from '../../domain/message/rendered.ts';
import type { PlatformOf } from '../../domain/platform/platform.ts';
import { findingKey } from '../../domain/probe/finding.ts';
import type { ProbeOutcome } from '../../domain/probe/probe.ts';
import type { Language, Run } from '../../domain/run/run.ts';
import { causeMarkup, causePlain } from '../../text/cause.ts';
import { markup } from '../../text/format.ts';
import { type Words, wordsIn } from '../../text/words.ts';
import { actionIds, messageEventType } from '../ids.ts';
import { actions, button, context, cut, limits, preformatted, section } from './blocks.ts';
import { refusedBlocks } from './finding.view.ts';
import { stagesText } from './inventory.ts';
import {
  findingFacts,
  findingSentence,
  listOf,
  partName,
  runFooter,
  sentencesOf,
  severityEmoji,
  unseenText,
} from './phrases.ts';

const shown = {
  findings: 4,
  excerptLines: 6,
  unexplained: 3,
  excerptCharacters: 900,
  missing: 6,
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
    return `:red_circle: ${words.say('diagnose.cause', { environment, id: top.cause.id, cause: markup(causeMarkup(top.cause, words)) })}`;
  }
  const symptom = symptomNames(view, words);
  const possible = causesOf(view, 'possible');
  if (possible.length > 0) {
    return `:grey_question: ${words.say('diagnose.possible', { environment, symptom, count: possible.length })}`;
  }
  return `:large_green_circle: ${words.say('diagnose.none', { environment, symptom })}`;
}

function symptomNames(view: DiagnosisView, words: Words): string {
  const names = view.judgements.map(
    ({ diagnosis }) => words.lookupPlain(`diagnosis.${diagnosis.id}`) ?? diagnosis.id,
  );
  return listOf([...new Set(names)], words);
}

function diagnosisMessage(view: DiagnosisView, words: Words): Rendered {
  const title = titleLine(view, words);
  const blocks: KnownBlock[] = [section(title, words)];
  if (view.complete) {
    if (view.path !== undefined) blocks.push(section(pathText(view.path, words), words));
    for (const cause of causesOf(view, 'confirmed')) blocks.push(...confirmedBlocks(cause, view, words));
    const said = new Set(view.instructions.map(({ key }) => key));
    blocks.push(...refusedBlocks(view.refused ?? [], causesOf(view, 'confirmed')[0]?.for[0], words, said));
    blocks.push(...unexplainedBlocks(view, words));
    blocks.push(...openBlocks(view, words));
    blocks.push(...changeBlocks(view, words));
    // No cause: one stage is often ahead of another.
    const { stages = [] } = view;
    if (stages.length > 0) blocks.push(context(stagesText(stages, words), words));
  }
  blocks.push(context(runFooter(view.run, words), words));
  for (const { part, button: value } of view.logButtons ?? []) {
    const label = words.plain('button.read-log-of', { part: partName(part, words) });
    // One block a button: an action_id is unique within its block only.
    blocks.push(...actions([button({ actionId: actionIds.readLog, value, label }, words)]));
  }
  // What is for the whole answer stands in one row, once.
  const whole = [
    [actionIds.collect, view.collectButton, 'button.collect'],
    [actionIds.report, view.reportButton, 'button.report'],
  ] as const;
  blocks.push(
    ...actions(
      whole.flatMap(([actionId, value, label]) =>
        value === undefined ? [] : [button({ actionId, value, label: words.plain(label) }, words)],
      ),
    ),
  );
  return {
    text: cut(title, limits.messageText, words),
    blocks,
    metadata: { eventType: messageEventType, payload: { run_id: view.run.id, kind: 'diagnosis' } },
  };
}

function confirmedBlocks(cause: CauseJudgement, view: DiagnosisView, words: Words): KnownBlock[] {
  const judgement = view.judgements.find((candidate) => candidate.causes.includes(cause));
  const evidence = cause.for.slice(0, shown.findings).map((finding) => {
    const since =
      finding.since === undefined ? '' : ` ${words.say('finding.since', { since: finding.since })}`;
    return `${severityEmoji[finding.severity]} ${findingSentence(finding, words)}${since}`;
  });
  const more = cause.for.length - evidence.length;
  if (more > 0) evidence.push(words.say('diagnose.more-evidence', { count: more }));
  const impact = words.lookup(`diagnosis.${judgement?.diagnosis.id ?? ''}.impact`);
  const own = view.instructions.filter((entry) => entry.cause === cause.cause.id);
  const todo = own.map((entry) => `• ${instruction(entry, words)}`);
  const commands = own.flatMap((entry) => entry.commands);
  const lines = [
    `*${cause.cause.id}* · ${causeMarkup(cause.cause, words)}`,
    ...evidence,
    ...(impact === undefined ? [] : [words.say('finding.impact', { text: markup(impact) })]),
    ...(todo.length === 0 ? [] : [words.say('diagnose.todo'), ...todo]),
  ];
  const excerpt = cause.for.flatMap((finding) => finding.excerpts ?? [])[0];
  return [
    { type: 'divider' },
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

/** What is not settled, with what it would take, and what was ruled out. */
function openBlocks(given: DiagnosisView, words: Words): KnownBlock[] {
  const blind = given.judgements.filter((judgement) => uncheckable(judgement, given.outcomes));
  const view = { ...given, judgements: given.judgements.filter((judgement) => !blind.includes(judgement)) };
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
  const possible = alike(causesOf(view, 'possible'), whyOpen).flatMap((group) => {
    const [cause] = group;
    if (cause === undefined) return [];
    const signs = cause.for.slice(0, shown.findings).map((finding) => findingSentence(finding, words));
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
  });
  const ruledOut = causesOf(view, 'ruled-out').map(
    (cause) => `${cause.cause.id} ${causeMarkup(cause.cause, words).replace(/[.。]$/, '')}`,
  );
  const besides = view.judgements.flatMap((judgement) => unseenBesides(judgement, view.outcomes));
  const followed = view.judgements
    .slice(1)
    .map(({ diagnosis }) => `${diagnosis.id} ${words.lookup(`diagnosis.${diagnosis.id}`) ?? ''}`);
  return [
    ...(cannot.length === 0 ? [] : [section(cannot.join('\n'), words)]),
    ...(possible.length === 0 ? [] : [section(possible.join('\n'), words)]),
    ...(besides.length === 0
      ? []
      : [context(words.say('diagnose.unseen-besides', { what: markup(unseenText(besides, words)) }), words)]),
    ...(ruledOut.length === 0
      ? []
      : [context(words.say('diagnose.ruled-out', { causes: markup(sentencesOf(ruledOut, words)) }), words)]),
    ...(followed.length === 0
      ? []
      : [context(words.say('diagnose.followed', { diagnoses: markup(listOf(followed, words)) }), words)]),
  ];
}

/** What changed shortly before, beside a cause that is there or may be: those about its part first. */
function changeBlocks(view: DiagnosisView, words: Words): KnownBlock[] {
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
  return [context([words.say('diagnose.changes'), ...lines].join('\n'), words)];
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
  lines.push('', `## ${words.plain('diagnose.file.seen')}`);
  for (const outcome of view.outcomes) lines.push('', ...outcomeText(outcome, words));
  return `${lines.join('\n')}\n`;
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
      return `* ${cause.cause.id} ${words.plain(`diagnose.verdict.${cause.verdict}`)}: ${causePlain(cause.cause, words)}${why.map((line) => `\n    ${line}`).join('')}`;
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
