/** `T` without `undefined` as a value: what could be it may be absent instead. */
export type Present<T> = {
  [Name in keyof T as undefined extends T[Name] ? never : Name]: T[Name];
} & {
  [Name in keyof T as undefined extends T[Name] ? Name : never]?: Exclude<T[Name], undefined>;
};

/**
 * The fields that have a value, in their order. Under `exactOptionalPropertyTypes` an optional field may be absent and
 * never `undefined`: `{ id, ...present({ note }) }` fits `{ id: string; note?: string }` when `note` may be undefined.
 */
export function present<const T extends object>(fields: T): Present<T> {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) kept[name] = value;
  return kept as Present<T>;
}
