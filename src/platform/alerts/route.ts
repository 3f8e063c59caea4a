import { createHash, timingSafeEqual } from 'node:crypto';
import { readAlertBody } from '../../domain/alert/body.ts';
import type { Clock, Logger } from '../../domain/kernel/clock.ts';
import type { AlertSink } from '../../domain/ports/alerts.ts';
import type { HttpReply, HttpRequest, HttpRoute } from '../../domain/ports/http.ts';

export interface AlertRouteOptions {
  readonly environment: string;
  /** The secrets that count now: one, or two while it is being changed. */
  readonly secrets: () => Promise<readonly string[]>;
  readonly sink: Pick<AlertSink, 'add'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Requests with the right secret that are taken within a minute; default 600. */
  readonly perMinute?: number;
  /** For metrics. */
  readonly onAnswer?: (status: number, alerts: number) => void;
}

export const mostBodyBytes = 1024 * 1024;
/** Alertmanager waits ten seconds by default. */
const answerWithinMs = 8_000;
const minuteMs = 60_000;

/** Where the alerts of an environment arrive. */
export const alertPath = (environment: string): string => `/alerts/${environment}`;

/**
 * Takes what Alertmanager and Grafana send for one environment. The path alone says which environment it is. 200 is
 * answered when the whole body is stored. Whatever may work a little later is answered with 503, because Alertmanager sends again
 * after that and gives up after any other refusal: that is so of too many requests, too.
 */
export function alertRoute(options: AlertRouteOptions): HttpRoute {
  const { environment, secrets, sink, logger } = options;
  const pace = perMinute(options.perMinute ?? 600);
  const warned = perMinute(1);

  const answer = async (request: HttpRequest): Promise<Reply> => {
    const now = options.clock.now().getTime();
    if (!pace(now)) return refused(503, 'too-many-requests');
    const read = readAlertBody(request.body.toString('utf8'));
    switch (read.kind) {
      case 'not-json':
        return refused(400, 'not-json');
      case 'malformed':
        return { status: 400, body: { error: 'malformed', field: read.field } };
      case 'unsupported-version':
        return {
          status: 400,
          body: {
            error: 'unsupported-version',
            version: read.version,
            supported: ['Alertmanager webhook version 4', 'Grafana webhook version 1'],
          },
        };
      case 'alerts':
        await sink.add(environment, read.alerts);
        return { status: 200, body: { stored: read.alerts.length }, alerts: read.alerts.length };
    }
  };

  /** Asked before the body is read: a stranger's is not. */
  const entered = async (request: Headers): Promise<Reply | undefined> => {
    if (isOneOf(await secrets(), request.header('authorization'))) return undefined;
    if (warned(options.clock.now().getTime()))
      logger.warn({ environment }, 'an alert came without the secret of its environment');
    return refused(401, 'wrong-secret');
  };

  const told = async (work: () => Promise<Reply | undefined>): Promise<HttpReply | undefined> => {
    const reply = await work().catch((err: unknown) => {
      logger.error({ err, environment }, 'alerts could not be stored, so they are sent again');
      return refused(503, 'not-stored');
    });
    if (reply === undefined) return undefined;
    options.onAnswer?.(reply.status, reply.alerts ?? 0);
    const { alerts: _alerts, ...answered } = reply;
    return answered;
  };

  return {
    method: 'POST',
    path: alertPath(environment),
    maxBodyBytes: mostBodyBytes,
    answerWithinMs,
    admit: (request) => told(() => entered(request)),
    async handle(request) {
      return (await told(() => answer(request))) ?? { status: 503 };
    },
  };
}

type Reply = HttpReply & { readonly alerts?: number };
type Headers = Pick<HttpRequest, 'header'>;

const refused = (status: number, error: string): Reply => ({
  status,
  body: { error },
});

/** Compared by their digests, and all of them always: neither length, content nor which one shows in the time it takes. */
function isOneOf(secrets: readonly string[], header: string | undefined): boolean {
  const [, given = ''] = /^Bearer +(.+)$/i.exec(header ?? '') ?? [];
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const shown = digest(given);
  const same = secrets.map((secret) => timingSafeEqual(shown, digest(secret)));
  return given !== '' && same.includes(true);
}

/** Whether one more is taken within the minute that has begun. */
function perMinute(most: number): (now: number) => boolean {
  let began = Number.NEGATIVE_INFINITY;
  let taken = 0;
  return (now) => {
    if (now - began >= minuteMs || now < began) {
      began = now;
      taken = 0;
    }
    taken += 1;
    return taken <= most;
  };
}
