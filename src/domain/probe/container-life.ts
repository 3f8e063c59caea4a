import type { ComposeContainer } from './targets/compose.ts';

/** One that ends again and again lives for less than this. */
const shortLifeMs = 60_000;
/** Ended by somebody (0, SIGINT, SIGKILL, SIGTERM), not by an error of its own. */
const orderedExits: ReadonlySet<number> = new Set([0, 130, 137, 143]);

type Life = Pick<
  ComposeContainer,
  'state' | 'health' | 'startedAt' | 'exitCode' | 'oomKilled' | 'restartCount' | 'error'
>;

const runsFor = ({ startedAt }: Life, now: Date) => now.getTime() - Date.parse(startedAt);

/** Its own check says that it is healthy, or it has no check and has run for longer than what ends again and again. */
export function runsWell(container: Life, now: Date): boolean {
  const { state, health } = container;
  if (state !== 'running') return false;
  return health === 'healthy' || (health === undefined && runsFor(container, now) >= shortLifeMs);
}

/** It ends or is unhealthy by itself: it was not stopped, and no limit of its memory ended it. */
export function failsByItself(container: Life, now: Date): boolean {
  const { state, health, exitCode, oomKilled, restartCount, error = '' } = container;
  if (oomKilled) return false;
  switch (state) {
    case 'restarting':
      return true;
    case 'running':
      return health === 'unhealthy' || (restartCount > 0 && !runsWell(container, now));
    case 'exited':
    case 'dead':
      return !orderedExits.has(exitCode);
    case 'created':
      // It could not be started, such as for want of its program.
      return error !== '';
    case 'paused':
    case 'removing':
      return false;
  }
}

/** Neither started nor on its way: a policy that starts it again has not done so for good. */
export const isLive = ({ state }: Pick<ComposeContainer, 'state'>): boolean =>
  state === 'running' || state === 'restarting' || state === 'paused';
