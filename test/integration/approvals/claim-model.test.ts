/**
 * The model of a service in a claim, on a real node: Jobs that run the service's own image, admitted by the chart's policy
 * from the worker's own account, and a real HTTP server that they fetch it from.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { instance } from '../../../lab/components/instance.ts';
import { type Cluster, missing, startCluster, stopCluster } from '../../../lab/components/kubernetes.ts';
import { waitFor } from '../../../lab/components/process.ts';
import { imageOf } from '../../../lab/platform/platform.ts';
import { makeImages } from '../../../lab/runtimes/images.ts';
import type { Remediation } from '../../../src/domain/fix/remediation.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import { createTargetsFactory } from '../../../src/platform/targets/factory.ts';
import { probes } from '../../../src/probes/index.ts';
import type { ExecutorDeps } from '../../../src/services/fix/execute/executor-deps.ts';
import { createProbeRunner } from '../../../src/services/run/probe-runner.service.ts';
import { createHarness, type Harness } from '../../support/approvals.ts';
import { missingChart, renderChart } from '../../support/chart.ts';
import { killedWorker, killRounds } from '../../support/killed.ts';
import { silentLogger } from '../../support/logger.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { registered } from '../../support/remediation-fixtures.ts';
import { environment, scratch } from '../../support/targets.ts';

const lacking = missing() ?? missingChart();
const part = 'reasoning-service';
const namespace = 'aetherius';
const claim = 'models';
/** What a shell, Kubernetes or a path would take for more than a name. */
const name = `it's a "model" $(HOME) $$(reboot) \`x\`.joblib`;
const model = randomBytes(1_500_000).toString('base64');
const sha256 = createHash('sha256').update(model).digest('hex');

type Gives = (request: IncomingMessage, response: ServerResponse) => void;
const answersWith =
  (content: string, promised = content.length): Gives =>
  ({ method }, response) => {
    response.writeHead(200, { 'content-length': promised });
    response.end(method === 'HEAD' ? undefined : content);
  };
const whole = answersWith(model);
/** As a service does that loads its model once, at its start. */
const service = `
import hashlib, http.server, sys
try:
    loaded = hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest()
except OSError:
    loaded = "none"
class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        good = self.path.startswith("/health") or loaded == "${sha256}"
        body = b'{"status":"ok"}' if self.path.startswith("/health") else b'{"knowledge_graph":"used"}' if good else b'{"error":"cannot load the model"}'
        self.send_response(200 if good else 500)
        self.send_header("x-loaded", loaded)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_GET = do_POST = answer
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(("", 8082), Handler).serve_forever()
`;

describe.skipIf(lacking !== undefined)(
  `the model fetched into its claim${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    const postgres = usePostgres();
    const folder = scratch('claim-model');
    let database: TestDatabase;
    let cluster: Cluster;
    let server: Server;
    let address = '';
    let models = '';
    let kubeconfig = '';
    let gives: Gives = whole;
    let asked: string[] = [];
    const host = () => instance().kubernetes.HOST_IP ?? '';
    const url = () => `http://${host()}:${(server.address() as AddressInfo).port}/model.joblib`;

    async function kubectl(args: readonly string[], stdin?: string): Promise<string> {
      const result = await cluster.kubectl(args, stdin === undefined ? {} : { stdin });
      if (result.code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${result.stderr}`);
      return result.stdout;
    }
    const apply = (objects: readonly object[]) =>
      kubectl(['apply', '-f', '-'], objects.map((one) => stringify(one)).join('---\n'));
    const file = () => join(models, name);
    const hidden = () => readdirSync(models).filter((one) => one.startsWith('.'));
    const loaded = async () => (await fetch(`http://${address}:8082/health`)).headers.get('x-loaded');
    const generation = async () =>
      Number(
        await kubectl([
          'get',
          '-n',
          namespace,
          `deployment/${part}`,
          '-o',
          'jsonpath={.metadata.generation}',
        ]),
      );
    const jobs = async () =>
      (await kubectl(['get', 'jobs', '-n', namespace, '-o', 'jsonpath={.items[*].metadata.name}']))
        .split(' ')
        .filter((one) => one !== '');

    function platform(): readonly object[] {
      const metadata = { name: part, namespace, labels: { app: part } };
      const storage = { resources: { requests: { storage: '1Gi' } } };
      const spec = { accessModes: ['ReadWriteOnce'], storageClassName: 'lab' };
      return [
        {
          ...{ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'models' } },
          spec: {
            ...{ ...spec, capacity: { storage: '1Gi' }, claimRef: { namespace, name: claim } },
            hostPath: { path: models },
          },
        },
        {
          ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: claim, namespace } },
          spec: { ...spec, ...storage },
        },
        {
          ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `${part}-config`, namespace } },
          data: { 'config.yaml': stringify({ model: { path: `/app/models/${name}` } }) },
        },
        {
          ...{ apiVersion: 'v1', kind: 'Service', metadata },
          spec: { selector: { app: part }, ports: [{ port: 8082 }] },
        },
        {
          ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata },
          spec: {
            ...{ replicas: 1, strategy: { type: 'Recreate' }, selector: { matchLabels: { app: part } } },
            template: {
              metadata: { labels: { app: part } },
              spec: {
                terminationGracePeriodSeconds: 0,
                // As who the file is written: not the owner of anything else on the node.
                securityContext: { runAsUser: 4711, runAsGroup: 4711, fsGroup: 4711 },
                containers: [
                  {
                    ...{ name: part, image: imageOf(part, 'tools'), imagePullPolicy: 'IfNotPresent' },
                    command: ['/usr/bin/python3', '-c', service],
                    args: [`/app/models/${name.replaceAll('$', '$$$$')}`],
                    readinessProbe: { httpGet: { path: '/health', port: 8082 }, periodSeconds: 1 },
                    volumeMounts: [
                      { name: 'models', mountPath: '/app/models' },
                      { name: 'config', mountPath: '/etc/aetherius' },
                    ],
                  },
                ],
                volumes: [
                  { name: 'models', persistentVolumeClaim: { claimName: claim } },
                  { name: 'config', configMap: { name: `${part}-config` } },
                ],
              },
            },
          },
        },
      ];
    }
    /** The worker's own account, with the rights and the policy of the chart and nothing beside them. */
    async function account(): Promise<void> {
      const manifests = renderChart({
        features: { health: true, diagnosis: true, exec: true, restart: true, models: true },
        models: { claim, image: imageOf(part, 'tools').replace(/:[^:/]*$/, '') },
        environment: 'prod',
        config: { environments: { prod: { model: { url: url(), sha256 } } } },
      });
      const kinds =
        /^(ServiceAccount|Role|RoleBinding|ValidatingAdmissionPolicy|ValidatingAdmissionPolicyBinding)$/;
      await apply(
        manifests
          .filter(({ kind }) => kinds.test(kind))
          .map((one) =>
            one.kind === 'ServiceAccount' ? { ...one, metadata: { ...one.metadata, namespace: 'ops' } } : one,
          ),
      );
      const token = (await kubectl(['create', 'token', 'bots-worker', '-n', 'ops', '--duration=2h'])).trim();
      const admin = parse(readFileSync(cluster.kubeconfig, 'utf8')) as {
        users: { name: string; user: object }[];
      };
      kubeconfig = join(folder.dir, 'kubeconfig');
      const users = admin.users.map((one) => ({ ...one, user: { token } }));
      writeFileSync(kubeconfig, stringify({ ...admin, users }), { mode: 0o600 });
    }

    beforeAll(async () => {
      const [made, up, images] = await Promise.all([
        postgres.migrated(),
        startCluster(),
        makeImages(() => undefined),
      ]);
      database = made;
      cluster = up;
      models = join(instance().kubernetes.STATE ?? '', 'claim-model');
      mkdirSync(models, { recursive: true, mode: 0o777 });
      const own = images.find((one) => one.name === imageOf(part, 'tools'));
      server = createServer((request, response) => {
        asked.push(request.method ?? '');
        gives(request, response);
      });
      await Promise.all([
        cluster.load(own?.tar ?? ''),
        new Promise<void>((resolve) => {
          server.listen(0, host(), resolve);
        }),
        apply(
          ['aetherius', 'ops'].map((one) => ({
            apiVersion: 'v1',
            kind: 'Namespace',
            metadata: { name: one },
          })),
        ),
      ]);
      await Promise.all([account(), reset().then(() => apply(platform()))]);
      await rolledOut();
      address = (
        await kubectl(['get', '-n', namespace, `service/${part}`, '-o', 'jsonpath={.spec.clusterIP}'])
      ).trim();
    }, 180_000);
    afterAll(async () => {
      server?.closeAllConnections();
      server?.close();
      await stopCluster();
      folder.remove();
    });
    async function reset(content: string | undefined = 'broken'): Promise<void> {
      for (const one of readdirSync(models)) rmSync(join(models, one), { recursive: true });
      const owner = ['chown', '-R', '4711:4711', models];
      if (content !== undefined) writeFileSync(file(), content, { mode: 0o640 });
      await cluster.node(owner);
      gives = whole;
      asked = [];
    }
    /** An undo ends once the controller acts upon it, and its Pods may still come. */
    const rolledOut = () =>
      kubectl(['rollout', 'status', '-n', namespace, `deployment/${part}`, '--timeout=60s']);
    // The same fix of the same target more than twice an hour is refused (R-X9).
    beforeEach(async () => {
      await rolledOut();
      await reset();
      await database.sql("UPDATE remediations SET approved_at = approved_at - interval '2 hours'");
    });

    const harness = (named: { readonly url?: string; readonly sha256?: string } | null = {}): Harness => {
      const targets = createTargetsFactory({
        prod: environment({
          runtime: { kind: 'kubernetes', namespace, agentNamespace: 'kube-system', kubeconfig },
          services: { [part]: { url: `http://${address}:8082` } } as never,
          ...(named === null ? {} : { model: { url: url(), sha256, ...named } }),
        }),
      });
      const remediation = registered.find(({ id }) => id === 'kubernetes.fetch-model') as Remediation;
      const real = {
        ...{ remediation, targets },
        probes: createProbeRunner({ probes, clock: systemClock, logger: silentLogger }),
      };
      return createHarness(database.store(), { real });
    };
    /** Looked at more often than every half second, and not for as long as a plan wants. */
    const quick = {
      stableAtMostMs: 200,
      clock: {
        ...systemClock,
        sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(Math.min(ms, 200), signal),
      },
    } satisfies Partial<ExecutorDeps>;
    const run = (h: Harness, id: string, more: Partial<ExecutorDeps> = {}, worker = 'worker-1') =>
      h.execute(id, worker, { ...quick, ...more });
    /** A model is code, so two people approve it. */
    const approved = async (h: Harness) => {
      const { id } = await h.approved({});
      return (await h.service.approve(h.input(id, 'UBOSS'))).remediation;
    };
    const undone = async (h: Harness, id: string) => {
      const { remediation } = await h.service.undo(h.input(id, 'UREQ'));
      for (const who of ['ULEAD', 'UBOSS']) await h.service.approve(h.input(remediation.id, who));
      await run(h, remediation.id);
      return h.row(remediation.id);
    };
    const gets = () => asked.filter((method) => method === 'GET').length;

    it('is fetched once, loaded and asked for an analysis, and undo brings the old file back', async () => {
      const h = harness();
      const before = await generation();
      const row = await approved(h);
      await run(h, row.id);

      expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
      expect(readFileSync(file(), 'utf8')).toBe(model);
      expect(statSync(file())).toMatchObject({ uid: 4711, gid: 4711, mode: 0o100_640 });
      expect(await loaded()).toBe(sha256);
      expect(await generation()).toBe(before + 1);
      expect(gets()).toBe(1);
      expect(hidden()).toEqual([`.${name}.aetherius-${row.id}.before`]);
      expect(row.plan).toMatchObject({ tier: 3, raised: { key: 'model-is-code' } });
      expect(row.plan.steps[0]).toMatchObject({ from: { bytes: 6 }, to: { bytes: model.length } });

      expect(await undone(h, row.id)).toMatchObject({ state: 'succeeded' });
      expect(readFileSync(file(), 'utf8')).toBe('broken');
      expect(hidden()).toEqual([]);
      await rolledOut();
      await waitFor(async () => (await loaded()) !== sha256, { seconds: 20, what: 'the old file loaded' });
      expect(await jobs()).toEqual([`aetherius-model-${row.id}`, `aetherius-model-${row.id}-undo`]);
    });

    it.each(['R-K3', 'R-K4'])(
      'R-X5: is fetched where there was no file, once though the worker dies at %s, and then there is no undo',
      killRounds,
      async (point) => {
        rmSync(file());
        const h = harness();
        const row = await approved(h);
        await killedWorker(database, row.id, (worker, more) => run(h, row.id, more, worker), point);

        expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
        expect(row.plan.undo).toBeUndefined();
        expect(statSync(file()).size).toBe(model.length);
        expect(gets()).toBe(1);
        expect(hidden()).toEqual([]);
      },
    );

    /** A piece, and the rest once somebody lets it go on. */
    function halting(): { readonly goOn: () => void } {
      let goOn: () => void = () => undefined;
      const gone = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      gives = (request, response) => {
        if (request.method === 'HEAD') return whole(request, response);
        response.writeHead(200, { 'content-length': model.length });
        response.write(model.slice(0, 1_000_000));
        void gone.then(() => response.end(model.slice(1_000_000)));
      };
      return { goOn };
    }

    it('R-X5: is gone on with by another worker where one dies in the middle, and is still one Job', async () => {
      const { goOn } = halting();
      const h = harness();
      const row = await approved(h);
      let seen: string[] = [];
      const atKillPoint = async (at: string) => {
        if (at !== 'R-K4-batch' || hidden().length === 0) return;
        seen = hidden();
        throw new Error('killed');
      };
      await run(h, row.id, { atKillPoint }).catch(() => undefined);
      expect(seen).toEqual([`.${name}.aetherius-${row.id}.part`]);
      expect(readFileSync(file(), 'utf8')).toBe('broken');
      await database.sql("UPDATE remediations SET lease_until = now() - interval '1 second' WHERE id = $1", [
        row.id,
      ]);
      goOn();
      await run(h, row.id, {}, 'worker-2');

      expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
      expect(gets()).toBe(1);
      expect(hidden()).toEqual([`.${name}.aetherius-${row.id}.before`]);
    });

    it('R-X16: is stopped by people in the middle of the fetch, and nothing of it is left', async () => {
      halting();
      const h = harness();
      const before = await generation();
      const row = await approved(h);
      const atKillPoint = async (at: string) => {
        if (at === 'R-K4-batch' && hidden().length > 0) await h.service.stop(h.input(row.id, 'UREQ'));
      };
      await run(h, row.id, { atKillPoint });

      expect(await h.row(row.id)).toMatchObject({ state: 'failed', outcome: { reason: 'stopped-whole' } });
      expect(readFileSync(file(), 'utf8')).toBe('broken');
      expect(hidden()).toEqual([]);
      expect(await generation()).toBe(before);
      expect(await jobs()).not.toContain(`aetherius-model-${row.id}`);
    });

    it('R-P3: leaves what another hand puts there while it is fetched', async () => {
      const { goOn } = halting();
      const h = harness();
      const row = await approved(h);
      const atKillPoint = async (at: string) => {
        if (at !== 'R-K4-batch' || hidden().length === 0) return;
        writeFileSync(file(), 'theirs');
        goOn();
      };
      await run(h, row.id, { atKillPoint });

      expect((await h.row(row.id)).state).toBe('stale');
      expect(readFileSync(file(), 'utf8')).toBe('theirs');
      expect(hidden()).toEqual([]);
    });

    it.each<readonly [string, Gives, string]>([
      ['another content', answersWith('y'.repeat(model.length)), 'model-other-checksum'],
      [
        'a way to another host',
        (_request, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
        'model-redirected',
      ],
      ['more than before', answersWith(`${model}more`), 'model-other-size'],
    ])(
      'ends as failed, with the old file untouched, where the address gives %s',
      async (_what, other, reason) => {
        const h = harness();
        const before = await generation();
        const row = await approved(h);
        gives = (request, response) => (request.method === 'HEAD' ? whole : other)(request, response);
        await run(h, row.id);

        expect(await h.row(row.id)).toMatchObject({ state: 'failed', outcome: { reason } });
        expect(readFileSync(file(), 'utf8')).toBe('broken');
        expect(hidden()).toEqual([]);
        expect(await generation()).toBe(before);
      },
    );

    it('is not offered without the name, for the right file, or for another file than the policy names', async () => {
      expect(await harness(null).propose({})).toMatchObject({ reason: 'model-not-named' });
      expect(await harness({ sha256: 'ab12'.repeat(16) }).propose({})).toMatchObject({
        reason: 'missing-right',
        facts: { allowedBy: 'features.models' },
      });
      await reset(model);
      expect(await harness().propose({})).toMatchObject({ reason: 'model-there-already' });
    });

    it('does nothing once the right to it is taken away', async () => {
      const h = harness();
      const row = await approved(h);
      const role = await kubectl(['get', 'role', '-n', namespace, 'bots-models', '-o', 'json']);
      await kubectl(['delete', 'role', '-n', namespace, 'bots-models']);
      try {
        await waitFor(async () => (await harness().propose({})).kind === 'refused', {
          seconds: 20,
          what: 'the right to be gone',
          every: 200,
        });
        await run(h, row.id);
      } finally {
        const { metadata: _, ...rest } = JSON.parse(role) as { metadata: object };
        await apply([{ ...rest, metadata: { name: 'bots-models', namespace } }]);
      }

      expect((await h.row(row.id)).state).not.toBe('succeeded');
      expect(readFileSync(file(), 'utf8')).toBe('broken');
      expect(gets()).toBe(0);
    });
  },
);
