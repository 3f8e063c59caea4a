import { createHash, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../../domain/kernel/secret.ts';
import { within } from '../../domain/kernel/within.ts';
import type { HttpReply, HttpRequest, HttpRoute } from '../../domain/ports/http.ts';

/** `undefined` when all is well, else a short reason without secrets. */
export type ReadinessCheck = () => Promise<string | undefined> | string | undefined;

export interface StatusOptions {
  /** By name; all must be well for /readyz. */
  readonly checks: Readonly<Record<string, ReadinessCheck>>;
  readonly metrics: { readonly contentType: string; text(): Promise<string> };
  /** Where the port is. */
  readonly host: string;
  /** Who asks for /metrics must show it; without it /metrics is closed, unless only this machine reaches the port. */
  readonly metricsToken?: Secret;
  /** /healthz says no when this does: the process should be restarted. */
  readonly alive: () => boolean;
}

const checkWithinMs = 2_000;

/** /healthz: this process works. /readyz: it can do its role's work now. /metrics: Prometheus text. */
export function statusRoutes(options: StatusOptions): readonly HttpRoute[] {
  return [
    page('/healthz', () => {
      const alive = options.alive();
      return Promise.resolve({ status: alive ? 200 : 503, body: { status: alive ? 'ok' : 'failing' } });
    }),
    page('/readyz', async () => {
      const results = await Promise.all(
        Object.entries(options.checks).map(async ([name, check]) => [name, await resultOf(check)] as const),
      );
      const ready = results.every(([, result]) => result === 'ok');
      return {
        status: ready ? 200 : 503,
        body: { status: ready ? 'ready' : 'not-ready', checks: Object.fromEntries(results) },
      };
    }),
    page('/metrics', async (request) =>
      mayReadMetrics(options, request)
        ? { status: 200, type: options.metrics.contentType, body: await options.metrics.text() }
        : { status: 401 },
    ),
  ];
}

/** Whether /metrics answers anybody at all. */
export const servesMetrics = ({
  host,
  metricsToken,
}: Pick<StatusOptions, 'host' | 'metricsToken'>): boolean => metricsToken !== undefined || isLoopback(host);

const isLoopback = (host: string): boolean => /^127\.|^::1$|^localhost$/.test(host);

function mayReadMetrics({ host, metricsToken }: StatusOptions, request: HttpRequest): boolean {
  return metricsToken === undefined ? isLoopback(host) : shows(request, metricsToken);
}

/** Compared by their digests: neither length nor content shows in the time it takes. */
function shows(request: HttpRequest, token: Secret): boolean {
  const [, given] = /^Bearer (\S+)$/.exec(request.header('authorization') ?? '') ?? [];
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return given !== undefined && timingSafeEqual(digest(given), digest(token.reveal()));
}

function page(path: string, handle: (request: HttpRequest) => Promise<HttpReply>): HttpRoute {
  return { method: 'GET', path, maxBodyBytes: 0, answerWithinMs: 2 * checkWithinMs, handle };
}

async function resultOf(check: ReadinessCheck): Promise<string> {
  try {
    const reason = await within(checkWithinMs, async () => check(), { late: () => 'no answer in time' });
    return reason ?? 'ok';
  } catch {
    return 'failed';
  }
}
