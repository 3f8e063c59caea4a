import { describe, expect, it } from 'vitest';
import { AppError, TargetError } from '../../../../../src/domain/kernel/errors.ts';
import { asInGuide } from '../../../../../src/domain/platform/platform.ts';
import type { KubeObject, KubernetesTarget } from '../../../../../src/domain/probe/targets/kubernetes.ts';
import { runtimeOnKubernetes } from '../../../../../src/platform/targets/runtime/runtime.ts';
import { runtimeConnection } from '../../../../../src/probes/runtime/connection.probe.ts';
import { runtimeNameLookup } from '../../../../../src/probes/runtime/name-lookup.probe.ts';
import { answerScript, type SaidByProgram, scriptOf } from '../../../../support/network-script.ts';
import { fakeServices, probeContext } from '../../../../support/probe-context.ts';

const image = 'registry.example/busybox:1.36';
const noShell = {
  code: 126,
  stdout: '',
  stderr: 'OCI runtime exec failed: exec: "sh": executable file not found',
};
const wget = ['wget', '-q', 'http://orchestrator-service:8081'];

type State = Readonly<Record<string, unknown>>;
const running: State = { running: { startedAt: '2026-03-01T10:05:00Z' } };
const over: State = { terminated: { exitCode: 0, reason: 'Completed' } };
const creating: State = { waiting: { reason: 'ContainerCreating' } };

interface Ephemeral {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly [field: string]: unknown;
}

interface ClusterOptions {
  readonly listed?: readonly (readonly [Ephemeral, State])[];
  /** What becomes of an added container after it was created; default: it answers and ends. */
  readonly becomes?: State;
  readonly forbidden?: boolean;
  /** What a program says in the debug container. */
  readonly says?: (command: readonly string[]) => SaidByProgram | undefined;
  /** The Pod says nothing of a container's end: too many share the room for it. */
  readonly curt?: boolean;
  readonly inside?: (script: string) => { code: number; stdout: string; stderr: string };
}

/** An API server with two Pods whose containers have no tools, and a kubelet that runs what is added. */
function cluster({
  listed = [],
  becomes,
  forbidden = false,
  says = () => ({ code: 0 }),
  curt = false,
  inside = () => noShell,
}: ClusterOptions = {}) {
  const parts = ['agent-manager', 'orchestrator-service'];
  const added = new Map(parts.map((part) => [part, listed.map(([one]) => one)]));
  const states = new Map(listed.map(([{ name }, state]) => [name, state]));
  const logs = new Map<string, string>();
  const calls: string[] = [];
  const watchers = new Set<(pod: KubeObject) => void>();
  const pod = (part: string): KubeObject => ({
    metadata: {
      name: `${part}-1`,
      namespace: 'aetherius',
      uid: `uid-${part}`,
      resourceVersion: '7',
      labels: { app: part },
    },
    spec: {
      containers: [{ name: part, image: `${part}:2` }],
      ephemeralContainers: [...(added.get(part) ?? [])],
    },
    status: {
      phase: 'Running',
      containerStatuses: [{ name: part, ready: true, state: running }],
      ephemeralContainerStatuses: (added.get(part) ?? []).flatMap(({ name }) => {
        const state = states.get(name);
        return state === undefined ? [] : [{ name, state }];
      }),
    },
  });
  const refuse = () => Promise.reject(new Error('not asked for in this test'));
  const report = (part: string, name: string, state: State) => {
    states.set(name, state);
    for (const tell of watchers) tell(pod(part));
  };
  const run = (part: string, one: Ephemeral) => {
    const said = answerScript(scriptOf(one.command ?? []), says);
    logs.set(one.name, said);
    report(part, one.name, creating);
    report(part, one.name, running);
    report(
      part,
      one.name,
      becomes ?? { terminated: { exitCode: 0, reason: 'Completed', message: curt ? '' : said } },
    );
  };
  const kubernetes: KubernetesTarget = {
    namespace: 'aetherius',
    agentNamespace: 'kube-system',
    hasListed: () => false,
    list: async (kind) => (kind === 'pods' ? parts.map(pod) : []),
    get: refuse,
    create: refuse,
    remove: refuse,
    endJob: refuse,
    jobPods: refuse,
    groups: refuse,
    async exec(_namespace, name, _container, command) {
      calls.push(`exec ${name}`);
      return command[0] === 'sh'
        ? inside(scriptOf(command))
        : { ...noShell, stderr: `exec: "${command[0]}": executable file not found` };
    },
    async patch(kind, _namespace, name, body, options) {
      calls.push(`patch ${kind}/${options?.subresource}`);
      if (forbidden)
        throw new TargetError('forbidden', 'no', {
          facts: { verb: 'patch', resource: `pods/ephemeralcontainers` },
        });
      const part = name.replace(/-1$/, '');
      const wanted = body as {
        readonly metadata: { readonly uid: string };
        readonly spec: { readonly ephemeralContainers: readonly Ephemeral[] };
      };
      if (wanted.metadata.uid !== `uid-${part}`) throw new AppError('CONFLICT', 'another Pod');
      const [one] = wanted.spec.ephemeralContainers;
      if (one === undefined) throw new Error('nothing to add');
      added.set(part, [...(added.get(part) ?? []), one]);
      setTimeout(() => run(part, one), 5);
      return { metadata: { name, uid: `uid-${part}`, resourceVersion: '8' } };
    },
    async watchPods(_namespace, { signal }, onPod) {
      calls.push('watch pods');
      watchers.add(onPod);
      const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 60))]);
      watchers.delete(onPod);
    },
    async logs(_namespace, name, container) {
      calls.push(`logs ${name}`);
      return logs.get(container) ?? '';
    },
    podMetrics: refuse,
    can: refuse,
    requests: () => calls.length,
    pages: () => 0,
    limit: () => undefined,
    left: () => Number.POSITIVE_INFINITY,
    quiet: () => Promise.resolve(),
  };
  return {
    kubernetes,
    calls,
    watchers,
    containers: () => parts.flatMap((part) => added.get(part) ?? []),
  };
}

const ours = (name: string, more: Partial<Ephemeral> = {}): Ephemeral => ({ name, image, ...more });
const count = (calls: readonly string[], what: string) => calls.filter((call) => call === what).length;

async function on({ kubernetes }: ReturnType<typeof cluster>, configured = true) {
  const runtime = runtimeOnKubernetes(kubernetes, asInGuide, configured ? { image } : undefined);
  const [instance] = await runtime.instances('agent-manager');
  if (instance === undefined) throw new Error('no instance');
  const ask = (network = true) => runtime.exec(instance, wget, { network });
  return { runtime, instance, ask };
}

describe('a debug container', () => {
  it('is never made without an image in the configuration', async () => {
    const one = cluster();
    const { ask } = await on(one, false);

    expect(await ask()).toEqual(noShell);
    expect(one.calls).toEqual(['exec agent-manager-1']);
  });

  it('is made when the program is missing, bounded and without rights, and says that it answered', async () => {
    const one = cluster();
    const { ask } = await on(one);

    expect(await ask()).toEqual({ code: 0, stdout: '', stderr: '', via: 'debug-container' });
    expect(one.calls).toEqual(['exec agent-manager-1', 'patch pods/ephemeralcontainers', 'watch pods']);
    expect(one.containers()).toEqual([
      expect.objectContaining({
        name: expect.stringMatching(/^aetherius-debug-[0-9a-f]{8}$/),
        image,
        securityContext: expect.objectContaining({
          runAsNonRoot: true,
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
        }),
      }),
    ]);
    expect(JSON.stringify(one.containers())).not.toMatch(/privileged|"add"|targetContainerName/);
    expect(one.watchers.size).toBe(0);
  });

  it('is one a Pod for all questions of a run, and one watch waits for all of them', async () => {
    const one = cluster();
    const { runtime, instance, ask } = await on(one);
    const [other] = await runtime.instances('orchestrator-service');
    if (other === undefined) throw new Error('no instance');
    const answers = await Promise.all([ask(), ask(), runtime.exec(other, wget, { network: true })]);

    expect(answers.map(({ via }) => via)).toEqual(Array.from({ length: 3 }, () => 'debug-container'));
    expect(one.containers()).toHaveLength(2);
    expect([count(one.calls, 'patch pods/ephemeralcontainers'), count(one.calls, 'watch pods')]).toEqual([
      2, 1,
    ]);
    expect(instance.part).toBe('agent-manager');
  });

  it('is asked only for what the container has no program for', async () => {
    const one = cluster({
      inside: (script) => ({
        code: 0,
        stdout: answerScript(script, ([program]) =>
          program === 'wget' ? { code: 1, text: 'timed out' } : { code: 127 },
        ),
        stderr: '',
      }),
    });
    const { runtime, instance, ask } = await on(one);
    const [inside, beside] = await Promise.all([
      ask(),
      runtime.exec(instance, ['nslookup', 'x'], { network: true }),
    ]);

    expect(inside).toEqual({ code: 1, stdout: '', stderr: 'timed out' });
    expect(beside).toMatchObject({ code: 0, via: 'debug-container' });
    expect(JSON.stringify(one.containers())).not.toContain('orchestrator-service:8081');
  });

  it('is not made for a question about the filesystem, nor for a program that is there and fails', async () => {
    const files = cluster();
    const { ask, runtime, instance } = await on(files);
    expect(await ask(false)).toMatchObject({ code: 126 });
    expect(await runtime.file(instance, '/etc/aetherius/config.yaml')).toBeUndefined();
    await expect(runtime.list(instance, '/app/models')).rejects.toThrow();

    const failing = cluster({
      inside: (script) => ({
        code: 0,
        stdout: answerScript(script, () => ({ code: 1, text: 'wget: download timed out' })),
        stderr: '',
      }),
    });
    const there = await on(failing);
    expect(await there.ask()).toEqual({ code: 1, stdout: '', stderr: 'wget: download timed out' });

    expect([...files.containers(), ...failing.containers()]).toEqual([]);
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
    // Of one that has answered before it is known that the container itself has no programs.
    expect(one.calls).toEqual(['patch pods/ephemeralcontainers', 'watch pods']);
  });

  it('is not added where no request is left to wait for it, and that is said', async () => {
    const one = cluster();
    const short = { ...one.kubernetes, left: () => 1 };

    await expect((await on({ ...one, kubernetes: short })).ask()).rejects.toMatchObject({
      facts: { reason: 'request-limit' },
    });
    expect(one.containers()).toEqual([]);
  });

  it('says the rest in its log where the Pod has no room for it', async () => {
    const one = cluster({ curt: true });

    expect(await (await on(one)).ask()).toMatchObject({ code: 0, via: 'debug-container' });
    expect(one.calls.at(-1)).toBe('logs agent-manager-1');
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
    ['has no shell', { terminated: { exitCode: 128, reason: 'StartError' } }, 'StartError'],
  ])('whose image %s is given up at once, and not tried again in this Pod', async (_, state, why) => {
    const one = cluster({ becomes: state });
    await expect((await on(one)).ask()).rejects.toMatchObject({
      code: 'NOT_FOUND',
      facts: { reason: 'debug-container', why },
    });
    await expect((await on(one)).ask()).rejects.toMatchObject({ facts: { why } });

    expect(one.containers()).toHaveLength(1);
  });

  it('that does not start in its time is "could not check", and after two of them no third one is added', async () => {
    const one = cluster({ becomes: creating });
    const starting = { facts: { reason: 'debug-container', why: 'starting' } };
    await expect((await on(one)).ask()).rejects.toMatchObject(starting);
    await expect((await on(one)).ask()).rejects.toMatchObject(starting);
    await expect((await on(one)).ask()).rejects.toMatchObject(starting);

    expect(one.containers()).toHaveLength(2);
  });

  it('that was killed before it answered blames nobody', async () => {
    const one = cluster({
      becomes: { terminated: { exitCode: 137, reason: 'Error', message: '' } },
      says: () => undefined,
    });

    await expect((await on(one)).ask()).rejects.toMatchObject({
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
  const look = async (said: SaidByProgram) => {
    const { runtime } = await on(cluster({ says: () => said }));
    const context = probeContext({ runtime, services: fakeServices({}) });
    return Promise.all([
      runtimeConnection.run({ from: 'agent-manager', to: 'orchestrator-service' }, context),
      runtimeNameLookup.run({ part: 'agent-manager' }, context),
    ]);
  };

  it('is judged as from the container itself, and the facts say where from', async () => {
    const facts = { via: 'debug-container' };
    expect(await look({ code: 0 })).toMatchObject([
      { status: 'healthy', facts },
      { status: 'healthy', facts },
    ]);
    expect(await look({ code: 1, text: 'wget: download timed out' })).toMatchObject([
      { findings: [{ code: 'CONNECTION_FAILS', facts }] },
      { findings: [{ code: 'NAME_LOOKUP_FAILS', facts }] },
    ]);
  });

  it('is nothing when that image has no such program either', async () => {
    await expect(look({ code: 127, text: 'wget: executable file not found' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      facts: { via: 'debug-container' },
    });
  });
});
