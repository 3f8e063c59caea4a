import type { HealthReport } from '../health/health.ts';
import { present } from '../kernel/present.ts';
import { nothingQuiet, type Quieted, type Quieting, quietedBy } from '../mute/mute.ts';
import type { InventoryNews, StageDifference } from '../platform/inventory.ts';
import type { PartId } from '../platform/part.ts';
import { type Finding, findingKey, severities } from '../probe/finding.ts';
import type { ProbeOutcome } from '../probe/probe.ts';

/** A finding as the previous digest remembered it. */
export interface RememberedFinding extends Finding {
  /** ISO time since which it is so, as it says itself; else that of the digest that saw it first. */
  readonly firstSeen: string;
}

export interface DigestDifference {
  readonly environment: string;
  readonly localDate: string;
  /** ISO time at which it was due, when it comes noticeably later: the bot was not running then. */
  readonly lateSince?: string;
  /** ISO time of the digest compared with; absent without an earlier digest. */
  readonly since?: string;
  /** The channel had no digest of this environment before, not even one requested by hand. */
  readonly first?: true;
  readonly fresh: readonly RememberedFinding[];
  /** Severity rose, or a number got clearly worse. */
  readonly worse: readonly { readonly before: RememberedFinding; readonly now: RememberedFinding }[];
  readonly fixed: readonly RememberedFinding[];
  readonly still: readonly RememberedFinding[];
  /** Came and went at least twice within the strip. */
  readonly flapping: readonly string[];
  /** Parts that could not be checked: whether their old findings are fixed is unknown. */
  readonly unseen: readonly string[];
  /** Oldest first, at most 7: critical and warning counts per local day; null = no digest that day. */
  readonly strip: readonly {
    readonly localDate: string;
    readonly critical: number | null;
    readonly warning: number | null;
  }[];
  /** What is there and was not told, because people have muted it or accepted it for good. */
  readonly muted?: readonly Quieted[];
  readonly quiet: boolean;
  /** What does not fit together; it is no part's state and counts in nothing else. Absent: it was not checked. */
  readonly drift?: DriftDifference;
  /** What workers found there, beside what they had found at the previous digest. Absent: it was not checked. */
  readonly inventory?: InventoryNews;
  /** Parts that run another image in other environments whose readers are the same. */
  readonly stages?: readonly StageDifference[];
}

export interface DriftDifference {
  readonly fresh: readonly RememberedFinding[];
  readonly still: readonly RememberedFinding[];
  readonly gone: readonly RememberedFinding[];
  /** Checks that could not check. */
  readonly unseen: number;
}

/** A finding as a digest keeps it for the next one. */
export interface StoredFinding extends RememberedFinding {
  /** The probe call that reported it; absent when it was concluded from several. */
  readonly probe?: string;
  /** Local date of the digest that saw it last; older than the digest's own when it is only carried along. */
  readonly lastSeen: string;
  /** It says what does not fit together, and is compared with its like alone. */
  readonly drift?: true;
}

export interface PastDigest {
  readonly localDate: string;
  readonly findings: readonly StoredFinding[];
}

export interface DigestInput {
  readonly environment: string;
  readonly localDate: string;
  /** Of this digest: `firstSeen` of what is new. */
  readonly now: Date;
  readonly lateSince?: string;
  readonly report: HealthReport;
  readonly outcomes: readonly ProbeOutcome[];
  /** Of the checks for drift, with their findings alone that are drift. Absent: it was not checked. */
  readonly drift?: readonly ProbeOutcome[];
  /** Finished digests of the channel and environment before this one, newest first; the first is compared with. */
  readonly past: readonly PastDigest[];
  /** When the first of them was finished. */
  readonly since?: Date;
  /** What need not be told; default: all is told. */
  readonly quieting?: Quieting;
}

/** Days of the strip, this one included. */
export const stripDays = 7;
/** What could not be checked for so long is not carried along any further. */
const carryDays = 30;

/**
 * The difference to the previous digest, and what to remember for the next one. A finding that is gone
 * counts as fixed only if its part could be looked at and the probe that reported it answered.
 */
export function digestDifference(given: DigestInput): {
  readonly difference: DigestDifference;
  readonly remember: readonly StoredFinding[];
} {
  const { difference, remember } = wholeDifference(given);
  return { difference: withoutMuted(difference, given), remember };
}

/** What is muted stands in a list of its own and is no news. It is remembered as ever. */
function withoutMuted(
  whole: DigestDifference,
  { quieting = nothingQuiet, now, past }: DigestInput,
): DigestDifference {
  const muted: Quieted[] = [];
  const told = (finding: RememberedFinding): boolean => {
    const by = quietedBy(finding, quieting, now);
    if (by !== undefined) muted.push({ finding, by });
    return by === undefined;
  };
  const fresh = whole.fresh.filter(told);
  const worse = whole.worse.filter((pair) => told(pair.now));
  const still = whole.still.filter(told);
  const drift =
    whole.drift === undefined
      ? undefined
      : { ...whole.drift, fresh: whole.drift.fresh.filter(told), still: whole.drift.still.filter(told) };
  if (muted.length === 0) return whole;
  const keys = new Set(muted.map(({ finding }) => findingKey(finding)));
  const news = fresh.length + worse.length + whole.fixed.length;
  const drifted = (drift?.fresh.length ?? 0) + (drift?.gone.length ?? 0);
  return {
    ...whole,
    ...{ fresh, worse, still, muted },
    ...present({ drift }),
    flapping: whole.flapping.filter((key) => !keys.has(key)),
    quiet: past.length > 0 && news + drifted === 0,
  };
}

function wholeDifference(given: DigestInput): {
  readonly difference: DigestDifference;
  readonly remember: readonly StoredFinding[];
} {
  const drift = driftDifference(given);
  const isOther = (finding: StoredFinding) => finding.drift !== true;
  const past = given.past.map((one) => ({ ...one, findings: one.findings.filter(isOther) }));
  const { difference, remember } = healthDifference({ ...given, past });
  if (drift === undefined) return { difference, remember: [...remember, ...driftIn(given.past[0])] };
  const { fresh, gone } = drift.difference;
  return {
    difference: {
      ...difference,
      drift: drift.difference,
      quiet: difference.quiet && fresh.length + gone.length === 0,
    },
    remember: [...remember, ...drift.remember],
  };
}

const driftIn = (past: PastDigest | undefined) =>
  (past?.findings ?? []).filter(({ drift }) => drift === true);

/** The same comparison for drift. Without a check that answered, what was there is carried along. */
function driftDifference(
  input: DigestInput,
): { readonly difference: DriftDifference; readonly remember: readonly StoredFinding[] } | undefined {
  const { drift: outcomes, localDate, past } = input;
  if (outcomes === undefined) return undefined;
  const before = new Map(driftIn(past[0]).map((finding) => [findingKey(finding), finding]));
  const now = new Map(
    outcomes.flatMap(({ key: probe, findings }) =>
      findings.map(({ excerpts: _excerpts, ...finding }): readonly [string, StoredFinding] => {
        const key = findingKey(finding);
        const firstSeen = before.get(key)?.firstSeen ?? firstSeenOf(finding, input.now);
        return [key, { ...finding, firstSeen, lastSeen: localDate, probe, drift: true }];
      }),
    ),
  );
  const missing = [...before].flatMap(([key, finding]) => (now.has(key) ? [] : [finding]));
  const gone = missing.filter((finding) => probeAnswered(finding, outcomes));
  const kept = missing.filter(
    (finding) => !gone.includes(finding) && daysBetween(finding.lastSeen, localDate) <= carryDays,
  );
  const couldNot = ({ status, reason }: ProbeOutcome) =>
    status === 'inconclusive' || (status === 'skipped' && reason !== 'not-applicable');
  return {
    difference: {
      fresh: [...now].flatMap(([key, finding]) => (before.has(key) ? [] : [finding])),
      still: [...now].flatMap(([key, finding]) => (before.has(key) ? [finding] : [])),
      gone,
      unseen: outcomes.filter(couldNot).length,
    },
    remember: [...now.values(), ...kept],
  };
}

function healthDifference(input: DigestInput): {
  readonly difference: DigestDifference;
  readonly remember: readonly StoredFinding[];
} {
  const { report, localDate } = input;
  const unseen = new Set(report.rows.filter((row) => !wasSeen(row)).map((row) => row.part));
  const before = new Map((input.past[0]?.findings ?? []).map((finding) => [findingKey(finding), finding]));
  const now = new Map(current(input, before).map((finding) => [findingKey(finding), finding]));

  const fresh = [...now.values()].filter((finding) => !before.has(findingKey(finding)));
  const both = [...now.values()].flatMap((finding) => {
    const old = before.get(findingKey(finding));
    return old === undefined ? [] : [{ before: old, now: finding }];
  });
  const worse = both.filter((pair) => isWorse(pair.before, pair.now));
  const still = both.filter((pair) => !isWorse(pair.before, pair.now)).map((pair) => pair.now);
  const gone = [...before.values()].filter((finding) => !now.has(findingKey(finding)));
  const hidden = (finding: StoredFinding) =>
    unseen.has(finding.part) || !probeAnswered(finding, input.outcomes);
  const carried = gone.filter(hidden);
  const fixed = gone.filter((finding) => !hidden(finding) && isConfigured(report, finding.part));
  const kept = carried.filter((finding) => daysBetween(finding.lastSeen, localDate) <= carryDays);
  const remember = [...now.values(), ...kept];
  const days = stripOf(input, remember);
  return {
    difference: {
      environment: input.environment,
      localDate,
      ...present({ lateSince: input.lateSince, since: input.since?.toISOString() }),
      fresh,
      worse,
      fixed,
      still,
      flapping: flapping(days),
      unseen: [...new Set([...unseen, ...carried.map((finding) => finding.part)])].toSorted(),
      strip: days.map(({ localDate: day, seen }) => ({
        localDate: day,
        critical: seen?.filter((finding) => finding.severity === 'critical').length ?? null,
        warning: seen?.filter((finding) => finding.severity === 'warning').length ?? null,
      })),
      quiet: input.past.length > 0 && fresh.length + worse.length + fixed.length === 0,
    },
    remember,
  };
}

/** A consequence of another part's failure says nothing about what was wrong with the part itself. */
function wasSeen(row: HealthReport['rows'][number]): boolean {
  return row.state !== 'unknown' && row.consequenceOf === undefined && row.pending === 0;
}

function isConfigured(report: HealthReport, part: PartId): boolean {
  return report.rows.some((row) => row.part === part && row.state !== 'not-configured');
}

function current(input: DigestInput, before: ReadonlyMap<string, StoredFinding>): readonly StoredFinding[] {
  const reporters = new Map<string, string>();
  for (const { key, findings } of input.outcomes) {
    for (const finding of findings) reporters.set(findingKey(finding), key);
  }
  const alarms = input.report.rows
    .filter((row) => row.consequenceOf === undefined)
    .flatMap((row) => row.findings);
  return alarms.map(({ excerpts: _excerpts, ...finding }) => {
    const key = findingKey(finding);
    const probe = reporters.get(key);
    return {
      ...finding,
      firstSeen: before.get(key)?.firstSeen ?? firstSeenOf(finding, input.now),
      lastSeen: input.localDate,
      ...present({ probe }),
    };
  });
}

/** Since when it is so, where the finding itself says that; else now. */
function firstSeenOf({ since }: Finding, now: Date): string {
  const at = since === undefined ? Number.NaN : Date.parse(since);
  return at < now.getTime() ? new Date(at).toISOString() : now.toISOString();
}

function probeAnswered(finding: StoredFinding, outcomes: readonly ProbeOutcome[]): boolean {
  if (finding.probe === undefined) return true;
  const outcome = outcomes.find(({ key }) => key === finding.probe);
  return outcome?.status === 'healthy' || outcome?.status === 'unhealthy';
}

/** Words in the name of a number that only counts time or says what is allowed: its growth is no news. */
const notMeasures: ReadonlySet<string> = new Set(
  'age since uptime seconds limit max threshold expected port version pid id'.split(' '),
);
/** Words of numbers that get worse by falling. */
const fallWhenWorse: ReadonlySet<string> = new Set(
  'hit hits free available ready agents registered'.split(' '),
);
const shares: ReadonlySet<string> = new Set(['percent', 'pct', 'ratio']);

function namesOneOf(name: string, words: ReadonlySet<string>): boolean {
  const parts = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/);
  return parts.some((part) => words.has(part));
}

/** Severity rose, a percentage moved by ten points, or another number became half as bad again. */
export function isWorse(before: Finding, now: Finding): boolean {
  const rank = (finding: Finding) => severities.indexOf(finding.severity);
  if (rank(now) !== rank(before)) return rank(now) > rank(before);
  return Object.entries(now.facts).some(([name, value]) => {
    const old = before.facts[name];
    if (typeof value !== 'number' || typeof old !== 'number' || namesOneOf(name, notMeasures)) return false;
    const [low, high] = namesOneOf(name, fallWhenWorse) ? [value, old] : [old, value];
    if (namesOneOf(name, shares)) return high - low >= 10;
    return high > low && high >= low * 1.5;
  });
}

interface StripDay {
  readonly localDate: string;
  /** Undefined: no digest that day. */
  readonly seen: readonly StoredFinding[] | undefined;
  readonly carried: ReadonlySet<string>;
}

function stripOf(input: DigestInput, remember: readonly StoredFinding[]): readonly StripDay[] {
  const known = new Map(input.past.map(({ localDate, findings }) => [localDate, findings]));
  known.set(input.localDate, remember);
  return Array.from({ length: stripDays }, (_, index) => {
    const localDate = addDays(input.localDate, index - stripDays + 1);
    const findings = known.get(localDate);
    const isCarried = (finding: StoredFinding) => finding.lastSeen !== localDate;
    return {
      localDate,
      seen: findings?.filter((finding) => !isCarried(finding)),
      carried: new Set(findings?.filter(isCarried).map(findingKey)),
    };
  });
}

/** Keys of findings that came at least twice and went at least twice, on the days on which one could see them. */
function flapping(days: readonly StripDay[]): readonly string[] {
  const keys = new Set(days.flatMap(({ seen }) => seen?.map(findingKey) ?? []));
  return [...keys].filter((key) => {
    const present = days
      .filter(({ seen, carried }) => seen !== undefined && !carried.has(key))
      .map(({ seen }) => seen?.some((finding) => findingKey(finding) === key) === true);
    const went = present.filter((here, index) => !here && present[index - 1] === true).length;
    // What went twice has come twice.
    return went >= 2;
  });
}

const dayMs = 24 * 60 * 60 * 1000;

function addDays(localDate: string, days: number): string {
  return new Date(Date.parse(`${localDate}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
}

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / dayMs);
}
