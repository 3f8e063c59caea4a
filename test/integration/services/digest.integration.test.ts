import { afterEach, describe, expect, test } from 'vitest';
import type { EnvironmentsBeside } from '../../../src/domain/access/access.ts';
import type { Clock } from '../../../src/domain/kernel/clock.ts';
import { asInGuide } from '../../../src/domain/platform/platform.ts';
import type { Courier } from '../../../src/domain/ports/courier.ts';
import type { Sweeper } from '../../../src/domain/ports/sweeper.ts';
import type { Finding } from '../../../src/domain/probe/finding.ts';
import type { FindingCode } from '../../../src/domain/probe/findings.ts';
import type { RunningWorker } from '../../../src/jobs/worker.ts';
import { systemClock, systemIds } from '../../../src/platform/process/clock.ts';
import { dailySchedule } from '../../../src/platform/schedule/daily-schedule.ts';
import type { PostgresStore } from '../../../src/platform/store/store.ts';
import {
  createDigestRun,
  createDigestService,
  type DigestChange,
  type DigestSettings,
} from '../../../src/services/digest/digest.service.ts';
import { createScheduler } from '../../../src/services/schedule/scheduler.service.ts';
import { silentLogger } from '../../support/logger.ts';
import { usePostgres } from '../../support/postgres.ts';
import { useRedis } from '../../support/redis.ts';
import { outcomeOf, plainProbes, plainRenderer, plainRules, workbench } from '../../support/workbench.ts';

const postgres = usePostgres();
const redis = useRedis();
const started: RunningWorker[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((worker) => worker.stop(500)));
  await redis.call('FLUSHALL');
});

const soon = { timeout: 15_000, interval: 20 };
const by = { teamId: 'T1', userId: 'U1', via: 'slack' } as const;
/** What the service says, and the strictest rule for shared channels. */
const said = {
  changed: ({ enabled, at }: DigestChange) => ({ text: `digest ${enabled ? at : 'off'}` }),
  closed: () => ({ text: 'others read here' }),
  mayBeShared: (_environment: string, _channel: string) => false,
};
const settings: DigestSettings = {
  channels: {
    C1: { environment: 'prod', language: 'en', digest: { at: '09:00', timezone: 'Asia/Shanghai' } },
    C2: { environment: 'prod', language: 'en' },
  },
  defaultEnvironment: 'prod',
};

function stoppedClock(time: string): Clock & { set(time: string): void } {
  let now = new Date(time);
  return {
    now: () => now,
    sleep: (ms, signal) => systemClock.sleep(ms, signal),
    set: (next) => {
      now = new Date(next);
    },
  };
}

function scheduler(
  store: PostgresStore,
  clock: Clock,
  courier: Courier,
  more: { readonly sweepers?: readonly Sweeper[]; readonly runTtlMs?: number } = {},
) {
  return createScheduler({
    store,
    courier,
    renderer: plainRenderer,
    clock,
    ids: systemIds,
    logger: silentLogger,
    settings,
    schedule: dailySchedule,
    sweepers: more.sweepers ?? [],
    ...(more.runTtlMs === undefined ? {} : { runTtlMs: more.runTtlMs }),
  });
}

/** A worker that makes digests of what `found` says now. */
async function bench(found: () => readonly Finding[] = () => [], beside: EnvironmentsBeside = () => []) {
  const database = await postgres.migrated();
  const store = database.store();
  const probes = plainProbes((call) => {
    const findings = found().filter((finding) => call.probe.startsWith(finding.part));
    return outcomeOf(call, findings.length === 0 ? {} : { status: 'unhealthy', findings });
  });
  const targets = {
    forRun: (environment: string) => Promise.resolve({ environment, platform: asInGuide }),
    close: () => Promise.resolve(),
  };
  const digest = createDigestRun({
    quiet: { known: () => [], emitters: new Map() },
    mending: { endOffers: () => Promise.resolve(), questionOf: ({ key }) => key },
    targets,
    probes,
    rules: plainRules,
    renderer: plainRenderer,
    clock: systemClock,
    ids: systemIds,
    settings,
    schedule: dailySchedule,
    beside,
  });
  const made = workbench({ store, redis: await redis.connections(), probes, handlers: { digest } });
  return {
    ...made,
    database,
    work: () => started.push(made.start()),
    async texts(): Promise<readonly string[]> {
      const rows = await database.sql<{ text: string }>(
        `SELECT payload->>'text' AS text FROM outbox WHERE state = 'pending' ORDER BY seq`,
      );
      return rows.map(({ text }) => text);
    },
    dates: async (channel = 'C1') => {
      const rows = await database.sql<{ local_date: string }>(
        'SELECT local_date FROM digests WHERE channel = $1 ORDER BY local_date',
        [channel],
      );
      return rows.map((row) => row.local_date);
    },
  };
}

const finding = (code: string): Finding => ({
  code: code as FindingCode,
  severity: 'warning',
  part: 'redis',
  subject: 'redis',
  facts: {},
});

describe('exactly once a local day', () => {
  test('five schedulers at once, ten rounds each, make one digest', async () => {
    const one = await bench();
    one.work();
    const clock = stoppedClock('2026-11-25T01:00:01Z');
    const schedulers = Array.from({ length: 5 }, () => scheduler(one.database.store(), clock, one.courier));

    for (let round = 0; round < 10; round += 1) {
      await Promise.all(schedulers.map((each) => each.round()));
    }

    await expect.poll(() => one.texts(), soon).toEqual(['digest 2026-11-25 new=0 still=0 fixed=0']);
    expect(await one.dates()).toEqual(['2026-11-25']);
    expect(await one.database.sql(`SELECT count(*) AS n FROM runs`)).toEqual([{ n: '1' }]);
  });

  test('a scheduler that dies between the digest and its job loses nothing', async () => {
    const one = await bench();
    const dead: Courier = {
      run: () => Promise.reject(new Error('killed')),
      execution: () => Promise.resolve('down'),
    };
    await scheduler(one.store, stoppedClock('2026-11-25T01:00:01Z'), dead).round();

    one.work();

    await expect.poll(() => one.texts(), soon).toEqual(['digest 2026-11-25 new=0 still=0 fixed=0']);
  });

  test('not a moment before it is due, and again the next day', async () => {
    const one = await bench();
    const clock = stoppedClock('2026-11-25T00:59:59Z');
    const each = scheduler(one.store, clock, one.courier);

    await each.round();
    expect(await one.dates()).toEqual([]);
    clock.set('2026-11-25T01:00:00Z');
    await each.round();
    clock.set('2026-11-26T00:59:59Z');
    await each.round();
    expect(await one.dates()).toEqual(['2026-11-25']);
    clock.set('2026-11-26T01:00:00Z');
    await each.round();

    expect(await one.dates()).toEqual(['2026-11-25', '2026-11-26']);
  });

  test('after three days of standstill the latest one is caught up, once, and says that it is late', async () => {
    const one = await bench();
    one.work();
    const clock = stoppedClock('2026-11-20T01:00:01Z');
    await scheduler(one.store, clock, one.courier).round();
    await expect.poll(() => one.texts(), soon).toHaveLength(1);

    clock.set('2026-11-23T11:00:00Z');
    await Promise.all([1, 2, 3].map(() => scheduler(one.store, clock, one.courier).round()));

    await expect
      .poll(() => one.texts(), soon)
      .toEqual(['digest 2026-11-20 new=0 still=0 fixed=0', 'digest 2026-11-23 late new=0 still=0 fixed=0']);
    expect(await one.dates()).toEqual(['2026-11-20', '2026-11-23']);
  });
});

describe('R-A9: what break-glass left open', () => {
  test('stands in each digest of its environment until somebody else has closed it', async () => {
    const one = await bench();
    one.work();
    const followUp = (handle: string, environment: string) =>
      one.database.sql(
        `WITH fix AS (
           INSERT INTO remediations (id, handle, environment, action_id, action_version, target, state, tier, plan, plan_hash, offer_expires_at)
           VALUES (gen_random_uuid(), $1, $2, 'a', 1, $1, 'succeeded', 2, '{}', 'h', now()) RETURNING id)
         INSERT INTO follow_ups (remediation_id, people, opened_at) SELECT id, '{T1:U1,T1:U2}', now() - interval '2 days' FROM fix`,
        [handle, environment],
      );
    await followUp('r-mine', 'prod');
    await followUp('r-other', 'staging');
    const clock = stoppedClock('2026-11-24T01:00:01Z');
    const each = scheduler(one.store, clock, one.courier);
    const quiet = (date: string) => `digest ${date} new=0 still=0 fixed=0`;

    await each.round();
    await expect.poll(() => one.texts(), soon).toEqual([`${quiet('2026-11-24')} r-mine of T1:U1, T1:U2`]);
    clock.set('2026-11-25T01:00:01Z');
    await each.round();
    await expect
      .poll(async () => (await one.texts()).slice(1), soon)
      .toEqual([`${quiet('2026-11-25')} r-mine of T1:U1, T1:U2`]);
    const [mine] = await one.database.sql<{ id: string }>(
      "SELECT id FROM remediations WHERE handle = 'r-mine'",
    );
    const closed = { by: { ...by, userId: 'U3' }, personId: 'T1:U3', note: 'it was right' };
    expect(await one.store.tx((tx) => tx.remediations.closeFollowUp(mine?.id ?? '', closed))).toBe(true);
    clock.set('2026-11-26T01:00:01Z');
    await each.round();
    await expect.poll(async () => (await one.texts()).slice(2), soon).toEqual([quiet('2026-11-26')]);
  });
});

describe('what workers found', () => {
  test('is told with what is other than at the previous digest, and not again the day after', async () => {
    const one = await bench();
    one.work();
    const clock = stoppedClock('2026-11-24T01:00:01Z');
    const each = scheduler(one.store, clock, one.courier);
    const found = (name: string) =>
      one.store.tx((tx) =>
        tx.inventories.keep('prod', {
          areas: { runtime: { things: [{ kind: 'workload', part: 'redis', name }], unseen: [] } },
          seenAt: { runtime: '2026-11-24T00:00:00Z' },
          triedAt: '2026-11-24T00:00:00Z',
        }),
      );
    const nextDay = async (time: string, digests: number) => {
      clock.set(time);
      await each.round();
      await expect.poll(() => one.texts(), soon).toHaveLength(digests);
      return (await one.texts()).at(-1);
    };
    const plain = (date: string) => `digest ${date} new=0 still=0 fixed=0`;

    await found('shelf');
    // The first digest is never a quiet one.
    expect(await nextDay('2026-11-24T01:00:01Z', 1)).toBe(`${plain('2026-11-24')} told`);
    await found('shelf');
    expect(await nextDay('2026-11-25T01:00:01Z', 2)).toBe(plain('2026-11-25'));
    await found('rack');
    expect(await nextDay('2026-11-26T01:00:01Z', 3)).toBe(`${plain('2026-11-26')} shelf→rack told`);
    expect(await nextDay('2026-11-27T01:00:01Z', 4)).toBe(plain('2026-11-27'));
  });
});

describe('what other environments run', () => {
  test('is told of those whose readers are the same, and of no other', async () => {
    const asked: unknown[] = [];
    const one = await bench(
      () => [],
      (...of) => {
        asked.push(of);
        return ['staging', 'never-seen'];
      },
    );
    one.work();
    const clock = stoppedClock('2026-11-24T01:00:01Z');
    const found = (environment: string, ...parts: readonly (readonly ['redis' | 'nats', string])[]) =>
      one.store.tx((tx) =>
        tx.inventories.keep(environment, {
          areas: {
            runtime: { things: parts.map(([part, name]) => ({ kind: 'image', part, name })), unseen: [] },
          },
          seenAt: { runtime: '2026-11-24T00:00:00Z' },
          triedAt: '2026-11-24T00:00:00Z',
        }),
      );
    await found('prod', ['redis', 'a/redis:6']);
    await found('staging', ['redis', 'b/redis:7'], ['nats', 'b/nats:2']);
    await found('secret', ['redis', 'a/redis:5']);
    await scheduler(one.store, clock, one.courier).round();

    await expect
      .poll(() => one.texts(), soon)
      .toEqual(['digest 2026-11-24 new=0 still=0 fixed=0 told redis prod:redis:6/staging:redis:7']);
    expect(asked).toEqual([['prod', 'C1']]);
  });
});

describe('the difference', () => {
  test('goes from day to day: new, still there, fixed', async () => {
    let found: readonly Finding[] = [finding('A')];
    const one = await bench(() => found);
    one.work();
    const clock = stoppedClock('2026-11-24T01:00:01Z');
    const each = scheduler(one.store, clock, one.courier);
    const nextDay = async (time: string, digests: number) => {
      clock.set(time);
      await each.round();
      await expect.poll(() => one.texts(), soon).toHaveLength(digests);
    };

    await nextDay('2026-11-24T01:00:01Z', 1);
    found = [finding('A'), finding('B')];
    await nextDay('2026-11-25T01:00:01Z', 2);
    found = [finding('B')];
    await nextDay('2026-11-26T01:00:01Z', 3);

    expect(await one.texts()).toEqual([
      'digest 2026-11-24 new=1 still=0 fixed=0',
      'digest 2026-11-25 new=1 still=1 fixed=0',
      'digest 2026-11-26 new=0 still=1 fixed=1',
    ]);
  });

  test('a digest asked for by hand compares with the last one and takes no day’s place', async () => {
    const one = await bench(() => [finding('A')]);
    one.work();
    const clock = stoppedClock('2026-11-24T01:00:01Z');
    const each = scheduler(one.store, clock, one.courier);
    await each.round();
    await expect.poll(() => one.texts(), soon).toHaveLength(1);
    const service = createDigestService({
      store: one.store,
      runs: one.runs,
      settings,
      schedule: dailySchedule,
      clock,
      ids: systemIds,
      ...said,
    });

    await service.now({
      surface: { teamId: 'T1', channel: 'C1', language: 'en' },
      environment: 'prod',
      by,
    });

    await expect
      .poll(async () => (await one.texts()).at(-1), soon)
      .toMatch(/^digest .* new=0 still=1 fixed=0$/);
    expect(await one.dates()).toEqual(['2026-11-24']);
    clock.set('2026-11-25T01:00:01Z');
    await each.round();
    expect(await one.dates()).toEqual(['2026-11-24', '2026-11-25']);
  });
});

describe('settings from Slack', () => {
  test('end when others read there, and stay where the rule allows that (R-S7)', async () => {
    const one = await bench();
    const service = createDigestService({
      store: one.store,
      runs: one.runs,
      settings,
      schedule: dailySchedule,
      clock: stoppedClock('2026-11-25T12:00:00Z'),
      ids: systemIds,
      ...said,
      mayBeShared: (environment, channel) => environment === 'prod' && channel === 'C2',
    });
    await service.configure({ channel: 'C2', teamId: 'T1', by, enabled: true });
    const event = { teamId: 'T1', why: 'shared', requestId: 'event:1', payloadDigest: 'd' } as const;

    expect(await service.close({ channel: 'C1', ...event })).toBe(true);
    expect(await service.close({ channel: 'C1', ...event })).toBe(false);
    expect(await service.close({ channel: 'C2', ...event })).toBe(false);
    expect(await service.close({ channel: 'C2', ...event, why: 'archived' })).toBe(true);

    for (const channel of ['C1', 'C2'])
      expect((await service.configure({ channel, teamId: 'T1', by })).enabled).toBe(false);
    const audit = await one.store.tx((tx) => tx.audit.rows(0, 10));
    expect(audit.filter(({ actor }) => actor === 'system').map(({ facts }) => facts)).toEqual([
      { channel: 'C1', enabled: false, reason: 'place-shared' },
      { channel: 'C2', enabled: false, reason: 'place-archived' },
    ]);
    expect(await one.texts()).toEqual(['digest 09:00', 'others read here']);
  });

  test('win over the file, and `at` switches the digest on', async () => {
    const one = await bench();
    const clock = stoppedClock('2026-11-25T12:00:00Z');
    const service = createDigestService({
      store: one.store,
      runs: one.runs,
      settings,
      schedule: dailySchedule,
      clock,
      ids: systemIds,
      ...said,
    });
    const channel = { teamId: 'T1', by } as const;

    expect(await service.configure({ channel: 'C1', ...channel })).toMatchObject({
      enabled: true,
      at: '09:00',
    });
    expect(await service.configure({ channel: 'C2', ...channel })).toEqual({
      enabled: false,
      at: '09:00',
      timezone: 'UTC',
    });
    expect(await service.configure({ channel: 'C1', ...channel, enabled: false })).toMatchObject({
      enabled: false,
    });
    expect(await service.configure({ channel: 'C1', ...channel, at: '18:30' })).toEqual({
      enabled: true,
      at: '18:30',
      timezone: 'Asia/Shanghai',
      next: new Date('2026-11-26T10:30:00Z'),
    });
    await expect(service.configure({ channel: 'C1', ...channel, at: '25:00' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });

  test('a channel that switched it off gets none; one that switched it on gets the next one', async () => {
    const one = await bench();
    const clock = stoppedClock(new Date().toISOString());
    const service = createDigestService({
      store: one.store,
      runs: one.runs,
      settings,
      schedule: dailySchedule,
      clock,
      ids: systemIds,
      ...said,
    });
    await service.configure({ channel: 'C1', teamId: 'T1', by, enabled: false });
    const { next } = await service.configure({ channel: 'C2', teamId: 'T1', by, enabled: true });
    const each = scheduler(one.store, clock, one.courier);

    await each.round();
    expect([await one.dates('C1'), await one.dates('C2')]).toEqual([[], []]);
    clock.set(next?.toISOString() ?? '');
    await each.round();

    expect(await one.dates('C1')).toEqual([]);
    expect(await one.dates('C2')).toEqual([next?.toISOString().slice(0, 10)]);
  });
});

describe('the other things a scheduler does', () => {
  test('a run that no worker took is given up in words, once', async () => {
    const one = await bench();
    const { runId } = await one.startHealth('prod', 'C9');
    const clock = stoppedClock('2026-11-25T00:00:00Z');

    await Promise.all([1, 2, 3].map(() => scheduler(one.store, clock, one.courier, { runTtlMs: 0 }).round()));

    expect((await one.runs.get(runId))?.state).toBe('expired');
    expect(await one.texts()).toEqual([`failed TIMED_OUT ${runId}`]);
  });

  test('a sweeper that fails does not keep the others from their work', async () => {
    const one = await bench();
    const swept: string[] = [];
    const sweepers: readonly Sweeper[] = [
      { sweep: () => Promise.reject(new Error('no')) },
      {
        sweep: () => {
          swept.push('second');
          return Promise.resolve(1);
        },
      },
    ];

    const running = scheduler(one.store, systemClock, one.courier, { sweepers }).start();
    await expect.poll(() => swept, soon).toEqual(['second']);

    await running.stop();
  });
});
