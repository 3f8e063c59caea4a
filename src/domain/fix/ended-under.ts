import type { Facts } from '../kernel/facts.ts';
import type { StepRow } from './rows.ts';

/** One life of a container or Pod, by when it ended as its engine has it. */
export interface EndedLife {
  readonly id: string;
  /** ISO time; absent: no life of it has ended. */
  readonly finishedAt?: string;
}

/** What a step that changes a memory limit leaves: the limit until then, and which life had ended last. */
export const limitChanged = ({ id, finishedAt }: EndedLife, formerBytes: number): Facts => ({
  limit_of: id,
  ended_last: finishedAt ?? null,
  former_memory_bytes: formerBytes,
});

/**
 * The memory limit under which this life ended, 0 for none, where a fix has changed it since; `steps` of any fixes. Told by
 * the life itself and not by the time: the clock of an engine is another one than ours.
 */
export function endedUnder({ id, finishedAt }: EndedLife, steps: readonly StepRow[]): number | undefined {
  if (finishedAt === undefined) return undefined;
  const [first] = steps
    .filter(({ outcome }) => outcome === 'done')
    .filter(({ facts }) => facts.limit_of === id && facts.ended_last === finishedAt)
    .toSorted((a, b) => a.intentAt.getTime() - b.intentAt.getTime());
  const former = first?.facts.former_memory_bytes;
  return typeof former === 'number' ? former : undefined;
}
