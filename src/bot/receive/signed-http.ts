import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock, Logger } from '../../domain/kernel/clock.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Secret } from '../../domain/kernel/secret.ts';
import type { HttpReply, HttpRequest, HttpRoute } from '../../domain/ports/http.ts';
import type { EventSink } from './gate.ts';

export interface SlackRouteOptions {
  /** Two while the secret is being changed: regenerating takes effect at once (R-SLACK11). */
  readonly signingSecrets: readonly Secret[];
  readonly gate: EventSink;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Default `/slack/events`. */
  readonly path?: string;
}

/** Slack's own recipe, which Bolt follows on one side only (R-SLACK10). */
export const windowSeconds = 300;
const maxBodyBytes = 1_048_576;
/** Slack waits 3 s; a handler that has not answered by then gets an honest failure. */
const answerWithinMs = 2_900;

export type Verdict = 'ok' | 'missing' | 'too-old' | 'in-the-future' | 'wrong';

/** HMAC-SHA256 over `v0:timestamp:body`, compared in constant time, |clock difference| ≤ 300 s. */
export function verifySignature(input: {
  readonly secrets: readonly string[];
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
  readonly body: string | Buffer;
  readonly nowSeconds: number;
}): Verdict {
  const { timestamp, signature } = input;
  if (timestamp === undefined || signature === undefined || !/^\d{1,12}$/.test(timestamp)) return 'missing';
  const difference = input.nowSeconds - Number(timestamp);
  if (difference > windowSeconds) return 'too-old';
  if (difference < -windowSeconds) return 'in-the-future';
  const given = Buffer.from(signature);
  const right = input.secrets.some((secret) => {
    const digest = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(input.body).digest('hex');
    const expected = Buffer.from(`v0=${digest}`);
    return expected.length === given.length && timingSafeEqual(expected, given);
  });
  return right ? 'ok' : 'wrong';
}

/** Where Slack's signed requests arrive: checked, understood, and handed to the gate. */
export function slackRoute(options: SlackRouteOptions): HttpRoute {
  const { gate, clock, logger } = options;

  const handle: HttpRoute['handle'] = async (request) => {
    const signature = request.header('x-slack-signature');
    const verdict = verifySignature({
      secrets: options.signingSecrets.map((secret) => secret.reveal()),
      timestamp: request.header('x-slack-request-timestamp'),
      signature,
      body: request.body,
      nowSeconds: Math.floor(clock.now().getTime() / 1000),
    });
    if (verdict !== 'ok') {
      logger.warn({ verdict }, 'a request has an invalid signature');
      return { status: 401 };
    }
    const body = parseBody(request.body.toString('utf8'), request.header('content-type') ?? '');
    if (body === undefined) return { status: 400 };
    if (body.ssl_check !== undefined) return { status: 200 };
    if (body.type === 'url_verification') return { status: 200, body: { challenge: body.challenge } };
    return deliver(body, signature ?? '', request);
  };

  /** The ack is the answer; what the handlers do afterwards goes on without it. */
  const deliver = (
    body: Readonly<Record<string, unknown>>,
    signature: string,
    request: HttpRequest,
  ): Promise<HttpReply> =>
    new Promise((answer) => {
      const retryNum = Number(request.header('x-slack-retry-num'));
      const retryReason = request.header('x-slack-retry-reason');
      gate
        .processEvent({
          body,
          ack: (answered: unknown) => {
            answer(replyOf(answered));
            return Promise.resolve();
          },
          customProperties: { signature },
          ...(Number.isNaN(retryNum) ? {} : { retryNum }),
          ...present({ retryReason }),
        })
        .then(
          // Handled without an ack: an event without a listener for its kind.
          () => answer({ status: 200 }),
          (err: unknown) => {
            logger.error({ err }, 'a delivery was not acknowledged');
            answer({ status: 503 });
          },
        );
    });

  return { method: 'POST', path: options.path ?? '/slack/events', maxBodyBytes, answerWithinMs, handle };
}

function replyOf(answered: unknown): HttpReply {
  if (typeof answered === 'string')
    return answered === '' ? { status: 200 } : { status: 200, body: answered };
  return typeof answered === 'object' && answered !== null
    ? { status: 200, body: answered }
    : { status: 200 };
}

/** JSON for events, form fields for commands, a `payload` field with JSON for everything interactive. */
function parseBody(raw: string, contentType: string): Readonly<Record<string, unknown>> | undefined {
  try {
    if (contentType.startsWith('application/json')) return asObject(JSON.parse(raw));
    const form = Object.fromEntries(new URLSearchParams(raw));
    return form.payload === undefined ? form : asObject(JSON.parse(form.payload));
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
