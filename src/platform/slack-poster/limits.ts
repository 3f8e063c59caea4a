import type { OutboxItem, OutboxMethod } from '../../domain/message/outbox.ts';

/** So many calls at once, then `perMinute`; the sum stays below what Slack surely allows in a minute. */
interface Budget {
  readonly burst: number;
  readonly perMinute: number;
  /** Calls that progress (`priority` 1) leaves for decisions. */
  readonly reserve: number;
}

/**
 * R-SLACK28, docs.slack.dev/apis/web-api/rate-limits: chat.postMessage about one a second per channel; chat.update Tier 3
 * (50 a minute); postEphemeral, views.publish and files Tier 4 (100 a minute), all per workspace.
 */
const perWorkspace: Readonly<Partial<Record<OutboxMethod, Budget>>> = {
  post: { burst: 40, perMinute: 240, reserve: 10 },
  update: { burst: 16, perMinute: 33, reserve: 6 },
  ephemeral: { burst: 30, perMinute: 60, reserve: 0 },
  home: { burst: 30, perMinute: 60, reserve: 0 },
  upload: { burst: 20, perMinute: 60, reserve: 0 },
};
const postPerLane: Budget = { burst: 3, perMinute: 58, reserve: 0 };
/** A message is edited at most once a second. */
const editEveryMs = 1000;

interface Bucket {
  tokens: number;
  at: number;
}

export interface SendLimits {
  /** Milliseconds to wait before this item may go, 0 when it may go now (it then counts). */
  take(item: OutboxItem): number;
  /** Slack said 429: nothing of this method (and, for posts, of this channel) before then. */
  hold(item: Pick<OutboxItem, 'method' | 'lane'>, forMs: number): void;
  heldMethods(): readonly OutboxMethod[];
  heldLanes(): readonly string[];
  /** Milliseconds until the next hold ends, undefined without one. */
  nextRelease(): number | undefined;
}

export function createSendLimits(now: () => number): SendLimits {
  const buckets = new Map<string, Bucket>();
  const shown = new Map<string, { readonly at: number; readonly how: 'post' | 'edit' }>();
  const methods = new Map<OutboxMethod, number>();
  const lanes = new Map<string, number>();

  const wait = (key: string, budget: Budget, priority: number): number => {
    const bucket = refill(buckets, key, budget, now());
    const needed = priority > 0 ? 1 + budget.reserve : 1;
    return bucket.tokens >= needed ? 0 : Math.ceil(((needed - bucket.tokens) * 60_000) / budget.perMinute);
  };
  const spend = (key: string): void => {
    const bucket = buckets.get(key);
    if (bucket !== undefined) bucket.tokens -= 1;
  };
  const alive = <K>(holds: Map<K, number>): readonly K[] => {
    for (const [key, until] of holds) if (until <= now()) holds.delete(key);
    return [...holds.keys()];
  };

  return {
    take(item) {
      const budget = perWorkspace[item.method];
      if (budget === undefined) return 0;
      const laneKey = `${item.method} ${item.lane}`;
      const last =
        item.method === 'update' && item.message !== undefined ? shown.get(item.message.id) : undefined;
      // Progress waits a second after the post too; the answer itself only after another edit.
      const spaced = last !== undefined && (last.how === 'edit' || item.priority > 0);
      const waits = [
        wait(item.method, budget, item.priority),
        item.method === 'post' ? wait(laneKey, postPerLane, 0) : 0,
        spaced ? last.at + editEveryMs - now() : 0,
      ];
      const longest = Math.max(0, ...waits);
      if (longest > 0) return longest;
      spend(item.method);
      if (item.method === 'post') spend(laneKey);
      if (item.message !== undefined)
        remember(shown, item.message.id, { at: now(), how: item.method === 'post' ? 'post' : 'edit' });
      return 0;
    },
    hold({ method, lane }, forMs) {
      const until = now() + forMs;
      if (method === 'post') lanes.set(lane, Math.max(lanes.get(lane) ?? 0, until));
      else methods.set(method, Math.max(methods.get(method) ?? 0, until));
    },
    heldMethods: () => alive(methods),
    heldLanes: () => alive(lanes),
    nextRelease() {
      const ends = [...methods.values(), ...lanes.values()].filter((until) => until > now());
      return ends.length === 0 ? undefined : Math.min(...ends) - now();
    },
  };
}

function refill(buckets: Map<string, Bucket>, key: string, budget: Budget, now: number): Bucket {
  const bucket = buckets.get(key) ?? { tokens: budget.burst, at: now };
  bucket.tokens = Math.min(budget.burst, bucket.tokens + ((now - bucket.at) * budget.perMinute) / 60_000);
  bucket.at = now;
  buckets.set(key, bucket);
  return bucket;
}

/** Keeps the newest thousand: older messages are not edited any more. */
function remember<V>(shown: Map<string, V>, id: string, value: V): void {
  shown.delete(id);
  shown.set(id, value);
  const oldest = shown.keys().next().value;
  if (shown.size > 1000 && oldest !== undefined) shown.delete(oldest);
}
