import type { RemediationRow } from '../../domain/fix/rows.ts';
import type { HealthReport } from '../../domain/health/health.ts';
import type { Clock, Ids } from '../../domain/kernel/clock.ts';
import type { Renderer } from '../../domain/message/renderer.ts';
import type { TxOf } from '../../domain/ports/store.ts';
import { rootPurpose } from '../run/run.service.ts';
import { detailsPurpose, reportPurpose, runButton } from '../run/run-button.ts';

/**
 * After a verdict, this edits the answer that led to the fix, in the same transaction. A red message turns green once
 * everything it named is repaired, and red again when the repair was undone.
 */
export async function showRepaired(
  tx: TxOf<'buttons' | 'messages' | 'remediations' | 'runs'>,
  row: RemediationRow,
  deps: { readonly renderer: Renderer; readonly clock: Clock; readonly ids: Ids },
): Promise<void> {
  const origin = row.undoOf === undefined ? row : await tx.remediations.get(row.undoOf);
  if (origin?.runId === undefined) return;
  const run = await tx.runs.get(origin.runId);
  if (run?.kind !== 'health' || !isReport(run.summary)) return;
  const [root] = await tx.messages.find({ runId: run.id, purpose: rootPurpose });
  if (root === undefined) return;
  const fixes = await tx.remediations.list({ runId: run.id, limit: 100 });
  const undone = new Set(
    fixes.filter((fix) => fix.undoOf !== undefined && fix.state === 'succeeded').map((fix) => fix.undoOf),
  );
  const repaired = fixes
    .filter((fix) => fix.state === 'succeeded' && fix.undoOf === undefined && !undone.has(fix.id))
    .filter((fix) => fix.id !== row.undoOf || row.state !== 'succeeded')
    .map((fix) => ({ part: fix.plan.part, handle: fix.handle }));
  const detailsButton = await runButton(tx, deps.ids, run.id, detailsPurpose);
  const reportButton = await runButton(tx, deps.ids, run.id, reportPurpose);
  const rendered = deps.renderer.health(
    { run, report: run.summary, repaired, detailsButton, reportButton, now: deps.clock.now() },
    run.surface?.language ?? 'en',
  );
  await tx.messages.update(root.id, rendered, 'decision');
}

function isReport(summary: unknown): summary is HealthReport {
  return typeof summary === 'object' && summary !== null && 'rows' in summary && 'overall' in summary;
}
