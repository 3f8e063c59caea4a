import type { KnownBlock } from '@slack/types';

/** A JSON object as it travels on the wire. */
export type JsonObject = Record<string, unknown>;

/** A block as an app sent it: known to `@slack/types`, or newer than they are. */
export type AnyBlock = KnownBlock | (JsonObject & { readonly type: string });

/** Time as the emulator sees it. Tests hand in one they can move by hand. */
export interface EmulatorClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `run` after `ms`; the returned function cancels it. */
  setTimer(ms: number, run: () => void): () => void;
}

export interface SlackUser {
  readonly id: string;
  teamId: string;
  name: string;
  realName: string;
  email: string | null;
  /** IETF tag as Slack gives it: `en-US`, `zh-CN`. */
  locale: string;
  /** IANA zone. */
  tz: string;
  isBot: boolean;
  isAdmin: boolean;
  /** Multi-channel guest. */
  isRestricted: boolean;
  /** Single-channel guest. */
  isUltraRestricted: boolean;
  /** Member of another organisation, seen through a shared channel. */
  isStranger: boolean;
  deleted: boolean;
}

export interface SlackUsergroup {
  readonly id: string;
  handle: string;
  name: string;
  disabled: boolean;
  users: readonly string[];
}

export interface SlackChannel {
  readonly id: string;
  name: string;
  kind: 'public' | 'private' | 'im' | 'mpim';
  isArchived: boolean;
  isExtShared: boolean;
  /** True when only admins may post (`restricted_action_read_only_channel`). */
  isReadOnly: boolean;
  topic: string;
  /** Seconds since 1970. */
  created: number;
  readonly members: Set<string>;
}

export interface SlackFile {
  readonly id: string;
  name: string;
  title: string;
  mimetype: string;
  readonly user: string;
  /** Seconds since 1970. */
  created: number;
  /** Bytes promised when the upload URL was asked for. */
  readonly size: number;
  content: Uint8Array | null;
  completed: boolean;
  channels: readonly string[];
  /** What an image shows, in words. */
  readonly altText?: string;
}

export interface MessageMetadata {
  readonly event_type: string;
  readonly event_payload: JsonObject;
}

export interface StreamState {
  readonly startedAt: number;
  open: boolean;
  readonly displayMode: 'timeline' | 'plan';
  planTitle: string;
  readonly tasks: Map<string, JsonObject>;
  markdown: string;
  extraBlocks: AnyBlock[];
}

export interface SlackMessage {
  readonly channel: string;
  readonly ts: string;
  readonly user: string;
  readonly botId: string | null;
  readonly subtype: string | null;
  /** Only this user sees it; such a message is in no history and cannot be edited. */
  readonly ephemeralFor: string | null;
  /** Set on replies and on parents that have replies. */
  threadTs: string | null;
  readonly isBroadcast: boolean;
  text: string;
  blocks: readonly AnyBlock[];
  attachments: readonly JsonObject[];
  files: readonly string[];
  metadata: MessageMetadata | null;
  edited: { readonly user: string; readonly ts: string } | null;
  deleted: boolean;
  readonly reactions: Map<string, Set<string>>;
  /** `postMessage` told Slack not to read it as markup. */
  readonly mrkdwn: boolean;
  stream: StreamState | null;
}

export interface SlackView {
  readonly id: string;
  readonly type: 'modal' | 'home';
  readonly user: string;
  readonly rootId: string;
  readonly previousId: string | null;
  hash: string;
  /** The view as the app sent it, every block with a block_id. */
  content: JsonObject & { readonly blocks: readonly AnyBlock[] };
}

export interface SlackBookmark {
  readonly id: string;
  readonly channel: string;
  title: string;
  link: string;
  emoji: string;
}

export interface ResponseUrlGrant {
  readonly id: string;
  readonly user: string;
  readonly channel: string;
  readonly threadTs: string | null;
  /** The message whose button was pressed; `replace_original` and `delete_original` act on it. */
  readonly original: { readonly ts: string; readonly isEphemeral: boolean } | null;
  readonly expiresAt: number;
  uses: number;
}

export interface TriggerGrant {
  readonly id: string;
  readonly user: string;
  readonly expiresAt: number;
  /** The modal from which it came: `views.push` needs it. */
  readonly viewId: string | null;
  used: boolean;
}

/** What a token is worth right now. */
export type TokenStatus = 'active' | 'invalid_auth' | 'token_revoked' | 'token_expired' | 'account_inactive';

export interface TokenRecord {
  readonly value: string;
  readonly kind: 'bot' | 'app';
  /** `null`: every scope (no manifest was given). */
  scopes: ReadonlySet<string> | null;
  status: TokenStatus;
}

/** The parts of a Slack app manifest that the emulator obeys. Parse the YAML yourself. */
export interface AppManifest {
  readonly features?: {
    readonly slash_commands?: readonly {
      readonly command: string;
      readonly description?: string;
      readonly usage_hint?: string;
    }[];
    readonly shortcuts?: readonly {
      readonly name: string;
      readonly type: string;
      readonly callback_id: string;
      readonly description?: string;
    }[];
    readonly bot_user?: { readonly display_name?: string };
    readonly app_home?: {
      readonly home_tab_enabled?: boolean;
      readonly messages_tab_enabled?: boolean;
    };
  };
  readonly oauth_config?: { readonly scopes?: { readonly bot?: readonly string[] } };
  readonly settings?: { readonly event_subscriptions?: { readonly bot_events?: readonly string[] } };
  readonly display_information?: { readonly name?: string };
}

export type DeliveryKind = 'slash_commands' | 'interactive' | 'events_api';

/** How one delivery to the app ended, in the words Slack shows to the user. */
export type DeliveryOutcome = 'acked' | 'operation_timeout' | 'dispatch_failed' | 'http_service_error';

export interface Delivery {
  readonly id: string;
  readonly kind: DeliveryKind;
  readonly outcome: DeliveryOutcome;
  /** The ack's body: an object, a plain text, or null when it was empty or never came. */
  readonly ack: unknown;
  /** From sending to the ack (or to giving up), in milliseconds. */
  readonly afterMs: number;
  /** HTTP mode only. */
  readonly httpStatus: number | null;
}
