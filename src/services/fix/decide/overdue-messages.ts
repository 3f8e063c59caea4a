import { askFacts } from '../../../domain/access/access.ts';
import type { RemediationRow } from '../../../domain/fix/rows.ts';
import { endedAs, endOf } from '../../../domain/fix/temporary.ts';
import type { Ids } from '../../../domain/kernel/clock.ts';
import { overduePurpose } from '../../../domain/message/cards.ts';
import type { RemediationButton } from '../../../domain/message/remediation-view.ts';
import type { Rendered } from '../../../domain/message/rendered.ts';
import type { Renderer } from '../../../domain/message/renderer.ts';
import type { Urgency } from '../../../domain/message/sending.ts';
import type { TxOf } from '../../../domain/ports/store.ts';

/** R-X17: what is said when a temporary change is over its time, to whoever asked for it and approved it. */
export interface OverdueMessages {
  /** In the fix's thread, with the lines that keep the change and, as long as it may be undone, the button for that. */
  readonly overdue: (tx: TxOf<'buttons' | 'messages' | 'remediations'>, row: RemediationRow) => Promise<void>;
  /** The same message without its button; nothing where none was posted. */
  readonly overdueEnds: (tx: TxOf<'messages' | 'remediations'>, row: RemediationRow) => Promise<void>;
  /** As it is to be seen now in this message. */
  readonly drawOverdue: (
    tx: TxOf<'buttons' | 'remediations'>,
    row: RemediationRow,
    id: string,
  ) => Promise<Rendered>;
}

export function createOverdueMessages(deps: {
  readonly renderer: Renderer;
  readonly buttons: (
    tx: TxOf<'buttons'>,
    row: RemediationRow,
    places: readonly string[],
  ) => Promise<Readonly<Partial<Record<RemediationButton, string>>>>;
  readonly ids: Ids;
  readonly post: (
    tx: TxOf<'messages'>,
    row: RemediationRow,
    purpose: string,
    rendered: Rendered,
    urgency: Urgency,
    id: string,
  ) => Promise<void>;
}): OverdueMessages {
  const render = async (
    tx: TxOf<'remediations'>,
    row: RemediationRow,
    buttons: Readonly<Partial<Record<RemediationButton, string>>>,
  ): Promise<Rendered> => {
    const approvers = (await tx.remediations.approvals(row.id)).filter(
      ({ decision }) => decision !== 'reject',
    );
    const people = [
      ...(row.requester === undefined ? [] : [row.requester]),
      ...approvers.map((one) => one.person),
    ];
    const users = [...new Set(people.map(({ userId }) => userId))];
    return deps.renderer.remediationEvent(
      {
        ...{ remediation: row, kind: 'temporary-over', buttons },
        facts: {
          ...askFacts({ users, usergroups: [] }),
          ended: endOf(row)?.toISOString() ?? null,
          ...(buttons.undo === undefined && endedAs(row) === undefined ? { reason: 'no-undo' } : {}),
        },
      },
      row.surface?.language ?? 'en',
    );
  };
  const drawOverdue: OverdueMessages['drawOverdue'] = async (tx, row, id) => {
    const { undo } = await deps.buttons(tx, row, [id]);
    return render(tx, row, undo === undefined ? {} : { undo });
  };
  return {
    drawOverdue,
    async overdue(tx, row) {
      const id = deps.ids.uuid();
      await deps.post(tx, row, overduePurpose, await drawOverdue(tx, row, id), 'decision', id);
    },
    async overdueEnds(tx, row) {
      const [posted] = await tx.messages.find({ remediationId: row.id, purpose: overduePurpose });
      if (posted !== undefined) await tx.messages.update(posted.id, await render(tx, row, {}), 'decision');
    },
  };
}
