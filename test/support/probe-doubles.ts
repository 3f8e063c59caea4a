import { z } from 'zod';
import type { Finding } from '../../src/domain/probe/finding.ts';
import type { Probe, ProbeContext, ProbeResult } from '../../src/domain/probe/probe.ts';
import type { KubernetesTarget } from '../../src/domain/probe/targets/kubernetes.ts';
import type { Targets } from '../../src/domain/probe/targets/targets.ts';
import { toldAtOnce } from './fake-kubernetes.ts';

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

export type Answer = (method: string, args: readonly unknown[]) => unknown;

/** All targets as fakes: every call is checked for being a read, then answered by `answer`. */
export function fakeTargets(answer: Answer, wrong: string[], unknownServices = false): Targets {
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
    postgres: fake('postgres', { databaseName: (id: string) => id, databaseSource: () => 'configured' }),
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
export function someParams(probe: Probe): unknown {
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

export function context(deps: Targets, signal = new AbortController().signal): ProbeContext<Targets> {
  return { deps, signal, now: () => new Date('2026-11-25T12:00:00Z'), wait: () => Promise.resolve() };
}

export function codesIn(result: ProbeResult | 'threw'): readonly Finding[] {
  return result !== 'threw' && result.status === 'unhealthy' ? result.findings : [];
}

/** A throw means "could not check"; only the runner may see one. */
export async function settle(probe: Probe, given: ProbeContext<Targets>): Promise<ProbeResult | 'threw'> {
  try {
    return await probe.run(someParams(probe), given);
  } catch {
    return 'threw';
  }
}
