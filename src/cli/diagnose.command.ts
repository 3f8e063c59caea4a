import { alike } from '../domain/diagnosis/alike.ts';
import { changesOf } from '../domain/diagnosis/changes.ts';
import type { Remedy } from '../domain/diagnosis/diagnosis.ts';
import type { CauseJudgement, DiagnosisJudgement } from '../domain/diagnosis/judgement.ts';
import {
  findingOf,
  type InstructionLines,
  instructionsOf,
  type Place,
  remediesHere,
} from '../domain/diagnosis/place.ts';
import { rootsFirst } from '../domain/diagnosis/roots-first.ts';
import { applies, partNotHere, uncheckable } from '../domain/diagnosis/uncheckable.ts';
import { unexplained } from '../domain/diagnosis/unexplained.ts';
import { unseenBesides } from '../domain/diagnosis/unseen.ts';
import type { RemedyCall } from '../domain/fix/remediation.ts';
import { present } from '../domain/kernel/present.ts';
import type { Platform } from '../domain/platform/platform.ts';
import type { ProbeOutcome } from '../domain/probe/probe.ts';
import { causePlain } from '../text/cause.ts';
import { unseenLine } from '../text/unseen.ts';
import type { Words } from '../text/words.ts';
import { type CliContext, type ExitCode, exitCodes } from './context.ts';
import { subjectOf } from './environment.ts';
import { excerptLines, findingOutput } from './health.command.ts';
import type { DiagnoseOutput, ErrorOutput } from './output-schemas.ts';
import { painted, type Tone, verbatim } from './screen.ts';
import { table } from './table.ts';

/**
 * Finds the cause from this process. Exit codes: 0 no cause is there, 1 a cause is confirmed, 2 something could
 * not be seen and no cause is confirmed, 64 the words fit several symptoms, or no symptom.
 */
export async function diagnoseCommand(
  given: CliContext,
  words: readonly string[],
  options: { readonly env?: string },
): Promise<ExitCode> {
  const { environment, place, at, words: told } = await subjectOf(given, options.env);
  const context = { ...given, words: told };
  const started = at ?? context.now();
  const text = words.join(' ');
  const { diagnosis, instructionLines, fixesOf } = await context.checks();
  context.progress?.(context.words.plain('cli.diagnose.progress', { environment }));
  const answer = await diagnosis
    .run({ environment, text, signal: context.signal })
    .finally(() => context.progress?.(''));
  if (answer.kind === 'choose') {
    const said = context.words.plain('cli.diagnose.choose', { text });
    if (context.output === 'json') {
      const choices = answer.choices.map(({ id, typed }) => ({
        ...{ id, typed },
        text: context.words.lookupPlain(`diagnosis.${id}`) ?? id,
      }));
      const error: ErrorOutput = {
        error: { code: 'symptom-unclear', text: said, exit: exitCodes.usage, choices },
      };
      context.err(JSON.stringify(error, null, 2));
      return exitCodes.usage;
    }
    context.err(said);
    context.err(
      table(
        answer.choices.map(({ id, typed }) => [
          `  ${typed}`,
          context.words.lookupPlain(`diagnosis.${id}`) ?? id,
        ]),
      ),
    );
    return exitCodes.usage;
  }
  const { outcomes, platform } = answer;
  const judgements = rootsFirst(answer.judgements);
  const tookMs = at === undefined ? context.now().getTime() - started.getTime() : 0;
  const seen = { ...context, words: context.words.about(platform) };
  const output = diagnoseOutput(
    {
      ...{ environment, place, platform, judgements, outcomes, time: started, tookMs },
      ...{ instructionLines, fixesOf },
    },
    seen,
  );
  context.out(seen.output === 'json' ? JSON.stringify(output, null, 2) : diagnoseText(output, seen));
  return {
    'cause-found': exitCodes.findings,
    unknown: exitCodes.couldNotLook,
    'no-cause': exitCodes.ok,
  }[output.overall];
}

type FixesOf = Awaited<ReturnType<CliContext['checks']>>['fixesOf'];

function diagnoseOutput(
  answer: {
    readonly environment: string;
    readonly place: Place;
    readonly platform: Platform;
    readonly judgements: readonly DiagnosisJudgement[];
    readonly outcomes: readonly ProbeOutcome[];
    readonly instructionLines: InstructionLines;
    readonly fixesOf: FixesOf;
    readonly time: Date;
    readonly tookMs: number;
  },
  { words }: CliContext,
): DiagnoseOutput {
  const { environment, judgements, time, tookMs } = answer;
  const blind = judgements.map((judgement) => uncheckable(judgement, answer.outcomes));
  const is = (overall: DiagnoseOutput['overall']) => judgements.some((one) => one.overall === overall);
  return {
    environment,
    time: time.toISOString(),
    tookMs,
    overall: is('cause-found') ? 'cause-found' : is('unknown') ? 'unknown' : 'no-cause',
    diagnoses: judgements.map(({ diagnosis, causes: judged, handOver }, index) => ({
      uncheckable: blind[index] === true,
      applies: judgements[index] === undefined || applies(judgements[index], answer.outcomes),
      notHere:
        (blind[index] === true && judgements[index] !== undefined
          ? partNotHere(judgements[index], answer.outcomes)
          : undefined) ?? null,
      unseen: (judgements[index] === undefined ? [] : unseenBesides(judgements[index], answer.outcomes)).map(
        (outcome) => unseenOutput(outcome, words),
      ),
      id: diagnosis.id,
      title: words.lookupPlain(`diagnosis.${diagnosis.id}`) ?? diagnosis.id,
      handOver: [...handOver],
      causes: judged.map((cause) => ({
        id: cause.cause.id,
        verdict: cause.verdict,
        seenBesides: cause.seenBesides === true,
        text: causePlain(cause.cause, words),
        for: cause.for.map((finding) => findingOutput(finding, words)),
        against: cause.against.map((outcome) => outcome.key),
        missing: cause.missing.map((outcome) => unseenOutput(outcome, words)),
        remedies: remediesOf(cause, answer, words),
      })),
    })),
    unexplained: unexplained(judgements, answer.outcomes).map((finding) => findingOutput(finding, words)),
    changes: changesOf(answer.outcomes).map((change) => findingOutput(change, words)),
  };
}

const unseenOutput = (outcome: ProbeOutcome, words: CliContext['words']) => ({
  probe: outcome.key,
  why: outcome.cause?.code ?? outcome.reason ?? 'unknown',
  text: unseenLine(outcome, words),
});

function remediesOf(
  judgement: CauseJudgement,
  {
    environment,
    place,
    platform,
    instructionLines,
    fixesOf,
  }: {
    readonly environment: string;
    readonly place: Place;
    readonly platform: Platform;
    readonly instructionLines: InstructionLines;
    readonly fixesOf: FixesOf;
  },
  words: CliContext['words'],
): DiagnoseOutput['diagnoses'][number]['causes'][number]['remedies'] {
  if (judgement.verdict !== 'confirmed') return [];
  const remedies = remediesHere(judgement, place);
  // Nothing is planned here, so that nothing is recommended.
  const told: readonly Remedy[] = instructionsOf(remedies, undefined);
  const shown = remedies.filter((remedy) => 'remediation' in remedy || told.includes(remedy));
  return shown.map((remedy) => {
    const finding = findingOf(remedy, judgement);
    if ('remediation' in remedy) {
      const { remediation } = remedy;
      const facts = finding?.facts ?? {};
      return {
        remediation,
        text: words.lookupPlain(`remediation.${remediation}`, facts) ?? remediation,
        commands: fixesOf(judgement.for, [remedy], place).map((call) => fixCommandLine(call, environment)),
      };
    }
    // As where the finding itself is told: the part by its name, also where nothing was found.
    const part = words.lookupPlain(`part.${finding?.part ?? judgement.cause.part}`) ?? judgement.cause.part;
    const facts = { ...finding?.facts, ...present({ subject: finding?.subject }), part };
    return {
      text: words.lookupPlain(`remedy.${remedy.instruction}`, facts) ?? remedy.instruction,
      commands: [...instructionLines(remedy.instruction, place, finding, platform)],
    };
  });
}

/** What asks for this fix, ready to be copied. */
function fixCommandLine({ remediation, with: params }: RemedyCall, environment: string): string {
  const args = Object.entries(params).map(([name, value]) => quoted(`${name}=${String(value)}`));
  return ['aetherius fix', remediation, ...args, '--env', environment].join(' ');
}

/** As a shell takes it for one word. */
const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

const changeLine = (change: DiagnoseOutput['changes'][number]): string =>
  `  ${change.since ?? ''} ${change.text}`;

type CauseOutput = DiagnoseOutput['diagnoses'][number]['causes'][number];

const verdictTone: Readonly<Record<CauseOutput['verdict'], Tone>> = {
  confirmed: 'bad',
  possible: 'warn',
  'ruled-out': 'dim',
};

/** One cause, or several that are open for one and the same reason. */
function causeLines(group: readonly CauseOutput[], words: CliContext['words']): readonly string[] {
  const [cause] = group;
  if (cause === undefined) return [];
  const ids = group.map(({ id }) => id).join(', ');
  const what = group.length === 1 ? cause.text : words.plain('diagnose.open-alike');
  return [
    `  ${ids} ${painted(
      verdictTone[cause.verdict],
      words.plain(`diagnose.verdict.${cause.seenBesides ? 'not-of-this' : cause.verdict}`),
    )}: ${what}`,
    // What holds of every cause of the symptom says nothing for one that is ruled out.
    ...(cause.verdict === 'ruled-out' ? [] : cause.for).flatMap((finding) => [
      `      + ${finding.text}`,
      ...(cause.verdict === 'confirmed' ? excerptLines(finding, words, '        ') : []),
    ]),
    ...cause.missing.map(({ text }) => `      ? ${text}`),
    ...cause.remedies.flatMap(({ text, commands }) => [
      `      → ${text}`,
      ...commands.map((command) => verbatim(`          ${command}`)),
    ]),
  ];
}

function diagnosisLines(
  diagnosis: DiagnoseOutput['diagnoses'][number],
  words: CliContext['words'],
): readonly string[] {
  return [
    '',
    `${diagnosis.id} ${diagnosis.title}`,
    ...diagnosis.causes
      .filter(({ verdict }) => verdict === 'confirmed')
      .flatMap((one) => causeLines([one], words)),
    ...alike(
      diagnosis.causes.filter(({ verdict }) => verdict === 'possible'),
      ({ for: signs, missing }) => JSON.stringify([signs, missing]),
    ).flatMap((group) => causeLines(group, words)),
    ...diagnosis.unseen.map(({ text }) => `  ? ${text}`),
    ...diagnosis.causes
      .filter(({ verdict }) => verdict === 'ruled-out')
      .flatMap((one) => causeLines([one], words)),
  ];
}

function uncheckableLine(
  { id, title, notHere, applies: applicable }: DiagnoseOutput['diagnoses'][number],
  words: Words,
): string {
  const about = { id, symptom: title };
  if (notHere === null)
    return words.plain(applicable ? 'diagnose.uncheckable' : 'diagnose.no-question', about);
  return words.plain('diagnose.not-here', {
    ...about,
    part: words.lookupPlain(`part.${notHere}`) ?? notHere,
  });
}

function diagnoseText(output: DiagnoseOutput, { words }: CliContext): string {
  const { environment, time, tookMs: took } = output;
  const lines = output.diagnoses.flatMap((diagnosis) =>
    diagnosis.uncheckable ? ['', uncheckableLine(diagnosis, words)] : diagnosisLines(diagnosis, words),
  );
  const said = output.unexplained.flatMap((finding) => [
    '',
    words.plain('cli.diagnose.unexplained', {
      part: words.lookupPlain(`part.${finding.part}`) ?? finding.part,
    }),
    ...excerptLines(finding, words, '  '),
  ]);
  // Beside a cause that is there or may be; a healthy answer needs no history.
  const changes =
    output.overall === 'no-cause' || output.changes.length === 0
      ? []
      : ['', words.plain('cli.diagnose.changes'), ...output.changes.map(changeLine)];
  return [words.plain('cli.diagnose.title', { environment, time, took }), ...lines, ...said, ...changes].join(
    '\n',
  );
}
