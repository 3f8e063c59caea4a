import { describe, expect, test } from 'vitest';
import { auditGenesis, auditHash, auditMac } from '../../../src/domain/audit/audit.ts';
import type { Plan } from '../../../src/domain/fix/remediation.ts';
import { planHash } from '../../../src/domain/fix/remediation.ts';
import type { NewRun, RunFilter } from '../../../src/domain/ports/runs.ts';
import type { Store } from '../../../src/domain/ports/store.ts';
import type { ProbeOutcome } from '../../../src/domain/probe/probe.ts';
import type { RunKind } from '../../../src/domain/run/run.ts';
import { systemIds } from '../../../src/platform/process/clock.ts';
import type { PostgresStore } from '../../../src/platform/store/store.ts';
import { auditKey, usePostgres } from '../../support/postgres.ts';

const postgres = usePostgres();
const id = () => systemIds.uuid();

const run = (more: Partial<NewRun> = {}): NewRun => ({
  id: id(),
  kind: 'health',
  environment: 'prod',
  params: {},
  source: 'slash',
  ...more,
});

const plan = (target = 'redis run_id=1'): Plan => ({
  schemaVersion: 1,
  actionId: 'redis.set-eviction-policy',
  actionVersion: 1,
  environment: 'prod',
  part: 'redis',
  target,
  identity: { run_id: '1' },
  params: {},
  tier: 2,
  steps: [
    {
      kind: 'redis.config-set',
      target,
      from: { policy: 'noeviction' },
      to: { policy: 'allkeys-lru' },
      precondition: { run_id: '1' },
      safety: 'idempotent',
    },
  ],
  verifyWith: [{ probe: 'redis.memory' }],
  verifyWithinMs: 1000,
  stableForMs: 0,
  blast: { key: 'none', facts: {} },
  stepTimeoutMs: 1000,
  objects: 1,
});

async function propose(store: Store, target: string, handle = id().slice(-6)) {
  const one = plan(target);
  const row = { id: id(), handle, plan: one, planHash: planHash(one), offerExpiresAt: inMinutes(10) };
  await store.tx((tx) => tx.remediations.insert(row));
  return row;
}

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000);

async function approved(store: Store, target: string) {
  const { id: key } = await propose(store, target);
  await store.tx(async (tx) => {
    const proposed = required(await tx.remediations.lock(key));
    await tx.remediations.move(proposed, 'requested', { requestExpiresAt: inMinutes(10) });
    const requested = required(await tx.remediations.lock(key));
    await tx.remediations.move(requested, 'approved', {
      approvedAt: new Date(),
      approvalExpiresAt: inMinutes(10),
    });
  });
  return key;
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('expected a value');
  return value;
}

describe('transactions', () => {
  test('a transaction that throws leaves nothing behind', async () => {
    const store = (await postgres.migrated()).store();
    const one = run();

    await expect(
      store.tx(async (tx) => {
        await tx.runs.insert(one);
        throw new Error('second thoughts');
      }),
    ).rejects.toThrow('second thoughts');

    expect(await store.tx((tx) => tx.runs.get(one.id))).toBeUndefined();
  });

  test('a failed statement that somebody swallowed still fails the transaction', async () => {
    const store = (await postgres.migrated()).store();
    const one = run();

    const outcome = store.tx(async (tx) => {
      await tx.runs.insert(one);
      await tx.runs.insert(one).catch(() => undefined);
    });

    await expect(outcome).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await store.tx((tx) => tx.runs.get(one.id))).toBeUndefined();
  });

  test('a single statement is its own transaction, and a second one is refused', async () => {
    const store = (await postgres.migrated()).store();
    const [one, two] = [run(), run()];

    expect(await store.single((tx) => tx.runs.insert(one))).toBe(true);
    const twice = store.single(async (tx) => {
      await tx.runs.insert(two);
      await tx.runs.markEnqueued(two.id);
    });

    await expect(twice).rejects.toMatchObject({ code: 'BUG' });
    expect(await store.single((tx) => tx.runs.claim(one.id, 'w', 1000, ['staging']))).toBeUndefined();
    expect(await store.single((tx) => tx.runs.claim(one.id, 'w', 1000, ['prod']))).toBeDefined();
  });

  test('two transactions that deadlock both succeed, one of them on a second try', async () => {
    const database = await postgres.migrated();
    const store = database.store();
    const [a, b] = [run(), run()];
    await store.tx(async (tx) => {
      await tx.runs.insert(a);
      await tx.runs.insert(b);
    });
    let tries = 0;
    const both = gate(2);
    const touch = (first: string, second: string) =>
      store.tx(async (tx) => {
        tries += 1;
        await tx.runs.markEnqueued(first);
        await both();
        await tx.runs.markEnqueued(second);
      });

    await Promise.all([touch(a.id, b.id), touch(b.id, a.id)]);

    expect(tries).toBe(3);
  });

  test('a statement beyond its timeout is TIMED_OUT and the connection goes on working', async () => {
    const database = await postgres.migrated();
    const store = database.store({ poolSize: 1 });
    const one = run();
    await store.tx((tx) => tx.runs.insert(one));
    const held = hold();
    const holder = database.store().tx(async (tx) => {
      await tx.runs.markEnqueued(one.id);
      held.taken();
      await held.released;
    });
    await held.isTaken;

    const late = store.tx((tx) => tx.runs.markEnqueued(one.id), { statementTimeoutMs: 100 });

    await expect(late).rejects.toMatchObject({ code: 'TIMED_OUT' });
    held.release();
    await holder;
    await store.tx((tx) => tx.runs.markEnqueued(one.id));
  });

  test('a server that falls silent is given up in the time of the statement, and used again when it is back', async () => {
    const store = (await postgres.migrated()).store();
    await store.ping();
    postgres.server.pause();
    const began = Date.now();

    const silent = store.tx((tx) => tx.runs.insert(run()), { statementTimeoutMs: 300 });

    await expect(silent).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
    expect(Date.now() - began).toBeLessThan(2000);
    postgres.server.resume();
    await store.ping();
  });

  test('closing does not wait for a server that is silent', async () => {
    const store = (await postgres.migrated()).store();
    await store.listen('runs', () => undefined);
    await store.ping();
    postgres.server.pause();

    try {
      const began = Date.now();
      await store.close();

      expect(Date.now() - began).toBeLessThan(5000);
    } finally {
      postgres.server.resume();
    }
  });

  test('a PostgreSQL that is stopped and started again is used again', async () => {
    const store = (await postgres.migrated()).store();
    await store.ping();

    await postgres.server.restart();

    await expect
      .poll(
        () =>
          store.ping().then(
            () => true,
            () => false,
          ),
        { timeout: 10_000 },
      )
      .toBe(true);
  });
});

describe('notifications', () => {
  test('a notification arrives after the commit, not before and not after a rollback', async () => {
    const store = (await postgres.migrated()).store();
    const heard: string[] = [];
    await store.listen('runs', (payload) => heard.push(payload));
    await expect.poll(() => heard).toEqual(['']);

    await store
      .tx(async (tx) => {
        await tx.notify('runs', 'never');
        throw new Error('no');
      })
      .catch(() => undefined);
    await store.tx((tx) => tx.notify('runs', 'one'));

    await expect.poll(() => heard).toEqual(['', 'one']);
  });

  test('a listener whose connection was cut hears again and is told that it may have missed something', async () => {
    const database = await postgres.migrated();
    const store = database.store();
    const heard: string[] = [];
    await store.listen('outbox', (payload) => heard.push(payload));
    await expect.poll(() => heard).toEqual(['']);

    await database.sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND query LIKE 'LISTEN%'`,
    );

    await expect.poll(() => heard, { timeout: 10_000 }).toEqual(['', '']);
    await store.tx((tx) => tx.notify('outbox', 'again'));
    await expect.poll(() => heard).toEqual(['', '', 'again']);
  });
});

describe('inbox', () => {
  test('of twenty deliveries of one key at once exactly one is accepted', async () => {
    const store = (await postgres.migrated()).store();
    const entry = { key: 'A1:trigger', kind: 'slash', payloadDigest: 'd' };

    const accepted = await Promise.all(
      Array.from({ length: 20 }, () => store.tx((tx) => tx.inbox.accept(entry))),
    );

    expect(accepted.filter(Boolean)).toHaveLength(1);
  });
});

describe('runs', () => {
  test('of ten claims at once one wins, and nobody claims while the lease lives', async () => {
    const store = (await postgres.migrated()).store();
    const one = run();
    await store.tx((tx) => tx.runs.insert(one));

    const claims = await Promise.all(
      Array.from({ length: 10 }, (_, n) => store.tx((tx) => tx.runs.claim(one.id, `w${n}`, 60_000))),
    );

    expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
    expect(await store.tx((tx) => tx.runs.claim(one.id, 'late', 60_000))).toBeUndefined();
  });

  test('a run whose lease ended is taken over; the first owner can neither extend nor finish it', async () => {
    const store = (await postgres.migrated()).store();
    const one = run();
    await store.tx((tx) => tx.runs.insert(one));
    await store.tx((tx) => tx.runs.claim(one.id, 'first', 0));

    const second = await store.tx((tx) => tx.runs.claim(one.id, 'second', 60_000));

    expect(second?.attempt).toBe(2);
    expect(await store.tx((tx) => tx.runs.extend(one.id, 'first', 60_000))).toBe(false);
    expect(await store.tx((tx) => tx.runs.finish(one.id, 'first', 'complete', {}))).toBe(false);
    expect(await store.tx((tx) => tx.runs.finish(one.id, 'second', 'complete', { ok: true }))).toBe(true);
    expect(await store.tx((tx) => tx.runs.finish(one.id, 'second', 'complete', {}))).toBe(false);
  });

  test('a dedupe key makes a second run impossible', async () => {
    const store = (await postgres.migrated()).store();
    const one = run({ dedupeKey: 'same' });

    const inserted = await Promise.all([
      store.tx((tx) => tx.runs.insert(one)),
      store.tx((tx) => tx.runs.insert(run({ dedupeKey: 'same' }))),
    ]);

    expect(inserted.filter(Boolean)).toHaveLength(1);
    expect(await store.tx((tx) => tx.runs.byDedupeKey('same'))).toBeDefined();
  });

  test('outcomes come back as they were saved, once per probe', async () => {
    const store = (await postgres.migrated()).store();
    const one = run();
    await store.tx((tx) => tx.runs.insert(one));
    const outcome = {
      key: 'redis.memory',
      probe: 'redis.memory',
      part: 'redis',
      status: 'inconclusive',
      findings: [],
      facts: { used: 1 },
      cause: { code: 'dns', detail: 'no such name', facts: {} },
      startedAt: '2026-11-25T12:00:00.123Z',
      durationMs: 12,
    } as const;

    const skipped = {
      key: 'redis.zset',
      probe: 'redis.zset',
      part: 'redis',
      status: 'skipped',
      findings: [],
      facts: {},
      reason: 'not-configured',
      startedAt: '2026-11-25T12:00:00.456Z',
      durationMs: 0,
    } as const;

    await store.tx((tx) => tx.runs.saveOutcomes(one.id, [{ ...outcome, durationMs: 99.4 }]));
    await store.tx((tx) => tx.runs.saveOutcomes(one.id, [outcome, skipped]));
    await store.tx((tx) => tx.runs.saveOutcomes(one.id, []));

    expect((await store.tx((tx) => tx.runs.get(one.id)))?.outcomes).toEqual([outcome, skipped]);
  });

  test('waiting finds queued runs of the asked environments and running ones whose lease ended', async () => {
    const store = (await postgres.migrated()).store();
    const [queued, other, dead, alive] = [run(), run({ environment: 'staging' }), run(), run()];
    await store.tx(async (tx) => {
      for (const one of [queued, other, dead, alive]) await tx.runs.insert(one);
      await tx.runs.claim(dead.id, 'dead', 0);
      await tx.runs.claim(alive.id, 'alive', 60_000);
    });

    const waiting = await store.tx((tx) => tx.runs.waiting(['prod'], 0, 10));

    expect(waiting.map((row) => row.id).toSorted()).toEqual([queued.id, dead.id].toSorted());
  });

  test('a run that nobody takes for too long expires once', async () => {
    const store = (await postgres.migrated()).store();
    const one = run();
    await store.tx((tx) => tx.runs.insert(one));

    const expired = await Promise.all([1, 2, 3].map(() => store.tx((tx) => tx.runs.expire(0, 10))));

    expect(expired.flat().map((row) => row.id)).toEqual([one.id]);
    expect(await store.tx((tx) => tx.runs.claim(one.id, 'w', 1000))).toBeUndefined();
  });

  const outcome = (key: string): ProbeOutcome => ({
    key,
    probe: key,
    part: 'redis',
    status: 'healthy',
    findings: [],
    facts: {},
    startedAt: '2026-11-25T03:00:00.000Z',
    durationMs: 1,
  });
  /** A run that looked at something and is over; `answer`: where its root message stands. */
  const finished = async (
    store: PostgresStore,
    more: Partial<Parameters<typeof run>[0]> = {},
    answer?: { readonly channel: string; readonly ts: string; readonly threadTs?: string },
  ) => {
    const one = run(more);
    await store.tx(async (tx) => {
      await tx.runs.insert(one);
      await tx.runs.claim(one.id, 'w', 60_000);
      await tx.runs.saveOutcomes(one.id, [outcome('redis.memory')]);
      await tx.runs.finish(one.id, 'w', 'complete', {});
      if (answer === undefined) return;
      const { channel, threadTs } = answer;
      await tx.messages.post({
        id: id(),
        purpose: 'root',
        channel,
        runId: one.id,
        rendered: { text: 'a' },
        urgency: 'answer',
        ...(threadTs === undefined ? {} : { threadTs }),
      });
    });
    if (answer === undefined) return one;
    const [item] = await store.outbox.claim('p', { limit: 1, leaseMs: 1000 });
    await store.outbox.sent(required(item).id, 'p', { ts: answer.ts });
    return one;
  };
  const kinds = ['health', 'diagnose'] as const;
  const surface = (channel: string) => ({ teamId: 'T1', channel, language: 'en' }) as const;

  test('the latest run of a thread is the one that answered in it, not one of another thread or channel', async () => {
    const store = (await postgres.migrated()).store();
    const root = await finished(store, { surface: surface('C1') }, { channel: 'C1', ts: '1.2' });
    const reply = await finished(
      store,
      { kind: 'diagnose', surface: surface('C1') },
      { channel: 'C1', ts: '1.9', threadTs: '1.2' },
    );
    await finished(store, { surface: surface('C1') }, { channel: 'C1', ts: '2.2' });
    const latest = (threadTs: string, only: readonly RunKind[] = kinds, channel = 'C1') =>
      store.tx((tx) => tx.runs.latest({ kinds: only, channel, threadTs }));

    expect((await latest('1.2'))?.id).toBe(reply.id);
    expect((await latest('1.2', ['health']))?.id).toBe(root.id);
    expect(await latest('1.2', kinds, 'C2')).toBeUndefined();
    expect(await latest('9.9')).toBeUndefined();
  });

  test('the latest run of a channel, a person or an environment is over and has looked at something', async () => {
    const store = (await postgres.migrated()).store();
    const by = { teamId: 'T1', userId: 'U1', via: 'slack' } as const;
    const mine = await finished(store, { requestedBy: by, surface: surface('C2') });
    const theirs = await finished(store, { surface: surface('C1'), environment: 'stage' });
    const digest = await finished(store, { kind: 'digest', surface: surface('C1') });
    // Newer, but one still waits and one ended before it had looked.
    const [waiting, blind] = [run({ surface: surface('C1') }), run({ surface: surface('C1') })];
    await store.tx(async (tx) => {
      await tx.runs.insert(waiting);
      await tx.runs.insert(blind);
      await tx.runs.claim(blind.id, 'w', 60_000);
      await tx.runs.finish(blind.id, 'w', 'failed', { code: 'INVALID_INPUT' });
    });
    const latest = (where: Partial<RunFilter>) =>
      store.tx((tx) => tx.runs.latest({ kinds, ...where })).then((found) => found?.id);

    expect(await latest({ channel: 'C1' })).toBe(theirs.id);
    expect(await latest({ channel: 'C1', kinds: ['digest'] })).toBe(digest.id);
    expect(await latest({ channel: 'C1', environment: 'prod' })).toBeUndefined();
    expect(await latest({ requestedBy: by })).toBe(mine.id);
    expect(await latest({ requestedBy: { teamId: 'T2', userId: 'U1' } })).toBeUndefined();
    expect(await latest({ environment: 'stage' })).toBe(theirs.id);
  });

  test('a run is found by its id and by the last eight digits of it', async () => {
    const store = (await postgres.migrated()).store();
    const one = await finished(store);
    const found = (reference: string) => store.tx((tx) => tx.runs.byReference(reference));

    expect((await found(one.id))?.id).toBe(one.id);
    expect((await found(one.id.slice(-8).toUpperCase()))?.id).toBe(one.id);
    expect(await found('00000000')).toBeUndefined();
    expect(await found("' OR true --")).toBeUndefined();
  });
});

describe('remediations', () => {
  test('R-X2: a second open remediation of the same target is a conflict that says so', async () => {
    const store = (await postgres.migrated()).store();
    await approved(store, 'deployment/a');

    await expect(approved(store, 'deployment/a')).rejects.toMatchObject({
      code: 'CONFLICT',
      facts: { reason: 'target-busy' },
    });
  });

  test('of two moves from the same version one moves', async () => {
    const store = (await postgres.migrated()).store();
    const { id: key } = await propose(store, 'deployment/b');
    const row = required(await store.tx((tx) => tx.remediations.get(key)));

    const moved = await Promise.all(
      [1, 2].map(() => store.tx((tx) => tx.remediations.move(row, 'cancelled', { reason: 'x' }))),
    );

    expect(moved.filter(Boolean)).toHaveLength(1);
  });

  test('a move that the state machine does not know is a bug, not a change', async () => {
    const store = (await postgres.migrated()).store();
    const { id: key } = await propose(store, 'deployment/c');
    const row = required(await store.tx((tx) => tx.remediations.get(key)));

    const leap = store.tx((tx) => tx.remediations.move(row, 'executing', {}));

    await expect(leap).rejects.toMatchObject({ code: 'BUG' });
  });

  test('R-P1: the plan cannot be changed by the application nor by the owner', async () => {
    const database = await postgres.migrated();
    const { id: key } = await propose(database.store(), 'deployment/d');

    await expect(
      database.sql(`UPDATE remediations SET plan = '{}' WHERE id = $1`, [key]),
    ).rejects.toMatchObject({ code: '23000' });
  });

  test('R-X3, R-X4: an intent or outcome under an old fence touches nothing', async () => {
    const store = (await postgres.migrated()).store();
    const key = await approved(store, 'deployment/e');
    const fence = await store.tx(async (tx) => {
      const row = required(await tx.remediations.lock(key));
      const taken = await tx.remediations.nextFence('prod', row.target);
      const change = { fence: taken, attempt: 1, leaseOwner: 'w', leaseUntil: inMinutes(1) };
      await tx.remediations.move(row, 'executing', change);
      return taken;
    });
    const step = { direction: 'apply', idx: 0, attempt: 1 } as const;
    expect(await store.tx((tx) => tx.remediations.intent(key, { ...step, fence }))).toBe(true);
    const newer = await store.tx(async (tx) => {
      const row = required(await tx.remediations.lock(key));
      const taken = await tx.remediations.nextFence('prod', row.target);
      await tx.remediations.change(row, { fence: taken, attempt: 2 });
      return taken;
    });

    const done = { ...step, outcome: 'done', facts: {} } as const;
    const old = await store.tx(async (tx) => [
      await tx.remediations.intent(key, { ...step, idx: 1, fence }),
      await tx.remediations.outcome(key, { ...done, fence }),
    ]);
    const observed = await store.tx((tx) =>
      tx.remediations.outcome(key, { ...done, outcome: 'observed-done', fence: newer }),
    );

    expect(newer).toBeGreaterThan(fence);
    expect(old).toEqual([false, false]);
    expect(observed).toBe(true);
  });

  test('dispatchable gives approved ones once until they are old, and skips what another holds', async () => {
    const store = (await postgres.migrated()).store();
    const key = await approved(store, 'deployment/f');
    const held = hold();
    const holder = store.tx(async (tx) => {
      await tx.remediations.lock(key);
      held.taken();
      await held.released;
    });
    await held.isTaken;
    const while_ = await store.tx((tx) => tx.remediations.dispatchable(['prod'], 0, 10));
    held.release();
    await holder;

    const first = await store.tx(async (tx) => {
      const rows = await tx.remediations.dispatchable(['prod'], 60_000, 10);
      await tx.remediations.markEnqueued(key);
      return rows;
    });
    const again = await store.tx((tx) => tx.remediations.dispatchable(['prod'], 60_000, 10));

    expect(while_).toEqual([]);
    expect(first.map((row) => row.id)).toEqual([key]);
    expect(again).toEqual([]);
  });
});

describe('audit', () => {
  test('R-L3: two hundred appends at once make one chain without a gap', async () => {
    const store = (await postgres.migrated()).store();

    await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        store.tx((tx) =>
          tx.audit.append({ actor: 'U1', actorTeam: 'T1', action: 'test.append', facts: { n } }),
        ),
      ),
    );

    const rows = await store.tx((tx) => tx.audit.rows(1, 1000));
    expect(rows.map((row) => row.seq)).toEqual(Array.from({ length: 200 }, (_, n) => n + 1));
    let previous = auditGenesis;
    for (const row of rows) {
      expect(row.prevHash).toBe(previous);
      previous = auditHash(row, row.prevHash);
      expect(row.hash).toBe(previous);
      expect(row.mac).toBe(auditMac(auditKey.secret, row.hash));
    }
    expect(await store.tx((tx) => tx.audit.head())).toMatchObject({ seq: 200, hash: previous });
  });

  test('R-L3: an append that is rolled back leaves no gap', async () => {
    const store = (await postgres.migrated()).store();
    const append = () => ({ actor: 'U1', actorTeam: 'T1', action: 'test.append' });
    await store
      .tx(async (tx) => {
        await tx.audit.append(append());
        throw new Error('no');
      })
      .catch(() => undefined);

    const row = await store.tx((tx) => tx.audit.append(append()));

    expect(row.seq).toBe(1);
  });

  test('R-L4: nobody updates, deletes or truncates; the application may not even try', async () => {
    const database = await postgres.migrated();
    const store = database.store();
    await store.tx((tx) => tx.audit.append({ actor: 'U1', actorTeam: 'T1', action: 'test.append' }));

    for (const statement of [
      `UPDATE audit_log SET reason = 'x'`,
      'DELETE FROM audit_log',
      'TRUNCATE audit_log CASCADE',
    ]) {
      await expect(database.sql(statement)).rejects.toMatchObject({ code: '42501' });
      await expect(database.sql(`SET ROLE aetherius_app; ${statement}`), statement).rejects.toMatchObject({
        code: '42501',
      });
    }
  });
});

/** Resolves for all once `count` have come. */
function gate(count: number): () => Promise<void> {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  let come = 0;
  return () => {
    come += 1;
    if (come >= count) open();
    return opened;
  };
}

function hold() {
  const both = [0, 1].map(() => {
    let resolve: () => void = () => undefined;
    const promise = new Promise<void>((done) => {
      resolve = done;
    });
    return { promise, resolve };
  });
  const [taken, released] = [required(both[0]), required(both[1])];
  return {
    taken: taken.resolve,
    isTaken: taken.promise,
    release: released.resolve,
    released: released.promise,
  };
}
