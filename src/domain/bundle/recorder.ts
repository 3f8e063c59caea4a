import { setImmediate } from 'node:timers/promises';
import type { Redactor } from '@aetherius/redact';
import type { Place } from '../diagnosis/place.ts';
import type { EnvironmentShape } from '../health/health-calls.ts';
import { sha256 } from '../kernel/canonical.ts';
import type { Facts } from '../kernel/facts.ts';
import { present } from '../kernel/present.ts';
import { wholeJson } from '../kernel/text.ts';
import { partIds, serviceIds } from '../platform/part.ts';
import { changesOf, seenOf } from '../platform/platform.ts';
import type { Probe } from '../probe/probe.ts';
import type { ServicesTarget } from '../probe/targets/http.ts';
import type { RedisTarget } from '../probe/targets/redis.ts';
import type { Targets } from '../probe/targets/targets.ts';
import { type Coded, encode, encodeError } from './coded.ts';
import {
  keyOf,
  laneOf,
  questionOf,
  type RecordedRow,
  type RecordedTarget,
  recordedTargets,
} from './recording.ts';

/** Characters of one answer that are kept. */
const MOST_ANSWER = 32 * 2 ** 20;
/** Characters of a question that are shown to people. */
const MOST_ARGS = 2_000;

export interface RecorderOptions {
  /** Takes secrets out before anything is written; the same one has the same stand-in. */
  readonly redactor: Redactor;
  readonly now: () => Date;
  /** A line of JSON without its end. */
  readonly write: (line: string) => void;
}

/** Writes down what targets are asked and answer; the caller gets the answer itself. */
export interface Recorder {
  begin(targets: Targets, about: { readonly shape: EnvironmentShape; readonly place: Place }): void;
  targets(targets: Targets): Targets;
  /** The same probes, each in a lane of its own. */
  probes(probes: readonly Probe[]): readonly Probe[];
  /** Cleans and writes what was heard so far; to be called when the probes have ended. */
  settle(): Promise<void>;
  /** By how much this process itself was late while that probe looked; to be said before `settle`. */
  late(lane: string, lateMs: number): void;
  /** A probe that was cut off. */
  ended(lane: string, code: string, facts: Facts): void;
}

/** A lane, and which look of its probe asks; without it, the probe looks only once. */
interface Lane {
  readonly name: string;
  readonly look?: number;
}

export function createRecorder({ redactor, now, write }: RecorderOptions): Recorder {
  const bases = new WeakMap<Targets, Targets>();
  const byObject = new WeakMap<object, number>();
  const byText = new Map<string, number>();
  /** What is still to be cleaned and written: while a probe measures, this process does nothing else. */
  const waiting: (() => void)[] = [];
  let asked = 0;
  let answers = 0;
  const row = (line: RecordedRow): void => write(JSON.stringify(line));

  const clean = (value: unknown): Coded => wholeJson(redactor.value(value)) as Coded;

  /** Number of an answer; undefined for one that is too large. */
  const keep = (answer: unknown): number | undefined => {
    const known = typeof answer === 'object' && answer !== null ? byObject.get(answer) : undefined;
    if (known !== undefined) return known;
    const v = clean(encode(answer));
    const text = JSON.stringify(v);
    if (text.length > MOST_ANSWER) return undefined;
    const digest = sha256(text.toWellFormed());
    let n = byText.get(digest);
    if (n === undefined) {
      n = answers += 1;
      byText.set(digest, n);
      row({ t: 'answer', n, v });
    }
    if (typeof answer === 'object' && answer !== null) byObject.set(answer, n);
    return n;
  };

  /** Milliseconds by which this process was late. */
  const lateness = new Map<string, number>();

  /** The last look of each lane: an earlier one was spoiled by our own lag, and is no answer (`ProbeRunner`). */
  const looks = new Map<string, number>();

  const ask = ({ name: lane, look }: Lane, to: string, method: string, args: readonly unknown[]) => {
    asked += 1;
    const i = asked;
    const about = () => {
      const question = clean(questionOf(args));
      const short = JSON.stringify(question).length <= MOST_ARGS;
      const head = { t: 'asked', i, lane, to, method, key: keyOf(question) } as const;
      return { ...head, ...(short ? { args: question } : {}) };
    };
    const counts = (): boolean => look === undefined || looks.get(lane) === look;
    return {
      answered: (value: unknown): void =>
        void waiting.push(() => {
          if (!counts()) return;
          const n = keep(value);
          if (n !== undefined) row({ ...about(), n });
        }),
      failed: (error: unknown): void =>
        void waiting.push(() => {
          if (counts()) row({ ...about(), error: clean(encodeError(error)) });
        }),
    };
  };

  /** One target: each promise that it gives is written down; what it says at once stands with the environment. */
  const listenTo = <T extends object>(target: T, lane: Lane, to: string, own: Partial<T> = {}): T =>
    new Proxy(target, {
      get(from, name) {
        if (Object.hasOwn(own, name)) return own[name as keyof T];
        const member: unknown = Reflect.get(from, name, from);
        if (typeof member !== 'function' || typeof name !== 'string') return member;
        return (...args: unknown[]): unknown => {
          const given: unknown = Reflect.apply(member, from, args);
          if (!(given instanceof Promise)) return given;
          const question = ask(lane, to, name, args);
          return given.then(
            (answer: unknown) => {
              question.answered(answer);
              return answer;
            },
            (error: unknown) => {
              question.failed(error);
              throw error;
            },
          );
        };
      },
    });

  const servicesIn = (services: ServicesTarget, lane: Lane): ServicesTarget =>
    listenTo(services, lane, 'services', {
      overOneConnection: (work) =>
        services.overOneConnection((inner, kept) =>
          work(servicesIn(inner, lane), () => {
            const did = kept();
            ask(lane, 'services', 'kept', []).answered(did);
            return did;
          }),
        ),
    });

  const redisIn = (redis: RedisTarget, lane: Lane): RedisTarget =>
    listenTo(redis, lane, 'redis', {
      async nodes(options) {
        const question = ask(lane, 'redis', 'nodes', [options]);
        try {
          const nodes = await redis.nodes(options);
          question.answered(nodes.map(({ name }) => name));
          return nodes.map((node) => listenTo(node, lane, `redis@${node.name}`));
        } catch (error) {
          question.failed(error);
          throw error;
        }
      },
    });

  const inLane = (base: Targets, lane: Lane): Targets => {
    const own = Object.fromEntries(
      recordedTargets.flatMap((name): (readonly [string, object])[] => {
        const target = base[name];
        if (target === undefined) return [];
        if (name === 'services') return [[name, servicesIn(target as ServicesTarget, lane)]];
        if (name === 'redis') return [[name, redisIn(target as RedisTarget, lane)]];
        return [[name, listenTo(target, lane, name)]];
      }),
    );
    const wrapped = { ...base, ...own } as Targets;
    bases.set(wrapped, base);
    return wrapped;
  };

  return {
    begin(targets, { shape, place }) {
      const { platform } = targets;
      const v = {
        ...{ environment: targets.environment, at: now().toISOString(), shape, place },
        ...{ configured: changesOf(platform), seen: seenOf(platform) },
        withoutHttp: targets.withoutHttp ?? [],
        targets: factsOf(targets),
      };
      row({ t: 'environment', v: redactor.leaves(encode(v)) as Coded });
    },
    targets: (targets) => inLane(targets, { name: '' }),
    probes: (probes) =>
      probes.map((probe) => ({
        ...probe,
        async run(params, context) {
          const lane = laneOf(probe, params);
          const look = (looks.get(lane) ?? 0) + 1;
          looks.set(lane, look);
          const times: number[] = [];
          const spans: number[] = [];
          const deps = context.deps as Targets;
          try {
            return await probe.run(params, {
              ...context,
              deps: inLane(bases.get(deps) ?? deps, { name: lane, look }),
              watch() {
                const at = context.watch?.() ?? performance.now();
                spans.push(at);
                return at;
              },
              now() {
                const at = context.now();
                times.push(at.getTime());
                return at;
              },
            });
          } finally {
            waiting.push(() => {
              if (looks.get(lane) !== look) return;
              row({ t: 'lane', lane, now: times, watch: spans, ...present({ late: lateness.get(lane) }) });
            });
          }
        },
      })),
    async settle() {
      for (let write = waiting.shift(); write !== undefined; write = waiting.shift()) {
        write();
        await setImmediate();
      }
    },
    late: (lane, lateMs) => void lateness.set(lane, lateMs),
    ended: (lane, code, facts) => row({ t: 'ended', lane, code, facts: clean(facts) as Facts }),
  };
}

/** What each target says without being asked; `absent` are the members that not every one has. */
function factsOf(
  targets: Targets,
): Readonly<Partial<Record<RecordedTarget, Readonly<Record<string, unknown>>>>> {
  const { services, postgres, nats, kubernetes, operator, compose, runtime, network } = targets;
  const absent = (target: object, ...names: readonly string[]): readonly string[] =>
    names.filter((name) => Reflect.get(target, name) === undefined);
  const databases = ['agentManager', 'orchestrator'] as const;
  const said = (value: unknown): unknown => {
    if (!(value instanceof Promise)) return value;
    // A target without usable settings answers everything with its reason.
    value.catch(() => undefined);
    return undefined;
  };
  const all: Partial<Record<RecordedTarget, Readonly<Record<string, unknown>>>> = {
    ...(services && { services: { find: new Map(serviceIds.map((id) => [id, services.find(id)])) } }),
    ...(postgres && {
      postgres: {
        databaseName: new Map(databases.map((id) => [id, postgres.databaseName(id)])),
        databaseSource: new Map(databases.map((id) => [id, said(postgres.databaseSource?.(id))])),
        absent: absent(postgres, 'queryIn', 'databaseSource'),
      },
    }),
    ...(nats && { nats: { hasMonitor: nats.hasMonitor } }),
    ...(kubernetes && {
      kubernetes: { namespace: kubernetes.namespace, agentNamespace: kubernetes.agentNamespace },
    }),
    ...(operator && { operator: { namespace: operator.namespace } }),
    ...(compose && { compose: { project: compose.project, absent: absent(compose, 'files') } }),
    ...(runtime && { runtime: { kind: runtime.kind, absent: absent(runtime, 'strangers') } }),
    ...(network && { network: { knows: partIds.filter((part) => network.knows(part)) } }),
  };
  for (const name of recordedTargets) if (targets[name] !== undefined) all[name] ??= {};
  return all;
}
