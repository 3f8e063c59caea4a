/** What a run of `npm run reliability` has to do, and what of it an earlier one has done. */
import { type KindAction, kindActions } from '../../test/crash/kinds.ts';
import {
  type Fault,
  faults,
  kindScenarios,
  type Scenario,
  scenarios,
  type Trial,
} from '../../test/crash/scenario.ts';
import { type Race, type Raced, races } from '../../test/support/races.ts';

/** Runs of each point that count as the whole. */
export const wholeRuns: Readonly<Record<Fault, number>> = {
  SIGKILL: 100,
  pooler: 20,
  SIGSTOP: 20,
  redis: 20,
  postgres: 20,
  blocked: 3,
};

/** Runs of each point for one remediation of each other kind of target. */
export const kindRuns = 5;

export interface Choice {
  /** Instead of the numbers above. */
  readonly runs?: number;
  /** Such as `['R-K3']`; empty: all. */
  readonly points: readonly string[];
  /** Empty: all. */
  readonly faults: readonly string[];
}

export interface Task {
  readonly scenario: Scenario;
  readonly fault: Fault;
  readonly round: number;
}

type Known = Pick<Trial, 'point' | 'action' | 'fault' | 'round'>;
const keyOf = ({ point, action, fault, round }: Known) => `${fault} ${point} ${action} ${round}`;

/** Every run that is wanted and not done, spread so that one that is broken off has seen something of everything. */
export function tasksOf(choice: Choice, done: readonly Known[]): readonly Task[] {
  const known = new Set(done.map(keyOf));
  return (Object.keys(faults) as Fault[])
    .filter((fault) => choice.faults.length === 0 || choice.faults.includes(fault))
    .flatMap((fault) =>
      scenarios
        .filter(({ point }) => choice.points.length === 0 || choice.points.includes(point))
        .flatMap((scenario) => {
          const runs = choice.runs ?? wholeRuns[fault];
          return Array.from({ length: runs }, (_none, round) => ({
            ...{ scenario, fault, round, at: round / runs },
          }));
        }),
    )
    .filter(({ scenario, fault, round }) => !known.has(keyOf({ ...scenario, fault, round })))
    .toSorted((a, b) => a.at - b.at)
    .map(({ scenario, fault, round }) => ({ scenario, fault, round }));
}

/** Killed at every point, for one remediation of each other kind of target; by kind, since each has a lane of its own. */
export function kindTasks(
  choice: Choice,
  done: readonly Known[],
): readonly { readonly kind: KindAction; readonly tasks: readonly Task[] }[] {
  const known = new Set(done.map(keyOf));
  return kindActions.map((kind) => ({
    kind,
    tasks: Array.from({ length: choice.runs ?? kindRuns }, (_none, round) =>
      kindScenarios[kind]
        .filter(({ point }) => choice.points.length === 0 || choice.points.includes(point))
        .map((scenario): Task => ({ scenario, fault: 'SIGKILL', round })),
    )
      .flat()
      .filter(({ scenario, fault, round }) => !known.has(keyOf({ ...scenario, fault, round }))),
  }));
}

/** Rounds of each race at a time, so that one that is broken off loses few. */
const part = 50;

/** The rounds that are left, a part of each race in turn. */
export function roundsOf(
  whole: number,
  done: readonly Pick<Raced, 'race' | 'rounds'>[],
): readonly { readonly race: Race; readonly rounds: number }[] {
  const left = races.flatMap((race) => {
    const were = done.filter((one) => one.race === race.name).reduce((sum, { rounds }) => sum + rounds, 0);
    const missing = Math.max(0, whole - were);
    return Array.from({ length: Math.ceil(missing / part) }, (_none, turn) => ({
      ...{ race, turn, rounds: Math.min(part, missing - turn * part) },
    }));
  });
  return left.toSorted((a, b) => a.turn - b.turn).map(({ race, rounds }) => ({ race, rounds }));
}
