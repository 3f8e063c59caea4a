import { beforeEach, describe, expect, it } from 'vitest';
import { createKillSwitchService } from '../../../src/services/fix/decide/kill-switch.service.ts';
import { createHarness, type Harness, idOf } from '../../support/approvals.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';

/** R-X10: who stops fixes, who lets them go on, and where it is said. */
const postgres = usePostgres();
let database: TestDatabase;
let h: Harness;

beforeEach(async () => {
  database = await postgres.migrated();
  h = createHarness(database.store());
});

const service = () => createKillSwitchService({ ...h.common, actions: [{ id: h.action.id }] });
const input = (userId: string, more: { scope?: string; reason?: string; forMs?: number } = {}) => {
  const { id: _none, ...by } = h.input('', userId);
  return { ...by, scope: '*', reason: 'a drill', ...more };
};
const audited = () =>
  database.sql<{ action: string; actor: string; facts: Record<string, unknown> }>(
    "SELECT action, actor, facts FROM audit_log WHERE action LIKE 'kill-switch%' ORDER BY seq",
  );

describe('the kill switch', () => {
  it('is pressed by whoever may decide, and released only by the highest tier, each with an audit row', async () => {
    await service().stop(input('UONCALL'));
    const early = service().release(input('UONCALL', { reason: 'go on' }));

    await expect(early).rejects.toMatchObject({ code: 'NOT_ALLOWED', facts: { reason: 'not-in-policy' } });
    expect(await service().list()).toMatchObject([
      { scope: '*', reason: 'a drill', by: { userId: 'UONCALL' } },
    ]);
    await service().release(input('ULEAD', { reason: 'go on' }));
    expect(await service().list()).toEqual([]);
    expect(await audited()).toMatchObject([
      { action: 'kill-switch.stop', actor: idOf('UONCALL'), facts: { scope: '*' } },
      { action: 'kill-switch.refused', actor: idOf('UONCALL'), facts: { decision: 'release' } },
      { action: 'kill-switch.release', actor: idOf('ULEAD') },
    ]);
    expect((await h.audit.verify()).verdict).toBe('intact');
  });

  it.each(['UREQ', 'UNOBODY'])('is not pressed by %s, who may decide nothing', async (userId) => {
    await expect(service().stop(input(userId))).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    expect(await service().list()).toEqual([]);
  });

  it('says why at the offer, the request and the approval, and the waiting card says it too', async () => {
    const offer = await h.offered({ target: 'b' });
    const waiting = await h.requested({ target: 'c' });
    const approved = await h.approved({ target: 'd' });
    await service().stop(input('ULEAD', { reason: 'the sale is on' }));
    const refused = { code: 'NOT_ALLOWED', facts: { reason: 'kill-switch', why: 'the sale is on' } };

    expect(await h.propose({ target: 'e' })).toMatchObject({
      kind: 'refused',
      reason: 'kill-switch',
      facts: { why: 'the sale is on' },
    });
    await expect(h.service.request(h.input(offer.id, 'UREQ'))).rejects.toMatchObject(refused);
    await expect(h.service.approve(h.input(waiting.id, 'UBOSS'))).rejects.toMatchObject(refused);
    await h.execute(approved.id);

    expect(await h.row(approved.id)).toMatchObject({
      state: 'approved',
      outcome: { waiting: 'kill-switch', why: 'the sale is on' },
    });
    expect(h.world.effects).toEqual([]);
    // R-L7: what was typed stands once beside the record, with the row of the switch.
    const blocked = await database.sql<{ facts: object; typed: number }>(
      `SELECT facts, (SELECT count(*)::int FROM audit_texts WHERE text = 'the sale is on') AS typed FROM audit_log
       WHERE facts ->> 'reason' = 'kill-switch' ORDER BY seq`,
    );
    expect(blocked.map(({ facts }) => facts)).toEqual(
      [1, 2, 3].map(() => expect.not.objectContaining({ why: expect.anything() })),
    );
    expect(blocked[0]).toMatchObject({ facts: { scope: '*', person: 'ULEAD' }, typed: 1 });
  });

  it('names what is under way, and is on the cards that wait as long as it is on', async () => {
    const offer = await h.offered({ target: 'b' });
    await h.common.store.tx((tx) => h.messages.card(tx, offer));
    const unseen = await h.offered({ target: 'e' });
    const waiting = await h.requested({ target: 'c' });
    const approved = await h.approved({ target: 'd' });
    const cards = (id: string) =>
      database.sql<{ payload: { text: string } }>(
        `SELECT o.payload FROM messages m JOIN outbox o ON o.message_id = m.id
         WHERE m.remediation_id = $1 AND m.purpose = 'remediation' ORDER BY o.seq`,
        [id],
      );
    const said = async (id: string) => (await cards(id)).at(-1)?.payload.text ?? '';

    await service().stop(input('ULEAD', { reason: 'the sale is on' }));
    expect((await service().underWay()).map(({ id, state }) => [id, state])).toEqual([
      [approved.id, 'approved'],
    ]);
    for (const { id } of [offer, waiting, approved])
      expect(await said(id)).toContain('"off":"the sale is on"');
    // What is offered now comes with its answer.
    expect(await cards(unseen.id)).toEqual([]);

    await service().release(input('ULEAD', { reason: 'go on' }));
    for (const { id } of [offer, waiting, approved]) expect(await said(id)).not.toContain('"off"');
  });

  it('stops one kind alone, and ends by itself by the clock of the database', async () => {
    await service().stop(input('ULEAD', { scope: h.action.id, forMs: 3_600_000 }));
    const other = createHarness(database.store(), { action: { id: 'test.other' } });
    expect((await other.propose({ target: 'x' })).kind).toBe('offered');
    expect((await h.propose({ target: 'y' })).kind).toBe('refused');

    await database.sql("UPDATE kill_switches SET until = clock_timestamp() - interval '1 second'");

    expect((await h.propose({ target: 'y' })).kind).toBe('offered');
    expect(await service().list()).toEqual([]);
  });

  it('takes no switch without a reason, or for a remediation that there is not', async () => {
    await expect(service().stop(input('ULEAD', { reason: ' ' }))).rejects.toMatchObject({
      facts: { reason: 'reason-required' },
    });
    await expect(service().stop(input('ULEAD', { scope: 'redis.typo' }))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});
