import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Plan, PlanStep } from '../../../../../src/domain/fix/remediation.ts';
import { AppError } from '../../../../../src/domain/kernel/errors.ts';
import type { With } from '../../../../../src/domain/probe/targets/targets.ts';
import { copyRegistrationToken } from '../../../../../src/remediations/kubernetes/credentials/copy-registration-token.remediation.ts';
import { inBase64 } from '../../../../support/kube-objects.ts';
import { agents, kept, manager, secretOf, tokenSecrets, tokens } from '../../../../support/token-secrets.ts';

type Given = Parameters<typeof tokenSecrets>;
const operation = (id = '6f1d') => ({ id, age: () => Promise.resolve(0) });
function fresh(...given: Given) {
  const fixture = tokenSecrets(...given);
  const deps = fixture.targets as With<'kubernetes' | 'runtime'>;
  const context = {
    ...{ deps, signal: new AbortController().signal, now: () => new Date(0) },
    operation: operation(),
  };
  const plan = () => copyRegistrationToken.plan({}, context);
  const apply = (step: PlanStep | undefined, made: Plan) =>
    step === undefined
      ? Promise.reject(new Error('no step'))
      : copyRegistrationToken.applyStep(step, made, context);
  const seen = (made: Plan, steps = made.steps as readonly PlanStep[]) =>
    Promise.all(steps.map((step) => copyRegistrationToken.observeStep(step, made, context)));
  return { fixture, deps, context, plan, apply, seen };
}
const reasonOf = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing refused',
    (error: unknown) => (error instanceof AppError ? error.facts.reason : error),
  );
const job = 'jobs/kube-system/aetherius-kept-6f1d';

describe('kubernetes.copy-registration-token', () => {
  it('keeps both values first, then writes one key, then restarts, and back', async () => {
    const { fixture, plan, apply, seen } = fresh({
      [agents]: secretOf(tokens.agents, { data: { token: inBase64(tokens.agents), other: inBase64('x') } }),
    });
    const made = await plan();

    expect(made).toMatchObject({
      ...{ tier: 3, raised: { key: 'credential-written' }, part: 'collect-agent' },
      target: 'daemonsets/kube-system/collect-agent',
      steps: [
        { kind: 'kubernetes-keep-secret', target: kept },
        { target: `${agents}/token`, from: { value: '•••' }, to: { value: `= ${manager}/token` } },
        { kind: 'kubernetes-rollout-restart', to: { restarted: 'generation 3' } },
      ],
      undo: [
        { kind: 'kubernetes-put-back-secret', to: { value: '•••' } },
        { to: { restarted: 'generation 4' } },
        { kind: 'kubernetes-drop-kept' },
      ],
    });
    fixture.log.length = 0;
    for (const step of made.steps) await apply(step, made);
    expect(fixture.log).toEqual([
      `create ${job}`,
      `create ${kept}`,
      `patch ${agents}`,
      'patch daemonsets/kube-system/collect-agent',
    ]);
    expect(fixture.objects.get(kept)).toMatchObject({
      data: { before: inBase64(tokens.agents), after: inBase64(tokens.manager) },
      metadata: { ownerReferences: [{ kind: 'Job', name: 'aetherius-kept-6f1d' }] },
    });
    expect(fixture.token(agents)).toBe(tokens.manager);
    expect(fixture.objects.get(agents)?.data).toMatchObject({ other: inBase64('x') });
    expect(await seen(made)).toEqual(['done', 'done', 'done']);

    for (const step of made.undo ?? []) await apply(step, made);
    expect(fixture.token(agents)).toBe(tokens.agents);
    expect(fixture.objects.get(agents)?.metadata.annotations).toEqual({});
    expect([...fixture.objects.keys()]).not.toContain(kept);
    expect([...fixture.objects.keys()]).not.toContain(job);
    expect(await seen(made, made.undo)).toEqual(['done', 'done', 'done']);
  });

  it('R-L7: no value and no digest of one is in the plan, in what its steps say, or in what they refuse', async () => {
    const { fixture, plan, apply } = fresh();
    const made = await plan();
    const said: unknown[] = [made];
    for (const step of [...made.steps, ...(made.undo ?? [])])
      said.push(await apply(step, made), await apply(step, made).catch((error: unknown) => error));
    fixture.set(agents, { data: { token: inBase64('another-hand') } });
    for (const step of made.steps)
      said.push(await apply(step, made).catch((error: AppError) => ({ ...error, text: error.message })));
    const text = JSON.stringify([said, fixture.log]);

    const digest = (value: string) => createHash('sha256').update(value).digest('hex').slice(0, 8);
    for (const value of [tokens.manager, tokens.agents, 'another-hand'])
      for (const form of [value, inBase64(value), digest(value), digest(inBase64(value))])
        expect(text).not.toContain(form);
  });

  it('makes the Secret where it is missing, and deletes only what it has made', async () => {
    const { fixture, plan, apply, seen } = fresh({ [agents]: undefined });
    const made = await plan();
    expect(made.steps[1]).toMatchObject({ from: {}, to: { value: `= ${manager}/token` } });

    for (const step of made.steps) await apply(step, made);
    expect(fixture.token(agents)).toBe(tokens.manager);
    expect(fixture.objects.get(kept)?.data).toEqual({ after: inBase64(tokens.manager) });
    for (const step of made.undo ?? []) await apply(step, made);
    expect([...fixture.objects.keys()]).not.toContain(agents);
    expect(await seen(made, made.undo)).toEqual(['done', 'done', 'done']);
  });

  it('never deletes a Secret that somebody has made meanwhile, even of the same value', async () => {
    const { fixture, plan, apply, seen } = fresh({ [agents]: undefined });
    const made = await plan();
    await apply(made.steps[0], made);
    fixture.set(agents, secretOf(tokens.manager));

    expect(await reasonOf(apply(made.steps[1], made))).toBe('stale');
    // Rolled back: nothing of ours stands there.
    expect(await seen(made, made.undo)).toEqual(['done', 'done', 'not-done']);
    await apply(made.undo?.[2], made);
    expect(fixture.token(agents)).toBe(tokens.manager);
  });

  it('adds a key to a Secret that lacks it, and takes it away again', async () => {
    const { fixture, plan, apply } = fresh({ [agents]: secretOf(undefined, { data: { other: 'eA==' } }) });
    const made = await plan();

    for (const step of made.steps) await apply(step, made);
    expect(fixture.token(agents)).toBe(tokens.manager);
    for (const step of made.undo ?? []) await apply(step, made);
    expect(fixture.objects.get(agents)?.data).toEqual({ other: 'eA==' });
  });

  it.each([
    ['agent-manager’s token', manager],
    ['the agents’ token', agents],
  ])('R-P3: writes nothing where %s was changed since', async (_what, path) => {
    const { fixture, plan, apply } = fresh();
    const made = await plan();
    fixture.set(path, { data: { token: inBase64('rotated') } });
    expect(await reasonOf(apply(made.steps[0], made))).toBe('stale');
    expect(fixture.changes()).toBe(0);

    const later = fresh();
    const planned = await later.plan();
    await later.apply(planned.steps[0], planned);
    later.fixture.set(path, { data: { token: inBase64('rotated') } });
    expect(await reasonOf(later.apply(planned.steps[1], planned))).toBe('stale');
    expect(later.fixture.token(path)).toBe('rotated');
  });

  it('writes nothing where nothing is kept any more, or what another fix keeps', async () => {
    const { fixture, plan, apply } = fresh();
    const made = await plan();
    expect(await reasonOf(apply(made.steps[1], made))).toBe('stale');
    await apply(made.steps[0], made);
    fixture.set(kept, { metadata: { annotations: { 'aetherius.io/written-by-fix': 'another' } } });

    expect(await reasonOf(apply(made.steps[1], made))).toBe('stale');
    expect(fixture.token(agents)).toBe(tokens.agents);
  });

  it('puts nothing back over what somebody has set since, nor without what was kept', async () => {
    const { fixture, plan, apply, seen } = fresh();
    const made = await plan();
    for (const step of made.steps) await apply(step, made);
    fixture.set(agents, { data: { token: inBase64('another-hand') } });
    expect(await seen(made)).toEqual(['done', 'unknown', 'done']);
    expect(await reasonOf(apply(made.undo?.[0], made))).toBe('stale');
    expect(fixture.token(agents)).toBe('another-hand');

    fixture.set(agents, { data: { token: inBase64(tokens.manager) } });
    fixture.set(kept, undefined);
    expect(await reasonOf(apply(made.undo?.[0], made))).toBe('stale');
    expect(await seen(made, made.undo)).toContain('unknown');
    expect(fixture.token(agents)).toBe(tokens.manager);
  });

  it('takes the place of what an earlier fix has kept, whose undo is over with that', async () => {
    const { fixture, context, plan, apply } = fresh();
    const first = await plan();
    for (const step of first.steps) await apply(step, first);
    fixture.set(manager, { data: { token: inBase64('rotated') } });
    const second = await plan();
    const next = { ...context, operation: operation('7a2b') };
    for (const step of second.steps) await copyRegistrationToken.applyStep(step, second, next);

    expect(fixture.token(agents)).toBe('rotated');
    expect(await reasonOf(apply(first.undo?.[0], first))).toBe('stale');
    const [, copied] = second.steps;
    expect(copied && (await copyRegistrationToken.observeStep(copied, second, next))).toBe('done');
  });

  it('does not begin anew once its time is over', async () => {
    const { fixture, plan, apply } = fresh();
    const made = await plan();
    fixture.set(job, { status: { conditions: [{ type: 'Failed', status: 'True' }] } });

    expect(await reasonOf(apply(made.steps[0], made))).toBe('stale');
    expect(fixture.changes()).toBe(0);
  });

  it('takes another key of another Secret, as the Pods of each side say', async () => {
    const { plan } = fresh(
      { 'secrets/aetherius/am': secretOf(undefined, { data: { reg: inBase64('t') } }) },
      { manager: { kind: 'Secret', name: 'am', key: 'reg' } },
    );

    expect((await plan()).steps[1]?.to).toEqual({ value: '= secrets/aetherius/am/reg' });
  });

  it.each<readonly [string, string, Given]>([
    ['the same token, but for a line end', 'tokens-agree', [{ [agents]: secretOf(`${tokens.manager}\n`) }]],
    ['no token at agent-manager', 'token-not-at-source', [{ [manager]: secretOf(undefined) }]],
    ['a blank one there', 'token-not-at-source', [{ [manager]: secretOf(' \n') }]],
    ['no Secret there', 'token-not-at-source', [{ [manager]: undefined }]],
    ['a token in a variable of the agents', 'token-not-in-secret', [{}, { agents: 'AGENT_AUTH_TOKEN' }]],
    [
      'one in a ConfigMap of agent-manager',
      'token-not-in-secret',
      [{}, { manager: { kind: 'ConfigMap', name: 'x', key: 'y' } }],
    ],
    ['an immutable Secret', 'secret-immutable', [{ [agents]: secretOf('a', { immutable: true }) }]],
    [
      'the token of an account of the cluster',
      'secret-of-a-kind',
      [{ [manager]: secretOf('a', { type: 'kubernetes.io/service-account-token' }) }],
    ],
    [
      'a Secret of another kind',
      'secret-of-a-kind',
      [{ [agents]: secretOf('a', { type: 'kubernetes.io/tls' }) }],
    ],
  ])('is refused with %s', async (_what, reason, given) => {
    const { fixture, plan } = fresh(...given);

    expect(await reasonOf(plan())).toBe(reason);
    expect(fixture.changes()).toBe(0);
  });

  it.each(['create secrets', 'create jobs', 'patch secrets'])(
    'is not offered where the admission policy denies to %s',
    async (what) => {
      const { fixture, plan } = fresh();
      fixture.refusing.add(what);

      await expect(plan()).rejects.toMatchObject({
        facts: { reason: 'missing-right', verb: what.split(' ')[0], allowedBy: 'agentFeatures.credentials' },
      });
    },
  );

  it('says who will put it back, and who else uses the Secret', async () => {
    const owner = { kind: 'SealedSecret', name: 'tokens', uid: 'sealed', controller: true };
    const reader = {
      metadata: { name: 'spare-1', uid: 'p9', ownerReferences: [{ uid: 'x', name: 'spare' }] },
      spec: {
        containers: [{ env: [{ valueFrom: { secretKeyRef: { name: 'agent-auth-token', key: 'token' } } }] }],
      },
      status: {},
    };
    const sealed = secretOf('a', { metadata: { ownerReferences: [owner] } });
    const { plan } = fresh({ [agents]: sealed }, {}, [reader]);
    const { notes = [], patch } = await plan();

    expect(notes).toContainEqual({ key: 'puts-back.owner', facts: { kind: 'SealedSecret', name: 'tokens' } });
    expect(notes).toContainEqual({ key: 'temporary-secret', facts: {} });
    expect(notes).toContainEqual({
      key: 'secret-shared',
      facts: { secret: 'agent-auth-token', workloads: 'spare' },
    });
    expect(patch).toBeUndefined();
  });

  it('asks for each right by the name of its object, and for what it makes', async () => {
    const { context } = fresh();
    const rights = (await copyRegistrationToken.rights?.({}, context)) ?? [];
    const said = rights.map(
      ({ verb, resource, name = '', namespace }) => `${verb} ${resource} ${name} ${namespace}`,
    );

    expect(said).toEqual(
      expect.arrayContaining([
        'get secrets agent-auth-token aetherius',
        'patch secrets agent-auth-token kube-system',
        'delete secrets agent-auth-token kube-system',
        'delete secrets aetherius-kept-registration-token kube-system',
        'create secrets  kube-system',
        'create jobs  kube-system',
        'patch daemonsets collect-agent kube-system',
      ]),
    );
  });

  it('helps with the findings of S2.b, but not where agent-manager itself lacks the token', () => {
    const of = (missing: string | null) =>
      copyRegistrationToken.paramsFor({
        ...{ code: 'AUTH_TOKEN_MISSING', severity: 'critical', part: 'collect-agent', subject: 's' },
        facts: { missing },
      });

    expect(of('collect-agent')).toEqual({});
    expect(of(null)).toEqual({});
    expect(of('agent-manager')).toBeUndefined();
  });
});
