import type { Place } from '../diagnosis/place.ts';
import { configuredParts, type EnvironmentShape, healthCalls } from '../health/health-calls.ts';
import { judgeHealth } from '../health/health-rules.ts';
import type { HealthRules } from '../health/rules.ts';
import type { Clock } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import type { Facts } from '../kernel/facts.ts';
import { type ServiceId, serviceIds } from '../platform/part.ts';
import { platformOf } from '../platform/platform.ts';
import { trusted } from '../probe/own-lag.ts';
import type { Probe } from '../probe/probe.ts';
import type { ServicesTarget } from '../probe/targets/http.ts';
import type { RedisTarget } from '../probe/targets/redis.ts';
import type { Targets, TargetsFactory } from '../probe/targets/targets.ts';
import { type Coded, decode, decodeError } from './coded.ts';
import {
  keyOf,
  laneOf,
  notRecorded,
  questionOf,
  type RecordedEnvironment,
  type RecordedRow,
  type RecordedTarget,
  recordedTargets,
} from './recording.ts';

/** A recording that can be asked again, without a network. */
export interface Recording {
  readonly environment: string;
  readonly at: Date;
  readonly place: Place;
  readonly targets: TargetsFactory;
  readonly rules: HealthRules;
  /** Stands still at the time of the recording; nobody waits. */
  readonly clock: Clock;
  /** The same probes, each answered from its own lane. One that asks what was not recorded is inconclusive. */
  probes(probes: readonly Probe[]): readonly Probe[];
}

type Asked = Extract<RecordedRow, { t: 'asked' }>;

/** What one probe was answered, and how far it has read. */
interface Lane {
  readonly name: string;
  readonly taken: Map<string, number>;
  /** It asked something that was not recorded: whatever it makes of that is not said. */
  missed: string | undefined;
}

/** Undefined for rows that are no recording. */
export function openRecording(rows: Iterable<RecordedRow>): Recording | undefined {
  let environment: RecordedEnvironment | undefined;
  const answers = new Map<number, Coded>();
  const questions = new Map<string, Asked[]>();
  const times = new Map<string, Extract<RecordedRow, { t: 'lane' }>>();
  const ends = new Map<string, { readonly code: string; readonly facts: Facts }>();
  for (const row of rows) {
    if (row.t === 'environment') environment = decode(row.v) as RecordedEnvironment;
    else if (row.t === 'answer') answers.set(row.n, row.v);
    else if (row.t === 'lane') times.set(row.lane, row);
    else if (row.t === 'ended') ends.set(row.lane, row);
    else
      for (const lane of new Set([row.lane, anyLane])) {
        const key = slot(lane, row.to, row.method, row.key);
        questions.set(key, [...(questions.get(key) ?? []), row]);
      }
  }
  if (environment === undefined) return undefined;
  for (const list of questions.values()) list.sort((a, b) => a.i - b.i);
  const recorded = environment;
  const at = new Date(recorded.at);

  const ofLane = ({ name }: Lane, to: string, method: string, args: readonly unknown[]): Asked | undefined =>
    questions.get(slot(name, to, method, keyOf(questionOf(args))))?.at(0);

  /** What was answered to this question when it was asked for the n-th time; throws what was thrown. */
  const answer = (lane: Lane, to: string, method: string, args: readonly unknown[]): unknown => {
    const key = keyOf(questionOf(args));
    const own = questions.get(slot(lane.name, to, method, key));
    const count = lane.taken.get(slot(lane.name, to, method, key)) ?? 0;
    lane.taken.set(slot(lane.name, to, method, key), count + 1);
    const others = questions.get(slot(anyLane, to, method, key));
    const found =
      own === undefined
        ? (others?.at(0) ?? askedBefore(to, method, args, (before) => ofLane(lane, to, method, before)))
        : own[count];
    const missing = (): AppError => {
      lane.missed ??= `${to}.${method}`;
      return notRecorded(`${to}.${method}`);
    };
    if (found === undefined) throw missing();
    if (found.error !== undefined) throw decodeError(found.error);
    const value = answers.get(found.n ?? -1);
    if (value === undefined) throw missing();
    try {
      return decode(value);
    } catch {
      throw missing();
    }
  };

  /** A target of which every question is answered from the recording. */
  const standIn = (lane: Lane, to: string, own: Readonly<Record<string, unknown>>): object =>
    new Proxy(
      {},
      {
        has: () => true,
        get(_, name) {
          if (typeof name !== 'string' || name === 'then') return undefined;
          if (Object.hasOwn(own, name)) return own[name];
          return (...args: unknown[]) => {
            try {
              return Promise.resolve(answer(lane, to, name, args));
            } catch (error) {
              return Promise.reject(error instanceof Error ? error : new Error('recorded'));
            }
          };
        },
      },
    );

  const servicesOf = (lane: Lane, own: Readonly<Record<string, unknown>>): ServicesTarget => {
    const target: object = standIn(lane, 'services', {
      ...own,
      async request(...args: unknown[]) {
        await Promise.resolve();
        const given = answer(lane, 'services', 'request', args) as { readonly body: Uint8Array };
        return { ...given, text: () => new TextDecoder().decode(given.body) };
      },
      async overOneConnection(work: Parameters<ServicesTarget['overOneConnection']>[0]) {
        const kept = (): boolean => answer(lane, 'services', 'kept', []) === true;
        return work(target as ServicesTarget, kept);
      },
    });
    return target as ServicesTarget;
  };

  const redisOf = (lane: Lane): RedisTarget =>
    standIn(lane, 'redis', {
      async nodes(...args: unknown[]) {
        await Promise.resolve();
        const names = answer(lane, 'redis', 'nodes', args) as readonly string[];
        return names.map((name) => standIn(lane, `redis@${name}`, { name }));
      },
    }) as RedisTarget;

  const targetsIn = (lane: Lane): Targets => {
    const members = recordedTargets.flatMap((name): (readonly [string, object])[] => {
      const facts = recorded.targets[name];
      if (facts === undefined) return [];
      const own = ownMembers(name, facts);
      if (name === 'services') return [[name, servicesOf(lane, own)]];
      if (name === 'redis') return [[name, redisOf(lane)]];
      return [[name, standIn(lane, name, own)]];
    });
    return {
      environment: recorded.environment,
      platform: platformOf(recorded.configured, recorded.seen),
      configured: configuredParts(recorded.shape),
      withoutHttp: serviceIds.filter((id) => recorded.withoutHttp.includes(id)),
      ...(Object.fromEntries(members) as Partial<Targets>),
    };
  };

  return {
    environment: recorded.environment,
    at,
    place: recorded.place,
    targets: {
      forRun: () => Promise.resolve(targetsIn(laneNamed(''))),
      close: () => Promise.resolve(),
    },
    rules: rulesOf(recorded.shape),
    clock: { now: () => at, sleep: () => Promise.resolve() },
    probes: (probes) =>
      probes.map((probe) => ({
        ...probe,
        async run(params, context) {
          const lane = laneNamed(laneOf(probe, params));
          const end = ends.get(lane.name);
          if (end !== undefined)
            throw new AppError('TIMED_OUT', 'cut off while it was recorded', {
              facts: { ...end.facts, reason: end.code },
            });
          const told = times.get(lane.name);
          const now = inTurn(told?.now ?? [], at.getTime());
          const watch = inTurn(told?.watch ?? [], 0);
          try {
            const result = await probe.run(params, {
              ...{ deps: targetsIn(lane), signal: context.signal, watch, now: () => new Date(now()) },
              wait: () => Promise.resolve(context.signal.throwIfAborted()),
            });
            if (lane.missed !== undefined) throw notRecorded(lane.missed);
            // What was heard late because whoever listened was late is no more evidence now than it was then.
            return trusted(result, told?.late ?? 0);
          } catch (error) {
            throw lane.missed === undefined ? error : notRecorded(lane.missed);
          }
        },
      })),
  };
}

/** Where every question of every lane stands once more. */
const anyLane = '*';
const slot = (...steps: readonly string[]): string => steps.join('\n');
/**
 * The question that the version before put in the stead of this one. Only its own probe may be given the answer: it reads
 * no more of it than was asked then (`kubernetes.failing-probes`, the events of one reason of all warnings).
 */
function askedBefore(
  to: string,
  method: string,
  args: readonly unknown[],
  find: (before: readonly unknown[]) => Asked | undefined,
): Asked | undefined {
  const [kind, namespace, options] = args;
  const isWarnings =
    to === 'kubernetes' &&
    method === 'list' &&
    kind === 'events' &&
    typeof options === 'object' &&
    options !== null &&
    'fieldSelector' in options &&
    options.fieldSelector === 'type=Warning';
  return isWarnings ? find([kind, namespace, { ...options, fieldSelector: 'reason=Unhealthy' }]) : undefined;
}

const laneNamed = (name: string): Lane => ({ name, taken: new Map(), missed: undefined });

/** One after the other; the last one stays. */
function inTurn(times: readonly number[], otherwise: number): () => number {
  let next = 0;
  return () => {
    const time = times[Math.min(next, times.length - 1)];
    next += 1;
    return time ?? otherwise;
  };
}

function rulesOf(shape: EnvironmentShape): HealthRules {
  return {
    calls: () => healthCalls(shape),
    judge: (input) => judgeHealth({ ...input, shape }),
    doubts: () => [],
  };
}

/** What a target says without being asked. */
function ownMembers(
  name: RecordedTarget,
  facts: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const absent = Object.fromEntries(
    ((facts['absent'] ?? []) as readonly string[]).map((one) => [one, undefined]),
  );
  const byId = (fact: string) => (id: string) =>
    (facts[fact] as ReadonlyMap<string, unknown> | undefined)?.get(id);
  switch (name) {
    case 'services':
      return { find: (id: ServiceId) => byId('find')(id) };
    case 'postgres':
      return { databaseName: byId('databaseName'), databaseSource: byId('databaseSource'), ...absent };
    case 'nats':
      return { hasMonitor: facts['hasMonitor'] === true };
    case 'kubernetes':
      // A recording costs no requests, and so no limit holds.
      return {
        ...{ namespace: facts['namespace'], agentNamespace: facts['agentNamespace'] },
        ...{ hasListed: () => false, requests: () => 0, pages: () => 0, limit: () => undefined },
        ...{ left: () => Number.POSITIVE_INFINITY, quiet: () => Promise.resolve() },
      };
    case 'operator':
      return { namespace: facts['namespace'] };
    case 'compose':
      return { project: facts['project'], ...absent };
    case 'runtime':
      return { kind: facts['kind'], ...absent };
    case 'network':
      return { knows: (part: string) => ((facts['knows'] ?? []) as readonly string[]).includes(part) };
    case 'redis':
    case 'neo4j':
    case 'manifests':
      return {};
  }
}
