import { beforeEach, describe, expect, it } from 'vitest';
import type { Remediation } from '../../../src/domain/fix/remediation.ts';
import { TargetError } from '../../../src/domain/kernel/errors.ts';
import type { KillPoint } from '../../../src/services/fix/execute/executor-deps.ts';
import { createHarness, createWorld, type Harness, idOf, person } from '../../support/approvals.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';

const postgres = usePostgres();
let database: TestDatabase;
let h: Harness;

beforeEach(async () => {
  database = await postgres.migrated();
  h = createHarness(database.store());
});

const texts = async () => {
  const rows = await database.sql<{ payload: { text: string } }>(
    "SELECT payload FROM outbox WHERE kind = 'render' ORDER BY seq",
  );
  return rows.map((row) => JSON.parse(row.payload.text) as Record<string, unknown>);
};

describe('a remediation from offer to verdict', () => {
  it('is offered, asked for, approved by another person, carried out once, verified and written down', async () => {
    const row = await h.approved();

    await h.execute(row.id);

    expect((await h.row(row.id)).state).toBe('succeeded');
    expect(h.world.effects).toEqual([{ cell: 'a', value: 'new' }]);
    const log = await h.audit.list(row.id, 100);
    expect(log.map((entry) => entry.action).toReversed()).toEqual([
      'remediation.proposed',
      'remediation.requested',
      'remediation.approved',
      'remediation.executing',
      'step.intent',
      'step.outcome',
      'remediation.verifying',
      'remediation.succeeded',
    ]);
    expect((await h.audit.verify()).verdict).toBe('intact');
  });

  it('R-S6: tells each decision and verdict in the thread, by name, and the rest in the card', async () => {
    const row = await h.approved();

    await h.execute(row.id);

    const events = (await texts()).filter((text) => 'event' in text).map((text) => [text.event, text.by]);
    expect(events).toEqual([
      ['requested', 'UREQ'],
      ['approved', 'ULEAD'],
      ['succeeded', null],
    ]);
  });

  it('confirms a tier-1 fix by the requester alone, who must be on call', async () => {
    const tier1 = createHarness(database.store(), { action: { tier: 1 } });
    const { id } = await tier1.offered();
    await tier1.refresh();

    await expect(tier1.service.request(tier1.input(id, 'UREQ'))).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
      facts: { reason: 'not-in-policy' },
    });
    const decided = await tier1.service.request(tier1.input(id, 'UONCALL'));

    expect(decided.remediation.state).toBe('approved');
    await tier1.execute(id);
    expect((await tier1.row(id)).state).toBe('succeeded');
  });

  it('takes a fix back by a remediation of its own, approved like any other', async () => {
    const row = await h.approved();
    await h.execute(row.id);

    const asked = await h.service.undo(h.input(row.id, 'UREQ'));
    const undo = asked.remediation;
    expect(undo).toMatchObject({ state: 'requested', undoOf: row.id, requesterId: idOf('UREQ') });
    expect(undo.planHash).not.toBe(row.planHash);
    await h.service.approve(h.input(undo.id, 'UBOSS'));
    await h.execute(undo.id);

    expect((await h.row(undo.id)).state).toBe('succeeded');
    expect(h.world.cells.get('a')).toBe('old');
    expect((await h.row(row.id)).state).toBe('succeeded');
  });

  it('offers one undo, however often the button is pressed', async () => {
    const row = await h.approved();
    await h.execute(row.id);

    const first = await h.service.undo(h.input(row.id, 'UREQ'));
    const second = await h.service.undo(h.input(row.id, 'UONCALL'));

    expect(second).toMatchObject({
      moved: false,
      note: 'already-recorded',
      remediation: { id: first.remediation.id },
    });
  });

  it('R-X12: a fix after which the probes stay bad is never called a success, and is taken back as approved (R-X13)', async () => {
    const world = createWorld();
    const own = createHarness(database.store(), { world, action: { verifyWithinMs: 200 } });
    const row = await own.approved();
    world.healthy = false;

    await own.execute(row.id);

    expect((await own.row(row.id)).state).toBe('rolled_back');
    expect(world.effects.map((effect) => effect.value)).toEqual(['new', 'old']);
  });

  it('R-X12: without an undo it has failed, and the facts say which probe', async () => {
    const world = createWorld();
    const own = createHarness(database.store(), { world, action: { verifyWithinMs: 200, undo: 'none' } });
    const row = await own.approved();
    world.healthy = false;

    await own.execute(row.id);

    const after = await own.row(row.id);
    expect(after.state).toBe('failed');
    expect(after.outcome).toMatchObject({ reason: 'not-verified', 'test.healthy': 'TEST_BAD' });
  });

  it.each(['old', 'third'])(
    'R-X12: the %s value by another hand while it is watched is no success, and is left as it is',
    async (value) => {
      const world = createWorld();
      const own = createHarness(database.store(), { world, action: { verifyWithinMs: 300 } });
      const row = await own.approved();
      const atKillPoint = (point: KillPoint) => {
        if (point === 'R-K5') world.cells.set('a', value);
        return Promise.resolve();
      };

      await own.execute(row.id, 'worker-1', { atKillPoint });

      expect(await own.row(row.id)).toMatchObject({
        state: 'failed',
        outcome: { reason: 'changed-meanwhile', inPlace: 'changed', 'test.healthy': 'healthy' },
      });
      expect(world.effects.map((effect) => effect.value)).toEqual(['new']);
      expect(world.cells.get('a')).toBe(value);
    },
  );

  it('R-X12: a step that cannot be looked at is no success either, and is taken back', async () => {
    const world = createWorld();
    const own = createHarness(database.store(), { world, action: { verifyWithinMs: 300, stableForMs: 200 } });
    const row = await own.approved();
    let looks = 0;
    const blind: Remediation = {
      ...own.action,
      observeStep: (...args) =>
        args[0].to.value === 'new' && (looks += 1) > 0
          ? Promise.reject(new TargetError('no-answer', 'away'))
          : own.action.observeStep(...args),
    };

    await own.execute(row.id, 'worker-1', { remediations: [blind] });

    expect(looks).toBeGreaterThan(1);
    expect((await own.row(row.id)).state).toBe('rolled_back');
  });

  it('R-X12: what is another one at each look is not at rest, however well it is', async () => {
    const world = createWorld();
    const action = { verifyWithinMs: 600, stableForMs: 300, undo: 'none' } as const;
    const own = createHarness(database.store(), { world, action });
    const row = await own.approved();
    let started = 0;
    world.mark = () => String((started += 1));

    await own.execute(row.id);

    expect(await own.row(row.id)).toMatchObject({
      state: 'failed',
      outcome: { settled: true, restless: true },
    });
  });

  it('Stop is honoured between steps, and what was done is taken back (R-M5)', async () => {
    const world = createWorld(['a', 'b', 'c']);
    const own = createHarness(database.store(), { world });
    const row = await own.approved();
    world.after = async (step) => {
      if (step.target === 'a') await own.service.stop(own.input(row.id, 'UREQ'));
    };

    await own.execute(row.id);

    expect((await own.row(row.id)).state).toBe('rolled_back');
    expect(world.effects).toEqual([
      { cell: 'a', value: 'new' },
      { cell: 'a', value: 'old' },
    ]);
  });

  it('a job that is delivered again finds nothing to do (R-X7)', async () => {
    const row = await h.approved();

    await h.execute(row.id);
    await h.execute(row.id, 'worker-2');

    expect(h.world.effects).toHaveLength(1);
  });

  it('shows who would be asked, and why others may not', async () => {
    h.directory.people.set('UBOSS', { ...h.directory.people.get('UBOSS')!, deleted: true });

    const explained = await h.service.explain('test.write-cells', 'prod');

    expect(explained).toMatchObject({ tier: 2, needed: 1 });
    expect(explained.people).toContainEqual({
      personId: idOf('ULEAD'),
      mayApprove: true,
      why: 'on oncall, leads',
    });
    expect(explained.people).toContainEqual({ personId: 'UBOSS', mayApprove: false, why: 'deactivated' });
  });

  it('keeps who pressed as the payload proved it', async () => {
    const row = await h.requested();

    expect(row.requester).toEqual(person('UREQ'));
  });
});
