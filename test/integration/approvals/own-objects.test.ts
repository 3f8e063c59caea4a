/** R-X14 on a real engine and a real API server: the object decides, whatever part, service or workload was typed. */

import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import {
  type DockerEngine,
  dockerEngine,
  dockerRunning,
  missing as missingDocker,
  startDocker,
  stopDocker,
} from '../../../lab/components/docker.ts';
import { type KubeApi, missing as missingKube, startKubeApi } from '../../../lab/components/kube-api.ts';
import { waitFor } from '../../../lab/components/process.ts';
import { imageRecipes } from '../../../lab/platform/images.ts';
import { loadImages, makeImages } from '../../../lab/runtimes/images.ts';
import type { Remediation, RemedyCall } from '../../../src/domain/fix/remediation.ts';
import type { EnvironmentConfig } from '../../../src/domain/settings/environment.ts';
import { createSelfIdentity } from '../../../src/platform/identity/self-identity.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import { createTargetsFactory } from '../../../src/platform/targets/factory.ts';
import { KubeLogins } from '../../../src/platform/targets/kubernetes/kube-config.ts';
import { createKubernetesTarget } from '../../../src/platform/targets/kubernetes/kubernetes.ts';
import { ownPodUids, uidsAbove } from '../../../src/platform/targets/kubernetes/own-pod.ts';
import { probes } from '../../../src/probes/index.ts';
import { createProbeRunner } from '../../../src/services/run/probe-runner.service.ts';
import { createHarness, type Harness } from '../../support/approvals.ts';
import { type KubeSeed, kubeSeed } from '../../support/kube.ts';
import { silentLogger } from '../../support/logger.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { useRedis } from '../../support/redis.ts';
import { registered } from '../../support/remediation-fixtures.ts';
import { environment, literal, scratch } from '../../support/targets.ts';

const postgres = usePostgres();
const courier = useRedis();
let database: TestDatabase;
beforeAll(async () => {
  database = await postgres.migrated();
});

function harnessOf(id: string, config: EnvironmentConfig, self: () => Promise<ReadonlySet<string>>): Harness {
  return createHarness(database.store(), {
    self,
    real: {
      remediation: registered.find((item) => item.id === id) as Remediation,
      targets: createTargetsFactory({ prod: config }),
      probes: createProbeRunner({ probes, clock: systemClock, logger: silentLogger }),
    },
  });
}
const outcomeOf = async (h: Harness, params: RemedyCall['with']) => {
  const proposal = await h.propose(params);
  return proposal.kind === 'refused'
    ? [proposal.reason, proposal.facts.seen ?? proposal.facts.identity]
    : ['offered', proposal.offer.tier];
};

describe('what the bot says of itself', () => {
  const known = async (more: Partial<Parameters<typeof createSelfIdentity>[0]>) => {
    const client = new Redis(courier.server.url);
    try {
      const identity = { database: { url: database.url }, redis: client, uids: ['u1'], now: () => 0 };
      return [...(await createSelfIdentity({ ...identity, ...more })())].map((claim) =>
        claim.replace(/^(system_identifier|run_id)=.+/, '$1'),
      );
    } finally {
      client.disconnect();
    }
  };
  const portOf = (url: string) => new URL(url).port;

  it('R-X14: on a host, its stores by the ports of that host, where they see only a loopback', async () => {
    const claims = await known({ cgroupFile: join(tmpdir(), 'there is none'), ownAddresses: ['10.9.9.9'] });

    expect(claims.toSorted()).toEqual(
      [
        ...['system_identifier', 'run_id', 'uid=u1'],
        `host_port=${portOf(database.url)}`,
        `host_port=${portOf(courier.server.url)}`,
      ].toSorted(),
    );
  });

  it('R-X14: in a container, itself, its addresses, and what the installation says', async () => {
    const id = 'c'.repeat(64);
    const folder = scratch('own-container');
    const cgroupFile = join(folder.dir, 'mountinfo');
    writeFileSync(cgroupFile, `1 2 0:3 /var/lib/docker/containers/${id}/hostname /etc/hostname rw`);

    const claims = await known({
      ...{ cgroupFile, ownAddresses: ['10.9.9.9', '127.0.0.1'], project: 'bots', release: 'ns/bots' },
      owners: () => Promise.resolve(['u2']),
    });

    folder.remove();
    expect(claims.toSorted()).toEqual(
      [
        ...['system_identifier', 'run_id', 'uid=u1', 'uid=u2', 'release=ns/bots', 'compose_project=bots'],
        ...[`container_id=${id}`, 'address=10.9.9.9'],
      ].toSorted(),
    );
  });
});

const lackingDocker = missingDocker();
describe.skipIf(lackingDocker !== undefined)(
  `on a real Docker engine${lackingDocker === undefined ? '' : ` (left out: ${lackingDocker})`}`,
  () => {
    const project = `own-${randomBytes(4).toString('hex')}`;
    const password = 'of the tests';
    const clients: Redis[] = [];
    let engine: DockerEngine;
    let ours = false;
    let h: Harness;
    let addresses: Record<string, string>;

    const docker = async (...args: readonly string[]) => {
      const result = await engine.docker(args, { seconds: 60 });
      if (result.code !== 0) throw new Error(`docker ${args.join(' ')}: ${result.stderr}`);
      return result.stdout.trim();
    };
    const start = (service: string, image: string, script: string, ...options: readonly string[]) =>
      docker(
        ...['run', '-d', '--name', `${project}-${service}-1`, ...options],
        ...['--label', `com.docker.compose.project=${project}`],
        ...['--label', `com.docker.compose.service=${service}`],
        ...['--entrypoint', '/bin/sh', `lab.local/${image}:1`, '-c', script],
      );
    const redisScript = 'exec /usr/bin/redis-server --protected-mode no --save "3600 1"';
    const hba = '/etc/postgresql/hba.conf';
    const postgresScript = `echo 'host all all all scram-sha-256' > ${hba}
printf "listen_addresses = '*'\\nhba_file = '${hba}'\\n" > /etc/postgresql/postgresql.conf
exec /bin/sh /entry.sh`;
    const published = async (service: string, port: number) => {
      const line = await docker('port', `${project}-${service}-1`, `${port}/tcp`);
      return `${engine.publishedHost}:${line.split('\n')[0]?.split(':').at(-1)}`;
    };
    const redisAt = async (service: string) => `redis://${await published(service, 6379)}`;

    beforeAll(async () => {
      ours = !(await dockerRunning());
      engine = ours ? await startDocker() : dockerEngine();
      const images = await makeImages(
        () => undefined,
        (from) => imageRecipes(from).filter(({ name }) => /\/(postgres|redis):/.test(name)),
      );
      await loadImages(engine, images);
      const inProject = ['--network', project];
      await docker('network', 'create', project);
      await start(
        'bot-postgres',
        'postgres',
        postgresScript,
        ...inProject,
        '-p',
        '5432',
        '-e',
        `POSTGRES_PASSWORD=${password}`,
      );
      for (const service of ['bot-redis', 'redis', 'courier'])
        await start(service, 'redis', redisScript, ...inProject, '-p', '6379');
      await start('web', 'redis', 'sleep 1000', ...inProject);
      await docker('tag', 'lab.local/redis:1', `lab.local/${project}:1`);
      await start('helper', project, 'sleep 1000', ...inProject);
      await start('shared', project, 'sleep 1000', '--network', 'host');
      addresses = {};
      for (const service of ['bot-postgres', 'bot-redis'])
        addresses[service] = await docker(
          ...['inspect', '-f', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}'],
          `${project}-${service}-1`,
        );
      const bot = {
        database: {
          url: `postgres://aetherius:${encodeURIComponent(password)}@${await published('bot-postgres', 5432)}/postgres`,
        },
        redis: new Redis(await redisAt('bot-redis')),
      };
      clients.push(bot.redis);
      const self = createSelfIdentity({ ...bot, uids: [], now: () => Date.now() });
      await waitFor(async () => (await self()).size > 0, { seconds: 60, what: 'the bot’s own stores' });
      h = harnessOf(
        'compose.restart-service',
        {
          ...environment(),
          runtime: { kind: 'compose', project, socket: engine.socket ?? '' },
          redis: { kind: 'single', url: literal(await redisAt('redis')) },
        },
        self,
      );
    }, 300_000);
    afterAll(async () => {
      for (const client of clients) client.disconnect();
      const ids = await docker('ps', '-aq', '--filter', `label=com.docker.compose.project=${project}`);
      if (ids !== '') await docker('rm', '-f', ...ids.split('\n'));
      await docker('network', 'rm', project);
      await docker('rmi', `lab.local/${project}:1`);
      if (ours) await stopDocker();
    }, 120_000);

    it('R-X14: a service that is not the part named is refused, be it the bot’s or the platform’s', async () => {
      expect(await outcomeOf(h, { part: 'agent-manager', service: 'bot-postgres' })).toEqual([
        'not-that-part',
        'postgres',
      ]);
      expect(await outcomeOf(h, { part: 'agent-manager', service: 'redis' })).toEqual([
        'not-that-part',
        'redis',
      ]);
      // Named as nothing that is known, and made of an image that is.
      expect(await outcomeOf(h, { part: 'agent-manager', service: 'web' })).toEqual([
        'not-that-part',
        'redis',
      ]);
    });

    it('R-X14: the bot’s own stores are known at their own addresses, whatever the environment calls its own', async () => {
      expect(await outcomeOf(h, { part: 'redis', service: 'bot-redis' })).toEqual([
        'self-target',
        `address=${addresses['bot-redis']}`,
      ]);
      // PostgreSQL is no target of this environment, so that what runs there cannot say who it is.
      expect(await outcomeOf(h, { part: 'postgres', service: 'bot-postgres' })).toEqual([
        'self-target-unknown',
        undefined,
      ]);
    });

    it('R-X14: the platform’s own Redis is offered as what it is; a Redis that nobody named is tier 3', async () => {
      expect(await outcomeOf(h, { part: 'redis', service: 'redis' })).toEqual(['offered', 2]);
      expect(await outcomeOf(h, { part: 'redis', service: 'courier' })).toEqual(['offered', 3]);
    });

    it('R-X14: what is of no known part is tier 3, and what shares a network cannot be compared', async () => {
      expect(await outcomeOf(h, { part: 'agent-manager', service: 'helper' })).toEqual(['offered', 3]);
      expect(await outcomeOf(h, { part: 'agent-manager', service: 'shared' })).toEqual([
        'self-target-unknown',
        undefined,
      ]);
    });
  },
);

const lackingKube = missingKube();
describe.skipIf(lackingKube !== undefined)(
  `on a real Kubernetes API server${lackingKube === undefined ? '' : ` (left out: ${lackingKube})`}`,
  () => {
    const folder = scratch('own-kubernetes');
    const apps = '/apis/apps/v1/namespaces/aetherius';
    let api: KubeApi;
    let seed: KubeSeed;
    let client: Redis;

    /** A workload with one Pod that runs at an address, as the controllers would have made them. */
    async function workload(
      name: string,
      image: string,
      address: string,
      labels: Record<string, string> = {},
    ) {
      const template = {
        metadata: { labels: { run: name } },
        spec: { containers: [{ name: 'main', image }] },
      };
      const spec = { replicas: 1, selector: { matchLabels: { run: name } }, template };
      const made = (await seed.post(`${apps}/deployments`, { metadata: { name, labels }, spec })) as Owner;
      const set = (await seed.post(`${apps}/replicasets`, {
        metadata: { name: `${name}-1`, ownerReferences: [owner('Deployment', made)] },
        spec,
      })) as Owner;
      const pods = '/api/v1/namespaces/aetherius/pods';
      await seed.post(pods, {
        metadata: { name: `${name}-1-x`, ownerReferences: [owner('ReplicaSet', set)] },
        spec: template.spec,
      });
      await seed.merge(`${pods}/${name}-1-x/status`, { status: { phase: 'Running', podIP: address } });
      await seed.merge(`${apps}/deployments/${name}/status`, {
        status: {
          observedGeneration: 1,
          replicas: 1,
          readyReplicas: 1,
          availableReplicas: 1,
          updatedReplicas: 1,
        },
      });
      return made.metadata.uid;
    }
    interface Owner {
      readonly metadata: { readonly name: string; readonly uid: string };
    }
    const owner = (kind: string, { metadata }: Owner) => ({
      ...{ apiVersion: 'apps/v1', kind, name: metadata.name, uid: metadata.uid, controller: true },
    });

    beforeAll(async () => {
      api = await startKubeApi({ dir: folder.dir });
      seed = kubeSeed(api.kubeconfig);
      await seed.post('/api/v1/namespaces', { metadata: { name: 'aetherius' } });
      client = new Redis(courier.server.url);
    });
    afterAll(async () => {
      client?.disconnect();
      seed?.close();
      await api?.stop();
      folder.remove();
    });

    const kubernetes = (
      more: Partial<Parameters<typeof createSelfIdentity>[0]>,
      claims: readonly string[] = [],
    ) => {
      const self = createSelfIdentity({
        ...{ database: { url: database.url }, redis: client, uids: [], now: () => Date.now() },
        ...more,
      });
      return harnessOf(
        'kubernetes.restart-workload',
        {
          ...environment(),
          runtime: {
            ...{ kind: 'kubernetes', namespace: 'aetherius', agentNamespace: 'kube-system' },
            kubeconfig: api.kubeconfig,
          },
        },
        async () => new Set([...(await self()), ...claims]),
      );
    };

    it('R-X14: a workload that is not the part named is refused', async () => {
      await workload('bot-postgres', 'postgres:17', '10.244.1.1');

      expect(
        await outcomeOf(kubernetes({}), { part: 'nats', workload: 'bot-postgres', kind: 'Deployment' }),
      ).toEqual(['not-that-part', 'postgres']);
    });

    it('R-X14: a workload is the bot’s by its uid, its release, or the address of what the bot stands on', async () => {
      const uid = await workload('web', 'web:1', '10.244.1.2', { 'app.kubernetes.io/instance': 'bots' });
      const params = { part: 'agent-manager', workload: 'web' };

      expect(await outcomeOf(kubernetes({}), params)).toEqual(['offered', 3]);
      expect(await outcomeOf(kubernetes({ uids: [uid] }), params)).toEqual(['self-target', `uid=${uid}`]);
      expect(await outcomeOf(kubernetes({ release: 'aetherius/bots' }), params)).toEqual([
        ...['self-target', 'release=aetherius/bots'],
      ]);
      expect(await outcomeOf(kubernetes({}, ['address=10.244.1.2']), params)).toEqual([
        ...['self-target', 'address=10.244.1.2'],
      ]);
    });

    it('R-X14: what owns the bot’s own Pod is the bot’s, as the API tells', async () => {
      const uid = await workload('worker', 'worker:1', '10.244.1.4');
      const target = createKubernetesTarget({
        ...{ namespace: 'aetherius', agentNamespace: 'aetherius', kubeconfig: api.kubeconfig },
      });
      const owners = () => uidsAbove(target, { namespace: 'aetherius', name: 'worker-1-x' });
      const params = { part: 'agent-manager', workload: 'worker' };

      const [reason, identity] = await outcomeOf(kubernetes({ owners }), params);

      expect(reason).toBe('self-target');
      expect(String(identity).split(', ')).toContain(`uid=${uid}`);
      expect(
        await outcomeOf(kubernetes({ owners: () => Promise.reject(new Error('no right')) }), params),
      ).toEqual([...['cannot-look', undefined]]);
    });

    it('R-X14: the owners are read with the Pod’s own account and no more than the role for it', async () => {
      const uid = await workload('alone', 'worker:1', '10.244.1.5');
      const role = parseAllDocuments(readFileSync('deploy/rbac/restart.yaml', 'utf8'))
        .map((document) => document.toJS() as { kind: string; metadata: { name: string }; rules: unknown })
        .find(({ kind, metadata }) => kind === 'Role' && metadata.name === 'aetherius-bot-restart-self');
      const accounts = '/api/v1/namespaces/aetherius/serviceaccounts';
      const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/aetherius';
      const metadata = { name: 'own' };
      await seed.post(accounts, { metadata });
      await seed.post(`${rbac}/roles`, { metadata, rules: role?.rules });
      const made = (await seed.post(`${accounts}/own/token`, {
        ...{ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
      })) as { status: { token: string } };
      const { clusters } = parse(readFileSync(api.kubeconfig, 'utf8')) as {
        clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }];
      };
      const [{ cluster }] = clusters;
      writeFileSync(join(folder.dir, 'token'), made.status.token);
      writeFileSync(join(folder.dir, 'ca.crt'), Buffer.from(cluster['certificate-authority-data'], 'base64'));
      const { hostname, port } = new URL(cluster.server);
      const { around } = new KubeLogins({
        variables: {
          KUBECONFIG: '/of/an/environment',
          KUBERNETES_SERVICE_HOST: hostname,
          KUBERNETES_SERVICE_PORT: port,
        },
        accountFolder: folder.dir,
      });
      const look = () => ownPodUids({ namespace: 'aetherius', name: 'alone-1-x' }, around);

      await expect(look()).rejects.toMatchObject({ stage: 'forbidden' });
      await seed.post(`${rbac}/rolebindings`, {
        metadata,
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'own' },
        subjects: [{ kind: 'ServiceAccount', name: 'own', namespace: 'aetherius' }],
      });
      await waitFor(async () => (await look()).includes(uid), { seconds: 20, what: 'the role to hold' });
    });

    it('R-X14: the part that was meant is offered as ever', async () => {
      await workload('agent-manager', 'agent-manager:1', '10.244.1.3');

      expect(await outcomeOf(kubernetes({}), { part: 'agent-manager' })).toEqual(['offered', 2]);
    });
  },
);
