import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/domain/kernel/errors.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { KubernetesTarget } from '../../../../src/domain/probe/targets/kubernetes.ts';
import { runtimeStartupLog } from '../../../../src/probes/runtime/startup-log.probe.ts';
import { wordsIn } from '../../../../src/text/words.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';

const now = new Date('2026-03-01T10:05:00Z');

const crashing: FakePart = {
  phase: 'waiting',
  reason: 'CrashLoopBackOff',
  ready: false,
  restarts: 3,
  last: { exitCode: 1, reason: 'Error', finishedAt: '2026-03-01T10:04:50Z' },
};

const look = (part: FakePart, kubernetes?: KubernetesTarget) =>
  runtimeStartupLog.run(
    { part: 'agent-manager' },
    {
      deps: {
        ...{ platform: asInGuide, runtime: fakeRuntime({ 'agent-manager': [part] }) },
        ...(kubernetes === undefined ? {} : { kubernetes }),
      },
      signal: new AbortController().signal,
      now: () => now,
      wait: () => Promise.resolve(),
    },
  );

const json = (msg: string) => JSON.stringify({ time: '2026-03-01T10:04:49Z', level: 'error', msg });

describe('the log of a service that does not start', () => {
  it.each([
    [
      'STARTUP_DATABASE_CREDENTIALS',
      json(
        'fatal: cannot connect to the database postgres:5432: FATAL: password authentication failed for user "aetherius" (SQLSTATE 28P01)',
      ),
    ],
    [
      'STARTUP_DATABASE_UNREACHABLE',
      json('fatal: cannot connect to the database: dial tcp: lookup postgres-primary: no such host'),
    ],
    [
      'STARTUP_DATABASE_UNREACHABLE',
      '2026/03/01 10:04:49 fatal: postgres: dial tcp 10.0.0.4:5433: connect: connection refused',
    ],
    [
      'STARTUP_NATS_UNREACHABLE',
      json('fatal: cannot connect to NATS nats://nats:4333: no servers available'),
    ],
    ['STARTUP_NATS_CREDENTIALS', json('fatal: cannot connect to NATS: nats: Authorization Violation')],
    ['STARTUP_PORT_IN_USE', json('fatal: listen tcp 0.0.0.0:8080: bind: address already in use')],
    [
      'STARTUP_PORT_IN_USE',
      '2026-03-01T10:04:49.000Z ERROR server: fatal: listen tcp 0.0.0.0:8080: bind: address already in use',
    ],
    ['STARTUP_DATABASE_MISSING', json('fatal: FATAL: database "aetherius" does not exist')],
    ['STARTUP_DATABASE_MISSING', 'FATAL: database "aetherius" does not exist'],
    ['STARTUP_DATABASE_MISSING', json('fatal: cannot open the store (SQLSTATE 3D000)')],
    // Without TLS it is not let in: nothing was said of a password.
    [
      'STARTUP_DATABASE_NOT_ADMITTED',
      json(
        'fatal: FATAL: no pg_hba.conf entry for host "10.0.0.9", user "a", database "d", no encryption (SQLSTATE 28000)',
      ),
    ],
    ['STARTUP_DATABASE_NOT_ADMITTED', json('fatal: tls error: server refused TLS connection')],
    // The file is not there: nothing is known of its keys.
    [
      'STARTUP_FILE_UNOPENED',
      json('fatal: failed to read config file: open configs/config.yaml: no such file or directory'),
    ],
    ['STARTUP_FILE_UNOPENED', 'panic: open /app/configs/config.yaml: permission denied'],
    ['STARTUP_FILE_UNOPENED', json('fatal: Config File "config" Not Found in "[/etc/aetherius]"')],
    [
      'STARTUP_FILE_UNOPENED',
      "[ERROR] fatal: FileNotFoundError: [Errno 2] No such file or directory: '/app/config/settings.yaml'",
    ],
    ['STARTUP_CONFIG_REFUSED', json('fatal: failed to parse config: yaml: line 3: mapping values')],
    ['STARTUP_DATABASE_CREDENTIALS', json('fatal: FATAL: role "aetherius" does not exist')],
  ])('%s', async (code, line) => {
    const result = await look({ ...crashing, log: line });

    expect(result).toMatchObject({ status: 'unhealthy', findings: [{ code }] });
  });

  it.each([
    ['a variable of its own', { env: { NATS_URL: 'nats://x:4222' } }, 'NATS_URL'],
    ['a flag', { command: ['am', '--nats.url=nats://x:4222'] }, '--nats.url'],
    ['its file alone', { env: { HOME: '/' } }, undefined],
  ])('says where it has the address from that does not answer: %s', async (_what, more, variable) => {
    const log = json('fatal: cannot connect to NATS nats://x:4222: no servers available');
    const result = await look({ ...crashing, log, ...more });

    const facts = result.status === 'unhealthy' ? result.findings[0].facts : {};
    expect(facts.variable).toBe(variable);
    expect(facts.setting).toBe(variable === undefined ? undefined : 'nats.url');
  });

  describe('a name that was denied', () => {
    const cluster = (services: readonly string[] | Error, asked: string[] = []) =>
      ({
        namespace: 'aetherius',
        list: (kind: string) => {
          asked.push(kind);
          return services instanceof Error
            ? Promise.reject(services)
            : Promise.resolve(services.map((name) => ({ metadata: { name } })));
        },
      }) as unknown as KubernetesTarget;
    const denied = async (words: string, services: readonly string[] | Error = ['postgres']) => {
      const log = json(`fatal: cannot connect to the database: ${words}`);
      const result = await look({ ...crashing, log }, cluster(services));
      return result.status === 'unhealthy' ? (result.findings[0].facts.deniedName ?? null) : undefined;
    };

    it.each([
      'dial tcp: lookup postgres on 10.96.0.10:53: no such host',
      'dial tcp: lookup postgres.aetherius.svc.cluster.local: no such host',
      'could not translate host name "postgres" to address: database unreachable, no such host',
    ])('is told where a Service has it: %s', async (words) => {
      expect(await denied(words)).toBe('postgres');
    });

    it('is not where there is no such Service, it is another namespace’s, or nobody may look', async () => {
      const words = 'dial tcp: lookup postgres on 10.96.0.10:53: no such host';

      expect(await denied(words, ['postgresql'])).toBeNull();
      expect(await denied(words, new Error('forbidden'))).toBeNull();
      expect(await denied('dial tcp: lookup postgres.other: no such host')).toBeNull();
      expect(await denied('dial tcp: lookup db.example.com: no such host', ['db'])).toBeNull();
    });

    it('costs a request only where a name was denied', async () => {
      const asked: string[] = [];
      const log = json('fatal: postgres: dial tcp 10.0.0.4:5433: connect: connection refused');

      await look({ ...crashing, log }, cluster(['postgres'], asked));

      expect(asked).toEqual([]);
    });
  });

  it('is that of the container before, when the new one has said nothing yet', async () => {
    const result = await look({
      ...crashing,
      previousLog: json('fatal: listen tcp 0.0.0.0:8080: bind: address already in use'),
    });

    expect(result).toMatchObject({ findings: [{ code: 'STARTUP_PORT_IN_USE' }] });
  });

  describe('of a program that ended with exit code 0', () => {
    const stopped: FakePart = {
      ...{ phase: 'terminated', reason: 'exited', ready: false, restarts: 0 },
      terminated: { exitCode: 0, reason: 'Completed' },
    };

    it('gives no reason by a complaint of the time when it ran', async () => {
      const complaint = json('heartbeat not stored: failed to connect to postgres: connection refused');

      await expect(look({ ...stopped, log: complaint })).rejects.toMatchObject({
        facts: { reason: 'last-word-unknown' },
      });
      expect(await look({ ...stopped, log: json('listening') })).toMatchObject({ status: 'healthy' });
    });

    it('gives one by its last word all the same', async () => {
      const last = json('fatal: cannot connect to the database: connection refused');

      expect(await look({ ...stopped, log: last })).toMatchObject({
        findings: [{ code: 'STARTUP_DATABASE_UNREACHABLE' }],
      });
    });
  });

  it('is one log, as long as that of the life which ended says why', async () => {
    const reason = json('fatal: listen tcp 0.0.0.0:8080: bind: address already in use');
    const read = async (part: FakePart) => {
      const runtime = fakeRuntime({ 'agent-manager': [part] });
      const logs: boolean[] = [];
      await runtimeStartupLog.run(
        { part: 'agent-manager' },
        {
          deps: {
            platform: asInGuide,
            runtime: {
              ...runtime,
              logs: (instance, options) => {
                logs.push(options?.previous === true);
                return runtime.logs(instance, options);
              },
            },
          },
          signal: new AbortController().signal,
          now: () => now,
          wait: () => Promise.resolve(),
        },
      );
      return logs;
    };
    const again: FakePart = { ...crashing, phase: 'running', startedAt: '2026-03-01T10:04:55Z' };

    expect(await read({ ...crashing, log: reason })).toEqual([false]);
    expect(await read({ ...again, previousLog: reason })).toEqual([true]);
    expect(await read({ ...crashing, log: 'starting', previousLog: reason })).toEqual([false, true]);
  });

  it('is not taken for silent about the reason when the other life was not asked for', async () => {
    const runtime = fakeRuntime({ 'agent-manager': [{ ...crashing, log: 'starting' }] });
    const usedUp = new AppError('DEPENDENCY_UNAVAILABLE', 'used up', { facts: { reason: 'request-limit' } });
    const looking = runtimeStartupLog.run(
      { part: 'agent-manager' },
      {
        deps: {
          platform: asInGuide,
          runtime: {
            ...runtime,
            logs: (instance, options) =>
              options?.previous === true ? Promise.reject(usedUp) : runtime.logs(instance, options),
          },
        },
        signal: new AbortController().signal,
        now: () => now,
        wait: () => Promise.resolve(),
      },
    );

    await expect(looking).rejects.toBe(usedUp);
  });

  it('names the last reason, not one of an earlier life', async () => {
    const nats = json('fatal: cannot connect to NATS: nats: Authorization Violation');
    const database = json('fatal: cannot connect to the database: dial tcp: connect: connection refused');

    expect(await look({ ...crashing, previousLog: nats, log: database })).toMatchObject({
      findings: [{ code: 'STARTUP_DATABASE_UNREACHABLE' }],
    });
    expect(await look({ ...crashing, previousLog: database, log: nats })).toMatchObject({
      findings: [{ code: 'STARTUP_NATS_CREDENTIALS' }],
    });
  });

  it('does not take a missing table for a missing database', async () => {
    const table = json('fatal: database schema: relation "agents" does not exist (SQLSTATE 42P01)');

    expect(await look({ ...crashing, log: table })).toMatchObject({
      findings: [{ code: 'STARTUP_SCHEMA_WRONG' }],
    });
  });

  const early = json('database is not there yet: dial tcp 10.0.0.4:5432: connect: connection refused');

  it.each([
    json('fatal: configuration: event.workers must be positive'),
    JSON.stringify({ level: 'fatal', msg: 'no license' }),
    JSON.stringify({ level: 'panic', msg: 'no license' }),
    'panic: runtime error: invalid memory address or nil pointer dereference',
    'fatal error: all goroutines are asleep - deadlock!',
    '2026/03/01 10:04:49 fatal: no license',
    '2026-03-01T10:04:49.000Z ERROR server: fatal: no license',
    'time="2026-03-01T10:04:49Z" level=fatal msg="no license"',
  ])('cannot tell what was said before another last word: %s', async (last) => {
    await expect(look({ ...crashing, log: `${early}\n${last}\nbye` })).rejects.toMatchObject({
      facts: { reason: 'last-word-unknown' },
    });
    // Of an earlier life: what the last one ended with counts.
    expect(await look({ ...crashing, previousLog: last, log: early })).toMatchObject({
      findings: [{ code: 'STARTUP_DATABASE_UNREACHABLE' }],
    });
  });

  it.each([json('not fatal: no cache'), 'WARN not fatal: no cache'])(
    'keeps its reason before a word that ends nothing: %s',
    async (word) => {
      expect(await look({ ...crashing, log: `${early}\n${word}` })).toMatchObject({
        findings: [{ code: 'STARTUP_DATABASE_UNREACHABLE' }],
      });
    },
  );

  it('keeps its reason before the stack trace of its own panic', async () => {
    const trace = [
      'panic: database: dial tcp 10.0.0.4:5432: connect: connection refused',
      'goroutine 1 [running]:',
      'panic({0x1, 0x2})',
      '\t/usr/local/go/src/runtime/panic.go:884 +0x212',
      json('stopped'),
    ];

    expect(await look({ ...crashing, log: trace.join('\n') })).toMatchObject({
      findings: [{ code: 'STARTUP_DATABASE_UNREACHABLE' }],
    });
  });

  it('is no evidence when it is empty', async () => {
    await expect(look(crashing)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const backOff = 'back-off 10s restarting failed container=agent-manager pod=agent-manager-6dcd4b7bd9';
    await expect(look({ ...crashing, message: backOff })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('W16 that is empty is called by the name of its instance', async () => {
    const facts = await look(crashing).then(
      () => ({}),
      (error: unknown) => (error as AppError).facts,
    );

    expect(wordsIn('en').lookupPlain('cause.log-empty', facts)).toBe('the log of agent-manager-0 is empty');
  });

  it('W7 stands in the answer word for word when it names no known reason, without colours', async () => {
    const log = [json('listening'), '\u001b[31mFATAL: license server\u001b[0m says no'].join('\n');

    expect(await look({ ...crashing, log })).toMatchObject({
      findings: [
        {
          code: 'STARTUP_REASON_UNKNOWN',
          facts: { exitCode: 1 },
          excerpts: [
            { source: 'log agent-manager-0', lines: [expect.any(String), 'FATAL: license server says no'] },
          ],
        },
      ],
    });
  });

  it('W7 is the end of the log when no line is an error', async () => {
    const log = Array.from({ length: 9 }, (_, index) => `step ${index}`).join('\n');

    expect(await look({ ...crashing, log })).toMatchObject({
      findings: [{ excerpts: [{ lines: ['step 4', 'step 5', 'step 6', 'step 7', 'step 8'] }] }],
    });
  });

  it.each([0, 137, 143])('W7 owes no reason when it was told to end (exit code %i)', async (exitCode) => {
    const stopped = { ...crashing, last: { exitCode, reason: 'Error' } };

    expect(await look({ ...stopped, log: 'shutting down' })).toMatchObject({ status: 'healthy' });
  });

  it('is not read of an instance that runs', async () => {
    expect(await look({ log: json('error: bind: address already in use') })).toMatchObject({
      status: 'healthy',
    });
  });

  it('stands in the finding with the line, the time and the restarts', async () => {
    const result = await look({ ...crashing, log: json('fatal: FATAL: database "shop" does not exist') });

    expect(result).toEqual({
      status: 'unhealthy',
      findings: [
        {
          ...{ code: 'STARTUP_DATABASE_MISSING', severity: 'critical', part: 'agent-manager' },
          ...{ subject: 'agent-manager-0', since: '2026-03-01T10:04:49Z' },
          facts: {
            ...{ message: 'fatal: FATAL: database "shop" does not exist', restarts: 3, database: 'shop' },
          },
          excerpts: [{ source: 'log agent-manager-0', lines: [expect.stringContaining('"shop\\"')] }],
        },
      ],
    });
  });

  it('names what the keys of a refused file may have been meant for, beside the line', async () => {
    const refused = json('fatal: Failed to initialize logger: no encoder name specified');
    const files = { '/etc/aetherius/config.yaml': 'log_level: info\ndatabase: { sslmode: disable }\n' };
    const said = await look({ ...crashing, log: refused, files });

    expect(said).toMatchObject({
      findings: [
        {
          code: 'STARTUP_CONFIG_REFUSED',
          excerpts: [
            { source: 'log agent-manager-0' },
            {
              source: 'keys /etc/aetherius/config.yaml',
              lines: ['log_level → logging.level', 'database.sslmode → database.ssl_mode'],
            },
          ],
        },
      ],
    });
    // Any other reason is none of the file.
    const elsewhere = await look({ ...crashing, log: json('fatal: bind: address already in use'), files });
    expect(JSON.stringify(elsewhere)).not.toContain('ssl_mode');
    // Without the file the line stands alone.
    expect(await look({ ...crashing, log: refused })).toMatchObject({
      findings: [{ excerpts: [{ source: 'log agent-manager-0' }] }],
    });
  });
});
