/** What nobody looks at is said where people look, with a real API server: `init`, `doctor`, `health`. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type KubeApi, missing, startKubeApi } from '../../../lab/components/kube-api.ts';
import { HealthOutput } from '../../../src/cli/output-schemas.ts';
import { aetherius } from '../../support/cli.ts';
import { type KubeSeed, kubeSeed } from '../../support/kube.ts';
import { usePostgres } from '../../support/postgres.ts';
import { scratch } from '../../support/targets.ts';

const lacking = missing();
const postgres = usePostgres();
const place = scratch('not-checked');
const folder = mkdtempSync(join(tmpdir(), 'not-checked-'));
const file = join(folder, 'a.yaml');
let api: KubeApi;
let seed: KubeSeed;

async function runs(
  kind: 'deployments' | 'statefulsets',
  name: string,
  image: string,
  port: number,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const labels = { app: name };
  const variables = Object.entries(env).map(([key, value]) => ({ name: key, value }));
  await seed.post(`/apis/apps/v1/namespaces/shop/${kind}`, {
    metadata: { name },
    spec: {
      selector: { matchLabels: labels },
      ...(kind === 'statefulsets' ? { serviceName: name } : {}),
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'main', image, env: variables }] },
      },
    },
  });
  await seed.post('/api/v1/namespaces/shop/services', {
    metadata: { name },
    spec: { selector: labels, ports: [{ port }] },
  });
}

describe.skipIf(lacking !== undefined)(
  `what is not checked${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    beforeAll(async () => {
      const database = await postgres.migrated();
      api = await startKubeApi({ dir: place.dir });
      seed = kubeSeed(api.kubeconfig);
      await seed.post('/api/v1/namespaces', { metadata: { name: 'shop' } });
      const settings = { DB_HOST: 'mysql', DB_PORT: '3306', REDIS: 'redis:6379' };
      await runs('deployments', 'agent-manager', 'registry.example/agent-manager:2', 8080, settings);
      await runs('statefulsets', 'postgres', 'postgres:17', 5432);
      await runs('statefulsets', 'mysql', 'mysql:8', 3306);
      await runs('deployments', 'prometheus', 'prom/prometheus:v2', 9090);
      const runtime = { kind: 'kubernetes', namespace: 'shop', kubeconfig: api.kubeconfig };
      const name = new URL(database.url).pathname.slice(1);
      const prod = { runtime, postgres: { url: { env: 'PG' }, databases: { orchestrator: name } } };
      writeFileSync(file, stringify({ environments: { prod } }));
      env = { PG: database.url };
    }, 120_000);
    afterAll(async () => {
      seed?.close();
      await api?.stop();
      place.remove();
      rmSync(folder, { recursive: true, force: true });
    });
    let env: Readonly<Record<string, string>> = {};
    const line =
      'mysql (image mysql:8, port 3306, used by agent-manager), prometheus (image prometheus:v2, port 9090)';

    it('is named by health, also beside PostgreSQL, which agent-manager does not use', async () => {
      const { out } = await aetherius(['--config', file, 'health'], env);
      const { out: json } = await aetherius(['--config', file, '--output', 'json', 'health'], env);
      const output = HealthOutput.parse(JSON.parse(json));

      expect(out).toContain(`Not checked: ${line}.`);
      expect(output.unchecked?.map(({ name }) => name)).toEqual(['mysql', 'prometheus']);
      const row = output.parts.find(({ part }) => part === 'postgres');
      expect(row?.besides?.map(({ text }) => text)).toEqual([
        'agent-manager uses MySQL (mysql) instead, which is not checked',
      ]);
    });

    it('is named by doctor', async () => {
      const { out } = await aetherius(['--config', file, 'doctor', '--env', 'prod'], env);

      expect(out).toContain(`not checked: ${line}`);
    });

    it('is named by init, which names the right namespace where nothing is', async () => {
      const to = join(folder, 'init.yaml');
      const init = (namespace: string) =>
        aetherius(['init', '--file', to, '--kubeconfig', api.kubeconfig, '--namespace', namespace]);
      const wrong = await init('aetherius');

      expect(wrong.exit).toBe(1);
      expect(wrong.err).toContain(
        'No part of Aetherius was found in namespace aetherius. Namespaces with parts of it: shop (agent-manager, PostgreSQL).',
      );
      expect((await init('shop')).out).toContain(`Not checked: ${line}.`);
      expect(readFileSync(to, 'utf8')).toContain('namespace: shop');
    });
  },
);
