import { describe, expect, it } from 'vitest';
import { AppError, TargetError } from '../../../src/domain/kernel/errors.ts';
import type { ServicesTarget } from '../../../src/domain/look/targets/http.ts';
import type { PartId } from '../../../src/domain/platform/part.ts';
import { runtimeAuthToken } from '../../../src/probes/runtime/auth-token.probe.ts';
import { runtimeConfigOverrides } from '../../../src/probes/runtime/config-overrides.probe.ts';
import { runtimeConnection } from '../../../src/probes/runtime/connection.probe.ts';
import { runtimeCpuLimit } from '../../../src/probes/runtime/cpu-limit.probe.ts';
import { runtimeExecutorLog } from '../../../src/probes/runtime/executor-log.probe.ts';
import { runtimeMemoryLimit } from '../../../src/probes/runtime/memory-limit.probe.ts';
import { runtimeModels } from '../../../src/probes/runtime/models.probe.ts';
import { runtimeNameLookup } from '../../../src/probes/runtime/name-lookup.probe.ts';
import { runtimeRegistrationSubjects } from '../../../src/probes/runtime/registration-subjects.probe.ts';
import { runtimeRunning } from '../../../src/probes/runtime/running.probe.ts';
import { runtimeStartup } from '../../../src/probes/runtime/startup.probe.ts';
import { wordsIn } from '../../../src/text/words.ts';
import { type FakePart, fakeRuntime } from '../../support/fake-runtime.ts';
import { fakeServices, httpAnswer, probeContext } from '../../support/probe-context.ts';

const MIB = 1024 * 1024;
const CONFIG = '/etc/aetherius/config.yaml';
type Parts = Readonly<Partial<Record<PartId, readonly FakePart[]>>>;
const on = (parts: Parts) => probeContext({ runtime: fakeRuntime(parts), services: fakeServices({}) });

describe('runtime.startup', () => {
  const ended = { exitCode: 1, reason: 'Error', finishedAt: '2026-03-01T10:04:50Z' };

  it('finds a part that exits again and again, and none that runs', async () => {
    const crash = { phase: 'terminated', ready: false, restarts: 4, terminated: ended } as const;

    expect(
      await runtimeStartup.run({ part: 'agent-manager' }, on({ 'agent-manager': [crash] })),
    ).toMatchObject({
      findings: [{ code: 'SERVICE_EXITS_AT_START', facts: { exitCode: 1, restarts: 4 } }],
    });
    expect(await runtimeStartup.run({ part: 'agent-manager' }, on({ 'agent-manager': [{}] }))).toMatchObject({
      status: 'healthy',
    });
  });

  const young = { startedAt: '2026-03-01T10:04:57Z', readinessChecked: false } as const;
  const refusing: ServicesTarget = {
    find: (id) => ({ id, url: `http://${id}`, healthPaths: ['/health'] }),
    request: () => Promise.reject(new TargetError('refused', 'nobody listens')),
    overOneConnection: () => Promise.reject(new TargetError('refused', 'nobody listens')),
  };
  const hanging: ServicesTarget = {
    ...refusing,
    request: () => Promise.reject(new TargetError('no-answer', 'it hangs')),
  };
  const first = (part: FakePart, services: ServicesTarget) =>
    runtimeStartup.run(
      { part: 'agent-manager' },
      probeContext({ runtime: fakeRuntime({ 'agent-manager': [part] }), services }),
    );

  it.each([
    ['nothing checks its readiness', young],
    ['it is not ready yet', { ...young, readinessChecked: true, ready: false }],
  ])('waits for the end of a first life that does not listen, where %s', async (_what, part) => {
    const ends = { restarts: 1, last: ended, ready: false };

    expect(await first({ ...part, later: ends }, refusing)).toMatchObject({
      findings: [{ code: 'SERVICE_EXITS_AT_START', facts: { restarts: 1, exitCode: 1 } }],
    });
    // One that takes its time has ended nothing.
    expect(await first(part, refusing)).toMatchObject({ status: 'healthy' });
  });

  it('takes a young program that hangs in its first life for one that started, unless it ends meanwhile', async () => {
    expect(await first({ ...young, later: {} }, hanging)).toMatchObject({ status: 'healthy' });
    expect(await first({ ...young, later: { restarts: 1, last: ended } }, hanging)).toMatchObject({
      findings: [{ code: 'SERVICE_EXITS_AT_START' }],
    });
  });

  it('takes one that was killed from outside and runs again for one that starts', async () => {
    const killed = { ...young, restarts: 1, last: { exitCode: 137, reason: 'Error' } };

    expect(await first(killed, refusing)).toMatchObject({ status: 'healthy' });
    expect(await first({ ...killed, last: { exitCode: 137, reason: 'OOMKilled' } }, refusing)).toMatchObject({
      status: 'unhealthy',
    });
  });

  it('acquits one that has just ended before only when it answers', async () => {
    const answering: ServicesTarget = { ...refusing, request: () => Promise.resolve(httpAnswer('', 503)) };
    const lived = { ...young, restarts: 2, last: ended };

    expect(await first(lived, answering)).toMatchObject({ status: 'healthy' });
    // A proxy took the connection for a container that does not listen yet.
    expect(await first(lived, hanging)).toMatchObject({
      findings: [{ code: 'SERVICE_EXITS_AT_START', facts: { restarts: 2 } }],
    });
  });

  it('has nothing to say of a part that is not there', async () => {
    expect(await runtimeStartup.run({ part: 'agent-manager' }, on({}))).toMatchObject({
      status: 'skipped',
      reason: 'no-data',
    });
  });
});

describe('runtime.running', () => {
  it('says which images a part runs, each once, whether it is well or not', async () => {
    const well = await runtimeRunning.run({ part: 'redis' }, on({ redis: [{}, {}, { image: 'redis:7' }] }));
    const bad = await runtimeRunning.run(
      { part: 'redis' },
      on({ redis: [{ phase: 'pending', ready: false }] }),
    );
    const none = await runtimeRunning.run({ part: 'redis' }, on({}));

    expect(well).toMatchObject({
      status: 'healthy',
      facts: { running: 3, images: 'registry.example/redis:1, redis:7' },
    });
    expect(bad).toMatchObject({ status: 'unhealthy', facts: { images: 'registry.example/redis:1' } });
    expect(none.facts).toEqual({ instances: 0, running: 0 });
    // It may live elsewhere: that is another finding than one that was stopped.
    expect(none).toMatchObject({ findings: [{ code: 'PART_ABSENT' }] });
  });
});

describe('runtime.auth-token', () => {
  const tokens = (manager: string | undefined, agent: string | undefined) =>
    runtimeAuthToken.run(
      {},
      on({
        'agent-manager': [manager === undefined ? {} : { token: manager }],
        'collect-agent': [agent === undefined ? {} : { token: agent }],
      }),
    );

  it('compares digests and names the side without one', async () => {
    expect(await tokens('aaa', 'aaa')).toMatchObject({ status: 'healthy' });
    expect(await tokens('aaa', 'bbb')).toMatchObject({ findings: [{ code: 'AUTH_TOKENS_DIFFER' }] });
    expect(await tokens('aaa', undefined)).toMatchObject({
      findings: [{ code: 'AUTH_TOKEN_MISSING', facts: { missing: 'collect-agent' } }],
    });
  });

  it('could not look where both sides lack a token', async () => {
    await expect(tokens(undefined, undefined)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      facts: { reason: 'token-on-neither-side' },
    });
    for (const language of ['en', 'zh-CN'] as const)
      for (const reason of ['token-on-neither-side', 'token-source-unknown', 'reference-gone'])
        expect(wordsIn(language).lookup(`cause.${reason}`)).toBeDefined();
  });

  it('has nothing to compare with a part that is not there', async () => {
    expect(await runtimeAuthToken.run({}, on({ 'agent-manager': [{ token: 'aaa' }] }))).toMatchObject({
      status: 'skipped',
      reason: 'no-data',
    });
  });
});

describe('runtime.registration-subjects', () => {
  const subject = (value: string) => ({
    files: { [CONFIG]: `nats:\n  subjects:\n    registration: "${value}"\n` },
  });
  const compare = (manager: string, agent: string) =>
    runtimeRegistrationSubjects.run(
      {},
      on({ 'agent-manager': [subject(manager)], 'collect-agent': [subject(agent)] }),
    );

  it('takes placeholders for one token and sees a subject that differs (R-PLAT19)', async () => {
    expect(
      await compare('aetherius.agent.*.register', 'aetherius.agent.{cluster_id}.register'),
    ).toMatchObject({ status: 'healthy' });
    expect(
      await compare('aetherius.agent.*.register', 'aetherius.agents.{cluster_id}.register'),
    ).toMatchObject({
      findings: [
        {
          code: 'REGISTRATION_SUBJECTS_DIFFER',
          facts: { agentSubject: 'aetherius.agents.{cluster_id}.register' },
        },
      ],
    });
  });

  const own = 'aetherius.agent.{cluster_id}.register';

  it.each([
    [own, 'aetherius.agent.prod-eu.register'],
    [own, 'aetherius.agent.$(CLUSTER_ID).register'],
    ['aetherius.agent.${CLUSTER_ID}.register', 'aetherius.agent.<cluster.id>.register'],
    ['aetherius.agent.*.register', 'aetherius.agent.eu-{{ .Cluster }}.register'],
    ['aetherius.agent.>', 'aetherius.agent.prod-eu.register'],
    ['aetherius.agent.prod.register', 'aetherius.agent.prod.register'],
  ])('hears on %s what an agent publishes on %s', async (manager, agent) => {
    expect(await compare(manager, agent)).toMatchObject({ status: 'healthy' });
  });

  it.each([
    [own, 'aetherius.agents.{cluster_id}.register'],
    [own, 'aetherius.v2.agent.{cluster_id}.register'],
    ['aetherius.agent.{cluster_id}.registration', own],
    ['aetherius.agent.prod.register', 'aetherius.agent.prod-eu.register'],
    ['aetherius.agent.prod.registration', own],
    ['aetherius.agents.>', own],
  ])('does not hear on %s what an agent publishes on %s', async (manager, agent) => {
    expect(await compare(manager, agent)).toMatchObject({
      findings: [{ code: 'REGISTRATION_SUBJECTS_DIFFER' }],
    });
  });

  it('takes a subject that a ConfigMap gives to the environment for the one in use', async () => {
    const referred = {
      AETHERIUS_NATS_SUBJECTS_REGISTRATION: {
        from: { kind: 'ConfigMap', name: 'fleet', key: 'subject' },
        value: 'fleet.*.register',
      },
    } as const;
    const parts = { 'agent-manager': [{ ...subject(own), referred }], 'collect-agent': [subject(own)] };

    expect(await runtimeRegistrationSubjects.run({}, on(parts))).toMatchObject({
      findings: [{ code: 'REGISTRATION_SUBJECTS_DIFFER', facts: { managerSubject: 'fleet.*.register' } }],
    });
  });

  it('does not judge a placeholder of the agent where agent-manager has a value', async () => {
    await expect(compare('aetherius.agent.prod.register', own)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      facts: { reason: 'subject-placeholder' },
    });
  });

  it('does not compare what it cannot read', async () => {
    const blind = runtimeRegistrationSubjects.run(
      {},
      on({ 'agent-manager': [{}], 'collect-agent': [subject('a')] }),
    );

    await expect(blind).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('runtime.config-overrides', () => {
  it('names the key, the layer that wins and never a secret (R-PLAT17)', async () => {
    const part = {
      files: { [CONFIG]: 'event:\n  workers: 20\ndatabase:\n  password: from-file\n' },
      env: { AETHERIUS_EVENT_WORKERS: '5', DATABASE_PASSWORD: 'from-env' },
    };
    const result = await runtimeConfigOverrides.run(
      { part: 'agent-manager' },
      on({ 'agent-manager': [part] }),
    );

    expect(result).toMatchObject({ status: 'unhealthy' });
    const text = JSON.stringify(result);
    expect(text).toContain('AETHERIUS_EVENT_WORKERS');
    expect(text).not.toContain('from-env');
    expect(text).not.toContain('from-file');
  });

  const file = { [CONFIG]: 'event:\n  workers: 20\n' };
  const look = (part: FakePart) =>
    runtimeConfigOverrides.run(
      { part: 'agent-manager' },
      on({ 'agent-manager': [{ files: file, ...part }] }),
    );
  const map = { kind: 'ConfigMap', name: 'overrides', key: 'workers' } as const;
  const secret = { kind: 'Secret', name: 'all', key: 'EVENT_WORKERS' } as const;

  it('names the ConfigMap and key behind a variable', async () => {
    expect(await look({ referred: { EVENT_WORKERS: { from: map, value: '5' } } })).toMatchObject({
      findings: [
        {
          code: 'CONFIG_OVERRIDDEN',
          facts: {
            layer: 'env',
            name: 'EVENT_WORKERS (ConfigMap overrides/workers)',
            value: '5',
            configMap: 'overrides',
          },
        },
      ],
    });
    expect(await look({ referred: { EVENT_WORKERS: { from: map, value: '20' } } })).toMatchObject({
      status: 'healthy',
    });
  });

  it('could not look at the keys that something unreadable may set', async () => {
    const facts = { verb: 'get', resource: 'secrets/all' };
    const cause = new TargetError('forbidden', 'not allowed', { facts });
    const gone = new AppError('NOT_FOUND', 'not there', { facts: { reason: 'reference-gone' } });

    // It says for which keys it matters: whoever has edited another one need not care.
    expect(await look({ referred: { EVENT_WORKERS: { from: secret, unread: cause } } })).toMatchObject({
      status: 'inconclusive',
      cause: { facts: { reason: 'override-unread', keys: 'event.workers', ...facts } },
      facts: { undecided: 1, keys: 'event.workers' },
    });
    for (const language of ['en', 'zh-CN'] as const)
      expect(wordsIn(language).lookup('cause.override-unread', { ...facts, keys: 'event.workers' })).toMatch(
        /event\.workers.*secrets\/all/,
      );
    expect(await look({ referred: { EVENT_WORKERS: { from: map, unread: gone } } })).toMatchObject({
      status: 'inconclusive',
      cause: gone,
    });
    expect(
      await look({
        env: { AETHERIUS_EVENT_WORKERS: '5' },
        referred: { EVENT_WORKERS: { from: secret, unread: cause } },
      }),
    ).toMatchObject({ findings: [{ facts: { name: 'AETHERIUS_EVENT_WORKERS' } }] });
  });
});

describe('runtime.executor-log', () => {
  const line = (level: string, msg: string, time = '2026-03-01T10:04:50Z') =>
    JSON.stringify({ time, level, msg });
  const full = (time: string) =>
    line('error', 'executor error: queue is full, executions stay pending', time);
  const submitted = (created_at: string, workflow_id = 'w', status = 'pending') => ({
    id: created_at,
    workflow_id,
    status,
    created_at,
  });
  const gauges = (busy: number, queue: number) =>
    httpAnswer(
      `executor_workers 4\nexecutor_workers_busy ${busy}\nexecutor_queue_size ${queue}\nexecutor_queue_capacity 100\n`,
    );
  const read = (log: string, executions?: readonly object[], metrics = httpAnswer('', 404)) =>
    runtimeExecutorLog.run(
      { minutes: 15 },
      probeContext({
        runtime: fakeRuntime({ 'orchestrator-service': [{ log }] }),
        ...(executions === undefined
          ? {}
          : {
              services: fakeServices({
                '/api/v1/workflows/executions?limit=500': [httpAnswer(JSON.stringify({ executions }))],
                '/metrics': [metrics],
              }),
            }),
      }),
    );
  const isFull = { findings: [{ code: 'EXECUTOR_QUEUE_FULL_LOGGED' }] };
  const isOther = { findings: [{ code: 'EXECUTOR_ERRORS_LOGGED' }] };

  it('tells a full queue from other errors, and information from both', async () => {
    const waiting = [submitted('2026-03-01T10:04:00Z')];

    expect(await read(line('info', 'executor: execution completed'), waiting)).toMatchObject({
      status: 'healthy',
    });
    expect(await read(line('error', 'executor error: cannot start a workflow'), waiting)).toMatchObject(
      isOther,
    );
    expect(await read(full('2026-03-01T10:04:50Z'), waiting)).toMatchObject(isFull);
    expect(await read(full('2026-03-01T10:04:50Z'), waiting, gauges(4, 90))).toMatchObject(isFull);
    expect(await read('executor: queue is full', waiting)).toMatchObject(isFull);
  });

  it('does not join a queue that was full once with what waits for another reason', async () => {
    const old = full('2026-03-01T09:52:00Z');

    expect(await read(old, [submitted('2026-03-01T10:04:00Z')])).toMatchObject(isOther);
    // Stuck since yesterday: every line of today is younger.
    expect(await read(old, [submitted('2026-02-28T10:00:00Z')])).toMatchObject(isOther);
    expect(await read(full('2026-03-01T10:04:20Z'), [submitted('2026-03-01T10:04:55Z')])).toMatchObject(
      isOther,
    );
    expect(await read(old, [])).toMatchObject(isOther);
    expect(await read(old)).toMatchObject(isOther);
  });

  it('believes the live counters more than a line of a minute ago', async () => {
    const stuck = [submitted('2026-02-28T10:00:00Z')];

    expect(await read(full('2026-03-01T10:04:20Z'), stuck, gauges(1, 0))).toMatchObject(isOther);
    expect(await read(full('2026-03-01T10:04:20Z'), stuck, gauges(4, 0))).toMatchObject(isFull);
  });

  it('explains executions that were turned away by a queue that has room again', async () => {
    const turnedAway = [submitted('2026-03-01T09:52:01Z'), submitted('2026-03-01T09:52:08Z')];

    expect(await read(full('2026-03-01T09:52:00Z'), turnedAway, gauges(0, 0))).toMatchObject(isFull);
    expect(
      await read(
        full('2026-03-01T09:52:00Z'),
        [...turnedAway, submitted('2026-03-01T10:01:00Z')],
        gauges(0, 0),
      ),
    ).toMatchObject(isOther);
  });
});

describe('runtime.memory-limit', () => {
  const look = (part: FakePart) =>
    runtimeMemoryLimit.run({ part: 'reasoning-service' }, on({ 'reasoning-service': [part] }));
  const limited = { memoryLimitBytes: 512 * MIB };

  it('sees a kill for memory, memory near the limit and the absence of a limit', async () => {
    const killed = {
      ...limited,
      last: { exitCode: 137, reason: 'OOMKilled', finishedAt: '2026-03-01T10:03:00Z' },
    };

    expect(await look({ ...killed, usage: { cpuMillicores: 1, memoryBytes: 1 } })).toMatchObject({
      findings: [{ code: 'OOM_KILLED' }],
    });
    expect(await look({ ...limited, usage: { cpuMillicores: 1, memoryBytes: 500 * MIB } })).toMatchObject({
      findings: [{ code: 'MEMORY_NEAR_LIMIT', facts: { usedMiB: 500, limitMiB: 512 } }],
    });
    expect(await look({ usage: { cpuMillicores: 1, memoryBytes: 1 } })).toMatchObject({
      findings: [{ code: 'NO_MEMORY_LIMIT' }],
    });
    expect(await look({ ...limited, usage: { cpuMillicores: 1, memoryBytes: 100 * MIB } })).toMatchObject({
      status: 'healthy',
    });
  });

  it('takes a kill of long ago for history', async () => {
    const old = { exitCode: 137, reason: 'OOMKilled', finishedAt: '2026-02-27T10:03:00Z' };

    expect(
      await look({ ...limited, last: old, usage: { cpuMillicores: 1, memoryBytes: 100 * MIB } }),
    ).toMatchObject({ status: 'healthy' });
  });
});

describe('runtime.cpu-limit', () => {
  const look = (cpuMillicores: number, more: FakePart = {}) =>
    runtimeCpuLimit.run(
      { part: 'agent-manager', seconds: 2 },
      on({
        'agent-manager': [{ cpuLimitMillicores: 200, usage: { cpuMillicores, memoryBytes: 1 }, ...more }],
      }),
    );
  const unknown = { status: 'inconclusive', cause: { facts: { reason: 'throttling-unknown', limit: 200 } } };

  it('sees a part at its limit from nine tenths of it on', async () => {
    expect(await look(180)).toMatchObject({
      findings: [{ code: 'CPU_AT_LIMIT', facts: { limitMillicores: 200 } }],
    });
    expect(await look(179, { throttled: 0 })).toMatchObject({ status: 'healthy' });
    expect(await look(40)).toMatchObject({ status: 'healthy' });
  });

  it('sees a part that is held back in bursts, far from its limit on average', async () => {
    expect(await look(110, { throttled: 0.31 })).toMatchObject({
      findings: [{ code: 'CPU_THROTTLED', facts: { percent: 31, limitMillicores: 200 } }],
    });
    expect(await look(150, { throttled: 0.1 })).toMatchObject({ status: 'healthy' });
    expect(await look(90, { throttled: 0.9 })).toMatchObject({ status: 'healthy' });
  });

  it('cannot tell near the limit where nobody counts how often a part is held back', async () => {
    expect(await look(140)).toMatchObject(unknown);
    expect(await look(139)).toMatchObject({ status: 'healthy' });
    for (const language of ['en', 'zh-CN'] as const)
      expect(wordsIn(language).lookup('cause.throttling-unknown')).toBeDefined();
  });

  it('judges by the kernel alone where nothing measures the CPU in use', async () => {
    const unmeasured = (throttled?: number) => {
      const runtime = fakeRuntime({
        'agent-manager': [{ cpuLimitMillicores: 200, ...(throttled === undefined ? {} : { throttled }) }],
      });
      return runtimeCpuLimit.run(
        { part: 'agent-manager', seconds: 2 },
        probeContext({
          runtime: { ...runtime, usage: () => Promise.reject(new AppError('NOT_FOUND', 'no metrics API')) },
        }),
      );
    };

    expect(await unmeasured(0.5)).toMatchObject({
      findings: [{ code: 'CPU_THROTTLED', facts: { usedMillicores: null } }],
    });
    await expect(unmeasured(0)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(unmeasured()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('finds the one that is held back beside one of which nothing is known', async () => {
    const part = { cpuLimitMillicores: 200 };
    const runtime = fakeRuntime({
      'agent-manager': [
        { ...part, throttled: 0.05 },
        { ...part, throttled: 0.5 },
      ],
    });

    expect(
      await runtimeCpuLimit.run(
        { part: 'agent-manager', seconds: 2 },
        probeContext({
          runtime: { ...runtime, usage: () => Promise.reject(new AppError('NOT_FOUND', 'no metrics API')) },
        }),
      ),
    ).toMatchObject({ findings: [{ code: 'CPU_THROTTLED', subject: 'agent-manager-1' }] });
  });

  it('asks a few of many containers how often they are held back', async () => {
    const one = { cpuLimitMillicores: 200, usage: { cpuMillicores: 120, memoryBytes: 1 } };
    const runtime = fakeRuntime({ 'collect-agent': Array.from({ length: 200 }, () => one) });
    let asked = 0;
    const throttled = async () => {
      asked += 1;
      return 0;
    };

    expect(
      await runtimeCpuLimit.run(
        { part: 'collect-agent', seconds: 2 },
        probeContext({ runtime: { ...runtime, throttled } }),
      ),
    ).toMatchObject({ status: 'healthy' });
    expect(asked).toBe(3);
  });

  it('says that a limit is tiny only of a part that is held back by it', async () => {
    expect(await look(38, { cpuLimitMillicores: 40 })).toMatchObject({
      findings: [{ code: 'CPU_AT_LIMIT' }, { code: 'CPU_LIMIT_TINY' }],
    });
    expect(await look(98, { cpuLimitMillicores: 100 })).toMatchObject({
      findings: [{ code: 'CPU_AT_LIMIT' }, { code: 'CPU_LIMIT_TINY' }],
    });
    expect(await look(98, { cpuLimitMillicores: 101 })).toMatchObject({
      findings: [{ code: 'CPU_AT_LIMIT' }],
    });
    expect(await look(25, { cpuLimitMillicores: 40, throttled: 0.4 })).toMatchObject({
      findings: [{ code: 'CPU_THROTTLED' }, { code: 'CPU_LIMIT_TINY' }],
    });
    expect(await look(5, { cpuLimitMillicores: 40 })).toMatchObject({ status: 'healthy' });
  });
});

describe('runtime.models', () => {
  const command = 'python3 -c from sklearn.ensemble import IsolationForest; print("OK")';
  const look = (files: Readonly<Record<string, string>>, code = 0, stderr = 'ImportError: x') =>
    runtimeModels.run(
      {},
      on({
        'reasoning-service': [
          {
            files: { [CONFIG]: 'model:\n  path: /app/models/m.joblib\n', ...files },
            commands: { [command]: { code, stderr } },
          },
        ],
      }),
    );

  it('sees a model that is missing, empty, or whose libraries do not load', async () => {
    expect(await look({ '/app/models/m.joblib': 'x' })).toMatchObject({ status: 'healthy' });
    expect(await look({ '/app/models/other.joblib': 'x' })).toMatchObject({
      findings: [{ code: 'MODEL_MISSING', subject: 'm.joblib' }],
    });
    expect(await look({ '/app/models/m.joblib': '' })).toMatchObject({ findings: [{ code: 'MODEL_EMPTY' }] });
    expect(await look({ '/app/models/m.joblib': 'x' }, 1)).toMatchObject({
      findings: [{ code: 'SKLEARN_IMPORT_FAILS' }],
    });
  });

  it.each([
    [127, 'sh: python3: not found'],
    [126, 'exec: "python3": executable file not found in $PATH'],
    [137, ''],
  ])('cannot look where the import could not be tried (%i)', async (code, stderr) => {
    await expect(look({ '/app/models/m.joblib': 'x' }, code, stderr)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describe('runtime.name-lookup and runtime.connection', () => {
  it('cannot look where the container has no tool', async () => {
    const bare = on({ 'agent-manager': [{ commands: {} }] });

    await expect(runtimeNameLookup.run({ part: 'agent-manager' }, bare)).rejects.toThrow();
    await expect(
      runtimeConnection.run({ from: 'agent-manager', to: 'orchestrator-service' }, bare),
    ).rejects.toThrow();
  });

  const get = 'wget -q -O - -T 4 http://orchestrator-service:8081/health/live';
  /** A container whose requests end in turn as these say; on Compose when told so. */
  const asking = (kind: 'kubernetes' | 'compose', ...errors: readonly string[]) => {
    const runtime = fakeRuntime({ 'agent-manager': [{ commands: { [get]: { code: 0 } } }] });
    const left = [...errors];
    const exec: typeof runtime.exec = (instance, command, options) => {
      const stderr = left.shift();
      return stderr === undefined
        ? runtime.exec(instance, command, options)
        : Promise.resolve({ code: 1, stdout: '', stderr });
    };
    return probeContext({ runtime: { ...runtime, kind, exec } });
  };
  const connect = (...of: Parameters<typeof asking>) =>
    runtimeConnection.run({ from: 'agent-manager', to: 'orchestrator-service' }, asking(...of));
  const refused = 'dial tcp 10.96.0.9:8081: connect: connection refused';

  it('take one refusal for no failure: rules of a Service take a moment to reach a node', async () => {
    expect(await connect('kubernetes', refused)).toMatchObject({ status: 'healthy' });
  });

  it('tell a refusal from silence on Kubernetes, where no policy refuses', async () => {
    expect(await connect('kubernetes', refused, refused)).toMatchObject({
      findings: [{ code: 'CONNECTION_REFUSED' }],
    });
    expect(await connect('kubernetes', 'download timed out')).toMatchObject({
      findings: [{ code: 'CONNECTION_FAILS' }],
    });
    expect(await connect('compose', refused, refused)).toMatchObject({
      findings: [{ code: 'CONNECTION_FAILS' }],
    });
  });

  it('take what a container engine or a signal says for no answer of the other service', async () => {
    const ends = (code: number, stderr: string) =>
      runtimeConnection.run(
        { from: 'agent-manager', to: 'orchestrator-service' },
        on({ 'agent-manager': [{ commands: { [get]: { code, stderr } } }] }),
      );

    await expect(
      ends(
        126,
        'failed to start exec "d98f0986c404e647": OCI runtime exec failed: exec: "wget": executable file not found',
      ),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(ends(139, '')).rejects.toMatchObject({ stage: 'closed' });
    expect(await ends(1, 'read tcp 10.244.1.5:50412->10.97.82.4:8081: i/o timeout')).toMatchObject({
      findings: [{ code: 'CONNECTION_FAILS' }],
    });
  });

  it.each([
    [1, 'wget: server returned error: HTTP/1.1 503 Service Unavailable'],
    [1, 'wget: server returned error: HTTP/1.1 404 Not Found'],
    [8, ''],
  ])('take an error that the other service answers (%i %s) for a connection', async (code, stderr) => {
    expect(
      await runtimeConnection.run(
        { from: 'agent-manager', to: 'orchestrator-service' },
        on({ 'agent-manager': [{ commands: { [get]: { code, stderr } } }] }),
      ),
    ).toMatchObject({ status: 'healthy' });
  });

  it('find a name in what busybox answers, though it fails for the rest of the search list', async () => {
    const nxdomain = ['svc.cluster.local', 'cluster.local'].map(
      (domain) => `** server can't find postgres.${domain}: NXDOMAIN\n\n`,
    );
    const server = 'Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n';
    const address = 'Name:\tpostgres.aetherius.svc.cluster.local\nAddress: 10.96.0.5\n\n';
    const lookup = (stdout: string) =>
      runtimeNameLookup.run(
        { part: 'agent-manager' },
        on({
          'agent-manager': [
            {
              commands: {
                'nslookup postgres': { code: 1, stdout },
                'nslookup kubernetes.default.svc.cluster.local': { code: 1, stdout: nxdomain.join('') },
              },
            },
          ],
        }),
      );

    expect(await lookup([server, address, ...nxdomain].join(''))).toMatchObject({ status: 'healthy' });
    expect(await lookup([server, ...nxdomain].join(''))).toMatchObject({
      findings: [{ code: 'NAME_LOOKUP_FAILS' }],
    });
  });

  it('have nothing to say of a service that does not run', async () => {
    const stopped = on({ 'agent-manager': [{ phase: 'terminated' }] });

    expect(await runtimeNameLookup.run({ part: 'agent-manager' }, stopped)).toMatchObject({
      status: 'skipped',
    });
    expect(
      await runtimeConnection.run({ from: 'agent-manager', to: 'orchestrator-service' }, stopped),
    ).toMatchObject({ status: 'skipped' });
  });
});
