import type { Ids } from '../../domain/kernel/clock.ts';
import type { TxOf } from '../../domain/ports/store.ts';

export const detailsPurpose = 'details';
export const reportPurpose = 'report';

/** As long as somebody may come back to an incident. */
export const runButtonTtlMs = 7 * 24 * 60 * 60 * 1000;

/** A button of an answer that is about the whole run; returns the id that goes into the message. */
export async function runButton(
  tx: TxOf<'buttons'>,
  ids: Ids,
  runId: string,
  purpose: typeof detailsPurpose | typeof reportPurpose,
): Promise<string> {
  const id = ids.token();
  await tx.buttons.create({ id, purpose, runId, ttlMs: runButtonTtlMs });
  return id;
}
