import { askFacts } from '../../../domain/access/access.ts';
import { overtaker, waitedFor } from '../../../domain/fix/approval.ts';
import type { AllowList } from '../../../domain/fix/eligibility.ts';
import { offerValidMs, type Policy } from '../../../domain/fix/policy.ts';
import type { RemedyCall } from '../../../domain/fix/remediation.ts';
import { toDoFirst } from '../../../domain/fix/remedies.ts';
import type { RemediationRow } from '../../../domain/fix/rows.ts';
import { endedAs, undoUntil } from '../../../domain/fix/temporary.ts';
import type { Ids } from '../../../domain/kernel/clock.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import type { Person } from '../../../domain/kernel/person.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { Page } from '../../../domain/message/outbox.ts';
import type {
  Elsewhere,
  RemediationButton,
  RemediationEvent,
  RemediationView,
} from '../../../domain/message/remediation-view.ts';
import type { Rendered } from '../../../domain/message/rendered.ts';
import type { Renderer } from '../../../domain/message/renderer.ts';
import type { Urgency } from '../../../domain/message/sending.ts';
import type { Messages } from '../../../domain/ports/messages.ts';
import type { TxOf } from '../../../domain/ports/store.ts';
import type { Run } from '../../../domain/run/run.ts';
import { createOverdueMessages, type OverdueMessages } from './overdue-messages.ts';
import { isSameChange, sameFix } from './same-fix.ts';

const cardPurpose = 'remediation';
const eventPurpose = 'remediation-event';
/** Before the user id of its reader: once it is sent, its channel is that of the conversation. */
const directPurpose = 'remediation-direct:';
const readerOf = (purpose: string): string | undefined =>
  purpose.startsWith(directPurpose) ? purpose.slice(directPurpose.length) : undefined;
/** More people than this are not written to one by one; the mention in the thread reaches them. */
const mostDirect = 20;

/** Buttons of the card by state; `undo` only where the plan has one. Each state's buttons are new rows (R-S5). */
const buttonsOf: Partial<Record<RemediationRow['state'], readonly RemediationButton[]>> = {
  proposed: ['request'],
  requested: ['approve', 'reject', 'cancel', 'break-glass'],
  approved: ['cancel'],
  executing: ['stop'],
  succeeded: ['undo'],
  indeterminate: ['resolve'],
};

type CardRepository = 'buttons' | 'messages' | 'remediations';

export interface RemediationMessages extends OverdueMessages {
  /**
   * Makes or edits the one card, in the transaction of the state it shows (R-S3). `urgency`: default that of a decision,
   * or of an answer where it is an offer.
   */
  readonly card: (tx: TxOf<CardRepository>, row: RemediationRow, urgency?: Urgency) => Promise<void>;
  /** The menu of other fixes, below the answer of their run; nothing without one. */
  readonly others: (
    tx: TxOf<'buttons' | 'messages'>,
    run: Run,
    calls: readonly RemedyCall[],
  ) => Promise<void>;
  /** A public line in the thread (R-S6). */
  readonly event: (tx: TxOf<'messages'>, row: RemediationRow, event: EventInput) => Promise<void>;
  /** Writes to those who are asked to approve, by user id, each in the conversation with them. */
  readonly ask: (tx: TxOf<CardRepository>, row: RemediationRow, userIds: readonly string[]) => Promise<void>;
  /** Writes to whoever asked for it, alone: what became of it where they cannot see it. */
  readonly tell: (
    tx: TxOf<'messages'>,
    row: RemediationRow,
    kind: EventInput['kind'],
    facts: Facts,
  ) => Promise<void>;
  /** R-A9: says in the second channel what was done without a quorum, and that its follow-up was closed. */
  readonly tellSecond: (
    tx: TxOf<'messages'>,
    row: RemediationRow,
    channel: string,
    event: EventInput,
  ) => Promise<void>;
  /** One reminder a purpose; false when it was posted before. */
  readonly remind: (
    tx: TxOf<'messages' | 'remediations'>,
    row: RemediationRow,
    which: string,
  ) => Promise<boolean>;
  readonly buttons: (
    tx: TxOf<'buttons'>,
    row: RemediationRow,
  ) => Promise<Readonly<Partial<Record<RemediationButton, string>>>>;
}

/** An entry of the menu of other fixes: plans it, as typing it would. */
export const otherFixPurpose = 'other';

export interface EventInput {
  readonly kind: RemediationEvent['kind'];
  readonly by?: Person;
  readonly reason?: string;
  readonly facts?: Facts;
  /** Default `decision`. */
  readonly urgency?: Urgency;
}

export function createRemediationMessages(deps: {
  readonly renderer: Renderer;
  readonly policy: Policy;
  readonly ids: Ids;
}): RemediationMessages {
  const { renderer, policy, ids } = deps;

  const buttons: RemediationMessages['buttons'] = async (tx, row) => {
    const made: Partial<Record<RemediationButton, string>> = {};
    for (const purpose of buttonsOf[row.state] ?? []) {
      if (purpose === 'break-glass' && policy.glass(row.tier) === undefined) continue;
      const ttlMs = purpose === 'undo' ? undoLeftMs(row, await tx.now()) : ttlOf(purpose);
      if (ttlMs <= 0) continue;
      const id = ids.token();
      await tx.buttons.create({ id, purpose, remediationId: row.id, planHash: row.planHash, ttlMs });
      made[purpose] = id;
    }
    return made;
  };

  const post = async (
    tx: TxOf<'messages'>,
    row: RemediationRow,
    purpose: string,
    rendered: Rendered,
    urgency: Urgency,
  ) => {
    if (row.surface === undefined) return;
    await tx.messages.post({
      id: ids.uuid(),
      purpose,
      channel: row.surface.channel,
      remediationId: row.id,
      rendered,
      urgency,
      ...(await placeOf(tx, row, purpose)),
    });
  };

  const page = async (tx: TxOf<'messages'>, row: RemediationRow, event: Page['event']) => {
    if (!policy.notify.page) return;
    const { handle, environment, actionId, tier, planHash, plan, surface, requester } = row;
    await tx.messages.page({
      ...{ source: 'aetherius-bot', event, environment, fix: handle, action: actionId, tier, planHash },
      undo: row.undoOf !== undefined,
      part: plan.part,
      summary: renderer.page(event, row, surface?.language ?? 'en'),
      ...present({ requester: requester?.userId, channel: row.privatePlace ? undefined : surface?.channel }),
    });
  };

  const event: RemediationMessages['event'] = async (tx, row, input) => {
    const { kind, by, reason, urgency = 'decision' } = input;
    const rule = policy.rule(row.tier);
    if (kind === 'requested' && rule !== undefined && rule.approvals > 0) await page(tx, row, 'requested');
    if (kind === 'indeterminate') await page(tx, row, 'unknown-outcome');
    if (row.surface === undefined) return;
    // A mention in a new message reaches people; one in a card that is edited does not.
    const asked =
      kind === 'requested' && rule !== undefined && rule.approvals > 0 && policy.notify.mention
        ? askFacts(listOf(rule.asked, row))
        : {};
    const facts = { ...input.facts, ...asked };
    const rendered = renderer.remediationEvent(
      {
        remediation: row,
        kind,
        facts,
        ...present({ by, reason }),
      },
      row.surface.language,
    );
    await post(tx, row, eventPurpose, rendered, urgency);
  };

  const viewOf = async (tx: TxOf<CardRepository>, row: RemediationRow): Promise<RemediationView> => {
    const other = await elsewhere(tx, row);
    const waited = row.state === 'approved' || row.state === 'expired' ? waitedFor(row.outcome) : undefined;
    const ahead = waited === undefined ? undefined : await tx.remediations.get(waited);
    const approvals = await tx.remediations.approvals(row.id);
    const steps = await tx.remediations.steps(row.id);
    // What is decided elsewhere cannot be asked for here.
    const made = other === undefined ? await buttons(tx, row) : {};
    const rule = policy.rule(row.tier);
    return {
      remediation: row,
      approvals,
      steps,
      needed: rule?.approvals ?? 0,
      buttons: made,
      now: await tx.now(),
      ...present({ elsewhere: other, other: ahead, first: await firstOf(tx, row) }),
      ...(rule?.reason === 'required' ? { reasonNeeded: true as const } : {}),
      ...(rule === undefined || rule.approvals === 0 ? {} : { asked: listOf(rule.asked, row) }),
      ...present({ undoValidUntil: made.undo === undefined ? undefined : undoUntil(row) }),
    };
  };

  /**
   * Under the request in each conversation whose person has not approved yet; false: there is none. Somebody who takes
   * no messages of apps has none.
   */
  const remindDirectly = async (
    tx: TxOf<'messages' | 'remediations'>,
    row: RemediationRow,
    purpose: string,
    all: Awaited<ReturnType<Messages['find']>>,
  ): Promise<boolean> => {
    const decided = (await tx.remediations.approvals(row.id)).map(({ person }) => person.userId);
    const waiting = all.flatMap((copy) => {
      const userId = readerOf(copy.purpose);
      const reached = copy.lost === undefined;
      return userId === undefined || !reached || decided.includes(userId) ? [] : [{ copy, userId }];
    });
    const rendered = renderer.remediationEvent(
      { remediation: row, kind: 'reminder', facts: {} },
      row.surface?.language ?? 'en',
    );
    for (const { copy, userId } of waiting)
      await tx.messages.post({
        id: ids.uuid(),
        purpose: `${purpose}:${userId}`,
        channel: copy.channel,
        parentId: copy.id,
        remediationId: row.id,
        rendered,
        urgency: 'progress',
      });
    return waiting.length > 0;
  };

  return {
    buttons,
    event,
    ...createOverdueMessages({ renderer, buttons, post }),
    async card(tx, row, given) {
      if (row.surface === undefined) return;
      const view = await viewOf(tx, row);
      const rendered = renderer.remediation(view, row.surface.language);
      const all = await tx.messages.find({ remediationId: row.id });
      const cards = all.filter(({ purpose }) => purpose === cardPurpose);
      const card = cards.find(({ channel }) => channel === row.surface?.channel);
      // An offer is part of the answer it belongs to and comes behind it.
      const urgency = given ?? (row.state === 'proposed' ? 'answer' : 'decision');
      if (card === undefined) await post(tx, row, cardPurpose, rendered, urgency);
      else await tx.messages.update(card.id, rendered, urgency);
      // Its other copies show decisions alone.
      if (given === 'progress') return;
      // R-S7: the card in a channel that it left says what became of it, and has no power.
      const left = cards.filter(({ id }) => id !== card?.id);
      const without = renderer.remediation(
        { ...view, buttons: {}, elsewhere: { state: row.state } },
        row.surface.language,
      );
      for (const { id } of left) await tx.messages.update(id, without, 'decision');
      // R-S14: the buttons die on every copy.
      const direct = all.filter(({ purpose }) => readerOf(purpose) !== undefined);
      if (direct.length === 0) return;
      const copy = renderer.remediation(directly(view), row.surface.language);
      for (const { id } of direct) await tx.messages.update(id, copy, 'decision');
    },
    async others(tx, run, calls) {
      const { surface, environment } = run;
      if (surface === undefined || calls.length === 0) return;
      const choices = calls.map(({ remediation, with: params }) => ({
        remediation,
        params,
        button: ids.token(),
      }));
      for (const { remediation, params, button: id } of choices)
        await tx.buttons.create({
          id,
          purpose: otherFixPurpose,
          runId: run.id,
          data: { remediation, environment, params: JSON.stringify(params) },
          ttlMs: offerValidMs,
        });
      const root = (await tx.messages.find({ runId: run.id })).find(({ parentId }) => parentId === undefined);
      await tx.messages.post({
        id: ids.uuid(),
        purpose: 'other-fixes',
        channel: surface.channel,
        runId: run.id,
        rendered: renderer.otherFixes({ run, choices }, surface.language),
        urgency: 'answer',
        ...(surface.threadTs === undefined
          ? present({ parentId: root?.id })
          : { threadTs: surface.threadTs }),
      });
    },
    async ask(tx, row, userIds) {
      if (row.surface === undefined || !policy.notify.direct) return;
      const rendered = renderer.remediation(directly(await viewOf(tx, row)), row.surface.language);
      for (const userId of userIds.slice(0, mostDirect))
        await tx.messages.post({
          id: ids.uuid(),
          purpose: `${directPurpose}${userId}`,
          channel: userId,
          remediationId: row.id,
          rendered,
          urgency: 'decision',
        });
    },
    async tell(tx, row, kind, facts) {
      if (row.surface === undefined || row.requester?.via !== 'slack') return;
      const rendered = renderer.remediationEvent({ remediation: row, kind, facts }, row.surface.language);
      await tx.messages.post({
        id: ids.uuid(),
        purpose: 'remediation-told',
        channel: row.requester.userId,
        remediationId: row.id,
        rendered,
        urgency: 'decision',
      });
    },
    async tellSecond(tx, row, channel, { kind, by, reason, facts = {} }) {
      const language = row.surface?.language ?? 'en';
      await tx.messages.post({
        id: ids.uuid(),
        purpose: 'break-glass',
        channel,
        remediationId: row.id,
        rendered: renderer.remediationEvent(
          { remediation: row, kind, facts, ...present({ by, reason }) },
          language,
        ),
        urgency: 'decision',
      });
    },
    async remind(tx, row, which) {
      if (row.surface === undefined) return false;
      const purpose = `remediation-${which}`;
      const all = await tx.messages.find({ remediationId: row.id });
      if (all.some((one) => one.purpose === purpose || one.purpose.startsWith(`${purpose}:`))) return false;
      const { language } = row.surface;
      const say = async (kind: RemediationEvent['kind'], facts: Facts = {}) =>
        post(
          tx,
          row,
          purpose,
          renderer.remediationEvent({ remediation: row, kind, facts }, language),
          'progress',
        );
      if (row.state === 'indeterminate') await say('reminder-unknown');
      else {
        const written = await remindDirectly(tx, row, purpose, all);
        if (which === 'reminder-2') await page(tx, row, 'reminder');
        const escalate = which === 'reminder-2' ? (policy.rule(row.tier)?.escalate ?? []) : [];
        if (escalate.length > 0) await say('escalated', askFacts(listOf(escalate, row)));
        // R-S14: the thread hears of it only where nobody does alone.
        else if (!written) await say('reminder');
      }
      return true;
    },
  };
}

/** For somebody who reads it alone: only a decision can be made from there. */
function directly(view: RemediationView): RemediationView {
  const { approve, reject } = view.buttons;
  return { ...view, buttons: present({ approve, reject }), direct: true };
}

/** R-A4: who asked for it does not approve it, so they are not named. */
function listOf(lists: readonly AllowList[], { requester }: Pick<RemediationRow, 'requester'>): AllowList {
  const users = new Set(lists.flatMap((list) => list.users));
  return {
    users: [...users].filter((id) => id !== requester?.userId),
    usergroups: [...new Set(lists.flatMap(({ usergroups }) => usergroups))],
  };
}

/** Another fix of the same answer that is to be done before this one is asked for, and is not done yet. */
async function firstOf(tx: TxOf<'remediations'>, row: RemediationRow): Promise<RemediationRow | undefined> {
  if (row.runId === undefined || (row.state !== 'proposed' && row.state !== 'requested')) return undefined;
  const others = await tx.remediations.list({ runId: row.runId, states: notDone, limit: mostFixes });
  return toDoFirst(row.plan.part, inOrder(others), ({ plan }) => plan.part);
}

/** As they were offered. */
const inOrder = (rows: readonly RemediationRow[]) =>
  rows.toSorted((a, b) => a.proposedAt.getTime() - b.proposedAt.getTime());

const notDone = ['proposed', 'requested', 'approved', 'executing', 'verifying'] as const;
/** Of one answer. */
const mostFixes = 50;

/** How long it may still be undone; 0 where it has no undo, or there is nothing of it to take back any more. */
function undoLeftMs(row: RemediationRow, now: Date): number {
  const ended = endedAs(row);
  const left = (undoUntil(row)?.getTime() ?? 0) - now.getTime();
  return ended === undefined || ended === 'over' ? Math.max(0, left) : 0;
}

/** An unknown outcome waits for a person for as long as it takes. */
function ttlOf(purpose: Exclude<RemediationButton, 'undo'>): number {
  return purpose === 'resolve' ? 30 * 24 * 3_600_000 : offerValidMs;
}

/** The true state of this very fix, where it was asked for in another place or has been done there; or of what it waits for. */
async function elsewhere(tx: TxOf<'remediations'>, row: RemediationRow): Promise<Elsewhere | undefined> {
  if (row.state !== 'proposed' && row.state !== 'superseded') return undefined;
  const overtaken = overtaker(row.outcome);
  const since = row.successor ?? overtaken;
  const other =
    row.state === 'proposed'
      ? await sameFix(tx, row)
      : since === undefined
        ? undefined
        : await tx.remediations.get(since);
  if (other === undefined || (row.state === 'superseded' && other.state !== 'succeeded')) return undefined;
  const known = !other.privatePlace || other.surface?.channel === row.surface?.channel;
  return {
    state: other.state,
    ...(overtaken === undefined ? {} : { overtook: true as const }),
    ...(row.state === 'superseded' || isSameChange(row, other) ? {} : { another: true as const }),
    ...(known && other.surface !== undefined
      ? { place: { channel: other.surface.channel, handle: other.handle } }
      : {}),
  };
}

/** In the thread of the run that found it; else in the thread it was asked for; else under its own card. */
async function placeOf(
  tx: TxOf<'messages'>,
  row: RemediationRow,
  purpose: string,
): Promise<{ readonly parentId: string } | { readonly threadTs: string } | object> {
  if (row.runId !== undefined) {
    const messages = await tx.messages.find({ runId: row.runId });
    const root = messages.find((message) => message.parentId === undefined);
    // A fix that left its channel (R-S7) has no thread but its own.
    if (root !== undefined && root.channel === row.surface?.channel) return { parentId: root.id };
  }
  if (row.surface?.threadTs !== undefined) return { threadTs: row.surface.threadTs };
  if (purpose === cardPurpose) return {};
  const cards = await tx.messages.find({ remediationId: row.id, purpose: cardPurpose });
  const card = cards.find(({ channel }) => channel === row.surface?.channel);
  if (card?.parentId !== undefined) return { parentId: card.parentId };
  return card === undefined ? {} : { parentId: card.id };
}
