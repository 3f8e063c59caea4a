/** The fix that copies a token, on a real API server with the real controllers: approved by two, carried out once, proved, undone. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Remediation } from '../../../src/domain/fix/remediation.ts';
import type { RemediationRow } from '../../../src/domain/fix/rows.ts';
import type { Finding } from '../../../src/domain/probe/finding.ts';
import type { TargetsFactory } from '../../../src/domain/probe/targets/targets.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import { createTargetsFactory } from '../../../src/platform/targets/factory.ts';
import { probes } from '../../../src/probes/index.ts';
import type { ExecutorDeps } from '../../../src/services/fix/execute/executor-deps.ts';
import { createProbeRunner } from '../../../src/services/run/probe-runner.service.ts';
import { createHarness, type Harness } from '../../support/approvals.ts';
import { killedWorker, killRounds } from '../../support/killed.ts';
import { type Cluster, missingCluster, startCluster } from '../../support/kube-cluster.ts';
import { inBase64 } from '../../support/kube-objects.ts';
import { grantRights } from '../../support/kube-rights.ts';
import { createMemoryLogger } from '../../support/logger.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { registered } from '../../support/remediation-fixtures.ts';
import { environment, scratch } from '../../support/targets.ts';
import { allRows, noting, wholeLog } from '../../support/traces.ts';

const lacking = missingCluster();
const namespace = 'aetherius';
const here = 'kube-system';
const id = 'kubernetes.copy-registration-token';
const values = {
  manager: 'tok-of-the-manager-77c1',
  agents: 'tok-of-the-agents-0b5e',
  more: 'tok-rotated-e21a',
};
const secretsIn = (place: string) => `/api/v1/namespaces/${place}/secrets`;
const ofManager = `${secretsIn(namespace)}/agent-auth-token`;
const ofAgents = `${secretsIn(here)}/agent-auth-token`;
const keptPath = `${secretsIn(here)}/aetherius-kept-registration-token`;
const daemon = `/apis/apps/v1/namespaces/${here}/daemonsets/collect-agent`;
const jobs = `/apis/batch/v1/namespaces/${here}/jobs`;

interface Stored {
  readonly metadata: {
    readonly uid: string;
    readonly generation?: number;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
}

describe.skipIf(lacking !== undefined)(
  `fixes of credentials${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    const postgres = usePostgres();
    const folder = scratch('credential-fixes');
    const logger = createMemoryLogger();
    let database: TestDatabase;
    let cluster: Cluster;
    let kubeconfig = '';
    /** What was written to Secrets, in the order it was. */
    const written: string[] = [];

    const container = {
      ...{ name: 'main', image: 'x:1' },
      env: [
        {
          name: 'AGENT_AUTH_TOKEN',
          valueFrom: { secretKeyRef: { name: 'agent-auth-token', key: 'token', optional: true } },
        },
      ],
    };
    const workload = (kind: string, place: string, name: string, spec: object = {}) =>
      cluster.seed.post(`/apis/apps/v1/namespaces/${place}/${kind}`, {
        metadata: { name },
        spec: {
          selector: { matchLabels: { app: name } },
          template: { metadata: { labels: { app: name } }, spec: { containers: [container] } },
          ...spec,
        },
      });

    beforeAll(async () => {
      database = await postgres.migrated();
      cluster = await startCluster(folder.dir, namespace, [here]);
      kubeconfig = await cluster.api.userKubeconfig('worker');
      await grantRights(cluster.seed, 'worker', namespace);
      await workload('deployments', namespace, 'agent-manager', { replicas: 1 });
      await workload('daemonsets', here, 'collect-agent');
    });
    afterAll(async () => {
      await cluster?.stop();
      folder.remove();
    });
    // At most one fix of the highest tier within a while, and the same one twice an hour (R-X9).
    beforeEach(async () => {
      written.length = 0;
      await database.sql("UPDATE remediations SET approved_at = approved_at - interval '2 hours'");
    });
    /** R-L7: whatever happened in a test, no value has got into the database or the log. */
    afterEach(async () => {
      const rows = await allRows(database);
      const log = wholeLog(logger.lines);
      expect(rows.length).toBeGreaterThan(5);
      for (const value of Object.values(values))
        for (const form of [value, inBase64(value)]) {
          expect(rows.filter((row) => row.includes(form))).toEqual([]);
          expect(log).not.toContain(form);
        }
    });

    /** Time runs twenty times as fast for the executor. */
    const clock: ExecutorDeps['clock'] = {
      ...systemClock,
      sleep: (ms, signal) => systemClock.sleep(ms / 20, signal),
    };
    const faster: Partial<ExecutorDeps> = { monotonic: () => performance.now() * 20, clock };
    const runner = createProbeRunner({ probes, clock, logger });
    const targets = (): TargetsFactory => {
      const factory = createTargetsFactory({
        prod: environment({
          runtime: { kind: 'kubernetes', namespace, agentNamespace: here, kubeconfig },
        }),
      });
      return {
        ...factory,
        async forRun(name) {
          const made = await factory.forRun(name);
          const { kubernetes } = made;
          if (kubernetes === undefined) return made;
          return { ...made, kubernetes: noting(kubernetes, written) };
        },
      };
    };
    function harness(): Harness {
      const remediation = registered.find((one) => one.id === id) as Remediation;
      return createHarness(database.store(), {
        logger,
        real: { remediation, targets: targets(), probes: runner },
      });
    }
    async function approved(h: Harness): Promise<RemediationRow> {
      const row = await h.approved({});
      return (await h.service.approve(h.input(row.id, 'UBOSS'))).remediation;
    }
    const run = (h: Harness, row: string, more: Partial<ExecutorDeps> = {}, worker = 'worker-1') =>
      h.execute(row, worker, { ...faster, ...more });
    const killedAt = (h: Harness, row: string, point: string, time: number) =>
      killedWorker(database, row, (worker, more) => run(h, row, more, worker), point, time);
    async function undone(h: Harness, row: string): Promise<string> {
      const { remediation } = await h.service.undo(h.input(row, 'UREQ', { reason: 'back' }));
      await h.service.approve(h.input(remediation.id, 'ULEAD'));
      await h.service.approve(h.input(remediation.id, 'UBOSS'));
      await run(h, remediation.id);
      return (await h.row(remediation.id)).state;
    }
    const stored = async (path: string) => (await cluster.seed.get(path)) as Stored;
    const there = (path: string) =>
      stored(path).then(
        () => true,
        () => false,
      );
    const tokenAt = async (path: string) =>
      Buffer.from((await stored(path)).data?.token ?? '', 'base64').toString();
    const generation = async () => (await stored(daemon)).metadata.generation ?? 0;
    const findings = async (): Promise<readonly Finding[]> => {
      const made = await targets().forRun('prod');
      const [outcome] = await runner.run([{ probe: 'runtime.auth-token' }], {
        ...{ targets: made, signal: new AbortController().signal, answer: 'a' },
      });
      return outcome?.findings ?? [];
    };
    const codes = async () => (await findings()).map(({ code }) => code);

    async function planted(
      agents: { readonly metadata?: object; readonly [field: string]: unknown } | null = {
        data: { token: inBase64(values.agents), other: 'eA==' },
      },
    ) {
      for (const path of [ofManager, ofAgents, keptPath])
        await cluster.seed.remove(path).catch(() => undefined);
      await cluster.seed.post(secretsIn(namespace), {
        metadata: { name: 'agent-auth-token' },
        data: { token: inBase64(values.manager) },
      });
      const metadata = { name: 'agent-auth-token', ...agents?.metadata };
      if (agents !== null)
        await cluster.seed.post(`${secretsIn(here)}?fieldManager=kubectl`, { ...agents, metadata });
      const running = async () => {
        const { status } = (await cluster.seed.get(daemon)) as {
          status: { numberAvailable?: number; desiredNumberScheduled?: number; observedGeneration?: number };
        };
        return [status.desiredNumberScheduled, status.numberAvailable, status.observedGeneration];
      };
      await expect.poll(running, { timeout: 30_000 }).toEqual([1, 1, await generation()]);
    }
    const rotate = (path: string, value = values.more) =>
      cluster.seed.merge(path, { data: { token: inBase64(value) } });

    it.each([
      ['R-K4', 1],
      ['R-K3', 2],
      ['R-K4', 2],
      ['R-K4', 3],
    ] as const)(
      'copies the token once though the worker dies at %s of step %i, and undo puts the former one back',
      killRounds,
      async (point, time) => {
        await planted();
        const before = await generation();
        expect(await codes()).toEqual(['AUTH_TOKENS_DIFFER']);
        const h = harness();
        const row = await approved(h);

        await killedAt(h, row.id, point, time);

        expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
        expect(await tokenAt(ofAgents)).toBe(values.manager);
        expect((await stored(ofAgents)).data?.other).toBe('eA==');
        expect(await generation()).toBe(before + 1);
        expect(written).toEqual(['create aetherius-kept-registration-token', 'patch agent-auth-token']);
        expect((await stored(keptPath)).data).toEqual({
          before: inBase64(values.agents),
          after: inBase64(values.manager),
        });
        expect(await codes()).toEqual([]);
        expect(await h.propose({})).toMatchObject({ kind: 'refused', reason: 'tokens-agree' });

        expect(await undone(h, row.id)).toBe('succeeded');

        expect(await tokenAt(ofAgents)).toBe(values.agents);
        expect((await stored(ofAgents)).metadata.annotations ?? {}).toEqual({});
        expect([await there(keptPath), await there(`${jobs}/aetherius-kept-${row.id}`)]).toEqual([
          false,
          false,
        ]);
        expect(await generation()).toBe(before + 2);
        expect(await codes()).toEqual(['AUTH_TOKENS_DIFFER']);
      },
    );

    it('makes the Secret that is missing, and undo deletes it again', async () => {
      await planted(null);
      expect(await findings()).toMatchObject([
        { code: 'AUTH_TOKEN_MISSING', facts: { missing: 'collect-agent' } },
      ]);
      const h = harness();
      const row = await approved(h);

      await killedAt(h, row.id, 'R-K4', 2);

      expect((await h.row(row.id)).state).toBe('succeeded');
      expect(await tokenAt(ofAgents)).toBe(values.manager);
      expect(written).toEqual(['create aetherius-kept-registration-token', 'create agent-auth-token']);
      expect(await undone(h, row.id)).toBe('succeeded');
      expect([await there(ofAgents), await there(keptPath)]).toEqual([false, false]);
    });

    it.each([
      ['agent-manager’s', ofManager],
      ['the agents’', ofAgents],
    ])('does nothing where %s Secret was changed since (R-P3)', async (_whose, path) => {
      await planted();
      const h = harness();
      const row = await approved(h);
      await rotate(path);

      await run(h, row.id);

      expect((await h.row(row.id)).state).toBe('stale');
      expect(await tokenAt(path)).toBe(values.more);
      expect(written).toEqual([]);
    });

    it('writes nothing where it is changed right before the step, and leaves nothing behind', async () => {
      await planted();
      const before = await generation();
      const h = harness();
      const row = await approved(h);
      let points = 0;
      const atKillPoint = async (at: string) => {
        if (at !== 'R-K3') return;
        points += 1;
        if (points === 2) await rotate(ofAgents);
      };

      await run(h, row.id, { atKillPoint });

      expect((await h.row(row.id)).state).toBe('rolled_back');
      expect(await tokenAt(ofAgents)).toBe(values.more);
      expect(await there(keptPath)).toBe(false);
      expect(await generation()).toBe(before);
    });

    it('is not undone over what somebody has set since, and keeps the value from before until then', async () => {
      await planted();
      const h = harness();
      const row = await approved(h);
      await run(h, row.id);
      await rotate(ofAgents);

      expect(await undone(h, row.id)).toBe('stale');
      expect(await tokenAt(ofAgents)).toBe(values.more);
      expect((await stored(keptPath)).data?.before).toBe(inBase64(values.agents));
    });

    it('has what it kept deleted by the cluster alone, and cannot be undone from then on', async () => {
      await planted();
      const h = harness();
      const row = await approved(h);
      await run(h, row.id);
      expect(await there(keptPath)).toBe(true);

      // Three hours later.
      await cluster.seed.merge(`${jobs}/aetherius-kept-${row.id}`, { spec: { activeDeadlineSeconds: 1 } });

      await expect.poll(() => there(keptPath), { timeout: 30_000 }).toBe(false);
      expect(await undone(h, row.id)).toBe('stale');
      expect(await tokenAt(ofAgents)).toBe(values.manager);
    });

    it('is refused for what is immutable, and says that Argo CD will put it back', async () => {
      await planted({ immutable: true, data: { token: inBase64(values.agents) } });
      expect(await harness().propose({})).toMatchObject({ reason: 'secret-immutable' });

      const tracking = `shop:/Secret:${here}/agent-auth-token`;
      await planted({
        metadata: { annotations: { 'argocd.argoproj.io/tracking-id': tracking } },
        data: { token: inBase64(values.agents) },
      });
      const { notes, patch } = (await harness().offered({})).plan;
      expect(notes).toContainEqual({ key: 'puts-back.argocd', facts: { name: 'shop' } });
      expect(notes).toContainEqual({ key: 'temporary-secret', facts: {} });
      expect(patch).toBeUndefined();
    });

    it('stops without a write where the right is taken away, and is not offered without it (R-P6)', async () => {
      await planted();
      const h = harness();
      const row = await approved(h);
      const bindings = `/apis/rbac.authorization.k8s.io/v1/namespaces/${here}/rolebindings`;
      const name = `aetherius-bot-credentials-agents-${namespace}`;
      const { roleRef, subjects } = (await cluster.seed.get(`${bindings}/${name}`)) as {
        roleRef: object;
        subjects: object;
      };
      await cluster.seed.remove(`${bindings}/${name}`);
      await expect
        .poll(() => harness().propose({}), { timeout: 10_000 })
        .toMatchObject({
          reason: 'missing-right',
          facts: {
            verb: 'patch',
            resource: 'secrets/agent-auth-token',
            allowedBy: 'agentFeatures.credentials',
          },
        });

      await run(h, row.id);

      expect((await h.row(row.id)).state).toBe('stale');
      expect(await tokenAt(ofAgents)).toBe(values.agents);
      expect(written).toEqual([]);
      await cluster.seed.post(bindings, { metadata: { name }, roleRef, subjects });
      await expect.poll(async () => (await harness().propose({})).kind, { timeout: 10_000 }).toBe('offered');
    });
  },
);
