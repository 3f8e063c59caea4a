import { askFacts } from '../../../domain/access/access.ts';
import {
  afterHourLook,
  type CameBack,
  endedWatch,
  type HourLook,
  hourLook,
  isDue,
  takenFor,
  type Watched,
  watchedForMs,
  watchedOf,
  withWatched,
} from '../../../domain/fix/hour-after.ts';
import { againFacts, type LookedAgain, measuresOf } from '../../../domain/fix/looked-again.ts';
import type { RemediationRow } from '../../../domain/fix/rows.ts';
import type { StoreOf, TxOf } from '../../../domain/ports/store.ts';
import type { ProbeOutcome } from '../../../domain/probe/probe.ts';
import { type ExecutorDeps, onTargets } from './executor-deps.ts';

type WatchedRepository = 'buttons' | 'messages' | 'remediations';

/** What looking at applied fixes needs: it changes nothing, so no freeze and no kill switch stops it. */
export interface HourAfterDeps
  extends Pick<
    ExecutorDeps,
    'targets' | 'remediations' | 'probes' | 'askAgain' | 'clock' | 'logger' | 'messages'
  > {
  readonly store: StoreOf<WatchedRepository>;
  readonly environments: readonly string[];
  /** Where tests end the process: it has looked, and said nothing yet. */
  readonly whenLooked?: () => Promise<void>;
}

/** Of each environment in one round: the rest waits for the next one, or for another worker. */
const most = 20;
/** What one look may take, and how long nobody else looks meanwhile. */
const lookMs = 45_000;
const leaseMs = 90_000;

interface Look {
  readonly is: HourLook;
  readonly again: LookedAgain;
  readonly checks: readonly ProbeOutcome[];
}

/**
 * R-X18: looks again at each fix that worked, a few times within the hour after it, and says in its thread what came back,
 * to whoever applied it. Any number of workers may do it: a look counts only while nobody has looked since, in one
 * transaction with what is said of it. A mute does not silence it.
 */
export function createHourAfter(deps: HourAfterDeps): {
  /** Resolves with how often people were told something. */
  round(signal: AbortSignal): Promise<number>;
} {
  return {
    async round(signal) {
      let said = 0;
      for (const environment of deps.environments)
        for (let looks = 0; looks < most && !signal.aborted; looks += 1) {
          const row = await deps.store.tx((tx) => takeNext(tx, environment));
          if (row === undefined) break;
          said += (await settle(deps, row, signal)) ? 1 : 0;
        }
      return said;
    },
  };
}

/** One that is due, taken: nobody else looks at it until the time of this look is over. */
async function takeNext(
  tx: TxOf<WatchedRepository>,
  environment: string,
): Promise<RemediationRow | undefined> {
  const now = await tx.now();
  const finishedSince = new Date(now.getTime() - watchedForMs);
  const fixes = await tx.remediations.list({ environment, states: ['succeeded'], finishedSince, limit: 500 });
  for (const { id } of fixes.filter((fix) => due(fix, now) !== undefined)) {
    const row = await tx.remediations.lock(id);
    const watched = row === undefined ? undefined : due(row, now);
    if (row === undefined || watched === undefined) continue;
    const since = await changedSince(tx, row);
    if (since === 'may') continue;
    const next = since === 'is' ? endedWatch(watched) : takenFor(watched, now, leaseMs);
    const outcome = withWatched(row, next);
    if ((await tx.remediations.change(row, { outcome })) && since === 'no') return { ...row, outcome };
  }
  return undefined;
}

function due(row: RemediationRow, now: Date): Watched | undefined {
  const watched = watchedOf(row);
  return watched !== undefined && isDue(watched, now) ? watched : undefined;
}

const atWork = ['executing', 'verifying', 'rolling_back', 'indeterminate'] as const;
const has = ['succeeded', 'rollback_failed'] as const;
/** Of one object within the hour. */
const mostSince = 20;

/**
 * Whether somebody has taken the fix back or changed its object by a newer fix, or is about to: what comes back then is not
 * news of this fix.
 */
async function changedSince(tx: TxOf<'remediations'>, row: RemediationRow): Promise<'is' | 'may' | 'no'> {
  const { id, environment, target, finishedAt = row.proposedAt } = row;
  const { remediations } = tx;
  const undos = await remediations.list({
    ...{ undoOf: id, limit: mostSince },
    states: ['requested', 'approved', ...atWork, ...has],
  });
  const object = { environment, states: [...atWork, ...has], limit: mostSince };
  const others = [
    ...(await remediations.list({ ...object, target })),
    ...(await remediations.list({ ...object, identity: row.plan.identity })),
  ];
  const newer = others.filter((one) => one.id !== id && (one.finishedAt ?? finishedAt) >= finishedAt);
  const all = [...undos, ...newer];
  if (all.some(({ state }) => has.some((done) => done === state))) return 'is';
  return all.length > 0 ? 'may' : 'no';
}

async function settle(deps: HourAfterDeps, taken: RemediationRow, signal: AbortSignal): Promise<boolean> {
  const look = await lookAt(deps, taken, signal);
  // The process was told to stop: nobody has looked, and another one does when its time with it is over.
  if (signal.aborted) return false;
  await deps.whenLooked?.();
  return deps.store.tx(async (tx) => {
    const row = await tx.remediations.lock(taken.id);
    const watched = row === undefined ? undefined : watchedOf(row);
    if (row?.finishedAt === undefined || watched === undefined) return false;
    // Somebody else has looked since, or the fix is taken back or overtaken: whoever looks next ends its hour.
    if (watched.turn !== watchedOf(taken)?.turn || (await changedSince(tx, row)) !== 'no') return false;
    const { finishedAt } = row;
    const after = afterHourLook(watched, look.is, { now: await tx.now(), finishedAt });
    if (!(await tx.remediations.change(row, { outcome: withWatched(row, after.watched) }))) return false;
    if (after.say === undefined) return false;
    await deps.messages.event(tx, row, { kind: 'came-back', facts: factsOf(row, after.say, look) });
    return true;
  });
}

/** Whom it is said to, since when the fix had worked, and what was measured. */
function factsOf({ requester, finishedAt }: RemediationRow, say: CameBack, { again, checks }: Look) {
  const unwell = measuresOf(checks.filter(({ status }) => status === 'unhealthy'));
  return {
    ...askFacts({ users: requester === undefined ? [] : [requester.userId], usergroups: [] }),
    ...(say === 'check' ? { reason: 'check', unwell: JSON.stringify(unwell) } : againFacts(again)),
    worked: finishedAt?.toISOString() ?? '',
  };
}

/** Read-only. What throws, takes too long, or counts only from a later moment, is `unseen`. */
async function lookAt(deps: HourAfterDeps, row: RemediationRow, stopping: AbortSignal): Promise<Look> {
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(lookMs)]);
  try {
    return await onTargets(deps, row, signal, async (context) => {
      const remediation = deps.remediations.find(({ id }) => id === row.actionId);
      if (remediation?.version !== row.actionVersion) return unseen;
      if ((await remediation.due?.(row.plan, context)) !== undefined) return unseen;
      const { verifyWith } = row.plan;
      const look = { targets: context.deps, signal };
      const checks =
        verifyWith.length === 0
          ? []
          : await deps.probes.run(verifyWith, { ...look, answer: row.runId ?? row.id });
      const again = await deps.askAgain(row, look);
      signal.throwIfAborted();
      return { is: hourLook(again.again, checks), again, checks };
    });
  } catch (err) {
    deps.logger.warn({ err, remediation: row.id }, 'a fix that was applied cannot be looked at again');
    return unseen;
  }
}

const unseen: Look = { is: 'unseen', again: { again: 'unseen', before: [], after: [] }, checks: [] };
