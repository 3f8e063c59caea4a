import type { HttpAnswer, SignedRequest } from './http-mode.ts';
import { postSigned, signedRequest } from './http-mode.ts';
import type { DeliveryLog } from './log.ts';
import type { SocketMode } from './socket-mode.ts';
import type { Delivery, DeliveryKind, DeliveryOutcome, JsonObject } from './types.ts';
import type { World } from './world.ts';

export interface HttpTarget {
  /** The app's request URL, e.g. `http://127.0.0.1:3000/slack/events`. */
  readonly url: string;
  readonly signingSecret: string;
}

export interface DispatcherSetup {
  readonly world: World;
  readonly log: DeliveryLog;
  readonly socketMode: SocketMode;
  /** How long the app may take to acknowledge: 3,000 ms in Slack. */
  readonly ackTimeoutMs: number;
  /** Waits before the three further attempts of an event: at once, 1 min, 5 min in Slack. */
  readonly eventRetryDelaysMs: readonly number[];
}

interface Sent {
  readonly kind: DeliveryKind;
  readonly payload: JsonObject;
  readonly request: SignedRequest | null;
}

export interface Dispatcher {
  /** Hands a payload to the app once and waits for the ack. Events that fail are tried again later by themselves. */
  deliver(kind: DeliveryKind, payload: JsonObject): Promise<Delivery>;
  /** Sends an earlier delivery again, byte for byte: the same envelope, or the same signed request. */
  redeliver(deliveryId: string): Promise<Delivery>;
  /** HTTP mode from now on; null goes back to Socket Mode. */
  setHttpTarget(target: HttpTarget | null): void;
  /** Seconds added to the signature's timestamp in HTTP mode. */
  setClockSkew(seconds: number): void;
  /** The next `count` acks get lost on their way to Slack. */
  loseAcks(count: number): void;
  stop(): void;
}

const acceptsPayload = (kind: DeliveryKind): boolean => kind !== 'events_api';

function parseAck(body: string): unknown {
  if (body === '') return null;
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return body;
  }
}

function httpOutcome(answer: HttpAnswer, timedOut: boolean): DeliveryOutcome {
  if (timedOut) return 'operation_timeout';
  if (answer.status === 0) return 'dispatch_failed';
  return answer.status >= 200 && answer.status < 300 ? 'acked' : 'http_service_error';
}

const retryReason: Readonly<Record<DeliveryOutcome, string>> = {
  acked: '',
  operation_timeout: 'http_timeout',
  dispatch_failed: 'connection_failed',
  http_service_error: 'http_error',
};

export function createDispatcher(setup: DispatcherSetup): Dispatcher {
  const { world, log, socketMode, ackTimeoutMs, eventRetryDelaysMs } = setup;
  const { clock, ids } = world;
  const waiting = new Map<string, (ack: unknown) => void>();
  const sent = new Map<string, Sent>();
  const cancels = new Set<() => void>();
  let target: HttpTarget | null = null;
  let skewSeconds = 0;
  let acksToLose = 0;
  let stopped = false;

  const ackIsLost = (): boolean => {
    if (acksToLose === 0) return false;
    acksToLose -= 1;
    return true;
  };

  socketMode.onAck((id, payload) => {
    if (ackIsLost()) return;
    waiting.get(id)?.(payload);
  });

  const timer = (ms: number, run: () => void): (() => void) => {
    const cancel = clock.setTimer(ms, () => {
      cancels.delete(cancel);
      run();
    });
    cancels.add(cancel);
    return () => {
      cancels.delete(cancel);
      cancel();
    };
  };

  const finish = (delivery: Delivery): Delivery => {
    log.add({
      kind: 'ack',
      deliveryId: delivery.id,
      outcome: delivery.outcome,
      ack: delivery.ack,
      afterMs: delivery.afterMs,
    });
    return delivery;
  };

  const note = (
    id: string,
    transport: 'socket' | 'http',
    connection: string | null,
    entry: Sent,
    retry: number,
  ): void => {
    log.add({
      kind: 'delivery',
      deliveryId: id,
      transport,
      connection,
      type: entry.kind,
      payload: entry.payload,
      retry,
    });
  };

  const overSocket = async (
    id: string,
    entry: Sent,
    retry: { num: number; reason: string },
  ): Promise<Delivery> => {
    const startedAt = clock.now();
    const frame = {
      envelope_id: id,
      type: entry.kind,
      payload: entry.payload,
      accepts_response_payload: acceptsPayload(entry.kind),
      ...(entry.kind === 'events_api' ? { retry_attempt: retry.num, retry_reason: retry.reason } : {}),
    };
    const acked = new Promise<{ readonly outcome: DeliveryOutcome; readonly ack: unknown }>((resolve) => {
      const cancel = timer(ackTimeoutMs, () => resolve({ outcome: 'operation_timeout', ack: null }));
      waiting.set(id, (ack) => {
        cancel();
        resolve({ outcome: 'acked', ack });
      });
      const connection = socketMode.send(frame);
      note(id, 'socket', connection, entry, retry.num);
      if (connection !== null) return;
      cancel();
      resolve({ outcome: 'dispatch_failed', ack: null });
    });
    const result = await acked;
    waiting.delete(id);
    return finish({ id, kind: entry.kind, ...result, afterMs: clock.now() - startedAt, httpStatus: null });
  };

  const overHttp = async (
    id: string,
    entry: Sent,
    to: HttpTarget,
    request: SignedRequest,
    retryNum: number,
  ): Promise<Delivery & { readonly noRetry: boolean }> => {
    const startedAt = clock.now();
    const abort = new AbortController();
    let timedOut = false;
    const cancel = timer(ackTimeoutMs, () => {
      timedOut = true;
      abort.abort();
    });
    note(id, 'http', null, entry, retryNum);
    const answer = await postSigned(to.url, request, abort.signal);
    cancel();
    const lost = ackIsLost();
    const outcome = lost ? 'operation_timeout' : httpOutcome(answer, timedOut);
    const delivery = finish({
      id,
      kind: entry.kind,
      outcome,
      ack: outcome === 'acked' ? parseAck(answer.body) : null,
      afterMs: clock.now() - startedAt,
      httpStatus: answer.status === 0 ? null : answer.status,
    });
    return { ...delivery, noRetry: answer.noRetry };
  };

  const attempt = async (
    kind: DeliveryKind,
    payload: JsonObject,
    retry: { readonly num: number; readonly reason: string },
  ): Promise<Delivery & { readonly noRetry?: boolean }> => {
    const id = ids.envelope();
    if (!target) {
      const entry: Sent = { kind, payload, request: null };
      sent.set(id, entry);
      return overSocket(id, entry, retry);
    }
    const request = signedRequest(kind, payload, {
      signingSecret: target.signingSecret,
      now: clock.now(),
      skewSeconds,
      ...(retry.num > 0 ? { retry } : {}),
    });
    const entry: Sent = { kind, payload, request };
    sent.set(id, entry);
    return overHttp(id, entry, target, request, retry.num);
  };

  const retryEvent = (
    payload: JsonObject,
    failed: Delivery & { readonly noRetry?: boolean },
    num: number,
  ): void => {
    const delay = eventRetryDelaysMs[num - 1];
    if (stopped || failed.outcome === 'acked' || failed.noRetry || delay === undefined) return;
    timer(delay, () => {
      void attempt('events_api', payload, { num, reason: retryReason[failed.outcome] }).then((next) =>
        retryEvent(payload, next, num + 1),
      );
    });
  };

  return {
    deliver: async (kind, payload) => {
      const first = await attempt(kind, payload, { num: 0, reason: '' });
      if (kind === 'events_api') retryEvent(payload, first, 1);
      return first;
    },
    redeliver: async (deliveryId) => {
      const entry = sent.get(deliveryId);
      if (!entry) throw new Error(`no delivery ${deliveryId}`);
      if (entry.request && target) return overHttp(deliveryId, entry, target, entry.request, 0);
      return overSocket(deliveryId, entry, { num: entry.kind === 'events_api' ? 1 : 0, reason: 'timeout' });
    },
    setHttpTarget: (next) => {
      target = next;
    },
    setClockSkew: (seconds) => {
      skewSeconds = seconds;
    },
    loseAcks: (count) => {
      acksToLose = count;
    },
    stop: () => {
      stopped = true;
      for (const cancel of cancels) cancel();
      cancels.clear();
    },
  };
}
