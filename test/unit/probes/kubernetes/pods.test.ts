import { describe, expect, it } from 'vitest';
import { AppError, TargetError } from '../../../../src/domain/kernel/errors.ts';
import type {
  KubeKind,
  KubeObject,
  KubernetesTarget,
} from '../../../../src/domain/probe/targets/kubernetes.ts';
import { kubernetesPods } from '../../../../src/probes/kubernetes/pods.probe.ts';
import { probeContext } from '../../../support/probe-context.ts';

const meta = (name: string, app: string) => ({
  metadata: {
    ...{ name, namespace: 'aetherius', uid: name, resourceVersion: '1' },
    labels: { 'pod-template-hash': '5d9f8' },
    ownerReferences: [{ kind: 'ReplicaSet', name: `${app}-5d9f8`, controller: true, uid: 'r' }],
  },
});

const named = (name: string, key?: string) => ({
  env: [{ name: 'A', valueFrom: { secretKeyRef: { name, ...(key === undefined ? {} : { key }) } } }],
});

const pod = (app: string, at: number, container: object, status: object) => ({
  ...meta(`${app}-5d9f8-${at}`, app),
  spec: { containers: [{ name: 'main', image: 'x', ...container }] },
  status: {
    phase: 'Pending',
    containerStatuses: [{ name: 'main', restartCount: 0, ...status }],
  },
});

const waiting = (reason: string, message: string) => ({ state: { waiting: { reason, message } } });

const crashed = (running: boolean) => ({
  restartCount: 4,
  state: running
    ? { running: { startedAt: '2026-03-01T10:04:58Z' } }
    : { waiting: { reason: 'CrashLoopBackOff' } },
  lastState: { terminated: { exitCode: 2, reason: 'Error', finishedAt: '2026-03-01T10:04:50Z' } },
});

const well = (at: number) => ({
  ...meta(`well-5d9f8-${at}`, 'well'),
  spec: { containers: [{ name: 'main', image: 'x', ...named('database-credentials', 'password') }] },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
});

function cluster(
  pods: readonly object[],
  more: Partial<Pick<KubernetesTarget, 'get' | 'logs'>> & {
    readonly events?: readonly object[];
    readonly maps?: readonly string[];
  } = {},
) {
  const asked: string[] = [];
  const lists: Readonly<Partial<Record<KubeKind, readonly object[]>>> = {
    pods,
    configmaps: (more.maps ?? []).map((name) => ({ metadata: { name, uid: name, resourceVersion: '1' } })),
    events: more.events ?? [],
  };
  const target = {
    namespace: 'aetherius',
    list: (kind: KubeKind) => Promise.resolve((lists[kind] ?? []) as readonly KubeObject[]),
    get: (...args: Parameters<KubernetesTarget['get']>) => {
      asked.push(`${args[0]}/${args[2]}`);
      return more.get?.(...args) ?? Promise.reject(new AppError('NOT_FOUND', 'not there'));
    },
    logs: (...args: Parameters<KubernetesTarget['logs']>) => {
      asked.push(`log ${args[1]}${args[3]?.previous === true ? ' previous' : ''}`);
      return more.logs?.(...args) ?? Promise.resolve('');
    },
  } as unknown as KubernetesTarget;
  const look = async (logs = 0) => {
    const outcome = await kubernetesPods.run({ restarts: 3, logs }, probeContext({ kubernetes: target }));
    return outcome.status === 'unhealthy' ? outcome.findings : [];
  };
  return { asked, look, get: target.get };
}

describe('a program without a readiness probe that ends at its start', () => {
  const end = { exitCode: 1, reason: 'Error', finishedAt: '2026-03-01T10:04:59Z' };
  const one = (state: object) => ({
    ...meta('mute-5d9f8-1', 'mute'),
    spec: { containers: [{ name: 'main', image: 'x' }] },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'running' in state ? 'True' : 'False' }],
      containerStatuses: [
        { name: 'main', ready: 'running' in state, restartCount: 1, state, lastState: { terminated: end } },
      ],
    },
  });
  const ended = one({ terminated: end });
  /** What is found where the Pod is listed so, and so when it is asked for alone; and how often that was. */
  const found = async (listed: object, later?: object | Error) => {
    let asked = 0;
    const kubernetes = {
      namespace: 'aetherius',
      list: (kind: KubeKind) => Promise.resolve(kind === 'pods' ? [listed] : []),
      get(kind: string, namespace: string, name: string) {
        asked += kind === 'pods' && namespace === 'aetherius' && name === 'mute-5d9f8-1' ? 1 : 0;
        return later instanceof Error ? Promise.reject(later) : Promise.resolve(later ?? listed);
      },
    } as unknown as KubernetesTarget;
    const outcome = await kubernetesPods.run({ restarts: 3, logs: 0 }, probeContext({ kubernetes }));
    return { asked, codes: outcome.status === 'unhealthy' ? outcome.findings.map(({ code }) => code) : [] };
  };

  it('is found, also when it is seen in the moment between two ends', async () => {
    const now = probeContext({}).now().getTime();
    const ago = (ms: number) => one({ running: { startedAt: new Date(now - ms).toISOString() } });

    expect(await found(ended)).toEqual({ asked: 0, codes: ['POD_CRASH_LOOPING'] });
    expect(await found(ago(300), ended)).toEqual({ asked: 1, codes: ['POD_CRASH_LOOPING'] });
    expect(await found(ago(300))).toEqual({ asked: 1, codes: [] });
    expect(await found(ago(2_000), ended)).toEqual({ asked: 0, codes: [] });
    // It is gone, or may not be asked for alone: what was listed counts.
    expect(await found(ago(300), new Error('forbidden'))).toEqual({ asked: 1, codes: [] });
  });
});

const many = (count: number, make: (at: number) => object) =>
  Array.from({ length: count }, (_, at) => make(at));

describe('Pods without their Secret', () => {
  it('that the kubelet names are believed without a question, with the nearest name in use', async () => {
    const stuck = many(40, (at) =>
      pod(
        'shop',
        at,
        named('database-credential'),
        waiting('CreateContainerConfigError', 'secret "database-credential" not found'),
      ),
    );
    const { asked, look } = cluster([...stuck, ...many(10, well)]);
    const findings = await look();

    expect(findings.map(({ code, facts }) => [code, facts.missing, facts.similar, facts.pods])).toEqual([
      ['POD_CONFIG_MISSING', 'Secret database-credential', 'database-credentials', 40],
    ]);
    expect(asked).toEqual([]);
  });

  it('cost two questions at most, however many Pods and Secrets there are', async () => {
    const message = "couldn't find key pasword in Secret aetherius/x";
    const stuck = ['a', 'b', 'c'].flatMap((app) =>
      many(20, (at) =>
        pod(app, at, named(`${app}-secret`, 'pasword'), waiting('CreateContainerConfigError', message)),
      ),
    );
    const { asked, look } = cluster(stuck, {
      get: (_kind, _namespace, name) =>
        Promise.resolve({
          metadata: { name, uid: name, resourceVersion: '1' },
          data: { password: 'cHc=' },
        }),
    });
    const findings = await look();

    expect(asked).toEqual(['secrets/a-secret', 'secrets/b-secret']);
    expect(findings.map(({ facts }) => `${facts.missing} ~ ${facts.similar}`)).toEqual([
      'Secret a-secret, key pasword ~ password',
      'Secret b-secret, key pasword ~ password',
      // Enough was asked: the kubelet's own words are what is known.
      `${message} ~ –`,
    ]);
  });
});

describe('Pods whose volumes cannot be mounted', () => {
  const since = { phase: 'Pending', startTime: '2026-03-01T10:04:00Z' };
  const creating = (at: number, volumes: readonly object[], status: object = {}) => {
    const one = pod('shop', at, {}, waiting('ContainerCreating', ''));
    return { ...one, spec: { ...one.spec, volumes }, status: { ...one.status, ...since, ...status } };
  };
  const failed = (at: number, message: string) => ({
    metadata: { name: `e${at}`, uid: `e${at}`, resourceVersion: '1' },
    ...{ reason: 'FailedMount', message, involvedObject: { uid: `shop-5d9f8-${at}` } },
  });
  const mount = 'MountVolume.SetUp failed for volume "v" : ';
  const secrets = (...names: readonly string[]) =>
    names.map((secretName, at) => ({ name: `v${at}`, secret: { secretName } }));

  it('are told by the kubelet what they lack, however many Secrets they name, without a question', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const message = `${mount}secret "e" not found`;
    const found = cluster([creating(0, secrets(...names))], {
      events: [failed(0, message)],
      get: (_kind, _namespace, name) =>
        Promise.resolve({ metadata: { name, uid: name, resourceVersion: '1' } }),
    });

    expect(await found.look()).toMatchObject([
      { code: 'POD_CONFIG_MISSING', facts: { missing: 'Secret e', message: 'Secret e not found' } },
    ]);
    // Without the word of the kubelet two are asked for, and no more.
    const unsaid = cluster([creating(0, secrets(...names))], { get: found.get });
    expect(await unsaid.look()).toEqual([]);
    expect(unsaid.asked).toEqual(['secrets/a', 'secrets/b']);
  });

  it.each([
    [{ name: 'v', secret: { secretName: 'tls' } }, 'secret', 'Secret tls, key ca.crt'],
    [{ name: 'v', configMap: { name: 'settings' } }, 'config', 'ConfigMap settings, key ca.crt'],
  ])('are told which key is missing: %o', async (volume, kind, missing) => {
    const events = [failed(0, `${mount}references non-existent ${kind} key: ca.crt`)];
    const target = cluster([creating(0, [volume])], { events, maps: ['settings'] });

    expect(await target.look()).toMatchObject([{ code: 'POD_CONFIG_MISSING', facts: { missing } }]);
  });

  it('are told it where a volume is put together from several', async () => {
    const volume = { name: 'v', projected: { sources: [{ secret: { name: 'part' } }] } };
    const { look } = cluster([creating(0, [volume])], {
      events: [failed(0, `${mount}secret "part" not found`)],
    });

    expect(await look()).toMatchObject([{ facts: { missing: 'Secret part' } }]);
  });

  it('are told it also where an init container comes first', async () => {
    const init = {
      initContainerStatuses: [{ name: 'first', state: { waiting: { reason: 'PodInitializing' } } }],
    };
    const main = { containerStatuses: [{ name: 'main', state: { waiting: { reason: 'PodInitializing' } } }] };
    const stuck = creating(0, secrets('a'), { ...init, ...main });

    expect(await cluster([stuck]).look()).toMatchObject([{ facts: { missing: 'Secret a' } }]);
  });
});

describe('Pods in their init container', () => {
  const initialising = {
    ...pod('shop', 0, {}, waiting('PodInitializing', '')),
    status: {
      phase: 'Pending',
      initContainerStatuses: [{ name: 'first', state: { running: { startedAt: '2026-03-01T10:03:00Z' } } }],
    },
  };
  const log = (...lines: readonly string[]) => ({ logs: () => Promise.resolve(lines.join('\n')) });
  const same = many(6, () => ({})).map(() => 'waiting for redis-cache');

  it('wait where its log says the same again and again, and show that', async () => {
    const { asked, look } = cluster([initialising], log(...same));

    expect(await look(1)).toMatchObject([
      {
        ...{ code: 'POD_INIT_WAITS', severity: 'critical', subject: 'deployment/shop' },
        facts: { container: 'first', seconds: 120, says: 'waiting for redis-cache', pods: 1 },
        excerpts: [{ source: 'log shop-5d9f8-0 first' }],
      },
    ]);
    expect(asked).toEqual(['log shop-5d9f8-0']);
  });

  it('may be at work where it says something new, or nothing, or nobody reads it', async () => {
    const working = cluster(
      [initialising],
      log(...many(9, () => ({})).map((_one, at) => `fetched ${at} MB`)),
    );
    const open = { code: 'POD_INIT_RUNS', severity: 'warning' };

    expect(await working.look(1)).toMatchObject([{ ...open, excerpts: [{}] }]);
    expect(await cluster([initialising], log()).look(1)).toMatchObject([open]);
    const unread = cluster([initialising], log(...same));
    expect(await unread.look(0)).toMatchObject([open]);
    expect(unread.asked).toEqual([]);
  });

  it('are told what its own references lack', async () => {
    const spec = { containers: [], initContainers: [{ name: 'first', ...named('absent') }] };
    const refused = {
      ...initialising,
      spec,
      status: {
        phase: 'Pending',
        initContainerStatuses: [{ name: 'first', ...waiting('CreateContainerConfigError', 'no such') }],
      },
    };

    expect(await cluster([refused]).look()).toMatchObject([
      { code: 'POD_CONFIG_MISSING', facts: { container: 'first', missing: 'Secret absent' } },
    ]);
  });
});

describe('Pods that crash', () => {
  const log = ['starting up', 'level=info msg=ready', 'FATAL: no such file: /etc/app.yaml', 'bye'].join('\n');

  it('show the line they end with, read once a workload and for the workloads that were allowed', async () => {
    const crashing = ['a', 'b', 'c'].flatMap((app) => many(3, (at) => pod(app, at, {}, crashed(false))));
    const { asked, look } = cluster(crashing, { logs: () => Promise.resolve(log) });
    const findings = await look(2);

    expect(findings.map(({ code, excerpts }) => [code, excerpts?.[0]?.lines])).toEqual([
      ['POD_CRASH_LOOPING', ['FATAL: no such file: /etc/app.yaml']],
      ['POD_CRASH_LOOPING', ['FATAL: no such file: /etc/app.yaml']],
      ['POD_CRASH_LOOPING', undefined],
    ]);
    expect(asked).toEqual(['log a-5d9f8-0', 'log b-5d9f8-0']);
  });

  it('are read from the container before when they run again, and without telling words to the last line', async () => {
    const { asked, look } = cluster([pod('a', 0, {}, crashed(true))], {
      logs: () => Promise.resolve('one\ntwo\n'),
    });
    const findings = await look(1);

    expect(asked).toEqual(['log a-5d9f8-0 previous']);
    expect(findings[0]?.excerpts).toEqual([{ source: 'log a-5d9f8-0', lines: ['one', 'two'] }]);
  });

  it('are named also when their log cannot be had', async () => {
    const refused = cluster([pod('a', 0, {}, crashed(false))], {
      logs: () => Promise.reject(new TargetError('forbidden', 'denied')),
    });
    const gone = cluster([pod('a', 0, {}, crashed(false))], {
      logs: () => Promise.resolve('unable to retrieve container logs for containerd://x'),
    });

    for (const { look } of [refused, gone])
      expect(await look(1)).toMatchObject([{ code: 'POD_CRASH_LOOPING', subject: 'deployment/a' }]);
    expect((await gone.look(1))[0]?.excerpts).toBeUndefined();
  });
});

describe('Pods that ended for good', () => {
  const ended = (name: string, owner: object | undefined, status: object) => ({
    metadata: {
      ...{ name, namespace: 'aetherius', uid: name, resourceVersion: '1' },
      creationTimestamp: '2026-03-01T08:00:00Z',
      ...(owner === undefined ? {} : { ownerReferences: [{ controller: true, uid: 'r', ...owner }] }),
    },
    spec: { containers: [] },
    status: { phase: 'Failed', reason: 'DeadlineExceeded', ...status },
  });
  const terminated = (finishedAt: string) => ({
    containerStatuses: [{ name: 'main', state: { terminated: { exitCode: 1, finishedAt } } }],
  });
  const fresh = terminated('2026-03-01T10:00:00Z');
  const old = terminated('2026-03-01T09:04:00Z');
  const job = { kind: 'Job', name: 'migrate' };

  it.each(['ReplicaSet', 'StatefulSet', 'DaemonSet'])(
    'are no fault when a %s replaces them, however fresh their end',
    async (kind) => {
      expect(await cluster([ended('a', { kind, name: 'a' }, fresh)]).look()).toEqual([]);
    },
  );

  it('count within an hour of their end when nothing replaces them', async () => {
    expect(await cluster([ended('a', undefined, fresh)]).look()).toMatchObject([
      { code: 'POD_FAILED', since: '2026-03-01T10:00:00Z', facts: { reason: 'DeadlineExceeded' } },
    ]);
    expect(await cluster([ended('a', job, fresh)]).look()).toMatchObject([{ code: 'POD_FAILED' }]);
    expect(await cluster([ended('a', undefined, old), ended('b', job, old)]).look()).toEqual([]);
  });

  const evictedAt = (at: number, finishedAt: string, owner: object | undefined) =>
    ended(`a-${at}`, owner, {
      ...terminated(finishedAt),
      ...{ reason: 'Evicted', message: 'The node was low on resource: memory. ' },
    });
  const set = { kind: 'ReplicaSet', name: 'shop-5d9f8' };

  it('were evicted where the kubelet says so, of what it lacks', async () => {
    expect(await cluster([evictedAt(0, '2026-03-01T10:00:00Z', undefined)]).look()).toMatchObject([
      { code: 'POD_EVICTED', since: '2026-03-01T10:00:00Z', facts: { node: '–', pressure: 'memory' } },
    ]);
    const next = ended('b', job, { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] });
    expect(await cluster([evictedAt(0, '2026-03-01T10:00:00Z', job), next]).look()).toEqual([]);
  });

  it('are no fault where two were evicted and replaced, and are one where three were', async () => {
    const times = ['2026-03-01T09:30:00Z', '2026-03-01T10:01:00Z', '2026-03-01T09:50:00Z'];
    const all = times.map((time, at) => evictedAt(at, time, set));
    const other = evictedAt(9, '2026-03-01T10:02:00Z', { ...set, uid: 'another' });

    expect(await cluster([...all.slice(1), other]).look()).toEqual([]);
    expect(await cluster([...all, other]).look()).toMatchObject([
      {
        ...{ code: 'POD_EVICTED', severity: 'critical', subject: 'deployment/shop' },
        ...{ since: '2026-03-01T10:01:00Z', facts: { pod: 'a-1', evictions: 3, pods: 1 } },
      },
    ]);
  });

  it.each([
    ['the first was more than an hour ago', '2026-03-01T09:00:00Z', '2026-03-01T10:01:00Z'],
    ['none was in the last ten minutes', '2026-03-01T09:40:00Z', '2026-03-01T09:54:00Z'],
  ])('are none where three were, and %s', async (_what, first, last) => {
    const times = [first, '2026-03-01T09:50:00Z', last];

    expect(await cluster(times.map((time, at) => evictedAt(at, time, set))).look()).toEqual([]);
  });

  it('are dated by their conditions, their start or their creation when they kept no container', async () => {
    const condition = (lastTransitionTime: string) => ({
      conditions: [{ type: 'DisruptionTarget', status: 'True', lastTransitionTime }],
    });
    const codes = async (status: object) =>
      (await cluster([ended('a', undefined, status)]).look()).map(({ code }) => code);

    expect(await codes(condition('2026-03-01T10:01:00Z'))).toEqual(['POD_FAILED']);
    expect(await codes(condition('2026-02-01T10:01:00Z'))).toEqual([]);
    expect(await codes({ startTime: '2026-03-01T10:01:00Z' })).toEqual(['POD_FAILED']);
    expect(await codes({})).toEqual([]);
  });

  it.each(['Succeeded', 'Running'])('are no fault when another Pod of their Job is %s', async (phase) => {
    const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
    const next = ended('b', job, { phase, ...ready });
    const ofAnother = ended('b', { kind: 'Job', name: 'other', uid: 'o' }, { phase, ...ready });

    expect(await cluster([ended('a', job, fresh), next]).look()).toEqual([]);
    expect(await cluster([ended('a', job, fresh), ofAnother]).look()).toMatchObject([{ code: 'POD_FAILED' }]);
  });
});

describe('kubernetes.pods, at its thresholds', () => {
  const now = Date.parse('2026-03-01T10:05:00.000Z');
  const at = (secondsAgo: number) => new Date(now - secondsAgo * 1000).toISOString();
  const creating = (startedSecondsAgo: number, more: object = {}) => ({
    ...meta('shop-5d9f8-0', 'shop'),
    spec: { containers: [{ name: 'main', image: 'x', ...named('absent') }], volumes: [] },
    status: {
      ...{ phase: 'Pending', startTime: at(startedSecondsAgo), conditions: [] },
      containerStatuses: [{ name: 'main', state: { waiting: { reason: 'ContainerCreating' } } }],
      ...more,
    },
  });
  const codes = async (pod: object) => (await cluster([pod]).look()).map(({ code }) => code);

  it.each([
    [14.999, []],
    [15, []],
    [15.001, ['POD_CONFIG_MISSING']],
  ])(
    'looks for what a Pod lacks whose containers are not made for a quarter of a minute: %f s',
    async (seconds, expected) => {
      expect(await codes(creating(seconds))).toEqual(expected);
    },
  );

  it.each([
    ['runs', { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }],
    ['has no container yet', { containerStatuses: [] }],
    [
      'waits for something else',
      { containerStatuses: [{ name: 'main', state: { waiting: { reason: 'PodInitializing' } } }] },
    ],
    [
      'has one that is made',
      {
        containerStatuses: [
          { name: 'main', state: { waiting: { reason: 'ContainerCreating' } } },
          { name: 'other', state: { running: {} } },
        ],
      },
    ],
  ])('and not for one that %s', async (_what, more) => {
    expect(await codes(creating(30, more))).toEqual([]);
  });

  it('calls a Pod restless from three restarts on, and reads no log by itself', async () => {
    expect(kubernetesPods.params.parse({})).toEqual({ restarts: 3, logs: 0 });
  });
});
