/**
 * Two faults or more at once, simulated: the evidence that each left when it was recorded alone, put together by rules, and
 * judged as a live answer is. It is no platform with these faults: facts that exist only together are in no recording, and
 * what one fault takes away from another's evidence is known only where the same probe looked at both.
 */

import { createRedactor } from '@aetherius/redact';
import { cutOff, type RecordedRow } from '../../src/domain/bundle/recording.ts';
import { openRecording, type Recording } from '../../src/domain/bundle/replay.ts';
import { isWay } from '../../src/domain/diagnosis/diagnosis.ts';
import type { CauseJudgement, DiagnosisJudgement } from '../../src/domain/diagnosis/judgement.ts';
import { rootsFirst } from '../../src/domain/diagnosis/roots-first.ts';
import { targetStages } from '../../src/domain/kernel/errors.ts';
import { foundations } from '../../src/domain/platform/dependencies.ts';
import { type PartId, partIds } from '../../src/domain/platform/part.ts';
import { type Finding, findingKey } from '../../src/domain/probe/finding.ts';
import { type FindingCode, traitsOf } from '../../src/domain/probe/findings.ts';
import { callKey, type ProbeCall, type ProbeOutcome } from '../../src/domain/probe/probe.ts';
import { openChecks } from '../../src/main/checks.ts';
import { createLogger } from '../../src/platform/process/logger.ts';
import { probes } from '../../src/probes/index.ts';
import { createDiagnoseHere } from '../../src/services/diagnosis/diagnose-here.service.ts';
import { createProbeRunner } from '../../src/services/run/probe-runner.service.ts';
import { asked, certain, missed } from './certain.ts';
import { judgeCombination, nothingFound } from './combination-trial.ts';
import { type Expectation, isTrue } from './expectation.ts';

/** What a recording answers to a probe; one that it lacks is inconclusive, `not-recorded`. */
export interface Evidence {
  readonly recording: Recording;
  outcomeOf(call: ProbeCall): Promise<ProbeOutcome>;
}

const logger = createLogger({ level: 'silent', destination: process.stderr });

/** Each probe is asked once, however many pairs ask for it. Throws for rows that are no recording. */
export async function evidenceOf(rows: readonly RecordedRow[]): Promise<Evidence> {
  const recording = openRecording(rows);
  if (recording === undefined) throw new Error('these rows are no recording');
  const redactor = createRedactor();
  const runner = createProbeRunner({
    ...{ probes: recording.probes(probes), clock: recording.clock, logger },
    redactorOf: () => redactor,
  });
  const targets = await recording.targets.forRun(recording.environment);
  const { signal } = new AbortController();
  const asked = new Map<string, Promise<ProbeOutcome>>();
  const ask = async (call: ProbeCall): Promise<ProbeOutcome> => {
    const [outcome] = await runner.run([call], { targets, signal });
    if (outcome === undefined) throw new Error(`no outcome of ${callKey(call)}`);
    return outcome;
  };
  return {
    recording,
    outcomeOf(call) {
      const key = callKey(call);
      const outcome = asked.get(key) ?? ask(call);
      asked.set(key, outcome);
      return outcome;
    },
  };
}

export const isRecorded = ({ cause }: ProbeOutcome): boolean => cause?.code !== 'not-recorded';
const hasLooked = ({ status }: ProbeOutcome): boolean => status === 'healthy' || status === 'unhealthy';

/** Whether two outcomes say the same, whatever the figures. */
export const sayTheSame = (one: ProbeOutcome, other: ProbeOutcome): boolean => saidBy(one) === saidBy(other);
const saidBy = remembered(({ status, reason, cause, findings }) =>
  JSON.stringify([status, reason, cause?.code, findings.map(findingKey).toSorted()]),
);
const textOf = remembered((outcome) => JSON.stringify(outcome));

/** Each outcome is compared for every combination that it is in. */
function remembered(of: (outcome: ProbeOutcome) => string): (outcome: ProbeOutcome) => string {
  const known = new WeakMap<ProbeOutcome, string>();
  return (outcome) => {
    const text = known.get(outcome) ?? of(outcome);
    known.set(outcome, text);
    return text;
  };
}

/** Nothing was heard at all: what somebody would have said was not said. */
const silences: ReadonlySet<FindingCode> = new Set(['NOBODY_PUBLISHES']);
/** A look that found nobody, or came to nothing: it has seen nothing else. */
const sawNothing = ({ findings }: ProbeOutcome): boolean =>
  findings.some(({ code }) => silences.has(code) || traitsOf(code).ownAttempt === true);

/** Only who got an answer was told anything: of itself, and of what it depends on. */
const hasHeard = (outcome: ProbeOutcome): boolean => hasLooked(outcome) && !sawNothing(outcome);

/** The target itself kept us from looking, and so from whatever else there is to see. A look that we gave up did not. */
const wasShutOut = (outcome: ProbeOutcome): boolean =>
  isTargetsDoing(outcome) && [...targetStages].some((stage) => stage === outcome.cause?.code);
/** Nothing could be seen, and it was not this process that gave up. */
const isTargetsDoing = ({ cause }: ProbeOutcome): boolean => cause !== undefined && !cutOff.has(cause.code);

/**
 * What a probe may say where all of these faults are, the least seen first; more than one: nobody knows which. Rules on a
 * set, so that no order of the faults tells:
 *
 * - What a recording lacks is taken as on the healthy platform, and as not looked at where that lacks it, too.
 * - An outcome as on the healthy platform leaves the others as they are.
 * - One was shut out by the target: so is whoever wants to see what the others would show.
 * - One could not look for another reason: nobody sees more, or the others stand.
 * - All looked: the findings of all, the same one once; but a look that saw nothing has not seen the others' either.
 */
export function together(
  outcomes: readonly ProbeOutcome[],
  healthy: ProbeOutcome,
): readonly [ProbeOutcome, ...ProbeOutcome[]] {
  const known = outcomes.map((each) => (isRecorded(each) ? each : healthy));
  const changed = known.filter((each) => !sayTheSame(each, healthy));
  const [first = healthy, ...more] = changed.length < 2 ? changed : mayBeSaid(inOrder(changed));
  // A figure of which two say something else is that of one of them, in whatever order they come.
  const facts = factsTogether(inOrder(known.filter(hasHeard)), healthy);
  const told = (one: ProbeOutcome): ProbeOutcome => (hasHeard(one) ? { ...one, facts } : one);
  return [told(first), ...more.map(told)];
}

/** An order that is the outcomes' own. */
const inOrder = (outcomes: readonly ProbeOutcome[]): readonly ProbeOutcome[] =>
  outcomes.toSorted((a, b) => compareText(textOf(a), textOf(b)));
const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Of several that are not as on the healthy platform. */
function mayBeSaid(changed: readonly ProbeOutcome[]): readonly ProbeOutcome[] {
  const shutOut = changed.filter(wasShutOut);
  if (shutOut.length > 0) return distinct(shutOut);
  const looked = changed.filter(hasLooked);
  const nothing = looked.filter(sawNothing);
  const findings = looked.flatMap((one) => one.findings);
  const found = looked.slice(0, 1).map((one) => withFindings(one, findings));
  // Attempts that came to nothing in different ways: one of them, nobody knows which.
  return [
    ...distinct(changed.filter((each) => !hasLooked(each))),
    ...(nothing.length > 0 ? distinct(nothing) : found),
  ];
}

/** What is said of them, each once; the same finding of two has what either knows of it. */
function distinct(outcomes: readonly ProbeOutcome[]): readonly ProbeOutcome[] {
  const told = new Map<string, ProbeOutcome>();
  for (const one of outcomes) {
    const same = told.get(saidBy(one));
    const looked = same !== undefined && hasLooked(one);
    told.set(saidBy(one), looked ? withFindings(one, [...same.findings, ...one.findings]) : one);
  }
  return [...told.values()];
}

function withFindings(outcome: ProbeOutcome, findings: readonly Finding[]): ProbeOutcome {
  const told = new Map<string, Finding>();
  for (const one of findings) {
    const facts = { ...told.get(findingKey(one))?.facts, ...one.facts };
    told.set(findingKey(one), { ...one, facts });
  }
  const each = [...told.values()];
  return { ...outcome, status: each.length === 0 ? 'healthy' : 'unhealthy', findings: each };
}

/** A fact that a fault has changed stays changed; what anybody calls down is down. */
function factsTogether(outcomes: readonly ProbeOutcome[], healthy: ProbeOutcome): ProbeOutcome['facts'] {
  const said = outcomes.flatMap(({ facts }) => Object.entries(facts));
  const changed = said.filter(([name, value]) => healthy.facts[name] !== value);
  const down = said.filter(([, value]) => value === 'down');
  return Object.fromEntries([...Object.entries(healthy.facts), ...changed, ...down]);
}

/** What the bot says to a symptom. */
export interface Said {
  readonly judgements: readonly DiagnosisJudgement[];
  readonly outcomes: readonly ProbeOutcome[];
  /** The most that any probe may have said: so many readings there are of what could not be seen. */
  readonly readings: number;
}

export interface Simulation {
  readonly healthy: Evidence;
  /** `reading`: of what each probe may say, the first, which has seen least, the second, … or the last. */
  ask(evidence: readonly Evidence[], reading: number, symptom: string): Promise<Said>;
}

/** On the platform that was recorded while it was healthy. */
export function openSimulation(healthy: Evidence): Simulation {
  const { clock, environment, rules, targets } = healthy.recording;
  const redactor = createRedactor();
  const { diagnosing } = openChecks({
    ...{ config: { environments: {} }, logger, clock, rules, targets },
    redactorOf: () => redactor,
  });
  return {
    healthy,
    async ask(evidence, reading, symptom) {
      let readings = 1;
      const outcomeOf = async (call: ProbeCall): Promise<ProbeOutcome> => {
        const outcomes = await Promise.all(evidence.map((each) => each.outcomeOf(call)));
        const may = together(outcomes, await healthy.outcomeOf(call));
        readings = Math.max(readings, may.length);
        return may[reading] ?? may.at(-1) ?? may[0];
      };
      const diagnosis = createDiagnoseHere({
        ...diagnosing,
        probes: {
          async run(calls, { onOutcome }) {
            const distinct = new Map(calls.map((call) => [callKey(call), call])).values();
            const outcomes = await Promise.all([...distinct].map(outcomeOf));
            for (const outcome of outcomes) onOutcome?.(outcome);
            return outcomes;
          },
        },
      });
      const { signal } = new AbortController();
      const answer = await diagnosis.run({ environment, text: symptom, signal });
      if (answer.kind === 'choose') throw new Error(`${symptom} is no one symptom`);
      return { judgements: answer.judgements, outcomes: answer.outcomes, readings };
    },
  };
}

/** A fault as it was recorded. */
export interface RecordedFault {
  readonly id: string;
  readonly expected: Expectation;
  readonly evidence: Evidence;
  /** Its own recording is enough to confirm it: no probe is wanting that a bundle never asks. */
  readonly isConfirmedAlone: boolean;
  /** In which state it puts parts, by its own recording or by its name. */
  readonly states: ReadonlyMap<PartId, string>;
}

/** What the program of a part does, by the finding that says so; a part can do one of these at a time. */
const stateBy: Readonly<Partial<Record<FindingCode, string>>> = {
  PART_PAUSED: 'paused',
  PART_NOT_RUNNING: 'ends',
  SERVICE_EXITS_AT_START: 'ends',
  POD_CRASH_LOOPING: 'ends',
  POD_FAILED: 'ends',
  POD_OOM_KILLED: 'ends',
  POD_IMAGE_UNAVAILABLE: 'has no image',
  POD_UNSCHEDULABLE: 'has no node',
  POD_CONFIG_MISSING: 'has no configuration',
  POD_COMMAND_MISSING: 'has no command',
  POD_INIT_WAITS: 'waits in its init container',
  POD_EVICTED: 'is evicted',
  POD_REFUSED: 'is refused',
  POD_PROBE_FAILS: 'runs',
  // None of its Pods is wanted.
  PART_MISSING: 'is not there',
  // It takes no connection yet, whatever would become of one.
  NEO4J_STARTING: 'starts',
};

function statesOf(id: string, outcomes: readonly ProbeOutcome[]): ReadonlyMap<PartId, string> {
  const [, named] = /^part\.([^.]+)/.exec(id) ?? [];
  const ofName = partIds.filter((part) => part === named).map((part) => [part, 'runs'] as const);
  const said = outcomes.flatMap(({ findings }) =>
    findings.flatMap(({ code, part }) => {
      // As with two faults of one part: what is cut off shows no other state.
      const state = code === 'CONTAINER_OFF_NETWORK' && named === undefined ? 'is cut off' : stateBy[code];
      return state === undefined ? [] : [[part, state] as const];
    }),
  );
  return new Map([...ofName, ...said]);
}

/** What a recording says by itself. */
export async function recordedFault(
  { ask }: Simulation,
  { id, expected, evidence }: Pick<RecordedFault, 'id' | 'expected' | 'evidence'>,
): Promise<RecordedFault> {
  const said = await ask([evidence], 0, expected.symptom);
  const confirmed = causesOf(said).flatMap(({ cause, verdict }) => (verdict === 'confirmed' ? cause.id : []));
  const { later } = expected;
  // So many questions were asked for the recording that it is what these make of it.
  const now = later !== undefined && confirmed.includes(later) ? { ...expected, cause: later } : expected;
  const isConfirmedAlone = confirmed.some((cause) => isTrue(now, cause));
  // Its own symptom need not ask for a part that had to be stopped for it.
  const running = await Promise.all(
    partIds.map((part) => evidence.outcomeOf({ probe: 'runtime.running', with: { part } })),
  );
  const states = statesOf(id, [...running, ...said.outcomes]);
  return { id, expected: now, evidence, isConfirmedAlone, states };
}

/** Why they cannot be there at once; undefined: they can. */
export function whyApart(faults: readonly RecordedFault[]): string | undefined {
  const known = new Map<PartId, string>();
  for (const [part, state] of faults.flatMap(({ states }) => [...states])) {
    if (known.has(part) && known.get(part) !== state) return `${part} cannot be in two states at once`;
    known.set(part, state);
  }
  return undefined;
}

const causesOf = ({ judgements }: Said): readonly CauseJudgement[] =>
  judgements.flatMap(({ causes }) => causes);

/** The way to another part, which the answer was led to, says nothing of this one but what is confirmed there. */
const causesFor = (symptom: string, { judgements }: Said): readonly CauseJudgement[] =>
  judgements.flatMap(({ diagnosis, causes }) =>
    isWay(diagnosis) && symptom !== `H2 ${diagnosis.part}`
      ? causes.filter(({ verdict }) => verdict === 'confirmed')
      : causes,
  );

/** What is wrong with the answers to two faults or more, by each reading of what could not be seen. */
export async function judgeSimulated(
  { ask }: Simulation,
  faults: readonly RecordedFault[],
  /** Parts that any of them breaks. */
  touched: ReadonlySet<PartId>,
): Promise<readonly string[]> {
  const expected = faults.map((one) => one.expected);
  const evidence = faults.map((one) => one.evidence);
  const broken = new Set([...touched, ...faults.flatMap(({ states }) => [...states.keys()])]);
  const symptoms = new Set(expected.flatMap(({ symptom, elsewhere = [] }) => [symptom, ...elsewhere]));
  const problems: string[] = [];
  for (let reading = 0, readings = 1; reading < readings; reading += 1) {
    const all = new Map<string, Said>();
    for (const symptom of symptoms) all.set(symptom, await ask(evidence, reading, symptom));
    readings = Math.max(readings, ...[...all.values()].map((said) => said.readings));
    const answers = new Map(
      [...all].map(([symptom, said]) => {
        const causes = causesFor(symptom, said).map(({ cause, verdict }) => ({ id: cause.id, verdict }));
        return [symptom, { causes, title: '', evidence: said.outcomes }] as const;
      }),
    );
    const { verdicts, problems: found } = judgeCombination(expected, answers);
    const nobodyCouldTell = isHidden(faults, all) && !verdicts.includes('confirmed');
    problems.push(
      ...[
        ...found.filter((problem) => !(nobodyCouldTell && problem === nothingFound)),
        ...[...all].flatMap(([symptom, said]) => [
          ...ofOtherParts(said, broken).map((problem) => asked(symptom, problem)),
          ...ruledOut(said, expected).map((problem) => asked(symptom, problem)),
          ...outOfOrder(said, expected).map((problem) => asked(symptom, problem)),
        ]),
      ].map((problem) => `${problem} (reading ${reading + 1} of ${readings})`),
    );
  }
  return problems;
}

/**
 * Each does no harm, or is possible: its own recording says no more, or with the others there is nothing to see where it
 * was seen alone.
 */
function isHidden(faults: readonly RecordedFault[], all: ReadonlyMap<string, Said>): boolean {
  return faults.every(({ expected, isConfirmedAlone }) => {
    if (expected.harmless === true) return true;
    const said = all.get(expected.symptom);
    const own = said === undefined ? [] : causesOf(said).filter(({ cause }) => isTrue(expected, cause.id));
    return own.some(
      ({ verdict, missing }) =>
        verdict === 'possible' && missing.length > 0 && (!isConfirmedAlone || missing.some(isTargetsDoing)),
    );
  });
}

/** Ways to parts that none of them breaks. */
function ofOtherParts({ judgements }: Said, broken: ReadonlySet<PartId>): readonly string[] {
  return judgements
    .filter(
      ({ diagnosis, overall }) =>
        isWay(diagnosis) && overall === 'cause-found' && !broken.has(diagnosis.part),
    )
    .map(({ diagnosis }) => certain(`${diagnosis.part} is not broken`));
}

/** Whoever asks for another symptom is not told that a planted cause is ruled out. */
function ruledOut({ judgements }: Said, expected: readonly Expectation[]): readonly string[] {
  return expected
    .filter(({ harmless, shownBySilence, symptom, cause }) => {
      if (harmless === true || shownBySilence === true) return false;
      return judgements.some(
        ({ diagnosis, causes }) =>
          (!isWay(diagnosis) || symptom === `H2 ${diagnosis.part}`) &&
          causes.some((one) => one.cause.id === cause && one.verdict === 'ruled-out'),
      );
    })
    .map(({ cause }) => missed(cause, 'ruled-out'));
}

/** Of two that are confirmed, the one that the other stands on comes first: its remedy is the first. */
function outOfOrder({ judgements }: Said, expected: readonly Expectation[]): readonly string[] {
  const found = rootsFirst(judgements)
    .flatMap(({ causes }) => causes)
    .filter(
      ({ verdict, cause: { id } }) => verdict === 'confirmed' && expected.some(({ cause }) => cause === id),
    )
    .map(({ cause }) => cause);
  const areOne = (id: string, other: string) => expected.some((one) => isTrue(one, id) && isTrue(one, other));
  return found.flatMap(({ id, part }, at) =>
    found
      .slice(at + 1)
      .filter((later) => foundations(part).includes(later.part))
      // Told before under another name of it.
      .filter((later) => !found.slice(0, at).some((before) => areOne(before.id, later.id)))
      .map((later) => `${id} stands before ${later.id}, its root`),
  );
}
