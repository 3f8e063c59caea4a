import type { Button, KnownBlock } from '@slack/types';
import { askFacts } from '../../domain/access/access.ts';
import { isMendedOffer, isTerminal, type RemediationState } from '../../domain/fix/approval.ts';
import { type Again, lookedAgain } from '../../domain/fix/looked-again.ts';
import type { PlanStep } from '../../domain/fix/remediation.ts';
import type { RemediationRow, StepRow } from '../../domain/fix/rows.ts';
import { undoTimeMs } from '../../domain/fix/temporary.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import {
  type Elsewhere,
  type RemediationButton,
  type RemediationEvent,
  type RemediationView,
  remediationButtons,
} from '../../domain/message/remediation-view.ts';
import type { Rendered } from '../../domain/message/rendered.ts';
import { type Markup, markup } from '../../text/format.ts';
import { changedLines } from '../../text/plan-diff.ts';
import { temporaryLine } from '../../text/temporary.ts';
import { escapeMrkdwn, type Words } from '../../text/words.ts';
import { actionIds, messageEventType, remediationActionIds } from '../ids.ts';
import { actions, type ButtonSpec, button, context, cut, limits, preformatted, section } from './blocks.ts';
import { againLines, cameBackLines, failureLines } from './looked-again.ts';
import {
  findingSentence,
  mentions,
  partName,
  remediationTitle,
  remediationTitlePlain,
  switchedBy,
  targetName,
  who,
} from './phrases.ts';
import { switchLines } from './switches.ts';

const shown = { steps: 10, diff: 2000, approvals: 10 } as const;

const stateEmoji: Readonly<Record<RemediationState, string>> = {
  proposed: ':wrench:',
  requested: ':raised_hand:',
  approved: ':white_check_mark:',
  executing: ':gear:',
  verifying: ':mag:',
  succeeded: ':large_green_circle:',
  failed: ':red_circle:',
  rolling_back: ':rewind:',
  rolled_back: ':rewind:',
  rollback_failed: ':rotating_light:',
  rejected: ':no_entry:',
  expired: ':hourglass:',
  cancelled: ':heavy_minus_sign:',
  superseded: ':heavy_minus_sign:',
  stale: ':warning:',
  indeterminate: ':rotating_light:',
};

/** Green is only what was seen to be well. */
const againEmoji: Readonly<Record<Again, string>> = {
  gone: stateEmoji.succeeded,
  measured: stateEmoji.succeeded,
  still: ':large_orange_circle:',
  unseen: ':large_orange_circle:',
  'no-news': ':large_orange_circle:',
  'not-due': ':hourglass_flowing_sand:',
};

/** States after which people ask why. */
const failing: ReadonlySet<RemediationState> = new Set([
  'failed',
  'rolling_back',
  'rolled_back',
  'rollback_failed',
  'indeterminate',
]);

/** States in which nothing of it was carried out, and never will be. */
const notRun: ReadonlySet<RemediationState> = new Set([
  ...(['rejected', 'expired', 'cancelled', 'superseded', 'stale'] as const),
]);

/** What was seen of it when it ended, in card and thread alike. */
function endLines(row: RemediationRow, words: Words): readonly string[] {
  if (row.state === 'succeeded') return againLines(row, words);
  return failing.has(row.state) ? failureLines(row, words) : [];
}

/** The one card of a remediation through its whole life: rendered from the stored plan alone (R-A10). */
export function remediationCard(view: RemediationView, words: Words): Rendered {
  const row = view.remediation;
  const title = words.say('card.title', {
    remediation: markup(remediationTitle(row, words)),
    environment: row.environment,
    handle: row.handle,
  });
  const state = stateLine(view, words);
  const from = placeLine(view, words);
  const ended = view.elsewhere === undefined && view.undo === undefined ? endLines(row, words) : [];
  const lines = [
    becauseLine(view, words),
    `${emojiOf(view)} ${title}`,
    state,
    ...ended,
    from,
    firstLine(view, words),
  ];
  const first = lines.filter((line) => line !== undefined).join('\n');
  const blocks: KnownBlock[] = [
    section(first, words),
    ...planBlocks(row, words),
    ...stepBlocks(view, words),
    context(peopleLines(view, words).join('\n'), words),
    ...actions(remediationButtonsOf(row, view.buttons, words, view)),
  ];
  return {
    text: cut(`${first} ${peopleLines(view, words).join(' ')}`, limits.messageText, words),
    blocks,
    metadata: { eventType: messageEventType, payload: { remediation_id: row.id, plan_hash: row.planHash } },
  };
}

/** What was taken back is not green: the problem is back with it. */
function emojiOf({ remediation: { state, undoOf, outcome }, elsewhere, undo }: RemediationView): string {
  if (elsewhere?.another === true || elsewhere?.overtook === true) return stateEmoji[state];
  if (elsewhere?.takenBackAt !== undefined) return stateEmoji.rolled_back;
  if (elsewhere !== undefined) return stateEmoji[elsewhere.state];
  if (state !== 'succeeded') return stateEmoji[state];
  if (undo !== undefined)
    return undo.state === 'succeeded' ? stateEmoji.rolled_back : stateEmoji.rolling_back;
  if (undoOf !== undefined) return stateEmoji.rolled_back;
  return againEmoji[lookedAgain(outcome)?.again ?? 'gone'];
}

/** For somebody who decides about it alone: what was found, and since when. */
function becauseLine({ because }: RemediationView, words: Words): string | undefined {
  if (because === undefined) return undefined;
  const since = because.since === undefined ? '' : ` ${words.say('finding.since', { since: because.since })}`;
  return `${words.say('card.because', { text: markup(findingSentence(because, words)) })}${since}`;
}

/** Where the fix stands, and for one that stands elsewhere, where that is. */
function stateLine(view: RemediationView, words: Words): string {
  const { remediation: row, elsewhere, other, undo } = view;
  if (elsewhere !== undefined) return elsewhereLine(elsewhere, words);
  if (undo !== undefined) return undoneLine(undo, row, words);
  if (row.state === 'expired' && isMendedOffer(row.outcome)) return words.say('card.state.expired.mended');
  if (row.state === 'expired' && other !== undefined)
    return words.say('card.state.expired.waited', { other: other.handle });
  const why = whyNot(row.state, row.outcome, words);
  if (why !== undefined) return words.say('card.state.stale.refused', { why: markup(why) });
  const again = row.state === 'succeeded' ? lookedAgain(row.outcome)?.again : undefined;
  if (row.undoOf === undefined)
    return words.say(again === undefined ? `card.state.${row.state}` : `card.state.succeeded.${again}`);
  const part = partName(row.plan.part, words);
  return words.lookup(`card.undo-state.${row.state}`, { part }) ?? words.say(`card.state.${row.state}`);
}

/** What became of a fix that worked and was, or is, taken back. */
function undoneLine(undo: NonNullable<RemediationView['undo']>, row: RemediationRow, words: Words): string {
  const { handle, state, finishedAt } = undo;
  const part = partName(row.plan.part, words);
  if (state === 'succeeded')
    return words.say('card.taken-back', { handle, part, time: finishedAt?.toISOString() });
  return words.say(isTerminal(state) ? 'card.undo-unclear' : 'card.being-undone', { handle });
}

/** The same fix in another place: only what is true of it now. */
function elsewhereLine({ state, place, endedAt, ...is }: Elsewhere, words: Words): string {
  const time = endedAt?.toISOString();
  const kind = kindOfElsewhere({ state, ...is });
  const facts = { state: words.plain(`fix.state.${state}`), time, back: is.takenBackAt?.toISOString() };
  if (place === undefined) return words.say(`card.${kind}.private`, facts);
  return words.say(`card.${kind}`, {
    ...facts,
    handle: place.handle,
    place: markup(channelId.test(place.channel) ? `<#${place.channel}>` : escapeMrkdwn(place.channel)),
  });
}

function kindOfElsewhere({ state, takenBackAt, another, overtook }: Elsewhere) {
  if (overtook === true) return 'overtaken';
  if (another === true) return 'beside';
  if (takenBackAt !== undefined) return 'back-elsewhere';
  if (state === 'succeeded') return 'done-elsewhere';
  return isTerminal(state) ? 'over-elsewhere' : 'elsewhere';
}

/** Why it cannot be carried out any more, where the plan that would be made now is refused. */
function whyNot(state: string, facts: Facts | undefined, words: Words): string | undefined {
  if (state !== 'stale' || facts?.['differing'] !== 'plan') return undefined;
  return words.lookup(`offer.refused.${String(facts['reason'])}`, facts);
}

/** In a direct message: where the request lives, unless that place is closed to others; and, while it is so, that its reader may decide. */
function placeLine({ direct, link, remediation }: RemediationView, words: Words) {
  if (direct !== true) return undefined;
  const { surface, privatePlace, state } = remediation;
  const may = state === 'requested' ? [words.say('card.direct.may')] : [];
  if (surface === undefined || privatePlace || !/^[CG]/.test(surface.channel))
    return [...may, words.say('card.direct.private')].join(' ');
  const thread = link === undefined ? '' : ` (<${escapeMrkdwn(link)}|${words.say('card.direct.thread')}>)`;
  return [...may, words.say('card.direct', { place: markup(`<#${surface.channel}>${thread}`) })].join(' ');
}

/** Which other fix of the same answer is done first, because this part stands on that one. */
function firstLine({ remediation: { plan }, elsewhere, first }: RemediationView, words: Words) {
  if (first === undefined || elsewhere !== undefined) return undefined;
  return words.say('card.first', {
    first: first.handle,
    part: markup(partName(plan.part, words)),
    below: markup(partName(first.plan.part, words)),
  });
}

const channelId = /^[CGD][A-Z0-9]{2,}$/;

/** What would change, what users notice, risk, undo and hash: what an approver judges in ten seconds. */
export function planBlocks(row: RemediationRow, words: Words): KnownBlock[] {
  const { plan } = row;
  const more = plan.steps.length - shown.steps;
  const facts = { ...plan.blast.facts, ...row.live };
  const blast = words.lookup(`blast.${plan.blast.key}`, facts) ?? escapeMrkdwn(plan.blast.key);
  return [
    preformatted(diffLines(plan.steps.slice(0, shown.steps), words, plan.blast.facts), shown.diff, words),
    ...(more > 0 ? [context(words.say('card.more-steps', { count: more }), words)] : []),
    section(blastText(row, markup(blast), words), words),
    context(
      words.say('card.facts', {
        tier: markup(words.say(`card.tier.${row.tier}`)),
        hash: row.planHash,
        undo: markup(words.say(undoKey(row), { ms: undoTimeMs(plan) })),
      }),
      words,
    ),
    ...raisedBlocks(plan.raised, words),
    ...noteBlocks(plan, words),
    ...temporaryBlocks(row, words),
  ];
}

/** Carried out or not: what users notice is said of a time that is to come only while it is. */
function blastText({ state, liveAt }: RemediationRow, text: Markup, words: Words): string {
  if (notRun.has(state)) return words.say('card.blast.not-run', { text });
  if (isTerminal(state)) return words.say('card.blast.ran', { text });
  return liveAt === undefined
    ? words.say('card.blast', { text })
    : words.say('card.blast.live', { text, time: liveAt.toISOString() });
}

/** R-X17: when a change that will not last is over its time, and after that what became of it. */
function temporaryBlocks(row: RemediationRow, words: Words): KnownBlock[] {
  const text = temporaryLine(row, words);
  return text === undefined ? [] : [context(text, words)];
}

/** Why more people are asked than usual. */
function raisedBlocks(raised: RemediationRow['plan']['raised'], words: Words): KnownBlock[] {
  const text = raised === undefined ? undefined : words.lookup(`raised.${raised.key}`, raised.facts);
  return text === undefined ? [] : [context(text, words)];
}

/** What else there is to know of the object, and the same change to be put where the object is made. */
function noteBlocks({ notes = [], patch = [] }: RemediationRow['plan'], words: Words): KnownBlock[] {
  const said = notes.flatMap(({ key, facts }) => words.lookup(`note.${key}`, facts) ?? []);
  return [
    ...(said.length === 0 ? [] : [section(said.join('\n'), words)]),
    ...(patch.length === 0 ? [] : [preformatted([...patch], shown.diff, words)]),
  ];
}

/** Of one that has ended, how long it can be undone is said only while it can. */
function undoKey({ plan, undoOf, state }: RemediationRow) {
  if (undoOf !== undefined) return 'card.undo.is';
  if (plan.undo !== undefined && isTerminal(state)) return 'card.undo.had';
  return plan.undo === undefined ? 'card.undo.no' : 'card.undo.yes';
}

/** Each step, and under it what changes. */
export function diffLines(steps: readonly PlanStep[], words: Words, blast: Facts = {}): string[] {
  return steps.flatMap((step, index) => {
    const text =
      words.lookupPlain(`step.${step.kind}`, { ...step.to, target: step.target }) ??
      words.plain('card.step.fallback', { kind: step.kind, target: step.target });
    const head = words.plain('card.step', { idx: index + 1, text });
    return [head, ...changedLines(step, words, blast).map((line) => `   ${line}`)];
  });
}

const stepEmoji = { done: '✅', 'observed-done': '✅', failed: '❌', 'not-done': '⏭️' } as const;

function stepBlocks(view: RemediationView, words: Words): KnownBlock[] {
  if (view.steps.length === 0) return [];
  const { plan } = view.remediation;
  const newest = new Map<string, StepRow>();
  for (const step of view.steps) {
    const key = `${step.direction}-${step.idx}`;
    const known = newest.get(key);
    if (known === undefined || step.attempt >= known.attempt) newest.set(key, step);
  }
  const lines = [...newest.values()].slice(0, 2 * shown.steps).map((step) => {
    const planned = (step.direction === 'undo' ? plan.undo : plan.steps)?.[step.idx];
    const text =
      planned === undefined
        ? `${step.direction} ${step.idx + 1}`
        : (words.lookupPlain(`step.${planned.kind}`, { ...planned.to, target: planned.target }) ??
          words.plain('card.step.fallback', { kind: planned.kind, target: planned.target }));
    const far = workLine(step, words);
    const line = `${step.outcome === undefined ? '⏳' : stepEmoji[step.outcome]} ${step.direction === 'undo' ? '↩ ' : ''}${text}`;
    return far === undefined ? line : `${line}\n   ${far}`;
  });
  return [preformatted(lines, shown.diff, words)];
}

/** R-X16: how far a step in batches is, how fast, and how long it takes; after its end only where it came to. */
export function workLine({ facts, outcome }: StepRow, words: Words): string | undefined {
  const { done, total, waits, unit } = facts;
  if (typeof done !== 'number' || typeof total !== 'number') return undefined;
  // What was counted moves; more than all of it is never shown.
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const key = unit === 'bytes' ? 'card.work.bytes' : 'card.work';
  const far = words.plain(key, { done, total: Math.max(done, total), share });
  if (outcome !== undefined) return far;
  if (waits !== undefined) {
    const why = words.lookupPlain(`card.work.${String(waits)}`, facts);
    return why === undefined ? far : `${far} ${why}`;
  }
  return facts['leftSeconds'] === undefined ? far : `${far} ${words.plain(`${key}.pace`, facts)}`;
}

function peopleLines(view: RemediationView, words: Words): string[] {
  const row = view.remediation;
  const lines: string[] = [];
  if (row.requester !== undefined) {
    lines.push(
      words.say('card.asked', {
        who: markup(who(row.requester, words)),
        time: (row.requestedAt ?? row.proposedAt).toISOString(),
      }),
    );
  }
  // The policy puts the finding's own key there when no reason was required.
  const reason = typedReason(row, words);
  if (reason !== undefined && reason !== row.findingKey) lines.push(words.say('card.reason', { reason }));
  for (const approval of view.approvals.slice(0, shown.approvals)) {
    const person = markup(who(approval.person, words));
    const time = approval.decidedAt.toISOString();
    const given = typedReason(approval, words) ?? '';
    if (approval.decision === 'break-glass') {
      lines.push(words.say('card.glass-by', { who: person, time, reason: given }));
      continue;
    }
    lines.push(
      approval.decision === 'approve'
        ? words.say('card.approved-by', { who: person, time, hash: approval.planHash })
        : words.say('card.rejected-by', { who: person, time, reason: given }),
    );
  }
  if (row.state === 'requested') {
    const have = view.approvals.filter((approval) => approval.decision === 'approve').length;
    lines.push(words.say('card.needed', { have, needed: view.needed }));
    const people = view.asked === undefined ? '' : mentions(askFacts(view.asked));
    if (people !== '') lines.push(words.say('card.asked-people', { people: markup(people) }));
  }
  const waiting = row.state === 'approved' ? row.outcome?.['waiting'] : undefined;
  const why =
    waiting === undefined
      ? undefined
      : words.lookup(`card.waiting.${String(waiting)}`, {
          ...switchedBy(row.outcome ?? {}),
          ...aheadFacts(view, words),
        });
  if (why !== undefined) lines.push(why);
  if (view.off !== undefined && waiting !== 'kill-switch')
    lines.push(...switchLines([view.off], words), words.say('card.off'));
  const until = validUntil(row);
  if (until !== undefined) lines.push(words.say('card.until', { time: until.toISOString() }));
  if (row.abortRequested && !isTerminal(row.state)) lines.push(words.say('card.stopping'));
  if (view.undoValidUntil !== undefined)
    lines.push(words.say('card.undo-until', { time: view.undoValidUntil.toISOString() }));
  return lines.length === 0 ? [words.say('card.target', { target: targetName(row, words) })] : lines;
}

/** What it waits for, by name (R-X2). */
function aheadFacts({ other }: RemediationView, words: Words) {
  if (other === undefined) return {};
  return {
    other: other.handle,
    remediation: markup(remediationTitle(other, words)),
    target: targetName(other, words),
  };
}

/** R-L7: a reason is kept for so many days; that there was one is told for longer. */
function typedReason(
  { reason, reasonKeptDays: days }: Pick<RemediationRow, 'reason' | 'reasonKeptDays'>,
  words: Words,
): string | undefined {
  return days === undefined ? reason : words.plain('card.text-removed', { days });
}

function validUntil(row: RemediationRow): Date | undefined {
  if (row.state === 'proposed') return row.offerExpiresAt;
  if (row.state === 'requested') return row.requestExpiresAt;
  if (row.state === 'approved') return row.approvalExpiresAt;
  return undefined;
}

/** Buttons in a fixed order; which of them there are is the service's decision. */
export function remediationButtonsOf(
  row: RemediationRow,
  ids: Readonly<Partial<Record<RemediationButton, string>>>,
  words: Words,
  { needed, reasonNeeded }: Partial<Pick<RemediationView, 'needed' | 'reasonNeeded'>> = {},
): Button[] {
  return remediationButtons.flatMap((purpose) => {
    const value = ids[purpose];
    if (value === undefined) return [];
    const asksWhy = purpose === 'request' && reasonNeeded === true;
    const actionId = asksWhy ? actionIds.requestWhy : remediationActionIds[purpose];
    const base = { actionId, value, label: words.plain(`button.${purpose}`) };
    return [button({ ...base, ...decoration(purpose, row, words, needed) }, words)];
  });
}

function decoration(
  purpose: RemediationButton,
  row: RemediationRow,
  words: Words,
  needed: number | undefined,
): Pick<ButtonSpec, 'style' | 'confirm'> {
  const facts = {
    remediation: remediationTitlePlain(row, words),
    target: targetName(row, words),
    environment: row.environment,
    hash: row.planHash,
  };
  switch (purpose) {
    case 'request': {
      const others = needed ?? Math.max(0, row.tier - 1);
      const next =
        others === 0
          ? words.plain('confirm.request.now')
          : words.plain('confirm.request.others', { needed: others });
      return {
        style: 'primary',
        confirm: {
          title: words.plain('confirm.request.title'),
          text: words.plain('confirm.request.text', { ...facts, next }),
        },
      };
    }
    case 'approve':
      return {
        style: 'primary',
        confirm: {
          title: words.plain('confirm.approve.title'),
          text: words.plain(
            row.undoOf === undefined ? 'confirm.approve.text' : 'confirm.approve-undo.text',
            facts,
          ),
        },
      };
    case 'stop':
      return {
        style: 'danger',
        confirm: {
          title: words.plain('confirm.stop.title'),
          text: words.plain('confirm.stop.text', { target: facts.target }),
        },
      };
    case 'undo': {
      const { remediation, target, environment } = facts;
      return {
        confirm: {
          title: words.plain('confirm.undo.title'),
          text: words.plain('confirm.undo.text', { remediation, target, environment }),
        },
      };
    }
    case 'break-glass':
    case 'reject':
      return { style: 'danger' };
    case 'resolve':
      return { style: 'primary' };
    case 'cancel':
      return {};
  }
}

/** The public line in the thread for a decision, a step or a verdict (R-S6). */
export function remediationLine(event: RemediationEvent, words: Words): Rendered {
  const row = event.remediation;
  const values = {
    handle: row.handle,
    hash: row.planHash,
    who: markup(who(event.by, words)),
    step: event.facts.step ?? event.facts.idx,
    steps: event.facts.steps ?? row.plan.steps.length,
    part: partName(row.plan.part, words),
    environment: row.environment,
    title: markup(remediationTitle(row, words)),
    reason: event.reason ?? '',
    ...event.facts,
    people: event.kind === 'break-glass-first' ? event.facts.people : markup(mentions(event.facts)),
    place: markup(channelId.test(String(event.facts.to)) ? `<#${event.facts.to}>` : ''),
  };
  const undo = row.undoOf === undefined ? undefined : words.lookup(`event.undo.${event.kind}`, values);
  const again = event.kind === 'succeeded' ? lookedAgain(row.outcome)?.again : undefined;
  const because = words.lookup(`event.${event.kind}.${again ?? event.facts.reason}`, values);
  // Why a request left its channel is told for an undo as for a fix.
  const left = String(event.facts.reason).startsWith('place-') ? because : undefined;
  const why = whyNot(event.kind, event.facts, words);
  const refused =
    why === undefined ? undefined : words.say('event.stale.refused', { ...values, why: markup(why) });
  const line =
    left ??
    refused ??
    undo ??
    because ??
    words.lookup(`event.${event.kind}`, values) ??
    escapeMrkdwn(event.kind);
  // The key of the finding stands in where nobody had to give a reason; it tells a reader nothing.
  const given = event.reason === row.findingKey ? undefined : event.reason;
  const reason =
    given === undefined || given === '' || event.kind === 'refused'
      ? ''
      : `\n> ${words.say('event.reason', { reason: given.replace(/\s+/g, ' ') })}`;
  const asked =
    event.kind === 'requested' && mentions(event.facts) !== ''
      ? `\n${words.say('event.requested.people', { people: values.people })}`
      : '';
  const ended = event.kind === row.state ? endLines(row, words) : [];
  const back = event.kind === 'came-back' ? cameBackLines(event.facts, words) : [];
  const said = [line + reason + asked, ...ended, ...back, ...handLines(event, words)];
  const text = cut(said.join('\n'), limits.section, words);
  const { patch = [] } = event.kind === 'temporary-over' ? row.plan : {};
  return {
    text,
    blocks: [
      section(text, words),
      ...(patch.length === 0 ? [] : [preformatted([...patch], shown.diff, words)]),
      ...actions(remediationButtonsOf(row, event.buttons ?? {}, words)),
    ] satisfies KnownBlock[],
    metadata: { eventType: messageEventType, payload: { remediation_id: row.id, kind: event.kind } },
  };
}

/** Whose hand has changed what a fix had set, or will; and that the plan says how to keep it. */
function handLines({ kind, facts, remediation: { plan, undoOf } }: RemediationEvent, words: Words): string[] {
  const hand =
    facts.by === undefined || facts.field === undefined
      ? undefined
      : words.lookup(facts.at === undefined ? 'note.set-by' : 'note.changed-by', facts);
  const makers = (plan.notes ?? []).filter(({ key }) => /^(?:puts-back\.|may-put-back$)/.test(key));
  if (undoOf !== undefined || makers.length === 0) return hand === undefined ? [] : [hand];
  const keep = words.say('event.keep-patch');
  if (kind === 'succeeded')
    return [...makers.flatMap(({ key, facts: of }) => words.lookup(`note.${key}`, of) ?? []), keep];
  return hand === undefined ? [] : [hand, keep];
}
