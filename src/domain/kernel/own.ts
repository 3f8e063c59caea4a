/**
 * The entry of a map whose keys come from outside (labels, variables, names somebody typed). Plain indexing finds
 * `constructor` and `toString` in every object, because they stand on its prototype.
 */
export function own<T>(map: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined;
}
