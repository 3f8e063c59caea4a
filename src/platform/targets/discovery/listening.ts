import { TargetError } from '../../../domain/kernel/errors.ts';
import { socketsCommand, socketsIn } from '../../../domain/probe/sockets.ts';
import type { ComposeContainer, ComposeTarget } from '../../../domain/probe/targets/compose.ts';

/** A program that has just started may not have opened its ports yet. */
const openAfterMs = 60_000;

/** Why it could not be seen what listens in a container. */
export type Unseen = 'not-running' | 'just-started' | 'shared-network' | 'refused' | 'no-program';

/** TCP ports on which something listens in a container, by its own sockets, or why that was not seen. */
export type Listening = { readonly ports: ReadonlySet<number> } | { readonly unseen: Unseen };

/**
 * What listens in the containers of one Compose service. The one that runs longest speaks for all: they have one image,
 * and it has had the most time. Nothing throws.
 */
export async function listeningOf(
  target: Pick<ComposeTarget, 'exec'>,
  own: readonly ComposeContainer[],
  now: Date,
): Promise<Listening> {
  const [first] = own
    .filter(({ state }) => state === 'running')
    .toSorted((a, b) => a.startedAt.localeCompare(b.startedAt));
  if (first === undefined) return { unseen: 'not-running' };
  // There the sockets of others stand in the same table.
  if (first.sharedNetwork === 'shared') return { unseen: 'shared-network' };
  const answer = await target
    .exec(first.id, socketsCommand)
    .catch((error: unknown) => (error instanceof TargetError ? ('refused' as const) : undefined));
  if (answer === 'refused') return { unseen: 'refused' };
  // One that was ended or paused meanwhile.
  if (answer === undefined) return { unseen: 'not-running' };
  const sockets = socketsIn(answer.stdout);
  if (sockets === undefined) return { unseen: 'no-program' };
  const { listening: ports } = sockets;
  const isYoung = now.getTime() - Date.parse(first.startedAt) < openAfterMs;
  return ports.size === 0 && isYoung ? { unseen: 'just-started' } : { ports };
}
