/** The fixes of workloads on a real API server with the real controllers: approved, carried out once, proved, undone. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Remediation } from '../../../src/domain/fix/remediation.ts';
import { type RightFeature, rightNames, rightsAt, roleRules } from '../../../src/domain/fix/rights.ts';
import type { RemediationRow } from '../../../src/domain/fix/rows.ts';
import { asInGuide } from '../../../src/domain/platform/platform.ts';
import type { Finding } from '../../../src/domain/probe/finding.ts';
import type { FindingCode } from '../../../src/domain/probe/findings.ts';
import type { ProbeCall } from '../../../src/domain/probe/probe.ts';
import type { TargetsFactory } from '../../../src/domain/probe/targets/targets.ts';
import { createTargetsFactory } from '../../../src/platform/targets/factory.ts';
import type { ExecutorDeps } from '../../../src/services/fix/execute/executor-deps.ts';
import { createHarness, type Harness } from '../../support/approvals.ts';
import { killedWorker, killRounds } from '../../support/killed.ts';
import { type Cluster, missingCluster, startCluster } from '../../support/kube-cluster.ts';
import { faster, fasterRunner, shortenedIn } from '../../support/kube-fixes.ts';
import { grantRights } from '../../support/kube-rights.ts';
import { policedRuntime } from '../../support/policed-network.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { registered } from '../../support/remediation-fixtures.ts';
import { environment, scratch } from '../../support/targets.ts';

const lacking = missingCluster();
const part = 'agent-manager';
const namespace = 'aetherius';
const workloads = `/apis/apps/v1/namespaces/${namespace}/deployments`;
const path = `${workloads}/${part}`;

interface Workload {
  readonly metadata: { readonly generation: number; readonly annotations?: Record<string, string> };
  readonly spec: { readonly replicas: number };
  readonly status: { readonly readyReplicas?: number; readonly observedGeneration?: number };
}

describe.skipIf(lacking !== undefined)(
  `fixes of workloads${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    const postgres = usePostgres();
    const folder = scratch('kubernetes-fixes');
    let database: TestDatabase;
    let cluster: Cluster;

    beforeAll(async () => {
      database = await postgres.migrated();
      cluster = await startCluster(folder.dir, namespace);
    });
    afterAll(async () => {
      await cluster?.stop();
      folder.remove();
    });
    // The same fix of the same target more than twice an hour is refused (R-X9).
    beforeEach(async () => {
      await database.sql("UPDATE remediations SET approved_at = approved_at - interval '2 hours'");
    });

    /** Where services answer over HTTP, in the tests that need them to. */
    let serviceUrls: NonNullable<Parameters<typeof environment>[0]>['services'] | undefined;
    const targetsOf = (kubeconfig = cluster.api.kubeconfig) =>
      createTargetsFactory({
        prod: environment({
          runtime: { kind: 'kubernetes', namespace, agentNamespace: 'kube-system', kubeconfig },
          ...(serviceUrls === undefined ? {} : { services: serviceUrls }),
        }),
      });
    function harnessOf(id: string, kubeconfig?: string): Harness {
      const remediation = registered.find((one) => one.id === id) as Remediation;
      const real = { remediation, targets: targetsOf(kubeconfig), probes: fasterRunner };
      return createHarness(database.store(), { real });
    }
    const run = (h: Harness, id: string, more: Partial<ExecutorDeps> = {}, worker = 'worker-1') =>
      h.execute(id, worker, { ...faster, ...more });
    /** `time`: how often the worker comes to this point before it dies there. */
    const killedAt = (h: Harness, id: string, point: string, time = 1) =>
      killedWorker(database, id, (worker, more) => run(h, id, more, worker), point, time);
    const shortened = (row: RemediationRow, ms: number) => shortenedIn(database, row, ms);
    async function undone(h: Harness, id: string): Promise<string> {
      const { remediation } = await h.service.undo(h.input(id, 'UREQ'));
      await h.service.approve(h.input(remediation.id, 'ULEAD'));
      await run(h, remediation.id);
      return (await h.row(remediation.id)).state;
    }
    async function findingsOf(call: ProbeCall): Promise<readonly Finding[]> {
      const targets = await targetsOf().forRun('prod');
      const outcomes = await fasterRunner.run([call], {
        ...{ targets, signal: new AbortController().signal, answer: 'a' },
      });
      return outcomes.flatMap(({ findings }) => findings);
    }
    /** What a health check says of the part's workload. */
    const codes = async () =>
      (await findingsOf({ probe: 'kubernetes.workloads', with: { part } })).map(({ code }) => code);
    /** What the fix makes of a finding of this code, once it is there. */
    async function paramsFor(
      id: string,
      call: ProbeCall,
      code: FindingCode,
    ): Promise<Readonly<Record<string, string | number | boolean>>> {
      let found: Finding | undefined;
      await expect
        .poll(
          async () => {
            found = (await findingsOf(call)).find((one) => one.code === code);
            return found?.code;
          },
          { timeout: 20_000 },
        )
        .toBe(code);
      const remediation = registered.find((one) => one.id === id);
      const params = found === undefined ? undefined : remediation?.paramsFor(found);
      if (params === undefined) throw new Error(`${id} makes nothing of ${code}`);
      return params;
    }
    const now = async (name: string = part) => (await cluster.seed.get(`${workloads}/${name}`)) as Workload;
    const settled = (ready: number, name?: string) =>
      expect
        .poll(
          async () => {
            const { metadata, status } = await now(name);
            return [status.readyReplicas ?? 0, status.observedGeneration === metadata.generation];
          },
          { timeout: 20_000 },
        )
        .toEqual([ready, true]);

    /** A fresh Deployment whose Pods are ready. */
    async function made(
      more: { readonly metadata?: object; readonly container?: object; readonly pod?: object } = {},
      replicas = 2,
      name: string = part,
    ) {
      await cluster.seed.remove(`${workloads}/${name}`).catch(() => undefined);
      await expect
        .poll(() =>
          now(name).then(
            () => 'there',
            () => 'gone',
          ),
        )
        .toBe('gone');
      await cluster.seed.post(`${workloads}?fieldManager=kubectl`, {
        metadata: { name, ...more.metadata },
        spec: {
          replicas,
          selector: { matchLabels: { app: name } },
          template: {
            metadata: { labels: { app: name } },
            spec: {
              containers: [{ name: 'main', image: 'agent-manager:1', ...more.container }],
              ...more.pod,
            },
          },
        },
      });
      await settled(replicas, name);
    }
    const scale = (replicas: number, by = 'kubectl') =>
      cluster.seed.merge(`${path}?fieldManager=${by}`, { spec: { replicas } });

    /** The Deployment with these containers, as `kubectl set image` and `kubectl edit` leave it. */
    const release = (container: object) =>
      cluster.seed.merge(path, {
        spec: { template: { spec: { containers: [{ name: 'main', ...container }] } } },
      });
    const container = async () => {
      const { spec } = (await cluster.seed.get(path)) as {
        spec: { template: { spec: { containers: { image: string }[] } } };
      };
      return spec.template.spec.containers[0];
    };
    const image = async () => (await container())?.image;

    const blocked = { from: part, to: 'orchestrator-service', port: 8081 } as const;
    const needed: Readonly<Record<string, object>> = {
      'kubernetes.set-image': { container: 'main' },
      'kubernetes.set-probe': { container: 'main', probe: 'readiness', port: 9090 },
      'kubernetes.set-config-key': { key: 'event.workers', value: 20 },
      'kubernetes.remove-override': { key: 'event.workers', name: 'AETHERIUS_EVENT_WORKERS' },
    };
    it.each([
      ['kubernetes.start-workload', 'list', 'workloads'],
      ['kubernetes.rollback-workload', 'list', 'workloads'],
      ['kubernetes.set-resources', 'list', 'workloads'],
      ['kubernetes.set-selector', 'get', 'services'],
      ['kubernetes.remove-node-selector', 'list', 'workloads'],
      ['kubernetes.set-image', 'list', 'workloads'],
      ['kubernetes.set-probe', 'list', 'workloads'],
      ['kubernetes.set-config-key', 'list', 'restart'],
      ['kubernetes.remove-override', 'list', 'workloads'],
      ['kubernetes.allow-connection', 'get', 'connections'],
    ])('%s is refused with the right that is missing (R-P6)', async (id, verb, feature) => {
      const powerless = await cluster.api.userKubeconfig('nobody');
      const params = id === 'kubernetes.allow-connection' ? blocked : { part, ...needed[id] };

      expect(await harnessOf(id, powerless).propose(params)).toMatchObject({
        kind: 'refused',
        reason: 'missing-right',
        facts: { verb, allowedBy: `features.${feature}` },
      });
    });

    it.each(['R-K3', 'R-K4'])(
      'kubernetes.restart-workload restarts it once though the worker dies at %s',
      killRounds,
      async (point) => {
        // One replica: while it restarts nobody is served, so another person has to approve it.
        await made({}, 1);
        const { generation } = (await now()).metadata;
        const h = harnessOf('kubernetes.restart-workload');
        const row = await h.approved({ part });

        await killedAt(h, row.id, point);

        expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
        expect((await now()).metadata.generation).toBe(generation + 1);
        await settled(1);
      },
    );

    describe('kubernetes.start-workload', () => {
      const id = 'kubernetes.start-workload';

      it.each(['R-K3', 'R-K4'])(
        'starts what is scaled to zero once though the worker dies at %s, and undo stops it again',
        killRounds,
        async (point) => {
          await made();
          await scale(0);
          await settled(0);
          // The controller writes its event a moment after its work.
          await expect.poll(async () => (await harnessOf(id).offered({ part })).plan.params.replicas).toBe(2);
          const { generation } = (await now()).metadata;
          expect(await codes()).toEqual(['WORKLOAD_SCALED_TO_ZERO']);
          const h = harnessOf(id);
          const row = await h.approved({ part });

          await killedAt(h, row.id, point);

          expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
          // One change of what is wanted, and no second one.
          expect((await now()).metadata.generation).toBe(generation + 1);
          expect(await codes()).toEqual([]);
          expect(await undone(h, row.id)).toBe('succeeded');
          expect(await codes()).toEqual(['WORKLOAD_SCALED_TO_ZERO']);
          expect((await now()).metadata.annotations ?? {}).not.toHaveProperty(
            'aetherius.io/started-generation',
          );
        },
      );

      it('does nothing to what somebody has started since (R-P3)', async () => {
        await made();
        await scale(0);
        await settled(0);
        const h = harnessOf(id);
        const row = await h.approved({ part, replicas: 2 });
        await scale(1);

        await run(h, row.id);

        expect((await h.row(row.id)).state).toBe('stale');
        expect((await now()).spec.replicas).toBe(1);
        // A healthy one is offered nothing.
        expect(await h.propose({ part })).toMatchObject({ kind: 'refused', reason: 'not-scaled-to-zero' });
      });

      it('starts a StatefulSet of a store, too', async () => {
        const sets = `/apis/apps/v1/namespaces/${namespace}/statefulsets`;
        const labels = { app: 'nats' };
        await cluster.seed.post(sets, {
          metadata: { name: 'nats' },
          spec: {
            ...{ replicas: 0, serviceName: 'nats', selector: { matchLabels: labels } },
            template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'nats:2' }] } },
          },
        });
        const h = harnessOf(id);
        const row = await h.approved({ part: 'nats' });
        expect(row.plan.notes).toContainEqual({ key: 'replicas-unknown', facts: {} });

        await run(h, row.id);

        expect((await h.row(row.id)).state).toBe('succeeded');
        await cluster.seed.remove(`${sets}/nats`);
      });

      it('says that an autoscaler chooses the number after that, and keeps to its bounds', async () => {
        const autoscalers = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`;
        await made();
        await scale(0);
        await settled(0);
        await cluster.seed.post(autoscalers, {
          metadata: { name: 'am' },
          spec: {
            ...{ minReplicas: 1, maxReplicas: 3 },
            scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: part },
          },
        });
        const h = harnessOf(id);

        expect((await h.offered({ part, replicas: 3 })).plan.notes).toContainEqual({
          key: 'autoscaler',
          facts: { name: 'am', min: 1, max: 3 },
        });
        expect(await h.propose({ part, replicas: 4 })).toMatchObject({ reason: 'outside-autoscaler' });
        await cluster.seed.remove(`${autoscalers}/am`);
      });

      it('is done though the autoscaler chooses another number meanwhile, and does not undo that', async () => {
        const autoscalers = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`;
        await made();
        await scale(0);
        await settled(0);
        await cluster.seed.post(autoscalers, {
          metadata: { name: 'am' },
          spec: {
            ...{ minReplicas: 1, maxReplicas: 4 },
            scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: part },
          },
        });
        // The real one rests while there are no Pods.
        await expect
          .poll(async () => JSON.stringify(await cluster.seed.get(`${autoscalers}/am`)), { timeout: 20_000 })
          .toContain('ScalingDisabled');
        const h = harnessOf(id);
        const row = await h.approved({ part, replicas: 1 });
        let scaled: Promise<unknown> | undefined;
        const scaling = async (at: string) => {
          if (at !== 'R-K5') return;
          scaled ??= cluster.seed
            .merge(`${autoscalers}/am`, { spec: { minReplicas: 3 } })
            .then(() => expect.poll(async () => (await now()).spec.replicas, { timeout: 20_000 }).toBe(3));
          await scaled;
        };

        await run(h, row.id, { atKillPoint: scaling });

        expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
        expect((await now()).spec.replicas).toBe(3);
        const { remediation: undo } = await h.service.undo(h.input(row.id, 'UREQ'));
        await h.service.approve(h.input(undo.id, 'ULEAD'));
        await run(h, undo.id);
        // The real API server keeps no time of it.
        expect(await h.row(undo.id)).toMatchObject({
          state: 'stale',
          outcome: { field: 'replicas', by: 'kube-controller-manager' },
        });
        expect((await now()).spec.replicas).toBe(3);
        await cluster.seed.remove(`${autoscalers}/am`);
      });

      it('says that Argo CD will put it back, and is no success when that happens', async () => {
        const tracking = `shop:apps/Deployment:${namespace}/${part}`;
        await made({ metadata: { annotations: { 'argocd.argoproj.io/tracking-id': tracking } } });
        await scale(0, 'argocd-controller');
        await settled(0);
        const h = harnessOf(id);
        const row = await h.approved({ part, replicas: 2 });
        expect(row.plan.notes).toContainEqual({ key: 'puts-back.argocd', facts: { name: 'shop' } });
        expect(row.plan.patch?.join('\n')).toContain('replicas: 2');
        const healed = new Set<number>();
        // A simulated Argo CD with self-healing.
        cluster.everySooften(async () => {
          const { metadata, spec } = await now();
          if (metadata.annotations?.['argocd.argoproj.io/tracking-id'] !== tracking || spec.replicas === 0)
            return;
          healed.add(metadata.generation);
          await scale(0, 'argocd-controller');
        });

        await shortened(row, 2_000);

        await run(h, row.id);

        expect(healed.size).toBe(1);
        expect(await h.row(row.id)).toMatchObject({
          state: 'failed',
          outcome: { reason: 'changed-meanwhile', inPlace: 'changed', by: 'argocd-controller' },
        });
      });
    });

    describe('kubernetes.rollback-workload', () => {
      const id = 'kubernetes.rollback-workload';
      /** The controller has a ReplicaSet for what stands in the Deployment. */
      const begun = async (h: Harness) =>
        expect.poll(async () => (await h.propose({ part })).kind, { timeout: 20_000 }).toBe('offered');

      it.each(['R-K3', 'R-K4'])(
        'goes back once from an image that is not there though the worker dies at %s, and undo brings it again',
        killRounds,
        async (point) => {
          await made();
          await release({ image: 'agent-manager:broken', env: [{ name: 'LEVEL', value: 'debug' }] });
          const h = harnessOf(id);
          await begun(h);
          const { generation } = (await now()).metadata;
          const row = await h.approved({ part });
          expect(row.plan.steps[0]).toMatchObject({
            from: { revision: 2, 'main image': 'agent-manager:broken' },
            to: { revision: 1, 'main image': 'agent-manager:1' },
          });

          await killedAt(h, row.id, point);

          expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
          expect((await now()).metadata.generation).toBe(generation + 1);
          expect(await image()).toBe('agent-manager:1');
          // The controller took the revision that it had, and made none.
          const { items } = (await cluster.seed.get(
            `/apis/apps/v1/namespaces/${namespace}/replicasets?labelSelector=app=${part}`,
          )) as {
            items: {
              metadata: { annotations: Record<string, string>; ownerReferences: { uid: string }[] };
            }[];
          };
          const { uid } = ((await cluster.seed.get(path)) as { metadata: { uid: string } }).metadata;
          const own = items.filter(({ metadata }) =>
            metadata.ownerReferences.some((owner) => owner.uid === uid),
          );
          expect(
            own.map(({ metadata }) => metadata.annotations['deployment.kubernetes.io/revision']).toSorted(),
          ).toEqual(['2', '3']);
          expect(await undone(h, row.id)).toBe('succeeded');
          expect(await image()).toBe('agent-manager:broken');
        },
      );

      it('does nothing to what somebody has released since (R-P3)', async () => {
        await made();
        await release({ image: 'agent-manager:broken' });
        const h = harnessOf(id);
        await begun(h);
        const row = await h.approved({ part });
        await release({ image: 'agent-manager:3' });

        await run(h, row.id);

        expect((await h.row(row.id)).state).toBe('stale');
        expect(await image()).toBe('agent-manager:3');
      });

      const maps = `/api/v1/namespaces/${namespace}/configmaps`;
      const volumesOf = (map: string) => ({ volumes: [{ name: 'config', configMap: { name: map } }] });
      const mapped = async () => {
        const { spec } = (await cluster.seed.get(path)) as {
          spec: { template: { spec: { volumes: { configMap: { name: string } }[] } } };
        };
        return spec.template.spec.volumes[0]?.configMap.name;
      };
      /** Two releases, each with a ConfigMap of its own name, as Kustomize makes them. */
      async function released() {
        for (const [name, workers] of [
          ['config-a1', 10],
          ['config-b2', 0],
        ] as const) {
          await cluster.seed.remove(`${maps}/${name}`).catch(() => undefined);
          await cluster.seed.post(maps, {
            metadata: { name },
            data: {
              'config.yaml': `event: { workers: ${workers} }\ndatabase: { password: hunter-${workers} }`,
            },
          });
        }
        await made({ pod: volumesOf('config-a1') });
        await cluster.seed.merge(path, { spec: { template: { spec: volumesOf('config-b2') } } });
        // While Pods come and go, they cannot be told from ours, and nothing is carried out.
        await expect
          .poll(
            async () => {
              const { metadata, status } = (await cluster.seed.get(path)) as {
                metadata: { generation: number };
                status: Record<string, number>;
              };
              const { replicas, updatedReplicas, readyReplicas, observedGeneration } = status;
              return [replicas, updatedReplicas, readyReplicas, observedGeneration === metadata.generation];
            },
            { timeout: 20_000 },
          )
          .toEqual([2, 2, 2, true]);
      }

      it.each(['R-K3', 'R-K4'])(
        'brings the values of the former ConfigMap back once though the worker dies at %s, and undo the others',
        killRounds,
        async (point) => {
          await released();
          const h = harnessOf(id);
          await begun(h);
          const { generation } = (await now()).metadata;
          const row = await h.approved({ part });
          expect(row.plan.steps[0]).toMatchObject({
            from: { 'config ConfigMap': 'config-b2', 'config.yaml event.workers': '0' },
            to: { 'config ConfigMap': 'config-a1', 'config.yaml event.workers': '10' },
          });
          expect(JSON.stringify(row.plan)).not.toContain('hunter');

          await killedAt(h, row.id, point);

          expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
          expect((await now()).metadata.generation).toBe(generation + 1);
          expect(await mapped()).toBe('config-a1');
          expect(await undone(h, row.id)).toBe('succeeded');
          expect(await mapped()).toBe('config-b2');
        },
      );

      it('does nothing where somebody has written the former ConfigMap since, and offers none that is gone (R-P3)', async () => {
        await released();
        const h = harnessOf(id);
        await begun(h);
        const row = await h.approved({ part });
        await cluster.seed.merge(`${maps}/config-a1`, { data: { 'config.yaml': 'event: { workers: 11 }' } });

        await run(h, row.id);

        expect((await h.row(row.id)).state).toBe('stale');
        expect(await mapped()).toBe('config-b2');
        await cluster.seed.remove(`${maps}/config-a1`);
        expect(await h.propose({ part })).toMatchObject({ reason: 'map-of-revision-gone' });
      });

      it('is not offered for a revision that differs in more, nor where there is none before', async () => {
        await made();
        const h = harnessOf(id);
        expect(await h.propose({ part })).toMatchObject({ reason: 'no-earlier-revision' });
        await release({ image: 'agent-manager:1', command: ['other'] });

        await expect
          .poll(() => h.propose({ part }), { timeout: 20_000 })
          .toMatchObject({ reason: 'rollback-changes-more', facts: { fields: 'main.command' } });
      });
    });

    describe('kubernetes.set-image', () => {
      const id = 'kubernetes.set-image';
      const pods = { probe: 'kubernetes.pods' } as const;
      const level = { env: [{ name: 'LEVEL', value: 'debug' }] };
      /** Two Pods run the first image, and a third one waits for a tag that is not there, with a variable more. */
      async function planted() {
        await made();
        await release({ image: 'agent-manager:broken', ...level });
        return paramsFor(id, pods, 'POD_IMAGE_UNAVAILABLE');
      }

      it.each(['R-K3', 'R-K4'])(
        'sets the image that runs once though the worker dies at %s, keeps the rest, and undo sets it back',
        killRounds,
        async (point) => {
          const params = await planted();
          const h = harnessOf(id);
          const { generation } = (await now()).metadata;
          const row = await h.approved(params);
          expect(row.plan).toMatchObject({
            steps: [{ from: { image: 'agent-manager:broken' }, to: { image: 'agent-manager:1' } }],
            notes: [
              { key: 'image-runs', facts: { revision: 1, digest: expect.stringMatching(/^sha256:/) } },
              { key: 'image-alone', facts: { fields: 'main.env' } },
              { key: 'changed-by' },
            ],
          });

          await killedAt(h, row.id, point);

          expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
          expect((await now()).metadata.generation).toBe(generation + 1);
          expect(await container()).toMatchObject({ image: 'agent-manager:1', ...level });
          expect(await findingsOf(pods)).toEqual([]);
          expect(await undone(h, row.id)).toBe('succeeded');
          expect(await container()).toMatchObject({ image: 'agent-manager:broken', ...level });
          await paramsFor(id, pods, 'POD_IMAGE_UNAVAILABLE');
        },
      );

      it('does nothing where somebody has set another image since (R-P3)', async () => {
        const params = await planted();
        const h = harnessOf(id);
        const row = await h.approved(params);
        await release({ image: 'agent-manager:3', ...level });

        await run(h, row.id);

        expect((await h.row(row.id)).state).toBe('stale');
        expect(await image()).toBe('agent-manager:3');
        await settled(2);
        // The Pods of the broken one go a moment later.
        await expect
          .poll(() => h.propose(params), { timeout: 20_000 })
          .toMatchObject({ reason: 'image-is-there' });
      });

      it('leaves it to the rollback where that does the very same', async () => {
        await made();
        await release({ image: 'agent-manager:broken' });
        const params = await paramsFor(id, pods, 'POD_IMAGE_UNAVAILABLE');

        expect(await harnessOf(id).propose(params)).toMatchObject({ reason: 'rollback-does-it' });
        expect((await harnessOf('kubernetes.rollback-workload').propose({ part })).kind).toBe('offered');
      });

      it('is no success where the former tag leads to another image by now, and is taken back', async () => {
        const params = await planted();
        const h = harnessOf(id);
        const row = await h.approved(params);
        cluster.retag('agent-manager:1', 'somebody-elses');
        await shortened(row, 3_000);

        await run(h, row.id);
        cluster.retag('agent-manager:1');

        expect(await h.row(row.id)).toMatchObject({ state: 'rolled_back' });
        expect(await image()).toBe('agent-manager:broken');
      });
    });

    describe('kubernetes.set-resources', () => {
      const id = 'kubernetes.set-resources';
      const container = { resources: { limits: { memory: '128Mi' } } };
      const resources = async () => {
        const { spec } = (await cluster.seed.get(path)) as {
          spec: { template: { spec: { containers: { resources: object }[] } } };
        };
        return spec.template.spec.containers[0]?.resources;
      };

      it.each(['R-K3', 'R-K4'])(
        'raises the limit once though the worker dies at %s, and undo sets the former one',
        killRounds,
        async (point) => {
          await made({ container });
          const { generation } = (await now()).metadata;
          const h = harnessOf(id);
          const row = await h.approved({ part, memoryMiB: 2048 });

          await killedAt(h, row.id, point);

          expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
          expect((await now()).metadata.generation).toBe(generation + 1);
          expect(await resources()).toEqual({ limits: { memory: '2Gi' }, requests: { memory: '128Mi' } });
          expect(await undone(h, row.id)).toBe('succeeded');
          expect(await resources()).toEqual(container.resources);
        },
      );

      it('does nothing where somebody has set another limit since (R-P3), and offers no lower one', async () => {
        await made({ container });
        const h = harnessOf(id);
        const row = await h.approved({ part, memoryMiB: 2048 });
        await cluster.seed.merge(path, {
          spec: {
            template: {
              spec: {
                containers: [
                  { name: 'main', image: 'agent-manager:1', resources: { limits: { memory: '4Gi' } } },
                ],
              },
            },
          },
        });

        await run(h, row.id);

        expect((await h.row(row.id)).state).toBe('stale');
        expect(await resources()).toEqual({ limits: { memory: '4Gi' } });
        expect(await h.propose({ part, memoryMiB: 2048 })).toMatchObject({ reason: 'limit-not-raised' });
      });
    });

    describe('kubernetes.remove-node-selector', () => {
      const id = 'kubernetes.remove-node-selector';
      const disk = { disk: 'ssd' };
      const pods = { probe: 'kubernetes.pods' } as const;
      const bound = (nodeSelector: object) =>
        cluster.seed.merge(path, { spec: { template: { spec: { nodeSelector } } } });
      const selector = async () => {
        const { spec } = (await cluster.seed.get(path)) as {
          spec: { template: { spec: { nodeSelector?: object } } };
        };
        return spec.template.spec.nodeSelector;
      };

      it.each(['R-K3', 'R-K4'])(
        'lets Pods run that no node takes for their label though the worker dies at %s, and undo binds them again',
        killRounds,
        async (point) => {
          await made();
          await bound(disk);
          // In the words of the real scheduler.
          const params = await paramsFor(id, pods, 'POD_UNSCHEDULABLE');
          const { generation } = (await now()).metadata;
          const h = harnessOf(id);
          const row = await h.approved(params);
          expect(row.plan.steps[0].from).toEqual({ nodeLabel: 'disk=ssd' });

          await killedAt(h, row.id, point);

          expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
          expect((await now()).metadata.generation).toBe(generation + 1);
          expect(await selector()).toBeUndefined();
          expect(await findingsOf(pods)).toEqual([]);
          expect(await undone(h, row.id)).toBe('succeeded');
          expect(await selector()).toEqual(disk);
          await paramsFor(id, pods, 'POD_UNSCHEDULABLE');
        },
      );

      it('does nothing where somebody has bound it to other nodes since (R-P3)', async () => {
        await made();
        await bound(disk);
        const params = await paramsFor(id, pods, 'POD_UNSCHEDULABLE');
        const h = harnessOf(id);
        const row = await h.approved(params);
        await bound({ disk: 'nvme' });

        await run(h, row.id);

        expect((await h.row(row.id)).state).toBe('stale');
        expect(await selector()).toEqual({ disk: 'nvme' });
      });

      it('is not offered where a node has the label, nor where the reason is another one', async () => {
        await made();
        const h = harnessOf(id);
        expect(await h.propose({ part })).toMatchObject({ reason: 'no-single-node-label' });
        await bound({ 'kubernetes.io/hostname': 'simulated-node' });
        await cluster.seed.merge('/api/v1/nodes/simulated-node', {
          metadata: { labels: { 'kubernetes.io/hostname': 'simulated-node' } },
        });
        await expect
          .poll(() => h.propose({ part }), { timeout: 20_000 })
          .toMatchObject({ reason: 'node-has-label' });
        await made({ container: { resources: { requests: { memory: '900Gi' } } } }, 0);
        await bound({ 'kubernetes.io/hostname': 'simulated-node' });
        await scale(1);

        await expect
          .poll(async () => (await findingsOf(pods)).map(({ facts }) => facts.message), {
            timeout: 20_000,
          })
          .toEqual([expect.stringContaining('Insufficient memory')]);
        expect(await h.propose({ part })).toMatchObject({ reason: 'not-for-its-label' });
      });
    });

    describe('kubernetes.set-probe', () => {
      const id = 'kubernetes.set-probe';
      const failing = { probe: 'kubernetes.failing-probes' } as const;
      const asks = (port: number) => ({ httpGet: { path: '/health', port }, periodSeconds: 1 });
      const probes = (port: number) => ({
        readinessProbe: asks(8080),
        livenessProbe: { ...asks(port), failureThreshold: 1 },
      });
      const ofLiveness = async () => {
        const { spec } = (await cluster.seed.get(path)) as {
          spec: { template: { spec: { containers: { livenessProbe: { httpGet: { port: number } } }[] } } };
        };
        return spec.template.spec.containers[0]?.livenessProbe.httpGet.port;
      };
      /** No kubelet runs here: what it would say of each Pod is written down in its words. */
      const refusing = async (port: number) => {
        const { items } = (await cluster.seed.get(
          `/api/v1/namespaces/${namespace}/pods?labelSelector=app=${part}`,
        )) as { items: { metadata: { name: string; uid: string; deletionTimestamp?: string } }[] };
        for (const { metadata } of items.filter((one) => one.metadata.deletionTimestamp === undefined))
          await cluster.seed.post(`/api/v1/namespaces/${namespace}/events`, {
            metadata: { generateName: 'unhealthy-' },
            involvedObject: {
              ...{ apiVersion: 'v1', kind: 'Pod', namespace, name: metadata.name, uid: metadata.uid },
              fieldPath: 'spec.containers{main}',
            },
            ...{ reason: 'Unhealthy', type: 'Warning', count: 5, lastTimestamp: new Date().toISOString() },
            message: `Liveness probe failed: Get "http://10.244.1.2:${port}/health": dial tcp 10.244.1.2:${port}: connect: connection refused`,
          });
      };
      const planted = async () => {
        await made({ container: probes(8090) });
        await refusing(8090);
        return paramsFor(id, failing, 'POD_PROBE_FAILS');
      };

      it.each(['R-K3', 'R-K4'])(
        'lets the probe ask the port that answers once though the worker dies at %s, and undo asks the former one',
        killRounds,
        async (point) => {
          const params = await planted();
          expect(params).toEqual({ part, container: 'main', probe: 'liveness', port: 8090 });
          const { generation } = (await now()).metadata;
          const h = harnessOf(id);
          const row = await h.approved(params);
          expect(row.plan.steps[0]).toMatchObject({ from: { port: 8090 }, to: { port: 8080 } });

          await killedAt(h, row.id, point);

          expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
          expect((await now()).metadata.generation).toBe(generation + 1);
          expect(await ofLiveness()).toBe(8080);
          expect(await findingsOf(failing)).toEqual([]);
          expect(await undone(h, row.id)).toBe('succeeded');
          expect(await ofLiveness()).toBe(8090);
        },
      );

      it('does nothing where somebody has set another port since (R-P3), and asks for proof', async () => {
        const params = await planted();
        const h = harnessOf(id);
        const row = await h.approved(params);
        await cluster.seed.merge(path, {
          spec: {
            template: {
              spec: { containers: [{ name: 'main', image: 'agent-manager:1', ...probes(7070) }] },
            },
          },
        });

        await run(h, row.id);

        expect((await h.row(row.id)).state).toBe('stale');
        expect(await ofLiveness()).toBe(7070);
        expect(await h.propose(params)).toMatchObject({ reason: 'probe-asks-elsewhere' });
      });
    });

    describe('kubernetes.allow-connection', () => {
      const id = 'kubernetes.allow-connection';
      const to = 'orchestrator-service';
      const policies = `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`;
      const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
      const services = `/api/v1/namespaces/${namespace}/services`;
      const probe = { probe: 'kubernetes.network-policies' } as const;
      let kubeconfig = '';

      /** With the rights that an installation gives, and a simulated network in which the policies hold. */
      const networked = (): TargetsFactory => {
        const factory = targetsOf(kubeconfig);
        return {
          ...factory,
          async forRun(name) {
            const targets = await factory.forRun(name);
            const { kubernetes } = targets;
            return kubernetes === undefined ? targets : { ...targets, runtime: policedRuntime(kubernetes) };
          },
        };
      };
      const harness = (): Harness => {
        const remediation = registered.find((one) => one.id === id) as Remediation;
        return createHarness(database.store(), {
          real: { remediation, targets: networked(), probes: fasterRunner },
        });
      };
      const namesIn = async (list: string) =>
        ((await cluster.seed.get(list)) as { items: { metadata: { name: string } }[] }).items.map(
          ({ metadata }) => metadata.name,
        );
      const policyNames = () => namesIn(policies);
      const ofFix = async (list: string, of: string) =>
        (await namesIn(list)).filter((name) => name.includes(of));
      /** As `kubectl` would make them: nobody of one end, nothing of the other but names. */
      const spec = {
        'ingress-from-nobody': { podSelector: { matchLabels: { app: to } }, policyTypes: ['Ingress'] },
        // Between two others, for what is left to the cluster while the rest goes on.
        'nobody-to-graph': { podSelector: { matchLabels: { app: 'neo4j' } }, policyTypes: ['Ingress'] },
        'egress-to-names': {
          podSelector: { matchLabels: { app: part } },
          policyTypes: ['Egress'],
          egress: [{ ports: [{ port: 53, protocol: 'UDP' }] }],
        },
      } as const;
      const ports = [
        [part, 8080],
        [to, 8081],
        ['reasoning-service', 8082],
        ['neo4j', 7687],
      ] as const;
      let there = false;
      /** All ends, with a Service each. */
      const ends = async () => {
        if (there) return;
        there = true;
        await made();
        for (const [name, port] of ports) {
          const labels = { app: name };
          if (name !== part)
            await cluster.seed.post(workloads, {
              metadata: { name },
              spec: {
                ...{ replicas: 1, selector: { matchLabels: labels } },
                template: {
                  metadata: { labels },
                  spec: { containers: [{ name: 'main', image: `${name}:1` }] },
                },
              },
            });
          await cluster.seed.post(services, {
            metadata: { name },
            spec: { selector: labels, ports: [{ port }] },
          });
        }
        const ready = async () => {
          const { items } = (await cluster.seed.get(workloads)) as { items: Workload[] };
          return items.filter(({ status }) => (status.readyReplicas ?? 0) > 0).length;
        };
        await expect.poll(ready, { timeout: 20_000 }).toBe(ports.length);
      };
      const plant = async (...names: readonly (keyof typeof spec)[]) => {
        await ends();
        for (const name of await policyNames())
          if (name !== 'nobody-to-graph' && !name.startsWith('aetherius-'))
            await cluster.seed.remove(`${policies}/${name}`);
        for (const name of names) await cluster.seed.post(policies, { metadata: { name }, spec: spec[name] });
      };
      const found = async (from: string = part) => {
        const targets = await networked().forRun('prod');
        const [outcome] = await fasterRunner.run([probe], {
          ...{ targets, signal: new AbortController().signal, answer: 'a' },
        });
        return (outcome?.findings ?? []).filter(
          ({ code, facts }) => code === 'POLICY_BLOCKS' && facts.from === from,
        );
      };
      const params = async (from: string = part) => {
        const [finding] = await found(from);
        const remediation = registered.find((one) => one.id === id);
        const made = finding === undefined ? undefined : remediation?.paramsFor(finding);
        if (made === undefined) throw new Error('nothing is blocked');
        return made;
      };

      beforeAll(async () => {
        kubeconfig = await cluster.api.userKubeconfig('worker');
        await grantRights(cluster.seed, 'worker', namespace);
      });
      afterAll(async () => {
        for (const [name] of ports) {
          await cluster.seed.remove(`${services}/${name}`);
          if (name !== part) await cluster.seed.remove(`${workloads}/${name}`);
        }
        for (const name of await policyNames()) await cluster.seed.remove(`${policies}/${name}`);
      });

      const asker = 'reasoning-service';
      let left = { id: '', begun: 0 };
      const leftName = () => `aetherius-connection-${left.id}`;
      it('stands when its worker dies after the last step, and nobody goes on with it', async () => {
        await plant('nobody-to-graph');
        const h = harness();
        const row = await h.approved({ ...(await params(asker)), seconds: 15 });
        left = { id: row.id, begun: Date.now() };
        let steps = 0;
        const atKillPoint = (at: string) => {
          if (at === 'R-K4') steps += 1;
          return steps === 2 ? Promise.reject(new Error('killed')) : Promise.resolve();
        };

        await run(h, row.id, { atKillPoint }).catch(() => undefined);

        expect(await namesIn(jobs)).toEqual([leftName()]);
        expect(await policyNames()).toEqual([`${leftName()}-in`, 'nobody-to-graph']);
        expect(await found(asker)).toEqual([]);
      });

      it.each([
        ['R-K3', ['ingress-from-nobody'], ['in']],
        ['R-K4', ['ingress-from-nobody', 'egress-to-names'], ['in', 'out']],
      ] as const)(
        'lets the connection through once though the worker dies at %s, and undo closes it again',
        killRounds,
        async (point, planted, directions) => {
          await plant(...planted);
          const h = harness();
          const row = await h.approved(await params());
          expect(row.plan.objects).toBe(1 + directions.length);

          await killedAt(h, row.id, point);

          expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
          const name = `aetherius-connection-${row.id}`;
          expect(await ofFix(jobs, name)).toEqual([name]);
          expect(await ofFix(policies, name)).toEqual(directions.map((one) => `${name}-${one}`));
          expect(await found()).toEqual([]);
          expect(await h.propose(blocked)).toMatchObject({ kind: 'refused', reason: 'connection-works' });

          expect(await undone(h, row.id)).toBe('succeeded');

          expect(await ofFix(jobs, name)).toEqual([]);
          expect(await ofFix(policies, name)).toEqual([]);
          expect(await params()).toEqual(blocked);
        },
      );

      it('does nothing where somebody has changed the policy since (R-P3)', async () => {
        await plant('ingress-from-nobody');
        const h = harness();
        const row = await h.approved(blocked);
        await cluster.seed.merge(`${policies}/ingress-from-nobody`, {
          spec: { ingress: [{ from: [{ podSelector: { matchLabels: { role: 'frontend' } } }] }] },
        });

        await run(h, row.id);

        expect((await h.row(row.id)).state).toBe('stale');
        expect(await ofFix(jobs, row.id)).toEqual([]);
        expect(await ofFix(policies, row.id)).toEqual([]);
      });

      it('is not offered beside a network engine with rules that deny', async () => {
        await plant('ingress-from-nobody');
        const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
        const names = { plural: 'ciliumnetworkpolicies', singular: 'cnp', kind: 'CiliumNetworkPolicy' };
        const schema = { openAPIV3Schema: { type: 'object' } };
        await cluster.seed.post(definitions, {
          metadata: { name: 'ciliumnetworkpolicies.cilium.io' },
          spec: {
            ...{ group: 'cilium.io', scope: 'Namespaced', names },
            versions: [{ name: 'v2', served: true, storage: true, schema }],
          },
        });

        await expect
          .poll(() => harness().propose(blocked), { timeout: 20_000 })
          .toMatchObject({ kind: 'refused', reason: 'deny-rules', facts: { engine: 'Cilium' } });
        await cluster.seed.remove(`${definitions}/ciliumnetworkpolicies.cilium.io`);
      });

      it('is ended by the cluster alone, with worker, bot and Redis dead, and made no second time', async () => {
        const gone = (what: string) => expect.poll(() => ofFix(what, left.id), { timeout: 45_000 });
        await gone(jobs).toEqual([]);
        await gone(policies).toEqual([]);
        // Not before its time.
        expect(Date.now() - left.begun).toBeGreaterThan(14_000);
        expect(await params(asker)).toEqual({ from: asker, to: 'neo4j', port: 7687 });

        const h = harness();
        const expire = "UPDATE remediations SET lease_until = now() - interval '1 second' WHERE id = $1";
        await database.sql(expire, [left.id]);
        await run(h, left.id, {}, 'worker-2');

        // Whoever comes back finds it over, and nothing to take back.
        expect((await h.row(left.id)).state).toBe('rolled_back');
        expect(await ofFix(jobs, left.id)).toEqual([]);
        expect(await policyNames()).toContain('nobody-to-graph');
        expect(await ofFix(policies, left.id)).toEqual([]);
      });
    });

    describe('kubernetes.set-selector', () => {
      const id = 'kubernetes.set-selector';
      const services = `/api/v1/namespaces/${namespace}/services`;
      const service = `${services}/${part}`;
      const wrong = { app: 'agent-mangaer', tier: 'front' };
      const endpoints = { probe: 'kubernetes.services-endpoints', with: { service: part } } as const;
      const planted = async (metadata: object = {}) => {
        await cluster.seed.remove(service).catch(() => undefined);
        await cluster.seed.post(services, {
          metadata: { name: part, ...metadata },
          spec: { selector: wrong, ports: [{ port: 8080 }] },
        });
      };
      const selector = async () =>
        ((await cluster.seed.get(service)) as { spec: { selector: object } }).spec.selector;

      it.each(['R-K3', 'R-K4'])(
        'leads to the Pods once though the worker dies at %s, and undo leads nowhere again',
        killRounds,
        async (point) => {
          await made();
          await planted();
          const params = await paramsFor(id, endpoints, 'SERVICE_WITHOUT_ENDPOINTS');
          const h = harnessOf(id);
          const row = await h.approved(params);

          await killedAt(h, row.id, point);

          expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
          expect(await selector()).toEqual({ app: part });
          expect(await findingsOf(endpoints)).toEqual([]);
          // Well as it is, it is offered no second time.
          expect(await h.propose({ part })).toMatchObject({ kind: 'refused', reason: 'selects-pods' });
          expect(await undone(h, row.id)).toBe('succeeded');
          expect(await selector()).toEqual(wrong);
          await paramsFor(id, endpoints, 'SERVICE_WITHOUT_ENDPOINTS');
        },
      );

      it('does nothing where somebody has changed the selector since (R-P3)', async () => {
        await made();
        await planted();
        const h = harnessOf(id);
        const row = await h.approved({ part });
        await cluster.seed.merge(service, { spec: { selector: { tier: 'other' } } });

        await run(h, row.id);

        expect((await h.row(row.id)).state).toBe('stale');
        expect(await selector()).toEqual({ ...wrong, tier: 'other' });
      });

      it('says that Argo CD will put it back, and is no success when that happens', async () => {
        const tracking = `shop:/Service:${namespace}/${part}`;
        await made();
        await planted({ annotations: { 'argocd.argoproj.io/tracking-id': tracking } });
        const h = harnessOf(id);
        const row = await h.approved({ part });
        expect(row.plan.notes).toContainEqual({ key: 'puts-back.argocd', facts: { name: 'shop' } });
        expect(row.plan.patch?.join('\n')).toContain('kind: Service');
        let healed = 0;
        // A simulated Argo CD with self-healing.
        cluster.everySooften(async () => {
          const { metadata } = (await cluster.seed.get(service)) as {
            metadata: { annotations?: Record<string, string> };
          };
          const now = await selector();
          if (metadata.annotations?.['argocd.argoproj.io/tracking-id'] !== tracking || 'tier' in now) return;
          healed += 1;
          await cluster.seed.merge(`${service}?fieldManager=argocd-controller`, {
            spec: { selector: wrong },
          });
        });
        await shortened(row, 2_000);

        await run(h, row.id);

        expect(healed).toBe(1);
        expect(await h.row(row.id)).toMatchObject({
          state: 'failed',
          outcome: { reason: 'changed-meanwhile', inPlace: 'changed' },
        });
        await cluster.seed.remove(service);
      });
    });

    describe('kubernetes.set-config-key', () => {
      const id = 'kubernetes.set-config-key';
      const maps = `/api/v1/namespaces/${namespace}/configmaps`;
      const map = `${maps}/agent-manager-config`;
      // Whatever else stands there is neither read as anything nor changed.
      const text = [
        '# <!channel> & `rm -rf /` \u0001 \u202E',
        'database: { password: "p@ss: {{word}}", "*": &a [*b] } # no alias'.replace('[*b]', '"*b"'),
        'event:',
        '  \'a\u00a0key\': "10"',
        '  workers:   10\t# as many as cores',
        '  buffer_size: 1000',
        `note: "${'x'.repeat(2_000)}"`,
        '',
      ].join('\r\n');
      const changed = text.replace('workers:   10', 'workers:   20');
      const pipeline = { probe: 'services.event-pipeline' } as const;
      const call = { part, key: 'event.workers', value: 20 } as const;
      const textNow = async () =>
        ((await cluster.seed.get(map)) as { data: Record<string, string> }).data['config.yaml'];
      const write = (more: object, by = 'kubectl') => cluster.seed.merge(`${map}?fieldManager=${by}`, more);
      const keyed = (workers: number) => text.replace('workers:   10', `workers:   ${workers}`);
      const generation = async () => (await now()).metadata.generation;

      /** Simulated: a program that reads its file when a Pod is made, and has events waiting below 20 workers. */
      let workers = 10;
      let readAt = 0;
      /** What somebody gives it past the file. */
      let forced: number | undefined;
      let looks = 0;
      const manager = createServer((request, response) => {
        looks += 1;
        const short = workers < 20;
        const lines = [
          `event_workers ${workers}`,
          `event_workers_busy ${short ? workers : 0}`,
          ...['event_queue_capacity 1000', `event_queue_size ${short ? 950 : 0}`, 'event_batch_limit 100'],
          `event_processing_total{outcome="received"} ${looks * 100}`,
          `event_processing_total{outcome="stored"} ${looks * (short ? 50 : 100)}`,
          `event_processing_stage_seconds_sum{stage="enrich"} ${looks * (short ? 50 : 0.1)}`,
          `event_processing_stage_seconds_count{stage="enrich"} ${looks * 50}`,
          `event_processing_stage_seconds_sum{stage="write"} ${looks * 0.001}`,
          `event_processing_stage_seconds_count{stage="write"} ${looks}`,
          ...[`event_batch_size_sum ${looks * 50}`, `event_batch_size_count ${looks}`],
          `event_processing_seconds_sum ${looks * (short ? 500 : 1)}`,
          `event_processing_seconds_count ${looks * 50}`,
        ];
        response.end(request.url === '/metrics' ? `${lines.join('\n')}\n` : '{"status":"ok"}');
      });

      beforeAll(async () => {
        await new Promise<void>((resolve) => {
          manager.listen(0, '127.0.0.1', resolve);
        });
        serviceUrls = { [part]: { url: `http://127.0.0.1:${(manager.address() as AddressInfo).port}` } };
        cluster.everySooften(async () => {
          const { metadata, status } = await now();
          if (status.observedGeneration !== metadata.generation || metadata.generation === readAt) return;
          const found = /workers: +(\d+)/.exec((await textNow()) ?? '')?.[1];
          readAt = metadata.generation;
          workers = forced ?? Number(found);
        });
      });
      afterAll(() => {
        serviceUrls = undefined;
        manager.close();
      });

      async function planted(more: { readonly metadata?: object; readonly immutable?: boolean } = {}) {
        forced = undefined;
        workers = 10;
        await cluster.seed.remove(map).catch(() => undefined);
        await cluster.seed.post(`${maps}?fieldManager=kubectl`, {
          metadata: { name: 'agent-manager-config', ...more.metadata },
          data: { 'config.yaml': text, other: 'x' },
          ...(more.immutable === true ? { immutable: true } : {}),
        });
        readAt = 0;
        await made({
          container: { volumeMounts: [{ name: 'config', mountPath: '/etc/aetherius' }] },
          pod: { volumes: [{ name: 'config', configMap: { name: 'agent-manager-config' } }] },
        });
      }

      it.each([
        ['R-K3', 1],
        ['R-K4', 1],
        ['R-K4', 2],
      ] as const)(
        'sets the number once though the worker dies at %s of step %i, and undo sets the former one',
        killRounds,
        async (point, time) => {
          await planted();
          const params = await paramsFor(id, pipeline, 'EVENT_WORKERS_SATURATED');
          expect(params).toEqual({ ...call, sign: 'services.event-pipeline' });
          const before = await generation();
          const h = harnessOf(id);
          const row = await h.approved(params);
          expect(JSON.stringify(row.plan)).not.toMatch(/p@ss|!channel|xxx/);
          expect(row.plan.notes).toContainEqual({
            key: 'changed-by',
            facts: expect.objectContaining({ field: 'config.yaml', by: 'kubectl' }),
          });

          await killedAt(h, row.id, point, time);

          expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
          expect(await textNow()).toBe(changed);
          expect(await generation()).toBe(before + 1);
          expect(workers).toBe(20);
          expect(await findingsOf(pipeline)).toEqual([]);
          expect(await h.propose(params)).toMatchObject({ reason: 'setting-there-already' });
          expect(await undone(h, row.id)).toBe('succeeded');
          expect(await textNow()).toBe(text);
          expect(await generation()).toBe(before + 2);
          await paramsFor(id, pipeline, 'EVENT_WORKERS_SATURATED');
        },
      );

      it('does nothing where anything of the ConfigMap was changed since (R-P3)', async () => {
        await planted();
        const before = await generation();
        const h = harnessOf(id);
        const row = await h.approved(call);
        await write({ data: { other: 'y' } });

        await run(h, row.id);

        expect((await h.row(row.id)).state).toBe('stale');
        expect(await textNow()).toBe(text);
        expect(await generation()).toBe(before);
      });

      it('does nothing where it is changed right before the step, and takes back nothing of others', async () => {
        await planted();
        const h = harnessOf(id);
        const row = await h.approved(call);
        const meddling = (at: string) =>
          at === 'R-K3' ? write({ data: { 'config.yaml': keyed(12) } }) : Promise.resolve();
        await run(h, row.id, { atKillPoint: async (at) => void (await meddling(at)) });

        expect((await h.row(row.id)).state).toBe('stale');
        expect(await textNow()).toBe(keyed(12));
      });

      it('restarts nothing where another hand has written the value between the two steps', async () => {
        await planted();
        const before = await generation();
        const h = harnessOf(id);
        const row = await h.approved(call);
        let steps = 0;
        const meddling = (at: string) => {
          if (at === 'R-K4') steps += 1;
          return at === 'R-K4' && steps === 1
            ? write({ data: { 'config.yaml': keyed(12) } })
            : Promise.resolve();
        };

        await run(h, row.id, { atKillPoint: async (at) => void (await meddling(at)) });

        const end = await h.row(row.id);
        expect(end.state).not.toBe('succeeded');
        expect(JSON.stringify(end.outcome)).toMatch(/value/);
        expect(await textNow()).toBe(keyed(12));
        expect(await generation()).toBe(before);
      });

      it('is taken back where the service does not run with the value, whatever the file says', async () => {
        await planted();
        const h = harnessOf(id);
        const row = await h.approved(call);
        await shortened(row, 2_000);
        forced = 10;

        await run(h, row.id);

        expect((await h.row(row.id)).state).toBe('rolled_back');
        expect(await textNow()).toBe(text);
      });

      it('is not undone once somebody has set another value', async () => {
        await planted();
        const h = harnessOf(id);
        const row = await h.approved(call);
        await run(h, row.id);
        await write({ data: { 'config.yaml': keyed(30) } });

        expect(await undone(h, row.id)).toBe('stale');
        expect(await textNow()).toBe(keyed(30));
      });

      it('asks for its own right beside that of a restart, and is refused what is immutable', async () => {
        const roles = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
        const user = 'restarts-alone';
        const grant = async (features: readonly RightFeature[]) => {
          const name = `${user}-${features.join('-')}`;
          const rules = roleRules(rightsAt('platform', features), rightNames('platform', asInGuide));
          await cluster.seed.post(`${roles}/roles`, { metadata: { name }, rules });
          await cluster.seed.post(`${roles}/rolebindings`, {
            metadata: { name },
            roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
            subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
          });
        };
        await planted();
        const kubeconfig = await cluster.api.userKubeconfig(user);
        await grant(['health', 'diagnosis', 'restart']);

        expect(await harnessOf(id, kubeconfig).propose(call)).toMatchObject({
          reason: 'missing-right',
          facts: {
            ...{ verb: 'patch', resource: 'configmaps/agent-manager-config' },
            allowedBy: 'features.configmaps',
          },
        });
        await grant(['configmaps']);
        const given = harnessOf(id, kubeconfig);
        await expect.poll(async () => (await given.propose(call)).kind, { timeout: 10_000 }).toBe('offered');
        await planted({ immutable: true });
        expect(await given.propose(call)).toMatchObject({ reason: 'config-immutable' });
      });

      it.each([
        ['before the restart', 'rolled_back', 'stale', 0],
        ['after the restart', 'failed', 'changed-meanwhile', 1],
      ] as const)(
        'says that Argo CD will put it back, and is no success when that happens %s',
        async (when, state, reason, restarts) => {
          const tracking = `shop:/ConfigMap:${namespace}/agent-manager-config`;
          await planted({ metadata: { annotations: { 'argocd.argoproj.io/tracking-id': tracking } } });
          const h = harnessOf(id);
          const row = await h.approved(call);
          expect(row.plan.notes).toContainEqual({ key: 'puts-back.argocd', facts: { name: 'shop' } });
          expect(row.plan.patch).toEqual(['# config.yaml', 'event:', '  workers: 20']);
          await shortened(row, 2_000);
          const before = await generation();
          // A simulated Argo CD with self-healing, which is as quick or as slow as the case says.
          const heal = () => write({ data: { 'config.yaml': text } }, 'argocd-controller');
          let steps = 0;
          const atKillPoint = async (at: string) => {
            if (at !== 'R-K4') return;
            steps += 1;
            if (steps === (when === 'before the restart' ? 1 : 2)) await heal();
          };

          await run(h, row.id, { atKillPoint });

          expect(await h.row(row.id)).toMatchObject({
            state,
            outcome: { reason, by: 'argocd-controller' },
          });
          expect(await textNow()).toBe(text);
          expect(await generation()).toBe(before + restarts);
          await cluster.seed.remove(map);
        },
      );
    });

    describe('kubernetes.set-step-timeout', () => {
      const id = 'kubernetes.set-step-timeout';
      const name = 'orchestrator-service';
      const maps = `/api/v1/namespaces/${namespace}/configmaps`;
      const map = `${maps}/orchestrator-workflows`;
      const file = 'diagnose-oom.yaml';
      // Whatever else stands there is neither read as anything nor changed.
      const text = [
        'id: diagnose-oom # <!channel> & `rm -rf /` \u0001 \u202E',
        'steps:',
        '  - { id: describe_pod, config: { timeout: 120 } }',
        '  - config:',
        '      args: { token: "p@ss: {{word}}", timeout: 120 }',
        '      timeout:   120\t# as long as it takes',
        '    id: collect_logs',
        `note: "${'x'.repeat(2_000)}"`,
        '',
      ].join('\r\n');
      const timed = (seconds: number) => text.replace('timeout:   120', `timeout:   ${seconds}`);
      const timeouts = { probe: 'services.step-timeouts' } as const;
      const call = { workflow: 'diagnose-oom', step: 'collect_logs', value: 300 } as const;
      const textNow = async () =>
        ((await cluster.seed.get(map)) as { data: Record<string, string> }).data[file];
      const write = (more: object, by = 'kubectl') => cluster.seed.merge(`${map}?fieldManager=${by}`, more);
      const generation = async () => (await now(name)).metadata.generation;

      /** Simulated: a program that reads its workflows when a Pod is made, and whose step takes 200 s. */
      let seconds = 120;
      let readAt = 0;
      /** It reads them from somewhere else. */
      let elsewhere = false;
      const orchestrator = createServer((request, response) => {
        const at = (ago: number) => new Date(Date.now() - ago).toISOString();
        const step = { id: 'collect_logs', status: 'timeout', timeout_seconds: 120, duration_ms: 120_100 };
        const failed = { id: 'e1', workflow_id: 'diagnose-oom', status: 'failed' };
        const answers: Record<string, object> = {
          '/api/v1/workflows': {
            workflows: [
              { id: 'diagnose-oom', steps: [{ id: 'collect_logs', config: { timeout: seconds } }] },
            ],
          },
          '/api/v1/workflows/executions': [
            { ...failed, created_at: at(300_000), finished_at: at(180_000), steps: [step] },
            { ...failed, id: 'e2', status: 'running', created_at: at(1_000) },
          ],
        };
        response.end(JSON.stringify(answers[(request.url ?? '').split('?')[0] ?? ''] ?? { status: 'ok' }));
      });

      beforeAll(async () => {
        await new Promise<void>((resolve) => {
          orchestrator.listen(0, '127.0.0.1', resolve);
        });
        serviceUrls = { [name]: { url: `http://127.0.0.1:${(orchestrator.address() as AddressInfo).port}` } };
        cluster.everySooften(async () => {
          const { metadata, status } = await now(name);
          if (status.observedGeneration !== metadata.generation || metadata.generation === readAt) return;
          const found = /timeout: {3}(\d+)/.exec((await textNow()) ?? '')?.[1];
          readAt = metadata.generation;
          if (!elsewhere) seconds = Number(found);
        });
      });
      afterAll(() => {
        serviceUrls = undefined;
        orchestrator.close();
      });

      async function planted(metadata: object = {}) {
        elsewhere = false;
        seconds = 120;
        await cluster.seed.remove(map).catch(() => undefined);
        await cluster.seed.post(`${maps}?fieldManager=kubectl`, {
          metadata: { name: 'orchestrator-workflows', ...metadata },
          data: { [file]: text, other: 'x' },
        });
        readAt = 0;
        await made(
          {
            container: {
              image: 'orchestrator-service:1',
              volumeMounts: [{ name: 'flows', mountPath: '/etc/aetherius/workflows' }],
            },
            pod: { volumes: [{ name: 'flows', configMap: { name: 'orchestrator-workflows' } }] },
          },
          2,
          name,
        );
      }

      it.each([
        ['R-K3', 1],
        ['R-K4', 1],
        ['R-K4', 2],
      ] as const)(
        'gives the step its time once though the worker dies at %s of step %i, and undo sets the former one',
        killRounds,
        async (point, time) => {
          await planted();
          const params = await paramsFor(id, timeouts, 'STEP_TIMED_OUT');
          expect(params).toEqual(call);
          const before = await generation();
          const h = harnessOf(id);
          const row = await h.approved(params);
          expect(JSON.stringify(row.plan)).not.toMatch(/p@ss|!channel|xxx/);
          expect(row.plan.blast.facts).toMatchObject({ before: 120, value: 300, running: 1 });

          await killedAt(h, row.id, point, time);

          expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
          expect(await textNow()).toBe(timed(300));
          expect(await generation()).toBe(before + 1);
          expect(seconds).toBe(300);
          expect(await findingsOf(timeouts)).toEqual([]);
          expect(await h.propose(params)).toMatchObject({ reason: 'setting-there-already' });
          expect(await undone(h, row.id)).toBe('succeeded');
          expect(await textNow()).toBe(text);
          expect(await generation()).toBe(before + 2);
          await paramsFor(id, timeouts, 'STEP_TIMED_OUT');
        },
      );

      it('does nothing where anything of the ConfigMap was changed since (R-P3)', async () => {
        await planted();
        const before = await generation();
        const h = harnessOf(id);
        const row = await h.approved(call);
        await write({ data: { other: 'y' } });

        await run(h, row.id);

        expect((await h.row(row.id)).state).toBe('stale');
        expect(await textNow()).toBe(text);
        expect(await generation()).toBe(before);
      });

      it('is taken back where the service does not say the new time, whatever the file says', async () => {
        await planted();
        const h = harnessOf(id);
        const row = await h.approved(call);
        await shortened(row, 2_000);
        elsewhere = true;

        await run(h, row.id);

        expect((await h.row(row.id)).state).toBe('rolled_back');
        expect(await textNow()).toBe(text);
      });

      it('is not undone once somebody has set another time', async () => {
        await planted();
        const h = harnessOf(id);
        const row = await h.approved(call);
        await run(h, row.id);
        await write({ data: { [file]: timed(400) } });

        expect(await undone(h, row.id)).toBe('stale');
        expect(await textNow()).toBe(timed(400));
      });

      it('asks for the right to its own ConfigMap, which an installation names', async () => {
        const roles = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
        const user = 'configures';
        const grant = async (role: string, names: Partial<ReturnType<typeof rightNames>>) => {
          const usual = rightNames('platform', asInGuide);
          const features = ['health', 'diagnosis', 'restart', 'configmaps'] as const;
          const rules = roleRules(rightsAt('platform', features), { ...usual, ...names });
          await cluster.seed.post(`${roles}/roles`, { metadata: { name: role }, rules });
          await cluster.seed.post(`${roles}/rolebindings`, {
            metadata: { name: role },
            roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: role },
            subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
          });
        };
        await planted();
        const kubeconfig = await cluster.api.userKubeconfig(user);
        await grant('configures-usual', {});

        expect(await harnessOf(id, kubeconfig).propose(call)).toMatchObject({
          reason: 'missing-right',
          facts: {
            ...{ verb: 'patch', resource: 'configmaps/orchestrator-workflows' },
            allowedBy: 'features.configmaps',
          },
        });
        await grant('configures-workflows', { configmaps: ['orchestrator-workflows'] });
        const given = harnessOf(id, kubeconfig);
        await expect.poll(async () => (await given.propose(call)).kind, { timeout: 10_000 }).toBe('offered');
      });

      it('says that Argo CD will put it back, and is no success when that happens', async () => {
        const tracking = `shop:/ConfigMap:${namespace}/orchestrator-workflows`;
        await planted({ annotations: { 'argocd.argoproj.io/tracking-id': tracking } });
        const h = harnessOf(id);
        const row = await h.approved(call);
        expect(row.plan.notes).toContainEqual({ key: 'puts-back.argocd', facts: { name: 'shop' } });
        expect(row.plan.patch).toEqual([
          ...[`# ${file}`, 'steps:', '  - id: collect_logs', '    config:', '      timeout: 300'],
        ]);
        await shortened(row, 2_000);
        // A simulated Argo CD with self-healing.
        const heal = () => write({ data: { [file]: text } }, 'argocd-controller');
        let steps = 0;
        const atKillPoint = async (at: string) => {
          if (at === 'R-K4') steps += 1;
          if (at === 'R-K4' && steps === 2) await heal();
        };

        await run(h, row.id, { atKillPoint });

        expect(await h.row(row.id)).toMatchObject({
          ...{ state: 'failed', outcome: { reason: 'changed-meanwhile', by: 'argocd-controller' } },
        });
        expect(await textNow()).toBe(text);
        await cluster.seed.remove(map);
        await cluster.seed.remove(`${workloads}/${name}`);
      });
    });

    describe('kubernetes.remove-override', () => {
      const id = 'kubernetes.remove-override';
      const maps = `/api/v1/namespaces/${namespace}/configmaps`;
      const map = `${maps}/agent-manager-config`;
      const overrides = { probe: 'runtime.config-overrides', with: { part } } as const;
      const name = 'AETHERIUS_EVENT_WORKERS';
      const before = [{ name: 'LEVEL', value: 'debug <!channel>' }, { name, value: '6' }, { name: 'ZONE' }];
      const flags = ['serve', '--event.workers', '6', '--verbose'];
      const mounted = { volumeMounts: [{ name: 'config', mountPath: '/etc/aetherius' }] };

      interface Container {
        readonly name: string;
        readonly env?: readonly { readonly name: string; readonly value?: string }[];
        readonly args?: readonly string[];
      }
      const containers = async () =>
        ((await cluster.seed.get(path)) as { spec: { template: { spec: { containers: Container[] } } } }).spec
          .template.spec.containers;
      const main = async () => (await containers()).find((one) => one.name === 'main');
      const set = async (change: object, by = 'kubectl') =>
        cluster.seed.merge(`${path}?fieldManager=${by}`, {
          spec: { template: { spec: { containers: [{ ...(await main()), ...change }] } } },
        });
      const generation = async () => (await now()).metadata.generation;

      /** Simulated: a program that reads its file and its environment once its Pods are new. */
      let workers = 0;
      const manager = createServer((request, response) => {
        response.end(request.url === '/metrics' ? `event_workers ${workers}\n` : '{"status":"ok"}');
      });
      /** What is stronger than both, and stands nowhere. */
      let forced: number | undefined;
      beforeAll(async () => {
        await new Promise<void>((resolve) => {
          manager.listen(0, '127.0.0.1', resolve);
        });
        serviceUrls = { [part]: { url: `http://127.0.0.1:${(manager.address() as AddressInfo).port}` } };
        cluster.everySooften(async () => {
          const { env = [], args = [] } = (await main()) ?? {};
          const { data } = (await cluster.seed.get(map)) as { data: Record<string, string> };
          const inFile = /workers: (\d+)/.exec(data['config.yaml'] ?? '')?.[1];
          const given = env.find((one) => one.name === name)?.value;
          const flag = args.includes('--event.workers') ? '6' : undefined;
          workers = forced ?? Number(flag ?? given ?? inFile);
        });
      });
      afterAll(() => {
        serviceUrls = undefined;
        manager.close();
      });

      async function planted(container: object = { env: before }, metadata: object = {}) {
        forced = undefined;
        await cluster.seed.remove(map).catch(() => undefined);
        await cluster.seed.post(`${maps}?fieldManager=kubectl`, {
          metadata: { name: 'agent-manager-config' },
          data: { 'config.yaml': 'event:\n  workers: 20 # more\n' },
        });
        await made({
          metadata,
          container: { ...mounted, ...container },
          pod: { volumes: [{ name: 'config', configMap: { name: 'agent-manager-config' } }] },
        });
      }
      const call = { part, key: 'event.workers', name } as const;

      it.each([
        ['R-K3', name, { env: before }, { env: [before[0], before[2]] }],
        ['R-K4', '--event.workers', { args: flags }, { args: ['serve', '--verbose'] }],
      ] as const)(
        'lets the file count once though the worker dies at %s, and undo puts %s back at its place',
        killRounds,
        async (point, given, planned, left) => {
          await planted(planned);
          const params = await paramsFor(id, overrides, 'CONFIG_OVERRIDDEN');
          expect(params).toEqual({ ...call, name: given });
          const began = await generation();
          const h = harnessOf(id);
          const row = await h.approved(params);
          expect(row.plan.steps[0]).toMatchObject({
            from: { value: '6', by: given },
            to: { value: '20', by: 'configmap/agent-manager-config' },
          });

          await killedAt(h, row.id, point);

          expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
          expect(await main()).toMatchObject(left);
          expect(await generation()).toBe(began + 1);
          expect(workers).toBe(20);
          expect(await findingsOf(overrides)).toEqual([]);
          expect(await h.propose(params)).toMatchObject({ kind: 'refused', reason: 'override-gone' });
          expect(await undone(h, row.id)).toBe('succeeded');
          expect(await main()).toMatchObject(planned);
          expect(await generation()).toBe(began + 2);
          expect((await now()).metadata.annotations ?? {}).not.toHaveProperty(
            'aetherius.io/uncovered-generation',
          );
          await paramsFor(id, overrides, 'CONFIG_OVERRIDDEN');
        },
      );

      it('does nothing where the value, or what the file says, was changed since (R-P3)', async () => {
        for (const meddle of [
          () => set({ env: [{ name, value: '7' }] }),
          () => cluster.seed.merge(map, { data: { 'config.yaml': 'event: { workers: 30 }' } }),
        ]) {
          await planted();
          const h = harnessOf(id);
          const row = await h.approved(call);
          await meddle();
          const left = await main();

          await run(h, row.id);

          expect((await h.row(row.id)).state).toBe('stale');
          expect(await main()).toEqual(left);
        }
      });

      it('does nothing where another hand takes it away right before, and takes back nothing of others', async () => {
        await planted();
        const h = harnessOf(id);
        const row = await h.approved(call);
        const meddling = (at: string) => (at === 'R-K3' ? set({ env: [before[0]] }) : Promise.resolve());
        await run(h, row.id, { atKillPoint: async (at) => void (await meddling(at)) });

        expect((await h.row(row.id)).state).toBe('stale');
        expect(await main()).toMatchObject({ env: [before[0]] });
      });

      it('is taken back where the service does not run with the file’s value', async () => {
        await planted();
        const h = harnessOf(id);
        const row = await h.approved(call);
        await shortened(row, 2_000);
        forced = 6;

        await run(h, row.id);

        expect((await h.row(row.id)).state).toBe('rolled_back');
        expect(await main()).toMatchObject({ env: before });
      });

      it('is not undone once somebody has changed the workload', async () => {
        await planted();
        const h = harnessOf(id);
        const row = await h.approved(call);
        await run(h, row.id);
        await set({ image: 'agent-manager:2' });

        expect(await undone(h, row.id)).toBe('stale');
        expect(await main()).toMatchObject({ env: [before[0], before[2]] });
      });

      it('does nothing while its right is taken away', async () => {
        const roles = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
        const user = 'takes-away';
        const rules = roleRules(
          rightsAt('platform', ['health', 'diagnosis', 'workloads']),
          rightNames('platform', asInGuide),
        );
        await cluster.seed.post(`${roles}/roles`, { metadata: { name: user }, rules });
        await cluster.seed.post(`${roles}/rolebindings`, {
          metadata: { name: user },
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: user },
          subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
        });
        await planted();
        const h = harnessOf(id, await cluster.api.userKubeconfig(user));
        await expect.poll(async () => (await h.propose(call)).kind, { timeout: 10_000 }).toBe('offered');
        const row = await h.approved(call);
        const reads = rightsAt('platform', ['health', 'diagnosis']);
        await cluster.seed.merge(`${roles}/roles/${user}`, {
          rules: roleRules(reads, rightNames('platform', asInGuide)),
        });
        await expect
          .poll(() => h.propose(call), { timeout: 10_000 })
          .toMatchObject({ reason: 'missing-right', facts: { allowedBy: 'features.workloads' } });

        await run(h, row.id);

        // It waits for as long as its approval holds, and goes on once it may again.
        expect((await h.row(row.id)).state).toBe('approved');
        expect(await main()).toMatchObject({ env: before });
        await cluster.seed.merge(`${roles}/roles/${user}`, { rules });
        await expect
          .poll(
            async () => {
              await run(h, row.id);
              return (await h.row(row.id)).state;
            },
            { timeout: 10_000 },
          )
          .toBe('succeeded');
        expect(await main()).toMatchObject({ env: [before[0], before[2]] });
      });

      it('says that Argo CD will put it back, and is no success when that happens', async () => {
        // Another application than above, whose controller goes on.
        const tracking = `store:apps/Deployment:${namespace}/${part}`;
        await planted(undefined, { annotations: { 'argocd.argoproj.io/tracking-id': tracking } });
        await set({ env: before }, 'argocd-controller');
        await settled(2);
        const h = harnessOf(id);
        const row = await h.approved(call);
        expect(row.plan.notes).toContainEqual({ key: 'puts-back.argocd', facts: { name: 'store' } });
        expect(row.plan.patch?.join('\n')).toContain('$patch: delete');
        await shortened(row, 2_000);
        let healed = 0;
        // A simulated Argo CD with self-healing.
        cluster.everySooften(async () => {
          const { metadata } = await now();
          if (metadata.annotations?.['argocd.argoproj.io/tracking-id'] !== tracking) return;
          if ((await main())?.env?.some((one) => one.name === name) === true) return;
          healed += 1;
          await set({ env: before }, 'argocd-controller');
        });

        await run(h, row.id);

        expect(healed).toBe(1);
        expect(await h.row(row.id)).toMatchObject({
          state: 'failed',
          outcome: { reason: 'changed-meanwhile', inPlace: 'changed' },
        });
        await cluster.seed.remove(map);
      });
    });
  },
);
