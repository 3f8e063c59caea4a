/** What the emulator sends; only the fields the page reads. */
export type Json = Record<string, unknown>;

export interface Block extends Json {
  readonly type: string;
  readonly block_id?: string;
}

export interface User {
  readonly id: string;
  readonly teamId: string;
  readonly name: string;
  readonly realName: string;
  readonly locale: string;
  readonly tz: string;
  readonly isBot: boolean;
  readonly isAdmin: boolean;
  readonly isRestricted: boolean;
  readonly isStranger: boolean;
  readonly deleted: boolean;
}

export interface Usergroup {
  readonly id: string;
  readonly handle: string;
  readonly users: readonly string[];
}

export interface SharedFile {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly mimetype: string;
  readonly size: number;
  readonly url_private: string;
  readonly alt_txt?: string;
}

export interface Message {
  readonly channel: string;
  readonly ts: string;
  readonly user: string;
  readonly text?: string;
  readonly bot_id?: string;
  readonly subtype?: string;
  readonly blocks?: readonly Block[];
  readonly attachments?: readonly Json[];
  readonly files?: readonly SharedFile[];
  readonly thread_ts?: string | null;
  readonly edited?: { readonly ts: string };
  readonly ephemeral: boolean;
  readonly deleted: boolean;
  readonly permalink: string;
  readonly reply_count: number;
  readonly latest_reply?: string;
  readonly reactions?: readonly {
    readonly name: string;
    readonly users: readonly string[];
    readonly count: number;
  }[];
  readonly state: StateValues;
  readonly status: string | null;
  readonly mrkdwn: boolean;
  readonly streaming_state?: string;
}

export type StateValues = Readonly<Record<string, Readonly<Record<string, Json>>>>;

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly kind: 'public' | 'private' | 'im' | 'mpim';
  readonly topic: string;
  readonly isArchived: boolean;
  readonly isExtShared: boolean;
  readonly members: readonly string[];
  readonly hasBot: boolean;
  readonly messages: readonly Message[];
  readonly bookmarks: readonly { readonly id: string; readonly title: string; readonly link: string }[];
  readonly pins: readonly string[];
}

export interface View {
  readonly id: string;
  readonly type: 'modal' | 'home';
  readonly title?: { readonly text: string };
  readonly submit?: { readonly text: string } | null;
  readonly close?: { readonly text: string } | null;
  readonly blocks: readonly Block[];
  readonly state: { readonly values: StateValues };
  readonly hash: string;
}

export interface Shortcut {
  readonly name: string;
  readonly type: 'global' | 'message';
  readonly callback_id: string;
  readonly description?: string;
}

export interface Snapshot {
  readonly workspace: { readonly id: string; readonly name: string };
  readonly app: { readonly name: string; readonly botUserId: string };
  readonly me: string;
  readonly users: readonly User[];
  readonly usergroups: readonly Usergroup[];
  readonly channels: readonly Channel[];
  readonly modals: readonly View[];
  readonly home: View | null;
  readonly commands: readonly {
    readonly command: string;
    readonly description?: string;
    readonly usage_hint?: string;
  }[];
  readonly shortcuts: readonly Shortcut[];
  readonly connections: number;
}

export interface UserResult {
  readonly ok: boolean;
  readonly error: string | null;
  readonly warning: string | null;
  readonly ts: string | null;
  readonly detail: Json | null;
}

/** A fault of the demo platform, as the host of the page serves it. */
export interface DemoSwitch {
  readonly id: string;
  readonly title: string;
  readonly hint?: string;
  readonly kind?: 'real' | 'simulated';
  readonly on: boolean;
  /** The fault is a finding only when it is some seconds old: how many are left. */
  readonly seenInSeconds?: number;
}
