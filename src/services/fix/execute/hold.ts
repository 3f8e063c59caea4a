import type { RemediationState } from '../../../domain/fix/approval.ts';
import type { Remediation, RemediationContext } from '../../../domain/fix/remediation.ts';
import type { RemediationRow, StepRow } from '../../../domain/fix/rows.ts';
import { retrying } from '../../../domain/kernel/back-off.ts';
import { AppError } from '../../../domain/kernel/errors.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import type { RemediationChange } from '../../../domain/ports/remediations.ts';
import type { TxOf } from '../../../domain/ports/store.ts';
import type { Targets } from '../../../domain/probe/targets/targets.ts';
import { type Cause, moveRemediation, reread } from '../decide/remediation-move.service.ts';
import { contextOf, defaultLeaseMs, type ExecutionRepository, type ExecutorDeps } from './executor-deps.ts';
import { keepEnd } from './temporary.service.ts';

/** The fence is somebody else's, or the lease ran out while we were stopped: touch nothing any more. */
export class FenceLost extends Error {
  readonly attempt: number;
  readonly fence: number;

  constructor({ id, attempt, fence }: Pick<Hold, 'id' | 'attempt' | 'fence'>) {
    super(`the fence of remediation ${id} is not ours any more`);
    this.name = 'FenceLost';
    this.attempt = attempt;
    this.fence = fence;
  }
}

/** One step of one direction, as it is named in intents and outcomes. */
export interface StepKey {
  readonly direction: StepRow['direction'];
  readonly idx: number;
}

const retryMs = 250;

function isAway(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'DEPENDENCY_UNAVAILABLE' || error.code === 'TIMED_OUT');
}

/**
 * One attempt of one worker: valid while the row carries its fence (R-X3). It owns every write of the attempt: each is
 * made under the row's lock, names the fence, and ends the attempt with `FenceLost` where it changes nothing.
 */
export class Hold {
  readonly deps: ExecutorDeps;
  readonly id: string;
  readonly fence: number;
  readonly attempt: number;
  readonly remediation: Remediation;
  /** On the monotonic clock: no effect is begun after it, even when the database says otherwise later. */
  #leaseEnds: number;

  /** `leaseEnds`: set from before the database was asked for the lease. */
  constructor(
    deps: ExecutorDeps,
    claimed: {
      readonly id: string;
      readonly fence: number;
      readonly attempt: number;
      readonly remediation: Remediation;
      readonly leaseEnds: number;
    },
  ) {
    this.deps = deps;
    this.id = claimed.id;
    this.fence = claimed.fence;
    this.attempt = claimed.attempt;
    this.remediation = claimed.remediation;
    this.#leaseEnds = claimed.leaseEnds;
  }

  /** The row and its steps as they are now, without a lock. */
  read(): Promise<{ readonly row: RemediationRow; readonly steps: readonly StepRow[] }> {
    return this.deps.store.tx(async (tx) => ({
      row: await reread(tx, this.id),
      steps: await tx.remediations.steps(this.id),
    }));
  }

  /** One transaction under the row's lock, only while the row carries our fence. */
  write<T>(work: (own: HeldRow) => Promise<T>): Promise<T> {
    return this.deps.store.tx(async (tx) => {
      const row = await tx.remediations.lock(this.id);
      if (row === undefined || row.fence !== this.fence) throw this.lost();
      return work(new HeldRow(this, tx, row));
    });
  }

  /**
   * The same again and again while PostgreSQL is away, until the lease ends. After that an intent stays open, and
   * the next worker observes.
   */
  insist<T>(work: (own: HeldRow) => Promise<T>): Promise<T> {
    return retrying(() => this.write(work), {
      clock: this.deps.clock,
      backOff: { firstMs: retryMs, mostMs: retryMs },
      again: (error, _attempt, waitMs) => isAway(error) && this.deps.monotonic() + waitMs < this.#leaseEnds,
    });
  }

  /** Stopped for longer than the lease (SIGSTOP, GC, a paused machine): somebody else may be at it by now. */
  mustBeOurs(): void {
    if (this.deps.monotonic() >= this.#leaseEnds) throw this.lost();
  }

  /** A new lease was written; `ends` is from before it was asked for. */
  extended(ends: number): void {
    this.#leaseEnds = ends;
  }

  lost(): FenceLost {
    return new FenceLost(this);
  }

  /** What steps and looks work with, fresh: nothing that was cached or given up before. */
  context(environment: string, signal: AbortSignal): Promise<RemediationContext<Targets>> {
    return contextOf(this.deps, environment, signal);
  }
}

/** The row of a hold under its lock, in one transaction: all that an attempt writes, and nothing else writes for it. */
export class HeldRow {
  readonly tx: TxOf<ExecutionRepository>;
  readonly #hold: Hold;
  #row: RemediationRow;

  constructor(hold: Hold, tx: TxOf<ExecutionRepository>, row: RemediationRow) {
    this.#hold = hold;
    this.tx = tx;
    this.#row = row;
  }

  /** As it is after what was written here. */
  get row(): RemediationRow {
    return this.#row;
  }

  /** A new lease. */
  async extend(): Promise<void> {
    const { deps } = this.#hold;
    const leaseMs = deps.leaseMs ?? defaultLeaseMs;
    const ends = deps.monotonic() + leaseMs;
    const leaseUntil = new Date((await this.tx.now()).getTime() + leaseMs);
    await this.#change({ leaseUntil, leaseOwner: deps.workerId });
    this.#hold.extended(ends);
  }

  /** Gives the lease back, so that another worker need not wait for its end. */
  async release(): Promise<void> {
    await this.#change({ leaseUntil: await this.tx.now() });
    await this.tx.notify('remediations', this.#row.id);
  }

  /** R-X4: what is about to happen, with a lease that lasts for it and its audit row. */
  async intend(step: StepKey): Promise<void> {
    await this.extend();
    await this.#intent(step);
    await this.#audit('step.intent', { ...step, attempt: this.#hold.attempt }, {});
  }

  /** R-X16: how far the step of this attempt is, with a new lease; `shown` in the card as well. */
  async progress(step: StepKey, facts: Facts, shown: boolean): Promise<void> {
    await this.extend();
    const { attempt, fence, deps } = this.#hold;
    this.#mustHit(await this.tx.remediations.progress(this.#row.id, { ...step, attempt, fence, facts }));
    if (shown) await deps.messages.card(this.tx, this.#row, 'progress');
  }

  /** How a step ended that this attempt, or one before it, began; with its audit row and its messages. */
  async conclude(
    step: StepKey & Pick<StepRow, 'attempt'>,
    outcome: NonNullable<StepRow['outcome']>,
    facts: Facts,
  ): Promise<void> {
    const { deps } = this.#hold;
    await this.#outcome(step, outcome, facts);
    await this.#audit('step.outcome', step, { ...facts, outcome });
    await deps.messages.card(this.tx, this.#row);
  }

  /** A step of the way back that finds nothing to take back. */
  async untouched(idx: number): Promise<void> {
    const step = { direction: 'undo', idx } as const;
    await this.extend();
    await this.#intent(step);
    await this.#outcome({ ...step, attempt: this.#hold.attempt }, 'observed-done', { untouched: true });
  }

  /** One move of the state machine, with its audit row and messages. */
  async move(to: RemediationState, cause: Cause & { readonly change?: RemediationChange }): Promise<void> {
    try {
      this.#row = await moveRemediation(this.tx, this.#hold.deps, this.#row, to, cause);
      if (to === 'succeeded') await keepEnd(this.tx, this.#hold.deps, this.#row);
    } catch (error) {
      if (error instanceof AppError && error.code === 'CONFLICT' && error.facts.reason === 'moved')
        throw this.#hold.lost();
      throw error;
    }
  }

  async #change(change: RemediationChange): Promise<void> {
    this.#mustHit(await this.tx.remediations.change(this.#row, change));
    this.#row = await reread(this.tx, this.#row.id);
  }

  async #intent(step: StepKey): Promise<void> {
    const { attempt, fence } = this.#hold;
    this.#mustHit(await this.tx.remediations.intent(this.#row.id, { ...step, attempt, fence }));
  }

  async #outcome(
    step: StepKey & Pick<StepRow, 'attempt'>,
    outcome: NonNullable<StepRow['outcome']>,
    facts: Facts,
  ): Promise<void> {
    const { fence } = this.#hold;
    this.#mustHit(await this.tx.remediations.outcome(this.#row.id, { ...step, fence, outcome, facts }));
  }

  async #audit(action: string, step: StepKey & Pick<StepRow, 'attempt'>, facts: Facts): Promise<void> {
    const { direction, idx, attempt } = step;
    await this.tx.audit.append({
      actor: this.#hold.deps.workerId,
      actorTeam: '-',
      action,
      remediationId: this.#row.id,
      planHash: this.#row.planHash,
      facts: { ...facts, direction, step: idx + 1, attempt, fence: this.#hold.fence },
    });
  }

  /** No row was hit: somebody else holds it now. */
  #mustHit(hit: boolean): void {
    if (!hit) throw this.#hold.lost();
  }
}
