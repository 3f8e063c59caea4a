import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../../src/domain/kernel/errors.ts';
import { asInGuide } from '../../../../../src/domain/platform/platform.ts';
import type { ComposeContainer, ComposeTarget } from '../../../../../src/domain/probe/targets/compose.ts';
import { runtimeOnCompose } from '../../../../../src/platform/targets/runtime/runtime.ts';
import { failsToStart } from '../../../../../src/probes/support/startup.ts';

const now = new Date('2026-03-01T10:05:00Z');

const container = (more: Partial<ComposeContainer>): ComposeContainer => ({
  id: 'c1',
  name: 'aetherius-agent-manager',
  service: 'agent-manager',
  image: 'registry.example/agent-manager:1',
  state: 'running',
  createdAt: '2026-03-01T09:00:00Z',
  startedAt: '2026-03-01T10:04:58Z',
  finishedAt: '2026-03-01T10:04:57Z',
  exitCode: 0,
  oomKilled: false,
  restartCount: 0,
  networks: [],
  memoryLimitBytes: 0,
  nanoCpus: 0,
  env: {},
  command: [],
  ...more,
});

/** An engine whose list is as old as the run, and which says something else when it is asked for one container. */
const engine = (listed: ComposeContainer, later = listed): ComposeTarget =>
  ({
    project: 'p',
    containers: () => Promise.resolve([listed]),
    inspect: () => Promise.resolve(later),
  }) as unknown as ComposeTarget;

const instanceOf = async (listed: ComposeContainer) => {
  const [instance] = await runtimeOnCompose(engine(listed), asInGuide).instances('agent-manager');
  if (instance === undefined) throw new Error('no instance');
  return instance;
};

describe('a container of Compose', () => {
  it('makes what is secret in its variables known, and nothing else', async () => {
    const told: string[] = [];
    const env = {
      ...{ POSTGRES_PASSWORD: 'hunter2', PG_URL: 'postgres://a:b@db/x', API_TOKEN: 'of-an-issuer' },
      ...{ POSTGRES_USER: 'app', PORT: '8080', LOG_LEVEL: 'info' },
    };
    const runtime = runtimeOnCompose(
      engine(container({ env })),
      asInGuide,
      (secret) => void told.push(secret),
    );
    await runtime.instances('agent-manager');

    expect(told).toEqual(['hunter2', 'postgres://a:b@db/x', 'of-an-issuer']);
  });

  it('declares the ports that it publishes and that its health check asks of itself', async () => {
    const check = [
      'CMD-SHELL',
      'wget -O- http://localhost:8081/health && nc -z 127.0.0.1:9090 && ping db:5432',
    ];

    expect(
      await instanceOf(
        container({
          published: [
            { container: 8080, host: 80 },
            { container: 8080, host: 81 },
          ],
          check,
        }),
      ),
    ).toMatchObject({
      declares: [
        { port: 8080, by: 'ports' },
        { port: 8081, by: 'healthcheck' },
        { port: 9090, by: 'healthcheck' },
      ],
    });
    expect(await instanceOf(container({}))).not.toHaveProperty('declares');
  });

  it('that waits for its next life fails to start, with the exit of the last one', async () => {
    const instance = await instanceOf(container({ state: 'restarting', exitCode: 1, restartCount: 1 }));

    expect(failsToStart(instance, now)).toBe(true);
    expect(instance).toMatchObject({
      phase: 'waiting',
      ready: false,
      last: { exitCode: 1, reason: 'Error' },
    });
  });

  it.each(['exited', 'dead'] as const)('that is %s has ended, with its exit code', async (state) => {
    const instance = await instanceOf(container({ state, exitCode: 0 }));

    expect(failsToStart(instance, now)).toBe(true);
    expect(instance).toMatchObject({ phase: 'terminated', terminated: { exitCode: 0, reason: 'Completed' } });
  });

  it.each(['running', 'exited'] as const)(
    'that was killed for its memory and is %s ended under the limit of which the record tells',
    async (state) => {
      const asked: string[] = [];
      const instanceWith = async (more: Partial<ComposeContainer>, endedUnder: number | undefined) => {
        const listed = container({ state, restartCount: 1, memoryLimitBytes: 200, ...more });
        const runtime = runtimeOnCompose(engine(listed), asInGuide, undefined, ({ id, finishedAt }) => {
          asked.push(`${id} ${finishedAt}`);
          return Promise.resolve(endedUnder);
        });
        const [first] = await runtime.instances('agent-manager');
        const again = await runtime.again(first!);
        expect(again).toEqual(first);
        return first?.terminated ?? first?.last;
      };

      expect(await instanceWith({ oomKilled: true }, 100)).toMatchObject({ memoryLimitBytes: 100 });
      expect(asked).toContain('c1 2026-03-01T10:04:57Z');
      // Without a limit of its own, and where nothing is known.
      for (const known of [0, undefined])
        expect(await instanceWith({ oomKilled: true }, known)).not.toHaveProperty('memoryLimitBytes');
      asked.length = 0;
      await instanceWith({}, 100);
      expect(asked).toEqual([]);
    },
  );

  it('that runs its first life has ended nothing', async () => {
    const instance = await instanceOf(container({}));

    expect(failsToStart(instance, now)).toBe(false);
    expect(instance.last).toBeUndefined();
  });

  it.each([
    ['for-ever', 'wget: server returned error: HTTP/1.1 404 Not Found'],
    ['refused', "wget: can't connect to remote host (127.0.0.1): Connection refused"],
    [undefined, 'wget: server returned error: HTTP/1.1 503 Service Unavailable'],
  ])('says of a check that fails whether it says anything of the part: %s', async (fails, checkOutput) => {
    const failing = { health: 'unhealthy', checkOutput } as const;

    expect(await instanceOf(container(failing))).toMatchObject({ ready: false });
    expect((await instanceOf(container(failing))).checkFails).toBe(fails);
    expect((await instanceOf(container({ ...failing, health: 'starting' }))).checkFails).toBeUndefined();
  });

  it('is asked for afresh when it is looked at again', async () => {
    const runtime = runtimeOnCompose(
      engine(container({}), container({ state: 'restarting', exitCode: 1, restartCount: 1 })),
      asInGuide,
    );
    const [first] = await runtime.instances('agent-manager');
    if (first === undefined) throw new Error('no instance');

    expect(await runtime.again(first, {})).toMatchObject({ phase: 'waiting', restarts: 1 });
  });
});

describe('how often a container of Compose is held back', () => {
  /** Periods and those of them in which it was held back, as two looks see them. */
  const share = async (...looks: readonly (readonly [all: number, throttled: number])[]) => {
    const left = [...looks];
    const stats = () => {
      const next = left.shift();
      return next === undefined
        ? Promise.reject(new TargetError('closed', 'gone'))
        : Promise.resolve({ cpuPeriods: next[0], cpuThrottledPeriods: next[1] });
    };
    const compose = { ...engine(container({})), stats } as unknown as ComposeTarget;
    return runtimeOnCompose(compose, asInGuide).throttled(await instanceOf(container({})), 0.001);
  };

  it('is the share of the periods between two looks', async () => {
    expect(await share([100, 40], [140, 60])).toBe(0.5);
    expect(await share([100, 40], [100, 40])).toBe(0);
  });

  it('is not known without a limit in force, of one that was started anew, or where the engine does not say', async () => {
    expect(await share([0, 0], [0, 0])).toBeUndefined();
    expect(await share([100, 40], [10, 2])).toBeUndefined();
    expect(await share([100, 40])).toBeUndefined();
  });
});

describe('the log of a container', () => {
  const lines: readonly (readonly [time: string, line: string])[] = [
    ['09:00:00', 'the very first life'],
    ['10:03:40', 'fatal: no database'],
    ['10:04:57.004', 'a last word, written while it ended'],
    ['10:04:57.990', 'the first word of the next life'],
    ['10:05:01', 'ready'],
  ];
  /** Docker's one log, and the container as it is when the log is read. */
  const read = async (listed: ComposeContainer, options: { previous?: boolean; tail?: number } = {}) => {
    const logs: ComposeTarget['logs'] = (_id, { since, until } = {}) =>
      Promise.resolve(
        lines
          .filter(([time]) => {
            const at = new Date(`2026-03-01T${time}Z`);
            return at >= (since ?? new Date(0)) && (until === undefined || at <= until);
          })
          .map(([, line]) => `${line}\n`)
          .join(''),
      );
    const runtime = runtimeOnCompose({ ...engine(listed), logs }, asInGuide);
    return (await runtime.logs(await instanceOf(listed), options)).trimEnd().split('\n');
  };

  it('is of the life that runs, from its first line', async () => {
    expect(await read(container({ restartCount: 3 }))).toEqual(['the first word of the next life', 'ready']);
  });

  it('of the life before is what it ended with, not what was said long ago', async () => {
    const last = 'a last word, written while it ended';

    expect(await read(container({ restartCount: 3 }), { previous: true })).toEqual([last]);
    const later = container({ restartCount: 3, finishedAt: '2026-03-01T10:04:30Z' });
    expect(await read(later, { previous: true })).toEqual(['fatal: no database']);
  });

  it('of the life before is there, too, when the one after it has ended between two looks', async () => {
    const short = { startedAt: '2026-03-01T10:04:30Z', finishedAt: '2026-03-01T10:04:31Z' };
    const listed = container({ restartCount: 3, state: 'restarting', ...short });

    expect(await read(listed)).not.toContain('fatal: no database');
    expect(await read(listed, { previous: true })).toEqual(['fatal: no database']);
  });

  it('of one that has ended, or waits for its next life, is of the life that ended', async () => {
    const times = { startedAt: '2026-03-01T10:03:30Z', finishedAt: '2026-03-01T10:05:02Z' };
    const ended = lines.slice(1).map(([, line]) => line);

    for (const state of ['restarting', 'exited'] as const) {
      expect(await read(container({ ...times, state }))).toEqual(ended);
      expect(await read(container({ ...times, state }), { previous: true })).toEqual(['']);
    }
  });
});
