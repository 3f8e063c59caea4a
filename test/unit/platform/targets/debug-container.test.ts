import { describe, expect, it } from 'vitest';
import { AppError, TargetError } from '../../../../src/domain/errors.ts';
import type { KubeObject, KubernetesTarget } from '../../../../src/domain/targets.ts';
import { runtimeOnKubernetes } from '../../../../src/platform/targets/runtime.ts';
import { runtimeConnection } from '../../../../src/probes/runtime/connection.probe.ts';
import { runtimeNameLookup } from '../../../../src/probes/runtime/name-lookup.probe.ts';
import { probeContext } from '../../../support/probe-context.ts';

const image = 'registry.example/busybox:1.36';
const noWget = {
  code: 126,
  stdout: '',
  stderr: 'OCI runtime exec failed: exec: "wget": executable file not found',
};
const wget = ['wget', '-q', 'http://orchestrator-service:8081'];

type Answer = { readonly code: number; readonly stdout: string; readonly stderr: string };
type State = Readonly<Record<string, unknown>>;
const running: State = { running: { startedAt: '2026-03-01T10:05:00Z' } };
const over: State = { terminated: { exitCode: 0, reason: 'Completed' } };

interface Ephemeral {
  readonly name: string;
  readonly image: string;
  readonly [field: string]: unknown;
}

/** An API server with one Pod whose container has no tools, and a kubelet that starts what is added. */
function cluster({
  listed = [],
  becomes = [{ waiting: { reason: 'ContainerCreating' } }, running],
  forbidden = false,
  beside = () => ({ code: 0, stdout: 'ok', stderr: '' }),
}: {
  readonly listed?: readonly (readonly [Ephemeral, State])[];
  /** States of an added container, one a look; the last stays. */
  readonly becomes?: readonly State[];
  readonly forbidden?: boolean;
  readonly beside?: (container: string) => Answer | Error;
} = {}) {
  let version = 1;
  const containers: Ephemeral[] = listed.map(([one]) => one);
  const states = new Map(listed.map(([{ name }, state]) => [name, [state]]));
  const calls: string[] = [];
  const rival: (() => void)[] = [];
  const pod = (): KubeObject => ({
    metadata: {
      name: 'agent-manager-1',
      namespace: 'aetherius',
      uid: 'u1',
      resourceVersion: `${version}`,
      labels: { app: 'agent-manager' },
    },
    spec: {
      containers: [{ name: 'agent-manager', image: 'agent-manager:2' }],
      ...(containers.length === 0 ? {} : { ephemeralContainers: [...containers] }),
    },
    status: {
      phase: 'Running',
      containerStatuses: [{ name: 'agent-manager', ready: true, state: running }],
      ephemeralContainerStatuses: containers.flatMap(({ name }) => {
        const left = states.get(name) ?? [];
        const state = left.length > 1 ? left.shift() : left[0];
        return state === undefined ? [] : [{ name, state }];
      }),
    },
  });
  const refuse = () => Promise.reject(new Error('not asked for in this test'));
  const add = (one: Ephemeral) => {
    containers.push(one);
    states.set(one.name, [...becomes]);
    version += 1;
  };
  const kubernetes: KubernetesTarget = {
    namespace: 'aetherius',
    agentNamespace: 'kube-system',
    hasListed: () => false,
    list: async (kind) => (kind === 'pods' ? [pod()] : []),
    async get(kind) {
      calls.push(`get ${kind}`);
      const seen = pod();
      rival.shift()?.();
      return seen;
    },
    async exec(_namespace, _pod, container) {
      calls.push(`exec ${container.replace(/-[0-9a-f]{8}$/, '')}`);
      if (container === 'agent-manager') return noWget;
      const answer = beside(container);
      if (answer instanceof Error) throw answer;
      return answer;
    },
    async patch(kind, _namespace, _name, body, options) {
      calls.push(`patch ${kind}/${options?.subresource}`);
      if (forbidden)
        throw new TargetError('forbidden', 'no', {
          facts: { verb: 'patch', resource: `pods/ephemeralcontainers` },
        });
      const wanted = body as {
        readonly metadata: { readonly resourceVersion: string };
        readonly spec: { readonly ephemeralContainers: readonly Ephemeral[] };
      };
      if (wanted.metadata.resourceVersion !== `${version}`) throw new AppError('CONFLICT', 'stale');
      expect(wanted.spec.ephemeralContainers.slice(0, -1)).toEqual(containers);
      const added = wanted.spec.ephemeralContainers.at(-1);
      if (added !== undefined) add(added);
      return { metadata: { name: 'agent-manager-1', uid: 'u1', resourceVersion: `${version}` } };
    },
    logs: refuse,
    podMetrics: refuse,
    can: refuse,
    requests: () => calls.length,
    pages: () => 0,
  };
  return {
    kubernetes,
    containers,
    calls,
    add,
    /** What happens between the next look and what follows it. */
    meanwhile: (what: () => void) => rival.push(what),
    states,
  };
}

const ours = (name: string, more: Partial<Ephemeral> = {}): Ephemeral => ({ name, image, ...more });
const count = (calls: readonly string[], what: string) => calls.filter((call) => call === what).length;

async function on({ kubernetes }: ReturnType<typeof cluster>, configured = true) {
  const paused: number[] = [];
  const sleep = async (ms: number) => {
    paused.push(ms);
  };
  const runtime = runtimeOnKubernetes(kubernetes, configured ? { image, sleep } : undefined);
  const [instance] = await runtime.instances('agent-manager');
  if (instance === undefined) throw new Error('no instance');
  const ask = (network = true) => runtime.exec(instance, wget, { network });
  return { runtime, instance, paused, ask };
}

describe('a debug container', () => {
  it('is never made without an image in the configuration', async () => {
    const one = cluster();
    const { ask } = await on(one, false);

    expect(await ask()).toEqual(noWget);
    expect(one.calls).toEqual(['exec agent-manager']);
  });

  it('is made when the program is missing, bounded and without rights, and says that it answered', async () => {
    const one = cluster();
    const { ask } = await on(one);

    expect(await ask()).toEqual({ code: 0, stdout: 'ok', stderr: '', via: 'debug-container' });
    expect(one.calls).toEqual([
      'exec agent-manager',
      'get pods',
      'patch pods/ephemeralcontainers',
      'get pods',
      'get pods',
      'exec aetherius-debug',
    ]);
    expect(one.containers).toEqual([
      expect.objectContaining({
        name: expect.stringMatching(/^aetherius-debug-[0-9a-f]{8}$/),
        image,
        command: ['sleep', '120'],
        securityContext: expect.objectContaining({
          runAsNonRoot: true,
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
        }),
      }),
    ]);
    expect(JSON.stringify(one.containers)).not.toMatch(/privileged|"add"|targetContainerName/);
  });

  it('is not made for a question about the filesystem, nor for a program that is there and fails', async () => {
    const files = cluster();
    const { ask, runtime, instance } = await on(files);
    expect(await ask(false)).toEqual(noWget);
    expect(await runtime.file(instance, '/etc/aetherius/config.yaml')).toBeUndefined();
    await expect(runtime.list(instance, '/app/models')).rejects.toThrow();

    const failing = cluster();
    const failed = { code: 1, stdout: '', stderr: 'wget: download timed out' };
    const there = await on({
      ...failing,
      kubernetes: { ...failing.kubernetes, exec: async () => failed },
    });
    expect(await there.ask()).toEqual(failed);

    expect([...files.containers, ...failing.containers]).toEqual([]);
  });

  it('is one for all questions of a run, and one for the runs within its time', async () => {
    const one = cluster();
    const first = await on(one);
    await Promise.all([first.ask(), first.ask(), first.ask()]);
    const second = await on(one);
    await second.ask();

    expect(one.containers).toHaveLength(1);
    expect(count(one.calls, 'patch pods/ephemeralcontainers')).toBe(1);
    expect(second.paused).toEqual([]);
  });

  it('that another run has just added is used', async () => {
    const one = cluster();
    one.meanwhile(() => one.add(ours('aetherius-debug-0a0a0a0a')));
    const { ask } = await on(one);

    expect(await ask()).toMatchObject({ code: 0 });
    expect(one.containers.map(({ name }) => name)).toEqual(['aetherius-debug-0a0a0a0a']);
  });

  it('is another one than somebody’s own, than one of another image and than one that has ended', async () => {
    const one = cluster({
      listed: [
        [{ name: 'debugger-x7', image, stdin: true }, running],
        [ours('aetherius-debug-11111111', { image: 'registry.example/other:1' }), running],
        [ours('aetherius-debug-22222222'), over],
      ],
    });
    const { ask } = await on(one);

    expect(await ask()).toMatchObject({ via: 'debug-container' });
    expect(one.containers).toHaveLength(4);
  });

  it('that the account may not add is asked for once a run, and the refusal is the reason', async () => {
    const one = cluster({ forbidden: true });
    const { ask } = await on(one);

    await expect(ask()).rejects.toMatchObject({
      stage: 'forbidden',
      facts: { verb: 'patch', resource: 'pods/ephemeralcontainers' },
    });
    await expect(ask()).rejects.toMatchObject({ stage: 'forbidden' });
    expect(count(one.calls, 'patch pods/ephemeralcontainers')).toBe(1);
  });

  it.each([
    ['cannot be pulled', { waiting: { reason: 'ErrImagePull' } }, 'ErrImagePull'],
    ['has no sleep', { terminated: { exitCode: 128, reason: 'StartError' } }, 'StartError'],
  ])('whose image %s is given up at once, and not tried again in this Pod', async (_, state, why) => {
    const one = cluster({ becomes: [state] });
    const first = await on(one);
    await expect(first.ask()).rejects.toMatchObject({
      code: 'NOT_FOUND',
      facts: { reason: 'debug-container', why },
    });
    await expect((await on(one)).ask()).rejects.toMatchObject({ facts: { why } });

    expect(first.paused).toEqual([]);
    expect(one.containers).toHaveLength(1);
  });

  it('that does not start within eight seconds is waited for no longer, and found by the next run', async () => {
    const one = cluster({ becomes: [{ waiting: { reason: 'ContainerCreating' } }] });
    const slow = await on(one);
    await expect(slow.ask()).rejects.toMatchObject({
      facts: { reason: 'debug-container', why: 'starting' },
    });
    for (const { name } of one.containers) one.states.set(name, [running]);

    expect(slow.paused.reduce((sum, ms) => sum + ms, 0)).toBe(8_000);
    expect(await (await on(one)).ask()).toMatchObject({ via: 'debug-container' });
    expect(one.containers).toHaveLength(1);
  });

  it.each<[string, Answer | Error]>([
    ['kills the command', { code: 137, stdout: '', stderr: '' }],
    ['refuses the command', { code: 126, stdout: '', stderr: 'container is in CONTAINER_EXITED state' }],
    ['is gone', new TargetError('protocol', 'no such container')],
  ])('whose time is over and that %s is replaced once, and blames nobody', async (_, ending) => {
    const old = 'aetherius-debug-33333333';
    const one = cluster({
      listed: [[ours(old), running]],
      beside: (container) => {
        if (container !== old) return { code: 0, stdout: 'ok', stderr: '' };
        // A refusal comes of a container that is gone; after a kill the status is behind.
        if (ending instanceof Error) one.states.set(old, [over]);
        return ending;
      },
    });
    expect(await (await on(one)).ask()).toMatchObject({ code: 0, via: 'debug-container' });
    expect(one.containers).toHaveLength(2);

    const always = cluster({ listed: [[ours(old), running]], beside: () => ending });
    await expect((await on(always)).ask()).rejects.toMatchObject({
      facts: { reason: 'debug-container', why: 'ended' },
    });
  });

  it('is not the twenty-first in a Pod, which lists them for ever', async () => {
    const one = cluster({
      listed: Array.from(
        { length: 20 },
        (_, at) => [ours(`aetherius-debug-${at + 10_000_000}`), over] as const,
      ),
    });

    await expect((await on(one)).ask()).rejects.toMatchObject({
      facts: { reason: 'debug-container-limit', count: 20 },
    });
  });
});

describe('what is seen from a debug container', () => {
  const look = async (answer: Answer) => {
    const { runtime } = await on(cluster({ beside: () => answer }));
    const context = probeContext({ runtime });
    return Promise.all([
      runtimeConnection.run({ from: 'agent-manager', to: 'orchestrator-service' }, context),
      runtimeNameLookup.run({ part: 'agent-manager' }, context),
    ]);
  };

  it('is judged as from the container itself, and the facts say where from', async () => {
    const facts = { via: 'debug-container' };
    expect(await look({ code: 0, stdout: 'ok', stderr: '' })).toMatchObject([
      { status: 'healthy', facts },
      { status: 'healthy', facts },
    ]);
    expect(await look({ code: 1, stdout: '', stderr: 'wget: download timed out' })).toMatchObject([
      { findings: [{ code: 'CONNECTION_FAILS', facts }] },
      { findings: [{ code: 'NAME_LOOKUP_FAILS', facts }] },
    ]);
  });

  it('is nothing when that image has no such program either', async () => {
    await expect(look(noWget)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      facts: { via: 'debug-container' },
    });
  });
});
