import type { WebClient } from '@slack/web-api';
import type { Directory, DirectoryPerson, Installation, Known } from '../../domain/fix/eligibility.ts';
import type { Clock, Logger } from '../../domain/kernel/clock.ts';
import { present } from '../../domain/kernel/present.ts';
import { failureOf } from './failure.ts';

export interface SlackDirectoryOptions {
  readonly client: WebClient;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How old an answer may be; decisions ask with `fresh()`. */
  readonly cacheMs?: number;
}

export interface SlackDirectory extends Directory {
  /** The same people, asked now: what a decision is made on (R-A3, R-A8). */
  fresh(): Directory;
  /** The reader's language tag as Slack has it; undefined when it cannot say within a moment. */
  locale(userId: string): Promise<string | undefined>;
  /** The IANA zone that the reader has set in Slack; undefined when Slack cannot say. */
  zone(userId: string): Promise<string | undefined>;
  self(): Promise<Known<Self>>;
  /** Slack says that a channel changed: the next question gets a new answer. */
  forgetChannel(channelId: string): void;
}

/** What `auth.test` says of our own token. */
export interface Self {
  readonly botUserId: string;
  readonly botId: string;
  readonly teamId: string;
  readonly enterpriseId?: string;
  readonly url: string;
}

interface Cached<T> {
  readonly at: number;
  readonly answer: Promise<Known<T>>;
}

const mostEntries = 5000;

/** Who people are, read from Slack. Never throws: a failed request gives `unavailable`, and the caller then denies. */
export function createSlackDirectory(options: SlackDirectoryOptions): SlackDirectory {
  const { client, clock, logger, cacheMs = 60_000 } = options;
  const cache = new Map<string, Cached<unknown>>();

  const ask = async <T>(what: string, call: () => Promise<T>): Promise<Known<T>> => {
    try {
      return { known: await call() };
    } catch (error) {
      const failure = failureOf(error);
      logger.warn(
        { what, failure: failure.kind, code: 'code' in failure ? failure.code : undefined },
        'Slack could not say who somebody is',
      );
      if (failure.kind === 'rate-limited') return { unavailable: 'rate-limited' };
      const absent =
        'code' in failure &&
        ['user_not_found', 'no_such_subteam', 'channel_not_found', 'users_not_found'].includes(failure.code);
      return { unavailable: absent ? 'not-found' : 'slack-unavailable' };
    }
  };

  const asked = <T>(key: string, maxAgeMs: number, call: () => Promise<T>): Promise<Known<T>> => {
    const now = clock.now().getTime();
    const known = cache.get(key) as Cached<T> | undefined;
    if (known !== undefined && now - known.at < maxAgeMs) return known.answer;
    const answer = ask(key, call);
    cache.set(key, { at: now, answer });
    const oldest = cache.keys().next().value;
    if (cache.size > mostEntries && oldest !== undefined) cache.delete(oldest);
    void answer.then((result) => {
      // A failure is not remembered: the next question may have an answer.
      if ('unavailable' in result && cache.get(key)?.answer === answer) cache.delete(key);
    });
    return answer;
  };

  const user = async (userId: string) => {
    const { user: found } = await client.users.info({ user: userId, include_locale: true });
    if (found?.id === undefined) throw new Error('users.info gave no user');
    const raw = found as Readonly<Record<string, unknown>>;
    const enterprise = raw.enterprise_user as { id?: string; enterprise_id?: string } | undefined;
    const person: DirectoryPerson = {
      userId: found.id,
      teamId: found.team_id ?? '',
      ...present({ enterpriseId: enterprise?.enterprise_id, globalUserId: enterprise?.id }),
      deleted: found.deleted === true,
      bot: found.is_bot === true || raw.is_workflow_bot === true || found.id === 'USLACKBOT',
      restricted: found.is_restricted === true,
      ultraRestricted: found.is_ultra_restricted === true,
      stranger: raw.is_stranger === true,
    };
    const [locale, tz] = [raw.locale, raw.tz].map((value) => (typeof value === 'string' ? value : undefined));
    return { person, locale, tz };
  };

  const self = (maxAgeMs: number): Promise<Known<Self>> =>
    asked('self', maxAgeMs, async () => {
      const answer = await client.auth.test();
      if (answer.user_id === undefined || answer.team_id === undefined)
        throw new Error('auth.test names no team');
      return {
        botUserId: answer.user_id,
        botId: answer.bot_id ?? '',
        teamId: answer.team_id,
        url: answer.url ?? '',
        ...present({ enterpriseId: answer.enterprise_id }),
      };
    });

  const view = (maxAgeMs: number): Directory => ({
    async installation() {
      // Where a token is installed does not change while it lives; a decision still wants to know that it lives.
      const answer = await self(Math.max(maxAgeMs, 300_000));
      return 'known' in answer ? { known: installationOf(answer.known) } : answer;
    },
    async person(userId) {
      const answer = await asked(`user ${userId}`, maxAgeMs, () => user(userId));
      return 'known' in answer ? { known: answer.known.person } : answer;
    },
    groupMembers: (groupId) =>
      asked(`group ${groupId}`, maxAgeMs, async () => {
        const answer = await client.usergroups.users.list({ usergroup: groupId });
        return answer.users ?? [];
      }),
    channel: (channelId) =>
      asked(channelKey(channelId), maxAgeMs, async () => {
        const { channel } = await client.conversations.info({ channel: channelId });
        const pending = (channel?.pending_shared as readonly unknown[] | undefined)?.length ?? 0;
        const raw = channel as Readonly<Record<string, unknown>> | undefined;
        return {
          externallyShared:
            channel?.is_ext_shared === true || raw?.is_pending_ext_shared === true || pending > 0,
          archived: channel?.is_archived === true,
          private: channel?.is_private !== false || channel.is_im === true || channel.is_mpim === true,
          ...present({ with: typeof raw?.user === 'string' ? raw.user : undefined }),
        };
      }),
  });

  return {
    ...view(cacheMs),
    // A second's worth of age keeps one decision from asking the same question five times.
    fresh: () => view(1000),
    async zone(userId) {
      const answer = await asked(`user ${userId}`, 3_600_000, () => user(userId));
      const zone = 'known' in answer ? answer.known.tz : undefined;
      return zone !== undefined && isZone(zone) ? zone : undefined;
    },
    async locale(userId) {
      const answer = await asked(`user ${userId}`, 3_600_000, () => user(userId));
      return 'known' in answer ? answer.known.locale : undefined;
    },
    self: () => self(cacheMs),
    forgetChannel(channelId) {
      cache.delete(channelKey(channelId));
    },
  };
}

const channelKey = (channelId: string): string => `channel ${channelId}`;

/** Whether this Node knows its clocks. */
function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function installationOf(self: Self): Installation {
  return {
    teamIds: [self.teamId],
    enterpriseIds: self.enterpriseId === undefined ? [] : [self.enterpriseId],
  };
}
