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
import { cardPurpose, directPurpose, overduePurpose, readerOf } from '../../../domain/message/cards.ts';
import type { OutboxMessage, Page } from '../../../domain/message/outbox.ts';
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
import { type Finding, findingKey } from '../../../domain/probe/finding.ts';
import type { Language, Run } from '../../../domain/run/run.ts';
import { createOverdueMessages, type OverdueMessages } from './overdue-messages.ts';
import { isSameChange, sameFix } from './same-fix.ts';

const eventPurpose = 'remediation-event';
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

/** Decided, or over: what people who were asked to decide want to know. How far it is they see in the channel. */
const shownDirectly: ReadonlySet<RemediationRow['state']> = new Set([
  ...(['approved', 'rejected', 'cancelled', 'expired', 'superseded', 'stale'] as const),
  ...(['succeeded', 'failed', 'rolled_back', 'rollback_failed', 'indeterminate'] as const),
]);

/** States in which a switch that is on keeps it from going on. */
const waitsForPeople: ReadonlySet<RemediationRow['state']> = new Set(['proposed', 'requested', 'approved']);

type CardRepository = 'buttons' | 'killSwitches' | 'messages' | 'remediations';

export interface RemediationMessages extends OverdueMessages {
  /**
   * Makes or edits the one card, in the transaction of the state it shows (R-S3). `urgency`: default that of a decision,
   * or of an answer where it is an offer.
   */
  readonly card: (tx: TxOf<CardRepository>, row: RemediationRow, urgency?: Urgency) => Promise<void>;
  /**
   * R-S14: edits the direct messages once it is decided or has ended, behind all else: Slack takes few edits a minute,
   * and the card of the next request is one of them.
   */
  readonly copies: (tx: TxOf<CardRepository>, row: RemediationRow) => Promise<void>;
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
  /** R-A10: one of these messages as it is to be seen now, for whoever sends it; undefined where the fix is shown nowhere. */
  readonly draw: (
    tx: TxOf<CardRepository | 'runs'>,
    row: RemediationRow,
    message: Pick<OutboxMessage, 'id' | 'purpose'>,
    /** Of whoever reads it alone: in whose language, and where the thread opens for them. */
    reader?: { readonly language?: Language; readonly link?: string },
  ) => Promise<Rendered | undefined>;
  /** Where people see it: the message of ours above its thread, or its card; undefined where others may not know. */
  readonly threadOf: (
    tx: TxOf<CardRepository>,
    row: RemediationRow,
  ) => Promise<{ readonly channel: string; readonly ts: string } | undefined>;
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
  /** R-A10: of a process that is no bot. What people decide with is drawn by whoever sends it. */
  readonly withoutButtons?: boolean;
}): RemediationMessages {
  const { renderer, policy, ids } = deps;

  /** `places`: the messages in which they stand; elsewhere they decide nothing. */
  const buttons = async (
    tx: TxOf<'buttons'>,
    row: RemediationRow,
    places: readonly string[],
  ): Promise<RemediationView['buttons']> => {
    const made: Partial<Record<RemediationButton, string>> = {};
    if (deps.withoutButtons === true) return made;
    for (const purpose of buttonsOf[row.state] ?? []) {
      if (purpose === 'break-glass' && policy.glass(row.tier) === undefined) continue;
      const ttlMs = purpose === 'undo' ? undoLeftMs(row, await tx.now()) : ttlOf(purpose);
      if (ttlMs <= 0) continue;
      const id = ids.token();
      await tx.buttons.create({ id, purpose, remediationId: row.id, planHash: row.planHash, places, ttlMs });
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
    id = ids.uuid(),
  ) => {
    if (row.surface === undefined) return;
    await tx.messages.post({
      id,
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

  const viewOf = async (
    tx: TxOf<CardRepository>,
    row: RemediationRow,
    /** Messages in which its buttons stand; none: it has no buttons. */
    places: readonly string[],
  ): Promise<RemediationView> => {
    const other = await elsewhere(tx, row);
    const waited = row.state === 'approved' || row.state === 'expired' ? waitedFor(row.outcome) : undefined;
    const ahead = waited === undefined ? undefined : await tx.remediations.get(waited);
    const approvals = await tx.remediations.approvals(row.id);
    const steps = await tx.remediations.steps(row.id);
    // What is decided elsewhere cannot be asked for here.
    const undo = await undoOf(tx, row);
    // Nor is what is taken back, or about to be, taken back twice.
    const free = other === undefined && undo === undefined && places.length > 0;
    const made = free ? await buttons(tx, row, places) : {};
    const rule = policy.rule(row.tier);
    const off = waitsForPeople.has(row.state) ? await tx.killSwitches.active(row.actionId) : undefined;
    return {
      remediation: row,
      approvals,
      steps,
      needed: rule?.approvals ?? 0,
      buttons: made,
      now: await tx.now(),
      ...present({ elsewhere: other, other: ahead, first: await firstOf(tx, row), undo, off }),
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

  const overdue = createOverdueMessages({ renderer, buttons, post, ids });
  return {
    event,
    ...overdue,
    async threadOf(tx, row) {
      if (row.surface === undefined || row.privatePlace) return undefined;
      const { channel, threadTs } = row.surface;
      const own = await tx.messages.find({ remediationId: row.id, purpose: cardPurpose });
      const ofRun = row.runId === undefined ? [] : await tx.messages.find({ runId: row.runId });
      const root = ofRun.find((message) => message.parentId === undefined && message.channel === channel);
      const ts = root?.ts ?? threadTs ?? own.find((card) => card.channel === channel)?.ts;
      return ts === undefined ? undefined : { channel, ts };
    },
    async draw(tx, row, { id, purpose }, reader = {}) {
      if (row.surface === undefined) return undefined;
      if (purpose === overduePurpose) return overdue.drawOverdue(tx, row, id);
      const { channel: place, language } = row.surface;
      const cards = await tx.messages.find({ remediationId: row.id, purpose: cardPurpose });
      const isDirect = readerOf(purpose) !== undefined;
      const isCurrent = isDirect || cards.find(({ channel }) => channel === place)?.id === id;
      // R-S14: a copy has no buttons any more once it is decided.
      const view = await viewOf(tx, row, isDirect && shownDirectly.has(row.state) ? [] : [id]);
      if (!isDirect) return renderer.remediation(isCurrent ? view : left(view), language);
      const own = { ...directly(view), ...present({ because: await becauseOf(tx, row), link: reader.link }) };
      return renderer.remediation(own, reader.language ?? language);
    },
    async card(tx, row, given) {
      if (row.surface === undefined) return;
      const all = await tx.messages.find({ remediationId: row.id });
      const cards = all.filter(({ purpose }) => purpose === cardPurpose);
      const card = cards.find(({ channel }) => channel === row.surface?.channel);
      const id = card?.id ?? ids.uuid();
      const view = await viewOf(tx, row, [id]);
      const rendered = renderer.remediation(view, row.surface.language);
      // An offer is part of the answer it belongs to and comes behind it.
      const urgency = given ?? (row.state === 'proposed' ? 'answer' : 'decision');
      if (card === undefined) await post(tx, row, cardPurpose, rendered, urgency, id);
      else await tx.messages.update(card.id, rendered, urgency);
      // Where else it stands shows decisions alone.
      if (given === 'progress') return;
      // R-S7: the card in a channel that it left says what became of it, and has no power.
      const others = cards.filter(({ id }) => id !== card?.id);
      const without = renderer.remediation(left(view), row.surface.language);
      for (const { id } of others) await tx.messages.update(id, without, 'decision');
    },
    async copies(tx, row) {
      if (row.surface === undefined || !shownDirectly.has(row.state)) return;
      const all = await tx.messages.find({ remediationId: row.id });
      const direct = all.filter(({ purpose }) => readerOf(purpose) !== undefined);
      if (direct.length === 0) return;
      // R-S14: the buttons die on every copy; which of them is old is decided by the state alone (R-S5).
      const copy = renderer.remediation(directly(await viewOf(tx, row, [])), row.surface.language);
      for (const { id } of direct) await tx.messages.update(id, copy, 'progress');
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
      const copies = userIds.slice(0, mostDirect).map((userId) => ({ userId, id: ids.uuid() }));
      const places = copies.map(({ id }) => id);
      const rendered = renderer.remediation(directly(await viewOf(tx, row, places)), row.surface.language);
      for (const { userId, id } of copies)
        await tx.messages.post({
          id,
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

/** What was found that led to it; an undo has another reason, and a fix that was asked for by name has none. */
async function becauseOf(
  tx: TxOf<'runs'>,
  { runId, undoOf: undone, findingKey: key }: RemediationRow,
): Promise<Finding | undefined> {
  if (runId === undefined || undone !== undefined || key === undefined) return undefined;
  const run = await tx.runs.get(runId);
  return run?.outcomes.flatMap(({ findings }) => findings).find((finding) => findingKey(finding) === key);
}

/** States of an undo after which the fix is there as before. */
const without: ReadonlySet<RemediationRow['state']> = new Set([
  ...(['proposed', 'rejected', 'expired', 'cancelled', 'superseded'] as const),
  ...(['stale', 'failed', 'rolled_back'] as const),
]);

/** The undo of a fix that worked, unless nothing came of it. */
async function undoOf(tx: TxOf<'remediations'>, row: RemediationRow): Promise<RemediationRow | undefined> {
  if (row.state !== 'succeeded' || row.undoOf !== undefined) return undefined;
  const undos = await tx.remediations.list({ undoOf: row.id, limit: mostFixes });
  return undos.find(({ state }) => !without.has(state));
}

/** R-S7: the card in a channel that it left says what became of it, and has no power. */
function left(view: RemediationView): RemediationView {
  const { state, finishedAt } = view.remediation;
  const takenBackAt = view.undo?.state === 'succeeded' ? view.undo.finishedAt : undefined;
  return { ...view, buttons: {}, elsewhere: { state, ...present({ endedAt: finishedAt, takenBackAt }) } };
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
  const undo = await undoOf(tx, other);
  const known = !other.privatePlace || other.surface?.channel === row.surface?.channel;
  return {
    state: other.state,
    ...present({
      endedAt: other.finishedAt,
      takenBackAt: undo?.state === 'succeeded' ? undo.finishedAt : undefined,
    }),
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
