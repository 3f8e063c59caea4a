import type { Facts } from '../kernel/facts.ts';
import type { PartId } from './part.ts';
import { changesOf, type Platform, seenOf } from './platform.ts';
import { guide } from './table.ts';

/**
 * Where a value comes from (R-PLAT1).
 * `configured`: our configuration for the environment names it.
 * `observed`: an object, connection, subscription, file or variable of the running platform shows it.
 * `documented`: the table of the platform, a hypothesis after its guide.
 */
export const valueSources = ['configured', 'observed', 'documented'] as const;
export type ValueSource = (typeof valueSources)[number];

/** A name, subject, path, key or number that a probe compares with what it saw, and where it comes from. */
export interface Sourced<T = string> {
  readonly value: T;
  readonly source: ValueSource;
}

/** A value that the running platform shows. */
export function observed<T>(value: T): Sourced<T> {
  return { value, source: 'observed' };
}

type Group = Exclude<keyof Platform, 'parts'>;
type Fields = Readonly<Record<string, unknown>> | undefined;

/** Of two that name a value the stronger one counts; a value that differs from the guide's without either was configured. */
function sourceOf(
  configured: Fields,
  seen: Fields,
  guided: Fields,
  field: string,
  value: unknown,
): ValueSource {
  if (configured?.[field] !== undefined) return 'configured';
  if (seen?.[field] !== undefined) return 'observed';
  return value === guided?.[field] ? 'documented' : 'configured';
}

/**
 * A fact of a group (`subjects`, `keys`, `paths`, …) with its source: `configured` when the installation names it, also
 * when it names what the guide says; `observed` when the running platform shows it; `documented` otherwise.
 */
export function factOf<G extends Group, F extends keyof Platform[G] & string>(
  platform: Platform,
  group: G,
  field: F,
): Sourced<Platform[G][F]> {
  const value = platform[group][field];
  return {
    value,
    source: sourceOf(changesOf(platform)[group], seenOf(platform)[group], guide[group], field, value),
  };
}

/** A fact of a part (`workload`, `configFile`, `port`, …) with its source; undefined when the part has no such fact. */
export function partFactOf<P extends PartId, F extends keyof Platform['parts'][P] & string>(
  platform: Platform,
  part: P,
  field: F,
): Sourced<NonNullable<Platform['parts'][P][F]>> | undefined {
  const value = platform.parts[part][field];
  if (value === undefined || value === null) return undefined;
  const [configured, seen] = [changesOf(platform).parts?.[part], seenOf(platform).parts?.[part]];
  return { value, source: sourceOf(configured, seen, guide.parts[part], field, value) };
}

/**
 * Whether a comparison with these values may confirm or rule out a cause: that is, whether each has a source beside the documents. A probe
 * whose comparison may not decide answers "could not check" (`AppError` `NOT_FOUND`), never a finding and never
 * healthy.
 */
export function mayDecide(...values: readonly Sourced<unknown>[]): boolean {
  return values.every(({ source }) => source !== 'documented');
}

/** For facts of a finding or an outcome: `{ managerSubject, managerSubjectSource }`. */
export function sourcedFacts(values: Readonly<Record<string, Sourced<string | number | boolean>>>): Facts {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, { value, source }]) => [
      [name, value],
      [`${name}Source`, source],
    ]),
  );
}
