import type { NextCron, Policy } from '../../../domain/fix/policy.ts';
import type { Remediation, RemediationContext } from '../../../domain/fix/remediation.ts';
import type { RemediationRow } from '../../../domain/fix/rows.ts';
import type { Clock, Ids, Logger } from '../../../domain/kernel/clock.ts';
import type { ProbeRunner } from '../../../domain/look/probe-runner.ts';
import type { Targets, TargetsFactory } from '../../../domain/look/targets/targets.ts';
import type { Store, Tx } from '../../../domain/ports/store.ts';
import type { RemediationMessages } from '../decide/remediation-messages.service.ts';
import type { SelfIdentity } from '../self-identity.ts';

/** Points of an execution at which a crash is told apart (R-K0 to R-K7). */
export type KillPoint = 'R-K1' | 'R-K2' | 'R-K3' | 'R-K4' | 'R-K5' | 'R-K6-intent' | 'R-K6-effect' | 'R-K7';

export interface ExecutorDeps {
  readonly store: Store;
  readonly targets: TargetsFactory;
  readonly remediations: readonly Remediation[];
  readonly probes: ProbeRunner;
  readonly policy: Policy;
  readonly messages: RemediationMessages;
  readonly self: SelfIdentity;
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
  /** Oldest directory snapshot that is believed. */
  readonly directoryMaxAgeMs?: number;
  readonly onVerdict?: (tx: Tx, row: RemediationRow) => Promise<void>;
  /** Where tests end the process. */
  readonly reach?: (point: KillPoint) => Promise<void>;
}

/** One attempt of one worker: valid while the row carries its fence (R-X3). */
export interface Hold {
  readonly id: string;
  readonly fence: number;
  readonly attempt: number;
  readonly remediation: Remediation;
  /** On the monotonic clock: no effect is begun after it, whatever the database says later. */
  leaseEnds: number;
}

/** The fence is somebody else's, or the lease ran out while we were stopped: touch nothing any more. */
export class FenceLost extends Error {
  constructor(id: string) {
    super(`the fence of remediation ${id} is not ours any more`);
    this.name = 'FenceLost';
  }
}

export const defaultLeaseMs = 60_000;

/** Work under the row's lock, only while the row carries our fence. */
export function held<T>(
  deps: Pick<ExecutorDeps, 'store'>,
  hold: Hold,
  work: (tx: Tx, row: RemediationRow) => Promise<T>,
): Promise<T> {
  return deps.store.tx(async (tx) => {
    const row = await tx.remediations.lock(hold.id);
    if (row === undefined || row.fence !== hold.fence) throw new FenceLost(hold.id);
    return work(tx, row);
  });
}

/** New lease in the caller's transaction; the local end is set from before the database was asked. */
export async function extendLease(
  tx: Tx,
  deps: ExecutorDeps,
  hold: Hold,
  row: RemediationRow,
): Promise<RemediationRow> {
  const leaseMs = deps.leaseMs ?? defaultLeaseMs;
  const ends = deps.monotonic() + leaseMs;
  const leaseUntil = new Date((await tx.now()).getTime() + leaseMs);
  if (!(await tx.remediations.change(row, { leaseUntil, leaseOwner: deps.workerId })))
    throw new FenceLost(hold.id);
  hold.leaseEnds = ends;
  const again = await tx.remediations.get(hold.id);
  if (again === undefined) throw new FenceLost(hold.id);
  return again;
}

/** Fresh targets: nothing that was cached or given up before. */
export async function contextOf(
  deps: ExecutorDeps,
  environment: string,
  signal: AbortSignal,
): Promise<RemediationContext<Targets>> {
  return { deps: await deps.targets.forRun(environment), signal, now: () => deps.clock.now() };
}
