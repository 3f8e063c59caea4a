import type { CallOptions } from '../../domain/kernel/call.ts';
import { listedStage } from '../../domain/kernel/driver-errors.ts';
import { type Stage, TargetError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { shortened } from '../../domain/kernel/text.ts';
import { within } from '../../domain/kernel/within.ts';
import { outOfTime, starvedMs } from '../../domain/probe/own-lag.ts';
import { watchEventLoopDelay } from '../process/event-loop-delay.ts';

/** Where a target listens, for words and for a second look. Never carries credentials. */
export interface Address {
  /** `PostgreSQL`, `Redis`, …: begins the message. */
  readonly what: string;
  readonly host: string;
  readonly port: number;
}

/** Stage of a socket or TLS error by its code; undefined when the code says nothing. Looks through AggregateError and causes. */
export function socketStage(error: unknown): Stage | undefined {
  for (let current: unknown = error, depth = 0; current instanceof Error && depth < 5; depth += 1) {
    const { code } = current as NodeJS.ErrnoException;
    if (typeof code === 'string') {
      const stage = listedStage('node', code);
      if (stage !== undefined) return stage;
    }
    if (current instanceof AggregateError && current.errors.length > 0) {
      current = current.errors[0];
      continue;
    }
    current = current.cause;
  }
  return undefined;
}

const phrases: Readonly<Record<Stage, string>> = {
  dns: 'name does not resolve',
  refused: 'connection refused',
  'connect-timeout': 'no answer to the connection attempt',
  tls: 'TLS did not come up',
  auth: 'credentials refused',
  'not-admitted': 'no such connection is let in',
  forbidden: 'not allowed',
  'no-answer': 'connected, but no answer came',
  closed: 'connection closed before an answer',
  limit: 'refused because a limit is reached',
  starting: 'takes no work yet',
  busy: 'busy with one thing',
  'read-only': 'takes no writes',
  full: 'no room left',
  fault: 'reports a fault of its own',
  rejected: 'the request is refused',
  protocol: 'unexpected answer',
  'unknown-error': 'an error that is not known',
  aborted: 'stopped waiting',
};

/**
 * The one error of an adapter. The driver's own error never travels as `cause`: some carry the command or
 * the connection options, and with them the password. Its text is kept in `facts.detail` with `secrets` blotted out.
 */
export function targetError(
  stage: Stage,
  address: Address,
  options: { readonly cause?: unknown; readonly facts?: Facts; readonly secrets?: readonly string[] } = {},
): TargetError {
  const detail = options.cause instanceof Error ? blot(options.cause.message, options.secrets) : undefined;
  const code = (options.cause as NodeJS.ErrnoException | undefined)?.code;
  return new TargetError(stage, `${address.what} at ${address.host}:${address.port}: ${phrases[stage]}`, {
    facts: {
      host: address.host,
      port: address.port,
      ...(typeof code === 'string' ? { code } : {}),
      ...(detail === undefined || detail === '' ? {} : { detail }),
      ...options.facts,
    },
  });
}

/** Replaces every secret, plain or URL-encoded, and cuts to one line of at most 200 characters. */
export function blot(text: string, secrets: readonly string[] = []): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length < 3) continue;
    clean = clean.replaceAll(secret, '***').replaceAll(encodeURIComponent(secret), '***');
  }
  return shortened(clean.split('\n')[0] ?? '', 200);
}

/** No connection came up: nothing else at this address will do better now. */
export const unconnected: ReadonlySet<Stage> = new Set(['dns', 'refused', 'connect-timeout', 'tls']);
/** Also: it came up and nothing was said. */
export const deadEnd: ReadonlySet<Stage> = new Set([...unconnected, 'no-answer', 'closed']);

/**
 * Remembers for a while that an endpoint is dead, so that it costs a run its timeout once and not once a probe.
 * Calls already under way wait for themselves.
 */
export class CircuitBreaker {
  readonly #stages: ReadonlySet<Stage>;
  readonly #memoryMs: number;
  readonly #answered: (error: TargetError) => boolean;
  #dead: { readonly error: TargetError; readonly until: number } | undefined;

  /** `answered`: failures that a living endpoint told, whatever their stage. */
  constructor(
    stages: ReadonlySet<Stage> = deadEnd,
    memoryMs = 10_000,
    answered: (error: TargetError) => boolean = () => false,
  ) {
    this.#stages = stages;
    this.#memoryMs = memoryMs;
    this.#answered = answered;
  }

  /** The next call tries the endpoint, whatever was seen before. */
  forget(): void {
    this.#dead = undefined;
  }

  /**
   * `stages`: the failures of this call that say that the endpoint is dead. Silence that a process heard which was late
   * itself says nothing: the next call tries again.
   */
  async run<T>(call: () => Promise<T>, stages = this.#stages): Promise<T> {
    if (this.#dead !== undefined && performance.now() < this.#dead.until) throw this.#dead.error;
    const lateBy = watchEventLoopDelay();
    try {
      const value = await call();
      void lateBy();
      return value;
    } catch (error) {
      const lateMs = await lateBy();
      if (!(error instanceof TargetError) || !stages.has(error.stage) || this.#answered(error)) throw error;
      if (lateMs < starvedMs || !outOfTime.has(error.stage))
        this.#dead = { error, until: performance.now() + this.#memoryMs };
      throw error;
    }
  }
}

/** What a timer of ours says; adapters find out the stage behind it. */
export class DeadlinePassed extends Error {
  constructor() {
    super('deadline passed');
    this.name = 'DeadlinePassed';
  }
}

/**
 * Runs `call` with a signal that ends at `timeoutMs` or with the caller's signal. Rejects at once then, even if
 * the driver goes on: with `DeadlinePassed`, or TargetError `aborted`.
 */
export function bounded<T>(
  options: CallOptions & { readonly timeoutMs: number },
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return within(options.timeoutMs, call, {
    signal: options.signal,
    late: () => {
      throw new DeadlinePassed();
    },
    stopped: () => new TargetError('aborted', 'stopped waiting'),
  });
}

/** Timeouts of one target, milliseconds. */
export interface Timeouts {
  readonly connectMs: number;
  readonly callMs: number;
}
export const defaultTimeouts: Timeouts = { connectMs: 2_000, callMs: 3_000 };
