import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError, TargetError } from '../../../src/domain/kernel/errors.ts';
import type { PostgresStore } from '../../../src/platform/store/store.ts';
import {
  approvalsConfig,
  createHarness,
  createWorld,
  type Harness,
  person,
} from '../../support/approvals.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';

const postgres = usePostgres();
let database: TestDatabase;
let store: PostgresStore;
let h: Harness;
let target = 0;
const fresh = () => ({ target: `world-${(target += 1)}` });

beforeAll(async () => {
  database = await postgres.migrated();
  store = database.store();
});
beforeEach(() => {
  h = createHarness(store);
});

/** The given columns of one remediation, as if time had passed. */
const age = (id: string, column: string) =>
  database.sql(`UPDATE remediations SET ${column} = clock_timestamp() - interval '1 second' WHERE id = $1`, [
    id,
  ]);

const remindersOf = async (id: string): Promise<number> =>
  (
    await database.sql(
      "SELECT 1 FROM messages WHERE remediation_id = $1 AND purpose LIKE 'remediation-unknown%'",
      [id],
    )
  ).length;

describe('plan binding', () => {
  it('R-P1: a plan cannot change once it is proposed', async () => {
    const row = await h.offered(fresh());

    await expect(
      database.sql('UPDATE remediations SET plan = plan || \'{"objects": 2}\' WHERE id = $1', [row.id]),
    ).rejects.toThrow('immutable');
  });

  it('R-P2: a newer plan for the same target supersedes the waiting one, and its approvals do not carry over', async () => {
    const three = createHarness(store, { action: { tier: 3 } });
    const at = fresh();
    const old = await three.requested(at);
    await three.service.approve(three.input(old.id, 'ULEAD'));

    const next = await three.offered({ ...at, value: 'other' });
    const late = await three.service.approve(three.input(old.id, 'UBOSS'));

    expect(late).toMatchObject({
      moved: false,
      note: 'too-late',
      remediation: { state: 'superseded', successor: next.id },
    });
    expect(await store.tx((tx) => tx.remediations.approvals(next.id))).toEqual([]);
  });

  it('R-P2: the same change is offered in each place, and asked for once', async () => {
    const at = fresh();
    const first = await h.offered(at);
    const second = await h.offered(at);

    await h.service.request(h.input(first.id, 'UREQ', { reason: 'because' }));
    const again = h.service.request(h.input(second.id, 'UBOSS', { reason: 'because' }));

    expect(second.planHash).toBe(first.planHash);
    await expect(again).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
      facts: { reason: 'asked-elsewhere', other: first.handle },
    });
    expect((await h.row(second.id)).state).toBe('proposed');
  });

  it('R-P1: what is carried out is what was hashed: a plan that was changed behind our back is not', async () => {
    const row = await h.approved(fresh());
    await database.sql('ALTER TABLE remediations DISABLE TRIGGER remediation_plan_is_immutable');
    await database.sql('UPDATE remediations SET plan = plan || \'{"stableForMs": 1}\' WHERE id = $1', [
      row.id,
    ]);
    await database.sql('ALTER TABLE remediations ENABLE TRIGGER remediation_plan_is_immutable');

    await h.execute(row.id);

    expect(await h.row(row.id)).toMatchObject({ state: 'stale', outcome: { differing: 'plan hash' } });
    expect(h.world.effects).toEqual([]);
  });

  it('R-P1: a count that moves makes no other plan: the request stays, and its card shows the new count', async () => {
    const at = fresh();
    const row = await h.requested(at);
    h.world.counted = 8;

    const later = await h.offered(at);

    expect(later.planHash).toBe(row.planHash);
    expect(await h.row(row.id)).toMatchObject({ state: 'requested', live: { counted: 8 } });
  });

  it('R-P2: a run elsewhere does not throw away what somebody asked for, though it sees another plan', async () => {
    const at = fresh();
    const row = await h.requested(at);

    const other = await h.offered({ ...at, value: 'other' }, { channel: 'C0OTHER', by: 'UMEMBER' });

    expect((await h.row(row.id)).state).toBe('requested');
    expect(other.state).toBe('proposed');
  });

  it('R-P3: a target that moved between approval and claim makes it stale, with what was expected and seen', async () => {
    const row = await h.approved(fresh());
    h.world.uid = 'uid-2';

    await h.execute(row.id);

    expect(await h.row(row.id)).toMatchObject({ state: 'stale', outcome: { differing: 'identity' } });
    expect(h.world.effects).toEqual([]);
  });

  it('R-P3: a target that moves right before the step is not touched', async () => {
    const row = await h.approved(fresh());
    h.world.before = () => {
      h.world.cells.set('a', 'somebody else was here');
      return Promise.resolve();
    };

    await h.execute(row.id);

    expect((await h.row(row.id)).state).toBe('stale');
    expect(h.world.cells.get('a')).toBe('somebody else was here');
  });

  it('R-P7: nothing to do is no plan', async () => {
    h.world.cells.clear();

    expect(await h.propose(fresh())).toMatchObject({ kind: 'refused', reason: 'nothing-to-do' });
  });

  it('R-P9: parameters outside of the catalogue are refused', async () => {
    const proposal = await h.propose({ ...fresh(), command: 'rm -rf /' });

    expect(proposal).toMatchObject({ kind: 'refused', reason: 'bad-params' });
  });

  it('refuses a plan of another version of the action after an upgrade', async () => {
    const row = await h.approved(fresh());
    const upgraded = createHarness(store, { action: { version: 2 } });

    await upgraded.execute(row.id);

    expect(await h.row(row.id)).toMatchObject({ state: 'stale', outcome: { differing: 'action version' } });
  });
});

describe('execution', () => {
  it('R-X1: what a queue says decides nothing: a job for something nobody approved has no effect', async () => {
    const row = await h.requested(fresh());

    await h.execute(row.id);

    expect((await h.row(row.id)).state).toBe('requested');
    expect(h.world.effects).toEqual([]);
  });

  it('R-X2: one open remediation a target: another is not offered while one holds it', async () => {
    const at = fresh();
    const holder = await h.offered(at);
    await database.sql("UPDATE remediations SET state = 'executing' WHERE id = $1", [holder.id]);
    const third = createHarness(store, { action: { id: 'test.third' }, world: createWorld() });

    expect(await third.propose(at)).toMatchObject({ kind: 'refused', reason: 'target-busy' });
  });

  it('R-X3: each attempt on a target has a higher fence', async () => {
    const at = fresh();
    const first = await h.approved(at);
    await h.execute(first.id);
    const undo = await h.service.undo(h.input(first.id, 'UREQ'));
    await h.service.approve(h.input(undo.remediation.id, 'ULEAD'));
    await h.execute(undo.remediation.id);

    const [one, two] = [await h.row(first.id), await h.row(undo.remediation.id)];
    expect(one.fence).toBeDefined();
    expect(two.fence).toBeGreaterThan(one.fence ?? Number.POSITIVE_INFINITY);
  });

  it('R-X4: there is no effect without a committed intent', async () => {
    const row = await h.approved(fresh());
    let seen: unknown;
    h.world.before = async () => {
      seen = await database.sql(
        'SELECT direction, idx, outcome FROM remediation_steps WHERE remediation_id = $1',
        [row.id],
      );
    };

    await h.execute(row.id);

    expect(seen).toEqual([{ direction: 'apply', idx: 0, outcome: null }]);
  });

  it('R-X8: an approval that ran out is not carried out, even when the job comes late', async () => {
    const row = await h.approved(fresh());
    await age(row.id, 'approval_expires_at');

    await h.execute(row.id);

    expect((await h.row(row.id)).state).toBe('expired');
    expect(h.world.effects).toEqual([]);
  });

  it('R-X8: an approval that runs out after the claim is noticed before step 1', async () => {
    const row = await h.approved(fresh());

    await h.execute(row.id, 'worker-1', {
      atKillPoint: async (point) => {
        if (point === 'R-K2') await age(row.id, 'approval_expires_at');
      },
    });

    expect(await h.row(row.id)).toMatchObject({ state: 'stale', outcome: { reason: 'approval-expired' } });
    expect(h.world.effects).toEqual([]);
  });

  it('R-X9: the same action on the same target runs at most twice an hour', async () => {
    const at = fresh();
    for (const value of ['one', 'two']) {
      const row = await h.approved({ ...at, value });
      await h.execute(row.id);
      expect((await h.row(row.id)).state).toBe('succeeded');
    }

    const third = await h.propose({ ...at, value: 'three' });

    expect(third).toMatchObject({ kind: 'refused', reason: 'limit-reached' });
  });

  it('R-X9: one tier-3 fix at a time in the whole fleet', async () => {
    const three = createHarness(store, { action: { tier: 3 } });
    const approve = async () => {
      const row = await three.requested(fresh());
      await three.refresh();
      await three.service.approve(three.input(row.id, 'ULEAD'));
      return (await three.service.approve(three.input(row.id, 'UBOSS'))).remediation;
    };
    const [running, waiting] = [await approve(), await approve()];
    await database.sql(
      "UPDATE remediations SET state = 'executing', lease_until = clock_timestamp() + interval '1 hour' WHERE id = $1",
      [running.id],
    );

    await three.execute(waiting.id);

    expect(await three.row(waiting.id)).toMatchObject({
      state: 'approved',
      outcome: { waiting: 'tier-3-at-once' },
    });
    await database.sql("UPDATE remediations SET state = 'failed' WHERE id = $1", [running.id]);
  });

  it('R-X10: the kill switch stops offers and claims, and is asked before every step', async () => {
    const by = person('UONCALL');
    const world = createWorld(['a', 'b']);
    const own = createHarness(store, { world });
    const row = await own.approved(fresh());
    const kill = (on: 'on' | 'off') =>
      store.tx((tx) => tx.killSwitches.set('test.write-cells', { active: on === 'on', by, reason: 'drill' }));
    await kill('on');
    expect(await own.propose(fresh())).toMatchObject({ kind: 'refused', reason: 'kill-switch' });
    await own.execute(row.id);
    expect(await own.row(row.id)).toMatchObject({ state: 'approved', outcome: { waiting: 'kill-switch' } });
    await kill('off');
    world.after = async (step) => {
      if (step.target === 'a' && step.to.value === 'new') await kill('on');
    };

    await own.execute(row.id);

    await kill('off');
    expect(world.effects.map((effect) => effect.cell)).toEqual(['a']);
    expect((await own.row(row.id)).state).toBe('rollback_failed');
  });

  it('R-X11: a freeze denies the offer, the approval and the claim', async () => {
    const freezes = [
      { cron: '0 18 * * 5', duration: '62h', timezone: 'Asia/Shanghai', environments: ['prod'] },
    ];
    const thawed = await h.requested(fresh());
    const approved = await h.approved(fresh());
    const nextCron = (_cron: string, _zone: string, after: Date) => new Date(after.getTime() + 1_000);
    const frozen = createHarness(store, { policy: { ...approvalsConfig, freezes }, nextCron });

    expect(await frozen.propose(fresh())).toMatchObject({ kind: 'refused', reason: 'frozen' });
    await expect(frozen.service.approve(h.input(thawed.id, 'ULEAD'))).rejects.toMatchObject({
      facts: { reason: 'frozen' },
    });
    await frozen.execute(approved.id);
    expect(await h.row(approved.id)).toMatchObject({ state: 'approved', outcome: { waiting: 'frozen' } });
  });

  it('R-X14: what we stand on is not offered, by whatever name it is reached', async () => {
    const at = fresh();
    const mine = `uid=uid-1/${at.target}`;
    const own = createHarness(store, { self: () => Promise.resolve(new Set([mine])) });

    expect(await own.propose(at)).toMatchObject({
      kind: 'refused',
      reason: 'self-target',
      facts: { identity: mine },
    });
  });

  it('R-X14: what cannot be told from what we stand on is neither offered nor carried out', async () => {
    const row = await h.approved(fresh());
    h.world.comparable = false;

    expect(await h.propose(fresh())).toMatchObject({ kind: 'refused', reason: 'self-target-unknown' });
    await h.execute(row.id);
    expect(await h.row(row.id)).toMatchObject({
      state: 'stale',
      outcome: { differing: 'plan', reason: 'self-target-unknown' },
    });
    expect(h.world.effects).toEqual([]);
  });

  it('R-X14: who cannot tell what he stands on offers nothing', async () => {
    const own = createHarness(store, {
      self: () => Promise.reject(new AppError('DEPENDENCY_UNAVAILABLE', 'no identity')),
    });

    expect(await own.propose(fresh())).toMatchObject({ kind: 'refused', reason: 'cannot-look' });
  });

  it('R-X14: it is asked again at the claim, since we may have moved there since', async () => {
    const at = fresh();
    const row = await h.approved(at);
    const mine = `uid=uid-1/${at.target}`;

    await h.execute(row.id, 'worker-1', { self: () => Promise.resolve(new Set([mine])) });

    expect(await h.row(row.id)).toMatchObject({ state: 'stale', outcome: { differing: 'self-target' } });
  });

  it('a lost answer is settled by looking: it happened', async () => {
    const row = await h.approved(fresh());
    h.world.after = () => Promise.reject(new TargetError('closed', 'connection reset'));

    await h.execute(row.id);

    expect((await h.row(row.id)).state).toBe('succeeded');
    expect(h.world.effects).toHaveLength(1);
    const [step] = await store.tx((tx) => tx.remediations.steps(row.id));
    expect(step).toMatchObject({ outcome: 'observed-done' });
  });

  it('a lost answer that cannot be settled is indeterminate, pages, and is never repeated', async () => {
    const row = await h.approved(fresh());
    h.world.observable = false;
    h.world.after = () => Promise.reject(new TargetError('no-answer', 'silence'));

    await h.execute(row.id);
    await h.execute(row.id, 'worker-2');

    expect((await h.row(row.id)).state).toBe('indeterminate');
    expect(h.world.effects).toHaveLength(1);
    const paged = await database.sql(
      "SELECT 1 FROM outbox WHERE payload->>'text' LIKE '%indeterminate%' AND priority = 0",
    );
    expect(paged.length).toBeGreaterThan(0);
  });

  it('indeterminate ends by a later observation (R-M6)', async () => {
    const row = await h.approved(fresh());
    h.world.observable = false;
    h.world.after = () => Promise.reject(new TargetError('no-answer', 'silence'));
    await h.execute(row.id);
    h.world.observable = true;

    await h.execute(row.id, 'worker-2');

    expect((await h.row(row.id)).state).toBe('succeeded');
    expect(h.world.effects).toHaveLength(1);
  });

  it('indeterminate ends by a person who looked, with a reason, under a new fence (R-M6)', async () => {
    const row = await h.approved(fresh());
    h.world.observable = false;
    h.world.after = () => Promise.reject(new TargetError('no-answer', 'silence'));
    await h.execute(row.id);
    const before = await h.row(row.id);

    const resolved = await h.service.resolve({
      ...h.input(row.id, 'UONCALL'),
      to: 'failed',
      reason: 'looked, no',
    });

    expect(resolved.remediation.state).toBe('failed');
    expect(resolved.remediation.fence).toBeGreaterThan(before.fence ?? Number.POSITIVE_INFINITY);
  });

  it('R-M6: an unknown outcome has a button, blocks its target in words that say so, and is said again', async () => {
    const at = fresh();
    const row = await h.approved(at);
    h.world.observable = false;
    h.world.after = () => Promise.reject(new TargetError('no-answer', 'silence'));
    await h.execute(row.id);
    const other = createHarness(store, { action: { id: 'test.other' }, world: createWorld() });

    const proposal = await other.propose(at);
    await age(row.id, 'lease_until');
    await h.sweeper.sweep();
    const early = await remindersOf(row.id);
    await database.sql(
      "UPDATE remediations SET lease_until = clock_timestamp() - interval '61 minutes' WHERE id = $1",
      [row.id],
    );
    await h.sweeper.sweep();
    await h.sweeper.sweep();

    expect(proposal).toMatchObject({
      kind: 'refused',
      reason: 'target-unknown',
      facts: { other: row.handle },
    });
    expect(early).toBe(0);
    expect(await remindersOf(row.id)).toBe(1);
    const [card] = await database.sql<{ text: string }>(
      `SELECT o.payload->>'text' AS text FROM messages m JOIN outbox o ON o.message_id = m.id
       WHERE m.remediation_id = $1 AND m.purpose = 'remediation' ORDER BY o.seq DESC LIMIT 1`,
      [row.id],
    );
    expect(JSON.parse(card?.text ?? '{}')).toMatchObject({ state: 'indeterminate', buttons: ['resolve'] });
  });

  it('a step that was refused outright has failed, and nothing is guessed', async () => {
    const row = await h.approved(fresh());
    h.world.before = () => Promise.reject(new TargetError('forbidden', 'no right'));

    await h.execute(row.id);

    expect(await h.row(row.id)).toMatchObject({ state: 'failed', outcome: { why: 'forbidden' } });
  });

  it('a worker that is told to go finishes its step and leaves the rest to another', async () => {
    const world = createWorld(['a', 'b']);
    const own = createHarness(store, { world });
    const row = await own.approved(fresh());
    const stop = new AbortController();
    world.after = () => {
      stop.abort();
      return Promise.resolve();
    };
    await own.executor('worker-1').execute({ remediationId: row.id, attempt: 1, signal: stop.signal });
    expect(world.effects.map((effect) => effect.cell)).toEqual(['a']);
    world.after = undefined;

    await expect
      .poll(async () => {
        await own.execute(row.id, 'worker-2');
        return (await own.row(row.id)).state;
      })
      .toBe('succeeded');

    expect(world.effects.map((effect) => effect.cell)).toEqual(['a', 'b']);
  });

  it('the sweeper expires what nobody decided, by the database clock (R-M4)', async () => {
    const offer = await h.offered(fresh());
    const request = await h.requested(fresh());
    const approval = await h.approved(fresh());
    await age(offer.id, 'offer_expires_at');
    await age(request.id, 'request_expires_at');
    await age(approval.id, 'approval_expires_at');

    await h.sweeper.sweep();

    for (const { id } of [offer, request, approval]) expect((await h.row(id)).state).toBe('expired');
    const [last] = await h.audit.list(approval.id, 1);
    expect(last).toMatchObject({ actor: 'system', action: 'remediation.expired', from: 'approved' });
  });

  it('R-S7: a request is approved nowhere once its channel is shared, archived or out of sight', async () => {
    const row = await h.requested(fresh());
    const place = row.surface?.channel ?? '';
    const elsewhere = { ...h.input(row.id, 'ULEAD'), channel: 'CELSE' };
    const refusal = (reason: string) => ({ code: 'NOT_ALLOWED', facts: { reason } });

    h.directory.shared.add(place);
    await expect(h.service.approve(elsewhere)).rejects.toMatchObject(refusal('place-shared'));
    // Home and the command line name no channel.
    await expect(h.service.approve(h.input(row.id, 'ULEAD'))).rejects.toMatchObject(refusal('place-shared'));
    h.directory.shared.delete(place);
    h.directory.archived.add(place);
    await expect(h.service.approve(elsewhere)).rejects.toMatchObject(refusal('place-closed'));
    const [last] = await h.audit.list(row.id, 1);
    h.directory.archived.delete(place);
    const { remediation } = await h.service.approve(elsewhere);

    expect(last).toMatchObject({ action: 'remediation.refused' });
    expect(remediation.state).toBe('approved');
  });

  it('R-M7: a reason is one visible line with a word in it', async () => {
    const row = await h.requested(fresh());
    const needed = { code: 'INVALID_INPUT', facts: { reason: 'reason-required' } };
    for (const reason of ['', ' \n ', '\u200b\u202e', '…', '🔑'])
      await expect(h.service.reject({ ...h.input(row.id, 'ULEAD'), reason })).rejects.toMatchObject(needed);
    const { remediation } = await h.service.reject({
      ...h.input(row.id, 'ULEAD'),
      reason: '  too \u202e late\nfor\u200b this ',
    });

    const [last] = await h.audit.list(row.id, 1);
    expect(remediation.state).toBe('rejected');
    expect(last?.action).toBe('remediation.rejected');
    expect(
      await database.sql("SELECT text FROM audit_texts WHERE seq = $1 AND field = 'reason'", [last?.seq]),
    ).toEqual([{ text: 'too late for this' }]);
  });

  it('the sweeper reminds once at a third and once at two thirds of a request’s life', async () => {
    const row = await h.requested(fresh());
    // In the conversation with each of those who may approve, so none in the thread.
    const reminders = async () =>
      (
        await database.sql<{ which: string; sent: number; readers: number }>(
          `SELECT split_part(purpose, ':', 1) AS which, count(*)::int AS sent, count(DISTINCT channel)::int AS readers
           FROM messages WHERE remediation_id = $1 AND purpose LIKE 'remediation-reminder%' GROUP BY 1 ORDER BY 1`,
          [row.id],
        )
      ).map(({ which, sent, readers }) => [which, sent, readers]);
    const since = (minutes: number) =>
      database.sql(
        `UPDATE remediations SET requested_at = clock_timestamp() - $2 * interval '1 minute',
           request_expires_at = clock_timestamp() + (30 - $2) * interval '1 minute' WHERE id = $1`,
        [row.id, minutes],
      );

    await h.sweeper.sweep();
    expect(await reminders()).toEqual([]);
    await since(11);
    await h.sweeper.sweep();
    await h.sweeper.sweep();
    expect(await reminders()).toEqual([['remediation-reminder-1', 5, 5]]);
    await since(21);
    await h.sweeper.sweep();
    await h.sweeper.sweep();
    expect(await reminders()).toEqual([
      ['remediation-reminder-1', 5, 5],
      ['remediation-reminder-2', 5, 5],
    ]);
  });
});

describe('messages', () => {
  it('R-S3: a state and the message that reports it are written together, or not at all', async () => {
    const broken = createHarness(store, { brokenCard: 'approved' });
    const row = await broken.requested(fresh());

    await expect(broken.service.approve(broken.input(row.id, 'ULEAD'))).rejects.toThrow('cannot be rendered');

    expect((await broken.row(row.id)).state).toBe('requested');
    expect(await store.tx((tx) => tx.remediations.approvals(row.id))).toEqual([]);
  });

  it('R-S5: an old button has no power: the state decides', async () => {
    const row = await h.requested(fresh());
    await h.service.reject({ ...h.input(row.id, 'UBOSS'), reason: 'no' });

    const pressed = await h.service.approve(h.input(row.id, 'ULEAD', { planHash: row.planHash }));

    expect(pressed).toMatchObject({ moved: false, note: 'too-late' });
  });
});
