import type { Facts } from '../../../domain/kernel/facts.ts';
import type { ComposeContainer } from '../../../domain/probe/targets/compose.ts';
import type { Context } from './containers.ts';

/** The step of a plan that restarts a container. */
export const restartKind = 'compose-restart';

/** Restarts it now, and says how it runs then. */
export async function restarted(id: string, { deps, signal }: Context): Promise<Facts> {
  signal.throwIfAborted();
  await deps.compose.restart(id, { graceSeconds: 10, signal });
  const now = await deps.compose.inspect(id, { signal });
  return { startedAt: now.startedAt, state: now.state };
}

/** It runs and, if it has a health check, is healthy. */
export const isWell = ({ state, health }: ComposeContainer): boolean =>
  state === 'running' && (health === undefined || health === 'healthy');
