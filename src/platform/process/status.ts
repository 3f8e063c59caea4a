import { within } from '../../domain/kernel/within.ts';
import type { HttpReply, HttpRequest, HttpRoute } from '../../domain/ports/http.ts';

/** `undefined` when all is well, else a short reason without secrets. */
export type ReadinessCheck = () => Promise<string | undefined> | string | undefined;

export interface StatusOptions {
  /** By name; all must be well for /readyz. */
  readonly checks: Readonly<Record<string, ReadinessCheck>>;
  readonly metrics: { readonly contentType: string; text(): Promise<string> };
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
    page('/metrics', async () => ({
      status: 200,
      type: options.metrics.contentType,
      body: await options.metrics.text(),
    })),
  ];
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
