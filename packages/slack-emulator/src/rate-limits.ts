import type { EmulatorClock } from './types.ts';

/** Calls a minute that each tier surely allows (docs.slack.dev/apis/web-api/rate-limits). */
const perMinute = { 1: 1, 2: 20, 3: 50, 4: 100 } as const;

const tiers: Readonly<Record<string, keyof typeof perMinute>> = {
  'chat.update': 3,
  'chat.delete': 3,
  'chat.postEphemeral': 4,
  'chat.startStream': 2,
  'chat.appendStream': 4,
  'chat.stopStream': 2,
  'conversations.list': 2,
  'conversations.info': 3,
  'conversations.members': 4,
  'conversations.history': 3,
  'conversations.replies': 3,
  'conversations.open': 3,
  'conversations.join': 3,
  'views.open': 4,
  'views.push': 4,
  'views.update': 4,
  'views.publish': 4,
  'bots.info': 3,
  'users.info': 4,
  'users.list': 2,
  'users.lookupByEmail': 3,
  'usergroups.list': 2,
  'usergroups.users.list': 2,
  'reactions.add': 3,
  'reactions.remove': 2,
  'pins.add': 2,
  'pins.list': 2,
  'pins.remove': 2,
  'bookmarks.add': 2,
  'bookmarks.edit': 2,
  'bookmarks.list': 3,
  'bookmarks.remove': 2,
  'files.getUploadURLExternal': 4,
  'files.completeUploadExternal': 4,
  'assistant.threads.setStatus': 4,
};

/**
 * Special tiers, a minute and workspace. Page of chat.postMessage: "several hundred messages per minute"; page of
 * chat.getPermalink: "hundreds of requests per minute". Slack gives no number: three hundred is the least that these
 * words can mean for posts, two hundred for links.
 */
const special: Readonly<Record<string, number>> = { 'chat.postMessage': 300, 'chat.getPermalink': 200 };

/** Posts a channel takes at once before "one a second" is enforced; Slack says only that short bursts pass. */
const postBurst = 4;

export interface RateLimits {
  /** Seconds to wait, or 0 when the call may go on (it then counts). */
  charge(method: string, channel: string | null): number;
}

/** Windows of a minute per method and workspace; `chat.postMessage` also about one a second per channel. */
export function createRateLimits(clock: EmulatorClock): RateLimits {
  const windows = new Map<string, number[]>();
  const buckets = new Map<string, { tokens: number; at: number }>();

  /** What a channel has left, and when it will have one more. */
  const room = (channel: string): number => {
    const now = clock.now();
    const bucket = buckets.get(channel) ?? { tokens: postBurst, at: now };
    const tokens = Math.min(postBurst, bucket.tokens + (now - bucket.at) / 1000);
    buckets.set(channel, { tokens, at: now });
    return tokens;
  };
  const spend = (channel: string): void => {
    const bucket = buckets.get(channel);
    if (bucket !== undefined) bucket.tokens -= 1;
  };

  return {
    charge: (method, channel) => {
      const now = clock.now();
      const posted = method === 'chat.postMessage' ? channel : null;
      const left = posted === null ? 1 : room(posted);
      if (left < 1) return Math.max(1, Math.ceil(1 - left));
      const tier = tiers[method];
      const limit = tier === undefined ? special[method] : perMinute[tier];
      if (limit === undefined) return 0;
      const recent = (windows.get(method) ?? []).filter((at) => at > now - 60_000);
      windows.set(method, recent);
      const oldest = recent[0];
      if (recent.length >= limit && oldest !== undefined)
        return Math.max(1, Math.ceil((oldest + 60_000 - now) / 1000));
      recent.push(now);
      if (posted !== null) spend(posted);
      return 0;
    },
  };
}
