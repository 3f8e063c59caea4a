/**
 * Two at once (R-M3): what may happen, told for each race once, for the tests, which take a few rounds, and for
 * `npm run reliability`, which takes many. Two stores are two sets of connections, as two processes have. Both sides
 * wait until the other is ready, and then go; who wins is PostgreSQL's business, that there is one winner is ours.
 */
import assert from 'node:assert/strict';
import type { RemediationState } from '../../src/domain/fix/approval.ts';
import type { PostgresStore } from '../../src/platform/store/store.ts';
import type { Decided } from '../../src/services/fix/contract.ts';
import { createHarness, createWorld, type Harness, type HarnessOptions, idOf, person } from './approvals.ts';

export interface Arena {
  readonly left: PostgresStore;
  readonly right: PostgresStore;
  /** As the owner of the tables. */
  sql(text: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
}

export interface Race {
  readonly name: string;
  /** What must hold, whoever wins. */
  readonly invariant: string;
  /** One round on a target of its own; says who won. Throws where the invariant does not hold. */
  round(arena: Arena, target: string): Promise<string>;
}

type Settled<T> = PromiseSettledResult<T>;

async function together<A, B>(a: () => Promise<A>, b: () => Promise<B>): Promise<[Settled<A>, Settled<B>]> {
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const both = Promise.allSettled([gate.then(a), gate.then(b)]);
  open();
  return both;
}

/** Two processes over one world. */
function pair({ left, right }: Arena, options: HarnessOptions = {}): readonly [Harness, Harness] {
  const world = options.world ?? createWorld();
  return [createHarness(left, { ...options, world }), createHarness(right, { ...options, world })];
}

const stateOf = async (h: Harness, id: string): Promise<RemediationState> => (await h.row(id)).state;

/** Audit rows of moves to `state`. */
const movesTo = async (h: Harness, id: string, state: string): Promise<number> =>
  (await h.audit.list(id, 200)).filter(({ action }) => action === `remediation.${state}`).length;

/** It came to exactly this end, and the log has one row of that. */
async function endedOnce<S extends RemediationState>(
  h: Harness,
  id: string,
  ends: readonly S[],
  others: readonly RemediationState[] = [],
): Promise<S> {
  const state = await stateOf(h, id);
  assert.ok((ends as readonly string[]).includes(state), `${state} instead of ${ends.join(' or ')}`);
  assert.equal(await movesTo(h, id, state), 1, `audit rows of ${state}`);
  for (const other of [...ends, ...others])
    if (other !== state)
      assert.equal(await movesTo(h, id, other), 0, `audit rows of ${other} beside ${state}`);
  return state as S;
}

/** The side that came too late was told the state that it came too late for. */
function toldTooLate(side: Settled<Decided>, state: RemediationState): void {
  if (side.status === 'rejected') throw side.reason;
  const { moved, note, remediation } = side.value;
  assert.deepEqual([moved, note, remediation.state], [false, 'too-late', state]);
}

const hasMoved = (side: Settled<Decided>): boolean => side.status === 'fulfilled' && side.value.moved;

/** Makes a moment of a fix come in a few milliseconds. */
const soon = ({ sql }: Arena, id: string, column: string) =>
  sql(`UPDATE remediations SET ${column} = clock_timestamp() + interval '8 milliseconds' WHERE id = $1`, [
    id,
  ]);

/** A worker that is gone after the intent of its first step, and whose lease has ended. */
async function abandoned(arena: Arena, h: Harness, target: string): Promise<string> {
  const { id } = await h.approved({ target });
  const gone = h.execute(id, 'gone', {
    atKillPoint: (point) => (point === 'R-K3' ? Promise.reject(new Error('gone')) : Promise.resolve()),
  });
  await assert.rejects(gone, /gone/);
  await arena.sql(
    `UPDATE remediations SET lease_until = clock_timestamp() - interval '1 second' WHERE id = $1`,
    [id],
  );
  return id;
}

const effectsOf = ({ world }: Harness): readonly string[] => world.effects.map(({ value }) => value);

export const races: readonly Race[] = [
  {
    name: 'approve ‖ approve',
    invariant: 'a quorum of two is complete exactly once, with both votes (R-A1)',
    async round(arena, target) {
      const [a, b] = pair(arena, { action: { tier: 3 } });
      const { id } = await a.requested({ target });
      const votes = await together(
        () => a.service.approve(a.input(id, 'ULEAD')),
        () => b.service.approve(b.input(id, 'UBOSS')),
      );
      assert.deepEqual(
        votes.map(({ status }) => status),
        ['fulfilled', 'fulfilled'],
      );
      const approvals = await arena.left.tx((tx) => tx.remediations.approvals(id));
      assert.equal(approvals.length, 2);
      return endedOnce(a, id, ['approved']);
    },
  },
  {
    name: 'approve ‖ reject',
    invariant: 'one of them, and the other is told so (R-A6)',
    async round(arena, target) {
      const [a, b] = pair(arena);
      const { id } = await a.requested({ target });
      const [approve, reject] = await together(
        () => a.service.approve(a.input(id, 'ULEAD')),
        () => b.service.reject({ ...b.input(id, 'UBOSS'), reason: 'no' }),
      );
      const state = await endedOnce(a, id, ['approved', 'rejected']);
      assert.ok(hasMoved(state === 'approved' ? approve : reject));
      toldTooLate(state === 'approved' ? reject : approve, state);
      return state;
    },
  },
  {
    name: 'one person clicks twenty times',
    invariant: 'one vote (R-A5)',
    async round({ left }, target) {
      const h = createHarness(left, { action: { tier: 3 } });
      const { id } = await h.requested({ target });
      const clicks = await Promise.all(
        Array.from({ length: 20 }, () => h.service.approve(h.input(id, 'ULEAD'))),
      );
      assert.equal(clicks.filter(({ moved }) => moved).length, 1);
      const approvals = await left.tx((tx) => tx.remediations.approvals(id));
      assert.deepEqual(
        approvals.map(({ personId, version }) => [personId, version]),
        [[idOf('ULEAD'), 1]],
      );
      return 'one vote';
    },
  },
  {
    name: 'request ‖ request',
    invariant: 'one offer is requested once, by one of the two',
    async round(arena, target) {
      const [a, b] = pair(arena);
      const { id } = await a.offered({ target });
      const asked = await together(
        () => a.service.request(a.input(id, 'UREQ', { reason: 'because' })),
        () => b.service.request(b.input(id, 'UONCALL', { reason: 'because' })),
      );
      assert.equal(asked.filter(hasMoved).length, 1);
      await endedOnce(a, id, ['requested']);
      return (await a.row(id)).requester?.userId ?? 'nobody';
    },
  },
  {
    name: 'approve ‖ expire',
    invariant: 'approved or expired, never both (R-M4)',
    async round(arena, target) {
      const [a, b] = pair(arena);
      const { id } = await a.requested({ target });
      await soon(arena, id, 'request_expires_at');
      await together(
        () => a.service.approve(a.input(id, 'ULEAD')),
        async () => {
          while ((await stateOf(b, id)) === 'requested') await b.sweeper.sweep();
        },
      );
      return endedOnce(a, id, ['approved', 'expired']);
    },
  },
  {
    name: 'expire ‖ claim',
    invariant: 'expired without an effect, or carried out once (R-X8)',
    async round(arena, target) {
      const [a, b] = pair(arena);
      const { id } = await a.approved({ target });
      await soon(arena, id, 'approval_expires_at');
      await together(
        () => a.execute(id),
        async () => {
          while ((await stateOf(b, id)) === 'approved') await b.sweeper.sweep();
        },
      );
      // Claimed in time, and refused before its first step, is stale.
      const state = await endedOnce(a, id, ['succeeded', 'expired', 'stale']);
      assert.deepEqual(effectsOf(a), state === 'succeeded' ? ['new'] : []);
      return state;
    },
  },
  {
    name: 'cancel ‖ claim',
    invariant: 'cancelled without an effect, or carried out and the canceller told',
    async round(arena, target) {
      const [a, b] = pair(arena);
      const { id } = await a.approved({ target });
      const [cancel] = await together(
        () => a.service.cancel(a.input(id, 'UREQ')),
        () => b.execute(id),
      );
      const state = await endedOnce(a, id, ['cancelled', 'succeeded']);
      assert.deepEqual(effectsOf(a), state === 'succeeded' ? ['new'] : []);
      assert.equal(hasMoved(cancel), state === 'cancelled');
      return state;
    },
  },
  {
    name: 'claim ‖ claim',
    invariant: 'one attempt, one effect (R-X3)',
    async round(arena, target) {
      const [a, b] = pair(arena);
      const { id } = await a.approved({ target });
      await together(
        () => a.execute(id, 'left'),
        () => b.execute(id, 'right'),
      );
      await endedOnce(a, id, ['succeeded']);
      assert.equal(await movesTo(a, id, 'executing'), 1);
      assert.deepEqual([effectsOf(a), (await a.row(id)).attempt], [['new'], 1]);
      const [claimed] = (await a.audit.list(id, 200)).filter(
        ({ action }) => action === 'remediation.executing',
      );
      return String(claimed?.facts?.worker);
    },
  },
  {
    name: 'take over ‖ take over',
    invariant: 'what a dead worker left is taken over once, with one effect (R-X5)',
    async round(arena, target) {
      const [a, b] = pair(arena);
      const id = await abandoned(arena, a, target);
      await together(
        () => a.execute(id, 'left'),
        () => b.execute(id, 'right'),
      );
      await endedOnce(a, id, ['succeeded']);
      assert.deepEqual([effectsOf(a), (await a.row(id)).attempt], [['new'], 2]);
      assert.equal(await movesTo(a, id, 'taken-over'), 1);
      return 'succeeded';
    },
  },
  {
    name: 'kill switch ‖ claim',
    invariant: 'stopped without an effect, or carried out once (R-X10)',
    async round(arena, target) {
      const [a, b] = pair(arena);
      const { id } = await a.approved({ target });
      const by = person('ULEAD');
      await together(
        () => a.execute(id),
        () => b.common.store.tx((tx) => tx.killSwitches.set('*', { active: true, by, reason: 'a drill' })),
      );
      await arena.left.tx((tx) => tx.killSwitches.set('*', { active: false, by, reason: 'over' }));
      const state = await stateOf(a, id);
      // Not claimed: it waits, and is carried out when it may be.
      if (state !== 'approved') await endedOnce(a, id, ['succeeded', 'failed']);
      assert.deepEqual(effectsOf(a), state === 'succeeded' ? ['new'] : []);
      return state;
    },
  },
  {
    name: 'removal from a group ‖ claim',
    invariant: 'stale without an effect, or carried out once (R-A8)',
    async round(arena, target) {
      const [a, b] = pair(arena);
      const { id } = await a.requested({ target });
      await a.service.approve(a.input(id, 'UMEMBER'));
      await a.refresh();
      const readAt = await arena.left.tx((tx) => tx.now());
      await together(
        () => a.execute(id),
        () => b.common.store.tx((tx) => tx.directory.save('group', 'SLEADS', [], readAt)),
      );
      await b.refresh();
      const state = await endedOnce(a, id, ['succeeded', 'stale']);
      assert.deepEqual(effectsOf(a), state === 'succeeded' ? ['new'] : []);
      return state;
    },
  },
  {
    name: 'a newer plan ‖ approve',
    invariant: 'superseded, or approved and the newer plan does not take its place (R-P2)',
    async round(arena, target) {
      const [a, b] = pair(arena);
      const { id } = await a.requested({ target });
      const [approve] = await together(
        () => a.service.approve(a.input(id, 'ULEAD')),
        () => b.propose({ target, value: 'newer' }),
      );
      const state = await endedOnce(a, id, ['approved', 'superseded']);
      assert.equal(hasMoved(approve), state === 'approved');
      const open = await arena.left.tx((tx) =>
        tx.remediations.list({ target, states: ['approved'], limit: 10 }),
      );
      assert.equal(open.length, state === 'approved' ? 1 : 0);
      return state;
    },
  },
  {
    name: 'two fixes of one object, each confirmed at once',
    invariant: 'one of them holds the object, whatever each calls it (R-X2)',
    async round(arena, target) {
      // Two names, one identity: `uid/one/two` either way.
      const worldOf = (uid: string) => ({ ...createWorld(), uid });
      const action = { tier: 1 } as const;
      const a = createHarness(arena.left, { action, world: worldOf(`${target}/one`) });
      const b = createHarness(arena.right, { action, world: worldOf(target) });
      const one = await a.offered({ target: 'two' });
      const two = await b.offered({ target: 'one/two' });
      const sides = await together(
        () => a.service.request(a.input(one.id, 'UONCALL', { reason: 'because' })),
        () => b.service.request(b.input(two.id, 'UONCALL', { reason: 'because' })),
      );
      const states = [await stateOf(a, one.id), await stateOf(b, two.id)];
      assert.equal(states.filter((state) => state === 'approved').length, 1, states.join(' and '));
      assert.equal(sides.filter(hasMoved).length, 1);
      return states[0] === 'approved' ? 'left' : 'right';
    },
  },
  {
    name: 'stop ‖ execution',
    invariant: 'stopped between steps and rolled back, or too late; no step twice (R-M5)',
    async round(arena, target) {
      const [a, b] = pair(arena, { world: createWorld(['a', 'b']) });
      const { id } = await a.approved({ target });
      let stopping: Promise<unknown> = Promise.resolve();
      a.world.before = (step) => {
        if (step.target === 'a' && step.to.value === 'new') stopping = b.service.stop(b.input(id, 'UREQ'));
        return Promise.resolve();
      };
      await a.execute(id);
      await stopping;
      const state = await endedOnce(a, id, ['succeeded', 'rolled_back']);
      assert.deepEqual(effectsOf(a), state === 'succeeded' ? ['new', 'new'] : ['new', 'old']);
      return state;
    },
  },
  {
    name: 'undo ‖ undo',
    invariant: 'one undo, carried out once (R-X13)',
    async round(arena, target) {
      const [a, b] = pair(arena);
      const { id } = await a.approved({ target });
      await a.execute(id);
      const asked = await together(
        () => a.service.undo(a.input(id, 'UREQ')),
        () => b.service.undo(b.input(id, 'UONCALL')),
      );
      const undos = await arena.sql('SELECT id FROM remediations WHERE undo_of = $1', [id]);
      assert.equal(undos.length, 1);
      assert.ok(asked.some(hasMoved));
      const undo = String(undos[0]?.id);
      await a.service.approve(a.input(undo, 'ULEAD'));
      await together(
        () => a.execute(undo, 'left'),
        () => b.execute(undo, 'right'),
      );
      await endedOnce(a, undo, ['succeeded']);
      assert.deepEqual(effectsOf(a), ['new', 'old']);
      return (await a.row(undo)).requester?.userId ?? 'nobody';
    },
  },
  {
    name: 'settled ‖ settled',
    invariant: 'what waits for a person is settled once, by one of the two (R-M6)',
    async round(arena, target) {
      const [a, b] = pair(arena, { action: { safety: 'observable' } });
      const id = await abandoned(arena, a, target);
      await a.execute(id, 'next');
      assert.equal(await stateOf(a, id), 'indeterminate');
      const said = { to: 'failed', reason: 'looked: it did not happen' } as const;
      const [one, two] = await together(
        () => a.service.resolve({ ...a.input(id, 'UONCALL'), ...said }),
        () => b.service.resolve({ ...b.input(id, 'ULEAD'), ...said }),
      );
      await endedOnce(a, id, ['failed']);
      assert.equal([one, two].filter(hasMoved).length, 1);
      assert.deepEqual(effectsOf(a), []);
      return hasMoved(one) ? 'left' : 'right';
    },
  },
];

/** What came of many rounds of one race. */
export interface Raced {
  readonly race: string;
  readonly rounds: number;
  /** How often each side won. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Rounds in which the invariant did not hold, each with what was seen. */
  readonly wrong: readonly string[];
  /** Of the whole log, after the last round. */
  readonly audit: string;
}

let targets = 0;

/** Rounds of one race, one after the other; the log is checked at the end. */
export async function runRace(arena: Arena, race: Race, rounds: number): Promise<Raced> {
  const outcomes: Record<string, number> = {};
  const wrong: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    try {
      const outcome = await race.round(arena, `race-${(targets += 1)}`);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    } catch (error) {
      wrong.push(`round ${round}: ${error instanceof Error ? error.message : String(error)}`);
    }
    // What still waits would be looked after in every round to come.
    await arena.sql(
      `UPDATE remediations SET state = 'cancelled' WHERE state IN ('proposed', 'requested', 'approved')`,
    );
  }
  const { verdict } = await createHarness(arena.left).audit.verify();
  return { race: race.name, rounds, outcomes, wrong, audit: verdict };
}
