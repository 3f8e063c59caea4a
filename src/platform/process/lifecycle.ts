import type { Clock, Logger } from '../../domain/kernel/clock.ts';
import { inTime } from '../../domain/kernel/within.ts';

/** One thing that is started and stopped; the stop gets what is left of the budget, in milliseconds. */
export interface Component {
  readonly name: string;
  start?(): Promise<void> | void;
  stop?(budgetMs: number): Promise<void> | void;
}

export interface Lifecycle {
  /** Starts in order. When one fails, what was started is stopped again and the error is thrown. */
  start(): Promise<void>;
  /** Stops in reverse within the budget. Names of what failed or was too slow; empty when all went well. */
  stop(budgetMs: number): Promise<readonly string[]>;
  state(): 'starting' | 'ready' | 'stopping' | 'stopped';
}

/** A list of components, started in order and stopped in reverse, with a line in the log for each. */
export function createLifecycle(
  components: readonly Component[],
  options: { readonly logger: Logger; readonly clock: Clock; readonly rollBackMs?: number },
): Lifecycle {
  const { logger, clock } = options;
  const started: Component[] = [];
  let state: ReturnType<Lifecycle['state']> = 'starting';
  let stopping: Promise<readonly string[]> | undefined;

  const stopAll = async (budgetMs: number): Promise<readonly string[]> => {
    state = 'stopping';
    const failed: string[] = [];
    const ends = clock.now().getTime() + budgetMs;
    for (let component = started.pop(); component !== undefined; component = started.pop()) {
      const begun = clock.now().getTime();
      const left = Math.max(0, ends - begun);
      try {
        // Even without time left every component is asked: closing a socket costs nothing.
        const ended = await inTime(Math.max(250, left), Promise.resolve(component.stop?.(left)));
        if (!ended) failed.push(component.name);
        const facts = { component: component.name, ms: clock.now().getTime() - begun };
        if (ended) logger.info(facts, 'stopped');
        else logger.warn(facts, 'did not stop in time');
      } catch (err) {
        failed.push(component.name);
        logger.error({ err, component: component.name }, 'failed to stop');
      }
    }
    state = 'stopped';
    return failed;
  };

  return {
    async start() {
      for (const component of components) {
        if (state !== 'starting') throw new Error('stopped while starting');
        const begun = clock.now().getTime();
        try {
          await component.start?.();
        } catch (err) {
          logger.error({ err, component: component.name }, 'failed to start');
          await stopAll(options.rollBackMs ?? 5000);
          throw err;
        }
        started.push(component);
        logger.info({ component: component.name, ms: clock.now().getTime() - begun }, 'started');
      }
      state = 'ready';
    },
    stop(budgetMs) {
      stopping ??= stopAll(budgetMs);
      return stopping;
    },
    state: () => state,
  };
}
