import type { RemediationRow } from '../../../domain/fix/rows.ts';
import type { StoreOf } from '../../../domain/ports/store.ts';
import type { Sweeper } from '../../../domain/ports/sweeper.ts';
import type { DecisionDeps, MoveRepository } from './remediation-deps.ts';
import { expiryFacts, moveRemediation } from './remediation-move.service.ts';

const batch = 20;

/** Expires what was not decided in time, by the database clock, and reminds at one and two thirds of a request's life. */
export function createRemediationSweeper(
  deps: Pick<DecisionDeps, 'messages' | 'policy' | 'onVerdict'> & { readonly store: StoreOf<MoveRepository> },
): Sweeper {
  return {
    async sweep() {
      const expired = await deps.store.tx(async (tx) => {
        const rows = await tx.remediations.overdue(batch);
        for (const row of rows)
          await moveRemediation(tx, deps, row, 'expired', {
            facts: expiryFacts(row),
            // An offer that was never requested is not worth a line.
            event: row.state === 'proposed' ? 'none' : 'expired',
          });
        return rows.length;
      });
      return expired + (await remind(deps)) + (await remindUnknown(deps));
    },
  };
}

async function remind(
  deps: Pick<DecisionDeps, 'messages'> & { readonly store: StoreOf<'messages' | 'remediations'> },
): Promise<number> {
  const waiting = await deps.store.tx((tx) => tx.remediations.list({ states: ['requested'], limit: 200 }));
  let sent = 0;
  for (const { id } of waiting)
    sent += await deps.store.tx(async (tx) => {
      const row = await tx.remediations.lock(id);
      if (row === undefined || row.state !== 'requested') return 0;
      const which = reminderDue(row, await tx.now());
      return which !== undefined && (await deps.messages.remind(tx, row, which)) ? 1 : 0;
    });
  return sent;
}

/** A fix with an unknown outcome blocks its target until a person looks: said again, less and less often. */
async function remindUnknown(
  deps: Pick<DecisionDeps, 'messages'> & { readonly store: StoreOf<'messages' | 'remediations'> },
): Promise<number> {
  const waiting = await deps.store.tx((tx) =>
    tx.remediations.list({ states: ['indeterminate'], limit: 200 }),
  );
  let sent = 0;
  for (const { id } of waiting)
    sent += await deps.store.tx(async (tx) => {
      const row = await tx.remediations.lock(id);
      if (row?.state !== 'indeterminate') return 0;
      const which = unknownReminderDue(row, await tx.now());
      return which !== undefined && (await deps.messages.remind(tx, row, which)) ? 1 : 0;
    });
  return sent;
}

const minuteMs = 60_000;
/** After a quarter of an hour, an hour, four hours, and then once a day. */
const unknownAfterMs = [15 * minuteMs, 60 * minuteMs, 240 * minuteMs] as const;
const dayMs = 24 * 60 * minuteMs;

/** Pure: which reminder of an unknown outcome belongs to this moment; its lease ended when it became unknown. */
export function unknownReminderDue(row: Pick<RemediationRow, 'leaseUntil'>, now: Date): string | undefined {
  if (row.leaseUntil === undefined) return undefined;
  const age = now.getTime() - row.leaseUntil.getTime();
  if (age >= dayMs) return `unknown-day-${Math.floor(age / dayMs)}`;
  const passed = unknownAfterMs.filter((after) => age >= after).length;
  return passed === 0 ? undefined : `unknown-${passed}`;
}

/** Pure: which reminder belongs to this moment. A late sweeper sends the later one only. */
export function reminderDue(
  row: Pick<RemediationRow, 'requestedAt' | 'requestExpiresAt'>,
  now: Date,
): 'reminder-1' | 'reminder-2' | undefined {
  if (row.requestedAt === undefined || row.requestExpiresAt === undefined) return undefined;
  const from = row.requestedAt.getTime();
  const life = row.requestExpiresAt.getTime() - from;
  const age = now.getTime() - from;
  if (age >= life) return undefined;
  if (age * 3 >= life * 2) return 'reminder-2';
  return age * 3 >= life ? 'reminder-1' : undefined;
}
