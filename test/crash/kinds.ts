/** One remediation of each kind of target, on a real one, which counts the effects by its own means. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { connect, StringCodec } from 'nats';
import { cacheDir } from '../../lab/components/cache.ts';
import { dockerEngine, dockerRunning, startDocker, stopDocker } from '../../lab/components/docker.ts';
import { startNats } from '../../lab/components/nats.ts';
import { query, startPostgres } from '../../lab/components/postgres.ts';
import { must, waitFor } from '../../lab/components/process.ts';
import { kubeAudit } from '../support/kube-audit.ts';
import { startCluster } from '../support/kube-cluster.ts';
import type { Effects } from './lane.ts';

/** Where a worker finds the targets; what is absent is not there. */
export interface Places {
  readonly redis: string;
  readonly postgres: string;
  readonly nats?: { readonly url: string; readonly monitorUrl: string };
  readonly kubernetes?: { readonly kubeconfig: string; readonly namespace: string };
  readonly compose?: { readonly socket: string; readonly project: string };
}

export const kindActions = ['connections', 'stream', 'resources', 'limits'] as const;
export type KindAction = (typeof kindActions)[number];

/** What is changed, and what of the target counts it. */
export const kindsSaid: Readonly<Record<KindAction, string>> = {
  connections: 'the change of `max_connections` of PostgreSQL; counted by `pg_stat_statements`',
  stream: 'a stream of NATS that is made; counted by `$JS.EVENT.ADVISORY.API`',
  resources: 'a memory limit of a Deployment; counted by the audit log of the API server',
  limits: 'a memory limit of a container; counted by the events of the engine',
};

export interface Kind {
  readonly places: Partial<Places>;
  /** Puts the target back and forgets what was counted. */
  reset(): Promise<void>;
  effects(): Promise<Effects>;
  stop(): Promise<void>;
}

export function openKind(action: KindAction, dir: string): Promise<Kind> {
  mkdirSync(dir, { recursive: true });
  return opened[action](dir);
}

const opened: Readonly<Record<KindAction, (dir: string) => Promise<Kind>>> = {
  connections: openPostgres,
  stream: openNats,
  resources: openCluster,
  limits: openEngine,
};

/** Of so many changes the last one may be the way back: that is told by where it has led. */
const told = (changes: number, isBefore: boolean): Effects => {
  const back = isBefore && changes > 0 ? 1 : 0;
  return { there: changes - back, back };
};

async function openPostgres(dir: string): Promise<Kind> {
  const server = await startPostgres({ dir, databases: ['agent_manager', 'orchestrator'] });
  const ask = <Row>(text: string) => query(server.url(), text) as Promise<Row[]>;
  await ask('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  return {
    places: { postgres: server.url() },
    async reset() {
      await ask('ALTER SYSTEM RESET max_connections');
      await ask('SELECT pg_reload_conf(), pg_stat_statements_reset()');
    },
    async effects() {
      const [row] = await ask<{ calls: number; own: boolean }>(
        `SELECT coalesce(sum(calls), 0)::int AS calls,
           EXISTS (SELECT FROM pg_file_settings WHERE name = 'max_connections' AND sourcefile LIKE '%auto.conf') AS own
         FROM pg_stat_statements WHERE query ~* '^ALTER SYSTEM'`,
      );
      return told(row?.calls ?? 0, row?.own === false);
    },
    stop: () => server.stop(),
  };
}

async function openNats(dir: string): Promise<Kind> {
  const server = await startNats({ dir });
  const { username, password } = new URL(server.url);
  const bus = await connect({
    servers: `127.0.0.1:${server.port}`,
    ...(username === '' ? {} : { user: decodeURIComponent(username), pass: decodeURIComponent(password) }),
  });
  const done = { CREATE: 0, DELETE: 0 };
  bus.subscribe('$JS.EVENT.ADVISORY.API', {
    callback(error, message) {
      if (error !== null) return;
      const { subject, response } = JSON.parse(StringCodec().decode(message.data)) as {
        subject: string;
        response: string;
      };
      const [, verb] = /^\$JS\.API\.STREAM\.(CREATE|DELETE)\./.exec(subject) ?? [];
      if (verb !== undefined && !response.includes('"error"')) done[verb as keyof typeof done] += 1;
    },
  });
  await bus.flush();
  const manager = await bus.jetstreamManager();
  return {
    places: { nats: { url: server.url, monitorUrl: server.monitorUrl } },
    async reset() {
      for await (const { config } of manager.streams.list()) {
        const before = done.DELETE;
        await manager.streams.delete(config.name);
        await waitFor(() => done.DELETE > before, { seconds: 10, what: 'the word of the deletion' });
      }
      Object.assign(done, { CREATE: 0, DELETE: 0 });
    },
    async effects() {
      await bus.flush();
      return { there: done.CREATE, back: done.DELETE };
    },
    async stop() {
      await bus.close();
      await server.stop();
    },
  };
}

const part = 'agent-manager';
const before = { memory: '128Mi', mib: 64 };

async function openCluster(dir: string): Promise<Kind> {
  const namespace = 'aetherius';
  const audit = kubeAudit(dir);
  const cluster = await startCluster(dir, namespace, [], audit.args);
  const kubeconfig = await cluster.api.userKubeconfig('worker', ['system:masters']);
  const workloads = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  const path = `${workloads}/${part}`;
  interface Container {
    readonly resources: { readonly limits: { readonly memory?: string } };
  }
  interface Workload {
    readonly metadata: { readonly generation: number };
    readonly spec: {
      readonly template: {
        readonly spec: { readonly containers: readonly Container[] };
      };
    };
    readonly status: {
      readonly observedGeneration?: number;
      readonly readyReplicas?: number;
      readonly replicas?: number;
    };
  }
  const now = async () => (await cluster.seed.get(path)) as Workload;
  const containers = [
    { name: 'main', image: 'agent-manager:1', resources: { limits: { memory: before.memory } } },
  ];
  await cluster.seed.post(workloads, {
    metadata: { name: part },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: part } },
      template: { metadata: { labels: { app: part } }, spec: { containers } },
    },
  });
  return {
    places: { kubernetes: { kubeconfig, namespace } },
    async reset() {
      await cluster.seed.merge(path, { spec: { template: { spec: { containers } } } });
      await waitFor(
        async () => {
          const { metadata, status } = await now();
          return (
            status.observedGeneration === metadata.generation &&
            status.readyReplicas === 1 &&
            status.replicas === 1
          );
        },
        { seconds: 60, what: 'the Deployment to be as before' },
      );
      audit.forget();
    },
    async effects() {
      const patches = audit
        .requests('worker')
        .filter(
          ({ verb, path: asked, status }) => verb === 'patch' && status < 300 && !asked.includes('dryRun'),
        );
      const [container] = (await now()).spec.template.spec.containers;
      return told(patches.length, container?.resources.limits.memory === before.memory);
    },
    stop: () => cluster.stop(),
  };
}

async function openEngine(dir: string): Promise<Kind> {
  const ours = !(await dockerRunning());
  const engine = ours ? await startDocker() : dockerEngine();
  const project = `crash-${randomBytes(4).toString('hex')}`;
  const image = `lab.local/${project}:1`;
  const docker = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await engine.docker(args, { seconds: 60 });
    if (code !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr}`);
    return stdout.trim();
  };
  const tar = join(dir, 'box.tar');
  const root = join(dir, 'root');
  await must('bash', [
    '-c',
    `mkdir -p ${root}/bin && cp ${cacheDir('docker')}/bin/busybox ${root}/bin/ && tar -C ${root} -cf ${tar} .`,
  ]);
  await docker('import', tar, image);
  let id = '';
  const removed = () => (id === '' ? Promise.resolve('') : docker('rm', '-f', id));
  return {
    places: { compose: { socket: engine.socket ?? '', project } },
    async reset() {
      await removed();
      id = await docker(
        ...['run', '-d', '--name', `${project}-${part}-1`, '--memory', `${before.mib}m`],
        ...['--label', `com.docker.compose.project=${project}`],
        ...['--label', `com.docker.compose.service=${part}`, image],
        ...['/bin/busybox', 'sh', '-c', 'trap "exit 0" TERM; while true; do /bin/busybox sleep 1; done'],
      );
    },
    async effects() {
      const until = String(Math.floor(Date.now() / 1000) + 1);
      const seen = await docker(
        ...['events', '--since', '0', '--until', until, '--filter', `container=${id}`],
        ...['--filter', 'event=update', '--format', '{{.Action}}'],
      );
      const limit = await docker('inspect', '-f', '{{.HostConfig.Memory}}', id);
      return told(
        seen.split('\n').filter((line) => line === 'update').length,
        limit === String(before.mib * 1024 ** 2),
      );
    },
    async stop() {
      await removed();
      await docker('rmi', '-f', image);
      if (ours) await stopDocker();
    },
  };
}
