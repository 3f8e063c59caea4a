import type { IncomingAlert } from '../alert/body.ts';
import { symptomLabel } from '../alert/incident.ts';
import type { HealthReport, PartRow } from '../health/health.ts';
import { present } from '../kernel/present.ts';
import { type PartId, partIds } from '../platform/part.ts';
import { type Finding, severities } from '../probe/finding.ts';

/** What one look says of a part that is broken. */
export interface Trouble {
  readonly state: 'down' | 'degraded';
  /** Code of the finding that decides it, or the key of the fact where there is no finding. */
  readonly cause: string;
  /** The diagnosis that looks for its cause, as somebody would type it (`D3`, `H2 redis`). */
  readonly typed?: string;
}

/**
 * `unseen`: it could not be looked at, it only follows from another part, or people have muted all that is wrong with it.
 * That is no news, good or bad.
 */
export type PartLook = Trouble | 'well' | 'unseen';

interface Said extends Trouble {
  /** ISO time of the first look that saw it. */
  readonly since: string;
}

interface Looks {
  /** How many in a row. */
  readonly times: number;
  /** ISO time of the first of them. */
  readonly since: string;
}

/** What is known of one part between two looks; stored as it is. */
export interface PartWatch {
  /** By the last look that saw anything. */
  readonly seen: Trouble | 'well';
  /** The last looks that saw just that. */
  readonly same: Looks;
  /** The last looks that saw it broken, for whatever reason; absent while it is well. */
  readonly broken?: Looks;
  /** What was said and is not over. */
  readonly said?: Said;
  /** ISO times at which it was said to be broken after it was well, within the last hour. */
  readonly broke?: readonly string[];
  /** ISO time since which it is said to flap; then nothing else is said of it. */
  readonly flaps?: string;
}

export type WatchState = Readonly<Partial<Record<PartId, PartWatch>>>;

/** What a look adds to what is stored: an alert of our own that fires or is over. */
export interface WatchNews {
  readonly kind: 'fires' | 'over';
  readonly part: PartId;
  readonly cause: string;
  readonly state: Trouble['state'] | 'flaps';
  readonly typed?: string;
  readonly since: Date;
}

const minuteMs = 60_000;
/** So many looks in a row have to see the same before it is said. */
const looksNeeded = 2;
/** What was well and broke so often within an hour is said to flap instead. */
const flapsAt = 3;
const flapWindowMs = 60 * minuteMs;
/** It flaps no more once it was well, or broken, for so long. */
const stillMs = 30 * minuteMs;

export interface Looking {
  /** The diagnosis of a finding, as it is typed. */
  readonly typedOf: (finding: Finding) => string | undefined;
  /** Whether people have muted it. Default: nothing is. */
  readonly isQuiet?: (finding: Finding) => boolean;
}

/** What a complete health check says of each part. */
export function looksOf(report: HealthReport, looking: Looking): ReadonlyMap<PartId, PartLook> {
  return new Map(report.rows.map((row) => [row.part, lookOf(row, looking)]));
}

function lookOf(row: PartRow, { typedOf, isQuiet = () => false }: Looking): PartLook {
  if (row.state === 'up') return 'well';
  if (row.state !== 'down' && row.state !== 'degraded') return 'unseen';
  if (row.consequenceOf !== undefined) return 'unseen';
  const told = row.findings.filter((finding) => !isQuiet(finding));
  const muted = row.findings.filter((finding) => !told.includes(finding));
  // What only informs breaks nothing. That a part is down is worse than any warning that was muted.
  const covered = row.state === 'degraded' || muted.some(({ severity }) => severity === 'critical');
  if (muted.length > 0 && covered && told.every(({ severity }) => severity === 'info')) return 'unseen';
  const [worst] = told.toSorted((a, b) => severities.indexOf(b.severity) - severities.indexOf(a.severity));
  const typed = worst === undefined ? undefined : typedOf(worst);
  return { state: row.state, cause: worst?.code ?? row.fact.key, ...present({ typed }) };
}

/**
 * Pure: what is to be said after a look, and what is known then. That a part is broken is said once two looks in a row have
 * seen it, for whatever reason; another reason, and that it is well, once two looks in a row have seen just that.
 * A look that saw nothing of a part does not count, and after a pause of `gapMs` the count begins again.
 */
export function afterLook(
  before: WatchState,
  looks: ReadonlyMap<PartId, PartLook>,
  at: { readonly now: Date; readonly last?: Date; readonly gapMs: number },
): { readonly state: WatchState; readonly news: readonly WatchNews[] } {
  const paused = at.last !== undefined && at.now.getTime() - at.last.getTime() > at.gapMs;
  const state: Partial<Record<PartId, PartWatch>> = {};
  const news: WatchNews[] = [];
  for (const part of partIds) {
    const known = paused ? begunAgain(before[part]) : before[part];
    const look = looks.get(part) ?? 'unseen';
    const next =
      look === 'unseen' ? { watch: known, news: [] } : afterSeen(part, counted(known, look, at.now), at.now);
    if (next.watch !== undefined) state[part] = next.watch;
    news.push(...next.news);
  }
  return { state, news };
}

/** What was said is true until two looks say otherwise; what was seen before a pause does not count any more. */
function begunAgain(known: PartWatch | undefined): PartWatch | undefined {
  if (known === undefined) return undefined;
  const { broken: _broken, ...rest } = known;
  return { ...rest, same: { ...known.same, times: 0 } };
}

const isSame = (one: Trouble | 'well', other: Trouble | 'well'): boolean =>
  one === 'well' || other === 'well' ? one === other : one.cause === other.cause && one.state === other.state;

function counted(known: PartWatch | undefined, seen: Trouble | 'well', now: Date): PartWatch {
  const { broken, ...rest } = known ?? {};
  const goesOn = known !== undefined && isSame(known.seen, seen);
  return {
    ...rest,
    seen,
    same: once(goesOn ? known.same : undefined, now),
    ...(seen === 'well' ? {} : { broken: once(broken, now) }),
  };
}

const once = (before: Looks | undefined, now: Date): Looks =>
  before === undefined || before.times === 0
    ? { times: 1, since: now.toISOString() }
    : { ...before, times: before.times + 1 };

interface Next {
  readonly watch: PartWatch;
  readonly news: readonly WatchNews[];
}

function afterSeen(part: PartId, watch: PartWatch, now: Date): Next {
  const { seen, same, broken, said, flaps } = watch;
  if (flaps !== undefined) return whileItFlaps(part, watch, now);
  const holds = same.times >= looksNeeded;
  if (seen === 'well')
    return said !== undefined && holds
      ? { watch: without(watch, 'said'), news: [toldOf('over', part, said)] }
      : { watch, news: [] };
  if (said === undefined)
    return (broken?.times ?? 0) < looksNeeded ? { watch, news: [] } : breaks(part, watch, seen, now);
  if (!holds || isSame(said, seen)) return { watch, news: [] };
  const fresh: Said = { ...seen, since: same.since };
  // What begins comes before what ends, so that nothing looks well in between.
  return {
    watch: { ...watch, said: fresh },
    news: [toldOf('fires', part, fresh), toldOf('over', part, said)],
  };
}

/** It was well, and is broken now; or it has been so too often within an hour. */
function breaks(part: PartId, watch: PartWatch, seen: Trouble, now: Date): Next {
  const recent = (watch.broke ?? []).filter((time) => now.getTime() - Date.parse(time) < flapWindowMs);
  const broke = [...recent, now.toISOString()];
  const [first = now.toISOString()] = broke;
  if (broke.length >= flapsAt)
    return { watch: { ...watch, broke, flaps: first }, news: [toldOf('fires', part, flapping(part, first))] };
  const said: Said = { ...seen, since: watch.broken?.since ?? watch.same.since };
  return { watch: { ...watch, said, broke }, news: [toldOf('fires', part, said)] };
}

/** Until it was well, or broken, for half an hour: then that is said. */
function whileItFlaps(part: PartId, watch: PartWatch, now: Date): Next {
  const { seen, same, broken = same, flaps = same.since } = watch;
  const { times, since } = seen === 'well' ? same : broken;
  if (times < looksNeeded || now.getTime() - Date.parse(since) < stillMs) return { watch, news: [] };
  const still = without(watch, 'flaps', 'broke');
  const ended = toldOf('over', part, flapping(part, flaps));
  if (seen === 'well') return { watch: still, news: [ended] };
  const said: Said = { ...seen, since };
  return { watch: { ...still, said }, news: [toldOf('fires', part, said), ended] };
}

function without(watch: PartWatch, ...keys: readonly ('said' | 'flaps' | 'broke')[]): PartWatch {
  const kept = { ...watch };
  for (const key of keys) delete kept[key];
  return kept;
}

const toldOf = (kind: WatchNews['kind'], part: PartId, { since, ...what }: Said | Flapping): WatchNews => ({
  ...{ kind, part, ...what, since: new Date(since) },
});

type Flapping = Pick<WatchNews, 'cause' | 'state' | 'typed'> & { readonly since: string };
const flapping = (part: PartId, since: string): Flapping => ({
  ...{ cause: 'flaps', state: 'flaps', typed: `H2 ${part}`, since },
});

/** As the rules of alerts are called: words of no language. */
const names: Readonly<Record<PartId, string>> = {
  'agent-manager': 'AgentManager',
  'orchestrator-service': 'Orchestrator',
  'reasoning-service': 'Reasoning',
  'collect-agent': 'CollectAgents',
  postgres: 'PostgreSQL',
  redis: 'Redis',
  nats: 'NATS',
  neo4j: 'Neo4j',
  runtime: 'Runtime',
};
const suffixes = { down: 'Down', degraded: 'Degraded', flaps: 'Flaps' } as const;

/** Our own news as an alert: what the endpoint of alerts would have stored. */
export function asAlert({ kind, part, cause, state, typed, since }: WatchNews, now: Date): IncomingAlert {
  const name = `${names[part]}${suffixes[state]}`;
  return {
    fingerprint: `watch ${part} ${cause}`,
    startsAt: since,
    status: kind === 'fires' ? 'firing' : 'resolved',
    ...(kind === 'over' ? { endsAt: now } : {}),
    name,
    labels: {
      ...{ alertname: name, part, cause, [symptomLabel]: typed ?? `H2 ${part}` },
    },
    notes: {},
  };
}
