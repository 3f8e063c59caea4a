import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { probesReference } from '../../scripts/docs/registries.ts';
import { AppError, type Stage, stages, TargetError } from '../../src/domain/kernel/errors.ts';
import { partIds } from '../../src/domain/platform/part.ts';
import { type Finding, severities } from '../../src/domain/probe/finding.ts';
import type { Probe, ProbeContext, ProbeResult } from '../../src/domain/probe/probe.ts';
import type { KubernetesTarget } from '../../src/domain/probe/targets/kubernetes.ts';
import type { Targets } from '../../src/domain/probe/targets/targets.ts';
import { targetNames } from '../../src/domain/probe/targets/targets.ts';
import { probes } from '../../src/probes/index.ts';
import { wordsIn } from '../../src/text/words.ts';
import { toldAtOnce } from '../support/fake-kubernetes.ts';

/** Fails the test when a probe asks for anything that could change a target. */
const mutations = new Set([
  'execute',
  'patch',
  'restart',
  'start',
  'update',
  'connectNetwork',
  'disconnectNetwork',
]);
/** Commands that only read. */
const readOnlyRedis =
  /^(PING|INFO|CLIENT (LIST|INFO|ID|GETNAME)|CONFIG GET|SCAN|HGET|HGETALL|HMGET|GET|MGET|EXISTS|TYPE|TTL|PTTL|DBSIZE|MEMORY (USAGE|STATS|DOCTOR)|SLOWLOG (GET|LEN)|STRLEN|LLEN|SCARD|ZCARD|HLEN|XLEN|TIME|LATENCY|OBJECT)/;
const readOnlySql = /^\s*(SELECT|WITH|SHOW|EXPLAIN)\b/i;
const readOnlyCypher = /^\s*(MATCH|RETURN|CALL (dbms|db)\.|SHOW|PROFILE|EXPLAIN)\b/i;
const readOnlyJetstream = /^(INFO|STREAM\.(NAMES|LIST|INFO)|CONSUMER\.(NAMES|LIST|INFO))/;

type Answer = (method: string, args: readonly unknown[]) => unknown;

/** All targets as fakes: every call is checked for being a read, then answered by `answer`. */
function fakeTargets(answer: Answer, wrong: string[], unknownServices = false): Targets {
  const fake = (name: string, extra: Record<string, unknown> = {}) =>
    new Proxy(extra, {
      get(target, property) {
        if (typeof property === 'symbol' || property === 'then') return undefined;
        if (property in target) return target[property];
        return (...args: unknown[]) => {
          if (mutations.has(property)) wrong.push(`${name}.${property}`);
          checkRead(name, property, args, wrong);
          return answer(`${name}.${property}`, args);
        };
      },
    });
  const service = (id: string) => ({ id, url: `http://${id}:8080`, healthPaths: ['/health'] });
  const services: unknown = fake('services', {
    find: unknownServices ? () => undefined : service,
    overOneConnection: (work: (one: unknown, kept: () => boolean) => unknown) => work(services, () => true),
  });
  return {
    environment: 'test',
    services,
    postgres: fake('postgres', { databaseName: (id: string) => id }),
    redis: fake('redis'),
    nats: fake('nats', { hasMonitor: true }),
    neo4j: fake('neo4j'),
    kubernetes: fake('kubernetes', toldAtOnce) as unknown as KubernetesTarget,
    compose: fake('compose', { project: 'aetherius' }),
    runtime: fake('runtime', { kind: 'kubernetes' }),
    network: fake('network', { knows: () => true }),
  } as unknown as Targets;
}

function checkRead(name: string, method: string, args: readonly unknown[], wrong: string[]): void {
  const text = (at: number) => String(args[at] ?? '');
  if (name === 'postgres' && method === 'query' && !readOnlySql.test(text(1))) wrong.push(text(1));
  if (name === 'neo4j' && method === 'run' && !readOnlyCypher.test(text(0))) wrong.push(text(0));
  if (name === 'nats' && method === 'jetstream' && !readOnlyJetstream.test(text(0))) wrong.push(text(0));
  if (name === 'redis' && method === 'call') {
    const command = [text(0), ...((args[1] as unknown[] | undefined) ?? []).map(String)]
      .join(' ')
      .toUpperCase();
    if (!readOnlyRedis.test(command)) wrong.push(command);
  }
  if (name === 'services' && method === 'request') {
    const verb = (args[1] as { method?: string } | undefined)?.method ?? 'GET';
    // The guide's own test of root cause analysis is a POST that computes and stores nothing.
    if (verb !== 'GET' && !text(0).endsWith('/api/v1/analyze/root-cause')) wrong.push(`${verb} ${text(0)}`);
  }
}

/** Parameters that satisfy the schema: the defaults, and for each required field the first value it admits. */
function someParams(probe: Probe): unknown {
  const bare = probe.params.safeParse({});
  if (bare.success) return bare.data;
  const shape = (probe.params as z.ZodObject).shape as Record<string, z.ZodType>;
  const given: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(shape))
    for (const candidate of [undefined, ...optionsOf(field), 'aetherius', 'agent-manager', 1])
      if (field.safeParse(candidate).success) {
        if (candidate !== undefined) given[key] = candidate;
        break;
      }
  return probe.params.parse(given);
}
function optionsOf(field: z.ZodType): readonly unknown[] {
  return field instanceof z.ZodEnum ? field.options : [];
}

function context(deps: Targets, signal = new AbortController().signal): ProbeContext<Targets> {
  return { deps, signal, now: () => new Date('2026-11-25T12:00:00Z'), wait: () => Promise.resolve() };
}

const bad: Readonly<Record<string, Answer>> = {
  'says nothing that can be read': () => Promise.resolve({}),
  'answers with empty lists': (method) =>
    Promise.resolve(
      method === 'services.request'
        ? { status: 200, headers: {}, body: new Uint8Array(), text: () => '', latencyMs: 1 }
        : method.endsWith('.logs')
          ? ''
          : [],
    ),
  ...Object.fromEntries(
    stages.map((stage: Stage) => [
      `fails at ${stage}`,
      () => Promise.reject(new TargetError(stage, 'planted', { facts: { host: 'h', port: 1 } })),
    ]),
  ),
  'is not found': () => Promise.reject(new AppError('NOT_FOUND', 'planted')),
};

it('every probe declares what the reference says of it', () => {
  expect(probesReference()).toBe(readFileSync('docs/reference/probes.md', 'utf8'));
});

for (const probe of probes) {
  describe(probe.id, () => {
    it('lies where its id says', () => {
      const [target, condition] = probe.id.split('.');

      expect(existsSync(`src/probes/${target}/${condition}.probe.ts`)).toBe(true);
    });

    it('documents itself and every parameter', () => {
      expect(probe.doc.length).toBeGreaterThan(20);
      expect(probe.doc.trimEnd()).toMatch(/[.)]$/);
      const shape = (probe.params as z.ZodObject).shape as Record<string, z.ZodType>;
      for (const [key, field] of Object.entries(shape))
        expect([key, z.globalRegistry.get(field)?.description ?? '']).toEqual([
          key,
          expect.stringMatching(/\S{3}/),
        ]);
      expect(probe.timeoutMs).toBeGreaterThan(0);
      for (const need of probe.needs) expect(targetNames).toContain(need);
      const part = typeof probe.part === 'function' ? probe.part(someParams(probe)) : probe.part;
      expect(partIds).toContain(part);
    });

    it('has words in both languages for every code it emits', () => {
      const silent = (['en', 'zh-CN'] as const).flatMap((language) =>
        probe.emits
          .filter((code) => wordsIn(language).lookup(`finding.${code}`) === undefined)
          .map((code) => `${language} ${code}`),
      );

      expect(silent).toEqual([]);
    });

    it('ends within 100 ms of an aborted signal', async () => {
      const controller = new AbortController();
      const never: Answer = (_method, args) =>
        new Promise((_resolve, reject) => {
          const options = args.find(
            (arg): arg is { signal: AbortSignal } =>
              typeof arg === 'object' && arg !== null && 'signal' in arg && arg.signal instanceof AbortSignal,
          );
          const fail = () => reject(new TargetError('aborted', 'stopped waiting'));
          if (options?.signal.aborted === true) fail();
          options?.signal.addEventListener('abort', fail, { once: true });
        });
      const running = settle(probe, context(fakeTargets(never, []), controller.signal));
      controller.abort();
      const late = new Promise((resolve) => setTimeout(() => resolve('still running'), 100));

      expect(await Promise.race([running.then(() => 'ended'), late])).toBe('ended');
    });

    for (const [title, answer] of Object.entries(bad))
      it(`only reads, and emits only what it declares, when its target ${title}`, async () => {
        const wrong: string[] = [];
        const result = await settle(probe, context(fakeTargets(answer, wrong)));

        expect(wrong).toEqual([]);
        expect(isOutcome(result)).toBe(true);
        const undeclared = codesIn(result).filter((finding) => !probe.emits.includes(finding.code));
        expect(undeclared).toEqual([]);
        for (const { part, severity, subject } of codesIn(result)) {
          expect(partIds).toContain(part);
          expect(severities).toContain(severity);
          expect(subject).not.toBe('');
        }
      });

    it('says nothing but that nothing is there, of what is neither configured nor running', async () => {
      const empty: Answer = (method) => (method === 'runtime.instances' ? Promise.resolve([]) : undefined);
      const result = await settle(probe, context(fakeTargets(empty, [], true)));

      expect(isOutcome(result)).toBe(true);
    });

    it('never takes a failed look for a healthy one', async () => {
      for (const stage of ['dns', 'connect-timeout', 'forbidden', 'tls', 'aborted'] as const) {
        const failing: Answer = () => Promise.reject(new TargetError(stage, 'planted'));
        const result = await settle(probe, context(fakeTargets(failing, [])));

        expect([stage, result === 'threw' || result.status !== 'healthy']).toEqual([stage, true]);
        expect(codesIn(result)).toEqual([]);
      }
    });
  });
}

function codesIn(result: ProbeResult | 'threw'): readonly Finding[] {
  return result !== 'threw' && result.status === 'unhealthy' ? result.findings : [];
}

/** One of the four outcomes; a skip with a word for its reason. */
function isOutcome(result: ProbeResult | 'threw'): boolean {
  if (result === 'threw' || result.status === 'healthy' || result.status === 'unhealthy') return true;
  if (result.status === 'inconclusive') return result.cause instanceof Error;
  return result.status === 'skipped' && wordsIn('en').lookup(`skip.${result.reason}`) !== undefined;
}

/** A throw means "could not check"; only the runner may see one. */
async function settle(probe: Probe, given: ProbeContext<Targets>): Promise<ProbeResult | 'threw'> {
  try {
    return await probe.run(someParams(probe), given);
  } catch {
    return 'threw';
  }
}
