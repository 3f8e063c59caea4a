import { isRepaired, lookedAgain } from '../../domain/fix/looked-again.ts';
import type { RemediationRow } from '../../domain/fix/rows.ts';
import { isHealthReport } from '../../domain/health/health.ts';
import { type JudgedCause, stillOpen } from '../../domain/health/mended.ts';
import type { Clock, Ids } from '../../domain/kernel/clock.ts';
import type { Renderer } from '../../domain/message/renderer.ts';
import type { TxOf } from '../../domain/ports/store.ts';
import type { Run } from '../../domain/run/run.ts';
import { judgedCauses, mend, unmend } from '../mended/mended.service.ts';
import { rootPurpose } from '../run/run.service.ts';
import { detailsPurpose, reportPurpose, runButton } from '../run/run-button.ts';

/**
 * After a verdict, this edits the answer that led to the fix, in the same transaction. A red message says that it is mended
 * once everything it named is repaired, and is red again when the repair was undone.
 */
export async function showRepaired(
  tx: TxOf<'buttons' | 'messages' | 'remediations' | 'runs'>,
  row: RemediationRow,
  deps: { readonly renderer: Renderer; readonly clock: Clock; readonly ids: Ids },
): Promise<void> {
  const origin = row.undoOf === undefined ? row : await tx.remediations.get(row.undoOf);
  if (origin === undefined) return;
  await showRepairedIn(tx, origin.runId, row, deps);
  // What was done here is undone everywhere.
  if (row.undoOf === undefined) return;
  for (const other of await tx.remediations.list({ successor: origin.id, limit: 50 }))
    await showRepairedIn(tx, other.runId, row, deps);
}

async function showRepairedIn(
  tx: TxOf<'buttons' | 'messages' | 'remediations' | 'runs'>,
  runId: string | undefined,
  row: RemediationRow,
  deps: { readonly renderer: Renderer; readonly clock: Clock; readonly ids: Ids },
): Promise<void> {
  if (runId === undefined) return;
  const run = await tx.runs.get(runId);
  if (run === undefined) return;
  const fixes = await fixesOf(tx, run.id);
  const undone = new Set(
    fixes.filter((fix) => fix.undoOf !== undefined && fix.state === 'succeeded').map((fix) => fix.undoOf),
  );
  const repaired = fixes
    .filter((fix) => fix.state === 'succeeded' && fix.undoOf === undefined && !undone.has(fix.id))
    .filter((fix) => isRepaired(fix.outcome))
    .filter((fix) => fix.id !== row.undoOf || row.state !== 'succeeded');
  if (row.undoOf !== undefined && row.state === 'succeeded') await unmend(tx, run.id);
  const [last] = repaired.toSorted((a, b) => timeOf(b) - timeOf(a));
  if (last !== undefined && isMendedBy(run, repaired)) return mend(tx, run.id, last.id);
  if (run.kind !== 'health' || !isHealthReport(run.summary)) return;
  const [root] = await tx.messages.find({ runId: run.id, purpose: rootPurpose });
  if (root === undefined) return;
  const detailsButton = await runButton(tx, deps.ids, run.id, detailsPurpose);
  const reportButton = await runButton(tx, deps.ids, run.id, reportPurpose);
  const open = fixes.filter(({ state, undoOf }) => undoOf === undefined && mayStillHelp.has(state));
  const rendered = deps.renderer.health(
    {
      ...{ run, report: run.summary, fixes: open, detailsButton, reportButton },
      repaired: repaired.map((fix) => ({ part: fix.plan.part, handle: fix.handle })),
      now: deps.clock.now(),
      ...(undone.size > 0 && open.length === 0 ? { undone: true as const } : {}),
    },
    run.surface?.language ?? 'en',
  );
  await tx.messages.update(root.id, rendered, 'decision');
}

const timeOf = ({ finishedAt }: RemediationRow): number => finishedAt?.getTime() ?? 0;

/** Whether these fixes have repaired all that the answer named. */
function isMendedBy(run: Run, fixes: readonly RemediationRow[]): boolean {
  if (run.kind === 'health')
    return (
      isHealthReport(run.summary) &&
      run.summary.overall === 'findings' &&
      stillOpen(run.summary, new Set(fixes.map(({ plan }) => plan.part))).length === 0
    );
  if (run.kind !== 'diagnose') return false;
  const confirmed = judgedCauses(run.summary).filter(({ verdict }) => verdict === 'confirmed');
  const of = (cause: JudgedCause) => (fix: RemediationRow) =>
    lookedAgain(fix.outcome)?.cause === cause.id ||
    (fix.findingKey !== undefined && cause.for?.includes(fix.findingKey) === true);
  return confirmed.length > 0 && confirmed.every((cause) => fixes.some(of(cause)));
}

const mayStillHelp: ReadonlySet<RemediationRow['state']> = new Set([
  ...(['proposed', 'requested', 'approved', 'executing', 'verifying'] as const),
]);

/** The fixes of a run, and what was done in other places for the same finding instead. */
async function fixesOf(tx: TxOf<'remediations'>, runId: string): Promise<readonly RemediationRow[]> {
  const own = await tx.remediations.list({ runId, limit: 100 });
  const all = new Map(own.map((fix) => [fix.id, fix]));
  for (const { successor } of own) {
    const done = successor === undefined ? undefined : await tx.remediations.get(successor);
    if (done === undefined || all.has(done.id)) continue;
    all.set(done.id, done);
    for (const undo of await tx.remediations.list({ undoOf: done.id, limit: 10 })) all.set(undo.id, undo);
  }
  return [...all.values()];
}
