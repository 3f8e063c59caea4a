/**
 * The platform as it is: parts of it never work together, so a healthy answer does not exist. What is confirmed before
 * anything is planted stands there; the planted cause has to be found beside it, and nothing else.
 */

import { faults } from '../../lab/faults/index.ts';
import { asIsVariant, isAsIs } from '../../lab/platform/as-is/faults.ts';
import { asIsUp, upAsIs } from '../../lab/runtimes/as-is.ts';
import { asIsKubernetesUp, upAsIsKubernetes } from '../../lab/runtimes/as-is-kubernetes.ts';
import { connectLab, downLab, environmentOf, labStatus } from '../../lab/runtimes/index.ts';
import type { Fault } from '../../lab/types.ts';
import type { DiagnoseOutput } from '../../src/cli/output-schemas.ts';
import { diagnoses } from '../../src/diagnoses/index.ts';
import { present } from '../../src/domain/kernel/present.ts';
import { deprivedShells } from './deprived-shell.ts';
import { type Expectation, expectationOf } from './expectation.ts';
import { type InstallationTrial, nothing, plantedIn } from './planted.ts';
import { putBack } from './put-back.ts';
import { answerOf, Shell } from './shell.ts';
import { type Standing, withStanding } from './standing.ts';
import { confirmed } from './trial.ts';

export interface AsIsOptions {
  readonly runtime: 'compose' | 'kubernetes';
  /** Beginnings of ids; none: all. */
  readonly only: readonly string[];
  readonly keep: boolean;
  /** Ask of each planted fault with one kind of evidence taken away, drawn by this. */
  readonly lessBy?: number;
  readonly print: (line: string) => void;
  /** What ended before and is not done again. */
  readonly isDone: (trial: string) => boolean;
}

/** On Kubernetes its agent has a health check, which fails while it does not answer or has lost NATS. */
export function expectedAsIs(fault: Fault, variant: string, runtime: AsIsOptions['runtime']): Expectation {
  const expected = expectationOf(fault, variant);
  if (runtime === 'compose') return expected;
  if (fault.id === 'part.collect-agent.unreachable') return { ...expected, cause: 'H2.b' };
  return fault.id === 'part.collect-agent.paused' ? { ...expected, or: 'H2.b' } : expected;
}

/** F1: true at any time, and seen only where the bot meets that one of three servers of NATS that the agent is on. */
const always = ['S2.d', 'M1.a'] as const;

/** Brings the platform up, if it is not, and takes it down after the last fault. */
export async function* tryAsIs(options: AsIsOptions): AsyncGenerator<InstallationTrial> {
  const { runtime, only, keep, print, isDone, lessBy } = options;
  const chosen = faults
    .filter((fault) => isAsIs(fault, runtime))
    .filter(({ id }) => only.length === 0 || only.some((prefix) => id.startsWith(prefix)))
    .filter(({ id }) => !isDone(`as-is ${id}`));
  if (chosen.length === 0) return;
  const wasUp = (await labStatus(runtime)) !== 'down';
  // One that is up may have been changed by a fault: what Compose would make of its files alone is not that.
  const quiet = () => undefined;
  if (runtime === 'kubernetes' && !asIsKubernetesUp()) await upAsIsKubernetes('started', quiet);
  if (runtime === 'compose' && !asIsUp()) await upAsIs('started', quiet);
  const lab = connectLab(runtime);
  await lab.healthy(180);
  const told = await environmentOf(runtime);
  const shell = new Shell(told);
  const shells = lessBy === undefined ? undefined : await deprivedShells(lab, told);
  // Who sees less has other answers before as well.
  const known = new Map<Shell, { standing: Standing; readonly asked: Set<string> }>();
  const look = async (by: Shell, symptoms: readonly string[]): Promise<Standing> => {
    const its = known.get(by) ?? {
      standing: new Map(always.map((id) => [id, 'anywhere'] as const)),
      asked: new Set(),
    };
    known.set(by, its);
    for (const symptom of symptoms.filter((one) => !its.asked.has(one))) {
      its.asked.add(symptom);
      const { body } = await by.ask<DiagnoseOutput>('diagnose', ...symptom.split(' '));
      its.standing = withStanding(its.standing, body);
      const found = confirmed(answerOf({ body }));
      if (found.length > 0) print(`   ${symptom} before anything is planted: ${found.join(', ')}`);
    }
    return its.standing;
  };
  // An answer goes on to other diagnoses, and what stands there is not new either.
  const each = diagnoses.map(({ id }) => id).filter((id) => id !== 'H2');
  try {
    for (const fault of chosen) {
      const variant = asIsVariant(fault);
      const expected = expectedAsIs(fault, variant, runtime);
      const { asked: asking, without } = shells?.of(fault, lessBy ?? 0) ?? { asked: shell };
      if (asking === undefined) continue;
      const standing = await look(asking, [...each, expected.symptom]);
      const trial = await plantedIn(asking, lab, fault, {
        ...present({ without }),
        seed: 'as-is',
        runtime,
        variant,
        expected,
        standing,
      });
      const said =
        'impossible' in trial
          ? {
              ...{ ...nothing, seed: 'as-is' as const, runtime, state: `${fault.id} ${variant}` },
              problems: [`cannot be planted: ${trial.impossible}`],
            }
          : trial;
      yield said;
      if (said.problems.length > 0) await lab.healthy(30).catch(() => putBack(lab, print, 300));
    }
  } finally {
    shell.close();
    await shells?.close();
    if (!keep && !wasUp) await downLab(runtime);
  }
}
