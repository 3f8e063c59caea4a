import { describe, expect, it } from 'vitest';
import { diagnoses } from '../../../../src/diagnoses/index.ts';
import { ownProbes, pathSteps, unreachable } from '../../../../src/diagnoses/unreachable.diagnosis.ts';
import type { Diagnosis } from '../../../../src/domain/diagnosis/diagnosis.ts';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import { type PartId, partIds } from '../../../../src/domain/platform/part.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { KubeObject } from '../../../../src/domain/probe/targets/kubernetes.ts';
import type { Targets } from '../../../../src/domain/probe/targets/targets.ts';
import { runtimeOnKubernetes } from '../../../../src/platform/targets/runtime/runtime.ts';
import { probes } from '../../../../src/probes/index.ts';
import { diagnose } from '../../../../src/services/diagnosis/diagnose.service.ts';
import { createProbeRunner } from '../../../../src/services/run/probe-runner.service.ts';
import { type ClusterContent, countedCluster } from '../../../support/counted-cluster.ts';
import { emitters } from '../../../support/diagnosis.ts';
import { silentLogger } from '../../../support/logger.ts';
import type { SaidByProgram } from '../../../support/network-script.ts';
import { fakePostgres } from '../../../support/probe-context.ts';

const now = new Date('2026-03-01T10:05:00Z');
const old = '2026-03-01T08:00:00Z';
const mostRequests = 12;

type Objects = ClusterContent['objects'];
const object = (
  kind: Objects[number]['kind'],
  name: string,
  namespace: string | undefined,
  more: Readonly<Record<string, unknown>> = {},
): Objects[number] => {
  const { metadata, ...rest } = more as { metadata?: object };
  return {
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid: `${kind}-${name}`,
      resourceVersion: '1',
      creationTimestamp: old,
      ...metadata,
    } as KubeObject['metadata'],
    ...rest,
  };
};

const ended = { terminated: { exitCode: 1, reason: 'Error', finishedAt: '2026-03-01T10:04:50Z' } };
const states = {
  running: { ready: true, restartCount: 0, state: { running: { startedAt: old } }, lastState: {} },
  crashing: {
    ...{ ready: false, restartCount: 4, state: { waiting: { reason: 'CrashLoopBackOff' } } },
    lastState: ended,
  },
  /** Its first life, a moment ago: whether it is about to end has to be looked at again. */
  young: {
    ...{ ready: false, restartCount: 0, state: { running: { startedAt: '2026-03-01T10:04:40Z' } } },
    lastState: {},
  },
} as const;
type State = keyof typeof states;

function pod(part: string, namespace: string, state: State): Objects[number] {
  const well = state === 'running';
  const condition = { type: 'Ready', status: well ? 'True' : 'False', lastTransitionTime: old };
  return object('pods', `${part}-1`, namespace, {
    metadata: { labels: { app: part, 'k8s-app': part } },
    spec: {
      containers: [
        {
          ...{ name: part, image: `${part}:1`, ports: [{ containerPort: 8080, protocol: 'TCP' }] },
          resources: { limits: { memory: '512Mi', cpu: '1' } },
          readinessProbe: { httpGet: { path: '/', port: 8080 } },
          volumeMounts: [{ name: 'config', mountPath: '/etc/aetherius' }],
        },
      ],
      volumes: [{ name: 'config', configMap: { name: `${part}-config` } }],
    },
    status: {
      ...{ phase: 'Running', podIP: '10.0.0.1', startTime: old, conditions: [condition] },
      containerStatuses: [{ name: part, image: `${part}:1`, ...states[state] }],
    },
  });
}

const policy = (name: string, namespaceLabels: object) =>
  object('networkpolicies', name, 'aetherius', {
    spec: {
      podSelector: { matchLabels: { app: 'orchestrator-service' } },
      policyTypes: ['Ingress'],
      ingress: [{ from: [{ namespaceSelector: { matchLabels: namespaceLabels } }] }],
    },
  });

interface World {
  readonly states: Readonly<Partial<Record<PartId, State>>>;
  readonly policies: Objects;
  /** Programs in the containers, or a debug container beside those that have none. */
  readonly programs: 'in the containers' | 'in debug containers';
  readonly network: 'works' | 'no names';
}

const inPlatform = partIds.filter((part) => part !== 'collect-agent' && part !== 'runtime');

function objectsOf({ states: of, policies }: World): Objects {
  return [
    ...['aetherius', 'agents'].map((name) =>
      object('namespaces', name, undefined, { metadata: { labels: {} } }),
    ),
    ...inPlatform.flatMap((part) => [
      pod(part, 'aetherius', of[part] ?? 'running'),
      object('configmaps', `${part}-config`, 'aetherius', { data: { 'config.yaml': '' } }),
      object('services', part, 'aetherius', {
        spec: { selector: { app: part }, ports: [{ port: 8080, targetPort: 8080, protocol: 'TCP' }] },
      }),
      object('endpointslices', `${part}-x`, 'aetherius', {
        metadata: { labels: { 'kubernetes.io/service-name': part } },
        endpoints: [
          { addresses: ['10.0.0.1'], conditions: { ready: (of[part] ?? 'running') === 'running' } },
        ],
      }),
    ]),
    pod('collect-agent', 'agents', of['collect-agent'] ?? 'running'),
    pod('kube-dns', 'kube-system', 'running'),
    ...policies,
  ];
}

const says: Readonly<Record<World['network'], (command: readonly string[]) => SaidByProgram>> = {
  works: ([program]) => ({ code: ['wget', 'nslookup'].includes(program ?? '') ? 0 : 1 }),
  'no names': ([program]) =>
    program === 'nslookup'
      ? { code: 1, text: "** server can't find postgres: SERVFAIL" }
      : { code: 1, text: 'wget: bad address' },
};

const refused = () => Promise.reject(new TargetError('refused', 'connection refused'));

/** Runs one diagnosis with all that it hands over to, and tells what the API server was asked. */
async function run(diagnosis: Diagnosis, world: World, keepsLimit: boolean) {
  const inside = world.programs === 'in the containers';
  const cluster = countedCluster({
    objects: objectsOf(world),
    logs: (name) =>
      name.startsWith('agent-manager')
        ? 'fatal: cannot connect to the database: dial tcp 10.0.0.4:5432: connect: connection refused'
        : 'error: registration failed: timeout; cannot connect to neo4j: connection refused',
    ...(inside ? { says: says[world.network] } : { beside: says[world.network] }),
    keepsLimit,
  });
  const debug = inside ? undefined : { image: 'registry.example/busybox:1.36' };
  const used: string[][] = [cluster.asked as string[]];
  const targetsOf = ({ kubernetes }: typeof cluster) =>
    ({
      environment: 'test',
      platform: asInGuide,
      kubernetes,
      // Kept beside the run, as the factory does.
      operator: { namespace: 'aetherius', list: () => Promise.resolve([]) },
      runtime: runtimeOnKubernetes(kubernetes, asInGuide, debug),
      // It answers here: whoever cannot reach it has the network to blame.
      postgres: fakePostgres(() => [{ version: '16' }]),
      services: {
        find: (id) => ({ id, url: `http://${id}`, healthPaths: ['/health'], paths: asInGuide.paths }),
        request: refused,
        overOneConnection: refused,
      },
    }) satisfies Targets;
  const result = await diagnose(
    {
      targets: {
        // A later look has lists of its own.
        forRun: async () => {
          const again = countedCluster({ objects: objectsOf(world), logs: () => '', keepsLimit });
          used.push(again.asked as string[]);
          return targetsOf(again);
        },
        close: () => Promise.resolve(),
      },
      probes: createProbeRunner({
        probes,
        clock: { now: () => now, sleep: () => Promise.resolve() },
        logger: silentLogger,
      }),
      ...{ emitters, diagnoses, unreachable, pathSteps, ownProbes },
    },
    {
      diagnoses: [diagnosis],
      environment: 'test',
      targets: targetsOf(cluster),
      signal: new AbortController().signal,
    },
  );
  return { ...result, requests: used.flat() };
}

const crashing = { 'agent-manager': 'crashing' } as const;
const young = { 'agent-manager': 'young', 'orchestrator-service': 'young' } as const;
const worlds = (['in the containers', 'in debug containers'] as const).flatMap((programs) =>
  (
    [
      ['all is well', {}, 'works'],
      ['agent-manager does not start', crashing, 'works'],
      ['agent-manager does not start and no name is known', crashing, 'no names'],
      ['no name is known', {}, 'no names'],
      ['two services have just been started', young, 'works'],
    ] as const
  ).flatMap(([what, of, network]) =>
    (
      [
        ['no policies', []],
        ['a policy', [policy('by-name', { 'kubernetes.io/metadata.name': 'aetherius' })]],
        ['a policy by labels', [policy('by-label', { team: 'core' })]],
      ] as const
    ).map(([rules, policies]) => ({
      name: `${what}, ${rules}, programs ${programs}`,
      world: { states: of, policies, programs, network } satisfies World,
    })),
  ),
);
const everyDiagnosis = [
  ...diagnoses.filter(({ id }) => id !== 'H2'),
  ...partIds.filter((part) => part !== 'runtime').map(unreachable),
];

/**
 * What these combinations would ask, each with a debug container that is made for the first time or images without
 * programs: a dozen is kept by leaving the last of it out, and saying so.
 */
const wouldBeMore = [
  '13 H2→K1→S1→N1 (agent-manager): agent-manager does not start and no name is known, a policy by labels, programs in debug containers',
  '13 N1 (agent-manager): no name is known, a policy by labels, programs in debug containers',
  '13 N1→H2→S1 (agent-manager): two services have just been started, a policy, programs in debug containers',
  '13 S7→N1→H2 (neo4j): all is well, a policy by labels, programs in debug containers',
  '13 S7→N1 (neo4j): no name is known, a policy, programs in debug containers',
  '13 S7→N1→H2→S1 (neo4j): two services have just been started, no policies, programs in debug containers',
  '14 N1→H2→S1 (agent-manager): two services have just been started, a policy by labels, programs in debug containers',
  '14 S7→N1 (neo4j): no name is known, a policy by labels, programs in debug containers',
  '14 S7→N1→H2→S1 (neo4j): two services have just been started, a policy, programs in debug containers',
  '15 S7→N1→H2→S1 (neo4j): two services have just been started, a policy by labels, programs in debug containers',
];
const wayOf = ({ judgements }: Pick<Ran, 'judgements'>) =>
  judgements.map(({ diagnosis: { id } }) => id).join('→');
const verdicts = ({ judgements }: Pick<Ran, 'judgements'>) =>
  judgements
    .flatMap(({ causes }) => causes)
    .filter(({ verdict }) => verdict === 'confirmed')
    .map(({ cause }) => cause.id);
type Ran = Awaited<ReturnType<typeof run>>;

describe('the requests of a diagnosis with all that it hands over to', () => {
  it.each(worlds)('are twelve at most, and what is left out is said: $name', async ({ name, world }) => {
    const both: (readonly [Ran, Ran])[] = [];
    // One after the other: all at once would take longer than a probe may, and then it says so.
    for (const diagnosis of everyDiagnosis)
      both.push([await run(diagnosis, world, false), await run(diagnosis, world, true)]);
    const more = both
      .map(([wanted]) => wanted)
      .filter(({ requests }) => requests.length > mostRequests)
      .map((one) => `${one.requests.length} ${wayOf(one)} (${one.judgements[0]?.diagnosis.part}): ${name}`);

    expect(more.toSorted()).toEqual(wouldBeMore.filter((line) => line.endsWith(`: ${name}`)).toSorted());
    for (const [wanted, kept] of both) {
      expect(kept.requests.length).toBeLessThanOrEqual(mostRequests);
      if (wanted.requests.length > mostRequests)
        expect(kept.outcomes.map(({ cause }) => cause?.code)).toContain('request-limit');
      else expect(verdicts(kept)).toEqual(verdicts(wanted));
    }
  });

  it('walk the hand-overs', async () => {
    const world: World = {
      ...{ states: crashing, policies: [], programs: 'in the containers', network: 'works' },
    };
    const ways = await Promise.all(
      everyDiagnosis.map(async (diagnosis) => wayOf(await run(diagnosis, world, true))),
    );

    expect(ways).toEqual(
      expect.arrayContaining(['S1→N1', 'S7→N1→H2→K1→S1', 'H2→K1→S1→N1', 'S2→H2→K1→S1', 'S3→H2→K1→S1']),
    );
  });
});

describe('what is found within these requests', () => {
  const of = (programs: World['programs'], network: World['network'], id: string) => {
    const diagnosis = everyDiagnosis.find((one) => one.id === id);
    if (diagnosis === undefined) throw new Error(id);
    return run(diagnosis, { states: id === 'S1' ? crashing : {}, policies: [], programs, network }, true);
  };

  it.each(['in the containers', 'in debug containers'] as const)(
    'is a database that cannot be reached and names that are not known, with programs %s',
    async (programs) => {
      const startup = await of(programs, 'works', 'S1');
      expect(verdicts(startup)).toContain('S1.a');
      expect(startup.judgements.map(({ diagnosis: { id } }) => id)).toContain('N1');
      expect(verdicts(await of(programs, 'no names', 'N1'))).toContain('N1.b');
      expect(verdicts(await of(programs, 'works', 'N1'))).toEqual([]);
    },
  );
});
