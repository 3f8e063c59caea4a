/**
 * Two faults at once, simulated: the evidence that each left when it was recorded alone, put together by rules, and judged
 * as a live answer is. It is no platform with two faults: facts that exist only together are in no recording, and what one
 * fault takes away from the other's evidence is known only where the same probe looked at both.
 */

import { cutOff, type RecordedRow } from '../../src/domain/bundle/recording.ts';
import { openRecording, type Recording } from '../../src/domain/bundle/replay.ts';
import { isWay } from '../../src/domain/diagnosis/diagnosis.ts';
import type { CauseJudgement, DiagnosisJudgement } from '../../src/domain/diagnosis/judgement.ts';
import { targetStages } from '../../src/domain/kernel/errors.ts';
import { createRedactor } from '../../src/domain/kernel/redact/redactor.ts';
import { foundations } from '../../src/domain/platform/dependencies.ts';
import { type PartId, partIds } from '../../src/domain/platform/part.ts';
import { type Finding, findingKey } from '../../src/domain/probe/finding.ts';
import { type FindingCode, traitsOf } from '../../src/domain/probe/findings.ts';
import { callKey, type ProbeCall, type ProbeOutcome } from '../../src/domain/probe/probe.ts';
import { openChecks } from '../../src/main/checks.ts';
import { createLogger } from '../../src/platform/process/logger.ts';
import { probes } from '../../src/probes/index.ts';
import { createDiagnoseHere } from '../../src/services/diagnosis/diagnose-here.service.ts';
import { summaryOf } from '../../src/services/diagnosis/diagnose-run.service.ts';
import { createProbeRunner } from '../../src/services/run/probe-runner.service.ts';
import { judgeCombination } from './combination-trial.ts';
import { type Expectation, isTrue } from './expectation.ts';

/** What an outcome of nothing does to the other one: nobody sees that either, or it is seen all the same. */
export const readings = ['hides', 'stands'] as const;
export type Reading = (typeof readings)[number];

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
const saidBy = ({ status, reason, cause, findings }: ProbeOutcome): string =>
  JSON.stringify([status, reason, cause?.code, findings.map(findingKey).toSorted()]);

/** Nothing was heard at all: what somebody would have said was not said. */
const silences: ReadonlySet<FindingCode> = new Set(['NOBODY_PUBLISHES']);
/** A look that found nobody, or came to nothing: it has seen nothing else. */
const sawNothing = ({ findings }: ProbeOutcome): boolean =>
  findings.some(({ code }) => silences.has(code) || traitsOf(code).ownAttempt === true);

/** The target itself kept us from looking, and so from whatever else there is to see. A look that we gave up did not. */
const wasShutOut = (outcome: ProbeOutcome): boolean =>
  isTargetsDoing(outcome) && [...targetStages].some((stage) => stage === outcome.cause?.code);
/** Nothing could be seen, and it was not this process that gave up. */
const isTargetsDoing = ({ cause }: ProbeOutcome): boolean => cause !== undefined && !cutOff.has(cause.code);

/**
 * What a probe would say where both faults are. `isOpen`: the readings differ.
 *
 * - What a recording lacks is taken as on the healthy platform, and as not looked at where that lacks it, too.
 * - An outcome as on the healthy platform leaves the other one as it is.
 * - Both looked: the findings of both, the same one once; but a look that saw nothing has not seen the other's either.
 * - One was shut out by the target: so is whoever wants to see the other's.
 * - One could not look for another reason: by the reading, nobody sees the other's, or it stands.
 */
export function together(
  one: ProbeOutcome,
  other: ProbeOutcome,
  healthy: ProbeOutcome,
  reading: Reading,
): { readonly outcome: ProbeOutcome; readonly isOpen: boolean } {
  const [a, b] = [one, other].map((each) => (isRecorded(each) ? each : healthy)) as [
    ProbeOutcome,
    ProbeOutcome,
  ];
  const facts = factsTogether(a, b, healthy);
  const settled = (outcome: ProbeOutcome) => ({ outcome: { ...outcome, facts }, isOpen: false });
  if (sayTheSame(a, healthy)) return settled(b);
  if (sayTheSame(b, healthy)) return settled(a);
  if (sayTheSame(a, b)) return settled(hasLooked(a) ? withFindings(a, [...b.findings, ...a.findings]) : a);
  const [blind, sharp] = hasLooked(a) || wasShutOut(b) ? [b, a] : [a, b];
  if (hasLooked(blind)) {
    if (sawNothing(a) !== sawNothing(b)) return settled(sawNothing(a) ? a : b);
    // Two attempts that came to nothing in different ways: one of them, nobody knows which.
    if (sawNothing(a)) return { outcome: { ...(reading === 'hides' ? a : b), facts }, isOpen: true };
    return settled(withFindings(a, [...a.findings, ...b.findings]));
  }
  if (wasShutOut(blind)) return settled(blind);
  return { outcome: { ...(reading === 'hides' ? blind : sharp), facts }, isOpen: true };
}

function withFindings(outcome: ProbeOutcome, findings: readonly Finding[]): ProbeOutcome {
  const told = new Map<string, Finding>();
  // The same one of both has what either knows of it.
  for (const one of findings) {
    const facts = { ...told.get(findingKey(one))?.facts, ...one.facts };
    told.set(findingKey(one), { ...one, facts });
  }
  const distinct = [...told.values()];
  return { ...outcome, status: distinct.length === 0 ? 'healthy' : 'unhealthy', findings: distinct };
}

/** A fact that a fault has changed stays changed; what either calls down is down. */
function factsTogether(a: ProbeOutcome, b: ProbeOutcome, healthy: ProbeOutcome): ProbeOutcome['facts'] {
  const changed = ({ facts }: ProbeOutcome) =>
    Object.entries(facts).filter(([name, value]) => healthy.facts[name] !== value);
  const down = [a, b].flatMap(({ facts }) => Object.entries(facts).filter(([, value]) => value === 'down'));
  return Object.fromEntries([...Object.entries(healthy.facts), ...changed(b), ...changed(a), ...down]);
}

/** What the bot says to a symptom. */
export interface Said {
  readonly judgements: readonly DiagnosisJudgement[];
  readonly outcomes: readonly ProbeOutcome[];
  /** Another reading may say something else. */
  readonly isOpen: boolean;
}

export interface Simulation {
  readonly healthy: Evidence;
  ask(pair: readonly [Evidence, Evidence], reading: Reading, symptom: string): Promise<Said>;
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
    async ask([one, other], reading, symptom) {
      let isOpen = false;
      const outcomeOf = async (call: ProbeCall): Promise<ProbeOutcome> => {
        const [a, b, well] = await Promise.all([one, other, healthy].map((each) => each.outcomeOf(call)));
        if (a === undefined || b === undefined || well === undefined) throw new Error('no outcome');
        const said = together(a, b, well, reading);
        isOpen ||= said.isOpen;
        return said.outcome;
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
      return { judgements: answer.judgements, outcomes: answer.outcomes, isOpen };
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
  POD_PROBE_FAILS: 'runs',
  // It takes no connection yet, whatever would become of one.
  NEO4J_STARTING: 'starts',
};

function statesOf(id: string, { outcomes }: Said): ReadonlyMap<PartId, string> {
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
  { ask, healthy }: Simulation,
  { id, expected, evidence }: Pick<RecordedFault, 'id' | 'expected' | 'evidence'>,
): Promise<RecordedFault> {
  const said = await ask([evidence, healthy], 'stands', expected.symptom);
  const confirmed = causesOf(said).flatMap(({ cause, verdict }) => (verdict === 'confirmed' ? cause.id : []));
  const { later } = expected;
  // So many questions were asked for the recording that it is what these make of it.
  const now = later !== undefined && confirmed.includes(later) ? { ...expected, cause: later } : expected;
  const isConfirmedAlone = confirmed.some((cause) => isTrue(now, cause));
  return { id, expected: now, evidence, isConfirmedAlone, states: statesOf(id, said) };
}

/** Why two cannot be there at once; undefined: they can. */
export function whyApart(one: RecordedFault, other: RecordedFault): string | undefined {
  const part = [...one.states.keys()].find((each) => {
    const state = other.states.get(each);
    return state !== undefined && state !== one.states.get(each);
  });
  return part === undefined ? undefined : `${part} cannot be in two states at once`;
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

/** What is wrong with the answers to a pair, by each reading of what could not be seen. */
export async function judgeSimulated(
  { ask }: Simulation,
  pair: readonly [RecordedFault, RecordedFault],
  /** Parts that either breaks. */
  touched: ReadonlySet<PartId>,
): Promise<readonly string[]> {
  const expected = pair.map((one) => one.expected);
  const broken = new Set([...touched, ...pair.flatMap(({ states }) => [...states.keys()])]);
  const symptoms = new Set(expected.flatMap(({ symptom, elsewhere = [] }) => [symptom, ...elsewhere]));
  const problems: string[] = [];
  for (const reading of readings) {
    const all = new Map<string, Said>();
    for (const symptom of symptoms)
      all.set(symptom, await ask([pair[0].evidence, pair[1].evidence], reading, symptom));
    const answers = new Map(
      [...all].map(([symptom, said]) => {
        const causes = causesFor(symptom, said).map(({ cause, verdict }) => ({ id: cause.id, verdict }));
        return [symptom, { causes, title: '' }] as const;
      }),
    );
    const { verdicts, problems: found } = judgeCombination(expected, answers);
    const nobodyCouldTell = isHidden(pair, all) && !verdicts.includes('confirmed');
    problems.push(
      ...[
        ...found.filter(
          (problem) => !(nobodyCouldTell && problem === 'nothing that is planted is confirmed'),
        ),
        ...[...all].flatMap(([symptom, said]) => [
          ...ofOtherParts(said, broken).map((problem) => `${symptom}: ${problem}`),
          ...ruledOut(said, expected).map((problem) => `${symptom}: ${problem}`),
          ...outOfOrder(said, expected).map((problem) => `${symptom}: ${problem}`),
        ]),
      ].map((problem) => `${problem} (what cannot be seen ${reading})`),
    );
    if ([...all.values()].every(({ isOpen }) => !isOpen)) break;
  }
  return problems;
}

/**
 * Each does no harm, or is possible: its own recording says no more, or with the other one there is nothing to see where
 * it was seen alone.
 */
function isHidden(pair: readonly RecordedFault[], all: ReadonlyMap<string, Said>): boolean {
  return pair.every(({ expected, isConfirmedAlone }) => {
    if (expected.harmless === true) return true;
    const said = all.get(expected.symptom);
    const own = said === undefined ? [] : causesOf(said).filter(({ cause }) => isTrue(expected, cause.id));
    return own.some(
      ({ verdict, missing }) =>
        verdict === 'possible' && missing.length > 0 && (!isConfirmedAlone || missing.some(isTargetsDoing)),
    );
  });
}

/** Ways to parts that neither of the two breaks. */
function ofOtherParts({ judgements }: Said, broken: ReadonlySet<PartId>): readonly string[] {
  return judgements
    .filter(
      ({ diagnosis, overall }) =>
        isWay(diagnosis) && overall === 'cause-found' && !broken.has(diagnosis.part),
    )
    .map(({ diagnosis }) => `${diagnosis.part} is not broken`);
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
    .map(({ cause }) => `${cause} is ruled out`);
}

/** Of two that are confirmed, the one that the other stands on comes first: its remedy is the first. */
function outOfOrder({ judgements, outcomes }: Said, expected: readonly Expectation[]): readonly string[] {
  const found = summaryOf({ judgements, outcomes, asked: 0 }).causes.filter(
    ({ verdict, id }) => verdict === 'confirmed' && expected.some((one) => one.cause === id),
  );
  return found.flatMap(({ id, part }, at) =>
    found
      .slice(at + 1)
      .filter((later) => foundations(part).includes(later.part))
      .map((later) => `${id} stands before ${later.id}, its root`),
  );
}
