/** The fix that takes an address or a subject from where it works, on a real API server with the real controllers. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Remediation } from '../../../src/domain/fix/remediation.ts';
import type { TargetsFactory } from '../../../src/domain/probe/targets/targets.ts';
import { createTargetsFactory } from '../../../src/platform/targets/factory.ts';
import { probes } from '../../../src/probes/index.ts';
import type { ExecutorDeps } from '../../../src/services/fix/execute/executor-deps.ts';
import { createProbeRunner } from '../../../src/services/run/probe-runner.service.ts';
import { createHarness, type Harness } from '../../support/approvals.ts';
import { killedWorker, killRounds } from '../../support/killed.ts';
import { runningStatus } from '../../support/kube.ts';
import { type Cluster, missingCluster, startCluster } from '../../support/kube-cluster.ts';
import { faster } from '../../support/kube-fixes.ts';
import { grantRights } from '../../support/kube-rights.ts';
import { createMemoryLogger } from '../../support/logger.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { fakeNats } from '../../support/probe-context.ts';
import { registered } from '../../support/remediation-fixtures.ts';
import { environment, scratch } from '../../support/targets.ts';
import { allRows, wholeLog } from '../../support/traces.ts';

const lacking = missingCluster();
const id = 'kubernetes.set-config-text';
const password = 'Zebra7-orchid-91';
const agentNamespace = 'kube-system';
const namespace = 'aetherius';
const places = {
  'agent-manager': namespace,
  'orchestrator-service': namespace,
  'collect-agent': agentNamespace,
} as const;
type Part = keyof typeof places;
const parts = Object.keys(places) as readonly Part[];

const texts: Readonly<Record<Part, string>> = {
  'agent-manager': [
    '# <!channel> & `rm -rf /` \u0001 \u202E',
    'nats:',
    `  url:   'nats://aetherius:${password}@nats-cluster:4222'\t# of before`,
    '  subjects: { registration: "aetherius.agent.{cluster_id}.register" }',
    `note: "${'x'.repeat(2_000)}"`,
    '',
  ].join('\r\n'),
  'orchestrator-service': `nats: { url: "nats://other:${password}@nats:4222" }\n`,
  'collect-agent': 'nats:\n  subjects:\n    registration: aetherius.agents.{cluster_id}.register # typed\n',
};
const changed = texts['agent-manager'].replace('@nats-cluster:', '@nats:');
const call = { part: 'agent-manager', key: 'nats.url' } as const;
const subject = { part: 'collect-agent', key: 'nats.subjects.registration', from: 'agent-manager' } as const;

interface Pod {
  readonly metadata: {
    readonly uid: string;
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly status: { readonly podIP?: string; readonly phase?: string };
}

describe.skipIf(lacking !== undefined)(
  `fixes of texts${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    const postgres = usePostgres();
    const folder = scratch('config-texts');
    const logger = createMemoryLogger();
    let database: TestDatabase;
    let cluster: Cluster;
    let kubeconfig = '';

    const mapOf = (part: Part) => `/api/v1/namespaces/${places[part]}/configmaps/${part}-config`;
    const kindOf = (part: Part) => (part === 'collect-agent' ? 'daemonsets' : 'deployments');
    const workloadOf = (part: Part) => `/apis/apps/v1/namespaces/${places[part]}/${kindOf(part)}/${part}`;
    const podsOf = async (part: Part) =>
      (
        (await cluster.seed.get(`/api/v1/namespaces/${places[part]}/pods?labelSelector=app=${part}`)) as {
          items: readonly Pod[];
        }
      ).items;
    const textNow = async (part: Part = 'agent-manager') =>
      ((await cluster.seed.get(mapOf(part))) as { data: Record<string, string> }).data['config.yaml'] ?? '';
    const generation = async (part: Part = 'agent-manager') =>
      ((await cluster.seed.get(workloadOf(part))) as { metadata: { generation: number } }).metadata
        .generation;
    const write = (part: Part, data: Readonly<Record<string, string>>) =>
      cluster.seed.merge(`${mapOf(part)}?fieldManager=kubectl`, { data });

    /** Simulated: agent-manager reads its file once, and ends again and again where the address leads nowhere. */
    const reads = new Map<string, string>();
    async function start(): Promise<void> {
      for (const { metadata, status } of await podsOf('agent-manager')) {
        if (status.phase !== 'Running') continue;
        if (!reads.has(metadata.uid)) reads.set(metadata.uid, await textNow());
        if (reads.get(metadata.uid)?.includes('@nats:') === true) continue;
        const { containerStatuses, ...running } = runningStatus(new Date().toISOString()).status;
        await cluster.seed.merge(`/api/v1/namespaces/${namespace}/pods/${metadata.name}/status`, {
          status: {
            conditions: running.conditions.map((one) => ({ ...one, status: 'False' })),
            containerStatuses: containerStatuses.map((one) => ({
              ...one,
              ...{ ready: false, started: false, restartCount: 4 },
              state: { waiting: { reason: 'CrashLoopBackOff' } },
            })),
          },
        });
      }
    }
    /** Simulated: NATS lists whoever runs with its address. */
    const nats = fakeNats({
      async monitor<T>() {
        const clients = await Promise.all([
          podsOf('orchestrator-service'),
          podsOf('agent-manager').then((all) =>
            all.filter(({ metadata }) => reads.get(metadata.uid)?.includes('@nats:') === true),
          ),
        ]);
        return { connections: clients.flat().map(({ status }) => ({ ip: status.podIP })) } as T;
      },
    });

    beforeAll(async () => {
      database = await postgres.migrated();
      cluster = await startCluster(folder.dir, namespace, [agentNamespace]);
      kubeconfig = await cluster.api.userKubeconfig('worker');
      await grantRights(cluster.seed, 'worker', namespace);
      await cluster.seed.post(`/api/v1/namespaces/${namespace}/services`, {
        metadata: { name: 'nats' },
        spec: { selector: { app: 'nats' }, ports: [{ port: 4222 }] },
      });
      cluster.everySooften(start);
    });
    afterAll(async () => {
      await cluster?.stop();
      folder.remove();
    });
    beforeEach(async () => {
      await database.sql("UPDATE remediations SET approved_at = approved_at - interval '2 hours'");
    });
    /** R-L7: whatever happened in a test, no piece of the password has got into the database or the log. */
    afterEach(async () => {
      const rows = await allRows(database);
      const log = wholeLog(logger.lines);
      expect(rows.length).toBeGreaterThan(5);
      for (const piece of [password, ...password.split('-').filter(({ length }) => length > 4)]) {
        expect(rows.filter((row) => row.includes(piece))).toEqual([]);
        expect(log).not.toContain(piece);
      }
    });

    // What a Pod says cannot be read here: no container runs.
    const simulated = probes.map((probe) =>
      probe.id === 'runtime.registration-log'
        ? { ...probe, run: () => Promise.resolve({ status: 'healthy' as const }) }
        : probe,
    ) as unknown as typeof probes;
    const runner = createProbeRunner({ probes: simulated, clock: faster.clock, logger });
    function harness(): Harness {
      const remediation = registered.find((one) => one.id === id) as Remediation;
      const factory = createTargetsFactory({
        prod: environment({ runtime: { kind: 'kubernetes', namespace, agentNamespace, kubeconfig } }),
      });
      const targets: TargetsFactory = {
        ...factory,
        forRun: async (...args) => ({ ...(await factory.forRun(...args)), nats }),
      };
      return createHarness(database.store(), { logger, real: { remediation, targets, probes: runner } });
    }
    const run = (h: Harness, row: string, more: Partial<ExecutorDeps> = {}, worker = 'worker-1') =>
      h.execute(row, worker, { ...faster, ...more });
    async function undone(h: Harness, row: string): Promise<string> {
      const { remediation } = await h.service.undo(h.input(row, 'UREQ'));
      await h.service.approve(h.input(remediation.id, 'ULEAD'));
      await run(h, remediation.id);
      return (await h.row(remediation.id)).state;
    }

    /** All parts anew, with their files before their Pods. */
    async function planted(): Promise<void> {
      reads.clear();
      for (const part of parts) {
        const base = `/apis/apps/v1/namespaces/${places[part]}/${kindOf(part)}`;
        await cluster.seed.remove(workloadOf(part)).catch(() => undefined);
        await cluster.seed.remove(mapOf(part)).catch(() => undefined);
        await expect.poll(async () => (await podsOf(part)).length, { timeout: 20_000 }).toBe(0);
        await cluster.seed.post(mapOf(part).replace(/\/[^/]*$/, '?fieldManager=kubectl'), {
          metadata: { name: `${part}-config` },
          data: { 'config.yaml': texts[part], other: 'x' },
        });
        await cluster.seed.post(base, {
          metadata: { name: part },
          spec: {
            ...(part === 'collect-agent' ? {} : { replicas: 1 }),
            selector: { matchLabels: { app: part } },
            template: {
              metadata: { labels: { app: part } },
              spec: {
                containers: [
                  {
                    ...{ name: part, image: `${part}:1` },
                    volumeMounts: [{ name: 'config', mountPath: '/etc/aetherius' }],
                  },
                ],
                volumes: [{ name: 'config', configMap: { name: `${part}-config` } }],
              },
            },
          },
        });
      }
      await expect
        .poll(async () => (await harness().propose(call)).kind, { timeout: 20_000 })
        .toBe('offered');
    }

    it.each([
      ['R-K3', 1],
      ['R-K4', 1],
      ['R-K4', 2],
    ] as const)(
      'corrects the address of a part that ends at its start, once, though the worker dies at %s of step %i, and undo sets the former one',
      killRounds,
      async (point, time) => {
        await planted();
        const before = await generation();
        const h = harness();
        const row = await h.approved(call);
        expect(row.plan.steps[0]).toMatchObject({
          from: { key: 'nats.url', value: 'nats-cluster:4222' },
          to: { key: 'nats.url', value: 'nats:4222' },
        });
        expect(row.plan.blast.facts).toMatchObject({ from: 'orchestrator-service' });

        await killedWorker(database, row.id, (worker, more) => run(h, row.id, more, worker), point, time);

        expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
        expect(await textNow()).toBe(changed);
        expect(await generation()).toBe(before + 1);
        expect(await h.propose(call)).toMatchObject({ reason: 'address-leads-somewhere' });
        expect(await undone(h, row.id)).toBe('succeeded');
        expect(await textNow()).toBe(texts['agent-manager']);
        expect(await generation()).toBe(before + 2);
      },
    );

    it('sets the subject of the agents in their own namespace, and undo sets the former one', async () => {
      await planted();
      const before = await generation('collect-agent');
      const h = harness();
      const row = await h.approved(subject);
      await run(h, row.id);

      expect(await h.row(row.id)).toMatchObject({ state: 'succeeded' });
      expect(await textNow('collect-agent')).toBe(
        texts['collect-agent'].replace('aetherius.agents.', 'aetherius.agent.'),
      );
      expect(await generation('collect-agent')).toBe(before + 1);
      expect(await undone(h, row.id)).toBe('succeeded');
      expect(await textNow('collect-agent')).toBe(texts['collect-agent']);
    });

    it.each([
      ['its own ConfigMap', 'agent-manager', { other: 'y' }],
      [
        'where the value comes from',
        'orchestrator-service',
        { 'config.yaml': 'nats: { url: "nats://bus:4222" }\n' },
      ],
    ] as const)('does nothing once %s was changed (R-P3)', async (_what, part, data) => {
      await planted();
      const before = await generation();
      const h = harness();
      const row = await h.approved(call);
      await write(part, data);

      await run(h, row.id);

      expect((await h.row(row.id)).state).toBe('stale');
      expect(await textNow()).toBe(texts['agent-manager']);
      expect(await generation()).toBe(before);
    });

    it('does not restart what another hand has changed right before, and takes back nothing of others', async () => {
      await planted();
      const before = await generation();
      const h = harness();
      const row = await h.approved(call);
      const other = changed.replace('@nats:', '@nats-2:');
      let steps = 0;
      const atKillPoint = async (at: string) => {
        if (at !== 'R-K4') return;
        steps += 1;
        if (steps === 1) await write('agent-manager', { 'config.yaml': other });
      };

      await run(h, row.id, { atKillPoint });

      expect((await h.row(row.id)).state).not.toBe('succeeded');
      expect(await textNow()).toBe(other);
      expect(await generation()).toBe(before);
    });

    it('is not undone once somebody has set another value', async () => {
      await planted();
      const h = harness();
      const row = await h.approved(call);
      await run(h, row.id);
      await write('agent-manager', { 'config.yaml': changed.replace('@nats:', '@nats-2:') });

      expect(await undone(h, row.id)).toBe('stale');
      expect(await textNow()).toContain('@nats-2:');
    });

    it('stops without a write where the right is taken away, and is not offered without it (R-P6)', async () => {
      await planted();
      const h = harness();
      const row = await h.approved(call);
      const before = await generation();
      const bindings = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`;
      const name = `aetherius-bot-configmaps-${namespace}`;
      const { roleRef, subjects } = (await cluster.seed.get(`${bindings}/${name}`)) as {
        roleRef: object;
        subjects: object;
      };
      await cluster.seed.remove(`${bindings}/${name}`);
      await expect
        .poll(() => harness().propose(call), { timeout: 10_000 })
        .toMatchObject({
          reason: 'missing-right',
          facts: {
            ...{ verb: 'patch', resource: 'configmaps/agent-manager-config' },
            allowedBy: 'features.configmaps',
          },
        });

      await run(h, row.id);

      expect((await h.row(row.id)).state).not.toBe('succeeded');
      expect(await textNow()).toBe(texts['agent-manager']);
      expect(await generation()).toBe(before);
      await cluster.seed.post(bindings, { metadata: { name }, roleRef, subjects });
      await expect
        .poll(async () => (await harness().propose(call)).kind, { timeout: 10_000 })
        .toBe('offered');
    });
  },
);
