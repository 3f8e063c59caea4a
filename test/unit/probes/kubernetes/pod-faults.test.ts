import { describe, expect, it } from 'vitest';
import { podFault, signalOf } from '../../../../src/probes/kubernetes/pod-faults.ts';
import { Pod, parseAll } from '../../../../src/probes/kubernetes/schemas.ts';
import { meta } from '../../../support/cluster-objects.ts';

const now = new Date('2026-03-01T10:05:00.000Z');
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000).toISOString();

interface World {
  readonly metadata?: object;
  readonly spec?: object;
  readonly status?: object;
}
const faultOf = ({ metadata = {}, spec = {}, status = {} }: World, restarts = 3) => {
  const base = meta('a', 'aetherius');
  const object = {
    metadata: { ...base.metadata, creationTimestamp: ago(7200), ...metadata },
    spec: { containers: [], ...spec },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }], ...status },
  };
  const [pod] = parseAll(Pod, [object]);
  if (pod === undefined) throw new Error('no Pod');
  return podFault(pod, { now, restarts });
};
const container = (more: object) => ({ containerStatuses: [{ name: 'main', ready: true, ...more }] });
const terminated = (secondsAgo: number, exitCode = 1, reason = 'Error') => ({
  terminated: { exitCode, reason, finishedAt: ago(secondsAgo) },
});

describe('the signal behind an exit code', () => {
  it.each([
    [0, undefined],
    [127, undefined],
    [128, undefined],
    [129, 'SIGHUP'],
    [130, 'SIGINT'],
    [131, 'SIGQUIT'],
    [132, 'SIGILL'],
    [134, 'SIGABRT'],
    [135, 'SIGBUS'],
    [136, 'SIGFPE'],
    [137, 'SIGKILL'],
    [139, 'SIGSEGV'],
    [141, 'SIGPIPE'],
    [143, 'SIGTERM'],
    [255, undefined],
    [1, undefined],
  ])('of %i is %s', (exitCode, signal) => {
    expect(signalOf(exitCode)).toBe(signal);
  });
});

describe('what keeps a Pod from working', () => {
  it.each([
    [299.999, undefined],
    [300, undefined],
    [300.001, 'POD_STUCK_TERMINATING'],
  ])('is that it does not go away for five minutes: %f s', (seconds, code) => {
    expect(faultOf({ metadata: { deletionTimestamp: ago(seconds) } })?.code).toBe(code);
  });

  it('is said with how long and where', () => {
    const gone = { metadata: { deletionTimestamp: ago(400) }, spec: { nodeName: 'n1' } };

    expect(faultOf(gone)).toEqual({
      ...{ code: 'POD_STUCK_TERMINATING', running: false, since: ago(400) },
      facts: { seconds: 400, node: 'n1' },
    });
    expect(faultOf({ metadata: { deletionTimestamp: ago(400) } })?.facts).toMatchObject({ node: '' });
  });

  it.each([
    [59.999, undefined],
    [60, undefined],
    [60.001, 'POD_NOT_READY'],
  ])('is that it has not been ready for a minute: %f s', (seconds, code) => {
    const condition = { type: 'Ready', status: 'False', lastTransitionTime: ago(seconds) };

    expect(faultOf({ status: { conditions: [condition] } })?.code).toBe(code);
    expect(faultOf({ status: { conditions: [], startTime: ago(seconds) } })?.code).toBe(code);
    expect(faultOf({ metadata: { creationTimestamp: ago(seconds) }, status: { conditions: [] } })?.code).toBe(
      code,
    );
  });

  it('is said with its phase, its reason and the containers that are not ready', () => {
    const condition = {
      type: 'Ready',
      status: 'False',
      lastTransitionTime: ago(90),
      reason: 'R',
      message: 'one\ntwo',
    };
    const status = {
      conditions: [condition],
      containerStatuses: [{ name: 'a' }, { name: 'b', ready: true }, { name: 'c' }],
    };

    expect(faultOf({ status })).toEqual({
      ...{ code: 'POD_NOT_READY', running: true, since: ago(90) },
      facts: { phase: 'Running', reason: 'R', message: 'one', containers: 'a, c' },
    });
    const undated = faultOf({ status: { phase: 'Pending', conditions: [] } });
    expect(undated).toMatchObject({ running: false, facts: { reason: '', message: '' } });
    expect(undated).not.toHaveProperty('since');
  });

  it.each([
    [2, 10, undefined],
    [3, 10, 'POD_RESTARTING'],
    [4, 10, 'POD_RESTARTING'],
    [3, 3599.999, 'POD_RESTARTING'],
    [3, 3600, undefined],
  ])('is that it restarts, %i times, the last %f s ago', (restartCount, seconds, code) => {
    expect(faultOf({ status: container({ restartCount, lastState: terminated(seconds, 0) }) })?.code).toBe(
      code,
    );
  });

  it.each([
    [3599.999, 'POD_OOM_KILLED'],
    [3600, undefined],
  ])('is that it was killed for its memory within an hour: %f s', (seconds, code) => {
    const status = container({ lastState: terminated(seconds, 137, 'OOMKilled'), state: { running: {} } });

    expect(faultOf({ status })?.code).toBe(code);
  });

  it.each([
    // Ended after a second, and runs since.
    [60, 241, 240, 'POD_CRASH_LOOPING'],
    [60.001, 241, 240, 'POD_NOT_READY'],
    [230, 241, 240, 'POD_NOT_READY'],
    // Ended after 90 seconds: it may do so again.
    [180, 390, 300, 'POD_CRASH_LOOPING'],
    [180.001, 390, 300, 'POD_NOT_READY'],
  ])('is not that it crashes, once it runs for %f s and longer than before', (runs, began, ended, code) => {
    const { terminated: last } = terminated(ended);
    const status = {
      conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: ago(500) }],
      ...container({
        ...{ ready: false, restartCount: 1, state: { running: { startedAt: ago(runs) } } },
        lastState: { terminated: { ...last, startedAt: ago(began) } },
      }),
    };

    expect(faultOf({ status })?.code).toBe(code);
  });

  it('that was killed for its memory runs again or not', () => {
    const killed = (more: object) =>
      faultOf({ status: container({ lastState: terminated(9, 137, 'OOMKilled'), ...more }) });

    expect(killed({ state: { running: {} } })).toMatchObject({
      ...{ running: true, since: ago(9) },
      facts: { exitCode: 137, signal: 'SIGKILL', reason: 'OOMKilled', finishedAt: ago(9), container: 'main' },
    });
    expect(killed({ state: { running: {} }, ready: false })).toMatchObject({ running: false });
    expect(killed({ state: { waiting: {} } })).toMatchObject({ running: false });
  });

  it.each([
    [599.999, 'POD_CRASH_LOOPING'],
    [600, undefined],
  ])('is that it crashed within ten minutes and is not ready: %f s', (seconds, code) => {
    const status = container({ restartCount: 1, ready: false, lastState: terminated(seconds) });

    expect(faultOf({ status })?.code).toBe(code);
  });

  it.each([
    ['it is ready again', { restartCount: 1, ready: true, lastState: terminated(9) }, undefined],
    ['it ended well', { restartCount: 1, ready: false, lastState: terminated(9, 0) }, undefined],
    ['it was never started again', { restartCount: 0, ready: false, lastState: terminated(9) }, undefined],
    [
      'its first life has ended',
      { restartCount: 0, ready: false, state: terminated(9) },
      'POD_CRASH_LOOPING',
    ],
    ['it says so', { state: { waiting: { reason: 'CrashLoopBackOff' } } }, 'POD_CRASH_LOOPING'],
    ['it waits for something else', { state: { waiting: { reason: 'PodInitializing' } } }, undefined],
  ])('crashes or not when %s', (_what, more, code) => {
    expect(faultOf({ status: container(more) })?.code).toBe(code);
    expect(
      faultOf({ status: { initContainerStatuses: [{ name: 'init', ready: true, ...more }] } })?.code,
    ).toBe(code);
  });

  it.each([
    ['ErrImagePull', 'POD_IMAGE_UNAVAILABLE'],
    ['ImagePullBackOff', 'POD_IMAGE_UNAVAILABLE'],
    ['InvalidImageName', 'POD_IMAGE_UNAVAILABLE'],
    ['ErrImageNeverPull', 'POD_IMAGE_UNAVAILABLE'],
    ['ImageInspectError', 'POD_IMAGE_UNAVAILABLE'],
    ['RegistryUnavailable', 'POD_IMAGE_UNAVAILABLE'],
    ['CreateContainerConfigError', 'POD_CONFIG_MISSING'],
    ['CreateContainerError', 'POD_CONFIG_MISSING'],
  ])('is what it waits for: %s', (reason, code) => {
    const status = container({
      image: 'i:1',
      state: { waiting: { reason, message: `${'m'.repeat(300)}\nmore` } },
    });

    expect(faultOf({ status })).toEqual({
      ...{ code, running: false },
      facts: { container: 'main', image: 'i:1', reason, message: `${'m'.repeat(239)}…` },
    });
  });

  it('is that no node takes it', () => {
    const condition = {
      type: 'PodScheduled',
      status: 'False',
      lastTransitionTime: ago(5),
      message: 'no room',
    };

    expect(faultOf({ status: { phase: 'Pending', conditions: [condition] } })).toEqual({
      ...{ code: 'POD_UNSCHEDULABLE', running: false, since: ago(5) },
      facts: { reason: 'Unschedulable', message: 'no room', unknown: '–' },
    });
    const message = "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.";
    const status = { phase: 'Pending', conditions: [{ ...condition, message }] };
    const spec = { nodeSelector: { disk: 'ssd', 'kubernetes.io/os': 'linux' } };
    // The one label that no node has: what may be taken away.
    expect(faultOf({ spec, status })?.facts).toMatchObject({ nodeLabel: 'disk=ssd' });
    expect(faultOf({ status })?.facts).not.toHaveProperty('nodeLabel');
    expect(
      faultOf({ spec, status: { phase: 'Pending', conditions: [condition] } })?.facts,
    ).not.toHaveProperty('nodeLabel');
    const undated = faultOf({
      status: { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'R' }] },
    });
    expect(undated).toMatchObject({ facts: { reason: 'R' } });
    expect(undated).not.toHaveProperty('since');
    expect(
      faultOf({
        status: {
          conditions: [
            { type: 'Other', status: 'False' },
            { type: 'Ready', status: 'True' },
          ],
        },
      }),
    ).toBeUndefined();
  });

  it.each([
    [3599.999, 'POD_FAILED'],
    [3600, undefined],
  ])('is that it failed within an hour: %f s', (seconds, code) => {
    expect(faultOf({ status: { phase: 'Failed', ...container({ state: terminated(seconds) }) } })?.code).toBe(
      code,
    );
  });

  it('is that it failed, by its last container', () => {
    const status = {
      ...{
        phase: 'Failed',
        message: 'gone',
        conditions: [{ type: 'x', status: 'True', lastTransitionTime: ago(1) }],
      },
      containerStatuses: [
        { name: 'a', state: terminated(20) },
        { name: 'b', state: terminated(10) },
        { name: 'c', state: terminated(30) },
      ],
    };

    expect(faultOf({ status })).toEqual({
      ...{ code: 'POD_FAILED', running: false, since: ago(10) },
      facts: { reason: 'Failed', message: 'gone' },
    });
    expect(
      faultOf({ status: { phase: 'Succeeded', ...container({ state: terminated(5) }) } }),
    ).toBeUndefined();
  });
});

describe('a command that is not there', () => {
  const runc =
    'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init:';
  const refused = (message: string, reason = 'StartError', secondsAgo = 5) => ({
    terminated: { exitCode: 128, reason, message, finishedAt: ago(secondsAgo) },
  });
  const waits = (reason: string, message = '') => ({ state: { waiting: { reason, message } } });

  it.each([
    [`${runc} exec: "/bin/shopd": stat /bin/shopd: no such file or directory: unknown`, '/bin/shopd'],
    [`${runc} exec: "shopd": executable file not found in $PATH: unknown`, 'shopd'],
    [`${runc} exec: "/app": permission denied: unknown`, '/app'],
    [`${runc} chdir to cwd ("/srv") set in config.json failed: no such file or directory: unknown`, '/srv'],
  ])('is named with its container: %s', (message, command) => {
    const own = { ready: false, restartCount: 2, lastState: refused(message), ...waits('CrashLoopBackOff') };

    expect(faultOf({ status: { phase: 'Running', conditions: [], ...container(own) } })).toMatchObject({
      code: 'POD_COMMAND_MISSING',
      running: false,
      facts: { container: 'main', command },
    });
  });

  it('is named by the word of another runtime, and by that of an init container', () => {
    const message = 'container create failed: exec: "shopd": executable file not found in $PATH';

    expect(
      faultOf({ status: { conditions: [], ...container(waits('CreateContainerError', message)) } }),
    ).toMatchObject({ code: 'POD_COMMAND_MISSING', facts: { command: 'shopd' } });
    const first = { initContainerStatuses: [{ name: 'first', state: refused(message) }] };
    expect(faultOf({ status: { conditions: [], ...first } })?.facts).toMatchObject({ container: 'first' });
  });

  it.each([
    [
      'another failure of the start',
      refused(`${runc} error mounting "/x" to rootfs: not a directory: unknown`),
      'POD_CRASH_LOOPING',
    ],
    [
      'a program that ends by itself',
      refused('exec: "x": no such file or directory', 'Error'),
      'POD_CRASH_LOOPING',
    ],
    ['a failure of long ago', refused(`${runc} exec: "x": permission denied`, 'StartError', 700), undefined],
  ])('is not what %s is', (_what, lastState, code) => {
    const own = { ready: false, restartCount: 2, lastState };
    const status = { conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: ago(5) }] };

    expect(faultOf({ status: { ...status, ...container(own) } })?.code).toBe(code);
  });

  it('is none where the container runs', () => {
    const own = {
      restartCount: 1,
      state: { running: { startedAt: ago(70) } },
      lastState: refused('exec: "x": permission denied'),
    };

    expect(faultOf({ status: container(own) })).toBeUndefined();
  });
});

describe('an init container that runs', () => {
  const first = (seconds: number, more: object = {}) => ({
    phase: 'Pending',
    conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: ago(30) }],
    initContainerStatuses: [{ name: 'first', image: 'x:1', state: { running: { startedAt: ago(seconds) } } }],
    containerStatuses: [{ name: 'main', state: { waiting: { reason: 'PodInitializing' } } }],
    ...more,
  });

  it.each([
    [60, undefined],
    [60.001, 'POD_INIT_RUNS'],
  ])('is told of after a minute: %f s', (seconds, code) => {
    expect(faultOf({ status: first(seconds) })?.code).toBe(code);
  });

  it('is named, with for how long', () => {
    expect(faultOf({ status: first(90) })).toEqual({
      ...{ code: 'POD_INIT_RUNS', running: true, since: ago(90) },
      facts: { container: 'first', image: 'x:1', seconds: 90 },
    });
  });

  it('is no fault where it runs beside the others', () => {
    const spec = { initContainers: [{ name: 'first', restartPolicy: 'Always' }] };

    expect(faultOf({ spec, status: first(90) })).toBeUndefined();
    expect(faultOf({ spec: { initContainers: [{ name: 'first' }] }, status: first(90) })?.code).toBe(
      'POD_INIT_RUNS',
    );
  });
});
