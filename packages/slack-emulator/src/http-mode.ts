import { createHmac } from 'node:crypto';
import type { DeliveryKind, JsonObject } from './types.ts';

/** One signed request, kept so that the same bytes can be sent again. */
export interface SignedRequest {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface SignOptions {
  readonly signingSecret: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Added to the timestamp before signing: a sender whose clock is wrong. */
  readonly skewSeconds?: number;
  readonly retry?: { readonly num: number; readonly reason: string };
}

function encode(
  kind: DeliveryKind,
  payload: JsonObject,
): { readonly body: string; readonly contentType: string } {
  if (kind === 'events_api') return { body: JSON.stringify(payload), contentType: 'application/json' };
  const form = new URLSearchParams();
  if (kind === 'interactive') form.set('payload', JSON.stringify(payload));
  else for (const [name, value] of Object.entries(payload)) form.set(name, String(value));
  return { body: form.toString(), contentType: 'application/x-www-form-urlencoded' };
}

/** `v0=` and the HMAC-SHA256 of `v0:timestamp:body` (docs.slack.dev, verifying requests). */
export const sign = (signingSecret: string, timestamp: string, body: string): string =>
  `v0=${createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex')}`;

export function signedRequest(kind: DeliveryKind, payload: JsonObject, options: SignOptions): SignedRequest {
  const { body, contentType } = encode(kind, payload);
  const timestamp = String(Math.floor(options.now / 1000) + (options.skewSeconds ?? 0));
  return {
    body,
    headers: {
      'content-type': contentType,
      'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': sign(options.signingSecret, timestamp, body),
      ...(options.retry
        ? { 'x-slack-retry-num': String(options.retry.num), 'x-slack-retry-reason': options.retry.reason }
        : {}),
    },
  };
}

export interface HttpAnswer {
  /** 0 when the connection failed. */
  readonly status: number;
  readonly body: string;
  readonly noRetry: boolean;
}

/** Posts the bytes; never throws. `signal` ends the wait. */
export async function postSigned(
  url: string,
  request: SignedRequest,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: request.headers,
      body: request.body,
      signal,
    });
    return {
      status: response.status,
      body: await response.text(),
      noRetry: response.headers.get('x-slack-no-retry') === '1',
    };
  } catch {
    return { status: 0, body: '', noRetry: false };
  }
}
