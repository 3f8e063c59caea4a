/** A bundle from a real API server (Pods without a kubelet): objects and events, and the recording asked offline. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type KubeApi, missing, startKubeApi } from '../../../lab/components/kube-api.ts';
import { CollectOutput, DiagnoseOutput } from '../../../src/cli/output-schemas.ts';
import { aetherius } from '../../support/cli.ts';
import { type KubeSeed, kubeSeed, pod, runningStatus } from '../../support/kube.ts';
import { scratch } from '../../support/targets.ts';

const lacking = missing();
const place = scratch('collect-kubernetes');
const folder = mkdtempSync(join(tmpdir(), 'collect-kubernetes-'));
const file = join(folder, 'a.yaml');
const bundle = join(folder, 'bundle.tar.gz');
const unpacked = join(folder, 'bundle');
const secret = 'Zeppelin-77-planted';
const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
let api: KubeApi;
let seed: KubeSeed;
let collected: CollectOutput;
let live: ReadonlyMap<string, unknown>;

const symptoms = ['K1', 'S1', 'S3', 'M1', 'C1'];

/** What was found, for each cause; times and order of what could not be seen are those of each look. */
const causesOf = (out: string) => {
  const { overall, diagnoses } = DiagnoseOutput.parse(JSON.parse(out));
  const causes = diagnoses.flatMap(({ id, causes: all }) =>
    all.map((cause) => ({
      ...{ diagnosis: id, id: cause.id, verdict: cause.verdict },
      for: cause.for.map(({ code, subject, facts }) => ({ code, subject, facts })),
      missing: cause.missing.map(({ probe, why }) => `${probe} ${why}`).toSorted(),
    })),
  );
  return { overall, causes };
};

describe.skipIf(lacking !== undefined)(
  `collect on Kubernetes${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    beforeAll(async () => {
      api = await startKubeApi({ dir: place.dir });
      seed = kubeSeed(api.kubeconfig);
      await seed.post('/api/v1/namespaces', { metadata: { name: 'shop' } });
      const base = '/api/v1/namespaces/shop';
      const owner = (name: string) => ({
        owner: { kind: 'ReplicaSet', name: `${name}-5d9f8c7b6` },
        labels: { app: name, 'pod-template-hash': '5d9f8c7b6' },
      });
      await seed.post(`${base}/configmaps`, {
        metadata: { name: 'agent-manager-config' },
        data: { 'config.yaml': `postgres:\n  url: postgres://bot:${secret}@postgres/agents\nworkers: 4\n` },
      });
      const started = async (name: string, status: unknown, container = {}) => {
        const body = pod(`${name}-5d9f8c7b6-x`, { ...owner(name), container });
        await seed.post(`${base}/pods`, body);
        await seed.merge(`${base}/pods/${body.metadata.name}/status`, status);
      };
      await started('agent-manager', runningStatus(ago(300)), {
        env: [{ name: 'DB_PASSWORD', value: secret }],
      });
      await started('reasoning-service', {
        status: {
          phase: 'Running',
          conditions: [{ type: 'Ready', status: 'True' }],
          containerStatuses: [
            {
              ...{ name: 'main', ready: true, restartCount: 1, image: 'x', imageID: '' },
              state: { running: { startedAt: ago(30) } },
              lastState: {
                terminated: { exitCode: 137, reason: 'OOMKilled', finishedAt: ago(31), startedAt: ago(90) },
              },
            },
          ],
        },
      });
      await started('orchestrator-service', {
        status: {
          phase: 'Pending',
          conditions: [],
          containerStatuses: [
            {
              ...{ name: 'main', ready: false, restartCount: 0, image: 'x', imageID: '' },
              state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "x"' } },
            },
          ],
        },
      });
      const runtime = { kind: 'kubernetes', namespace: 'shop', kubeconfig: api.kubeconfig };
      writeFileSync(file, stringify({ environments: { prod: { runtime } } }));
      const answer = await aetherius(['--config', file, '--output', 'json', 'collect', '-o', bundle]);
      collected = CollectOutput.parse(JSON.parse(answer.out));
      await aetherius(['bundle', 'open', bundle, '--to', unpacked]);
      const asked = symptoms.map(async (symptom) => {
        const { out } = await aetherius(['--config', file, '--output', 'json', 'diagnose', symptom]);
        return [symptom, causesOf(out)] as const;
      });
      live = new Map(await Promise.all(asked));
      await api.stop();
    }, 120_000);
    afterAll(() => {
      seed?.close();
      place.remove();
      rmSync(folder, { recursive: true, force: true });
    });

    it('has the objects and the configuration, and no secret', () => {
      const texts = readdirSync(unpacked, { recursive: true, withFileTypes: true })
        .filter((one) => one.isFile())
        .map((one) => readFileSync(join(one.parentPath, one.name), 'utf8'))
        .join('\n');
      const pods = JSON.parse(readFileSync(join(unpacked, 'kubernetes/shop/pods.json'), 'utf8')) as unknown[];

      expect(pods).toHaveLength(3);
      expect(texts).not.toContain(secret);
      expect(texts).toContain('workers: 4');
      expect(
        collected.manifest.entries.find(({ path }) => path === 'kubernetes/shop/secrets.json'),
      ).toBeUndefined();
    });

    it('lacks no object, also where the cluster has no Prometheus operator', () => {
      const objects = collected.manifest.entries.filter(({ path }) => path.startsWith('kubernetes/'));

      expect(objects.map(({ path }) => path)).toContain('kubernetes/shop/prometheusrules.json');
      expect(objects.filter(({ error }) => error !== undefined)).toEqual([]);
    });

    it('has an entry for the log of each Pod, and for the container before the restart', () => {
      const logs = collected.manifest.entries
        .map(({ path }) => path)
        .filter((path) => path.startsWith('logs/'));

      expect(logs).toEqual(
        expect.arrayContaining([
          'logs/agent-manager/agent-manager-5d9f8c7b6-x_main.log',
          'logs/reasoning-service/reasoning-service-5d9f8c7b6-x_main.log',
          'logs/reasoning-service/reasoning-service-5d9f8c7b6-x_main.previous.log',
        ]),
      );
    });

    it.each(symptoms)(
      'is asked for %s with the cluster gone, and says what was said live',
      async (symptom) => {
        const { out, err } = await aetherius(['--output', 'json', 'diagnose', symptom, '--bundle', bundle]);

        expect(err).toBe('');
        expect(causesOf(out)).toEqual(live.get(symptom));
      },
    );

    it('confirmed causes live, so that there was something to say', () => {
      expect(JSON.stringify([...live.values()])).toContain('"verdict":"confirmed"');
    });
  },
);
