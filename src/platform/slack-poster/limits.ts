import type { Closed, OutboxItem, OutboxMethod } from '../../domain/message/outbox.ts';
import { type Urgency, urgencies, type Way, wayOf } from '../../domain/message/sending.ts';

/** So many calls at once, then `perMinute`; the sum stays below what Slack surely allows in a minute. */
interface Budget {
  readonly burst: number;
  readonly perMinute: number;
  /** Calls that each urgency leaves for the more urgent. */
  readonly reserve: Readonly<Record<Urgency, number>>;
}

const first: Budget['reserve'] = { decision: 0, answer: 0, progress: 0 };
/**
 * R-SLACK28, docs.slack.dev/apis/web-api/rate-limits: chat.postMessage about one a second per channel; chat.update Tier 3
 * (50 a minute); postEphemeral, views.publish and files Tier 4 (100 a minute), all per workspace. The page of
 * chat.postMessage: "several hundred messages per minute" per workspace.
 */
const perWorkspace: Readonly<Partial<Record<OutboxMethod, Budget>>> = {
  post: { burst: 40, perMinute: 240, reserve: { decision: 0, answer: 5, progress: 15 } },
  update: { burst: 16, perMinute: 33, reserve: { decision: 0, answer: 4, progress: 8 } },
  ephemeral: { burst: 30, perMinute: 60, reserve: first },
  home: { burst: 30, perMinute: 60, reserve: first },
  upload: { burst: 20, perMinute: 60, reserve: first },
};
const postPerLane: Budget = {
  burst: 3,
  perMinute: 58,
  reserve: { decision: 0, answer: 0, progress: 1 },
};
/** A message is edited at most once a second. */
const editEveryMs = 1000;

export interface SendLimits {
  /** How this item goes out now; unless it waits, it then counts. */
  take(item: OutboxItem): Way;
  /** Its call has ended: the second until the next edit of this message begins only here, for Slack counts as it arrives. */
  ended(item: Pick<OutboxItem, 'message'>): void;
  /** Slack said 429: nothing of this method (for posts: into this channel) before then. */
  hold(item: Pick<OutboxItem, 'method' | 'lane'>, forMs: number): void;
  /** What cannot be sent now, whatever it is. */
  closed(): readonly Closed[];
  /** Milliseconds until less is closed, undefined when nothing is. */
  nextOpening(): number | undefined;
}

export function createSendLimits(now: () => number): SendLimits {
  const methods = new Map(
    Object.entries(perWorkspace).map(([method, budget]) => [
      method as OutboxMethod,
      createBucket(budget, now),
    ]),
  );
  const lanes = new Map<string, Bucket>();
  const shown = new Map<string, { readonly at: number; readonly how: 'post' | 'edit' }>();

  const laneOf = (lane: string): Bucket => {
    const bucket = lanes.get(lane) ?? createBucket(postPerLane, now);
    lanes.set(lane, bucket);
    return bucket;
  };
  const bucketsOf = (method: OutboxMethod, lane: string): readonly Bucket[] => {
    const bucket = methods.get(method);
    if (bucket === undefined) return [];
    return method === 'post' ? [bucket, laneOf(lane)] : [bucket];
  };
  const wait = (buckets: readonly Bucket[], urgency: Urgency): number =>
    Math.max(0, ...buckets.map((bucket) => bucket.wait(urgency)));

  /** Progress waits a second after the post too; the answer itself only after another edit. */
  const spacing = (item: OutboxItem): number => {
    const last =
      item.method === 'update' && item.message !== undefined ? shown.get(item.message.id) : undefined;
    const spaced = last !== undefined && (last.how === 'edit' || item.urgency === 'progress');
    return spaced ? Math.max(0, last.at + editEveryMs - now()) : 0;
  };

  return {
    take(item) {
      const own = bucketsOf(item.method, item.lane);
      const asPost = bucketsOf('post', item.lane);
      const way = wayOf({
        method: wait(own, item.urgency),
        message: spacing(item),
        ...(item.movable ? { post: wait(asPost, item.urgency) } : {}),
      });
      if (way.kind === 'wait') return way;
      for (const bucket of way.kind === 'move' ? asPost : own) bucket.spend();
      const how = way.kind === 'move' || item.method === 'post' ? 'post' : 'edit';
      if (item.message !== undefined) remember(shown, item.message.id, { at: now(), how });
      return way;
    },
    ended({ message }) {
      const last = message === undefined ? undefined : shown.get(message.id);
      if (message !== undefined && last !== undefined)
        remember(shown, message.id, { at: now(), how: last.how });
    },
    hold({ method, lane }, forMs) {
      const bucket = method === 'post' ? laneOf(lane) : methods.get(method);
      bucket?.hold(forMs);
    },
    closed() {
      for (const [lane, bucket] of lanes) if (bucket.full()) lanes.delete(lane);
      return [
        ...[...methods].flatMap(([method, bucket]) => bucket.closed().map((from) => ({ method, from }))),
        ...[...lanes].flatMap(([lane, bucket]) =>
          bucket.closed().map((from) => ({ method: 'post' as const, lane, from })),
        ),
      ];
    },
    nextOpening() {
      const waits = [...methods.values(), ...lanes.values()]
        .flatMap((bucket) => urgencies.map((urgency) => bucket.wait(urgency)))
        .filter((ms) => ms > 0);
      return waits.length === 0 ? undefined : Math.min(...waits);
    },
  };
}

interface Bucket {
  /** Milliseconds until one of this urgency may go. */
  wait(urgency: Urgency): number;
  spend(): void;
  hold(forMs: number): void;
  full(): boolean;
  /** The most urgent that may not go, with all that are less urgent; empty when all may. */
  closed(): readonly Urgency[];
}

function createBucket({ burst, perMinute, reserve }: Budget, now: () => number): Bucket {
  let tokens = burst;
  let at = now();
  let heldUntil = 0;
  const refill = (): number => {
    tokens = Math.min(burst, tokens + ((now() - at) * perMinute) / 60_000);
    at = now();
    return tokens;
  };
  const wait = (urgency: Urgency): number => {
    const missing = 1 + reserve[urgency] - refill();
    return Math.max(0, heldUntil - now(), Math.ceil((missing * 60_000) / perMinute));
  };
  return {
    wait,
    spend() {
      tokens = refill() - 1;
    },
    hold(forMs) {
      heldUntil = Math.max(heldUntil, now() + forMs);
    },
    full: () => refill() >= burst && heldUntil <= now(),
    closed: () => urgencies.filter((urgency) => wait(urgency) > 0).slice(0, 1),
  };
}

/** Keeps the newest thousand: older messages are not edited any more. */
function remember<V>(shown: Map<string, V>, id: string, value: V): void {
  shown.delete(id);
  shown.set(id, value);
  const oldest = shown.keys().next().value;
  if (shown.size > 1000 && oldest !== undefined) shown.delete(oldest);
}
