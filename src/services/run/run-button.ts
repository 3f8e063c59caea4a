import type { Ids } from '../../domain/kernel/clock.ts';
import type { PartId } from '../../domain/platform/part.ts';
import type { TxOf } from '../../domain/ports/store.ts';
import type { Run } from '../../domain/run/run.ts';

export const detailsPurpose = 'details';
export const reportPurpose = 'report';
export const readLogPurpose = 'read-log';
export const collectPurpose = 'collect';

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

/** What the log of a finding may have to reach back: what broke a day ago is not read for its start. */
const MOST_BACK_MS = 24 * 60 * 60 * 1000;
const LEAST_BACK_MS = 60 * 60 * 1000;
/** What was said before it broke. */
const BEFORE_MS = 10 * 60 * 1000;

/**
 * The button that reads the log of a part, from some minutes before it broke where that is known, else of the last
 * hour; it stays as long as the details do.
 */
export async function readLogButton(
  tx: TxOf<'buttons'>,
  ids: Ids,
  run: Pick<Run, 'id' | 'environment'>,
  { part, since }: { readonly part: PartId; readonly since?: string },
): Promise<string> {
  const id = ids.token();
  const from = sinceBroke(await tx.now(), [since]);
  await tx.buttons.create({
    ...{ id, purpose: readLogPurpose, runId: run.id, ttlMs: runButtonTtlMs },
    data: { part, environment: run.environment, since: from },
  });
  return id;
}

/** The button that collects a bundle, with logs from some minutes before the first of what broke. */
export async function collectButton(
  tx: TxOf<'buttons'>,
  ids: Ids,
  run: Pick<Run, 'id' | 'environment'>,
  broke: readonly (string | undefined)[],
): Promise<string> {
  const id = ids.token();
  const from = sinceBroke(await tx.now(), broke);
  await tx.buttons.create({
    ...{ id, purpose: collectPurpose, runId: run.id, ttlMs: runButtonTtlMs },
    data: { environment: run.environment, since: from },
  });
  return id;
}

/** Some minutes before the first of these; an hour back at least, and a day at most. */
function sinceBroke(at: Date, broke: readonly (string | undefined)[]): string {
  const now = at.getTime();
  const times = broke
    .map((since) => Date.parse(since ?? '') - BEFORE_MS)
    .filter((time) => !Number.isNaN(time));
  const from = Math.max(now - MOST_BACK_MS, Math.min(now - LEAST_BACK_MS, ...times));
  return new Date(from).toISOString();
}
