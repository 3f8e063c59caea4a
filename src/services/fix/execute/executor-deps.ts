import type { RecordGuard } from '../../../domain/audit/record.ts';
import type { LookedAgain } from '../../../domain/fix/looked-again.ts';
import type { NextCron, Policy } from '../../../domain/fix/policy.ts';
import type { Operation, Remediation, RemediationContext } from '../../../domain/fix/remediation.ts';
import type { RemediationRow } from '../../../domain/fix/rows.ts';
import type { Clock, Ids, Logger } from '../../../domain/kernel/clock.ts';
import type { StoreOf } from '../../../domain/ports/store.ts';
import type { ProbeRunner } from '../../../domain/probe/probe-runner.ts';
import type { Targets, TargetsFactory } from '../../../domain/probe/targets/targets.ts';
import type { DecisionDeps, DecisionRepository } from '../decide/remediation-deps.ts';
import type { RemediationMessages } from '../decide/remediation-messages.service.ts';
import type { SelfIdentity } from '../self-identity.ts';

/** Points of an execution at which a crash is told apart (R-K0 to R-K7); `R-K4-batch`: after each batch of a long step. */
export type KillPoint =
  | 'R-K1'
  | 'R-K2'
  | 'R-K3'
  | 'R-K4-batch'
  | 'R-K4'
  | 'R-K5'
  | 'R-K6-intent'
  | 'R-K6-effect'
  | 'R-K7';

/** An execution moves a fix as a decision does, and stops where it is told to. */
export type ExecutionRepository = DecisionRepository | 'killSwitches' | 'temporaries';

/**
 * Asks again what led to a fix, and compares. Never rejects for what a target does; a row of an earlier version, or
 * one that was asked for by name, has less to compare with.
 */
export type AskAgain = (
  row: Pick<RemediationRow, 'id' | 'runId' | 'findingKey' | 'actionId' | 'environment' | 'plan'>,
  look: { readonly targets: Targets; readonly signal: AbortSignal },
) => Promise<LookedAgain>;

export interface ExecutorDeps extends Pick<DecisionDeps, 'onForged' | 'onVerdict' | 'trust'> {
  readonly store: StoreOf<ExecutionRepository>;
  readonly targets: TargetsFactory;
  readonly remediations: readonly Remediation[];
  readonly probes: ProbeRunner;
  /** R-X12: told beside the verdict. */
  readonly askAgain: AskAgain;
  readonly policy: Policy;
  readonly messages: RemediationMessages;
  readonly self: SelfIdentity;
  /** Asked before each execution, and before each step (R-L5). */
  readonly record: RecordGuard;
  readonly nextCron: NextCron;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  /** Unique for this process: who holds a lease. */
  readonly workerId: string;
  readonly imageVersion: string;
  /** Default 60 s; longer than any step's deadline. */
  readonly leaseMs?: number;
  /** Milliseconds that never run backwards; keeps counting while the process is stopped. */
  readonly monotonic: () => number;
  /** How long a fix has to be seen well at most, where its plan wants longer; default: as long as the plan says. */
  readonly stableAtMostMs?: number;
  /** Oldest directory snapshot that is believed. */
  readonly directoryMaxAgeMs?: number;
  /** Where tests end the process. */
  readonly atKillPoint?: (point: KillPoint) => Promise<void>;
}

export const defaultLeaseMs = 60_000;

type Looks = Pick<ExecutorDeps, 'targets' | 'clock'> & { readonly store: StoreOf<'remediations'> };

/** Fresh targets: nothing that was cached or given up before. */
export async function contextOf(
  deps: Pick<ExecutorDeps, 'targets' | 'clock'>,
  environment: string,
  signal: AbortSignal,
): Promise<RemediationContext<Targets>> {
  return { deps: await deps.targets.forRun(environment), signal, now: () => deps.clock.now() };
}

/**
 * A look, or a step, with fresh targets. What it has opened is closed when it ends: many looks one after another hold no
 * more sessions than one of them, also at a store that has few left.
 */
export async function onTargets<T>(
  deps: Looks,
  row: Pick<RemediationRow, 'id' | 'undoOf' | 'environment'>,
  signal: AbortSignal,
  work: (context: RemediationContext<Targets>) => Promise<T>,
): Promise<T> {
  const context = { ...(await contextOf(deps, row.environment, signal)), operation: operationOf(deps, row) };
  try {
    return await work(context);
  } finally {
    await context.deps.release?.();
  }
}

function operationOf(deps: Looks, row: Pick<RemediationRow, 'id' | 'undoOf'>): Operation {
  const id = row.undoOf ?? row.id;
  return {
    id,
    age: () =>
      deps.store.tx(async (tx) => {
        const intents = (await tx.remediations.steps(id))
          .filter(({ direction }) => direction === 'apply')
          .map(({ intentAt }) => intentAt.getTime());
        return intents.length === 0 ? 0 : (await tx.now()).getTime() - Math.min(...intents);
      }),
  };
}
