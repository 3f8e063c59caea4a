import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import type { NatsTarget } from '../../domain/probe/targets/nats.ts';
import { type BusClient, clientsOnBus } from '../support/nats-clients.ts';
import { isTap, otherListeners, subjectsHeard } from './bus.ts';

/** So many subscriptions at once cost a server nothing. */
const mostPatterns = 100;

/** The server does not let our user do it. */
export const isRefused = (error: unknown): boolean =>
  error instanceof TargetError && error.stage === 'forbidden';

/** What a refused subscription takes, in the words of the server's own configuration; any other error as it is. */
export function namedRefusal(error: unknown, subject: string): unknown {
  if (!isRefused(error)) return error;
  return new AppError('NOT_FOUND', 'NATS refuses the subscription', {
    facts: { reason: 'subscription-refused', subject },
  });
}

/**
 * All that is published, for a user that may not subscribe to everything: it listens on what clients, streams and these
 * `subjects` take, and asks the monitor before and after how much each client has sent. When as much was heard as was
 * sent, nothing else was sent. Undefined when more was sent than was heard, or when somebody else may have sent.
 */
export async function heardByKnownSubjects(
  nats: NatsTarget,
  subjects: readonly string[],
  ms: number,
  { signal, most }: { readonly signal: AbortSignal; readonly most: number },
): Promise<Readonly<Record<string, number>> | undefined> {
  // Our own connection must not be a new one between the two looks.
  await nats.connect({ signal });
  const others = await otherListeners(nats, signal);
  // Clients of other servers are not among those of this one.
  if (others === undefined || others.servers.length > 0) return undefined;
  const before = await look(nats, signal);
  const taken = before.clients.flatMap((client) => client.subjects);
  const patterns = [...new Set([...subjects, ...taken, ...others.subjects])].filter((one) => !isTap(one));
  const heard: Record<string, number> = {};
  await Promise.all(
    patterns.slice(0, mostPatterns).map(async (pattern) => {
      const own = await nats.listen(pattern, ms, { signal, most }).catch((error: unknown) => {
        if (isRefused(error)) return {};
        throw error;
      });
      // Two patterns may take the same message.
      for (const [subject, count] of subjectsHeard(own))
        heard[subject] = Math.max(heard[subject] ?? 0, count);
    }),
  );
  const after = await look(nats, signal);
  const total = Object.values(heard).reduce((sum, count) => sum + count, 0);
  return sentBetween(before, after) === total ? heard : undefined;
}

interface Look {
  readonly clients: readonly BusClient[];
  /** Connections that there ever were. */
  readonly connections: number | undefined;
}

async function look(nats: NatsTarget, signal: AbortSignal): Promise<Look> {
  const [clients, { total_connections: connections }] = await Promise.all([
    clientsOnBus(nats, signal),
    nats.monitor<{ readonly total_connections?: number }>('/varz', { signal }),
  ]);
  return { clients, connections };
}

/** Messages that clients sent; undefined when one came or went, for what it sent is not known. */
function sentBetween(before: Look, after: Look): number | undefined {
  const earlier = new Map(before.clients.map(({ cid, sent }) => [cid, sent]));
  const same = after.clients.length === earlier.size && after.clients.every(({ cid }) => earlier.has(cid));
  if (!same || before.connections !== after.connections) return undefined;
  return after.clients.reduce((sum, { cid, sent }) => sum + sent - (earlier.get(cid) ?? 0), 0);
}
