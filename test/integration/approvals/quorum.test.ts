/** R-P8 on real servers: what the restart of one member takes from the others. */

import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KubeApi, missing as missingKube, startKubeApi } from '../../../lab/components/kube-api.ts';
import { missing as missingNats, type NatsServer, startNats } from '../../../lab/components/nats.ts';
import { freePort, waitFor } from '../../../lab/components/process.ts';
import { asInGuide } from '../../../src/domain/platform/platform.ts';
import type { EnvironmentConfig } from '../../../src/domain/settings/environment.ts';
import { createTargetsFactory } from '../../../src/platform/targets/factory.ts';
import { createKubernetesTarget } from '../../../src/platform/targets/kubernetes/kubernetes.ts';
import { budgetRisk } from '../../../src/remediations/kubernetes/rollout/budgets.ts';
import { quorumRisk } from '../../../src/remediations/shared/quorum.ts';
import { type KubeSeed, kubeSeed } from '../../support/kube.ts';
import { usePostgres } from '../../support/postgres.ts';
import { useRedis } from '../../support/redis.ts';
import { environment, literal, scratch } from '../../support/targets.ts';

const signal = new AbortController().signal;
const folder = scratch('quorum');
afterAll(() => folder.remove());

/** What a fresh look at these servers says. */
async function said(
  part: 'nats' | 'postgres' | 'redis',
  config: Partial<EnvironmentConfig>,
): Promise<unknown> {
  const factory = createTargetsFactory({ prod: { ...environment(), platform: asInGuide, ...config } });
  try {
    const raised = await quorumRisk(part, await factory.forRun('prod'), signal);
    return raised?.key ?? 'none';
  } catch (error) {
    return (error as { facts?: { reason?: string } }).facts?.reason ?? error;
  } finally {
    await factory.close();
  }
}

const lackingNats = missingNats();
describe.skipIf(lackingNats !== undefined)(
  `three real NATS servers${lackingNats === undefined ? '' : ` (left out: ${lackingNats})`}`,
  () => {
    let servers: readonly NatsServer[] = [];
    afterAll(() => Promise.all(servers.map((server) => server.stop())));
    const at = (index: number) => {
      const server = servers[index];
      if (server === undefined) throw new Error('no such server');
      return { nats: { url: literal(server.url), monitorUrl: server.monitorUrl } };
    };

    it('may lose one of three, and not one of two', async () => {
      const ports = await Promise.all([freePort(), freePort(), freePort()]);
      const routes = ports.map((port) => `"nats://127.0.0.1:${port}"`).join(', ');
      servers = await Promise.all(
        ports.map((port, index) =>
          startNats({
            dir: join(folder.dir, `nats-${index}`),
            config: `server_name: n${index}, cluster { name: lab, listen: "127.0.0.1:${port}", routes: [${routes}] }`,
          }),
        ),
      );
      const all = async () => (await Promise.all([0, 1, 2].map((index) => said('nats', at(index))))).join();
      await waitFor(async () => (await all()) === 'none,none,none', {
        seconds: 40,
        what: 'a group of three',
      });

      await servers[2]?.stop();
      const two = async () => (await Promise.all([0, 1].map((index) => said('nats', at(index))))).join();
      await waitFor(async () => (await two()) === 'no-majority,no-majority', {
        seconds: 40,
        what: 'a group of two',
      });
      await servers[1]?.stop();
      await waitFor(async () => (await said('nats', at(0))) === 'no-leader', {
        seconds: 40,
        what: 'the end of the group',
      });
    });
  },
);

describe('a real PostgreSQL', () => {
  const postgres = usePostgres();

  it('is a primary once something follows it', async () => {
    const { url } = await postgres.database();
    const name = new URL(url).pathname.slice(1);
    const config = {
      postgres: { url: literal(url), databases: { agentManager: name, orchestrator: name } },
    };
    expect(await said('postgres', config)).toBe('none');

    const follower = new Client({ connectionString: url, replication: 'true' } as object);
    follower.on('error', () => undefined);
    await follower.connect();
    const { rows } = await follower.query<{ xlogpos: string }>('IDENTIFY_SYSTEM');
    const ended = follower.query(`START_REPLICATION PHYSICAL ${rows[0]?.xlogpos}`).catch(() => undefined);
    await waitFor(async () => (await said('postgres', config)) === 'primary', {
      seconds: 20,
      what: 'a follower',
    });
    await follower.end().catch(() => undefined);
    await ended;
  });
});

describe('a real Redis', () => {
  const master = useRedis(['--save', '3600 1']);
  const copy = useRedis(['--repl-diskless-sync-delay', '0']);
  const config = () => ({ redis: { kind: 'single' as const, url: literal(master.server.url) } });

  it('is asked for its copies, and for what it keeps', async () => {
    const client = new Redis(master.server.url);
    try {
      expect(await said('redis', config())).toBe('none');
      await client.config('SET', 'save', '');
      expect(await said('redis', config())).toBe('keeps-nothing');
      await client.config('SET', 'save', '3600 1');

      await copy.call('REPLICAOF', '127.0.0.1', new URL(master.server.url).port);
      await waitFor(async () => (await said('redis', config())) === 'primary', {
        seconds: 30,
        what: 'a copy',
      });
      await client.config('SET', 'save', '');
      expect(await said('redis', config())).toBe('copies-would-empty');
    } finally {
      client.disconnect();
    }
  });
});

const lackingKube = missingKube();
describe.skipIf(lackingKube !== undefined)(
  `budgets of a real Kubernetes API server${lackingKube === undefined ? '' : ` (left out: ${lackingKube})`}`,
  () => {
    let api: KubeApi;
    let seed: KubeSeed;
    beforeAll(async () => {
      api = await startKubeApi({ dir: join(folder.dir, 'kube') });
      seed = kubeSeed(api.kubeconfig);
      await seed.post('/api/v1/namespaces', { metadata: { name: 'aetherius' } });
    });
    afterAll(async () => {
      seed?.close();
      await api?.stop();
    });

    it('are read as their controller counts them', async () => {
      const base = '/apis/policy/v1/namespaces/aetherius/poddisruptionbudgets';
      const workload = {
        metadata: { name: 'nats', uid: 'u', resourceVersion: '1' },
        spec: { template: { metadata: { labels: { app: 'nats' } } } },
      };
      const look = async () => {
        const settings = {
          namespace: 'aetherius',
          agentNamespace: 'kube-system',
          kubeconfig: api.kubeconfig,
        };
        return budgetRisk('aetherius', workload, createKubernetesTarget(settings), signal).then(
          (raised) => raised?.key ?? 'none',
          (error: { facts: { reason: string } }) => error.facts.reason,
        );
      };
      const budget = (name: string, selector: object) =>
        seed.post(base, { metadata: { name }, spec: { minAvailable: 2, selector } });
      const counted = (disruptionsAllowed: number, currentHealthy: number) =>
        seed.merge(`${base}/nats/status`, {
          status: { disruptionsAllowed, currentHealthy, desiredHealthy: 2, expectedPods: 3 },
        });

      await budget('others', { matchLabels: { app: 'other' } });
      expect(await look()).toBe('none');
      await budget('nats', { matchExpressions: [{ key: 'app', operator: 'In', values: ['nats'] }] });
      expect(await look()).toBe('budget');
      await counted(1, 3);
      expect(await look()).toBe('none');
      await counted(0, 2);
      expect(await look()).toBe('budget');
      await counted(0, 1);
      expect(await look()).toBe('budget-exhausted');
    });
  },
);
