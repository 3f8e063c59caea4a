import { describe, expect, it } from 'vitest';
import { kubernetesConfigAge } from '../../../../src/probes/kubernetes/config-age.probe.ts';
import { kubernetes, meta } from '../../../support/cluster-objects.ts';
import { probeContext } from '../../../support/probe-context.ts';

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
      { graceSeconds: 5, strict: false },
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

describe('kubernetes.config-age, at its thresholds', () => {
  const changedAt = Date.parse('2026-03-01T10:02:00.000Z');
  const at = (ms: number) => new Date(ms).toISOString();
  const look = (
    startedBeforeMs: number,
    map: object = { creationTimestamp: at(changedAt) },
    more: object = {},
  ) => {
    const pods = ['agent-manager-1', 'agent-manager-2'].map((name) => ({
      metadata: {
        ...meta(name, 'aetherius').metadata,
        ownerReferences: [{ kind: 'StatefulSet', name: 'agent-manager', controller: true, uid: 'u' }],
      },
      spec: {
        containers: [{ name: 'main', volumeMounts: [{ name: 'config' }] }],
        volumes: [{ name: 'config', configMap: { name: 'settings' } }],
      },
      status: {
        phase: 'Running',
        containerStatuses: [
          { name: 'main', state: { running: { startedAt: at(changedAt - startedBeforeMs) } } },
        ],
        ...more,
      },
    }));
    const configmaps = [{ metadata: { ...meta('settings', 'aetherius').metadata, ...map } }];
    return kubernetesConfigAge.run(
      kubernetesConfigAge.params.parse({}),
      probeContext({ kubernetes: kubernetes({ pods, configmaps }) }),
    );
  };

  it.each([
    [4_999, 'healthy'],
    [5_000, 'healthy'],
    [5_001, 'unhealthy'],
  ])('allows for five seconds between a start and a change: %i ms', async (before, status) => {
    expect(await look(before)).toMatchObject({ status });
  });

  it('says by how much, and of how many Pods', async () => {
    expect(await look(90_000)).toMatchObject({
      findings: [
        { code: 'POD_OLDER_THAN_CONFIG', part: 'agent-manager', facts: { behindSeconds: 90, pods: 2 } },
      ],
    });
    expect(await look(90_000, undefined, { phase: 'Pending' })).toMatchObject({ status: 'healthy' });
  });

  it.each([
    [['data'], 'unhealthy'],
    [['binaryData'], 'unhealthy'],
    [['metadata'], 'healthy'],
    [undefined, 'healthy'],
  ])('takes only a change of what it holds for one: %o', async (touches, status) => {
    const map = {
      creationTimestamp: at(changedAt - 3_600_000),
      managedFields: [
        {
          manager: 'm',
          operation: 'Update',
          time: at(changedAt),
          ...(touches === undefined ? {} : { touches }),
        },
      ],
    };

    expect(await look(90_000, map)).toMatchObject({ status });
  });
});

describe('kubernetes.config-age, about what changed while a container started', () => {
  const born = Date.parse('2026-03-01T10:00:00Z');
  const at = (seconds: number) => new Date(born + seconds * 1000).toISOString();
  /** Seconds after the Pod was made: when its container started, and when the ConfigMap was made and changed. */
  interface Moments {
    readonly started: number;
    readonly changed: number;
    readonly made?: number;
    readonly restarts?: number;
    readonly by?: 'volume' | 'projected' | 'env' | 'envFrom';
    readonly optional?: true;
  }
  const use = { key: 'a', name: 'settings' };
  const uses = (by: Moments['by'] = 'volume', optional?: true) => {
    const reference = { ...use, ...(optional === undefined ? {} : { optional }) };
    const mounting = { containers: [{ name: 'main', volumeMounts: [{ name: 'config' }] }] };
    const one = {
      volume: { ...mounting, volumes: [{ name: 'config', configMap: reference }] },
      projected: {
        ...mounting,
        volumes: [{ name: 'config', projected: { sources: [{ configMap: reference }] } }],
      },
      env: {
        containers: [{ name: 'main', env: [{ name: 'A', valueFrom: { configMapKeyRef: reference } }] }],
      },
      envFrom: { containers: [{ name: 'main', envFrom: [{ configMapRef: reference }] }] },
    };
    return one[by];
  };
  const podOf = (name: string, { started, restarts = 0, by, optional }: Moments) => ({
    metadata: {
      ...meta(`${name}-1`, 'aetherius').metadata,
      creationTimestamp: at(0),
      ownerReferences: [{ kind: 'StatefulSet', name, controller: true, uid: 'u' }],
    },
    spec: uses(by, optional),
    status: {
      phase: 'Running',
      containerStatuses: [
        { name: 'main', restartCount: restarts, state: { running: { startedAt: at(started) } } },
      ],
    },
  });
  const mapOf = ({ changed, made = -3_600 }: Moments) => ({
    metadata: {
      ...meta('settings', 'aetherius').metadata,
      creationTimestamp: at(made),
      managedFields: [{ manager: 'm', operation: 'Update', time: at(changed), touches: ['data'] }],
    },
  });
  const look = (moments: Moments, params: object = { strict: true }, names = ['agent-manager']) =>
    kubernetesConfigAge.run(
      kubernetesConfigAge.params.parse(params),
      probeContext({
        kubernetes: kubernetes({
          pods: names.map((name) => podOf(name, moments)),
          configmaps: [mapOf(moments)],
        }),
      }),
    );

  it.each<[string, Moments, string]>([
    ['before the Pod', { started: 4, changed: -1 }, 'healthy'],
    ['in the second of the Pod', { started: 4, changed: 0 }, 'inconclusive'],
    ['while an image was pulled', { started: 900, changed: 300 }, 'inconclusive'],
    ['in the second of the start', { started: 4, changed: 4 }, 'inconclusive'],
    ['five seconds after the start', { started: 4, changed: 9 }, 'inconclusive'],
    ['six seconds after the start', { started: 4, changed: 10 }, 'unhealthy'],
  ])('knows who was first, or that nobody knows: %s', async (_, moments, status) => {
    for (const by of ['volume', 'projected', 'env', 'envFrom'] as const)
      expect(await look({ ...moments, by }), by).toMatchObject({ status });
  });

  it.each([
    [-151, 'healthy'],
    [-150, 'inconclusive'],
    [-1, 'inconclusive'],
    [5, 'inconclusive'],
    [6, 'unhealthy'],
  ])('gives the kubelet its time where a container was started again: %i s', async (after, status) => {
    expect(await look({ started: 7_200, changed: 7_200 + after, restarts: 1 })).toMatchObject({ status });
  });

  it('takes what stands in a new Pod for read, however often its container was started', async () => {
    expect(await look({ started: 60, changed: -1, restarts: 2 })).toMatchObject({ status: 'healthy' });
  });

  it.each<[string, Moments, string]>([
    ['made with its Pod', { started: 2, made: 0, changed: 0 }, 'healthy'],
    ['made before its Pod', { started: 2, made: -1, changed: -1 }, 'healthy'],
    ['made with its Pod and changed since', { started: 2, made: 0, changed: 1 }, 'inconclusive'],
    [
      'made with its Pod, which does not wait for it',
      { started: 2, made: 0, changed: 0, optional: true },
      'inconclusive',
    ],
    [
      'made later than its Pod, maybe not for the first time',
      { started: 2, made: 1, changed: 1 },
      'inconclusive',
    ],
  ])('takes a new installation for read: a ConfigMap %s', async (_, moments, status) => {
    for (const by of ['volume', 'projected', 'env', 'envFrom'] as const)
      expect(await look({ ...moments, by }), by).toMatchObject({ status });
  });

  it('says which workloads, each once, and leaves it to whoever asks strictly', async () => {
    const moments = { started: 4, changed: 5 };
    const names = ['agent-manager', 'agent-manager', 'reasoning-service', 'grafana'];

    expect(await look(moments, { strict: true }, names)).toMatchObject({
      cause: {
        facts: {
          reason: 'changed-while-starting',
          uses: 'statefulset/agent-manager (settings), statefulset/reasoning-service (settings)',
        },
      },
      facts: { configMaps: 1 },
    });
    expect(await look(moments, {}, names)).toEqual({ status: 'healthy', facts: { configMaps: 1 } });
  });

  it('reports what is certain, whatever else is not', async () => {
    const [old, young] = [
      podOf('agent-manager', { started: 4, changed: 0 }),
      podOf('reasoning-service', { started: 58, changed: 0 }),
    ];
    const lists = { pods: [young, old], configmaps: [mapOf({ started: 0, changed: 60 })] };
    const outcome = await kubernetesConfigAge.run(
      kubernetesConfigAge.params.parse({ strict: true }),
      probeContext({ kubernetes: kubernetes(lists) }),
    );

    expect(outcome).toMatchObject({ status: 'unhealthy', findings: [{ part: 'agent-manager' }] });
    expect(outcome).toHaveProperty('findings.length', 1);
  });
});
