import { Redis } from 'ioredis';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KubeApi, missing, startKubeApi } from '../../../lab/components/kube-api.ts';
import { planHash, type Remediation } from '../../../src/domain/fix/remediation.ts';
import type { RemediationRow } from '../../../src/domain/fix/rows.ts';
import { asInGuide, platformOf } from '../../../src/domain/platform/platform.ts';
import type { With } from '../../../src/domain/probe/targets/targets.ts';
import type { EnvironmentConfig } from '../../../src/domain/settings/environment.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import { createTargetsFactory } from '../../../src/platform/targets/factory.ts';
import { createKubernetesTarget } from '../../../src/platform/targets/kubernetes/kubernetes.ts';
import { probes } from '../../../src/probes/index.ts';
import { restartWorkload } from '../../../src/remediations/kubernetes/rollout/restart-workload.remediation.ts';
import { createProbeRunner } from '../../../src/services/run/probe-runner.service.ts';
import { createHarness, type Harness } from '../../support/approvals.ts';
import { type KubeSeed, kubeSeed } from '../../support/kube.ts';
import { silentLogger } from '../../support/logger.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { useRedis } from '../../support/redis.ts';
import { registered } from '../../support/remediation-fixtures.ts';
import { environment, literal, scratch } from '../../support/targets.ts';

const postgres = usePostgres();
const redis = useRedis(['--maxmemory', '4mb']);
let database: TestDatabase;
let target: TestDatabase;
let client: Redis;

/** The product's own actions, adapters and probes on these servers. */
function harnessOf(id: string): Harness {
  const config: EnvironmentConfig = {
    ...environment(),
    platform: platformOf({ parts: { 'agent-manager': { databaseRole: 'am_service' } } }),
    redis: { kind: 'single', url: literal(redis.server.url) },
    postgres: {
      url: literal(target.url),
      databases: { agentManager: 'agent_manager', orchestrator: 'orchestrator' },
    },
  };
  const remediation = registered.find((item) => item.id === id) as Remediation;
  return createHarness(database.store(), {
    real: {
      remediation,
      targets: createTargetsFactory({ prod: config }),
      probes: createProbeRunner({ probes, clock: systemClock, logger: silentLogger }),
    },
  });
}

async function session(name: string): Promise<Client> {
  const url = new URL(target.url);
  url.pathname = '/agent_manager';
  [url.username, url.password] = ['am_service', 'secret'];
  const made = new Client({ connectionString: url.toString(), application_name: name });
  made.on('error', () => undefined);
  await made.connect();
  await made.query('BEGIN');
  await made.query('SELECT 1');
  return made;
}
const backends = (name: string) =>
  target.sql('SELECT 1 FROM pg_stat_activity WHERE application_name = $1', [name]);

const sessions: Client[] = [];
beforeAll(async () => {
  database = await postgres.migrated();
  target = await postgres.database();
  for (const name of ['agent_manager', 'orchestrator']) await target.sql(`CREATE DATABASE ${name}`);
  await target.sql("CREATE ROLE am_service LOGIN PASSWORD 'secret'");
  sessions.push(await session('leaked'), await session('wakes-up'));
  client = new Redis(redis.server.url);
});
afterAll(async () => {
  await Promise.allSettled(sessions.map((one) => one.end()));
  client?.disconnect();
});

describe('on a real Redis that is full and refuses writes (D3.a)', () => {
  const write = (key: string, bytes = 100_000) => client.set(key, 'x'.repeat(bytes));
  /** Until even a small write is refused. */
  async function fill(): Promise<void> {
    for (const bytes of [100_000, 1_000, 10])
      for (let key = 0; key < 1_000; key += 1)
        if ((await write(`cache:${bytes}:${key}`, bytes).catch(() => 'full')) === 'full') break;
  }
  const anHourLater = () =>
    database.sql("UPDATE remediations SET approved_at = approved_at - interval '2 hours'");

  /** The same approved plan with less time to be verified. */
  async function shortened(row: RemediationRow, verifyWithinMs: number): Promise<void> {
    await database.sql('ALTER TABLE remediations DISABLE TRIGGER remediation_plan_is_immutable');
    const plan = { ...row.plan, verifyWithinMs };
    await database.sql('UPDATE remediations SET plan = $2, plan_hash = $3 WHERE id = $1', [
      ...[row.id, JSON.stringify(plan), planHash(plan)],
    ]);
    await database.sql('UPDATE approvals SET plan_hash = $2 WHERE remediation_id = $1', [
      ...[row.id, planHash(plan)],
    ]);
    await database.sql('ALTER TABLE remediations ENABLE TRIGGER remediation_plan_is_immutable');
  }

  it('lets it evict, sees that writes are accepted, and puts it back when that is asked and approved', async () => {
    await fill();
    await expect(write('new')).rejects.toThrow('OOM');
    const h = harnessOf('redis.set-eviction-policy');
    const row = await h.approved();

    await h.execute(row.id);

    expect(await h.row(row.id)).toMatchObject({
      state: 'succeeded',
      outcome: { 'redis.connection': 'healthy', 'redis.eviction-policy': 'healthy', settled: true },
    });
    expect(await write('new')).toBe('OK');
    expect(await client.exists('aetherius:write-check')).toBe(0);

    const { remediation: undo } = await h.service.undo(h.input(row.id, 'UREQ'));
    await h.service.approve(h.input(undo.id, 'ULEAD'));
    await h.execute(undo.id);

    expect((await h.row(undo.id)).state).toBe('succeeded');
    expect(await client.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
  });

  it('a policy that does not help is taken back: nothing that expires is left to be evicted', async () => {
    await anHourLater();
    await client.flushall();
    await client.set('cache:expires', 'x', 'EX', 3_600);
    await fill();
    const h = harnessOf('redis.set-eviction-policy');
    const row = await h.approved({ policy: 'volatile-lru' });
    await shortened(row, 1_000);

    await h.execute(row.id, 'worker-1', {
      async atKillPoint(point) {
        if (point === 'R-K5') await client.del('cache:expires');
      },
    });

    expect((await h.row(row.id)).state).toBe('rolled_back');
    expect(await client.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
  });

  it('R-X12: a third policy by another hand while it is watched is no success, though writes are accepted', async () => {
    await anHourLater();
    await client.flushall();
    await write('cache:one');
    const h = harnessOf('redis.set-eviction-policy');
    const row = await h.approved();
    await shortened(row, 2_000);

    await h.execute(row.id, 'worker-1', {
      async atKillPoint(point) {
        if (point === 'R-K5') await client.config('SET', 'maxmemory-policy', 'allkeys-random');
      },
    });

    expect(await h.row(row.id)).toMatchObject({
      state: 'failed',
      outcome: { reason: 'changed-meanwhile', inPlace: 'changed', settled: true },
    });
    expect(await client.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'allkeys-random']);
    await client.config('SET', 'maxmemory-policy', 'noeviction');
  });

  it('a Redis that was restarted since is another Redis (R-P3)', async () => {
    await anHourLater();
    const h = harnessOf('redis.set-eviction-policy');
    const row = await h.approved();
    await redis.kill();
    await redis.start();
    await redis.call('SET', 'cache:one', 'x');

    await h.execute(row.id);

    expect(await h.row(row.id)).toMatchObject({ state: 'stale', outcome: { differing: 'target' } });
    expect(await redis.call('CONFIG', 'GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
  });
});

describe('on a real PostgreSQL with sessions that leaked (D1.c)', () => {
  it('ends those that were approved, and not one that works again by then (R-P3, R-P4)', async () => {
    const h = harnessOf('postgres.terminate-idle-sessions');
    const params = { olderThanSeconds: 30 };
    await expect
      .poll(
        async () => {
          const proposal = await h.propose(params);
          return proposal.kind === 'offered' ? proposal.offer.plan.objects : 0;
        },
        { timeout: 50_000, interval: 1_000 },
      )
      .toBe(2);
    const both = await h.approved(params);
    const awake = sessions[1];
    await awake?.query('COMMIT');
    await awake?.query('BEGIN');
    await awake?.query('SELECT 1');

    await h.execute(both.id);
    expect((await h.row(both.id)).state).toBe('stale');
    expect(await backends('leaked')).toHaveLength(1);

    const one = await h.approved(params);
    expect(one.plan.objects).toBe(1);
    await h.execute(one.id);

    expect(await h.row(one.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
    expect(await backends('leaked')).toHaveLength(0);
    expect(await backends('wakes-up')).toHaveLength(1);
    expect(
      (await h.service.undo(h.input(one.id, 'UREQ')).catch((error: unknown) => error)) as object,
    ).toMatchObject({
      facts: { reason: 'no-undo' },
    });
  });
});

const lacking = missing();
describe.skipIf(lacking !== undefined)(
  `on a real Kubernetes API server${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    const folder = scratch('approvals-kubernetes');
    const path = '/apis/apps/v1/namespaces/aetherius/deployments';
    let api: KubeApi;
    let seed: KubeSeed;

    beforeAll(async () => {
      api = await startKubeApi({ dir: folder.dir });
      seed = kubeSeed(api.kubeconfig);
      await seed.post('/api/v1/namespaces', { metadata: { name: 'aetherius' } });
      await seed.post(path, {
        metadata: { name: 'agent-manager' },
        spec: {
          replicas: 2,
          selector: { matchLabels: { app: 'agent-manager' } },
          template: {
            metadata: { labels: { app: 'agent-manager' } },
            spec: { containers: [{ name: 'main', image: 'agent-manager:1' }] },
          },
        },
      });
      await status(1, 2);
    });
    afterAll(async () => {
      seed?.close();
      await api?.stop();
      folder.remove();
    });

    /** What the Deployment controller would write. */
    const status = (observedGeneration: number, updatedReplicas: number) =>
      seed.merge(`${path}/agent-manager/status`, {
        status: { observedGeneration, replicas: 2, readyReplicas: 2, availableReplicas: 2, updatedReplicas },
      });
    const context = () => {
      const kubernetes = createKubernetesTarget({
        namespace: 'aetherius',
        agentNamespace: 'kube-system',
        kubeconfig: api.kubeconfig,
      });
      const deps = { environment: 'prod', platform: asInGuide, kubernetes } as With<'kubernetes'>;
      return { deps, signal: new AbortController().signal, now: () => new Date() };
    };
    const plan = () => restartWorkload.plan({ part: 'agent-manager' }, context());

    it('R-P4, R-P5: plans with a dry run, patches once, and sees the rollout come to rest', async () => {
      const made = await plan();
      expect(made).toMatchObject({ tier: 1, steps: [{ precondition: { generation: 1, replicas: 2 } }] });
      expect(await restartWorkload.observeStep(made.steps[0], made, context())).toBe('not-done');

      // A controller writes the status meanwhile, which must not make the approved patch fail.
      await status(1, 2);
      expect(await restartWorkload.applyStep(made.steps[0], made, context())).toEqual({ generation: 2 });

      expect(await restartWorkload.observeStep(made.steps[0], made, context())).toBe('done');
      expect(await restartWorkload.settled?.(made, context())).toBe(false);
      await status(2, 1);
      expect(await restartWorkload.settled?.(made, context())).toBe(false);
      await status(2, 2);
      expect(await restartWorkload.settled?.(made, context())).toBe(true);
      expect(await restartWorkload.applyStep(made.steps[0], made, context())).toEqual({
        generation: 2,
        already: true,
      });
    });

    it('R-P3: an image that changed since is another workload', async () => {
      const made = await plan();
      await seed.merge(`${path}/agent-manager`, {
        spec: { template: { spec: { containers: [{ name: 'main', image: 'agent-manager:2' }] } } },
      });

      await expect(restartWorkload.applyStep(made.steps[0], made, context())).rejects.toMatchObject({
        code: 'CONFLICT',
        facts: { reason: 'stale', differing: 'generation, images' },
      });
      expect(await restartWorkload.observeStep(made.steps[0], made, context())).toBe('unknown');
    });

    it('R-P3: a workload that was made anew under the same name is another one', async () => {
      const made = await plan();
      await seed.remove(`${path}/agent-manager`);
      await seed.post(path, {
        metadata: { name: 'agent-manager' },
        spec: {
          replicas: 2,
          selector: { matchLabels: { app: 'agent-manager' } },
          template: {
            metadata: { labels: { app: 'agent-manager' } },
            spec: { containers: [{ name: 'main', image: 'agent-manager:2' }] },
          },
        },
      });

      await expect(restartWorkload.applyStep(made.steps[0], made, context())).rejects.toMatchObject({
        facts: { reason: 'stale' },
      });
    });
  },
);
