import { describe, expect, it } from 'vitest';
import { configurationText } from '../../../../src/cli/init.command.ts';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import type { ComposeContainer } from '../../../../src/domain/probe/targets/compose.ts';
import type { KubeObject } from '../../../../src/domain/probe/targets/kubernetes.ts';
import { parseConfig } from '../../../../src/platform/settings/config.ts';
import {
  type Discovered,
  discoverCompose,
  discoverKubernetes,
  elsewhereOnCompose,
  elsewhereOnKubernetes,
} from '../../../../src/platform/settings/discover.ts';
import { wordsIn } from '../../../../src/text/words.ts';
import { compose, container } from '../../../support/fake-compose.ts';

const service = (name: string, ...ports: readonly number[]): KubeObject => ({
  metadata: { name, namespace: 'aetherius', uid: name, resourceVersion: '1' },
  spec: { ports: ports.map((port) => ({ port })) },
});

function kubernetes(...services: readonly KubeObject[]) {
  return discoverKubernetes(
    { namespace: 'aetherius', agentNamespace: 'kube-system', list: () => Promise.resolve(services) },
    { context: 'prod' },
  );
}

function load(found: Discovered | undefined) {
  if (found === undefined) throw new Error('nothing found');
  const env = Object.fromEntries(found.variables.map(({ name }) => [name, 'redis://x']));
  const text = configurationText('prod', found, wordsIn('en'));
  return parseConfig(text, { role: 'worker', where: 'a', folder: '/', env }).environments.prod;
}

describe('init in a cluster', () => {
  it('finds the platform by its Services, on the ports they have, and writes what can be loaded (R-PLAT6)', async () => {
    const found = await kubernetes(
      service('agent-manager', 8080),
      service('orchestrator-service', 80),
      service('postgresql', 5432),
      service('aetherius-redis', 6379),
      service('nats', 4222, 8222),
      service('neo4j', 7474, 7687),
      service('something-else', 1),
    );

    const config = load(found);

    expect(found?.parts).toEqual([
      'agent-manager',
      'orchestrator-service',
      'postgres',
      'redis',
      'nats',
      'neo4j',
    ]);
    expect(config?.runtime).toMatchObject({ kind: 'kubernetes', namespace: 'aetherius', context: 'prod' });
    expect(config?.services['agent-manager']?.url).toBe('http://agent-manager.aetherius:8080');
    expect(config?.services['orchestrator-service']?.url).toBe('http://orchestrator-service.aetherius:80');
    expect(config?.nats?.monitorUrl).toBe('http://nats.aetherius:8222');
    expect(config?.redis?.kind).toBe('single');
  });

  it('finds parts under other names, and writes that one without port, check and Service has no HTTP', async () => {
    const pod = (name: string, env: Readonly<Record<string, string>>, more: object = {}) => {
      const own = { name, image: `registry.example/${name}`, ...more };
      const variables = Object.entries(env).map(([key, value]) => ({ name: key, value }));
      return {
        ...service(name),
        spec: {
          template: {
            metadata: { labels: { app: name } },
            spec: { containers: [{ ...own, env: variables }] },
          },
        },
      };
    };
    const led = (name: string, app: string, port: number) => ({
      ...service(name, port),
      spec: { selector: { app }, ports: [{ port }] },
    });
    const deployments = (orchestrator: object) => [
      pod('pg', {}, { image: 'postgres:17' }),
      pod('cache', {}, { image: 'redis:7' }),
      pod('bus', {}, { image: 'nats:2' }),
      pod('fleet', { A: 'db:5432', B: 'kv:6379', C: 'mq:4222' }, { ports: [{ containerPort: 9000 }] }),
      pod('flows', { A: 'db:5432', B: 'http://fleet:9000' }, orchestrator),
    ];
    const services = [
      ...[
        led('db', 'pg', 5432),
        led('kv', 'cache', 6379),
        led('mq', 'bus', 4222),
        led('fleet', 'fleet', 9000),
      ],
    ];
    const at = (orchestrator: object) =>
      discoverKubernetes(
        {
          namespace: 'aetherius',
          agentNamespace: 'aetherius',
          list: (kind) =>
            Promise.resolve(
              kind === 'services' ? services : kind === 'deployments' ? deployments(orchestrator) : [],
            ),
        },
        {},
      );

    const found = await at({});
    const config = load(found);
    expect(config?.services['agent-manager']?.url).toBe('http://fleet.aetherius:9000');
    expect(config?.withoutHttp).toEqual(['orchestrator-service']);
    expect(found?.found).toContainEqual({
      ...{ part: 'orchestrator-service', names: ['flows'], withoutHttp: 'by-manifest' },
    });
    expect(found?.found).toContainEqual({ part: 'nats', names: ['bus'], address: 'mq.aetherius:4222' });
    // A declared port or a check is a promise: that nothing listens there would be drift.
    for (const more of [
      { ports: [{ containerPort: 8081 }] },
      { livenessProbe: { tcpSocket: { port: 8081 } } },
    ])
      expect((await at(more))?.yaml).not.toHaveProperty('withoutHttp');
  });

  it('finds nothing where nothing of ours is', async () => {
    expect(await kubernetes(service('web', 80))).toBeUndefined();
  });
});

describe('init in a Compose project', () => {
  const now = new Date('2026-03-01T10:05:00Z');
  const table = (...ports: readonly number[]) => [
    '  sl  local_address rem_address   st',
    // The name server of Docker, which each container has.
    '   0: 0B00007F:8975 00000000:0000 0A 00000000:00000000',
    ...ports.map((port, at) => `   ${at + 1}: 00000000:${hex(port)} 00000000:0000 0A 00000000:00000000`),
  ];
  const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, '0');
  /** What is found of a project of these containers, in each of which this is the table of sockets. */
  const look = (containers: readonly ComposeContainer[], stdout: string, code = 0) =>
    discoverCompose(compose(containers, { code, stdout }), '/run/docker.sock', now);
  const orchestrator = (more: Partial<ComposeContainer> = {}) =>
    container('orchestrator-service', { ports: [8081], ...more });

  it('finds the platform by its service names (R-PLAT7)', async () => {
    const containers = ['redis', 'redis', 'reasoning-service'].map((name) => container(name));

    const found = await look(containers, table(8082).join('\n'));

    expect(found?.parts).toEqual(['reasoning-service', 'redis']);
    expect(load(found)?.runtime).toEqual({
      kind: 'compose',
      project: 'aetherius',
      socket: '/run/docker.sock',
    });
    expect(found?.variables).toEqual([
      { name: 'AETHERIUS_REDIS_URL', meaning: 'redis://:PASSWORD@redis:6379' },
    ]);
    expect(found?.networks).toEqual(['aetherius']);
  });

  it('R-PLAT10: writes that a service whose process listens on nothing has no HTTP, whatever it declares', async () => {
    const found = await look([container('redis'), orchestrator()], table().join('\n'));
    const config = load(found);

    expect(config?.withoutHttp).toEqual(['orchestrator-service']);
    expect(config?.services).toEqual({});
    expect(found?.found).toContainEqual({
      ...{ part: 'orchestrator-service', names: ['orchestrator-service'] },
      ...{ withoutHttp: 'by-sockets', closed: [8081] },
    });
  });

  it.each([
    ['at the declared port', [8081], [9, 8081], 8081],
    ['at another one of those that are declared', [7001, 7002], [9, 7002], 7002],
    ['at the one port that is open, whatever is declared', [8081], [9000], 9000],
    ['at the one port that is open, where none is declared', [], [9000], 9000],
  ])('writes the address of a service %s', async (_where, ports, open, port) => {
    const found = await look([orchestrator({ ports })], table(...open).join('\n'));

    const address = `http://orchestrator-service:${port}`;
    expect(load(found)?.services['orchestrator-service']?.url).toBe(address);
    expect(found?.found).toContainEqual({
      ...{ part: 'orchestrator-service', names: ['orchestrator-service'], address },
    });
  });

  const closed = table().join('\n');
  it.each([
    ['does not run', 'not-running', { state: 'exited' }, closed],
    ['has just started', 'just-started', { startedAt: '2026-03-01T10:04:01Z' }, closed],
    ['shares a network', 'shared-network', { sharedNetwork: 'shared' }, closed],
    ['has no cat', 'no-program', {}, 'OCI runtime exec failed: exec: "cat": executable file not found'],
    ['listens on several other ports', 'other-ports', {}, table(9000, 9001).join('\n')],
  ] as const)(
    'keeps the declared address of one that %s, and says that nobody saw it',
    async (_which, unseen, more, stdout) => {
      const found = await look([orchestrator(more)], stdout);

      const address = 'http://orchestrator-service:8081';
      expect(found?.yaml).not.toHaveProperty('withoutHttp');
      expect(found?.found).toContainEqual({
        ...{ part: 'orchestrator-service', names: ['orchestrator-service'], address, unseen },
      });
    },
  );

  it('says so where the engine runs no command, and believes the replica that runs longest', async () => {
    const refusing = {
      ...compose([orchestrator()]),
      exec: () => Promise.reject(new TargetError('forbidden', 'no')),
    };
    expect((await discoverCompose(refusing, '/s', now))?.found).toMatchObject([{ unseen: 'refused' }]);

    const young = orchestrator({ id: 'young', startedAt: '2026-03-01T10:04:50Z' });
    const asked: string[] = [];
    const two = compose([young, orchestrator({ id: 'old' })], { code: 0, stdout: closed });
    const exec: typeof two.exec = (id, command) => {
      asked.push(id);
      return two.exec(id, command);
    };
    const found = await discoverCompose({ ...two, exec }, '/s', now);
    expect(asked).toEqual(['old']);
    expect(found?.found).toMatchObject([{ withoutHttp: 'by-sockets' }]);
  });
});

describe('init in the wrong place', () => {
  it('finds the projects that have a program of the platform, those with the most parts first', () => {
    const runs = (project: string, service: string, image: string) => ({ project, service, image });

    expect(
      elsewhereOnCompose([
        runs('blog', 'postgres', 'postgres:17'),
        runs('stage', 'stage-agent-manager', 'x/am:1'),
        runs('prod', 'agent-manager', 'x/am:1'),
        runs('prod', 'kv', 'redis:7'),
      ]),
    ).toEqual([
      { place: 'prod', parts: ['agent-manager', 'redis'] },
      { place: 'stage', parts: ['agent-manager'] },
    ]);
  });

  it('finds the namespaces of a cluster, and lets a refusal be one', async () => {
    const deployment = (namespace: string, name: string, image: string): KubeObject => ({
      metadata: { name, namespace, uid: name, resourceVersion: '1' },
      spec: { template: { spec: { containers: [{ name: 'main', image }] } } },
    });
    const objects = [
      deployment('blog', 'redis', 'redis:7'),
      deployment('shop', 'agent-manager', 'x/am:1'),
      deployment('shop', 'redis', 'redis:7'),
    ];

    expect(
      await elsewhereOnKubernetes({
        list: (kind, namespace) => Promise.resolve(kind === 'deployments' && namespace === '' ? objects : []),
      }),
    ).toEqual([{ place: 'shop', parts: ['agent-manager', 'redis'] }]);
    await expect(
      elsewhereOnKubernetes({ list: () => Promise.reject(new TargetError('forbidden', 'no')) }),
    ).rejects.toThrow();
  });
});
