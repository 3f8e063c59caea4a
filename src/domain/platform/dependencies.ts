import { type PartId, partIds } from './part.ts';
import { guide } from './table.ts';

/**
 * Who needs whom to do its work, by what the services name as their dependencies in their health status. `runtime`
 * carries everything and is judged apart.
 */
export const dependencies = Object.fromEntries(
  partIds.map((part) => [part, guide.parts[part].dependsOn]),
) as unknown as Readonly<Record<PartId, readonly PartId[]>>;

/** Every part `part` stands on, directly or not, nearest first. */
export function foundations(part: PartId): readonly PartId[] {
  const seen: PartId[] = [];
  const queue = [...dependencies[part]];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (seen.includes(next)) continue;
    seen.push(next);
    queue.push(...dependencies[next]);
  }
  return seen;
}

/** Distance from the bottom of the graph: 0 for parts that need nothing. Roots sort before consequences. */
export function depth(part: PartId): number {
  const below = dependencies[part];
  return below.length === 0 ? 0 : 1 + Math.max(...below.map(depth));
}

/** Who connects to whom: each part to those that it needs, and besides as the platform's requests go. */
export const wantedConnections: readonly (readonly [PartId, PartId])[] = [
  ...partIds.flatMap((from) => dependencies[from].map((to) => [from, to] as const)),
  ...partIds.flatMap((from) => {
    const row = guide.parts[from];
    return 'alsoConnects' in row ? row.alsoConnects.map((to) => [from, to] as const) : [];
  }),
];
