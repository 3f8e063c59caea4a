/** What people do in Slack about the fixes of an answer: look which there are, ask, approve, undo, and wait for the end. */

import { setTimeout as delay } from 'node:timers/promises';
import { type Control, people, places, type SlackMessage } from '@aetherius/slack-emulator';
import { isTerminal, type RemediationState } from '../../src/domain/fix/approval.ts';
import type { Plan } from '../../src/domain/fix/remediation.ts';
import type { Facts } from '../../src/domain/kernel/facts.ts';

/** A fix with a card of its own. */
export interface Offer {
  readonly id: string;
  readonly handle: string;
  /** Id of the remediation. */
  readonly fix: string;
  readonly tier: number;
  readonly plan: Plan;
}

/** One entry of the menu of other fixes. */
export interface Choice {
  readonly fix: string;
  readonly button: string;
}

/** What an answer offers, and why it offers no more. */
export interface Offered {
  readonly offers: readonly Offer[];
  readonly menu: readonly Choice[];
  readonly refused: readonly string[];
}

export interface Step {
  readonly direction: 'apply' | 'undo';
  readonly idx: number;
  readonly attempt: number;
  readonly outcome: string | null;
  readonly facts: Facts;
}

/** How a fix, or an undo, ended. */
export interface Ended {
  readonly offer: Offer;
  readonly state: RemediationState;
  readonly outcome: Facts;
  readonly steps: readonly Step[];
  /** Ids of those who approved it. */
  readonly approvedBy: readonly string[];
  readonly requestedBy: string;
  /** From the approval to the end. */
  readonly seconds: number;
}

export interface Fixes {
  /** `message`: the blocks of the answer as JSON. */
  offered(answer: { readonly runId: string; readonly message: string }): Promise<Offered>;
  /** Takes an entry of the menu; the offer that it makes. */
  choose(runId: string, choice: Choice): Promise<Offer>;
  /** Asked for by one person, approved by as many others as it needs, and done. */
  carryOut(offer: Offer): Promise<Ended>;
  undo(offer: Offer): Promise<Ended>;
}

type Rows = <Row>(text: string) => Promise<Row[]>;

const channel = places.incidents;
/** Those who may approve, the requester apart; all of them for tier 3. */
const approvers = [people.approver, people.admin] as const;

/** A fix that has not ended by then never will for whoever waits for it. */
const endSeconds = 420;

/** A click is acknowledged before it is decided, which a busy machine takes its time for. */
const decidedSeconds = 45;

interface OfferRow {
  readonly id: string;
  readonly handle: string;
  readonly action_id: string;
  readonly tier: number;
  readonly plan: Plan;
}

const offerOf = (row: OfferRow): Offer => ({
  id: row.id,
  handle: row.handle,
  fix: row.action_id,
  tier: row.tier,
  plan: row.plan,
});

/** Texts anywhere in blocks. */
function textsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === 'text' && typeof inner === 'string' ? [inner] : textsIn(inner),
  );
}

const refusedWords = 'not offered here';

/** The people's side of every fix; `rows` reads the product's own database. */
export function createFixes(control: Control, rows: Rows): Fixes {
  const cardOf = (id: string, contains: string, seconds = 20): Promise<SlackMessage> =>
    control.waitForMessage(
      {
        channel,
        where: ({ metadata, blocks }) =>
          JSON.stringify(metadata ?? {}).includes(id) && JSON.stringify(blocks).includes(contains),
      },
      { timeoutMs: seconds * 1000 },
    );
  const press = async (user: string, id: string, actionId: string): Promise<void> => {
    const { ts } = await cardOf(id, `"${actionId}"`);
    const clicked = await control.click({ user, channel, ts, actionId, confirm: true });
    if (!clicked.ok) throw new Error(`${actionId} of ${id}: ${JSON.stringify(clicked)}`);
  };
  const offersOf = async (condition: string): Promise<readonly Offer[]> =>
    (
      await rows<OfferRow>(
        `SELECT id, handle, action_id, tier, plan FROM remediations WHERE ${condition} ORDER BY proposed_at, id`,
      )
    ).map(offerOf);
  const stateOf = async (id: string): Promise<RemediationState> => {
    const [row] = await rows<{ state: RemediationState }>(
      `SELECT state FROM remediations WHERE id = '${id}'`,
    );
    if (row === undefined) throw new Error(`no fix ${id}`);
    return row.state;
  };
  /** What was said to one person alone, such as why a click changed nothing. */
  const lastTold = (): string => {
    const where = ({ ephemeralFor }: SlackMessage) => ephemeralFor !== null;
    const told = [people.requester, ...approvers].map(
      (user) => control.lastMessage({ channel, user, where })?.text,
    );
    return told.filter((text) => text !== undefined).join(' / ') || 'nothing';
  };
  /** Until it has left these states; the state it is in then. */
  const left = async (id: string, states: readonly RemediationState[], seconds: number) => {
    for (const end = Date.now() + seconds * 1000; ; await delay(100)) {
      const state = await stateOf(id);
      if (!states.includes(state)) return state;
      if (Date.now() > end) throw new Error(`it is ${state} for ${seconds} s; last told: ${lastTold()}`);
    }
  };

  async function approved(offer: Offer): Promise<Ended> {
    const { id, tier } = offer;
    await left(id, ['proposed'], decidedSeconds);
    for (const user of approvers.slice(0, tier === 3 ? 2 : 1)) await press(user, id, 'remediation.approve');
    await left(id, ['requested'], decidedSeconds);
    const began = performance.now();
    for (const end = Date.now() + endSeconds * 1000; ; await delay(100)) {
      const state = await stateOf(id);
      if (isTerminal(state) || state === 'indeterminate' || Date.now() > end)
        return ended(offer, state, (performance.now() - began) / 1000);
    }
  }

  async function ended(offer: Offer, state: RemediationState, seconds: number): Promise<Ended> {
    const [row] = await rows<{ outcome: Facts | null; requester_id: string }>(
      `SELECT outcome, requester_id FROM remediations WHERE id = '${offer.id}'`,
    );
    const steps = await rows<Step>(
      `SELECT direction, idx, attempt, outcome, facts FROM remediation_steps WHERE remediation_id = '${offer.id}'
       ORDER BY direction, idx, attempt`,
    );
    const decided = await rows<{ person_id: string }>(
      `SELECT person_id FROM approvals WHERE remediation_id = '${offer.id}' AND decision = 'approve'`,
    );
    return {
      ...{ offer, state, seconds, steps, outcome: row?.outcome ?? {} },
      requestedBy: row?.requester_id ?? '',
      approvedBy: decided.map(({ person_id }) => person_id),
    };
  }

  return {
    async offered({ runId, message }) {
      const offers = await offersOf(`run_id = '${runId}' AND undo_of IS NULL`);
      const choices = await rows<{ id: string; data: { readonly remediation: string } }>(
        `SELECT id, data FROM buttons WHERE run_id = '${runId}' AND purpose = 'other' ORDER BY created_at`,
      );
      const refused = textsIn(JSON.parse(message)).filter((text) => text.includes(refusedWords));
      return {
        offers,
        menu: choices.map(({ id, data }) => ({ fix: data.remediation, button: id })),
        refused,
      };
    },
    async choose(runId, { fix, button }) {
      const { ts } = await control.waitForMessage(
        { channel, where: ({ blocks }) => JSON.stringify(blocks).includes(button) },
        { timeoutMs: 15_000 },
      );
      const before = await rows<{ id: string }>('SELECT id FROM remediations');
      const user = people.requester;
      await control.choose({ user, channel, ts, actionId: 'remediation.other', choice: button });
      for (const end = Date.now() + 40_000; Date.now() < end; await delay(100)) {
        const [offer] = await offersOf(
          `action_id = '${fix}' AND id NOT IN (${before.map(({ id }) => `'${id}'`).join(', ') || 'NULL'})`,
        );
        if (offer !== undefined) return offer;
      }
      const [said] = await rows<{ summary: unknown }>(
        "SELECT summary FROM runs WHERE kind = 'propose' ORDER BY created_at DESC LIMIT 1",
      );
      throw new Error(`${fix} was chosen for ${runId}, and no card came: ${JSON.stringify(said?.summary)}`);
    },
    async carryOut(offer) {
      const user = people.requester;
      if (offer.tier < 3) await press(user, offer.id, 'remediation.request');
      else {
        await press(user, offer.id, 'remediation.request-why');
        const { id: viewId } = await control.waitFor(() => control.modal(user));
        await control.submit({ user, viewId, values: { reason: 'the campaign tries it' } });
      }
      return approved(offer);
    },
    async undo(offer) {
      await press(people.requester, offer.id, 'remediation.undo');
      for (const end = Date.now() + 15_000; Date.now() < end; await delay(100)) {
        const [undo] = await offersOf(`undo_of = '${offer.id}'`);
        if (undo !== undefined) return approved(undo);
      }
      throw new Error('no undo was proposed');
    },
  };
}
