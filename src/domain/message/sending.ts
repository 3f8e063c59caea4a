/**
 * R-S11: how soon something of ours is said in Slack, the most urgent first: what people decide about (cards, decisions,
 * refusals, verdicts), then what they asked for, then what only says how far it is. Stored as its place in this list.
 */
export const urgencies = ['decision', 'answer', 'progress'] as const;
export type Urgency = (typeof urgencies)[number];

/** Its place: 0 goes before 1. */
export function priorityOf(urgency: Urgency): number {
  return urgencies.indexOf(urgency);
}

/** The urgency stored as this place; what a version after ours has stored goes last. */
export function urgencyOf(priority: number): Urgency {
  return urgencies[priority] ?? 'progress';
}

/**
 * R-S9: milliseconds for which the first words of a run are kept back: an answer that comes meanwhile is then the only post.
 * Longer than a check of a healthy platform takes, and shorter than a person waits before wondering.
 */
export const holdBackMs = 500;

/**
 * Whether a newer render of a message goes out no sooner than the one it replaces, which may be kept back or wait for
 * its next second. Only progress has that time.
 */
export function waitsAsTheOlder(urgency: Urgency): boolean {
  return urgency === 'progress';
}

/** Purpose of what is left where an answer was expected that came as a message of its own. */
export const movedPurpose = 'moved';

/** Milliseconds for which an item has to wait, 0 when it need not. */
export interface Waits {
  /** Until Slack takes another call of its method. */
  readonly method: number;
  /** Until its message may be edited again. */
  readonly message: number;
  /** Until a new post could take its place; undefined when no new post may. */
  readonly post?: number;
}

export type Way =
  | { readonly kind: 'send' }
  /** As a post of its own. */
  | { readonly kind: 'move' }
  /** `forMs` 0: the holder of the limits knows when to ask again. */
  | { readonly kind: 'wait'; readonly forMs: number };

/** R-S10: how an item goes out. An answer does not wait for edits of others, and a message is not edited twice in a second. */
export function wayOf({ method, message, post }: Waits): Way {
  if (method === 0) return message === 0 ? { kind: 'send' } : { kind: 'wait', forMs: message };
  return post === 0 ? { kind: 'move' } : { kind: 'wait', forMs: 0 };
}
