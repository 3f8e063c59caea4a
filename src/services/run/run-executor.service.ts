import { createRedactor, type Redactor } from '@aetherius/redact';
import { retrying } from '../../domain/kernel/back-off.ts';
import type { Clock, Ids, Logger } from '../../domain/kernel/clock.ts';
import { AppError, isRefusal, isStoreAway } from '../../domain/kernel/errors.ts';
import { every } from '../../domain/kernel/every.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Renderer } from '../../domain/message/renderer.ts';
import type { RunHandler, RunLease } from '../../domain/ports/lease.ts';
import type { Repository, StoreOf, TxOf } from '../../domain/ports/store.ts';
import type { Run, RunKind } from '../../domain/run/run.ts';
import { rootPurpose } from './run.service.ts';

/** `R`: what the handlers need. */
export interface RunExecutorOptions<R extends Repository> {
  readonly store: StoreOf<NoInfer<R> | 'messages' | 'runs'>;
  readonly renderer: Renderer;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  /** Name of this worker in leases and logs. */
  readonly worker: string;
  /** Runs of other environments are left alone. */
  readonly environments: readonly string[];
  readonly handlers: Readonly<Partial<Record<RunKind, RunHandler<R>>>>;
  /** How long a worker may be silent before its run is taken over, in milliseconds; default 15,000. */
  readonly leaseMs?: number;
  /** Claims of one run before it counts as one that ends its workers; default 5. */
  readonly maxAttempts?: number;
  /** What takes secrets out of what was typed, by the id of the run; default one that knows none. */
  readonly redactorOf?: (answer: string | undefined) => Redactor;
}

const plain = createRedactor();

/** Another worker has the run, or it is over: the caller writes nothing more. */
export class LeaseLost extends Error {
  constructor() {
    super('the run is not ours any more');
    this.name = 'LeaseLost';
  }
}

/**
 * Claims a run, keeps the claim alive while its handler works, and ends it in exactly one way: complete,
 * failed with words for the user, or given back when this process stops.
 */
export function createRunExecutor<R extends Repository>(options: RunExecutorOptions<R>) {
  const { store, logger, ids, leaseMs = 15_000, maxAttempts = 5, redactorOf = () => plain } = options;

  const claim = (runId: string, owner: string) =>
    store.single((tx) => tx.runs.claim(runId, owner, leaseMs, options.environments));

  const fail = async (run: Run, owner: string, error: unknown) => {
    const code = error instanceof AppError ? error.code : 'BUG';
    await store.tx(async (tx) => {
      if (!(await tx.runs.finish(run.id, owner, 'failed', { code }))) return;
      await postFailure(tx, options, run, error);
    });
  };

  return {
    /** Does nothing when another worker has the run. Rejects when the run could not be done or ended. */
    async execute({
      runId,
      signal,
    }: {
      readonly runId: string;
      readonly signal: AbortSignal;
    }): Promise<void> {
      const owner = `${options.worker}/${ids.uuid()}`;
      const claimed = await claim(runId, owner);
      if (claimed === undefined) return;
      const run = { ...claimed, params: cleanParams(claimed.params, redactorOf(runId)) };
      const log = logger.child({ runId, kind: run.kind, environment: run.environment, attempt: run.attempt });
      const lease = keepLease(options, run, owner, signal, leaseMs);
      try {
        if (JSON.stringify(run.params) !== JSON.stringify(claimed.params)) {
          log.info({}, 'a secret that this worker knows was typed; it is taken out of what is stored');
          if (!(await store.single((tx) => tx.runs.clean(runId, owner, run.params)))) throw new LeaseLost();
        }
        const handler = options.handlers[run.kind];
        if (handler === undefined) throw new AppError('BUG', 'no handler for this kind of run');
        if (run.attempt > maxAttempts) throw new AppError('TIMED_OUT', 'too many workers died of this run');
        await handler.handle(lease);
        log.info({ ms: options.clock.now().getTime() - run.createdAt.getTime() }, 'run complete');
      } catch (err) {
        await lease.stop();
        if (err instanceof LeaseLost || lease.lost()) return log.warn({}, 'another worker has this run');
        if (signal.aborted && isShutdown(signal.reason)) return await giveBack(store, run, owner);
        if (isStoreAway(err)) throw err;
        if (isRefusal(err)) log.warn({ err }, 'a run was refused');
        else log.error({ err }, 'run failed');
        await fail(run, owner, signal.aborted ? new AppError('TIMED_OUT', 'the run took too long') : err);
      } finally {
        await lease.stop();
      }
    },
  };
}

/** The bot has stored what was typed, and knows no secret of the environment (ADR 0016). */
function cleanParams(params: Facts, redactor: Redactor): Facts {
  const clean = redactor.leaves(params);
  return typeof clean === 'object' && clean !== null ? (clean as Facts) : {};
}

function isShutdown(reason: unknown): boolean {
  return typeof reason === 'object' && reason !== null && 'reason' in reason && reason.reason === 'shutdown';
}

/** Another worker need not wait for the lease to end. */
async function giveBack(store: StoreOf<'runs'>, run: Run, owner: string): Promise<void> {
  await store.tx(async (tx) => {
    if (await tx.runs.extend(run.id, owner, 0)) await tx.notify('runs', '');
  });
}

interface KeptLease<R extends Repository> extends RunLease<R> {
  lost(): boolean;
  stop(): Promise<void>;
}

function keepLease<R extends Repository>(
  { store, clock, logger }: RunExecutorOptions<R>,
  run: Run,
  owner: string,
  outer: AbortSignal,
  leaseMs: number,
): KeptLease<R> {
  const lose = new AbortController();
  let until = clock.now().getTime() + leaseMs;

  const held = async (tx: TxOf<'runs'>) => {
    if (!(await tx.runs.extend(run.id, owner, leaseMs))) {
      lose.abort(new LeaseLost());
      throw new LeaseLost();
    }
  };
  const beat = async () => {
    const began = clock.now().getTime();
    await store.single(held);
    until = began + leaseMs;
  };
  const beating = every(leaseMs / 3, beat, {
    clock,
    firstMs: leaseMs / 3,
    signal: lose.signal,
    onError: (err) => {
      if (err instanceof LeaseLost) return;
      logger.warn({ err, runId: run.id }, 'cannot extend the lease of a run');
      // From here on another worker may have it.
      if (clock.now().getTime() >= until) lose.abort(new LeaseLost());
    },
  });
  const signal = AbortSignal.any([outer, lose.signal]);

  /** A PostgreSQL that restarts costs a pause, as long as the claim may still be ours. */
  const patiently = <T>(work: (tx: TxOf<R | 'messages' | 'runs'>) => Promise<T>): Promise<T> =>
    retrying(() => store.tx(work), {
      clock,
      backOff: { firstMs: 500, mostMs: 500 },
      again: isStoreAway,
      signal,
    });

  return {
    run,
    signal,
    lost: () => lose.signal.aborted,
    save: (work) =>
      patiently(async (tx) => {
        await held(tx);
        return work(tx);
      }),
    // When the answer to a COMMIT was lost the second try finds the run finished, and that is the end of it.
    finish: (summary, work) =>
      patiently(async (tx) => {
        if (!(await tx.runs.finish(run.id, owner, 'complete', summary))) throw new LeaseLost();
        await work(tx);
      }),
    finishWith: (work) =>
      patiently(async (tx) => {
        await held(tx);
        if (!(await tx.runs.finish(run.id, owner, 'complete', await work(tx)))) throw new LeaseLost();
      }),
    stop: () => beating.stop(),
  };
}

/** Tells the user that a run ended without an answer: in its first message, or in a new one. */
export async function postFailure(
  tx: TxOf<'messages'>,
  { renderer, ids }: Pick<RunExecutorOptions<never>, 'renderer' | 'ids'>,
  run: Run,
  error: unknown,
): Promise<void> {
  const { surface } = run;
  if (surface === undefined) return;
  const rendered = renderer.runFailed({ run, reference: run.id, error }, surface.language);
  const [root] = await tx.messages.find({ runId: run.id, purpose: rootPurpose });
  if (root !== undefined) return tx.messages.update(root.id, rendered, 'answer');
  await tx.messages.post({
    id: ids.uuid(),
    purpose: rootPurpose,
    channel: surface.channel,
    runId: run.id,
    rendered,
    urgency: 'answer',
    ...present({ threadTs: surface.threadTs }),
  });
}
