/** R-X17 on a real API server: how a fix stands when its time is over, of what a simulated Argo CD makes. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RemediationRow } from '../../../src/domain/fix/rows.ts';
import type { Harness } from '../../support/approvals.ts';
import { type Cluster, missingCluster, startCluster } from '../../support/kube-cluster.ts';
import { faster, kubeHarness } from '../../support/kube-fixes.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { scratch } from '../../support/targets.ts';
import { endAgo, lookNow, saidOfEnd } from '../../support/temporary-changes.ts';

const lacking = missingCluster();
const namespace = 'aetherius';
const part = 'agent-manager';
const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${part}`;
const id = 'kubernetes.set-resources';
const argo = 'argocd-controller';
const applied = 'kubectl.kubernetes.io/last-applied-configuration';

/** What stands in the repository that Argo CD watches. */
const manifest = (memory: string, more: object = {}, annotations: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: part,
    annotations: {
      'argocd.argoproj.io/tracking-id': `shop:apps/Deployment:${namespace}/${part}`,
      ...annotations,
    },
  },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: part } },
    template: {
      metadata: { labels: { app: part } },
      spec: {
        containers: [
          {
            ...{ name: 'main', image: 'agent-manager:1' },
            resources: { limits: { memory }, requests: { memory: '64Mi' } },
            ...more,
          },
        ],
      },
    },
  },
});

describe.skipIf(lacking !== undefined)(
  `ends of temporary changes${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    const postgres = usePostgres();
    const folder = scratch('temporary-kubernetes');
    let database: TestDatabase;
    let cluster: Cluster;
    let h: Harness;
    /** Argo CD puts back what its repository says of this limit, while it may. */
    let heals: string | undefined;

    beforeAll(async () => {
      database = await postgres.migrated();
      cluster = await startCluster(folder.dir, namespace);
      h = harness(cluster.api.kubeconfig);
      cluster.everySooften(async () => {
        if (heals !== undefined && (await limit()) !== heals) await sync(heals);
      });
    });
    afterAll(async () => {
      await cluster?.stop();
      folder.remove();
    });
    beforeEach(async () => {
      heals = undefined;
      // The same fix of the same target more than twice an hour is refused (R-X9).
      await database.sql("UPDATE remediations SET approved_at = approved_at - interval '2 hours'");
      await cluster.seed.remove(path).catch(() => undefined);
      await expect
        .poll(() => cluster.seed.get(path).then(Boolean, () => false), { timeout: 20_000 })
        .toBe(false);
    });

    const harness = (kubeconfig: string) => kubeHarness(database, id, { kubeconfig, namespace });
    const now = async () =>
      (await cluster.seed.get(path)) as {
        metadata: { generation: number };
        spec: { template: { spec: { containers: [{ resources: { limits: { memory: string } } }] } } };
        status: { readyReplicas?: number; observedGeneration?: number };
      };
    const limit = async () => (await now()).spec.template.spec.containers[0].resources.limits.memory;
    /** As one that applies on the client's side writes it. */
    const sync = (memory: string, annotations: object = {}) => {
      const { spec, metadata } = manifest(memory, {}, annotations);
      return cluster.seed.merge(`${path}?fieldManager=${argo}`, {
        ...{ metadata: { annotations: metadata.annotations } },
        spec: { template: { spec: { containers: spec.template.spec.containers } } },
      });
    };
    /** Argo CD has made the Deployment, and our fix has raised its limit, which held. */
    async function raised(annotations: object = {}): Promise<RemediationRow> {
      await cluster.seed.apply(path, argo, manifest('256Mi', {}, annotations));
      await expect
        .poll(
          async () => {
            const { metadata, status } = await now();
            return [status.readyReplicas, status.observedGeneration === metadata.generation];
          },
          { timeout: 20_000 },
        )
        .toEqual([2, true]);
      const { id: fix } = await h.approved({ part, memoryMiB: 1024 });
      await h.execute(fix, 'worker-1', faster);
      const row = await h.row(fix);
      expect(row).toMatchObject({ state: 'succeeded', plan: { endsAfterMs: 4 * 3_600_000 } });
      expect(row.plan.notes).toContainEqual({ key: 'puts-back.argocd', facts: { name: 'shop' } });
      expect(await limit()).toBe('1Gi');
      await endAgo(database, row.id);
      return row;
    }
    const look = async (row: RemediationRow, of = h) => {
      await lookNow(database, row.id);
      await of.keeper()();
      return (await saidOfEnd(database, row.id)).map(({ event }) => event);
    };

    it('is still there and stands in no file: people are reminded, and undo it', async () => {
      const row = await raised();

      expect(await look(row)).toEqual(['temporary-over']);

      const { remediation: undo } = await h.service.undo(h.input(row.id, 'UREQ'));
      await h.service.approve(h.input(undo.id, 'ULEAD'));
      await h.execute(undo.id, 'worker-1', faster);
      expect((await h.row(undo.id)).state).toBe('succeeded');
      expect(await limit()).toBe('256Mi');
      expect((await h.row(row.id)).outcome).toMatchObject({ temporary: 'undone' });
    });

    it('was put back by Argo CD, which is named', async () => {
      const row = await raised();
      heals = '256Mi';
      await expect.poll(limit, { timeout: 20_000 }).toBe('256Mi');

      expect(await look(row)).toEqual(['temporary-gone']);

      expect((await saidOfEnd(database, row.id))[0]?.facts).toMatchObject({ field: 'memory', by: argo });
    });

    it('lasts once Argo CD applies the same value on the server’s side', async () => {
      const row = await raised();
      expect(await look(row)).toEqual(['temporary-over']);
      // The pull request with the patch of the plan was merged; nothing is forced.
      await cluster.seed.apply(path, argo, manifest('1Gi'));

      expect(await look(row)).toEqual(['temporary-over', 'temporary-kept', 'temporary-over']);
    });

    it('lasts once what was applied last says the same, in other words', async () => {
      const of = (memory: string) => ({ [applied]: JSON.stringify(manifest(memory)) });
      const row = await raised(of('256Mi'));
      expect(await look(row)).toEqual(['temporary-over']);
      await sync('1Gi', of('1024Mi'));

      expect(await look(row)).toContain('temporary-kept');
    });

    it('stays where another release came meanwhile, and is gone with the object', async () => {
      const row = await raised();
      await cluster.seed.merge(`${path}?fieldManager=${argo}`, { metadata: { labels: { release: '2' } } });
      const { spec } = (await cluster.seed.get(path)) as {
        spec: { template: { spec: { containers: object[] } } };
      };
      await cluster.seed.merge(`${path}?fieldManager=kubectl`, {
        spec: {
          template: {
            spec: { containers: [{ ...spec.template.spec.containers[0], image: 'agent-manager:2' }] },
          },
        },
      });

      expect(await look(row)).toEqual(['temporary-over']);

      await cluster.seed.remove(path);
      await expect
        .poll(() => cluster.seed.get(path).then(Boolean, () => false), { timeout: 20_000 })
        .toBe(false);
      expect(await look(row)).toContain('temporary-gone');
    });

    it('is not taken for gone by a worker that may not look', async () => {
      const row = await raised();
      heals = '256Mi';
      await expect.poll(limit, { timeout: 20_000 }).toBe('256Mi');
      const powerless = harness(await cluster.api.userKubeconfig('nobody'));

      expect(await look(row, powerless)).toEqual(['temporary-unseen']);
      expect(await look(row)).toEqual(['temporary-unseen', 'temporary-gone']);
    });
  },
);
