import { EntryReader } from '../../../src/domain/logs/entries.ts';
import { createGrouping } from '../../../src/domain/logs/grouping.ts';
import { asInGuide } from '../../../src/domain/platform/platform.ts';
import type { Entry } from './corpus.ts';

export interface Agreement {
  /** Entries that were read. */
  readonly read: number;
  readonly groups: number;
  /** Share of entries of the kind that most of their group are. */
  readonly purity: number;
  /** Share of entries in the group that most of their kind are in. */
  readonly completeness: number;
}

/** How far the groups of a corpus agree with the kinds that it was made of. */
export function agreementOn(entries: readonly Entry[], now: number): Agreement {
  const grouping = createGrouping(asInGuide);
  const found: number[] = [];
  const reader = new EntryReader({
    now,
    wanted: () => true,
    emit: (entry) => found.push(grouping.of(entry)?.shape.id ?? -1),
  });
  for (const { lines } of entries) for (const line of lines) reader.push(line);
  reader.end();
  const pairs = entries.map(({ kind }, at) => ({ kind, group: String(found[at] ?? -1) }));
  return {
    read: found.length,
    groups: new Set(found).size,
    purity: share(pairs.map(({ kind, group }) => [group, kind])),
    completeness: share(pairs.map(({ kind, group }) => [kind, group])),
  };
}

/** Share of pairs whose second is what most of those with the same first have. */
function share(pairs: readonly (readonly [string, string])[]): number {
  const counts = new Map<string, Map<string, number>>();
  for (const [first, second] of pairs) {
    const of = counts.get(first) ?? new Map<string, number>();
    of.set(second, (of.get(second) ?? 0) + 1);
    counts.set(first, of);
  }
  return [...counts.values()].reduce((sum, of) => sum + Math.max(...of.values()), 0) / pairs.length;
}
