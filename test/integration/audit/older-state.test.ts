import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RecordState } from '../../../src/domain/audit/record.ts';
import type { ProcessKind } from '../../../src/domain/kernel/process-kind.ts';
import type { AnchorPlace } from '../../../src/domain/ports/anchor-place.ts';
import { fileAnchors } from '../../../src/platform/anchors/file.ts';
import { postgresAnchors } from '../../../src/platform/anchors/postgres.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import type { PostgresStore } from '../../../src/platform/store/store.ts';
import { createAnchoring } from '../../../src/services/audit/anchoring.service.ts';
import { createAuditService } from '../../../src/services/audit/audit.service.ts';
import { createRecordGuard } from '../../../src/services/audit/record-guard.service.ts';
import { createKillSwitchService } from '../../../src/services/fix/decide/kill-switch.service.ts';
import {
  approvalsConfig,
  createHarness,
  createWorld,
  type Harness,
  memoryDirectory,
  person,
  type World,
} from '../../support/approvals.ts';
import { silentLogger } from '../../support/logger.ts';
import { auditKey, type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { serveCommandLine } from '../../support/served.ts';

const postgres = usePostgres();
const second = usePostgres();
const keys = new Map([[auditKey.id, auditKey.secret]]);
const anchorsSql = readFileSync(new URL('../../../deploy/anchors.sql', import.meta.url), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'aetherius-older-'));
let anchored: TestDatabase;
let file: string;
let next = 0;
const opened: AnchorPlace[] = [];

beforeAll(async () => {
  anchored = await second.database();
  await anchored.sql(anchorsSql);
});
beforeEach(async () => {
  file = join(folder, `anchors-${(next += 1)}.jsonl`);
  anchored = await second.database();
  await anchored.sql(anchorsSql);
});
afterAll(async () => {
  await Promise.all(opened.map((place) => place.close()));
  rmSync(folder, { recursive: true, force: true });
});

/** A bot over this database, with its places outside. */
function bot(store: PostgresStore, places: readonly AnchorPlace[] = bothPlaces()) {
  const common = { store, places, keys, logger: silentLogger, clock: systemClock };
  const record = createRecordGuard({ ...common, placeMs: { check: 2_000, quick: 700 } });
  const anchoring = createAnchoring({
    ...common,
    ...{ guard: record, key: auditKey, everyRows: 1, everyMs: 3_600_000 },
  });
  const verify = () => createAuditService({ store, keys, places }).verify();
  const over = (world: World, id: string): Harness =>
    createHarness(store, { record, world, leaseMs: 400, surface: 'none', action: { id } });
  const switches = (h: Harness) => createKillSwitchService({ ...h.common, actions: [] });
  return { record, anchoring, verify, over, switches, store };
}

/** As the login of one kind of process, with the rights of that kind alone. */
async function kindOf(database: TestDatabase, kind: ProcessKind) {
  const url = await database.kindUrl(kind);
  return bot(database.store({ database: { url }, role: `aetherius_app_${kind}` }));
}

function bothPlaces(url = anchored.url): readonly AnchorPlace[] {
  const places = [fileAnchors(file), postgresAnchors({ url })];
  opened.push(...places);
  return places;
}

/** Three fixes: one waits for approval, one is approved, one is in the middle of its only step. */
async function threeFixes(live: ReturnType<typeof bot>) {
  const worlds = ['pending', 'approved', 'executing'].map((uid) => Object.assign(createWorld(), { uid }));
  const [pending, approved, executing] = worlds.map((world) => live.over(world, `test.${world.uid}`));
  if (pending === undefined || approved === undefined || executing === undefined) throw new Error('no fix');
  const ids = {
    pending: (await pending.requested({ target: 'pending' })).id,
    approved: (await approved.approved({ target: 'approved' })).id,
    executing: (await executing.approved({ target: 'executing' })).id,
  };
  const killed = executing.executor('killed', {
    leaseMs: 400,
    atKillPoint: (point) => (point === 'R-K4' ? Promise.reject(new Error('killed')) : Promise.resolve()),
  });
  await killed
    .execute({ remediationId: ids.executing, attempt: 1, signal: new AbortController().signal })
    .catch(() => undefined);
  const effects = () => worlds.map(({ effects: of }) => of.length);
  const again = () => {
    // What was changed is as before: the steps fit again, as a restart does at any time.
    for (const world of worlds) for (const cell of world.cells.keys()) world.cells.set(cell, 'old');
  };
  return { worlds, ids, harnesses: { pending, approved, executing }, effects, again };
}

type Three = Awaited<ReturnType<typeof threeFixes>>;

const over = (three: Three, on: ReturnType<typeof bot>) => {
  const [a, b, c] = three.worlds.map((world) => on.over(world, `test.${world.uid}`));
  if (a === undefined || b === undefined || c === undefined) throw new Error('no fix');
  return { pending: a, approved: b, executing: c };
};

/** Everything that a bot and its workers would do with them. */
async function tryAll(three: Three, on: ReturnType<typeof bot>) {
  const h = over(three, on);
  const refused = await h.pending.service.approve(h.pending.input(three.ids.pending, 'ULEAD')).then(
    () => 'approved',
    (error: { facts: { reason: string } }) => error.facts.reason,
  );
  await leaseOver(on, three.ids.executing);
  for (const which of ['pending', 'approved', 'executing'] as const) await h[which].execute(three.ids[which]);
  return { refused, states: await states(three, h) };
}

async function states(three: Three, h: ReturnType<typeof over>) {
  const of = async (which: 'pending' | 'approved' | 'executing') =>
    (await h[which].row(three.ids[which])).state;
  return [await of('pending'), await of('approved'), await of('executing')];
}

/** Waits for the lease of the worker that was killed to end, by the clock of the database. */
async function leaseOver(on: ReturnType<typeof bot>, id: string): Promise<void> {
  await expect
    .poll(() =>
      on.store.tx(async (tx) => {
        const row = await tx.remediations.get(id);
        return row?.leaseUntil === undefined || row.leaseUntil < (await tx.now());
      }),
    )
    .toBe(true);
}

async function dumpedAndRun() {
  const database = await postgres.migrated();
  const live = bot(database.store());
  const three = await threeFixes(live);
  await live.anchoring.sweep();
  const dump = await postgres.clone(database);
  const done = await tryAll(three, live);
  expect(done).toEqual({ refused: 'approved', states: ['succeeded', 'succeeded', 'succeeded'] });
  expect(three.effects()).toEqual([1, 1, 1]);
  await bot(database.store()).anchoring.sweep();
  three.again();
  return { database, dump, three };
}

const by = (h: Harness, user: string, reason = 'the volume was lost, this is the dump of 08:00') => {
  const { by: person, requestId, payloadDigest } = h.input('x', user);
  return { by: person, requestId, payloadDigest, reason };
};

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: { facts: { reason: string } }) => error.facts.reason,
  );

describe('R-L5: on a restored dump', () => {
  it('nothing is decided, nothing runs a second time, and reading goes on, until a person of the highest tier confirms', async () => {
    const { dump, three } = await dumpedAndRun();
    const restored = bot(dump.store());
    const [asBot, asWorker, asScheduler] = [
      await kindOf(dump, 'bot'),
      await kindOf(dump, 'worker'),
      await kindOf(dump, 'scheduler'),
    ];
    expect((await asWorker.record.check()).state).toBe('held');

    const held = await tryAll(three, restored);

    expect(held).toEqual({ refused: 'record-held', states: ['requested', 'approved', 'executing'] });
    expect(three.effects()).toEqual([1, 1, 1]);
    expect(await restored.record.check()).toMatchObject({ state: 'held', why: { place: 'file' } });
    const h = over(three, restored).pending;
    expect(await h.propose({ value: 'other', target: 'pending' })).toMatchObject({
      kind: 'refused',
      reason: 'record-held',
    });
    expect(await asScheduler.anchoring.sweep()).toBe(0);
    const switches = asBot.switches(over(three, asBot).pending);
    expect(await refusal(switches.confirmRecord(by(h, 'UONCALL')))).not.toBe('done');
    expect(await refusal(switches.confirmRecord(by(h, 'ULEAD', '')))).not.toBe('done');
    expect((await restored.record.check()).state).toBe('held');

    expect(await switches.confirmRecord(by(h, 'ULEAD'))).toEqual({ ended: 3 });

    expect((await restored.record.check()).state).toBe('confirmed');
    expect(await asScheduler.anchoring.sweep()).toBe(2);
    expect(await tryAll(three, restored)).toMatchObject({ states: ['cancelled', 'cancelled', 'failed'] });
    expect(three.effects()).toEqual([1, 1, 1]);
    const verdict = await restored.verify();
    expect(verdict).toMatchObject({ verdict: 'intact', places: [{ answered: 2 }, { answered: 2 }] });
    expect(await refusal(switches.confirmRecord(by(h, 'ULEAD')))).toBe('record-agrees');
    // What is asked for now runs, once.
    await h.execute((await h.approved({ target: 'pending' })).id);
    expect(three.effects()).toEqual([2, 1, 1]);
  });

  it('the command line says so, in both languages, and confirms for those of the highest tier alone', async () => {
    const { dump } = await dumpedAndRun();
    const { record } = bot(dump.store());
    const directory = memoryDirectory();
    const environments = { prod: { runtime: { kind: 'none' } } };
    const config = { environments, approvals: approvalsConfig };
    const served = await serveCommandLine({ database: dump, config, directory, record });
    try {
      const lead = await served.as(person('ULEAD'));
      const status = await lead('fixes', 'status');
      expect(status.out).toMatch(
        /Nothing is decided or carried out:.* this database is older than its record/,
      );
      expect((await lead('--lang', 'zh-CN', 'fixes', 'status')).out).toContain('该数据库比其记录更旧');
      const oncall = await (await served.as(person('UONCALL')))('fixes', 'confirm', 'let us go on');
      expect(oncall.exit).toBe(1);
      expect((await record.check()).state).toBe('held');

      const confirmed = await lead('fixes', 'confirm', 'this is the dump of 08:00');

      expect(confirmed).toMatchObject({
        exit: 0,
        out: 'The record is taken as it is. 3 open fixes ended.\n',
      });
      expect((await lead('fixes', 'confirm', 'twice')).exit).toBe(1);
      expect((await lead('fixes', 'status')).out).toBe('No fix is switched off.\n');
      expect(
        await dump.sql(
          `SELECT actor, (SELECT text FROM audit_texts t WHERE t.seq = a.seq) AS reason FROM audit_log a WHERE action IN ('audit.confirmed', 'audit.confirmed-refused') ORDER BY seq`,
        ),
      ).toEqual([
        { actor: 'T0HOME:UONCALL', reason: 'let us go on' },
        { actor: 'T0HOME:ULEAD', reason: 'this is the dump of 08:00' },
      ]);
    } finally {
      await served.stop();
    }
  });

  it('the same when everything was deleted, the end was cut, or an anchor was forged', async () => {
    const { database, three } = await dumpedAndRun();
    const cut = await postgres.clone(database);
    await cut.sql(
      `SET session_replication_role = replica; DELETE FROM audit_log WHERE seq > 4;
       UPDATE audit_head SET seq = 4, hash = (SELECT hash FROM audit_log WHERE seq = 4)`,
    );
    const empty = await postgres.migrated();

    for (const [damaged, verdict] of [
      [cut, 'head-put-back'],
      [empty, 'everything-deleted'],
    ] as const) {
      const on = bot(damaged.store());
      expect(await on.record.check()).toMatchObject({ state: 'held' });
      expect(await on.verify()).toMatchObject({ verdict });
      expect(await on.anchoring.sweep()).toBe(0);
    }
    const sound = bot(database.store());
    expect((await sound.record.check()).state).toBe('confirmed');
    appendFileSync(
      file,
      `${readFileSync(file, 'utf8')
        .trimEnd()
        .split('\n')
        .at(-1)
        ?.replace(/"seq":\d+/, '"seq":900')}\n`,
    );
    expect(await sound.record.check()).toMatchObject({ state: 'held', why: { status: 'mac-invalid' } });
    expect(three.effects()).toEqual([1, 1, 1]);
  });

  it('a process that reads no place stops when another has seen it', async () => {
    const { dump, three } = await dumpedAndRun();
    expect((await bot(dump.store()).record.check()).state).toBe('held');

    const blind = bot(dump.store(), []);

    expect(await tryAll(three, blind)).toMatchObject({ refused: 'record-held' });
    expect(three.effects()).toEqual([1, 1, 1]);
  });

  it('a confirmation that was not signed with the key counts for nothing', async () => {
    const { dump } = await dumpedAndRun();
    const on = bot(dump.store());
    expect((await on.record.check()).state).toBe('held');
    const facts = Object.fromEntries(
      (await on.record.check()).places.map(({ place, anchor }) => [
        place,
        `${anchor?.seq} ${anchor?.hash.slice(0, 12)}`,
      ]),
    );
    await dump.sql(`SET ROLE aetherius_app;
      INSERT INTO audit_log (seq, prev_hash, hash, mac, key_id, ts, actor, actor_team, action, facts)
      SELECT h.seq + 1, h.hash, repeat('a', 64), repeat('b', 64), '${auditKey.id}', now(), 'T:ULEAD', 'T',
        'audit.confirmed', '${JSON.stringify(facts)}' FROM audit_head h`);

    expect((await on.record.check()).state).toBe('held');
  });
});

describe('R-L5: places', () => {
  const stateOf = ({ state, places }: RecordState) => [state, ...places.map(({ status }) => status)];

  async function running() {
    const database = await postgres.migrated();
    const live = bot(database.store());
    const three = await threeFixes(live);
    await live.anchoring.sweep();
    return { database, live, three };
  }

  it('a fresh installation is confirmed before its first anchor, and without places nothing changes', async () => {
    const database = await postgres.migrated();

    expect(stateOf(await bot(database.store()).record.check())).toEqual(['confirmed', 'empty', 'empty']);
    expect((await bot(database.store(), []).record.check()).state).toBe('unanchored');
  });

  it('one that cannot be reached does not stop the other; when none can, what is approved waits and says why', async () => {
    const { database, three } = await running();
    const nowhere = bothPlaces('postgres://nobody@127.0.0.1:1/none');
    const half = bot(database.store(), nowhere);
    expect(stateOf(await half.record.check())).toEqual(['confirmed', 'agrees', 'unreachable']);
    expect((await half.verify()).verdict).toBe('anchor-unreachable');

    const gone = [fileAnchors(join(folder, 'not-mounted', 'anchors.jsonl')), ...nowhere.slice(1)];
    const none = bot(database.store(), gone);
    expect(stateOf(await none.record.check())).toEqual(['unconfirmed', 'unreachable', 'unreachable']);
    await tryAll(three, none);

    expect(three.effects()).toEqual([0, 0, 1]);
    const { approved } = over(three, none);
    expect((await approved.row(three.ids.approved)).outcome).toMatchObject({ waiting: 'record-unconfirmed' });
    // They are there again: it runs, once.
    await over(three, half).approved.execute(three.ids.approved);
    expect(three.effects()).toEqual([0, 1, 1]);
  });

  it('one that has lost its anchors gets no new one until a person has looked', async () => {
    const { live, database, three } = await running();
    renameSync(file, `${file}.gone`);
    await anchored.sql('ALTER TABLE aetherius_anchors DISABLE TRIGGER ALL');
    await anchored.sql('DELETE FROM aetherius_anchors');
    await live.store.tx((tx) => tx.audit.append({ actor: 'a', actorTeam: 't', action: 'test' }));

    const on = bot(database.store());
    expect(stateOf(await on.record.check())).toEqual(['unconfirmed', 'missing', 'missing']);
    expect(await on.anchoring.sweep()).toBe(0);
    expect((await on.verify()).verdict).toBe('anchor-missing');
    await over(three, on).approved.execute(three.ids.approved);
    expect(three.effects()).toEqual([0, 0, 1]);

    const h = over(three, on).pending;
    await on.switches(h).confirmRecord(by(h, 'ULEAD'));
    expect(await on.anchoring.sweep()).toBe(2);
    expect(stateOf(await on.record.check())).toEqual(['confirmed', 'agrees', 'agrees']);
    expect((await on.verify()).verdict).toBe('intact');
  });

  it('one that lags is no contradiction, and two processes may anchor at once while rows are added', async () => {
    const { database } = await running();
    const add = async (store: PostgresStore) => {
      for (let index = 0; index < 40; index += 1)
        await store.tx((tx) => tx.audit.append({ actor: 'a', actorTeam: 't', action: 'test' }));
    };
    const both = [0, 1].map(() => {
      const store = database.store();
      const common = { store, places: bothPlaces(), keys, logger: silentLogger, clock: systemClock };
      const guard = createRecordGuard(common);
      const anchoring = createAnchoring({ ...common, guard, key: auditKey, everyRows: 1, everyMs: 1 });
      return { store, guard, anchoring };
    });
    const rounds = async ({ anchoring, guard }: (typeof both)[number]) => {
      const seen = new Set<string>();
      for (let index = 0; index < 15; index += 1) {
        await anchoring.sweep();
        for (const said of stateOf(await guard.check())) seen.add(said);
      }
      return [...seen].toSorted();
    };

    const [, , ...seen] = await Promise.all([...both.map(({ store }) => add(store)), ...both.map(rounds)]);

    expect(seen).toEqual([
      ['agrees', 'confirmed'],
      ['agrees', 'confirmed'],
    ]);
    const on = bot(database.store());
    await add(on.store);
    expect(stateOf(await on.record.check())).toEqual(['confirmed', 'agrees', 'agrees']);
    expect((await on.verify()).verdict).toBe('intact');
  });
});
