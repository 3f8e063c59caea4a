import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { TargetError } from '../../domain/kernel/errors.ts';

/** A function of a Go profile with its share. */
export interface HotFunction {
  /** Package path and name: `aetherius.lab/services/internal/rules.match`. */
  readonly name: string;
  readonly file: string;
  /** Where most of `own` is, or else where it was met first. */
  readonly line: number;
  /** Own value and value with callees, in the profile's unit. */
  readonly flat: number;
  readonly cumulative: number;
  /**
   * Value of the stacks whose innermost frame of the program's own code this is: itself, and the libraries and the Go
   * runtime below it, but no other function of the program. 0 for everything that is not the program's.
   */
  readonly own: number;
  /** `own`, and that of the functions of the program that the compiler inlined into this one. */
  readonly compiled: number;
}

export interface ProfileSummary {
  readonly unit: string;
  readonly total: number;
  /** How often the profiler looked: of a profile of CPU time, its number of samples. */
  readonly samples: number;
  /** Seconds that it took; undefined when it does not say, as that of a heap. */
  readonly seconds: number | undefined;
  /** By flat value, largest first. */
  readonly functions: readonly HotFunction[];
}

const isGzip = (bytes: Uint8Array) => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** First path elements of the packages that come with Go; names of modules with a dot in them are never among these. */
const standard = new Set(
  (
    'archive bufio builtin bytes cmp compress container context crypto database debug embed encoding errors expvar flag ' +
    'fmt go hash html image index internal io iter log maps math mime net os path plugin reflect regexp runtime slices ' +
    'sort strconv strings structs sync syscall testing text time unicode unique unsafe vendor weak'
  ).split(' '),
);

/** Where Go keeps code of others: `…/pkg/mod/…`, `module@v1.2.3/…` of a trimmed build, `vendor`, or Bazel's `external`. */
const dependencyFile = /@v\d|\/pkg\/mod\/|(?:^|\/)(?:vendor|external)\//;

/**
 * Whether a function is of the program itself: not of the Go runtime, the standard library or a module it depends on,
 * which is where time is spent, but never why. A dependency shows by its file; without files, only `golang.org/x` does.
 */
export function isOwn(name: string, file = ''): boolean {
  // Type arguments have paths of their own.
  const plain = name.replace(/\[.*/, '');
  const dot = plain.indexOf('.', plain.lastIndexOf('/') + 1);
  // Assembly and C have no package.
  if (dot === -1 || /^(?:type|go)[:.]/.test(plain)) return false;
  const first = plain.slice(0, dot).split('/')[0] ?? '';
  return !standard.has(first) && first !== 'golang.org' && !dependencyFile.test(file);
}

/** Go looks a hundred times in each second of CPU time. */
const SAMPLE_NS = 10_000_000;

interface Sum extends Record<'flat' | 'cumulative' | 'own' | 'compiled', number> {
  readonly line: number;
  /** `own` by line. */
  readonly lines: Map<number, number>;
}

const newSum = (line: number): Sum => ({
  ...{ flat: 0, cumulative: 0, own: 0, compiled: 0 },
  ...{ line, lines: new Map() },
});

/** A profile has some megabytes unpacked; what answers in its place may make some kilobytes into gigabytes. */
const mostUnpacked = 64 * 2 ** 20;

function decoded(bytes: Uint8Array): Profile {
  try {
    return Profile.decode(isGzip(bytes) ? gunzipSync(bytes, { maxOutputLength: mostUnpacked }) : bytes);
  } catch (cause) {
    throw new TargetError('protocol', 'the answer is no profile', { cause });
  }
}

/**
 * Reads a `pprof` profile (gzipped protobuf) and sums it by function. TargetError `protocol` for what is none.
 * @param type sample type: `cpu`, `inuse_space`, `alloc_space`; the last one when absent
 */
export function readProfile(bytes: Uint8Array, type?: string): ProfileSummary {
  const profile = decoded(bytes);
  const strings = profile.stringTable.strings;
  const text = (index: number | bigint) => strings[Number(index)] ?? '';
  const types = profile.sampleType.map((sample) => text(sample.type));
  const counted = types.indexOf('samples');
  const column = type === undefined ? types.length - 1 : types.indexOf(type);
  const functions = new Map(
    profile.function.map((fn) => {
      const [name, file] = [text(fn.name), text(fn.filename)];
      return [Number(fn.id), { name, file, own: isOwn(name, file) }];
    }),
  );
  const locations = new Map(profile.location.map((location) => [Number(location.id), location]));
  const sums = new Map<number, Sum>();
  let total = 0;
  let samples = 0;
  for (const sample of profile.sample) {
    const value = Number(sample.value[column] ?? 0);
    total += value;
    if (counted !== -1) samples += Number(sample.value[counted] ?? 0);
    const seen = new Set<number>();
    let met = false;
    for (const [depth, id] of sample.locationId.entries()) {
      let innermost: number | undefined;
      // Inlined calls stand as several lines of one location, innermost first.
      for (const [inline, line] of (locations.get(Number(id))?.line ?? []).entries()) {
        const fn = Number(line.functionId);
        const entry = sums.get(fn) ?? newSum(Number(line.line));
        sums.set(fn, entry);
        if (depth === 0 && inline === 0) entry.flat += value;
        if (!seen.has(fn)) entry.cumulative += value;
        seen.add(fn);
        if (met || functions.get(fn)?.own !== true) continue;
        if (innermost === undefined) {
          entry.own += value;
          entry.lines.set(Number(line.line), (entry.lines.get(Number(line.line)) ?? 0) + value);
        }
        if (innermost !== fn) entry.compiled += value;
        innermost ??= fn;
      }
      met ||= innermost !== undefined;
    }
  }
  const unit = profile.sampleType[column];
  return {
    unit: unit === undefined ? '' : text(unit.unit),
    total,
    samples: counted === -1 ? Math.round(total / (Number(profile.period) || SAMPLE_NS)) : samples,
    seconds: Number(profile.durationNanos) > 0 ? Number(profile.durationNanos) / 1e9 : undefined,
    functions: [...sums]
      .map(([id, { line, lines, ...sum }]) => {
        const { name, file } = functions.get(id) ?? { name: '?', file: '' };
        const [most] = [...lines].toSorted(([, a], [, b]) => b - a);
        return { name, file, line: most?.[0] ?? line, ...sum };
      })
      .toSorted((a, b) => b.flat - a.flat || b.cumulative - a.cumulative),
  };
}

/** A function with the part of the profile that is its own, 0 to 1. */
export interface Culprit {
  readonly fn: HotFunction;
  readonly share: number;
}

/**
 * The function of the program with at least this share of the profile, the one with the largest; undefined without
 * such a function.
 *
 * Every stack counts once, for the innermost function of the program on it: the one that did the work itself or asked a
 * library for it. So `main`, a worker's loop or a handler that merely passes work on has no share of what it calls; a
 * framework has no share of what runs inside it. Stacks without a frame of the program (the garbage collector, the
 * scheduler) count only in the total. Where no function has enough by itself, one counts with the small
 * functions that the compiler inlined into it: they are its own machine code.
 */
export function culprit({ functions, total }: ProfileSummary, least: number): Culprit | undefined {
  const by = (field: 'own' | 'compiled'): Culprit | undefined => {
    const [fn] = functions.toSorted((a, b) => b[field] - a[field] || b.own - a.own);
    const share = fn === undefined || total === 0 ? 0 : fn[field] / total;
    return fn !== undefined && share > 0 && share >= least ? { fn, share } : undefined;
  };
  return by('own') ?? by('compiled');
}
