import { z } from 'zod';
import type { Directory, DirectoryPerson, Installation, Known } from '../../../domain/fix/eligibility.ts';
import type { Policy } from '../../../domain/fix/policy.ts';
import type { Clock, Logger } from '../../../domain/kernel/clock.ts';
import { every } from '../../../domain/kernel/every.ts';
import type { DirectoryKind } from '../../../domain/ports/directory.ts';
import type { Listening, StoreOf, TxOf } from '../../../domain/ports/store.ts';

const installationId = '*';

const Person = z.object({
  userId: z.string(),
  teamId: z.string(),
  enterpriseId: z.string().exactOptional(),
  globalUserId: z.string().exactOptional(),
  deleted: z.boolean(),
  bot: z.boolean(),
  restricted: z.boolean(),
  ultraRestricted: z.boolean(),
  stranger: z.boolean(),
}) satisfies z.ZodType<DirectoryPerson>;
const Installed = z.object({
  teamIds: z.array(z.string()),
  enterpriseIds: z.array(z.string()),
}) satisfies z.ZodType<Installation>;
const Members = z.array(z.string());
// An entry of before does not say it, and what is not known is private.
const Channel = z.object({
  externallyShared: z.boolean(),
  private: z.boolean().default(true),
  archived: z.boolean().default(false),
  with: z.string().exactOptional(),
});

/**
 * The directory as the bot last wrote it down, inside of a transaction: entries are held against change until
 * it ends, so that a removal comes before or after a claim and never in between. Older than `maxAgeMs` is unknown.
 */
export function snapshotDirectory(tx: TxOf<'directory'>, maxAgeMs: number): Directory {
  // One question after the other: a transaction has one connection.
  let last: Promise<unknown> = Promise.resolve();
  const read = <T>(kind: DirectoryKind, id: string, shape: z.ZodType<T>): Promise<Known<T>> => {
    const answer = last.then(() => look(kind, id, shape));
    last = answer.catch(() => undefined);
    return answer;
  };
  const look = async <T>(kind: DirectoryKind, id: string, shape: z.ZodType<T>): Promise<Known<T>> => {
    const entry = await tx.directory.get(kind, id);
    // Of a channel nothing is written down as long as nothing is asked for in it.
    if (entry === undefined) return { unavailable: kind === 'channel' ? 'stale' : 'not-found' };
    if (entry.ageMs > maxAgeMs) return { unavailable: 'stale' };
    const parsed = shape.safeParse(entry.data);
    return parsed.success ? { known: parsed.data } : { unavailable: 'unreadable' };
  };
  return {
    installation: () => read('installation', installationId, Installed),
    person: (userId) => read('person', userId, Person),
    groupMembers: (groupId) => read('group', groupId, Members),
    channel: (channelId) => read('channel', channelId, Channel),
  };
}

/** The same for callers without a transaction: each question is one of its own. For the command line. */
export function storedDirectory(store: StoreOf<'directory'>, maxAgeMs: number): Directory {
  return {
    installation: () => store.tx((tx) => snapshotDirectory(tx, maxAgeMs).installation()),
    person: (id) => store.tx((tx) => snapshotDirectory(tx, maxAgeMs).person(id)),
    groupMembers: (id) => store.tx((tx) => snapshotDirectory(tx, maxAgeMs).groupMembers(id)),
    channel: (id) => store.tx((tx) => snapshotDirectory(tx, maxAgeMs).channel(id)),
  };
}

/**
 * People who already decided about something that still waits: they may have left every list since. And the channels in
 * which it was asked for: they may have been shared or closed since.
 */
function waiting(
  store: StoreOf<'remediations'>,
): Promise<{ readonly people: readonly string[]; readonly channels: readonly string[] }> {
  return store.tx(async (tx) => {
    const people: string[] = [];
    const channels: string[] = [];
    for (const row of await tx.remediations.list({ states: ['requested', 'approved'], limit: 200 })) {
      if (row.surface !== undefined) channels.push(row.surface.channel);
      if (row.requester !== undefined) people.push(row.requester.userId);
      for (const { person } of await tx.remediations.approvals(row.id)) people.push(person.userId);
    }
    return { people, channels };
  });
}

/**
 * Reads from Slack everybody the policy can name and writes it down; returns what could not be read. The time
 * of the entries is the database's before Slack was asked. What cannot be read keeps its old time and so ages.
 */
export async function refreshDirectory(deps: {
  readonly store: StoreOf<'directory' | 'remediations'>;
  readonly policy: Policy;
  readonly directory: Directory;
  /** Which of those who have decided nothing are asked about now; default all. */
  readonly inTurn?: (people: readonly string[]) => readonly string[];
}): Promise<readonly string[]> {
  const { store, policy, directory } = deps;
  const readAt = await store.tx((tx) => tx.now());
  const entries: { kind: DirectoryKind; id: string; data: unknown }[] = [];
  const missing: string[] = [];
  const keep = <T>(kind: DirectoryKind, id: string, answer: Known<T>): T | undefined => {
    if ('known' in answer) {
      entries.push({ kind, id, data: answer.known });
      return answer.known;
    }
    missing.push(`${kind} ${id}: ${answer.unavailable}`);
    return undefined;
  };
  keep('installation', installationId, await directory.installation());
  const open = await waiting(store);
  const decided = new Set(open.people);
  const people = new Set(policy.everyList.flatMap((list) => list.users));
  for (const group of new Set(policy.everyList.flatMap((list) => list.usergroups)))
    for (const member of keep('group', group, await directory.groupMembers(group)) ?? []) people.add(member);
  // One after the other: `users.info` is rate limited, and no person waits for this.
  const others = [...people].filter((userId) => !decided.has(userId));
  for (const userId of [...decided, ...(deps.inTurn?.(others) ?? others)])
    keep('person', userId, await directory.person(userId));
  for (const channel of new Set(open.channels)) keep('channel', channel, await directory.channel(channel));
  await store.tx(async (tx) => {
    for (const { kind, id, data } of entries) await tx.directory.save(kind, id, data, readAt);
  });
  return missing;
}

/** Slack answers a hundred questions about people a minute (R-SLACK28): these leave half of them to whoever presses a button. */
const mostAMinute = 50;

/** Those who were asked about longest ago, as many as a minute has room for. */
export function peopleInTurn(now: () => number): (people: readonly string[]) => readonly string[] {
  const askedAt = new Map<string, number>();
  let times: readonly number[] = [];
  return (people) => {
    const at = now();
    times = times.filter((time) => time > at - 60_000 && time <= at);
    const next = people
      .toSorted((a, b) => (askedAt.get(a) ?? 0) - (askedAt.get(b) ?? 0))
      .slice(0, Math.max(0, mostAMinute - times.length));
    for (const userId of next) askedAt.set(userId, at);
    times = [...times, ...next.map(() => at)];
    return next;
  };
}

/** Keeps the snapshot fresh in the bot process: regularly, and when an executor asks because it is too old. */
export function startDirectoryRefresh(deps: {
  readonly store: StoreOf<'directory' | 'remediations'> & Listening;
  readonly policy: Policy;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Default 60 s. */
  readonly everyMs?: number;
}): { stop(): Promise<void> } {
  const { store, clock, logger, everyMs = 60_000 } = deps;
  const inTurn = peopleInTurn(() => clock.now().getTime());
  const refresh = async () => {
    const missing = await refreshDirectory({ ...deps, inTurn });
    if (missing.length > 0) logger.warn({ missing }, 'parts of the directory cannot be read from Slack');
  };
  const refreshing = every(everyMs, refresh, {
    clock,
    // At most once a second, however many executors ask.
    restMs: 1_000,
    onError: (err) => logger.warn({ err }, 'the directory snapshot cannot be written'),
  });
  const listening = store.listen('directory', () => refreshing.wake());
  return {
    async stop() {
      await (await listening).stop();
      await refreshing.stop();
    },
  };
}
