/**
 * The fix that gives Neo4j a new password, on a real API server with the real controllers and a real Neo4j: approved by
 * two, carried out once, proved by a client that logs in with its own Secret, undone.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import neo4j from 'neo4j-driver';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { missing, type Neo4jServer, startNeo4j } from '../../../lab/components/neo4j.ts';
import type { Remediation } from '../../../src/domain/fix/remediation.ts';
import type { RemediationRow } from '../../../src/domain/fix/rows.ts';
import type { TargetsFactory } from '../../../src/domain/probe/targets/targets.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import { createTargetsFactory } from '../../../src/platform/targets/factory.ts';
import { probes } from '../../../src/probes/index.ts';
import type { ExecutorDeps } from '../../../src/services/fix/execute/executor-deps.ts';
import { createProbeRunner } from '../../../src/services/run/probe-runner.service.ts';
import { createHarness, type Harness } from '../../support/approvals.ts';
import { killedWorker, killRounds } from '../../support/killed.ts';
import { type Cluster, missingCluster, startCluster } from '../../support/kube-cluster.ts';
import { asText, inBase64 } from '../../support/kube-objects.ts';
import { grantRights } from '../../support/kube-rights.ts';
import { type SimulatedKubelet, startKubelet } from '../../support/kubelet-logs.ts';
import { createMemoryLogger } from '../../support/logger.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { registered } from '../../support/remediation-fixtures.ts';
import { environment, literal, scratch } from '../../support/targets.ts';
import { allRows, noting, wholeLog } from '../../support/traces.ts';

const lacking = missingCluster() ?? missing();
const namespace = 'aetherius';
const id = 'kubernetes.reset-neo4j-password';
const values = {
  valid: 'graph-valid-77c1',
  outdated: 'graph-outdated-0b5e',
  more: 'graph-by-hand-e21a',
  watcher: 'watcher-41d0',
};
const secrets = `/api/v1/namespaces/${namespace}/secrets`;
const secret = `${secrets}/neo4j-credentials`;
const keptPath = `${secrets}/aetherius-kept-neo4j-password`;
const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
const deployment = `/apis/apps/v1/namespaces/${namespace}/deployments/reasoning-service`;
const pods = `/api/v1/namespaces/${namespace}/pods`;

interface Stored {
  readonly metadata: {
    readonly name: string;
    readonly generation?: number;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly status?: {
    readonly phase?: string;
    readonly availableReplicas?: number;
    readonly observedGeneration?: number;
  };
  readonly data?: Readonly<Record<string, string>>;
}

describe.skipIf(lacking !== undefined)(
  `a new password for Neo4j${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    const postgres = usePostgres();
    const folder = scratch('graph-password');
    const logger = createMemoryLogger();
    let database: TestDatabase;
    let cluster: Cluster;
    let graph: Neo4jServer;
    let kubelet: SimulatedKubelet;
    let kubeconfig = '';
    /** What each Pod of the service says, once it has tried to log in with what its Secret had when it started. */
    const said = new Map<string, string>();
    /** What was written to Secrets and to Neo4j, in the order it was. */
    const written: string[] = [];
    /** Every password that was ever drawn: none of them may be seen outside of the cluster. */
    const drawn = new Set<string>();

    async function asUser<T>(
      password: string,
      work: (driver: neo4j.Driver) => Promise<T>,
      user = 'neo4j',
    ): Promise<T> {
      const driver = neo4j.driver(graph.url, neo4j.auth.basic(user, password), {
        userAgent: 'neo4j-python/5',
      });
      try {
        return await work(driver);
      } finally {
        await driver.close();
      }
    }
    const taken = (password: string) =>
      asUser(password, (driver) => driver.getServerInfo({ database: 'system' })).then(
        () => true,
        () => false,
      );
    const changed = (from: string, to: string) =>
      asUser(from, (driver) =>
        driver.executeQuery(
          'ALTER CURRENT USER SET PASSWORD FROM $from TO $to',
          { from, to },
          { database: 'system' },
        ),
      );

    /** Each new Pod of the service logs in with what its variable has now, and says how that went. */
    async function logIn(): Promise<void> {
      const { items } = (await cluster.seed.get(pods)) as { readonly items: readonly Stored[] };
      for (const { metadata, status } of items) {
        if (metadata.labels?.app !== 'reasoning-service' || said.has(metadata.name)) continue;
        if (status?.phase !== 'Running' || metadata.deletionTimestamp !== undefined) continue;
        const time = new Date().toISOString();
        const refused = await asUser(await keyOf('password'), (driver) => driver.getServerInfo()).then(
          () => '',
          (error: Error) =>
            `${JSON.stringify({ time, level: 'error', msg: 'Neo4j connection failed', error: `AuthError: ${error.message}` })}\n`,
        );
        said.set(metadata.name, `${JSON.stringify({ time, level: 'info', msg: 'started' })}\n${refused}`);
      }
    }

    const template = (name: string, env: readonly object[], more: object = {}) => ({
      metadata: { name },
      spec: {
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name } },
          spec: { containers: [{ name: 'main', image: `${name}:1`, env }], ...more },
        },
        replicas: 1,
      },
    });
    const fromSecret = (name: string, key: string) => ({
      name,
      valueFrom: { secretKeyRef: { name: 'neo4j-credentials', key } },
    });

    beforeAll(async () => {
      database = await postgres.migrated();
      graph = await startNeo4j({ dir: join(folder.dir, 'neo4j'), password: values.valid });
      await asUser(values.valid, (driver) =>
        driver.executeQuery(
          'CREATE USER watcher SET PASSWORD $password CHANGE NOT REQUIRED',
          { password: values.watcher },
          { database: 'system' },
        ),
      );
      cluster = await startCluster(folder.dir, namespace);
      kubelet = await startKubelet(cluster.seed, join(folder.dir, 'kube', 'pki'), (pod) => {
        const text = said.get(pod);
        return text === undefined ? undefined : Buffer.from(text);
      });
      kubeconfig = await cluster.api.userKubeconfig('worker');
      await grantRights(cluster.seed, 'worker', namespace);
      await planted(false);
      await cluster.seed.post(
        `/apis/apps/v1/namespaces/${namespace}/deployments`,
        template(
          'reasoning-service',
          [{ name: 'NEO4J_USER', value: 'neo4j' }, fromSecret('NEO4J_PASSWORD', 'password')],
          {
            nodeName: kubelet.node,
          },
        ),
      );
      await cluster.seed.post(
        `/apis/apps/v1/namespaces/${namespace}/statefulsets`,
        template('neo4j', [fromSecret('NEO4J_AUTH', 'auth')]),
      );
      cluster.everySooften(logIn);
    }, 180_000);
    afterAll(async () => {
      await kubelet?.stop();
      await cluster?.stop();
      await graph?.stop();
      folder.remove();
    });
    // At most one fix of the highest tier within a while, and the same one twice an hour (R-X9).
    beforeEach(async () => {
      written.length = 0;
      await database.sql("UPDATE remediations SET approved_at = approved_at - interval '2 hours'");
    });
    /** R-L7: whatever happened in a test, no password has got into the database, the log or the logs of Neo4j. */
    afterEach(async () => {
      const rows = await allRows(database);
      const log = wholeLog(logger.lines);
      const logs = readdirSync(join(folder.dir, 'neo4j', 'logs')).map((file) =>
        readFileSync(join(folder.dir, 'neo4j', 'logs', file), 'utf8'),
      );
      expect(rows.length).toBeGreaterThan(5);
      for (const value of [...Object.values(values), ...drawn])
        for (const form of [value, inBase64(value), inBase64(`neo4j/${value}`)]) {
          expect(rows.filter((row) => row.includes(form))).toEqual([]);
          expect(log).not.toContain(form);
          expect(logs.join('\n')).not.toContain(form);
        }
    });

    /** Time runs ten times as fast for the executor. */
    const clock: ExecutorDeps['clock'] = {
      ...systemClock,
      sleep: (ms, signal) => systemClock.sleep(ms / 10, signal),
    };
    const faster: Partial<ExecutorDeps> = { monotonic: () => performance.now() * 10, clock };
    const runner = createProbeRunner({ probes, clock, logger });
    const targets = (
      own = { user: 'watcher', password: values.watcher },
      url = graph.url,
    ): TargetsFactory => {
      const factory = createTargetsFactory({
        prod: environment({
          runtime: { kind: 'kubernetes', namespace, agentNamespace: 'kube-system', kubeconfig },
          neo4j: { url: literal(url), user: own.user, password: literal(own.password) },
        }),
      });
      return {
        ...factory,
        async forRun(name) {
          const made = await factory.forRun(name);
          const { kubernetes, neo4j } = made;
          if (kubernetes === undefined || neo4j === undefined) return made;
          return {
            ...made,
            neo4j: {
              ...neo4j,
              drawPassword: async () => {
                const password = await neo4j.drawPassword();
                drawn.add(password);
                return password;
              },
              changePassword: (...of) => {
                written.push('set password');
                return neo4j.changePassword(...of);
              },
            },
            kubernetes: noting(kubernetes, written),
          };
        },
      };
    };
    function harness(...of: Parameters<typeof targets>): Harness {
      const remediation = registered.find((one) => one.id === id) as Remediation;
      return createHarness(database.store(), {
        logger,
        real: { remediation, targets: targets(...of), probes: runner },
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
    const keyOf = async (key: string) => asText((await stored(secret)).data?.[key] ?? '');
    const generation = async () => (await stored(deployment)).metadata.generation ?? 0;
    const codes = async () => {
      const [outcome] = await runner.run([{ probe: 'runtime.graph-log' }], {
        ...{ targets: await targets().forRun('prod'), signal: new AbortController().signal, answer: 'a' },
      });
      return outcome?.findings.map(({ code }) => code) ?? [];
    };

    /** Neo4j has the one password, reasoning-service's key another; its Pods are new, and have said so. */
    async function planted(restarted = true): Promise<void> {
      for (const password of [values.more, ...drawn])
        if (await taken(password)) await changed(password, values.valid);
      for (const path of [secret, keptPath]) await cluster.seed.remove(path).catch(() => undefined);
      await cluster.seed.post(secrets, {
        metadata: { name: 'neo4j-credentials' },
        data: { password: inBase64(values.outdated), auth: inBase64(`neo4j/${values.valid}`), other: 'eA==' },
      });
      if (!restarted) return;
      await cluster.seed.merge(deployment, {
        spec: { template: { metadata: { annotations: { planted: String(performance.now()) } } } },
      });
      const running = async () => {
        const { status, metadata } = await stored(deployment);
        return [status?.availableReplicas, status?.observedGeneration === metadata.generation, await codes()];
      };
      await expect.poll(running, { timeout: 30_000 }).toEqual([1, true, ['GRAPH_CREDENTIALS_REFUSED']]);
    }

    it.each([
      ['R-K4', 1],
      ['R-K3', 2],
      ['R-K4', 2],
      ['R-K4', 3],
      ['R-K3', 5],
    ] as const)(
      'is set once though the worker dies at %s of step %i, and undo sets the former one again',
      killRounds,
      async (point, time) => {
        await planted();
        const before = await generation();
        const h = harness();
        const row = await approved(h);

        await killedAt(h, row.id, point, time);

        expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
        const password = await keyOf('password');
        expect([...drawn].at(-1)).toBe(password);
        expect([await taken(password), await taken(values.valid)]).toEqual([true, false]);
        expect([await keyOf('auth'), await keyOf('other')]).toEqual([`neo4j/${password}`, 'x']);
        expect(await generation()).toBe(before + 1);
        expect(written).toEqual([
          'create aetherius-kept-neo4j-password',
          'set password',
          ...['patch neo4j-credentials', 'patch neo4j-credentials'],
        ]);
        expect(await codes()).toEqual([]);
        expect(await h.propose({})).toMatchObject({ kind: 'refused', reason: 'neo4j-password-accepted' });

        expect(await undone(h, row.id)).toBe('succeeded');

        expect([await taken(password), await taken(values.valid)]).toEqual([false, true]);
        expect([await keyOf('password'), await keyOf('auth')]).toEqual([
          values.outdated,
          `neo4j/${values.valid}`,
        ]);
        expect((await stored(secret)).metadata.annotations ?? {}).toEqual({});
        expect([await there(keptPath), await there(`${jobs}/aetherius-kept-${row.id}`)]).toEqual([
          false,
          false,
        ]);
        expect(await generation()).toBe(before + 2);
        await expect.poll(codes, { timeout: 10_000 }).toEqual(['GRAPH_CREDENTIALS_REFUSED']);
      },
    );

    it('is not offered where the bot would shut itself out, and is with a user of its own', async () => {
      await planted();
      const own = { user: 'neo4j', password: values.valid };
      expect(await harness(own).propose({})).toMatchObject({ reason: 'neo4j-own-login' });
      expect(await harness().propose({})).toMatchObject({ kind: 'offered' });
    });

    it('names the Secret that it may not read (R-P6)', async () => {
      await planted();
      const set = `/apis/apps/v1/namespaces/${namespace}/statefulsets/neo4j`;
      const asked = (secretKeyRef: object) =>
        cluster.seed.merge(set, {
          spec: {
            template: {
              spec: {
                containers: [
                  {
                    name: 'main',
                    image: 'neo4j:1',
                    env: [{ name: 'NEO4J_AUTH', valueFrom: { secretKeyRef } }],
                  },
                ],
              },
            },
          },
        });
      await asked({ name: 'not-ours', key: 'auth' });
      try {
        expect(await harness().propose({})).toMatchObject({
          reason: 'missing-right',
          facts: { verb: 'get', resource: 'secrets/not-ours', allowedBy: 'features.credentials' },
        });
      } finally {
        await asked({ name: 'neo4j-credentials', key: 'auth' });
      }
    });

    it('is text only where no Secret has a valid password', async () => {
      await planted();
      await changed(values.valid, values.more);

      expect(await harness().propose({})).toMatchObject({
        kind: 'refused',
        reason: 'neo4j-password-unknown',
      });
    });

    it.each<readonly [string, () => Promise<unknown>]>([
      ['the Secret', () => cluster.seed.merge(secret, { data: { other: 'eQ==' } })],
      ['the password in Neo4j', () => changed(values.valid, values.more)],
    ])('does nothing where %s was changed since (R-P3)', async (_what, change) => {
      await planted();
      const h = harness();
      const row = await approved(h);
      await change();

      await run(h, row.id);

      expect((await h.row(row.id)).state).toBe('stale');
      expect(written).toEqual([]);
      expect(await keyOf('password')).toBe(values.outdated);
    });

    it.each<readonly [string, number, () => Promise<unknown>, string]>([
      [
        'the Secret before Neo4j has it',
        2,
        () => cluster.seed.merge(secret, { data: { password: inBase64(values.more) } }),
        values.more,
      ],
      [
        'the Secret before it is written',
        3,
        () => cluster.seed.merge(secret, { data: { password: inBase64(values.more) } }),
        values.more,
      ],
    ])('takes back all where somebody changes %s', async (_what, time, change, left) => {
      await planted();
      const before = await generation();
      const h = harness();
      const row = await approved(h);
      let points = 0;
      const atKillPoint = async (at: string) => {
        if (at !== 'R-K3') return;
        points += 1;
        if (points === time) await change();
      };

      await run(h, row.id, { atKillPoint });

      expect(await taken(values.valid)).toBe(true);
      expect([await keyOf('password'), await keyOf('auth')]).toEqual([left, `neo4j/${values.valid}`]);
      expect(await generation()).toBe(before);
      // What somebody has set is not ours, and stays.
      expect((await h.row(row.id)).state).toBe('rolled_back');
      expect(await there(keptPath)).toBe(false);
    });

    it('keeps both passwords where somebody has set a third one, and writes no Secret', async () => {
      await planted();
      const h = harness();
      const row = await approved(h);
      let points = 0;
      const atKillPoint = async (at: string) => {
        if (at !== 'R-K3') return;
        points += 1;
        if (points === 2) await changed(values.valid, values.more);
      };

      await run(h, row.id, { atKillPoint });

      expect((await h.row(row.id)).state).toBe('rollback_failed');
      expect(await taken(values.more)).toBe(true);
      expect(written).toEqual(['create aetherius-kept-neo4j-password']);
      expect(await keyOf('password')).toBe(values.outdated);
      expect(await there(keptPath)).toBe(true);
    });

    it('loses nothing where Neo4j hangs while it is told: whoever goes on later asks it again', async () => {
      await planted();
      const h = harness();
      const row = await approved(h);
      let points = 0;
      const atKillPoint = (at: string) => {
        if (at === 'R-K3') points += 1;
        if (at === 'R-K3' && points === 2) graph.pause();
        return Promise.resolve();
      };
      try {
        await run(h, row.id, { atKillPoint });
      } finally {
        graph.resume();
      }

      expect((await h.row(row.id)).state).toBe('indeterminate');
      const { before = '', after = '' } = (await stored(keptPath)).data ?? {};
      expect((JSON.parse(asText(before)) as { password: string }).password).toBe(values.valid);
      expect([...drawn].at(-1)).toBe(asText(after));

      await expect.poll(() => taken(values.valid), { timeout: 20_000 }).toBe(true);
      await run(h, row.id, {}, 'worker-2');

      // It has certainly not happened; what is kept, the cluster ends, or the next fix takes its place.
      expect((await h.row(row.id)).state).toBe('failed');
      expect([await taken(values.valid), await keyOf('password')]).toEqual([true, values.outdated]);
      expect(await harness().propose({})).toMatchObject({ kind: 'offered' });
    });

    it('changes nothing where Neo4j dies before it is told, and keeps both passwords', async () => {
      await planted();
      const h = harness();
      const row = await approved(h);
      let points = 0;
      const atKillPoint = async (at: string) => {
        if (at === 'R-K3') points += 1;
        if (at === 'R-K3' && points === 2) await graph.kill();
      };
      await run(h, row.id, { atKillPoint });
      const { state } = await h.row(row.id);
      expect([state, await there(keptPath)]).toEqual(['rollback_failed', true]);

      graph = await startNeo4j({ dir: join(folder.dir, 'neo4j'), port: graph.port });
      expect([await taken(values.valid), await keyOf('password')]).toEqual([true, values.outdated]);
    });

    it('is not undone over what somebody has set since, and keeps the former password until then', async () => {
      await planted();
      const h = harness();
      const row = await approved(h);
      await run(h, row.id);
      expect((await h.row(row.id)).state).toBe('succeeded');
      await changed(await keyOf('password'), values.more);

      expect(await undone(h, row.id)).toBe('stale');
      expect(await taken(values.more)).toBe(true);
      expect(await there(keptPath)).toBe(true);
    });

    it('has what it kept deleted by the cluster alone, and cannot be undone from then on', async () => {
      await planted();
      const h = harness();
      const row = await approved(h);
      await run(h, row.id);
      const password = await keyOf('password');
      expect(await there(keptPath)).toBe(true);

      // Three hours later.
      await cluster.seed.merge(`${jobs}/aetherius-kept-${row.id}`, { spec: { activeDeadlineSeconds: 1 } });

      await expect.poll(() => there(keptPath), { timeout: 30_000 }).toBe(false);
      expect(await undone(h, row.id)).toBe('stale');
      expect(await taken(password)).toBe(true);
      expect(await keyOf('password')).toBe(password);
    });

    it('stops without a write where the right is taken away, and is not offered without it (R-P6)', async () => {
      await planted();
      const h = harness();
      const row = await approved(h);
      const bindings = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`;
      const name = `aetherius-bot-credentials-${namespace}`;
      const { roleRef, subjects } = (await cluster.seed.get(`${bindings}/${name}`)) as {
        roleRef: object;
        subjects: object;
      };
      await cluster.seed.remove(`${bindings}/${name}`);
      await expect
        .poll(() => harness().propose({}), { timeout: 10_000 })
        .toMatchObject({
          reason: 'missing-right',
          facts: { verb: 'patch', resource: 'secrets/neo4j-credentials', allowedBy: 'features.credentials' },
        });

      await run(h, row.id);

      expect((await h.row(row.id)).state).toBe('stale');
      expect([written, await taken(values.valid)]).toEqual([[], true]);
      await cluster.seed.post(bindings, { metadata: { name }, roleRef, subjects });
      await expect.poll(async () => (await harness().propose({})).kind, { timeout: 10_000 }).toBe('offered');
    });
  },
);
