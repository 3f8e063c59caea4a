/** Fewer than this are told one by one. */
const MANY = 3;

/**
 * Open causes that are open for the same reason, in groups: the reader must not see the same sentence nine times. `reason` is equal
 * for those of one group; a group of one or two is taken apart again. In the order of the first of each.
 */
export function alike<T>(open: readonly T[], reason: (one: T) => string): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const one of open) {
    const key = reason(one);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return [...groups.values()].flatMap((group) => (group.length < MANY ? group.map((one) => [one]) : [group]));
}
