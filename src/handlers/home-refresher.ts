import type { Clock, Logger } from '../domain/kernel/clock.ts';
import { every, type Periodic } from '../domain/kernel/every.ts';
import type { Listening } from '../domain/ports/store.ts';
import type { HandlerDeps } from './deps.ts';
import { publishHome } from './home.ts';

export interface HomeRefresherOptions {
  readonly deps: HandlerDeps;
  readonly viewers: {
    /** Who looked at App Home lately, the latest first. */
    homeViewers(limit: number): Promise<readonly { readonly userId: string }[]>;
  };
  readonly store: Listening;
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
  let changed = false;
  let publishing: Periodic | undefined;
  let listening: readonly { stop(): Promise<void> }[] = [];

  const poke = (): void => {
    changed = true;
    publishing?.wake();
  };
  const publish = async (stopping: AbortSignal): Promise<void> => {
    if (!changed) return;
    // What else changes in the meantime is published with it.
    await clock.sleep(quietMs, stopping).catch(() => undefined);
    if (stopping.aborted) return;
    changed = false;
    for (const { userId } of await viewers.homeViewers(mostViewers)) await publishHome(deps, { userId });
  };
  return {
    async start() {
      listening = await Promise.all([
        store.listen('remediations', poke),
        // Every message in Slack reports a change of a run or a fix; publishing a Home does not.
        store.listen('outbox', (lane) => {
          if (!lane.startsWith('home:')) poke();
        }),
      ]);
      publishing = every(60_000, publish, {
        clock,
        onError: (err) => logger.warn({ err }, 'App Home could not be refreshed'),
      });
    },
    async stop() {
      await Promise.all(listening.map((listener) => listener.stop()));
      await publishing?.stop();
    },
  };
}
