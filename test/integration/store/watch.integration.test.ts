/** Watching on a real PostgreSQL, as the login of a worker: whose turn it is, and what a look adds to the alerts. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { HealthReport, PartState } from '../../../src/domain/health/health.ts';
import type { Targets, TargetsFactory } from '../../../src/domain/probe/targets/targets.ts';
import { systemIds } from '../../../src/platform/process/clock.ts';
import { kindRole } from '../../../src/platform/store/connection.ts';
import { createWatch, type WatchOptions } from '../../../src/services/watch/watch.service.ts';
import { silentLogger } from '../../support/logger.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';

const postgres = usePostgres();
let database: TestDatabase;
beforeEach(async () => {
  database = await postgres.migrated();
});

const running = new AbortController().signal;

function reportOf(state: PartState): HealthReport {
  const bad = state === 'down';
  return {
    ...{ environment: 'prod', overall: bad ? 'findings' : 'healthy', roots: [], complete: true },
    rows: [
      {
        ...{ part: 'redis', state, fact: { key: state, facts: {} }, witnesses: [], pending: 0 },
        findings: bad
          ? [{ code: 'ENDPOINT_REFUSED', severity: 'critical', part: 'redis', subject: 'redis', facts: {} }]
          : [],
      },
    ],
  };
}

/** A worker whose looks see what `next` says; a look may be held. */
async function worker(next: () => PartState | Promise<PartState>, more: Partial<WatchOptions> = {}) {
  const store = database.store({
    ...{ database: { url: await database.kindUrl('worker') }, role: kindRole('worker') },
  });
  let state: PartState = 'up';
  let released = 0;
  const targets = { release: () => Promise.resolve(void (released += 1)) } as unknown as Targets;
  const watch = createWatch({
    ...{ store, logger: silentLogger, environments: { prod: 0 } },
    targets: { forRun: () => Promise.resolve(targets) } as Partial<TargetsFactory> as TargetsFactory,
    probes: {
      run: async () => {
        state = await next();
        return [];
      },
    },
    rules: { calls: () => [], doubts: () => [], judge: () => reportOf(state) },
    diagnosisOf: () => 'H2 redis',
    quiet: { known: () => [], emitters: new Map() },
    mending: { endOffers: () => Promise.resolve(), questionOf: ({ key }) => key },
    ...more,
  });
  return { look: () => watch.round(running), released: () => released };
}

const alerts = () =>
  database.sql<{ status: string; name: string; starts_at: Date; symptom: string }>(
    `SELECT status, name, starts_at, labels->>'aetherius_symptom' AS symptom FROM alerts ORDER BY id`,
  );

describe('a watched environment', () => {
  it('is looked at when it is due, and an alert is stored with what two looks in a row have seen', async () => {
    const states: PartState[] = ['up', 'down', 'down', 'down', 'up', 'up', 'up'];
    const { look, released } = await worker(() => states.shift() ?? 'up');

    for (let i = 0; i < 7; i += 1) expect(await look()).toBe(1);
    const [fires, over, ...more] = await alerts();
    expect(fires).toMatchObject({ status: 'firing', name: 'RedisDown', symptom: 'H2 redis' });
    expect(over).toMatchObject({ status: 'resolved', starts_at: fires?.starts_at });
    expect(more).toEqual([]);
    expect(released()).toBe(7);
  });

  it('says nothing of what people have muted, as the login that may end a mute and not make one, and tells of it once it is over', async () => {
    const store = database.store();
    const mute = (severity: 'warning' | 'critical') =>
      store.tx((tx) =>
        tx.mutes.add({
          ...{
            id: systemIds.uuid(),
            environment: 'prod',
            part: 'redis',
            cause: 'ENDPOINT_REFUSED',
            severity,
          },
          ...{ kind: 'mute', forMs: 3_600_000, whileThere: false, reason: 'planned' },
          by: { teamId: 'T1', userId: 'U1', via: 'slack' },
        }),
      );
    await mute('critical');
    let state: PartState = 'down';
    const { look } = await worker(() => state);
    // Without the mute it would be told, and then that it flaps.
    for (const seen of ['down', 'up', 'down', 'up', 'down'] as const) {
      state = seen;
      await look();
      await look();
    }
    expect(await alerts()).toEqual([]);

    // What is worse than what was muted ends the mute, and is told after two looks.
    await mute('warning');
    state = 'down';
    await look();
    await look();
    expect(await alerts()).toMatchObject([{ status: 'firing', name: 'RedisDown' }]);
    expect(await database.sql('SELECT ended FROM mutes ORDER BY created_at')).toEqual([
      { ended: 'replaced' },
      { ended: 'rose' },
    ]);
    expect(await database.sql("SELECT FROM audit_log WHERE action = 'mute.ended'")).toHaveLength(1);
  });

  it('is not looked at again before its time, by whichever worker', async () => {
    const { look } = await worker(() => 'up', { environments: { prod: 600_000 } });
    const other = await worker(() => 'up', { environments: { prod: 600_000 } });

    expect(await look()).toBe(1);
    expect(await look()).toBe(0);
    expect(await other.look()).toBe(0);
    await database.sql(`UPDATE watches SET looked_at = looked_at - interval '11 minutes'`);
    expect(await other.look()).toBe(1);
  });

  it('is looked at by one worker at a time; a look that another one has overtaken says nothing', async () => {
    let goOn: (state: PartState) => void = () => undefined;
    let began = false;
    const slow = await worker(() => {
      began = true;
      return new Promise<PartState>((resolve) => {
        goOn = resolve;
      });
    });
    const other = await worker(() => 'up');
    const late = slow.look();
    await until(() => Promise.resolve(began));
    expect(await other.look()).toBe(0);

    // The slow one is taken for dead.
    await database.sql(`UPDATE watches SET taken_until = clock_timestamp() - interval '1 second'`);
    expect(await other.look()).toBe(1);
    goOn('down');
    await late;
    const [{ state } = { state: {} }] = await database.sql<{ state: Record<string, { seen: unknown }> }>(
      'SELECT state FROM watches',
    );
    expect(state.redis?.seen).toBe('well');
  });

  it('that cannot be looked at keeps no other from its look', async () => {
    const failing = await worker(() => Promise.reject(new Error('no way')), {
      environments: { prod: 0 },
    });
    const both = await worker(() => 'up', {
      environments: { prod: 600_000, stage: 600_000 },
    });
    expect(await failing.look()).toBe(0);
    // The turn of the failed look ends by itself.
    await database.sql(`UPDATE watches SET taken_until = clock_timestamp() - interval '1 second'`);
    expect(await both.look()).toBe(2);
    expect(await alerts()).toEqual([]);
  });
});
