/** What real Helm does to a fix of what it has made, and what is said of it: before, when it happens, and afterwards. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { kubeProgram } from '../../../lab/components/kube-api.ts';
import { put } from '../../../lab/components/process.ts';
import { remediationLine } from '../../../src/bot/views/remediation.view.ts';
import type { RemediationRow } from '../../../src/domain/fix/rows.ts';
import { wordsIn } from '../../../src/text/words.ts';
import type { Harness } from '../../support/approvals.ts';
import { type Cluster, missingCluster, startCluster } from '../../support/kube-cluster.ts';
import { faster, kubeHarness, shortenedIn } from '../../support/kube-fixes.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { scratch } from '../../support/targets.ts';
import { endAgo, lookNow, saidOfEnd } from '../../support/temporary-changes.ts';

const lacking =
  missingCluster() ??
  (kubeProgram('helm') === undefined ? 'Kubernetes: no helm: run lab/kubernetes/build.sh' : undefined);
const namespace = 'aetherius';
const part = 'agent-manager';
const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${part}`;
const id = 'kubernetes.set-resources';
const undone = { key: 'puts-back.helm', facts: { name: 'shop' } };

const chart: Readonly<Record<string, string>> = {
  'Chart.yaml': 'apiVersion: v2\nname: platform\nversion: 1.4.0\n',
  'values.yaml': 'replicaCount: 2\nresources: {limits: {memory: 256Mi}}\nnote: one\n',
  'templates/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${part}
  labels: {helm.sh/chart: "{{ .Chart.Name }}-{{ .Chart.Version }}"}
  annotations: {note: {{ .Values.note | quote }}}
spec:
  replicas: {{ .Values.replicaCount }}
  selector: {matchLabels: {app: ${part}}}
  template:
    metadata: {labels: {app: ${part}}}
    spec:
      containers:
      - name: main
        image: "agent-manager:1"
        resources: {{- toYaml .Values.resources | nindent 10 }}
`,
};

describe.skipIf(lacking !== undefined)(
  `fixes of what Helm has made${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    const postgres = usePostgres();
    const folder = scratch('helm');
    let database: TestDatabase;
    let cluster: Cluster;
    let h: Harness;

    beforeAll(async () => {
      database = await postgres.migrated();
      cluster = await startCluster(folder.dir, namespace);
      h = kubeHarness(database, id, { kubeconfig: cluster.api.kubeconfig, namespace });
      for (const [file, text] of Object.entries(chart)) put(join(folder.dir, 'chart', file), text);
    });
    afterAll(async () => {
      await cluster?.stop();
      folder.remove();
    });
    beforeEach(async () => {
      // The same fix of the same target more than twice an hour is refused (R-X9).
      await database.sql("UPDATE remediations SET approved_at = approved_at - interval '2 hours'");
    });

    const helm = (...args: readonly string[]) =>
      execFileSync(kubeProgram('helm') ?? 'helm', [...args, '-n', namespace], {
        encoding: 'utf8',
        env: { ...process.env, KUBECONFIG: cluster.api.kubeconfig, HOME: folder.dir },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    const upgrade = (...args: readonly string[]) =>
      helm('upgrade', 'shop', join(folder.dir, 'chart'), ...args);
    async function now() {
      const { metadata, spec, status } = (await cluster.seed.get(path)) as {
        metadata: { generation: number };
        spec: {
          replicas: number;
          template: { spec: { containers: [{ resources: { limits: object; requests?: object } }] } };
        };
        status: {
          replicas?: number;
          readyReplicas?: number;
          updatedReplicas?: number;
          observedGeneration?: number;
        };
      };
      const { limits } = spec.template.spec.containers[0].resources;
      return { ...metadata, ...status, limits, replicas: spec.replicas, total: status.replicas };
    }
    const limits = async () => (await now()).limits;
    async function installed() {
      const known = helm('list', '-q').includes('shop');
      if (known) helm('uninstall', 'shop', '--wait');
      helm('install', 'shop', join(folder.dir, 'chart'));
      await ready();
    }
    const ready = () =>
      expect
        .poll(
          async () => {
            const { readyReplicas, updatedReplicas, total, observedGeneration, generation } = await now();
            return [readyReplicas, updatedReplicas, total, observedGeneration === generation];
          },
          { timeout: 20_000 },
        )
        .toEqual([2, 2, 2, true]);
    const run = async (row: RemediationRow, more = {}) => {
      await h.execute(row.id, 'worker-1', { ...faster, ...more });
      return h.row(row.id);
    };
    const keysOf = ({ plan }: RemediationRow) => (plan.notes ?? []).map(({ key }) => key);

    it('R-X17: is still there after an upgrade of nothing, and lasts once Helm has left it alone in another one', async () => {
      await installed();
      const { id: fix } = await h.approved({ part, memoryMiB: 512 });
      const row = await run(await h.row(fix));
      expect(row).toMatchObject({ state: 'succeeded', plan: { endsAfterMs: 4 * 3_600_000 } });
      await endAgo(database, fix);
      const look = async () => {
        await lookNow(database, fix);
        await h.keeper()();
        return (await saidOfEnd(database, fix)).map(({ event }) => event);
      };
      expect(await look()).toEqual(['temporary-over']);

      // The chart has the value by now; Helm finds nothing to write, and shows nothing of it.
      upgrade('--set', 'resources.limits.memory=512Mi');
      expect(await look()).toEqual(['temporary-over']);
      upgrade('--reuse-values', '--set', 'note=two');
      expect(await limits()).toEqual({ memory: '512Mi' });
      expect(await look()).toContain('temporary-kept');
    });

    it('says that the next upgrade undoes it, which then happens though the chart is the same', async () => {
      await installed();
      const row = await h.approved({ part, memoryMiB: 512 });
      expect(row.plan.notes).toEqual([
        undone,
        { key: 'changed-by', facts: expect.objectContaining({ by: 'helm', field: 'memory' }) },
        { key: 'temporary-values', facts: {} },
      ]);

      // Helm is no controller: until somebody calls it, the change holds.
      expect((await run(row)).state).toBe('succeeded');
      expect(await limits()).toEqual({ memory: '512Mi' });
      const verdict = remediationLine(
        { remediation: await h.row(row.id), kind: 'succeeded', facts: {} },
        wordsIn('en'),
      ).text;
      expect(verdict).toContain('The next upgrade or rollback of Helm release `shop` will undo this');
      // Helm is not seen to write the field any more, though its chart does.
      const again = await h.offered({ part, memoryMiB: 1024 });
      expect(again.plan.notes).toEqual([
        { key: 'may-put-back', facts: { tool: 'Helm', name: 'shop', field: 'memory' } },
        { key: 'changed-by', facts: expect.objectContaining({ by: 'aetherius-bot' }) },
        { key: 'temporary-values-perhaps', facts: {} },
      ]);

      upgrade('--set', 'note=two');

      expect(await limits()).toEqual({ memory: '256Mi' });
      // A Pod that has no address yet could be one of ours.
      await ready();
      // What is not there any more is not taken back, and whose hand that was is said.
      const { remediation: undo } = await h.service.undo(h.input(row.id, 'UREQ'));
      await h.service.approve(h.input(undo.id, 'ULEAD'));
      expect(await run(undo)).toMatchObject({
        state: 'stale',
        outcome: { by: 'helm', field: 'memory' },
      });
      expect(await limits()).toEqual({ memory: '256Mi' });
      expect(keysOf(await h.offered({ part, memoryMiB: 768 }))).toContain('puts-back.helm');
    });

    it('is kept by the values of its plan, and nothing is rolled out for them', async () => {
      await installed();
      const row = await h.approved({ part, memoryMiB: 512 });
      expect(row.plan.patch?.[0]).toBe('# values.yaml (platform-1.4.0)');
      expect((await run(row)).state).toBe('succeeded');
      const { generation } = await now();
      const values = join(folder.dir, 'kept.yaml');
      put(values, (row.plan.patch ?? []).join('\n'));

      upgrade('--reuse-values', '-f', values);

      expect(await now()).toMatchObject({ generation, limits: { memory: '512Mi' }, replicas: 2 });
      upgrade('--reuse-values', '--set', 'note=three');
      expect(await limits()).toEqual({ memory: '512Mi' });
    });

    // By hand with Helm 4.3.2: the same plan, and its upgrade and rollback end with this conflict. It is too long to build.
    it('stops the next upgrade of a Helm that applies on the server’s side, unless the chart has the same value', async () => {
      if (helm('list', '-q').includes('shop')) helm('uninstall', 'shop', '--wait');
      const labels = { app: part };
      const applied = (memory: string) =>
        cluster.seed.apply(path, 'helm', {
          ...{ apiVersion: 'apps/v1', kind: 'Deployment' },
          metadata: { name: part, annotations: { 'meta.helm.sh/release-name': 'shop' } },
          spec: {
            ...{ replicas: 2, selector: { matchLabels: labels } },
            template: {
              metadata: { labels },
              spec: {
                containers: [{ name: 'main', image: 'agent-manager:1', resources: { limits: { memory } } }],
              },
            },
          },
        });
      await applied('256Mi');
      await ready();
      const row = await h.approved({ part, memoryMiB: 512 });
      expect(row.plan.notes).toContainEqual({ key: 'puts-back.helm-applies', facts: { name: 'shop' } });

      expect((await run(row)).state).toBe('succeeded');

      await expect(applied('256Mi')).rejects.toThrow(/409.*conflict with .*aetherius-bot.*limits.memory/s);
      await applied('512Mi');
      expect(await limits()).toEqual({ memory: '512Mi' });
      await cluster.seed.remove(path);
    });

    it('is no success where an upgrade comes while it is watched, and says that it was Helm', async () => {
      await installed();
      const row = await h.approved({ part, memoryMiB: 512 });
      await shortenedIn(database, row, 2_000);
      let upgraded = false;
      const done = await run(row, {
        atKillPoint: (at: string) => {
          if (at === 'R-K5' && !upgraded) {
            upgraded = true;
            upgrade();
          }
          return Promise.resolve();
        },
      });

      expect(done).toMatchObject({
        state: 'failed',
        outcome: { reason: 'changed-meanwhile', inPlace: 'changed', by: 'helm', field: 'memory' },
      });
      expect(await limits()).toEqual({ memory: '256Mi' });
      const line = remediationLine(
        { remediation: done, kind: 'failed', facts: done.outcome ?? {} },
        wordsIn('en'),
      ).text;
      expect(line).toMatch(/somebody else changed the same thing.*\n`memory` was last set by helm/s);
      expect(line).toContain('To keep it, put the lines of the plan where the object is made.');
    });
  },
);
