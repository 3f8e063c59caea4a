import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';

/** A function of a Go profile with its share. */
export interface HotFunction {
  /** Package path and name: `aetherius.lab/services/internal/rules.match`. */
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** Own value and value with callees, in the profile's unit. */
  readonly flat: number;
  readonly cumulative: number;
}

export interface ProfileSummary {
  readonly unit: string;
  readonly total: number;
  /** By flat value, largest first. */
  readonly functions: readonly HotFunction[];
}

const isGzip = (bytes: Uint8Array) => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** The Go runtime, the standard library and the profiler itself: where time is spent, but never why. */
export function isForeign(name: string): boolean {
  const first = name.split('/')[0] ?? '';
  return (
    !first.includes('.') ||
    /^(?:runtime|internal|syscall|vendor)\b/.test(name) ||
    name.startsWith('golang.org/')
  );
}

/**
 * Reads a `pprof` profile (gzipped protobuf) and sums it by function.
 * @param type sample type: `cpu`, `inuse_space`, `alloc_space`; the last one when absent
 */
export function readProfile(bytes: Uint8Array, type?: string): ProfileSummary {
  const profile = Profile.decode(isGzip(bytes) ? gunzipSync(bytes) : bytes);
  const strings = profile.stringTable.strings;
  const text = (index: number | bigint) => strings[Number(index)] ?? '';
  const types = profile.sampleType.map((sample) => text(sample.type));
  const column = type === undefined ? types.length - 1 : types.indexOf(type);
  const functions = new Map(profile.function.map((fn) => [Number(fn.id), fn]));
  const locations = new Map(profile.location.map((location) => [Number(location.id), location]));
  const sums = new Map<number, { flat: number; cumulative: number; line: number }>();
  let total = 0;
  for (const sample of profile.sample) {
    const value = Number(sample.value[column] ?? 0);
    total += value;
    const seen = new Set<number>();
    for (const [depth, id] of sample.locationId.entries()) {
      // Inlined calls stand as several lines of one location, innermost first.
      for (const [inline, line] of (locations.get(Number(id))?.line ?? []).entries()) {
        const fn = Number(line.functionId);
        const entry = sums.get(fn) ?? { flat: 0, cumulative: 0, line: Number(line.line) };
        if (depth === 0 && inline === 0) entry.flat += value;
        if (!seen.has(fn)) entry.cumulative += value;
        seen.add(fn);
        sums.set(fn, entry);
      }
    }
  }
  const unit = profile.sampleType[column];
  return {
    unit: unit === undefined ? '' : text(unit.unit),
    total,
    functions: [...sums]
      .map(([id, { flat, cumulative, line }]) => {
        const fn = functions.get(id);
        return {
          name: fn === undefined ? '?' : text(fn.name),
          file: fn === undefined ? '' : text(fn.filename),
          line,
          flat,
          cumulative,
        };
      })
      .toSorted((a, b) => b.flat - a.flat || b.cumulative - a.cumulative),
  };
}

/**
 * The function of the program itself that most of the profile passes through: the deepest one that still holds
 * nearly as much as its callers, so that `main` and the worker loop do not win over the loop that burns.
 */
export function culprit(summary: ProfileSummary): HotFunction | undefined {
  const own = summary.functions.filter((fn) => !isForeign(fn.name));
  const byFlat = own.toSorted((a, b) => b.flat - a.flat)[0];
  if (byFlat !== undefined && byFlat.flat >= summary.total * 0.2) return byFlat;
  const most = Math.max(0, ...own.map((fn) => fn.cumulative));
  return own
    .filter((fn) => fn.cumulative >= most * 0.8)
    .toSorted((a, b) => b.flat - a.flat || a.cumulative - b.cumulative)[0];
}
