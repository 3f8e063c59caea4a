/** What both the killed process and the test that looks after it need: the same actions on the same targets. */

import { Redis } from 'ioredis';
import { z } from 'zod';
import type { PlanStep, Remediation } from '../../src/domain/fix/remediation.ts';
import { AppError } from '../../src/domain/kernel/errors.ts';
import { LazySecret } from '../../src/domain/kernel/secret.ts';
import { platformOf } from '../../src/domain/platform/platform.ts';
import type { FindingCode } from '../../src/domain/probe/findings.ts';
import type { Probe } from '../../src/domain/probe/probe.ts';
import type { ProbeRunner } from '../../src/domain/probe/probe-runner.ts';
import type { TargetsFactory } from '../../src/domain/probe/targets/targets.ts';
import type { EnvironmentConfig } from '../../src/domain/settings/environment.ts';
import { Thresholds } from '../../src/domain/settings/thresholds.ts';
import { systemClock } from '../../src/platform/process/clock.ts';
import { createTargetsFactory } from '../../src/platform/targets/factory.ts';
import { probes } from '../../src/probes/index.ts';
import { setLimits } from '../../src/remediations/compose/container/set-limits.remediation.ts';
import { setResources } from '../../src/remediations/kubernetes/rollout/set-resources.remediation.ts';
import { createStream } from '../../src/remediations/nats/create-stream.remediation.ts';
import { createIndexes } from '../../src/remediations/postgres/create-indexes.remediation.ts';
import { setMaxConnections } from '../../src/remediations/postgres/set-max-connections.remediation.ts';
import { terminateIdleSessions } from '../../src/remediations/postgres/terminate-idle-sessions.remediation.ts';
import { setEvictionPolicy } from '../../src/remediations/redis/set-eviction-policy.remediation.ts';
import { createProbeRunner } from '../../src/services/run/probe-runner.service.ts';
import { silentLogger } from '../support/logger.ts';
import { type KindAction, kindActions, type Places } from './kinds.ts';

export type ActionName = 'policy' | 'sessions' | 'indexes' | 'counter' | KindAction;
export const isKind = (name: ActionName): name is KindAction => kindActions.some((one) => one === name);

/** What is asked for; the others need nothing. */
export const paramsOf: Partial<Record<ActionName, Readonly<Record<string, string | number>>>> = {
  connections: { value: 200 },
  resources: { part: 'agent-manager', memoryMiB: 2048 },
  limits: { part: 'agent-manager', memoryMiB: 128 },
};

/** The real adapters, over the real drivers. */
/** Role of the sessions that a fix may end. */
export const serviceRole = 'crash_service';

export function realTargets({ redis, postgres, nats, kubernetes, compose }: Places): TargetsFactory {
  const literal = (value: string) => new LazySecret({ kind: 'literal', value });
  const environment: EnvironmentConfig = {
    known: [],
    runtime:
      kubernetes !== undefined
        ? { kind: 'kubernetes', agentNamespace: 'kube-system', ...kubernetes }
        : compose !== undefined
          ? { kind: 'compose', ...compose }
          : { kind: 'none' },
    ...(nats === undefined ? {} : { nats: { url: literal(nats.url), monitorUrl: nats.monitorUrl } }),
    services: {},
    withoutHttp: [],
    redis: { kind: 'single', url: literal(redis) },
    postgres: {
      url: literal(postgres),
      databases: { agentManager: 'agent_manager', orchestrator: 'orchestrator' },
    },
    thresholds: Thresholds.parse({}),
    // All that is in this Redis are the tests' own counters, and it never comes near its limit.
    platform: platformOf({
      cache: { more: ['crash:'] },
      parts: { 'agent-manager': { databaseRole: serviceRole } },
    }),
    access: { sharedChannels: [], ask: { users: [], usergroups: [] } },
  };
  return createTargetsFactory({ prod: environment });
}

export function realProbes(health: 'real' | 'unhealthy'): ProbeRunner {
  const runner = createProbeRunner({
    probes: probes as readonly unknown[] as readonly Probe[],
    clock: systemClock,
    logger: silentLogger,
  });
  if (health === 'real') return runner;
  const bad = {
    code: 'TEST_BAD' as FindingCode,
    severity: 'critical',
    part: 'redis',
    subject: 'x',
    facts: {},
  } as const;
  return {
    async run(calls, options) {
      const outcomes = await runner.run(calls, options);
      // The policy has no effect: what made it necessary is still there.
      return outcomes.map((outcome) =>
        outcome.probe === 'redis.eviction-policy'
          ? { ...outcome, status: 'unhealthy', findings: [bad] }
          : outcome,
      );
    },
  };
}

/** The product's own action; only its patience is shorter. */
function quick(remediation: Remediation): Remediation {
  return {
    ...remediation,
    plan: async (params, context) => ({
      ...(await remediation.plan(params, context)),
      verifyWithinMs: 400,
      stableForMs: 100,
    }),
  };
}

const marker = 'crash:marker';
export const effectCounter = 'crash:effects';

/**
 * An effect that must not be repeated, as a container's restart: it counts itself in Redis, can be observed, and
 * carries no precondition into the target.
 */
function counter(url: string): Remediation {
  const use = async <T>(work: (redis: Redis) => Promise<T>): Promise<T> => {
    const redis = new Redis(url, { lazyConnect: true });
    try {
      return await work(redis);
    } finally {
      redis.disconnect();
    }
  };
  const step: PlanStep = {
    kind: 'crash-count',
    target: marker,
    from: { marker: 'old' },
    to: { marker: 'new' },
    precondition: { marker: 'old' },
    safety: 'observable',
  };
  return {
    ...{ id: 'test.counter', version: 1, doc: 'Counts.', tier: 2, params: z.strictObject({}), needs: [] },
    ...{ helpsWith: [], paramsFor: () => undefined, instruction: 'see-application' },
    plan: () =>
      Promise.resolve({
        ...{
          schemaVersion: 1,
          actionId: 'test.counter',
          actionVersion: 1,
          environment: 'prod',
          part: 'redis',
        },
        ...{ target: marker, identity: {}, params: {}, tier: 2, steps: [step] },
        ...{ verifyWith: [{ probe: 'redis.connection' }], verifyWithinMs: 400, stableForMs: 100 },
        ...{ blast: { key: 'test', facts: {} }, stepTimeoutMs: 2_000, objects: 1 },
      }),
    object: () => Promise.resolve({ claims: [], comparable: true }),
    applyStep: () =>
      use(async (redis) => {
        if ((await redis.get(marker)) !== 'old')
          throw new AppError('CONFLICT', 'stale', { facts: { reason: 'stale' } });
        await redis.multi().incr(effectCounter).set(marker, 'new').exec();
        return {};
      }),
    observeStep: () => use(async (redis) => ((await redis.get(marker)) === 'new' ? 'done' : 'not-done')),
  };
}

export async function resetCounter(url: string): Promise<void> {
  const redis = new Redis(url);
  await redis.mset(marker, 'old', effectCounter, '0');
  redis.disconnect();
}

/** The product's own action; verified as long as its controller needs. One that does not help is never at rest. */
function verified(remediation: unknown, health: 'real' | 'unhealthy'): Remediation {
  const own = remediation as Remediation;
  return {
    ...own,
    plan: async (params, context) => ({
      ...(await own.plan(params, context)),
      verifyWithinMs: health === 'real' ? 30_000 : 4_000,
      stableForMs: 100,
    }),
    ...(health === 'real' ? {} : { settled: () => Promise.resolve(false) }),
  };
}

export function actionNamed(
  name: ActionName,
  urls: Pick<Places, 'redis'>,
  health: 'real' | 'unhealthy' = 'real',
): Remediation {
  switch (name) {
    case 'connections':
      return verified(setMaxConnections, health);
    case 'stream':
      return verified(createStream, health);
    case 'resources':
      return verified(setResources, health);
    case 'limits':
      return verified(setLimits, health);
    case 'indexes':
      return verified(createIndexes, health);
    case 'policy':
      return quick(setEvictionPolicy as unknown as Remediation);
    case 'sessions':
      return quick(terminateIdleSessions as unknown as Remediation);
    case 'counter':
      return counter(urls.redis);
  }
}
