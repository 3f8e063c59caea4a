/** One case: planted, asked for, judged, taken away. */

import { faultById } from '../../lab/faults/index.ts';
import { type LookAlike, lookAlikes } from '../../lab/look-alikes/index.ts';
import { until } from '../../lab/selftest.ts';
import type { Fault, Lab, Runtime } from '../../lab/types.ts';
import { present } from '../../src/domain/kernel/present.ts';
import { expectationOf, settled } from '../campaign/expectation.ts';
import { messageOf } from '../campaign/planted.ts';
import type { Shell } from '../campaign/shell.ts';
import type { Case } from './cases.ts';
import { judge, type Said, type Tried } from './judge.ts';
import { type Answer, askOurs, unwell } from './ours.ts';

/** Where a case is tried, and who is asked. */
export interface Stage {
  readonly lab: Lab;
  readonly shell: Shell;
  /** Asked in our place. */
  readonly other?: (asked: string) => Promise<readonly Said[]>;
}

interface Planted {
  readonly fault: Fault;
  readonly variant: string;
}

const plantedBy = (one: Case): readonly Planted[] =>
  one.plant.map(({ fault, variant }) => ({ fault: faultById(fault), variant }));

/** The healthy state of a case; throws for one that the lab does not have. */
export function lookAlikeOf(id: string): LookAlike {
  const found = lookAlikes.find((one) => one.id === id);
  if (found === undefined)
    throw new Error(`no look-alike ${id}; there are ${lookAlikes.map((one) => one.id).join(', ')}`);
  return found;
}

/** Whether a platform can have all that a case wants. */
export function runsOn(one: Case, runtime: Runtime): boolean {
  const wanted =
    one.looksLike === undefined ? plantedBy(one).map(({ fault }) => fault) : [lookAlikeOf(one.looksLike)];
  return wanted.every(({ runtimes }) => runtimes.includes(runtime));
}

/** Causes that are as true as the roots of what is planted. */
export const alsoTrueOf = (one: Case): readonly string[] =>
  plantedBy(one).flatMap(({ fault, variant }) => {
    const { cause, or, later, also } = expectationOf(fault, variant);
    return [cause, ...also, ...[or, later].filter((id) => id !== undefined)];
  });

async function plant(lab: Lab, one: Case): Promise<void> {
  if (one.looksLike !== undefined) {
    await lookAlikeOf(one.looksLike).plant(lab);
    return;
  }
  for (const { fault, variant } of plantedBy(one)) {
    await fault.plant(lab, variant);
    await until(fault, lab, variant, true, fault.within);
    await settled(lab, expectationOf(fault, variant));
  }
}

async function clear(lab: Lab, one: Case): Promise<void> {
  if (one.looksLike !== undefined) await lookAlikeOf(one.looksLike).clear(lab);
  for (const { fault, variant } of plantedBy(one).toReversed()) {
    await fault.clear(lab, variant);
    await until(fault, lab, variant, false, 45);
  }
  await lab.healthy(120);
}

async function answerOf({ shell, other }: Stage, one: Case): Promise<Answer> {
  if (other === undefined) {
    const answer = await askOurs(shell, one.asked);
    // A healthy state has to be so in the table as well.
    const table = one.looksLike === undefined ? [] : await unwell(shell);
    return { ...answer, besides: [...answer.besides, ...table] };
  }
  const began = performance.now();
  const said = await other(one.asked);
  return { said, asked: one.asked, seconds: (performance.now() - began) / 1000, besides: [] };
}

/** Never throws. `left`: what it could not take away again. */
export async function tryCase(
  stage: Stage,
  one: Case,
): Promise<{ readonly tried: Tried; readonly left?: string; readonly besides: readonly string[] }> {
  let answer: Answer | undefined;
  let problem: string | undefined;
  try {
    await plant(stage.lab, one);
    answer = await answerOf(stage, one);
  } catch (error) {
    problem = messageOf(error);
  }
  let left: string | undefined;
  try {
    await clear(stage.lab, one);
  } catch (error) {
    left = messageOf(error);
  }
  const judged = judge(one, answer?.said ?? [], alsoTrueOf(one));
  const besides = answer?.besides ?? [];
  return {
    tried: {
      ...{ case: one, judged, asked: answer?.asked ?? one.asked, seconds: answer?.seconds ?? 0 },
      loud: one.looksLike !== undefined && (judged.wrong.length > 0 || besides.length > 0),
      ...present({ problem }),
    },
    besides,
    ...present({ left }),
  };
}
