import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../../src/domain/kernel/errors.ts';
import { asInGuide } from '../../../../../src/domain/platform/platform.ts';
import type { KubeObject, KubernetesTarget } from '../../../../../src/domain/probe/targets/kubernetes.ts';
import { runtimeOnKubernetes } from '../../../../../src/platform/targets/runtime/runtime.ts';
import { fakeKubernetes } from '../../../../support/fake-kubernetes.ts';

function kubernetes(pods: readonly KubeObject[]): KubernetesTarget {
  return fakeKubernetes({
    list: async (kind) => (kind === 'pods' ? pods : []),
  });
}

const pod = (name: string, created: string, more: Readonly<Record<string, unknown>> = {}): KubeObject => ({
  metadata: {
    name,
    namespace: 'aetherius',
    uid: name,
    resourceVersion: '1',
    creationTimestamp: created,
    labels: { app: 'agent-manager' },
    ...more,
  },
  spec: {
    containers: [
      { name: 'legacy-exporter', image: 'exporter:1' },
      {
        name: 'agent-manager',
        image: 'agent-manager:2',
        args: ['--event.workers=5'],
        env: [
          { name: 'A', value: '1' },
          { name: 'SECRET', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
        ],
        resources: { limits: { memory: '512Mi', cpu: '500m' } },
      },
    ],
  },
  status: {
    phase: 'Running',
    containerStatuses: [
      { name: 'legacy-exporter', ready: true, restartCount: 0, state: { running: { startedAt: created } } },
      {
        name: 'agent-manager',
        ready: false,
        restartCount: 2,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 137, reason: 'OOMKilled', finishedAt: created } },
      },
    ],
  },
});

describe('instances on Kubernetes', () => {
  it('are none that were evicted or have done their work', async () => {
    const ended = (name: string, phase: string) => {
      const one = pod(name, '2026-03-01T09:00:00Z');
      return { ...one, status: { ...(one.status as object), phase } };
    };
    const pods = [
      ended('evicted', 'Failed'),
      ended('done', 'Succeeded'),
      pod('serving', '2026-03-01T10:00:00Z'),
    ];
    const found = await runtimeOnKubernetes(kubernetes(pods), asInGuide).instances('agent-manager');

    expect(found.map(({ name }) => name)).toEqual(['serving']);
  });
});

describe('files of a folder on Kubernetes', () => {
  const running = {
    ...pod('one', '2026-03-01T10:00:00Z'),
    spec: {
      containers: [
        {
          name: 'agent-manager',
          // The outer one first, as in many a chart.
          volumeMounts: [
            { name: 'config', mountPath: '/etc/aetherius' },
            { name: 'files', mountPath: '/etc/aetherius/workflows' },
            { name: 'scratch', mountPath: '/etc/aetherius/scratch' },
          ],
        },
      ],
      volumes: [
        { name: 'config', configMap: { name: 'agent-manager-config' } },
        { name: 'files', configMap: { name: 'workflows' } },
        { name: 'scratch', emptyDir: {} },
      ],
    },
    status: {
      phase: 'Running',
      containerStatuses: [{ name: 'agent-manager', ready: true, state: { running: {} } }],
    },
  };
  const texts = async (over: Partial<KubernetesTarget>) => {
    const runtime = runtimeOnKubernetes({ ...kubernetes([running]), ...over }, asInGuide);
    const [instance] = await runtime.instances('agent-manager');
    if (instance === undefined) throw new Error('no instance');
    return runtime.texts(instance, '/etc/aetherius/workflows');
  };

  it('come in one command, whatever is in them', async () => {
    const stdout = 'a.yaml\n8\nid: 一\nb.yaml\n     0\nc.yaml\n7\nb.yaml\n';

    expect(await texts({ exec: async () => ({ code: 0, stdout, stderr: '' }) })).toEqual([
      { name: 'a.yaml', text: 'id: 一\n', from: 'container' },
      { name: 'b.yaml', text: '', from: 'container' },
      { name: 'c.yaml', text: 'b.yaml\n', from: 'container' },
    ]);
  });

  it('come from the ConfigMap when the container has no shell', async () => {
    const map = { ...running, data: { 'a.yaml': 'id: a\n' } };

    expect(
      await texts({
        exec: async () => ({ code: 126, stdout: '', stderr: 'executable file not found' }),
        get: async (_kind, _namespace, name) =>
          name === 'workflows' ? map : { ...running, data: { 'config.yaml': 'log: {}' } },
      }),
    ).toEqual([{ name: 'a.yaml', text: 'id: a\n', from: 'configmap' }]);
  });
});

describe('R-X15: what the API tells is not asked by a command', () => {
  const mounts = [
    { name: 'config', mountPath: '/etc/aetherius' },
    { name: 'one', mountPath: '/opt/one.yaml', subPath: 'one.yaml' },
    { name: 'renamed', mountPath: '/etc/renamed' },
    { name: 'mixed', mountPath: '/etc/mixed' },
    { name: 'one', mountPath: '/etc/mixed/more.yaml', subPath: 'one.yaml' },
  ];
  const volumes = [
    { name: 'config', configMap: { name: 'config' } },
    { name: 'one', configMap: { name: 'one' } },
    { name: 'renamed', configMap: { name: 'config', items: [{ key: 'config.yaml', path: 'other.yaml' }] } },
    { name: 'mixed', configMap: { name: 'config' } },
  ];
  const running = {
    ...pod('one', '2026-03-01T10:00:00Z'),
    spec: { containers: [{ name: 'agent-manager', volumeMounts: mounts }], volumes },
    status: {
      phase: 'Running',
      containerStatuses: [{ name: 'agent-manager', ready: true, state: { running: {} } }],
    },
  };
  const maps: Readonly<Record<string, object>> = {
    config: { data: { 'config.yaml': 'a: 1', empty: '' } },
    one: { data: { 'one.yaml': 'new' } },
  };
  const allowedBy = 'features.exec';
  /** A cluster in which commands are answered, or refused as by default. */
  async function on(commands: 'allowed' | 'refused', data = maps) {
    const asked: string[] = [];
    const runtime = runtimeOnKubernetes(
      {
        ...kubernetes([running]),
        get: async (_kind, _namespace, name) => ({ ...running, ...data[name] }),
        exec: (_namespace, _pod, _container, command) => {
          asked.push(command.join(' '));
          return commands === 'allowed'
            ? Promise.resolve({ code: 0, stdout: 'inside', stderr: '' })
            : Promise.reject(new TargetError('forbidden', 'no', { facts: { allowedBy } }));
        },
      },
      asInGuide,
    );
    const [instance] = await runtime.instances('agent-manager');
    if (instance === undefined) throw new Error('no instance');
    return { runtime, instance, asked };
  }

  it('a file and a folder of a ConfigMap come from it', async () => {
    const { runtime, instance, asked } = await on('refused');

    expect(await runtime.file(instance, '/etc/aetherius/config.yaml')).toEqual({
      ...{ text: 'a: 1', from: 'configmap' },
    });
    expect(await runtime.list(instance, '/etc/aetherius/')).toEqual([
      { name: 'config.yaml', size: 4 },
      { name: 'empty', size: 0 },
    ]);
    expect(await runtime.texts(instance, '/etc/renamed')).toEqual([
      { name: 'other.yaml', text: 'a: 1', from: 'configmap' },
    ]);
    expect(asked).toEqual([]);
  });

  it('what the container may have otherwise is asked there: a file mounted by itself, a mixed folder, bytes', async () => {
    const { runtime, instance, asked } = await on('allowed', {
      ...maps,
      config: { data: {}, binaryData: { x: 'AA==' } },
    });

    expect(await runtime.file(instance, '/opt/one.yaml')).toEqual({ text: 'inside', from: 'container' });
    await runtime.list(instance, '/etc/mixed');
    await runtime.list(instance, '/etc/aetherius');
    expect(asked).toEqual(['cat /opt/one.yaml', 'ls -lnL /etc/mixed', 'ls -lnL /etc/aetherius']);
  });

  it('what only a command tells is "could not check", with what allows it; the ConfigMap is the next best', async () => {
    const { runtime, instance } = await on('refused');
    const refused = { stage: 'forbidden', facts: { allowedBy } };

    expect(await runtime.file(instance, '/opt/one.yaml')).toEqual({ text: 'new', from: 'configmap' });
    await expect(runtime.file(instance, '/app/config.yaml')).rejects.toMatchObject(refused);
    await expect(runtime.list(instance, '/app/models')).rejects.toMatchObject(refused);
    await expect(runtime.texts(instance, '/app/workflows')).rejects.toMatchObject(refused);
    await expect(runtime.throttled(instance, 1)).rejects.toMatchObject(refused);
  });
});

describe('instances on Kubernetes', () => {
  it('leave out Pods that are on their way out', async () => {
    const runtime = runtimeOnKubernetes(
      kubernetes([
        pod('old', '2026-03-01T09:00:00Z', { deletionTimestamp: '2026-03-01T10:00:00Z' }),
        pod('new', '2026-03-01T10:00:00Z'),
      ]),
      asInGuide,
    );

    expect((await runtime.instances('agent-manager')).map(({ name }) => name)).toEqual(['new']);
  });

  it('come youngest last', async () => {
    const runtime = runtimeOnKubernetes(
      kubernetes([pod('b', '2026-03-01T10:00:00Z'), pod('a', '2026-03-01T09:00:00Z')]),
      asInGuide,
    );

    expect((await runtime.instances('agent-manager')).map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('speak of the container of the part, whatever stands beside it', async () => {
    const runtime = runtimeOnKubernetes(kubernetes([pod('one', '2026-03-01T10:00:00Z')]), asInGuide);

    expect(await runtime.instances('agent-manager')).toEqual([
      {
        part: 'agent-manager',
        id: 'one',
        name: 'one',
        namespace: 'aetherius',
        container: 'agent-manager',
        image: 'agent-manager:2',
        phase: 'waiting',
        reason: 'CrashLoopBackOff',
        ready: false,
        readinessChecked: false,
        restarts: 2,
        last: { exitCode: 137, reason: 'OOMKilled', finishedAt: '2026-03-01T10:00:00Z' },
        memoryLimitBytes: 512 * 1024 * 1024,
        cpuLimitMillicores: 500,
        command: ['--event.workers=5'],
        env: { A: '1' },
        refers: true,
      },
    ]);
  });
});

describe('ports that a Pod declares', () => {
  it('are those of its container and of its probes, by number or by name, over TCP', async () => {
    const one = pod('one', '2026-03-01T10:00:00Z');
    const spec = one.spec as { readonly containers: readonly { readonly name: string }[] };
    const declaring = {
      ...one,
      spec: {
        ...spec,
        containers: spec.containers.map((container) => ({
          ...container,
          ports: [
            { name: 'http', containerPort: 8080 },
            { name: 'dns', containerPort: 53, protocol: 'UDP' },
          ],
          livenessProbe: { tcpSocket: { port: 9090 } },
          readinessProbe: { httpGet: { path: '/', port: 'http' } },
          startupProbe: { exec: { command: ['true'] } },
        })),
      },
    };
    const [instance] = await runtimeOnKubernetes(kubernetes([declaring]), asInGuide).instances(
      'agent-manager',
    );

    expect(instance?.declares).toEqual([
      { port: 8080, by: 'containerPort' },
      { port: 9090, by: 'livenessProbe' },
      { port: 8080, by: 'readinessProbe' },
    ]);
  });
});

describe('how often a container of a Pod is held back', () => {
  const stat = (periods: number, throttled: number) =>
    `nr_periods ${periods}\nnr_throttled ${throttled}\nthrottled_usec 9\n`;
  const share = async (answer: () => ReturnType<KubernetesTarget['exec']>) => {
    const commands: (readonly string[])[] = [];
    const runtime = runtimeOnKubernetes(
      {
        ...kubernetes([pod('one', '2026-03-01T10:00:00Z')]),
        exec: (_namespace, _pod, _container, command) => {
          commands.push(command);
          return answer();
        },
      },
      asInGuide,
    );
    const [instance] = await runtime.instances('agent-manager');
    if (instance === undefined) throw new Error('no instance');
    return { share: await runtime.throttled(instance, 4), commands };
  };
  const says = (stdout: string, code = 0) => share(() => Promise.resolve({ code, stdout, stderr: '' }));

  it('is read by one command, that waits between two looks', async () => {
    const { share: seen, commands } = await says(
      `usage_usec 7\n${stat(100, 40)}usage_usec 8\n${stat(140, 60)}`,
    );

    expect(seen).toBe(0.5);
    expect(commands).toEqual([['sh', '-c', expect.stringContaining('sleep $0'), '4']]);
  });

  it('is not known where the container has no shell, no such file or no limit', async () => {
    expect((await says('', 127)).share).toBeUndefined();
    expect((await says('usage_usec 7\n')).share).toBeUndefined();
    expect((await says(`${stat(0, 0)}${stat(0, 0)}`)).share).toBeUndefined();
    expect((await share(() => Promise.reject(new TargetError('forbidden', 'no')))).share).toBeUndefined();
    await expect(share(() => Promise.reject(new TargetError('aborted', 'over')))).rejects.toThrow('over');
  });
});
