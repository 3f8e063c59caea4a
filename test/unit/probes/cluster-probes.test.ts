import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../src/domain/kernel/errors.ts';
import type { ComposeContainer, ComposeTarget } from '../../../src/domain/look/targets/compose.ts';
import type { KubeKind, KubeObject, KubernetesTarget } from '../../../src/domain/look/targets/kubernetes.ts';
import { composeConfigAge } from '../../../src/probes/compose/config-age.probe.ts';
import { composeContainers } from '../../../src/probes/compose/containers.probe.ts';
import { composeNetworks } from '../../../src/probes/compose/networks.probe.ts';
import { kubernetesConfigAge } from '../../../src/probes/kubernetes/config-age.probe.ts';
import { kubernetesDns } from '../../../src/probes/kubernetes/dns.probe.ts';
import { kubernetesFailingProbes } from '../../../src/probes/kubernetes/failing-probes.probe.ts';
import { kubernetesNetworkPolicies } from '../../../src/probes/kubernetes/network-policies.probe.ts';
import { kubernetesServicesEndpoints } from '../../../src/probes/kubernetes/services-endpoints.probe.ts';
import { fakeKubernetes } from '../../support/fake-kubernetes.ts';
import { fakeRuntime } from '../../support/fake-runtime.ts';
import { probeContext } from '../../support/probe-context.ts';

type Lists = Readonly<Partial<Record<KubeKind, readonly object[]>>>;

function kubernetes(lists: Lists): KubernetesTarget {
  return fakeKubernetes({
    list: (kind, namespace) =>
      Promise.resolve(
        ((lists[kind] ?? []) as readonly KubeObject[]).filter(
          (object) => object.metadata.namespace === namespace,
        ),
      ),
  });
}

const meta = (name: string, namespace: string, labels: Readonly<Record<string, string>> = {}) => ({
  metadata: { name, namespace, uid: `uid-${name}`, resourceVersion: '1', labels },
});
const pod = (app: string, more: object = {}) => ({
  ...meta(`${app}-1`, 'aetherius', { app }),
  spec: { containers: [{ name: app, ports: [{ name: 'http', containerPort: 8081 }] }] },
  status: { phase: 'Running', podIP: '10.0.0.9', conditions: [{ type: 'Ready', status: 'True' }], ...more },
});

describe('kubernetes.services-endpoints', () => {
  const service = {
    ...meta('neo4j', 'aetherius'),
    spec: { type: 'ClusterIP', selector: { app: 'neo4j' }, ports: [{ port: 7687 }] },
  };
  const look = async (pods: readonly object[]) => {
    const lists = { services: [service], pods, endpointslices: [] };
    const result = await kubernetesServicesEndpoints.run({}, probeContext({ kubernetes: kubernetes(lists) }));
    const findings = result.status === 'unhealthy' ? result.findings : [];
    return findings.map(({ code, part, facts }) => [code, part, facts['reason']]);
  };

  it('tells a selector that matches nothing from a part that has no Pods', async () => {
    expect(await look([pod('redis')])).toEqual([['SERVICE_WITHOUT_PODS', 'neo4j', 'no-pods-match']]);
    const other = { ...pod('graph'), ...meta('neo4j', 'aetherius', { app: 'graph' }) };
    expect(await look([other])).toEqual([['SERVICE_WITHOUT_ENDPOINTS', 'neo4j', 'no-pods-match']]);
    const starting = { ...pod('neo4j'), ...meta('neo4j', 'aetherius', { app: 'neo4j' }) };
    expect(await look([starting])).toEqual([['SERVICE_WITHOUT_ENDPOINTS', 'neo4j', 'pods-not-ready']]);
  });
});

describe('kubernetes.network-policies', () => {
  const serviceOf = (name: string, port: number | string) => ({
    ...meta(name, 'aetherius'),
    spec: { selector: { app: name }, ports: [{ port: 8081, targetPort: port }] },
  });
  const agent = {
    ...pod('collect-agent'),
    ...meta('collect-agent-1', 'kube-system', { app: 'collect-agent' }),
  };
  interface Around {
    /** What `wget` says in the Pod of each service. */
    readonly tries?: { readonly code: number; readonly stderr?: string };
    /** Labels of the namespaces; a string refuses them with this right. */
    readonly namespaces?: Readonly<Record<string, string>> | 'refused';
    readonly agentPolicies?: 'refused';
  }
  const look = async (
    policies: readonly object[],
    { tries, namespaces = {}, agentPolicies }: Around = {},
  ) => {
    const lists = {
      networkpolicies: policies,
      pods: [pod('agent-manager'), pod('orchestrator-service'), pod('nats'), agent],
      services: [serviceOf('orchestrator-service', 'http'), serviceOf('nats', 8081)],
    };
    const target = kubernetes(lists);
    const refused = new TargetError('forbidden', 'no');
    const asked: string[] = [];
    const list: KubernetesTarget['list'] = (kind, namespace, options) =>
      kind === 'networkpolicies' && namespace === 'kube-system' && agentPolicies === 'refused'
        ? Promise.reject(refused)
        : target.list(kind, namespace, options);
    const get: KubernetesTarget['get'] = (_kind, _namespace, name) => {
      asked.push(name);
      return namespaces === 'refused'
        ? Promise.reject(refused)
        : Promise.resolve(meta(name, '', namespaces) as KubeObject);
    };
    const url = 'http://10.0.0.9:8081/';
    const commands = tries === undefined ? {} : { [`wget -q -O - -T 4 ${url}`]: tries };
    const part = { commands };
    const parts = { 'agent-manager': [part], 'orchestrator-service': [part], 'collect-agent': [part] };
    const context = probeContext({ kubernetes: { ...target, list, get }, runtime: fakeRuntime(parts) });
    return { asked, ...(await kubernetesNetworkPolicies.run({}, context)) };
  };
  const closed = {
    ...meta('lockdown', 'aetherius'),
    spec: { podSelector: { matchLabels: { app: 'orchestrator-service' } }, policyTypes: ['Ingress'] },
  };

  const open = { ...closed, spec: { ...closed.spec, ingress: [{ ports: [{ port: 'http' }] }] } };

  it('names a Service with ready Pods that no rule lets anybody reach, once', async () => {
    const shop = {
      ...meta('lockdown', 'aetherius'),
      spec: { podSelector: { matchLabels: { app: 'shop' } }, policyTypes: ['Ingress'] },
    };
    const service = {
      ...meta('shop', 'aetherius'),
      spec: { selector: { app: 'shop' }, ports: [{ port: 80 }] },
    };
    const ask = (policies: readonly object[], pods: readonly object[]) =>
      kubernetesNetworkPolicies.run(
        {},
        probeContext({
          kubernetes: kubernetes({ networkpolicies: policies, pods, services: [service] }),
          runtime: fakeRuntime({}),
        }),
      );
    const unready = pod('shop', { conditions: [{ type: 'Ready', status: 'False' }] });

    expect(await ask([shop], [pod('shop'), pod('other')])).toMatchObject({
      findings: [
        { code: 'POLICY_ISOLATES', subject: 'service/shop', facts: { policy: 'lockdown', port: 80 } },
      ],
    });
    expect(await ask([open], [pod('shop')])).toMatchObject({ status: 'healthy' });
    // That nothing behind it is ready is another finding.
    expect(await ask([shop], [unready])).toMatchObject({ status: 'healthy' });
  });

  it.each([
    ['HTTP', { code: 1, stderr: 'wget: server returned error: HTTP/1.1 404 Not Found' }],
    ['another protocol', { code: 1, stderr: 'wget: bad header line: INFO {"server_id"' }],
    ['GNU wget', { code: 8 }],
  ])('is no cause where the connection works all the same (%s)', async (_what, tries) => {
    expect(await look([closed], { tries })).toMatchObject({
      findings: [
        {
          code: 'POLICY_NOT_ENFORCED',
          severity: 'info',
          facts: { policy: 'lockdown', from: 'agent-manager', to: 'orchestrator-service' },
        },
      ],
    });
  });

  it.each([
    ['no answer', { code: 1, stderr: 'wget: download timed out' }],
    ['no wget', { code: 127, stderr: 'wget: not found' }],
  ])('stays a cause after %s', async (_what, tries) => {
    expect(await look([closed], { tries })).toMatchObject({ findings: [{ code: 'POLICY_BLOCKS' }] });
  });

  describe('that selects namespaces', () => {
    const onNats = { podSelector: { matchLabels: { app: 'nats' } } };
    const byTeam = {
      ...meta('by-team', 'aetherius'),
      spec: {
        ...onNats,
        ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'platform' } } }] }],
      },
    };

    it('is judged by their labels, which are read only then', async () => {
      expect(await look([byTeam], { namespaces: { team: 'platform' } })).toMatchObject({
        status: 'healthy',
        asked: ['aetherius', 'kube-system'],
      });
      expect(await look([byTeam], { namespaces: { team: 'other' } })).toMatchObject({
        findings: [{ subject: 'agent-manager→nats' }, {}, {}],
      });
      expect(await look([open])).toMatchObject({ status: 'healthy', asked: [] });
    });

    it('blocks nobody when the labels may not be read: it could not be looked at', async () => {
      expect(await look([byTeam], { namespaces: 'refused' })).toMatchObject({
        status: 'inconclusive',
        cause: { stage: 'forbidden' },
      });
    });
  });

  it('of the agents stops them as well, and leaves them open when it may not be read', async () => {
    const agents = {
      ...meta('agents', 'kube-system'),
      spec: { podSelector: { matchLabels: { app: 'collect-agent' } }, policyTypes: ['Egress'] },
    };

    expect(await look([agents])).toMatchObject({
      findings: [{ subject: 'collect-agent→nats', facts: { policy: 'agents', direction: 'Egress' } }],
    });
    expect(await look([], { agentPolicies: 'refused' })).toMatchObject({
      status: 'inconclusive',
      cause: { stage: 'forbidden' },
    });
    expect(await look([closed], { agentPolicies: 'refused' })).toMatchObject({
      findings: [{ code: 'POLICY_BLOCKS' }],
    });
  });

  it('names the policy, the way and the port', async () => {
    expect(await look([])).toMatchObject({ status: 'healthy' });
    expect(await look([closed])).toMatchObject({
      findings: [
        {
          code: 'POLICY_BLOCKS',
          subject: 'agent-manager→orchestrator-service',
          facts: { policy: 'lockdown', port: 8081 },
        },
      ],
    });
  });
});

describe('kubernetes.dns', () => {
  const dns = (ready: boolean) => ({
    ...meta('coredns-1', 'kube-system', { 'k8s-app': 'kube-dns' }),
    spec: { containers: [] },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  });
  const service = meta('kube-dns', 'kube-system');
  const look = (lists: Lists, runtime = fakeRuntime({})) =>
    kubernetesDns.run({ namespace: 'kube-system' }, probeContext({ kubernetes: kubernetes(lists), runtime }));
  const asking = (answer: { code: number; stderr?: string }) =>
    fakeRuntime({
      'agent-manager': [{ commands: { 'nslookup kubernetes.default.svc.cluster.local': answer } }],
    });

  it('wants one ready Pod, and has no say where the DNS is called otherwise or lives elsewhere', async () => {
    expect(await look({ pods: [dns(true)] })).toMatchObject({ status: 'healthy' });
    expect(await look({ pods: [dns(false)] })).toMatchObject({ findings: [{ code: 'DNS_NOT_RUNNING' }] });
    // As GKE leaves it where Cloud DNS answers.
    expect(await look({ pods: [], services: [service] })).toMatchObject({ status: 'skipped' });
    expect(await look({})).toMatchObject({ status: 'skipped', reason: 'no-data' });
  });

  it('blames no Pod where a service is told a name of the cluster', async () => {
    expect(await look({ pods: [dns(false)] }, asking({ code: 0 }))).toMatchObject({ status: 'healthy' });
    expect(
      await look({ pods: [dns(false)] }, asking({ code: 1, stderr: 'no servers could be reached' })),
    ).toMatchObject({ findings: [{ code: 'DNS_NOT_RUNNING' }] });
  });
});

describe('kubernetes.config-age', () => {
  const look = async (app: string, map: string, labels: Readonly<Record<string, string>> = {}) => {
    const { metadata } = meta(map, 'aetherius');
    const changed = { metadata: { ...metadata, creationTimestamp: '2026-03-01T10:02:00Z' } };
    const mounting = {
      ...meta(app, 'aetherius', labels),
      spec: {
        containers: [{ name: 'main', volumeMounts: [{ name: 'config' }] }],
        volumes: [{ name: 'config', configMap: { name: map } }],
      },
      status: {
        phase: 'Running',
        containerStatuses: [{ name: 'main', state: { running: { startedAt: '2026-03-01T10:00:00Z' } } }],
      },
    };
    const lists = { pods: [mounting], configmaps: [changed] };
    const outcome = await kubernetesConfigAge.run(
      { graceSeconds: 5 },
      probeContext({ kubernetes: kubernetes(lists) }),
    );
    return outcome.status === 'unhealthy' ? outcome.findings.map(({ part }) => part) : [];
  };

  it('counts what a part of the platform mounts, known by its workload or its labels, and nothing of others', async () => {
    expect(await look('agent-manager', 'config')).toEqual(['agent-manager']);
    expect(await look('am', 'config', { 'app.kubernetes.io/name': 'agent-manager' })).toEqual([
      'agent-manager',
    ]);
    expect(await look('grafana', 'config', { app: 'grafana' })).toEqual([]);
  });

  it.each([
    'kube-root-ca.crt',
    'openshift-service-ca.crt',
    'istio-ca-root-cert',
    'linkerd-identity-trust-roots',
    'trusted-ca-bundle',
    'internal-ca-cert',
    'cacerts',
  ])('takes %s for a CA bundle that is read anew', async (map) => {
    expect(await look('agent-manager', map)).toEqual([]);
  });

  it('takes no other name for a CA bundle', async () => {
    for (const map of ['agent-manager-config', 'root-cache', 'cluster-service-catalog'])
      expect(await look('agent-manager', map)).toEqual(['agent-manager']);
  });
});

describe('kubernetes.failing-probes', () => {
  const event = (reason: string, message: string) => ({
    ...meta(`e-${reason}`, 'aetherius'),
    reason,
    message,
    involvedObject: { kind: 'Pod', uid: 'uid-orchestrator-service-1', name: 'orchestrator-service-1' },
    lastTimestamp: '2026-03-01T10:04:00Z',
  });
  const unready = pod('orchestrator-service', {
    conditions: [{ type: 'Ready', status: 'False' }],
    containerStatuses: [
      {
        name: 'orchestrator-service',
        ready: false,
        restartCount: 0,
        state: { running: { startedAt: '2026-03-01T10:00:00Z' } },
      },
    ],
  });
  const look = (pods: readonly object[], events: readonly object[]) => {
    const target = kubernetes({ pods, events });
    const list: KubernetesTarget['list'] = async (kind, namespace, options) => {
      const all = await target.list(kind, namespace, options);
      const reason = options?.fieldSelector?.replace('reason=', '');
      return reason === undefined ? all : all.filter((object) => object['reason'] === reason);
    };
    return kubernetesFailingProbes.run({ minutes: 10 }, probeContext({ kubernetes: { ...target, list } }));
  };

  it('sees a readiness probe that gets an error from a program that runs', async () => {
    expect(
      await look(
        [unready],
        [event('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 404')],
      ),
    ).toMatchObject({
      findings: [{ code: 'POD_PROBE_FAILS', facts: { probe: 'readiness' } }],
    });
  });

  it.each([
    ['statuscode: 404', 'unhealthy', 'no waiting brings a path'],
    ['statuscode: 503', 'healthy', 'it may only be starting'],
    ['dial tcp 10.0.0.9:8081: connect: connection refused', 'healthy', 'it may only be starting'],
  ])('says of %s, a minute after the start: %s, for %s', async (said, status) => {
    const started = (at: string) => ({
      ...unready,
      status: {
        ...unready.status,
        containerStatuses: [
          { name: 'x', ready: false, restartCount: 0, state: { running: { startedAt: at } } },
        ],
      },
    });
    const events = [event('Unhealthy', `Readiness probe failed: HTTP probe failed with ${said}`)];

    expect(await look([started('2026-03-01T10:04:57Z')], events)).toMatchObject({ status });
    expect(await look([started('2026-03-01T10:04:00Z')], events)).toMatchObject({ status });
    expect(await look([started('2026-03-01T10:03:00Z')], events)).toMatchObject({ status: 'unhealthy' });
  });

  it.each([
    ['Readiness', 'statuscode: 404', 'POD_PROBE_FAILS', 'the path is not there'],
    ['Readiness', 'statuscode: 503', 'POD_SAYS_NOT_READY', 'it may wait for a part that is down'],
    [
      'Readiness',
      'dial tcp: connect: connection refused',
      'POD_SAYS_NOT_READY',
      'it may wait before it listens',
    ],
  ])('of %s and %s for minutes: %s, for %s', async (probe, said, code) => {
    const events = [event('Unhealthy', `${probe} probe failed: HTTP probe failed with ${said}`)];

    expect(await look([unready], events)).toMatchObject({ findings: [{ code }] });
  });

  it('blames the probe of a program that stands on no other part', async () => {
    const shop = pod('shop', {
      conditions: [{ type: 'Ready', status: 'False' }],
      containerStatuses: [
        { name: 'shop', ready: false, state: { running: { startedAt: '2026-03-01T10:00:00Z' } } },
      ],
    });
    const failed = event('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503');
    const of = { ...failed, involvedObject: { ...failed.involvedObject, uid: shop.metadata.uid } };

    expect(await look([shop], [of])).toMatchObject({ findings: [{ code: 'POD_PROBE_FAILS' }] });
  });

  it('blames the probe when the kubelet ends the program for its 503, whatever it waits for', async () => {
    const events = [
      event('Unhealthy', 'Liveness probe failed: HTTP probe failed with statuscode: 503'),
      event('Killing', 'Container x failed liveness probe, will be restarted'),
    ];

    expect(await look([unready], events)).toMatchObject({ findings: [{ code: 'POD_PROBE_FAILS' }] });
  });

  const about = (container: string, object: ReturnType<typeof event>) => ({
    ...object,
    involvedObject: { ...object.involvedObject, fieldPath: `spec.containers{${container}}` },
  });
  const beside = (main: object) =>
    pod('orchestrator-service', {
      conditions: [{ type: 'Ready', status: 'False' }],
      containerStatuses: [
        { name: 'proxy', ready: true, state: { running: { startedAt: '2026-03-01T09:00:00Z' } } },
        {
          name: 'main',
          ready: false,
          state: { running: { startedAt: '2026-03-01T10:04:00Z' } },
          ...main,
        },
      ],
    });

  it('asks of the container that the event names how long it runs, not of a sidecar', async () => {
    const refused = event('Unhealthy', 'Readiness probe failed: dial tcp: connect: connection refused');
    const long = { state: { running: { startedAt: '2026-03-01T10:00:00Z' } } };

    expect(await look([beside({})], [about('main', refused)])).toMatchObject({ status: 'healthy' });
    expect(await look([beside(long)], [about('main', refused)])).toMatchObject({ status: 'unhealthy' });
    // The proxy has become ready: it is not what the Pod waits for.
    expect(await look([beside({})], [about('proxy', refused)])).toMatchObject({ status: 'healthy' });
    expect(await look([beside({})], [refused])).toMatchObject({ status: 'healthy' });
  });

  it.each([
    [2, '2026-03-01T10:03:59Z', 'healthy', 'it crashes'],
    [2, '2026-03-01T09:54:00Z', 'unhealthy', 'that was long ago'],
    [143, '2026-03-01T10:03:59Z', 'unhealthy', 'it was ended from outside'],
    [0, '2026-03-01T10:03:59Z', 'unhealthy', 'it ended in order'],
  ])('of a container that ended with %i at %s: %s, for %s', async (exitCode, finishedAt, status) => {
    const main = { restartCount: 1, lastState: { terminated: { exitCode, finishedAt } } };
    const missing = event('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 404');

    expect(await look([beside(main)], [about('main', missing)])).toMatchObject({ status });
  });

  it.each([
    ['2026-03-01T10:01:00Z', 'True', 'healthy', 'it has been well since'],
    ['2026-03-01T10:01:00Z', 'False', 'unhealthy', 'it is not ready'],
    ['2026-03-01T10:03:00Z', 'True', 'unhealthy', 'it may be ended again'],
    ['2026-03-01T09:00:00Z', 'True', 'unhealthy', 'its end is still to come'],
  ])('of a container that was ended at 10:00 and runs since %s, ready %s: %s, for %s', async (...row) => {
    const [startedAt, ready, status] = row;
    const killing = about(
      'main',
      event('Killing', 'Container main failed liveness probe, will be restarted'),
    );
    const failure = event('Unhealthy', 'Liveness probe failed: EOF');
    const at = { lastTimestamp: '2026-03-01T10:00:00Z' };
    const ended = pod('orchestrator-service', {
      conditions: [{ type: 'Ready', status: ready }],
      containerStatuses: [{ name: 'main', ready: ready === 'True', state: { running: { startedAt } } }],
    });

    expect(
      await look(
        [ended],
        [
          { ...killing, ...at },
          { ...failure, ...at },
        ],
      ),
    ).toMatchObject({ status });
  });

  it.each(['Liveness', 'Startup'])(
    'sees a container that the kubelet ends for its %s probe',
    async (which) => {
      const killing = event('Killing', `Container x failed ${which.toLowerCase()} probe, will be restarted`);
      // The kubelet writes fewer and fewer events of the same kind: this one is old.
      const failure = {
        ...event('Unhealthy', `${which} probe failed: EOF`),
        lastTimestamp: '2026-03-01T08:00:00Z',
      };

      expect(await look([pod('orchestrator-service')], [killing, failure])).toMatchObject({
        findings: [{ code: 'POD_PROBE_FAILS', facts: { probe: which.toLowerCase() } }],
      });
    },
  );

  it.each([
    [1, 1, '2026-03-01T10:04:55Z', 'unhealthy', 'the kubelet needs no second failure'],
    [3, 2, '2026-03-01T10:04:55Z', 'healthy', 'one more would end it'],
    [3, 3, '2026-03-01T10:04:55Z', 'unhealthy', 'it failed as often as it may'],
    [3, 3, '2026-03-01T10:04:00Z', 'healthy', 'it has answered since'],
  ])(
    'of a liveness probe with threshold %i that failed %i times, last at %s: %s, for %s',
    async (threshold, count, lastTimestamp, status) => {
      const ready = pod('orchestrator-service');
      const spec = { containers: [{ name: 'x', livenessProbe: { failureThreshold: threshold } }] };
      const failed = event(
        'Unhealthy',
        'Liveness probe failed: Get "http://10.0.0.9:8090/": connection refused',
      );

      expect(await look([{ ...ready, spec }], [{ ...failed, count, lastTimestamp }])).toMatchObject({
        status,
      });
    },
  );

  it('makes one finding of a workload, however many Pods share it, and asks for no other events', async () => {
    const asked: unknown[] = [];
    const message = 'Readiness probe failed: HTTP probe failed with statuscode: 503';
    const ofReplica = (at: number) => ({
      ...unready,
      metadata: {
        ...unready.metadata,
        name: `orchestrator-service-7d4b9-${at}`,
        uid: `uid-${at}`,
        ownerReferences: [{ kind: 'ReplicaSet', name: 'orchestrator-service-7d4b9', controller: true }],
      },
    });
    const eventOf = (at: number) => ({
      ...event('Unhealthy', message),
      involvedObject: { kind: 'Pod', uid: `uid-${at}` },
    });
    const target = kubernetes({ pods: [ofReplica(1), ofReplica(2)] });
    const events = [eventOf(1), eventOf(2), eventOf(2)] as unknown as readonly KubeObject[];
    const outcome = await kubernetesFailingProbes.run(
      { minutes: 10 },
      probeContext({
        kubernetes: {
          ...target,
          list: (...[kind, namespace, options]: Parameters<KubernetesTarget['list']>) => {
            if (kind !== 'events') return target.list(kind, namespace, options);
            asked.push(options?.fieldSelector);
            return Promise.resolve(options?.fieldSelector === 'reason=Unhealthy' ? events : []);
          },
        },
      }),
    );

    expect(outcome).toMatchObject({
      findings: [{ subject: 'deployment/orchestrator-service', facts: { pods: 2, message } }],
    });
    expect(outcome).toMatchObject({ findings: { length: 1 } });
    // A readiness probe ends no container.
    expect(asked).toEqual(['reason=Unhealthy']);
  });

  it('leaves a Pod alone that is ready and was slow to start', async () => {
    expect(
      await look(
        [pod('orchestrator-service')],
        [event('Unhealthy', 'Readiness probe failed: connection refused')],
      ),
    ).toMatchObject({ status: 'healthy' });
  });
});

const container = (service: string, more: Partial<ComposeContainer> = {}): ComposeContainer => ({
  id: service,
  name: `aetherius-${service}`,
  service,
  image: 'i',
  state: 'running',
  createdAt: '2026-03-01T09:00:00Z',
  startedAt: '2026-03-01T10:00:00Z',
  exitCode: 0,
  oomKilled: false,
  restartCount: 0,
  networks: ['aetherius'],
  memoryLimitBytes: 0,
  nanoCpus: 0,
  env: {},
  command: [],
  ...more,
});

function compose(
  containers: readonly ComposeContainer[],
  exec: { readonly code: number; readonly stdout: string } = { code: 0, stdout: '' },
): ComposeTarget {
  const refuse = () => Promise.reject(new Error('not asked'));
  return {
    project: 'aetherius',
    containers: () => Promise.resolve(containers),
    inspect: (id) => Promise.resolve(containers.find((one) => one.id === id) ?? container(id)),
    exec: () => Promise.resolve({ ...exec, stderr: '' }),
    logs: refuse,
    stats: refuse,
    restart: refuse,
    networks: refuse,
  };
}

describe('compose.containers', () => {
  it('says which images a part runs, each once', async () => {
    const containers = [
      container('redis', { image: 'redis:7' }),
      container('redis', { image: 'redis:7', name: 'aetherius-redis-2' }),
      container('nats'),
    ];

    const seen = await composeContainers.run(
      { part: 'redis' },
      probeContext({ compose: compose(containers) }),
    );

    expect(seen).toMatchObject({ status: 'healthy', facts: { running: 2, images: 'redis:7' } });
  });
});

describe('compose.networks', () => {
  it('names the container that is not on the network of the others', async () => {
    const others = [container('agent-manager'), container('redis')];
    const look = (networks: readonly string[]) =>
      composeNetworks.run(
        {},
        probeContext({ compose: compose([...others, container('orchestrator-service', { networks })]) }),
      );

    expect(await look(['aetherius'])).toMatchObject({ status: 'healthy' });
    expect(await look(['backup'])).toMatchObject({
      findings: [
        {
          code: 'CONTAINER_OFF_NETWORK',
          part: 'orchestrator-service',
          // What the command that mends it needs.
          facts: { service: 'orchestrator-service', container: 'aetherius-orchestrator-service' },
        },
      ],
    });
  });
});

describe('compose.config-age', () => {
  const look = (seconds: number, code = 0) =>
    composeConfigAge.run(
      { part: 'agent-manager' },
      probeContext({ compose: compose([container('agent-manager')], { code, stdout: `${seconds}\n` }) }),
    );
  const started = Date.parse('2026-03-01T10:00:00Z') / 1000;

  it('compares the file’s time with the start', async () => {
    expect(await look(started - 100)).toMatchObject({ status: 'healthy' });
    expect(await look(started + 100)).toMatchObject({
      findings: [{ code: 'CONTAINER_OLDER_THAN_CONFIG', facts: { behindSeconds: 100 } }],
    });
  });

  it('cannot look where the container has no tool', async () => {
    await expect(look(0, 127)).rejects.toMatchObject({ stage: 'protocol' });
  });
});
