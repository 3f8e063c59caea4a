import { offerValidMs, type Policy, undoValidMs } from '../../../domain/fix/policy.ts';
import type { RemediationRow } from '../../../domain/fix/rows.ts';
import type { Ids } from '../../../domain/kernel/clock.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import type { Person } from '../../../domain/kernel/person.ts';
import { present } from '../../../domain/kernel/present.ts';
import type {
  Elsewhere,
  RemediationButton,
  RemediationEvent,
} from '../../../domain/message/remediation-view.ts';
import type { Rendered } from '../../../domain/message/rendered.ts';
import type { Renderer } from '../../../domain/message/renderer.ts';
import type { Urgency } from '../../../domain/message/sending.ts';
import type { TxOf } from '../../../domain/ports/store.ts';
import { sameFix } from './same-fix.ts';

const cardPurpose = 'remediation';
const eventPurpose = 'remediation-event';

/** Buttons of the card by state; `undo` only where the plan has one. Each state's buttons are new rows (R-S5). */
const buttonsOf: Partial<Record<RemediationRow['state'], readonly RemediationButton[]>> = {
  proposed: ['request'],
  requested: ['approve', 'reject', 'cancel'],
  approved: ['cancel'],
  executing: ['stop'],
  succeeded: ['undo'],
  indeterminate: ['resolve'],
};

type CardRepository = 'buttons' | 'messages' | 'remediations';

export interface RemediationMessages {
  /** Makes or edits the one card, in the transaction of the state it shows (R-S3). */
  readonly card: (tx: TxOf<CardRepository>, row: RemediationRow) => Promise<void>;
  /** A public line in the thread (R-S6). */
  readonly event: (tx: TxOf<'messages'>, row: RemediationRow, event: EventInput) => Promise<void>;
  /** One reminder a purpose; false when it was posted before. */
  readonly remind: (tx: TxOf<'messages'>, row: RemediationRow, which: string) => Promise<boolean>;
  readonly buttons: (
    tx: TxOf<'buttons'>,
    row: RemediationRow,
  ) => Promise<Readonly<Partial<Record<RemediationButton, string>>>>;
}

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
      if (purpose === 'undo' && (row.plan.undo === undefined || row.undoOf !== undefined)) continue;
      const id = ids.token();
      const ttlMs = ttlOf(purpose);
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

  const event: RemediationMessages['event'] = async (tx, row, input) => {
    if (row.surface === undefined) return;
    const { kind, by, reason, facts = {}, urgency = 'decision' } = input;
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

  return {
    buttons,
    event,
    async card(tx, row) {
      if (row.surface === undefined) return;
      const other = await elsewhere(tx, row);
      const [approvals, steps, made, now, existing] = [
        await tx.remediations.approvals(row.id),
        await tx.remediations.steps(row.id),
        // What is decided elsewhere cannot be asked for here.
        other === undefined ? await buttons(tx, row) : {},
        await tx.now(),
        await tx.messages.find({ remediationId: row.id, purpose: cardPurpose }),
      ];
      const rendered = renderer.remediation(
        {
          remediation: row,
          approvals,
          steps,
          needed: policy.rule(row.tier)?.approvals ?? 0,
          buttons: made,
          now,
          ...present({ elsewhere: other }),
          ...(row.state === 'succeeded' && made.undo !== undefined && row.finishedAt !== undefined
            ? { undoValidUntil: new Date(row.finishedAt.getTime() + undoValidMs) }
            : {}),
        },
        row.surface.language,
      );
      const [card] = existing;
      // An offer is part of the answer it belongs to and comes behind it.
      const urgency = row.state === 'proposed' ? 'answer' : 'decision';
      if (card === undefined) await post(tx, row, cardPurpose, rendered, urgency);
      else await tx.messages.update(card.id, rendered, urgency);
    },
    async remind(tx, row, which) {
      const purpose = `remediation-${which}`;
      if ((await tx.messages.find({ remediationId: row.id, purpose })).length > 0) return false;
      if (row.surface === undefined) return false;
      const rendered = renderer.remediationEvent(
        {
          remediation: row,
          kind: row.state === 'indeterminate' ? 'reminder-unknown' : 'reminder',
          facts: {},
        },
        row.surface.language,
      );
      await post(tx, row, purpose, rendered, 'progress');
      return true;
    },
  };
}

/** An unknown outcome waits for a person for as long as it takes. */
function ttlOf(purpose: RemediationButton): number {
  if (purpose === 'undo') return undoValidMs;
  return purpose === 'resolve' ? 30 * 24 * 3_600_000 : offerValidMs;
}

/** The true state of this very fix, where it was asked for in another place or has been done there. */
async function elsewhere(tx: TxOf<'remediations'>, row: RemediationRow): Promise<Elsewhere | undefined> {
  if (row.state !== 'proposed' && row.state !== 'superseded') return undefined;
  const other =
    row.state === 'proposed'
      ? await sameFix(tx, row)
      : row.successor === undefined
        ? undefined
        : await tx.remediations.get(row.successor);
  if (other === undefined || (row.state === 'superseded' && other.state !== 'succeeded')) return undefined;
  const known = !other.privatePlace || other.surface?.channel === row.surface?.channel;
  return {
    state: other.state,
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
    if (root !== undefined) return { parentId: root.id };
  }
  if (row.surface?.threadTs !== undefined) return { threadTs: row.surface.threadTs };
  if (purpose === cardPurpose) return {};
  const [card] = await tx.messages.find({ remediationId: row.id, purpose: cardPurpose });
  if (card?.parentId !== undefined) return { parentId: card.parentId };
  return card === undefined ? {} : { parentId: card.id };
}
