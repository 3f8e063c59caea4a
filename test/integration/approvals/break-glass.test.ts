/** R-A9: what break-glass skips is the quorum, and nothing else; what it leaves is closed by somebody else. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { RemediationState } from '../../../src/domain/fix/approval.ts';
import type { PostgresStore } from '../../../src/platform/store/store.ts';
import {
  approvalsConfig,
  createHarness,
  type Harness,
  type HarnessOptions,
} from '../../support/approvals.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';

const postgres = usePostgres();
let database: TestDatabase;
let left: PostgresStore;
let right: PostgresStore;
let target = 0;
const fresh = () => ({ target: `world-${(target += 1)}` });

beforeAll(async () => {
  database = await postgres.migrated();
  left = database.store();
  right = database.store();
});

const second = 'C0AUDIT';
const policy = {
  ...approvalsConfig,
  approvers: { ...approvalsConfig.approvers, emergency: { users: ['UREQ', 'UONCALL'] } },
  breakGlass: { by: ['emergency'], notify: second },
};
const harness = (options: HarnessOptions = {}, store = left): Harness =>
  createHarness(store, { policy, ...options });
const reason = 'Redis is full and nobody else answers';
const glass = (h: Harness, id: string, userId: string, why = reason) =>
  h.service.breakGlass({ ...h.input(id, userId), reason: why });
const close = (h: Harness, id: string, userId: string, why = 'it was right') =>
  h.service.closeFollowUp({ ...h.input(id, userId), reason: why });
const refused = (why: string) => ({ code: 'NOT_ALLOWED', facts: { reason: why } });
const stateOf = async (h: Harness, id: string): Promise<RemediationState> => (await h.row(id)).state;
const told = async (id: string, channel: string) =>
  (
    await database.sql<{ text: string }>(
      `SELECT payload->>'text' AS text FROM outbox JOIN messages ON messages.id = message_id
       WHERE remediation_id = $1 AND channel = $2 AND messages.purpose <> 'remediation' ORDER BY seq`,
      [id, channel],
    )
  ).map(({ text }) => (JSON.parse(text) as { event?: string }).event);
const audited = async (id: string) =>
  (
    await database.sql<{ action: string }>(
      'SELECT action FROM audit_log WHERE remediation_id = $1 ORDER BY seq',
      [id],
    )
  ).map(({ action }) => action.replace('remediation.', ''));
const together = async <A, B>(a: () => Promise<A>, b: () => Promise<B>) => Promise.allSettled([a(), b()]);

describe('who is named for it', () => {
  it('lets a request run alone: it is told in the thread and in the second channel, and leaves a follow-up', async () => {
    const h = harness();
    const { id } = await h.requested(fresh());
    await h.refresh();
    expect((await glass(h, id, 'UREQ')).remediation).toMatchObject({ state: 'approved', glass: true });
    await h.execute(id);

    expect(await stateOf(h, id)).toBe('succeeded');
    expect(h.world.effects).toHaveLength(1);
    expect(await told(id, second)).toEqual(['break-glass-told']);
    expect(await told(id, 'C0INC')).toContain('break-glass');
    expect(await audited(id)).toEqual(
      expect.arrayContaining(['requested', 'break-glass', 'approved', 'executing', 'succeeded']),
    );
    expect(await h.service.followUps(100)).toMatchObject([{ remediationId: id, people: ['T0HOME:UREQ'] }]);
    expect(await h.audit.verify()).toMatchObject({ verdict: 'intact' });
    await close(h, id, 'ULEAD');
  });

  it('gives a reason of 20 characters, counted without what is not seen', async () => {
    const h = harness();
    const { id } = await h.requested(fresh());
    for (const why of ['too short', `nineteen letters it${'\u200b'.repeat(9)}`, `   a${' '.repeat(40)}b`])
      await expect(glass(h, id, 'UREQ', why)).rejects.toMatchObject({ facts: { reason: 'glass-reason' } });
    expect(await stateOf(h, id)).toBe('requested');
    await glass(h, id, 'UREQ', 'twenty letters, this');
    expect(await stateOf(h, id)).toBe('approved');
    await close(h, id, 'ULEAD');
  });

  it('is nobody who only may approve, and nobody at all without the setting', async () => {
    const h = harness();
    const { id } = await h.requested(fresh());
    await expect(glass(h, id, 'ULEAD')).rejects.toMatchObject(refused('not-in-policy'));
    const without = harness({ policy: approvalsConfig });
    await expect(glass(without, id, 'UREQ')).rejects.toMatchObject(refused('no-glass'));
    expect(await audited(id)).toEqual(['proposed', 'requested', 'refused', 'refused']);
  });

  it('does nothing where the second channel cannot be told', async () => {
    const h = harness();
    const { id } = await h.requested(fresh());
    h.directory.shared.add(second);
    await expect(glass(h, id, 'UREQ')).rejects.toMatchObject(refused('glass-channel'));
    h.directory.shared.clear();
    h.directory.archived.add(second);
    await expect(glass(h, id, 'UREQ')).rejects.toMatchObject(refused('glass-channel'));
    expect(await stateOf(h, id)).toBe('requested');
  });

  it('takes two people for tier 3, each told; the policy may say that one is enough', async () => {
    const h = harness({ action: { tier: 3 } });
    const { id } = await h.requested(fresh());
    await h.refresh();
    expect((await glass(h, id, 'UREQ')).remediation.state).toBe('requested');
    expect(await glass(h, id, 'UREQ')).toMatchObject({ moved: false, note: 'already-recorded' });
    expect((await glass(h, id, 'UONCALL')).remediation.state).toBe('approved');
    expect(await told(id, second)).toEqual(['break-glass-first', 'break-glass-told']);
    expect(await h.service.followUps(100)).toMatchObject([{ people: ['T0HOME:UONCALL', 'T0HOME:UREQ'] }]);
    await h.execute(id);
    expect(await stateOf(h, id)).toBe('succeeded');
    await close(h, id, 'UBOSS');

    const alone = { ...policy, breakGlass: { ...policy.breakGlass, tiers: { 3: { alone: true } } } };
    const one = harness({ action: { tier: 3 }, policy: alone });
    const row = await one.requested(fresh());
    expect((await glass(one, row.id, 'UREQ')).remediation.state).toBe('approved');
    await close(one, row.id, 'UBOSS');
  });
});

describe('it never skips', () => {
  it('a switch, a freeze, the hours, the record, the lock on the target, or a plan that is another', async () => {
    const at = fresh();
    const h = harness();
    const { id } = await h.requested(at);
    const off = { active: true, by: { teamId: 'T', userId: 'U', via: 'slack' }, reason: 'no' } as const;
    await left.tx((tx) => tx.killSwitches.set('*', off));
    await expect(glass(h, id, 'UREQ')).rejects.toMatchObject(refused('kill-switch'));
    await left.tx((tx) => tx.killSwitches.set('*', { ...off, active: false }));

    const freezes = [{ cron: '* * * * *', duration: '1h' }];
    const frozen = harness({
      policy: { ...policy, freezes },
      nextCron: (_cron, _zone, after) => new Date(after.getTime() + 1),
    });
    await expect(glass(frozen, id, 'UREQ')).rejects.toMatchObject(refused('frozen'));

    const state = { state: 'held', places: [], seq: 1, why: {} } as const;
    const record = { check: () => Promise.resolve(state), quick: () => Promise.resolve(state) };
    await expect(glass(harness({ record }), id, 'UREQ')).rejects.toMatchObject(refused('record-held'));

    await expect(
      h.service.breakGlass({ ...h.input(id, 'UREQ', { planHash: 'another' }), reason }),
    ).rejects.toMatchObject(refused('plan-mismatch'));
    expect(await stateOf(h, id)).toBe('requested');
  });

  it('what is checked at the claim: the target, the bot itself, and those who did it', async () => {
    const h = harness();
    const changed = await h.requested(fresh());
    await h.refresh();
    await glass(h, changed.id, 'UREQ');
    h.world.uid = 'uid-2';
    await h.execute(changed.id);
    expect(await stateOf(h, changed.id)).toBe('stale');

    const own = harness({ self: () => Promise.resolve(new Set(['uid=uid-1/self'])) });
    const mine = await harness().requested({ target: 'self' });
    await glass(own, mine.id, 'UREQ');
    await own.execute(mine.id);
    expect(await own.row(mine.id)).toMatchObject({ state: 'stale', outcome: { differing: 'self-target' } });

    const one = harness();
    const gone = await one.requested(fresh());
    await glass(one, gone.id, 'UREQ');
    const user = one.directory.people.get('UREQ');
    if (user !== undefined) one.directory.people.set('UREQ', { ...user, deleted: true });
    await one.refresh();
    await one.execute(gone.id);
    expect(await one.row(gone.id)).toMatchObject({ state: 'stale', outcome: { observed: 'deactivated' } });

    const two = harness();
    const taken = await two.requested(fresh());
    await two.refresh();
    await glass(two, taken.id, 'UREQ');
    const without = harness({ policy: approvalsConfig });
    await without.execute(taken.id);
    expect(await without.row(taken.id)).toMatchObject({ state: 'stale', outcome: { differing: 'policy' } });
    for (const world of [h.world, own.world, one.world, two.world, without.world])
      expect(world.effects).toEqual([]);
    for (const row of [changed, mine, gone, taken]) await close(h, row.id, 'ULEAD');
  });
});

describe('the follow-up', () => {
  it('is closed once, by somebody who may decide and had no part in it', async () => {
    const h = harness();
    const { id } = await h.requested(fresh());
    await glass(h, id, 'UONCALL');
    // Who asked for it, and who let it run.
    await expect(close(h, id, 'UREQ')).rejects.toMatchObject(refused('own-follow-up'));
    await expect(close(h, id, 'UONCALL')).rejects.toMatchObject(refused('own-follow-up'));
    await expect(close(h, id, 'UMEMBER2')).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    await expect(close(h, id, 'ULEAD', ' . ')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(await close(h, id, 'ULEAD')).toMatchObject({ moved: true });
    expect(await close(h, id, 'UBOSS')).toMatchObject({ moved: false, note: 'already-closed' });
    expect(await h.service.followUps(100)).toEqual([]);
    expect(await told(id, second)).toEqual(['break-glass-told', 'follow-up-closed']);
    expect(await audited(id)).toContain('follow-up-closed');

    const quiet = await h.requested(fresh());
    await expect(close(h, quiet.id, 'ULEAD')).rejects.toMatchObject(refused('no-follow-up'));
  });

  it('is kept so by the database, whatever the code thinks', async () => {
    const h = harness();
    const { id } = await h.requested(fresh());
    await glass(h, id, 'UREQ');
    const by = { teamId: 'T0HOME', userId: 'UREQ', via: 'slack' } as const;
    await expect(
      left.tx((tx) => tx.remediations.closeFollowUp(id, { by, personId: 'T0HOME:UREQ', note: 'me' })),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
    await close(h, id, 'ULEAD');
    await expect(
      database.sql('UPDATE follow_ups SET closed_at = NULL, closed_by_id = NULL WHERE remediation_id = $1', [
        id,
      ]),
    ).rejects.toThrow('closed once');
  });
});

describe('at one moment (R-M3)', () => {
  it('break-glass ‖ reject ‖ approve: one wins, and there is a follow-up only where break-glass has won', async () => {
    const wins = new Set<string>();
    for (let round = 0; round < 12; round += 1) {
      const [a, b] = [harness(), harness({}, right)];
      const { id } = await a.requested(fresh());
      const other = (['reject', 'approve'] as const)[round % 2] ?? 'reject';
      await together(
        () => glass(a, id, 'UREQ'),
        () => b.service[other]({ ...b.input(id, 'ULEAD'), reason: 'because' }),
      );
      const row = await a.row(id);
      const follow = await left.tx((tx) => tx.remediations.followUp(id));
      expect(row.state).toBe(row.glass === true || other === 'approve' ? 'approved' : 'rejected');
      expect(follow !== undefined).toBe(row.glass === true);
      wins.add(row.glass === true ? 'break-glass' : other);
      if (follow !== undefined) await close(a, id, 'UBOSS');
    }
    expect(wins.size).toBeGreaterThan(0);
    expect(await harness().audit.verify()).toMatchObject({ verdict: 'intact' });
  });

  it('break-glass twice for tier 3, and a follow-up closed twice: each counts once', async () => {
    for (let round = 0; round < 6; round += 1) {
      const [a, b] = [harness({ action: { tier: 3 } }), harness({ action: { tier: 3 } }, right)];
      const { id } = await a.requested(fresh());
      await together(
        () => glass(a, id, 'UREQ'),
        () => glass(b, id, 'UONCALL'),
      );
      expect(await a.row(id)).toMatchObject({ state: 'approved', glass: true });
      const closed = await together(
        () => close(a, id, 'UBOSS'),
        () => close(b, id, 'ULEAD'),
      );
      const moved = closed.filter((one) => one.status === 'fulfilled' && one.value.moved);
      expect(moved).toHaveLength(1);
      expect((await audited(id)).filter((action) => action === 'follow-up-closed')).toHaveLength(1);
    }
  });
});
