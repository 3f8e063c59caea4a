import type { LogPicture } from '../logs/picture.ts';
import type { Rendered } from './rendered.ts';
import type { Urgency } from './sending.ts';

/** What a paging system gets: no address, no version, no log line. */
export interface Page {
  readonly source: 'aetherius-bot';
  readonly event: 'requested' | 'reminder' | 'unknown-outcome';
  readonly environment: string;
  /** The id that people type. */
  readonly fix: string;
  /** Id of the remediation. */
  readonly action: string;
  readonly undo: boolean;
  readonly part: string;
  readonly tier: number;
  readonly planHash: string;
  /** One sentence, in the language of the channel. */
  readonly summary: string;
  /** Slack ids; the channel is absent where others may not know of it. */
  readonly requester?: string;
  readonly channel?: string;
}

export interface FileText {
  readonly content: string;
  readonly encoding: 'utf8' | 'base64';
}

/** A bundle, whose bytes stand in pieces by its run. */
export interface FileOfRun {
  /** Id of the run. */
  readonly bundle: string;
  /** Who gets it where the channel does not take a file. */
  readonly user?: string;
  /** What they are told then. */
  readonly instead?: string;
}

/** A picture that the bot draws when it sends it (ADR 0037). */
export interface FileDrawn {
  readonly picture: LogPicture;
  /** What it shows, for a reader who cannot see it. */
  readonly alt: string;
  /** Whose clock its times go by; absent: UTC. */
  readonly reader?: string;
}

/** What stands in `outbox.payload`, by kind. */
export interface OutboxPayloads {
  readonly render: Rendered;
  readonly ephemeral: {
    readonly channel: string;
    readonly userId: string;
    readonly threadTs?: string;
    readonly rendered: Rendered;
  };
  readonly home: { readonly userId: string; readonly view: unknown };
  readonly upload: {
    readonly channel: string;
    readonly threadTs?: string;
    readonly filename: string;
    readonly title: string;
    readonly comment?: string;
  } & (FileText | FileOfRun | FileDrawn);
  readonly page: Page;
}
export type OutboxKind = keyof OutboxPayloads;

/** The Slack method an item needs: limits are held per method. */
export type OutboxMethod = 'post' | 'update' | 'ephemeral' | 'home' | 'upload' | 'page';

/** The message of ours that a `render` shows, or under which an `upload` goes. */
export interface OutboxMessage {
  readonly id: string;
  readonly purpose: string;
  /** The run that it answers. */
  readonly runId?: string;
  /** The fix that it is about. */
  readonly remediationId?: string;
  readonly channel: string;
  /** Set once it stands in Slack: the render is an edit. */
  readonly ts?: string;
  /** The thread it belongs to, its parent's `ts` already resolved. */
  readonly threadTs?: string;
  /** Where its parent stands. */
  readonly parentTs?: string;
  /** Where it stood before its answer became a post of its own; what stands there is another message by now. */
  readonly movedFrom?: string;
  readonly sentVersion: number;
}

export type OutboxItem = {
  readonly [K in OutboxKind]: {
    readonly id: string;
    readonly kind: K;
    readonly method: OutboxMethod;
    readonly lane: string;
    readonly urgency: Urgency;
    readonly version?: number;
    /** Sends begun that may have reached Slack, this one included: above 1 the effect may already stand there. */
    readonly attempts: number;
    /** A send of an older render of its message was begun: that one may stand in Slack without our knowing. */
    readonly triedBefore: boolean;
    /** Slack's id of a file whose bytes were given to it: it may stand there already. */
    readonly fileId?: string;
    /** The answer that a message waits for which shows only progress: it may become a post of its own. */
    readonly movable: boolean;
    readonly createdAt: Date;
    /** R-A10: the bot has written it, as it is; whatever else is sent has no power. */
    readonly sealed: boolean;
    readonly message?: OutboxMessage;
    readonly payload: OutboxPayloads[K];
  };
}[OutboxKind];

/** What a sender leaves alone for now. */
export interface Closed {
  readonly method: OutboxMethod;
  /** Only in this lane; everywhere without it. */
  readonly lane?: string;
  /** This urgency and whatever is less urgent. */
  readonly from: Urgency;
}

/**
 * The sending side of the outbox (R-S3, R-S4): at most one item of a lane is in flight, whichever process holds
 * it; a reply waits until its parent stands in Slack; a lease that ended makes the item due again.
 */
export interface Outbox {
  /**
   * Leases due items, the first of each free lane: decisions before answers before progress, and a whole answer before
   * the replies under another. An edit that is closed is given all the same when it may go as a post.
   */
  claim(
    owner: string,
    options: { readonly limit: number; readonly leaseMs: number; readonly closed?: readonly Closed[] },
  ): Promise<readonly OutboxItem[]>;
  /**
   * Before a movable item is posted: from now on its message stands nowhere, and what stood is a message of its own
   * that will show `left` once the post stands. False: the lease was somebody else's by then, or it has an answer.
   */
  move(id: string, owner: string, left: Rendered): Promise<boolean>;
  /** Done; `ts` is where a posted message stands. False: the lease was somebody else's by then. */
  sent(
    id: string,
    owner: string,
    result: {
      readonly ts?: string;
      /** The conversation that a direct message went to; it is edited there from then on. */
      readonly channel?: string;
      /** Its old message was gone and `ts` takes its place. */
      readonly replaced?: true;
    },
  ): Promise<boolean>;
  /** Before people can see it: Slack has the bytes of the file under this id. False: the lease was somebody else's by then. */
  given(id: string, owner: string, fileId: string): Promise<boolean>;
  /** It takes longer. False: the lease was somebody else's by then. */
  extend(id: string, owner: string, leaseMs: number): Promise<boolean>;
  /** Due again after `afterMs`. */
  retry(
    id: string,
    owner: string,
    again: {
      readonly afterMs: number;
      readonly error: string;
      /** It surely did not reach Slack: this attempt does not count. */
      readonly unsent?: true;
    },
  ): Promise<boolean>;
  /** Given up; `lost` says why its message can no longer be posted or edited (R-S5). */
  fail(
    id: string,
    owner: string,
    failure: { readonly error: string; readonly lost?: string },
  ): Promise<boolean>;
  /** Milliseconds until `claim` gives something again, undefined when that does not depend on time alone. */
  nextDue(options?: { readonly closed?: readonly Closed[] }): Promise<number | undefined>;
  /** Items not sent, for metrics. */
  depth(): Promise<number>;
}
