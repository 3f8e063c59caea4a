import type { Remediation, Standing } from '../../../domain/fix/remediation.ts';
import type { RemediationRow } from '../../../domain/fix/rows.ts';
import { afterLook, endOf, type TemporaryChange, type TemporaryEnd } from '../../../domain/fix/temporary.ts';
import { within } from '../../../domain/kernel/within.ts';
import type { StoreOf, TxOf } from '../../../domain/ports/store.ts';
import { reread } from '../decide/remediation-move.service.ts';
import { contextOf, type ExecutorDeps } from './executor-deps.ts';

/** Whatever looks at ends shows what it finds, and moves nothing. */
/** The switches are read for the card alone. */
type EndRepository = 'buttons' | 'killSwitches' | 'messages' | 'remediations' | 'temporaries';

/** What looking at the ends of temporary changes needs: no policy, no freeze and no kill switch, for it changes nothing. */
export interface TemporaryDeps
  extends Pick<ExecutorDeps, 'targets' | 'remediations' | 'clock' | 'logger' | 'messages'> {
  readonly store: StoreOf<EndRepository>;
  readonly environments: readonly string[];
  /** Where tests end the process: it has looked, and said nothing yet. */
  readonly whenLooked?: () => Promise<void>;
}

const batch = 20;
/** What one look may take, and how long nobody else looks meanwhile. */
const lookMs = 20_000;
const leaseMs = 60_000;

/** In the transaction of a verdict: the end of a fix that will not last is kept, or an undo closes that of its fix. */
export async function keepEnd(
  tx: TxOf<EndRepository>,
  deps: Pick<TemporaryDeps, 'messages'>,
  row: RemediationRow,
): Promise<void> {
  const end = endOf(row);
  if (end !== undefined) await tx.temporaries.keep(row.id, end);
  if (row.undoOf === undefined || !(await tx.temporaries.close(row.undoOf, 'undone'))) return;
  const fix = await tx.remediations.lock(row.undoOf);
  if (fix !== undefined) await show(tx, deps, fix, 'undone');
}

/**
 * R-X17: looks at each temporary change whose time is over, says in its thread what became of it, and takes nothing back.
 * Any number of workers may do it: a look counts only while nobody has looked since, in one transaction with what is
 * said of it.
 */
export function createTemporaryKeeper(deps: TemporaryDeps): {
  /** Resolves with how often people were told something. */
  round(signal: AbortSignal): Promise<number>;
} {
  return {
    async round(signal) {
      let said = 0;
      const due = await deps.store.tx((tx) => tx.temporaries.claim(deps.environments, leaseMs, batch));
      for (const change of due) said += (await settle(deps, change, signal)) ? 1 : 0;
      return said;
    },
  };
}

async function settle(deps: TemporaryDeps, change: TemporaryChange, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  const row = await deps.store.tx((tx) => reread(tx, change.remediationId));
  const standing = await lookAt(deps, row, signal);
  // The process was told to stop: nobody has looked, and another one does when its time with it is over.
  if (signal.aborted) return false;
  await deps.whenLooked?.();
  return deps.store.tx(async (tx) => {
    const after = afterLook(standing.is, change, await isBeingUndone(tx, row));
    const { say } = after;
    const led =
      after.next === 'close'
        ? { outcome: after.outcome }
        : { afterMs: after.afterMs, seen: after.seen, over: say === 'over' };
    if (!(await tx.temporaries.settle(change, led)) || say === undefined) return false;
    const fix = await tx.remediations.lock(row.id);
    if (fix === undefined) return false;
    if (say === 'over') {
      await deps.messages.overdue(tx, fix);
      await show(tx, deps, fix, 'over');
      return true;
    }
    const facts = standing.is === 'gone' ? (standing.by ?? {}) : {};
    await deps.messages.event(tx, fix, { kind: `temporary-${say}`, facts });
    if (after.next === 'close') await show(tx, deps, fix, after.outcome);
    return true;
  });
}

/** Read-only. What throws, takes too long, or is not known to this version any more, is `unseen`. */
async function lookAt(
  deps: TemporaryDeps,
  row: RemediationRow,
  signal: AbortSignal,
): Promise<Standing | { readonly is: 'unseen' }> {
  const remediation = deps.remediations.find(({ id }) => id === row.actionId);
  try {
    const standing = await within(lookMs, (own) => standingOf(deps, remediation, row, own), { signal });
    return standing ?? { is: 'unseen' };
  } catch (err) {
    deps.logger.warn({ err, remediation: row.id }, 'a temporary change cannot be looked at');
    return { is: 'unseen' };
  }
}

async function standingOf(
  deps: TemporaryDeps,
  remediation: Remediation | undefined,
  row: RemediationRow,
  signal: AbortSignal,
): Promise<Standing | undefined> {
  if (remediation?.version !== row.actionVersion) return undefined;
  return remediation.standing?.(row.plan, await contextOf(deps, row.environment, signal));
}

async function isBeingUndone(tx: TxOf<'remediations'>, { id }: RemediationRow): Promise<boolean> {
  const undos = await tx.remediations.list({
    undoOf: id,
    states: ['requested', 'approved', 'executing', 'verifying'],
    limit: 1,
  });
  return undos.length > 0;
}

/** What became of it stands in the fix's own row, so that each render of its card says so; the button goes with it. */
async function show(
  tx: TxOf<EndRepository>,
  { messages }: Pick<TemporaryDeps, 'messages'>,
  fix: RemediationRow,
  temporary: TemporaryEnd | 'over',
): Promise<void> {
  if (temporary !== 'over') await messages.overdueEnds(tx, fix);
  if (await tx.remediations.change(fix, { outcome: { ...fix.outcome, temporary } }))
    await messages.card(tx, await reread(tx, fix.id));
}
