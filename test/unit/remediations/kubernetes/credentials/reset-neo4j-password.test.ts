import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { neo4jConnection } from '../../../../../src/diagnoses/neo4j-connection.diagnosis.ts';
import type { Plan, PlanStep } from '../../../../../src/domain/fix/remediation.ts';
import { remediesOfCause } from '../../../../../src/domain/fix/remedies.ts';
import { AppError, TargetError } from '../../../../../src/domain/kernel/errors.ts';
import type { Finding } from '../../../../../src/domain/probe/finding.ts';
import type { With } from '../../../../../src/domain/probe/targets/targets.ts';
import { resetNeo4jPassword } from '../../../../../src/remediations/kubernetes/credentials/reset-neo4j-password.remediation.ts';
import {
  asService,
  fromSecret,
  graph,
  graphSecrets,
  keptGraph,
  ofServer,
  ofService,
  passwords,
  plainSecret,
  service,
  usualEnv,
  workloadWith,
} from '../../../../support/graph-secrets.ts';
import { inBase64 } from '../../../../support/kube-objects.ts';
import { registered } from '../../../../support/remediation-fixtures.ts';

type Given = Parameters<typeof graphSecrets>;
function fresh(...given: Given) {
  const fixture = graphSecrets(...given);
  const deps = fixture.targets as With<'kubernetes' | 'neo4j'>;
  const context = {
    ...{ deps, signal: new AbortController().signal, now: () => new Date(0) },
    operation: { id: '6f1d', age: () => Promise.resolve(0) },
  };
  const plan = () => resetNeo4jPassword.plan({}, context);
  const apply = (step: PlanStep | undefined, made: Plan) =>
    step === undefined
      ? Promise.reject(new Error('no step'))
      : resetNeo4jPassword.applyStep(step, made, context);
  const seen = (made: Plan, steps = made.steps as readonly PlanStep[]) =>
    Promise.all(steps.map((step) => resetNeo4jPassword.observeStep(step, made, context)));
  const done = async (made: Plan, steps: readonly PlanStep[] = made.steps) => {
    for (const step of steps) await apply(step, made);
  };
  return { fixture, deps, context, plan, apply, seen, done };
}
const reasonOf = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing refused',
    (error: unknown) => (error instanceof AppError ? error.facts.reason : error),
  );
const random = 'drawn-at-random-1';
const auth = fromSecret('NEO4J_AUTH', 'neo4j-auth', 'NEO4J_AUTH');

describe('kubernetes.reset-neo4j-password', () => {
  it('keeps both passwords first, then sets it in Neo4j, then in each Secret, then restarts, and back', async () => {
    const { fixture, plan, seen, done } = fresh();
    const made = await plan();

    expect(made).toMatchObject({
      ...{ tier: 3, raised: { key: 'password-changed' }, part: 'reasoning-service' },
      target: service,
      steps: [
        { kind: 'kubernetes-keep-password', target: keptGraph },
        { kind: 'neo4j-set-password', target: 'neo4j', to: { value: `= ${keptGraph}/after` } },
        { target: `${ofService}/password`, from: { value: '•••' } },
        { target: `${ofServer}/NEO4J_AUTH` },
        { kind: 'kubernetes-rollout-restart', target: service },
      ],
      undo: [
        { kind: 'neo4j-restore-password' },
        { target: `${ofService}/password`, to: { value: '•••' } },
        { target: `${ofServer}/NEO4J_AUTH` },
        { to: { restarted: 'generation 5' } },
        { kind: 'kubernetes-drop-kept' },
      ],
    });
    fixture.log.length = 0;
    await done(made);
    expect(fixture.log).toEqual([
      'create jobs/aetherius/aetherius-kept-6f1d',
      `create ${keptGraph}`,
      'set password',
      `patch ${ofService}`,
      `patch ${ofServer}`,
      `patch ${service}`,
    ]);
    expect(JSON.parse(fixture.text(keptGraph, 'before') ?? '')).toEqual({
      user: 'neo4j',
      password: passwords.valid,
      values: {
        [`${ofService}/password`]: inBase64(passwords.outdated),
        [`${ofServer}/NEO4J_AUTH`]: inBase64(`neo4j/${passwords.valid}`),
      },
    });
    expect(fixture.users.get('neo4j')).toBe(random);
    expect(fixture.text(ofService, 'password')).toBe(random);
    expect(fixture.text(ofServer, 'NEO4J_AUTH')).toBe(`neo4j/${random}`);
    expect(fixture.text(ofService, 'other')).toBe('x');
    expect(await seen(made)).toEqual(made.steps.map(() => 'done'));

    await done(made, made.undo);
    expect(fixture.users.get('neo4j')).toBe(passwords.valid);
    expect(fixture.text(ofService, 'password')).toBe(passwords.outdated);
    expect(fixture.text(ofServer, 'NEO4J_AUTH')).toBe(`neo4j/${passwords.valid}`);
    expect(fixture.objects.get(ofService)?.metadata.annotations).toEqual({});
    expect([...fixture.objects.keys()].filter((path) => path.includes('kept'))).toEqual([]);
    expect(await seen(made, made.undo)).toEqual(made.undo?.map(() => 'done'));
  });

  it('R-L7: no password and no digest of one is in the plan, in what its steps say, or in what they refuse', async () => {
    const { fixture, plan, apply } = fresh();
    const made = await plan();
    const said: unknown[] = [made];
    const failing = (step: PlanStep | undefined) =>
      apply(step, made).catch((error: AppError) => ({ ...error, text: error.message }));
    for (const step of [...made.steps, ...(made.undo ?? [])])
      said.push(await apply(step, made), await failing(step));
    fixture.set(ofService, { data: { password: inBase64('another-hand') } });
    fixture.users.set('neo4j', 'set-by-hand');
    for (const step of made.steps) said.push(await failing(step));
    const text = JSON.stringify([said, fixture.log]);

    const digest = (value: string) => createHash('sha256').update(value).digest('hex').slice(0, 8);
    const all = [...Object.values(passwords), random, 'another-hand', 'set-by-hand'];
    for (const value of all)
      for (const form of [value, inBase64(value), inBase64(`neo4j/${value}`), digest(value)])
        expect(text).not.toContain(form);
  });

  it('tells from Neo4j which of the kept passwords is valid, and nothing where neither is', async () => {
    const { fixture, plan, apply, seen } = fresh();
    const made = await plan();
    await apply(made.steps[0], made);
    expect((await seen(made))[1]).toBe('not-done');
    fixture.users.set('neo4j', random);
    expect((await seen(made))[1]).toBe('done');
    expect(await apply(made.steps[1], made)).toEqual({ already: true });
    fixture.users.set('neo4j', 'set-by-hand');
    expect((await seen(made))[1]).toBe('unknown');
    expect((await seen(made, made.undo))[0]).toBe('unknown');
    expect(await reasonOf(apply(made.steps[1], made))).toBe('stale');
    expect(await reasonOf(apply(made.undo?.[0], made))).toBe('stale');
    expect(fixture.users.get('neo4j')).toBe('set-by-hand');

    fixture.state.away = new TargetError('no-answer', 'silent');
    await expect(seen(made)).rejects.toThrow('silent');
  });

  it.each([
    ['the service’s', ofService, 'password'],
    ['Neo4j’s', ofServer, 'NEO4J_AUTH'],
  ])('R-P3: leaves Neo4j as it is where %s Secret was changed since', async (_whose, path, key) => {
    const { fixture, plan, apply } = fresh();
    const made = await plan();
    fixture.set(path, { data: { [key]: inBase64('neo4j/rotated') } });
    expect(await reasonOf(apply(made.steps[0], made))).toBe('stale');
    expect(fixture.changes()).toBe(0);

    const later = fresh();
    const planned = await later.plan();
    await later.apply(planned.steps[0], planned);
    later.fixture.set(path, { data: { [key]: inBase64('neo4j/rotated') } });
    expect(await reasonOf(later.apply(planned.steps[1], planned))).toBe('stale');
    expect(later.fixture.users.get('neo4j')).toBe(passwords.valid);
  });

  it('writes nothing where nothing is kept any more, or what another fix keeps', async () => {
    const { fixture, plan, apply } = fresh();
    const made = await plan();
    for (const step of made.steps.slice(1, 3)) expect(await reasonOf(apply(step, made))).toBe('stale');
    await apply(made.steps[0], made);
    fixture.set(keptGraph, { metadata: { annotations: { 'aetherius.io/written-by-fix': 'another' } } });
    for (const step of made.steps.slice(1, 3)) expect(await reasonOf(apply(step, made))).toBe('stale');

    expect(fixture.users.get('neo4j')).toBe(passwords.valid);
  });

  it('puts no value back over what somebody has set since', async () => {
    const { fixture, plan, apply, seen, done } = fresh();
    const made = await plan();
    await done(made);
    fixture.set(ofService, { data: { password: inBase64('another-hand') } });

    expect((await seen(made))[2]).toBe('unknown');
    expect(await reasonOf(apply(made.undo?.[1], made))).toBe('stale');
    expect(fixture.text(ofService, 'password')).toBe('another-hand');
  });

  it('cannot be undone, and is not taken for undone, once the cluster has ended what was kept', async () => {
    const { fixture, plan, apply, seen, done } = fresh();
    const made = await plan();
    await done(made);
    fixture.set(keptGraph, undefined);

    expect((await seen(made, made.undo)).slice(0, 3)).toEqual(['unknown', 'unknown', 'unknown']);
    for (const step of made.undo?.slice(0, 3) ?? []) expect(await reasonOf(apply(step, made))).toBe('stale');
    expect([fixture.users.get('neo4j'), fixture.text(ofService, 'password')]).toEqual([random, random]);
  });

  it('is not settled while Neo4j refuses what a Secret has', async () => {
    const { fixture, context, plan, done } = fresh();
    const made = await plan();
    await done(made);
    expect(await resetNeo4jPassword.settled?.(made, context)).toBe(true);
    fixture.users.set('neo4j', 'set-by-hand');
    expect(await resetNeo4jPassword.settled?.(made, context)).toBe(false);
  });

  it('restarts all that log in as the same user, and writes the Secret of each', async () => {
    const other = workloadWith('orchestrator-service', [
      { name: 'NEO4J_USERNAME', value: 'neo4j' },
      fromSecret('NEO4J_PASSWORD', 'other-graph', 'pass'),
    ]);
    const stranger = workloadWith('stranger', [
      { name: 'NEO4J_USER', value: 'stranger' },
      { name: 'NEO4J_PASSWORD', value: 'in the template' },
    ]);
    const { fixture, plan, done } = fresh({
      'deployments/aetherius/orchestrator-service': other,
      'deployments/aetherius/stranger': stranger,
      'secrets/aetherius/other-graph': plainSecret({ pass: passwords.valid }),
    });
    const made = await plan();
    const targets = made.steps.map(({ target }) => target);

    expect(targets.slice(2)).toEqual([
      `${ofService}/password`,
      'secrets/aetherius/other-graph/pass',
      `${ofServer}/NEO4J_AUTH`,
      service,
      'deployments/aetherius/orchestrator-service',
    ]);
    await done(made);
    expect(fixture.text('secrets/aetherius/other-graph', 'pass')).toBe(random);
  });

  it.each<readonly [string, Given[0]]>([
    [
      'is composed of a variable, in the Secret of the service itself',
      {
        [graph]: workloadWith('neo4j', [
          fromSecret('NEO4J_PASSWORD', 'server', 'password'),
          { name: 'NEO4J_AUTH', value: 'neo4j/$(NEO4J_PASSWORD)' },
        ]),
        'secrets/aetherius/server': plainSecret({ password: passwords.valid }),
      },
    ],
    [
      'is a file, as in Neo4j’s own chart',
      {
        [graph]: {
          ...workloadWith('neo4j', []),
          spec: {
            template: {
              spec: {
                containers: [
                  {
                    ...{ name: 'neo4j', image: 'neo4j:5' },
                    env: [{ name: 'NEO4J_AUTH_PATH', value: '/config/neo4j-auth/NEO4J_AUTH' }],
                    volumeMounts: [{ name: 'auth', mountPath: '/config/neo4j-auth' }],
                  },
                ],
                volumes: [{ name: 'auth', secret: { secretName: 'neo4j-auth' } }],
              },
            },
          },
        },
      },
    ],
    [
      'is one of all variables of a Secret',
      { [graph]: workloadWith('neo4j', [], { envFrom: [{ secretRef: { name: 'neo4j-auth' } }] }) },
    ],
  ])('finds Neo4j’s own password where it %s', async (_how, start) => {
    const { fixture, plan, done } = fresh(start);
    const made = await plan();

    await done(made);
    expect(made.notes?.map(({ key }) => key)).not.toContain('neo4j-first-start');
    expect(made.steps).toHaveLength(5);
    expect(fixture.users.get('neo4j')).toBe(random);
  });

  it('takes the user from a Secret too, and shows it nowhere', async () => {
    const user = 'somebody-1f0e';
    const start = {
      [service]: asService(fromSecret('NEO4J_USER', 'neo4j-credentials', 'user'), usualEnv[1]),
      [ofService]: plainSecret({ user, password: passwords.outdated }),
      [ofServer]: plainSecret({ NEO4J_AUTH: `${user}/${passwords.valid}` }),
    };
    const { fixture, plan, done } = fresh(start);
    fixture.users.set(user, passwords.valid);
    const made = await plan();

    await done(made);
    expect(JSON.stringify(made)).not.toContain(user);
    expect([fixture.users.get(user), fixture.users.get('neo4j')]).toEqual([random, passwords.valid]);
  });

  it('never takes the variable of the password for that of the user, whatever it is called', async () => {
    const { context } = fresh({
      [service]: asService(usualEnv[0], fromSecret('GRAPH_PW', 'neo4j-credentials', 'password')),
    });
    const platform = {
      ...context.deps.platform,
      variables: { ...context.deps.platform.variables, neo4jPassword: 'GRAPH_PW' },
    };
    const deps = { ...context.deps, platform };
    expect((await resetNeo4jPassword.plan({}, { ...context, deps })).tier).toBe(3);

    const nameless = fresh({ [service]: asService(fromSecret('GRAPH_PW', 'neo4j-credentials', 'password')) });
    const asked = resetNeo4jPassword.plan({}, { ...nameless.context, deps: { ...nameless.deps, platform } });
    expect(await reasonOf(asked)).toBe('neo4j-login-not-in-secret');
    expect(nameless.fixture.wrong).toEqual([]);
  });

  it('is what S7.b asks for on Kubernetes, and nowhere else', () => {
    const finding: Finding = {
      code: 'GRAPH_CREDENTIALS_REFUSED',
      severity: 'critical',
      part: 'neo4j',
      subject: 'p',
      facts: {},
    };
    const wanted = neo4jConnection.causes
      .find(({ id }) => id === 'S7.b')
      ?.remedies.flatMap((remedy) => ('remediation' in remedy ? [remedy] : []));
    const calls = (on: 'kubernetes' | 'compose') =>
      remediesOfCause([finding], wanted ?? [], registered, { [on]: {} as never }).map(({ call }) => call);

    expect(calls('kubernetes')).toEqual([{ remediation: 'kubernetes.reset-neo4j-password', with: {} }]);
    expect(calls('compose')).toEqual([]);
  });

  it('mends a password that has a line end too much', async () => {
    const start = {
      [graph]: undefined,
      [ofServer]: undefined,
      [ofService]: plainSecret({ password: `${passwords.valid}\n` }),
    };
    const { fixture, plan, done } = fresh(start);

    await done(await plan());
    expect([fixture.users.get('neo4j'), fixture.text(ofService, 'password')]).toEqual([random, random]);
  });

  it('tries as few wrong passwords as it can: they count towards a lock', async () => {
    const { fixture, plan, done } = fresh({
      'deployments/aetherius/orchestrator-service': workloadWith('orchestrator-service', [
        usualEnv[0],
        fromSecret('NEO4J_PASSWORD', 'other-graph', 'pass'),
      ]),
      'secrets/aetherius/other-graph': plainSecret({ pass: 'outdated-as-well' }),
    });
    const made = await plan();
    expect(fixture.wrong).toEqual([passwords.outdated]);
    await done(made);
    expect(fixture.wrong).toEqual([passwords.outdated]);
  });

  const argo = { 'argocd.argoproj.io/tracking-id': 'shop:/Secret:aetherius/neo4j-auth' };
  const checked = {
    readinessProbe: { exec: { command: ['sh', '-c', 'cypher-shell -u neo4j -p $NEO4J_PASSWORD'] } },
  };
  const reloaded = { metadata: { annotations: { 'reloader.stakater.com/auto': 'true' } } };
  it.each<readonly [string, string, Given]>([
    [
      'the right password',
      'neo4j-password-accepted',
      [{ [ofService]: plainSecret({ password: passwords.valid }) }],
    ],
    [
      'no valid password in any Secret',
      'neo4j-password-unknown',
      [{ [ofServer]: plainSecret({ NEO4J_AUTH: 'neo4j/x' }) }],
    ],
    ['no word of Neo4j’s own', 'neo4j-password-unknown', [{ [graph]: workloadWith('neo4j', []) }]],
    [
      'a password of Neo4j that is for another user',
      'neo4j-password-unknown',
      [{ [ofServer]: plainSecret({ NEO4J_AUTH: `graph/${passwords.valid}` }) }],
    ],
    ['the bot as the same user', 'neo4j-own-login', [{}, { user: 'neo4j', password: passwords.valid }]],
    [
      'a password in the template',
      'neo4j-login-not-in-secret',
      [
        {
          [service]: asService(
            { name: 'NEO4J_USER', value: 'neo4j' },
            { name: 'NEO4J_PASSWORD', value: 'x' },
          ),
        },
      ],
    ],
    ['no word of the user', 'neo4j-login-not-in-secret', [{ [service]: asService(usualEnv[1]) }]],
    ['no login at all', 'neo4j-login-not-in-secret', [{ [service]: asService() }]],
    [
      'another one whose password is in its template',
      'neo4j-login-not-in-secret',
      [{ 'deployments/aetherius/other': workloadWith('other', [{ name: 'NEO4J_PASSWORD', value: 'x' }]) }],
    ],
    ['a key that is missing', 'no-target', [{ [ofService]: plainSecret({ other: 'x' }) }]],
    [
      'an immutable Secret',
      'secret-immutable',
      [{ [ofServer]: plainSecret({ NEO4J_AUTH: `neo4j/${passwords.valid}` }, { immutable: true }) }],
    ],
    [
      'a Secret of another kind',
      'secret-of-a-kind',
      [{ [ofService]: plainSecret({ password: 'x' }, { type: 'kubernetes.io/basic-auth' }) }],
    ],
    [
      'a Secret that Argo CD puts back',
      'secret-put-back',
      [
        {
          [ofServer]: plainSecret(
            { NEO4J_AUTH: `neo4j/${passwords.valid}` },
            { metadata: { annotations: argo } },
          ),
        },
      ],
    ],
    [
      'a check of Neo4j that logs in',
      'neo4j-check-logs-in',
      [{ [graph]: workloadWith('neo4j', [auth], checked) }],
    ],
    [
      'a Neo4j that a tool restarts',
      'restarts-itself',
      [
        {
          [graph]: {
            ...workloadWith('neo4j', [auth]),
            metadata: { name: 'neo4j', generation: 1, ...reloaded.metadata },
          },
        },
      ],
    ],
  ])('is refused with %s', async (_what, reason, given) => {
    const { fixture, plan } = fresh(...given);

    expect(await reasonOf(plan())).toBe(reason);
    expect(fixture.changes()).toBe(0);
  });

  it('is offered where the bot’s own login as that user is refused already', async () => {
    const { plan } = fresh({}, { user: 'neo4j', password: 'long-gone' });

    expect((await plan()).tier).toBe(3);
  });

  it.each(['create secrets', 'create jobs', 'patch secrets'])(
    'is not offered where the admission policy denies to %s',
    async (what) => {
      const { fixture, plan } = fresh();
      fixture.refusing.add(what);

      await expect(plan()).rejects.toMatchObject({
        facts: { reason: 'missing-right', verb: what.split(' ')[0], allowedBy: 'features.credentials' },
      });
    },
  );

  it('says who else uses the Secret, and that an empty volume would start with another password', async () => {
    const reader = workloadWith('backup', [fromSecret('X', 'neo4j-credentials', 'other')]);
    const { plan } = fresh({
      'deployments/aetherius/backup': reader,
      [graph]: workloadWith('neo4j', [{ name: 'NEO4J_AUTH', value: 'neo4j/first' }]),
      'deployments/aetherius/orchestrator-service': workloadWith('orchestrator-service', [auth]),
    });
    const { notes } = await plan();

    expect(notes).toContainEqual({
      key: 'secret-shared',
      facts: { secret: 'neo4j-credentials', workloads: 'backup' },
    });
    expect(notes).toContainEqual({ key: 'neo4j-first-start', facts: { workload: 'neo4j' } });
  });

  it('asks for each right by the name of its object, and for what it makes', async () => {
    const { context } = fresh();
    const rights = (await resetNeo4jPassword.rights?.({}, context)) ?? [];
    const said = rights.map(({ verb, resource, name = '' }) => `${verb} ${resource} ${name}`);

    expect(said).toEqual(
      expect.arrayContaining([
        ...['get', 'patch'].flatMap((verb) => [
          `${verb} secrets neo4j-credentials`,
          `${verb} secrets neo4j-auth`,
        ]),
        'delete secrets aetherius-kept-neo4j-password',
        'create secrets ',
        'create jobs ',
        'patch deployments reasoning-service',
      ]),
    );
  });
});
