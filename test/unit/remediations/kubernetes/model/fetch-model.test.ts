import { describe, expect, it } from 'vitest';
import type { LongWork } from '../../../../../src/domain/fix/remediation.ts';
import { AppError, TargetError } from '../../../../../src/domain/kernel/errors.ts';
import type { KubeObject } from '../../../../../src/domain/probe/targets/kubernetes.ts';
import type { With } from '../../../../../src/domain/probe/targets/targets.ts';
import { fetchModelOnKubernetes as fetchModel } from '../../../../../src/remediations/kubernetes/model/fetch-model.remediation.ts';
import {
  jobEnd,
  modelJob,
  podSeen,
  progressOf,
} from '../../../../../src/remediations/kubernetes/model/model-job.ts';
import { watchJob } from '../../../../../src/remediations/kubernetes/model/model-watch.ts';
import { brokenClaim, servicePod } from '../../../../support/broken-claim.ts';

type Deps = With<'kubernetes' | 'runtime' | 'services'>;
const operation = { id: '6f1d', age: () => Promise.resolve(0) };

function fresh(...start: Parameters<typeof brokenClaim>) {
  const fixture = brokenClaim(...start);
  const context = {
    ...{ deps: fixture.targets as Deps, signal: new AbortController().signal, operation },
    now: () => new Date(0),
  };
  return { fixture, context };
}
const pods = (...all: Parameters<typeof servicePod>) => ({ pods: [servicePod(...all)] });
const mounted = (mount: object, volume: object = {}) =>
  pods({
    container: { volumeMounts: [{ name: 'models', mountPath: '/app/models', ...mount }] },
    ...(Object.keys(volume).length === 0 ? {} : { spec: { volumes: [{ name: 'models', ...volume }] } }),
  });

describe('the plan to fetch the model by a Job', () => {
  it('shows the file that is there, the size of the other, and where it comes from', async () => {
    const { context } = fresh();
    const plan = await fetchModel.plan({}, context);

    expect(plan).toMatchObject({
      ...{ tier: 3, raised: { key: 'model-is-code' }, target: 'deployments/aetherius/reasoning-service' },
      steps: [
        {
          kind: 'kubernetes-fetch-model',
          from: { bytes: 9 },
          to: { bytes: 5_000 },
          precondition: { was: '9-100' },
        },
        { kind: 'kubernetes-rollout-restart' },
      ],
      undo: [{ kind: 'kubernetes-put-model-back' }, { kind: 'kubernetes-rollout-restart' }],
    });
    expect(plan.verifyWith).toContainEqual({ probe: 'services.root-cause-call' });
    expect(plan.notes?.map(({ key }) => key)).toEqual(['model-source', 'model-by-job', 'model-kept']);
  });

  it('has no undo where there is no file', async () => {
    const { fixture, context } = fresh();
    fixture.put(undefined);
    const plan = await fetchModel.plan({}, context);

    expect(plan.undo).toBeUndefined();
    expect(plan.notes).toContainEqual({ key: 'model-was-missing', facts: {} });
  });

  it.each<readonly [string, (f: ReturnType<typeof brokenClaim>) => void]>([
    ['is not ready', ({ inside }) => Object.assign(inside, { ready: false })],
    [
      'takes no commands',
      ({ inside }) => Object.assign(inside, { error: new TargetError('forbidden', 'no') }),
    ],
    ['has a file that Python may not read', ({ inside }) => Object.assign(inside, { code: 1 })],
  ])('says that nobody has seen the file where the container %s', async (_what, change) => {
    const { fixture, context } = fresh();
    change(fixture);
    const plan = await fetchModel.plan({}, context);

    expect(plan.steps[0].precondition.was).toBe('unseen');
    expect(plan.steps[0].from).toEqual({});
    expect(plan.notes?.map(({ key }) => key)).toContain('model-unseen');
    // The Job looks itself.
    await fetchModel.applyStep(plan.steps[0], plan, context);
    expect(fixture.state()).toBe('5000-101');
    expect(await fetchModel.observeStep(plan.steps[0], plan, context)).toBe('done');
  });

  it('needs no worker that reaches the address: the cluster may', async () => {
    const { fixture, context } = fresh();
    fixture.offer.error = new AppError('CONFLICT', 'no', { facts: { reason: 'model-unreachable' } });
    const plan = await fetchModel.plan({}, context);

    expect(plan.steps[0].to).toEqual({ sha256: 'abababababab' });
    expect(plan.notes).toContainEqual({ key: 'model-size-unknown', facts: {} });
  });

  const refusal = (error: string) => (f: ReturnType<typeof brokenClaim>) =>
    void Object.assign(f.offer, { error: new AppError('CONFLICT', 'no', { facts: { reason: error } }) });
  const same = () => undefined;
  it.each<
    readonly [string, Parameters<typeof brokenClaim>[0], (f: ReturnType<typeof brokenClaim>) => void, string]
  >([
    ['a redirect', {}, refusal('model-redirected'), 'model-redirected'],
    ['no path', {}, ({ config }) => Object.assign(config, { text: '{}' }), 'model-path-unseen'],
    [
      'a folder',
      {},
      ({ config }) => Object.assign(config, { text: 'model: { path: /app/models/ }' }),
      'model-path-unseen',
    ],
    [
      'a way out',
      {},
      ({ config }) => Object.assign(config, { text: 'model: { path: /app/models/../x }' }),
      'model-path-unseen',
    ],
    [
      'a path that no volume holds',
      {},
      ({ config }) => Object.assign(config, { text: 'model: { path: /opt/m }' }),
      'model-in-image',
    ],
    ['an emptyDir', mounted({}, { emptyDir: {} }), same, 'model-in-empty-dir'],
    ['a folder of the node', mounted({}, { hostPath: { path: '/x' } }), same, 'model-in-host-path'],
    ['a ConfigMap', mounted({}, { configMap: { name: 'x' } }), same, 'model-in-object'],
    ['a volume of NFS', mounted({}, { nfs: {} }), same, 'model-in-volume'],
    ['a mount to read', mounted({ readOnly: true }), same, 'model-read-only'],
    [
      'a claim to read',
      mounted({}, { persistentVolumeClaim: { claimName: 'models', readOnly: true } }),
      same,
      'model-read-only',
    ],
    ['an expression', mounted({ subPathExpr: '$(POD)' }), same, 'model-mounted-alone'],
    [
      'a file by itself',
      mounted({ mountPath: '/app/models/isolation-forest.joblib', subPath: 'm' }),
      same,
      'model-mounted-alone',
    ],
    [
      'a claim of many readers',
      {},
      ({ cluster }) =>
        cluster.set('persistentvolumeclaims/aetherius/models', { spec: { accessModes: ['ReadOnlyMany'] } }),
      'model-read-only',
    ],
    [
      'a claim of one Pod',
      {},
      ({ cluster }) =>
        cluster.set('persistentvolumeclaims/aetherius/models', {
          spec: { accessModes: ['ReadWriteOncePod'] },
        }),
      'model-claim-one-pod',
    ],
    [
      'a claim of each Pod',
      {
        pods: [
          servicePod(),
          servicePod({
            uid: 'pod-2',
            spec: { volumes: [{ name: 'models', persistentVolumeClaim: { claimName: 'other' } }] },
          }),
        ],
      },
      same,
      'file-of-each',
    ],
    ['no Pod on a node', pods({ spec: { nodeName: '' } }), same, 'model-no-pod'],
    ['no Python', {}, ({ inside }) => Object.assign(inside, { code: 127 }), 'model-no-python'],
    ['the right file', {}, ({ put }) => put('5000-7'), 'model-there-already'],
    [
      'a policy that denies it',
      {},
      ({ cluster }) => void cluster.refusing.add('create jobs'),
      'missing-right',
    ],
  ])('is refused with %s', async (_what, start, change, reason) => {
    const { fixture, context } = fresh(start);
    change(fixture);

    await expect(fetchModel.plan({}, context)).rejects.toMatchObject({ code: 'CONFLICT', facts: { reason } });
    expect(fixture.changes()).toBe(0);
  });

  it('is refused without the name of the model', async () => {
    const { context } = fresh();
    const { modelOffer: _, ...deps } = context.deps;
    await expect(fetchModel.plan({}, { ...context, deps })).rejects.toMatchObject({
      facts: { reason: 'model-not-named' },
    });
  });
});

describe('a step of it', () => {
  it('does nothing once the configuration names another file than was approved', async () => {
    const { fixture, context } = fresh();
    const plan = await fetchModel.plan({}, context);
    fixture.source.sha256 = 'cd'.repeat(32);

    await expect(fetchModel.applyStep(plan.steps[0], plan, context)).rejects.toMatchObject({
      facts: { reason: 'stale', differing: 'sha256' },
    });
    expect(fixture.changes()).toBe(0);
  });

  it('restarts nothing that would load another file', async () => {
    const { fixture, context } = fresh();
    const plan = await fetchModel.plan({}, context);
    await fetchModel.applyStep(plan.steps[0], plan, context);
    fixture.put('5-5');
    const [, restart] = plan.steps;
    if (restart === undefined) throw new Error('no restart');

    await expect(fetchModel.applyStep(restart, plan, context)).rejects.toMatchObject({
      facts: { reason: 'stale' },
    });
    expect(await fetchModel.observeStep(plan.steps[0], plan, context)).toBe('unknown');
  });

  it('cannot tell what happened where the Job is gone and nobody can look', async () => {
    const { fixture, context } = fresh();
    const plan = await fetchModel.plan({}, context);
    fixture.inside.ready = false;
    expect(await fetchModel.observeStep(plan.steps[0], plan, context)).toBe('unknown');
    fixture.inside.ready = true;
    expect(await fetchModel.observeStep(plan.steps[0], plan, context)).toBe('not-done');
    fixture.put('5000-8');
    expect(await fetchModel.observeStep(plan.steps[0], plan, context)).toBe('done');
  });

  it.each([
    ['checksum', 'model-other-checksum'],
    ['unreachable', 'model-job-unreachable'],
    ['no-room', 'model-no-room'],
    ['unwritten', 'model-job-unwritten'],
  ])('gives up with words of its own where the program ends with %s', async (ending, gaveUp) => {
    const { fixture, context } = fresh();
    const plan = await fetchModel.plan({}, context);
    fixture.offer.ending = ending;

    await expect(fetchModel.applyStep(plan.steps[0], plan, context)).rejects.toMatchObject({
      facts: { gaveUp },
    });
    expect(await fetchModel.observeStep(plan.steps[0], plan, context)).toBe('not-done');
    // The same Job is looked at again, and none is made beside it.
    await expect(fetchModel.applyStep(plan.steps[0], plan, context)).rejects.toMatchObject({
      facts: { gaveUp },
    });
    expect(fixture.log.filter((line) => line.startsWith('create jobs'))).toHaveLength(1);
  });
});

const podOf = (state: object, more: object = {}) =>
  ({
    metadata: { name: 'p', uid: 'p' },
    status: { phase: 'Running', containerStatuses: [{ state }], ...more },
  }) as unknown as KubeObject;
const ended = (terminated: object) => podOf({ terminated: { exitCode: 1, reason: 'Error', ...terminated } });

describe('what is seen of its Pod', () => {
  it.each<readonly [string, readonly KubeObject[], object]>([
    ['none yet', [], { is: 'none' }],
    ['one that runs', [podOf({ running: {} })], { is: 'running', pod: 'p' }],
    [
      'an image that is not there',
      [podOf({ waiting: { reason: 'ErrImagePull' } })],
      { is: 'waiting', why: 'ErrImagePull' },
    ],
    [
      'no place on its node',
      [
        podOf(
          {},
          {
            ...{ phase: 'Pending', containerStatuses: [] },
            conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }],
          },
        ),
      ],
      { is: 'waiting', why: 'Unschedulable' },
    ],
    ['a word of ours', [ended({ message: '{"ending":"checksum"}' })], { is: 'ended', how: 'checksum' }],
    [
      'a word that is none of ours',
      [ended({ message: '{"ending":"@here"}' })],
      { is: 'failed', how: 'failed' },
    ],
    ['no such program', [ended({ reason: 'StartError', exitCode: 128 })], { is: 'failed', how: 'no-python' }],
    [
      'too little memory',
      [ended({ reason: 'OOMKilled', exitCode: 137 })],
      { is: 'failed', how: 'out-of-memory' },
    ],
    ['an eviction', [podOf({}, { phase: 'Failed' })], { is: 'failed', how: 'failed' }],
    [
      'one that did it beside one that did not',
      [ended({ message: '{"ending":"stopped"}' }), ended({ message: '{"ending":"done","state":"5-6"}' })],
      { is: 'ended', how: 'done', state: '5-6' },
    ],
  ])('%s', (_what, all, seen) => {
    expect(podSeen(all)).toEqual(seen);
  });

  it('how far it is, by its last whole line', () => {
    expect(progressOf('{"done":1,"total":9}\n{"done":3,"total":9}\n{"done":')).toEqual({ done: 3, total: 9 });
    expect(progressOf('Traceback\n{"done":-1,"total":0}')).toBeUndefined();
  });

  it('how the cluster says that it ended', () => {
    const job = (type: string, reason = '') =>
      ({ metadata: {}, status: { conditions: [{ type, status: 'True', reason }] } }) as unknown as KubeObject;
    expect(jobEnd(job('Complete'))).toBe('complete');
    expect(jobEnd(job('Failed', 'DeadlineExceeded'))).toBe('too-slow');
    expect(jobEnd(job('Failed', 'BackoffLimitExceeded'))).toBe('failed');
    expect(jobEnd(job('FailureTarget', 'DeadlineExceeded'))).toBeUndefined();
  });
});

describe('watching its Job', () => {
  const job = { metadata: { name: 'j', uid: 'u' } } as unknown as KubeObject;
  function watched(
    looks: readonly (readonly KubeObject[])[],
    more: { gone?: number; there?: boolean; stopAt?: number; last?: readonly KubeObject[] } = {},
  ) {
    let look = 0;
    const told: object[] = [];
    let removed = 0;
    let stopped = false;
    const kubernetes = {
      namespace: 'aetherius',
      get: () =>
        look >= (more.gone ?? Number.POSITIVE_INFINITY)
          ? Promise.reject(new AppError('NOT_FOUND', 'no'))
          : Promise.resolve(job),
      jobPods: () => Promise.resolve(looks[Math.min(look++, looks.length - 1)] ?? []),
      logs: () => Promise.resolve('{"done":3,"total":9}\n'),
      endJob: () => {
        removed += 1;
        return Promise.resolve(more.last ?? []);
      },
    };
    const work: LongWork = {
      before: undefined,
      next: (progress) => {
        told.push(progress);
        stopped = told.length === more.stopAt;
        return stopped ? Promise.reject(new Error('stopped')) : Promise.resolve();
      },
      stopped: () => stopped,
    };
    const deps = { kubernetes } as unknown as Deps;
    const context = { deps, signal: new AbortController().signal, work };
    const isThere = () => Promise.resolve(more.there);
    return {
      end: watchJob(job, { name: 'j', bytes: 9, isThere }, context).catch((error: unknown) => error),
      told,
      removed: () => removed,
    };
  }
  const running = [podOf({ running: {} })];
  const done = [ended({ exitCode: 0, message: '{"ending":"done","state":"9-1","kept":true}' })];

  it('says how far it is until it is done', async () => {
    const { end, told } = watched([[], running, done]);
    expect(await end).toEqual({ state: '9-1', kept: true });
    expect(told).toEqual([
      { done: 0, total: 9, unit: 'bytes', whole: true, waits: 'pod' },
      { done: 3, total: 9, unit: 'bytes', whole: true },
    ]);
  });

  it.each<readonly [string, object, readonly KubeObject[]]>([
    ['model-job-no-pod', {}, []],
    ['model-job-image', {}, [podOf({ waiting: { reason: 'ImagePullBackOff' } })]],
    ['model-job-refused', {}, [podOf({ waiting: { reason: 'CreateContainerConfigError' } })]],
    ['model-job-unstarted', {}, [podOf({ waiting: { reason: 'ContainerCreating' } })]],
  ])('gives up as %s and deletes it where it does not start', async (gaveUp, more, seen) => {
    const { end, removed } = watched([seen], more);
    expect(await end).toMatchObject({ facts: { gaveUp } });
    expect(removed()).toBe(1);
  });

  it('is deleted where people stop it, and what it had done by then counts', async () => {
    const midway = watched([running], { stopAt: 2, last: [ended({ message: '{"ending":"stopped"}' })] });
    expect(await midway.end).toMatchObject({ message: 'stopped' });
    expect(midway.removed()).toBe(1);
    expect(await watched([running], { stopAt: 1, last: done }).end).toEqual({ state: '9-1', kept: true });
    // The last look came too late to see how it ended: the file tells.
    expect(await watched([running], { stopAt: 1, there: true }).end).toEqual({ job: 'j' });
    expect(await watched([running], { stopAt: 1, there: false }).end).toMatchObject({ message: 'stopped' });
  });

  it.each<readonly [boolean | undefined, object]>([
    [true, { already: true }],
    [false, { facts: { gaveUp: 'model-job-gone' } }],
    [undefined, { stage: 'closed' }],
  ])('says what the file tells where somebody else deletes it: %s', async (there, said) => {
    expect(
      await watched([running, []], { gone: 1, ...(there === undefined ? {} : { there }) }).end,
    ).toMatchObject(said);
  });
});

describe('its Job', () => {
  it('escapes what Kubernetes would replace in a value', () => {
    const variables = {
      ...{ AETHERIUS_DO: 'fetch', AETHERIUS_FILE: '$(AETHERIUS_FIX) $$ $x', AETHERIUS_FIX: 'f' },
      ...{ AETHERIUS_URL: 'u', AETHERIUS_SHA256: 's', AETHERIUS_BYTES: '0', AETHERIUS_WAS: 'none' },
    };
    const own = {
      ...{ image: 'i', pullPolicy: null, pullSecrets: [], claim: 'c', subPath: null, node: 'n' },
      ...{ tolerations: [], runtimeClass: null, priorityClass: null, runsAs: {} },
    };
    expect(JSON.stringify(modelJob('j', own, variables))).toContain('$$(AETHERIUS_FIX) $$$$ $$x');
  });
});
