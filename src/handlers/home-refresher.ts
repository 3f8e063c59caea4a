import type { Clock, Logger } from '../domain/kernel/clock.ts';
import type { Store } from '../domain/ports/store.ts';
import type { HandlerDeps } from './deps.ts';
import { publishHome } from './home.ts';

export interface HomeRefresherOptions {
  readonly deps: HandlerDeps;
  readonly viewers: {
    /** Who looked at App Home lately, the latest first. */
    homeViewers(limit: number): Promise<readonly { readonly userId: string }[]>;
  };
  readonly store: Pick<Store, 'listen'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** `views.publish` is limited to about 100 a minute: the latest viewers, at most every five seconds. */
const quietMs = 5000;
const mostViewers = 5;

/** Publishes App Home again for those who looked lately when runs or fixes change. */
export function homeRefresher(options: HomeRefresherOptions): {
  start(): Promise<void>;
  stop(): Promise<void>;
} {
  const { deps, viewers, store, clock, logger } = options;
  const stop = new AbortController();
  let changed = false;
  let wake: () => void = () => undefined;
  let loop: Promise<void> | undefined;
  let listening: readonly { stop(): Promise<void> }[] = [];

  const poke = (): void => {
    changed = true;
    wake();
  };
  const publish = async (): Promise<void> => {
    for (const { userId } of await viewers.homeViewers(mostViewers)) await publishHome(deps, userId);
  };
  const run = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      if (!changed) {
        const woken = new AbortController();
        wake = () => woken.abort();
        await clock.sleep(60_000, AbortSignal.any([woken.signal, stop.signal])).catch(() => undefined);
      }
      if (!changed) continue;
      await clock.sleep(quietMs, stop.signal).catch(() => undefined);
      if (stop.signal.aborted) return;
      changed = false;
      await publish().catch((err: unknown) => logger.warn({ err }, 'App Home could not be published again'));
    }
  };
  return {
    async start() {
      listening = await Promise.all([
        store.listen('remediations', poke),
        // Whatever is said in Slack reports a change of a run or a fix; a Home that is published is none itself.
        store.listen('outbox', (lane) => {
          if (!lane.startsWith('home:')) poke();
        }),
      ]);
      loop = run();
    },
    async stop() {
      stop.abort();
      wake();
      await Promise.all(listening.map((listener) => listener.stop()));
      await loop;
    },
  };
}
