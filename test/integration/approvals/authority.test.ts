import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RemediationRow } from '../../../src/domain/fix/rows.ts';
import type { PostgresStore } from '../../../src/platform/store/store.ts';
import {
  approvalsConfig,
  createHarness,
  type Harness,
  idOf,
  member,
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
beforeEach(async () => {
  h = createHarness(store);
  // What an earlier test's bot wrote down about people is not this test's.
  await h.refresh();
});

const refused = (reason: string) => ({
  code: 'NOT_ALLOWED',
  facts: expect.objectContaining({ reason }) as unknown,
});
const lastAudit = async (row: RemediationRow) => (await h.audit.list(row.id, 1))[0];

describe('authority', () => {
  it('R-A1: nothing becomes approved before its quorum is there', async () => {
    const three = createHarness(store, { action: { tier: 3 } });
    const row = await three.requested(fresh());

    const first = await three.service.approve(three.input(row.id, 'ULEAD'));
    expect(first).toMatchObject({ moved: true, remediation: { state: 'requested' } });
    const second = await three.service.approve(three.input(row.id, 'UBOSS'));

    expect(second.remediation.state).toBe('approved');
    expect(second.remediation.approvalExpiresAt?.getTime()).toBeGreaterThan(Date.now());
  });

  it('R-A2: a person is who the payload proves, so the same user id of another workspace is somebody else', async () => {
    const row = await h.requested(fresh());

    await expect(
      h.service.approve({ ...h.input(row.id, 'ULEAD'), by: person('ULEAD', { teamId: 'TEXTERNAL' }) }),
    ).rejects.toMatchObject(refused('not-installed'));
    expect(await lastAudit(row)).toMatchObject({ action: 'remediation.refused', actor: 'TEXTERNAL:ULEAD' });
  });

  it.each([
    ['deactivated', { deleted: true }, 'deactivated'],
    ['a bot', { bot: true }, 'bot'],
    ['a guest of several channels', { restricted: true }, 'guest'],
    ['a guest of one channel', { ultraRestricted: true }, 'guest'],
    ['a stranger from a shared channel', { stranger: true }, 'stranger'],
    ['a member of another workspace', { teamId: 'TOTHER' }, 'not-installed'],
  ])('R-A3: an approver who is %s is refused, and the refusal is kept', async (_what, flags, reason) => {
    const row = await h.requested(fresh());
    h.directory.people.set('ULEAD', member('ULEAD', flags));

    await expect(h.service.approve(h.input(row.id, 'ULEAD'))).rejects.toMatchObject(refused(reason));

    expect((await h.row(row.id)).state).toBe('requested');
    expect(await lastAudit(row)).toMatchObject({
      action: 'remediation.refused',
      actor: idOf('ULEAD'),
      facts: { decision: 'approve', reason },
    });
  });

  it('R-A3: somebody who stands on no list of the tier is refused', async () => {
    const row = await h.requested(fresh());

    await expect(h.service.approve(h.input(row.id, 'UREQ'))).rejects.toMatchObject(refused('not-in-policy'));
  });

  it('R-A3: while Slack cannot say who somebody is, nobody decides', async () => {
    const row = await h.requested(fresh());
    h.directory.down = 'slack-unavailable';

    await expect(h.service.approve(h.input(row.id, 'ULEAD'))).rejects.toMatchObject({
      facts: { reason: 'directory-unavailable', detail: 'slack-unavailable' },
    });
  });

  it('R-A4: the requester does not approve, whatever list they stand on', async () => {
    const { id } = await h.offered(fresh());
    await h.service.request(h.input(id, 'ULEAD', { reason: 'because' }));

    await expect(h.service.approve(h.input(id, 'ULEAD'))).rejects.toMatchObject(refused('own-request'));
  });

  it('R-A4: on Grid the local and the global id of the requester are one person', async () => {
    const grid = createHarness(store);
    grid.directory.installation = () => Promise.resolve({ known: { teamIds: [], enterpriseIds: ['E1'] } });
    const local = (userId: string) => member(userId, { enterpriseId: 'E1', globalUserId: 'UBOSS' });
    for (const [userId] of grid.directory.people)
      grid.directory.people.set(userId, member(userId, { enterpriseId: 'E1' }));
    grid.directory.people.set('ULOCAL', local('ULOCAL'));
    const { id } = await grid.offered(fresh());

    await grid.service.request({
      ...grid.input(id, 'ULOCAL', { reason: 'because' }),
      by: person('ULOCAL', { teamId: 'TA', enterpriseId: 'E1' }),
    });
    const again = { ...grid.input(id, 'UBOSS'), by: person('UBOSS', { teamId: 'TB', enterpriseId: 'E1' }) };

    await expect(grid.service.approve(again)).rejects.toMatchObject(refused('own-request'));
  });

  it('R-A4: the database refuses it even when the code would not', async () => {
    const { id } = await h.offered(fresh());
    const { remediation } = await h.service.request(h.input(id, 'ULEAD', { reason: 'because' }));

    const written = store.tx((tx) =>
      tx.remediations.saveApproval(id, {
        ...{ personId: idOf('ULEAD'), person: person('ULEAD'), decision: 'approve' },
        ...{ planHash: remediation.planHash, policyVersion: 'v', payloadDigest: 'd' },
      }),
    );

    await expect(written).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('R-A5: one person counts once, however often they press', async () => {
    const three = createHarness(store, { action: { tier: 3 } });
    const row = await three.requested(fresh());

    await three.service.approve(three.input(row.id, 'ULEAD'));
    const again = await three.service.approve(three.input(row.id, 'ULEAD'));

    expect(again).toMatchObject({
      moved: false,
      note: 'already-recorded',
      remediation: { state: 'requested' },
    });
  });

  it('R-A5: a mind may be changed while it is requested, as a new version of the same row', async () => {
    const three = createHarness(store, { action: { tier: 3 } });
    const row = await three.requested(fresh());

    await three.service.approve(three.input(row.id, 'ULEAD'));
    const rejected = await three.service.reject({
      ...three.input(row.id, 'ULEAD'),
      reason: 'on second thoughts',
    });

    expect(rejected.remediation.state).toBe('rejected');
    const approvals = await store.tx((tx) => tx.remediations.approvals(row.id));
    expect(approvals).toMatchObject([{ personId: idOf('ULEAD'), decision: 'reject', version: 2 }]);
  });

  it('R-A6: one veto of an eligible approver ends it', async () => {
    const row = await h.requested(fresh());

    await h.service.reject({ ...h.input(row.id, 'UBOSS'), reason: 'not now' });
    const late = await h.service.approve(h.input(row.id, 'ULEAD'));

    expect(late).toMatchObject({ moved: false, note: 'too-late', remediation: { state: 'rejected' } });
  });

  it('R-A7: a request that nobody could approve is refused', async () => {
    const alone = createHarness((await postgres.migrated()).store());
    const { id } = await alone.offered(fresh());
    for (const userId of ['UONCALL', 'ULEAD', 'UBOSS', 'UCHIEF', 'UMEMBER'])
      alone.directory.people.set(userId, member(userId, { deleted: true }));
    await alone.refresh();

    await expect(alone.service.request(alone.input(id, 'UREQ', { reason: 'because' }))).rejects.toMatchObject(
      refused('no-approver'),
    );
    expect((await alone.row(id)).state).toBe('proposed');
  });

  it('R-A8: who joins a group after the request does not count for it', async () => {
    h.directory.people.set('UNEW', member('UNEW'));
    const row = await h.requested(fresh());
    h.directory.groups.set('SLEADS', ['UMEMBER', 'UNEW']);

    await expect(h.service.approve(h.input(row.id, 'UNEW'))).rejects.toMatchObject(
      refused('joined-after-request'),
    );

    await h.refresh();
    const later = await h.requested(fresh());
    expect((await h.service.approve(h.input(later.id, 'UNEW'))).remediation.state).toBe('approved');
  });

  it('R-A8: who left the group is refused at the decision', async () => {
    const row = await h.requested(fresh());
    h.directory.groups.set('SLEADS', []);

    await expect(h.service.approve(h.input(row.id, 'UMEMBER'))).rejects.toMatchObject(
      refused('not-in-policy'),
    );
  });

  it('R-A8: who left the group between approval and execution is noticed by the executor, and nothing happens', async () => {
    const row = await h.requested(fresh());
    await h.service.approve(h.input(row.id, 'UMEMBER'));
    h.directory.groups.set('SLEADS', []);
    await h.refresh();

    await h.execute(row.id);

    expect(await h.row(row.id)).toMatchObject({
      state: 'stale',
      outcome: { differing: 'approver', approver: 'UMEMBER', observed: 'not-in-policy' },
    });
    expect(h.world.effects).toEqual([]);
  });

  it('R-A3: an executor believes no snapshot that is too old: it waits, asks for a fresh one, and then goes on', async () => {
    const row = await h.requested(fresh());
    await h.refresh();
    await h.service.approve(h.input(row.id, 'ULEAD'));
    await database.sql("UPDATE directory_snapshot SET refreshed_at = clock_timestamp() - interval '1 hour'");
    const asked: string[] = [];
    const listening = await store.listen('directory', (payload) => asked.push(payload));

    // Listening begins when its connection stands; every claim that is held back asks again.
    await expect
      .poll(
        async () => {
          await h.execute(row.id);
          return asked.includes('refresh');
        },
        { timeout: 10_000 },
      )
      .toBe(true);

    expect(await h.row(row.id)).toMatchObject({ state: 'approved', outcome: { waiting: 'directory' } });
    expect(h.world.effects).toEqual([]);
    const log = await h.audit.list(row.id, 100);
    expect(log.filter((entry) => entry.action === 'remediation.claim-held')).toHaveLength(1);
    await listening.stop();
    await h.refresh();
    await h.execute(row.id);
    expect((await h.row(row.id)).state).toBe('succeeded');
  });

  it('R-A10: an approval names the plan that was shown, and another hash is refused', async () => {
    const row = await h.requested(fresh());

    await expect(
      h.service.approve(h.input(row.id, 'ULEAD', { planHash: 'f'.repeat(64) })),
    ).rejects.toMatchObject(refused('plan-mismatch'));
    await h.service.approve(h.input(row.id, 'ULEAD', { planHash: row.planHash }));

    const [approval] = await store.tx((tx) => tx.remediations.approvals(row.id));
    expect(approval).toMatchObject({ planHash: row.planHash, policyVersion: h.policy.version });
  });

  it('tells whoever decides too late what is true, and keeps that (R-M2)', async () => {
    const row = await h.approved(fresh());
    await h.execute(row.id);

    const late = await h.service.approve(h.input(row.id, 'UBOSS'));

    expect(late).toMatchObject({ moved: false, note: 'too-late', from: 'succeeded' });
    expect(await lastAudit(row)).toMatchObject({
      action: 'remediation.refused',
      facts: { reason: 'too-late' },
    });
  });

  it('asks for a typed reason where the tier says so, and takes the finding or the run it was proposed for where it does not', async () => {
    const three = createHarness(store, { action: { tier: 3 } });
    const { id } = await three.offered(fresh());

    await expect(three.service.request(three.input(id, 'UREQ'))).rejects.toMatchObject(
      refused('reason-required'),
    );
    const nowhere = createHarness(store, { surface: 'none' });
    const without = await nowhere.offered(fresh());
    await expect(nowhere.service.request(nowhere.input(without.id, 'UREQ'))).rejects.toMatchObject(
      refused('reason-required'),
    );
    const { remediation } = await h.service.request(h.input((await h.offered(fresh())).id, 'UREQ'));
    expect(remediation.reason).toBe(`run ${remediation.runId}`);
  });

  it('lets the requester, an approver and on call cancel before it runs, and nobody else', async () => {
    h.directory.people.set('UELSE', member('UELSE'));
    const row = await h.requested(fresh());

    await expect(h.service.cancel(h.input(row.id, 'UELSE'))).rejects.toMatchObject(refused('not-in-policy'));
    expect((await h.service.cancel(h.input(row.id, 'UREQ'))).remediation.state).toBe('cancelled');
    const other = await h.requested(fresh());
    expect((await h.service.cancel(h.input(other.id, 'UONCALL'))).remediation.state).toBe('cancelled');
  });

  it('R-S7: nothing is decided in a channel that another organisation shares', async () => {
    const row = await h.requested(fresh());
    h.directory.shared.add('C0SHARED');

    await expect(h.service.approve(h.input(row.id, 'ULEAD', { channel: 'C0SHARED' }))).rejects.toMatchObject(
      refused('shared-channel'),
    );
  });

  it('a policy outside of its hours refuses requests and approvals', async () => {
    const day = new Intl.DateTimeFormat('en-US', { weekday: 'short', timeZone: 'UTC' });
    const yesterday = day.format(new Date(Date.now() - 36 * 3_600_000));
    const closed = createHarness(store, {
      policy: {
        ...approvalsConfig,
        tiers: { ...approvalsConfig.tiers, 2: { by: ['leads'], hours: `${yesterday} 00:00-00:01 UTC` } },
      },
    });

    const proposal = await closed.propose(fresh());

    expect(proposal).toMatchObject({ kind: 'refused', reason: 'outside-hours' });
  });
});
