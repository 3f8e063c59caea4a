import type { Ids } from './ids.ts';
import { createIds } from './ids.ts';
import type {
  AnyBlock,
  EmulatorClock,
  JsonObject,
  MessageMetadata,
  ResponseUrlGrant,
  SlackBookmark,
  SlackChannel,
  SlackFile,
  SlackMessage,
  SlackUser,
  SlackUsergroup,
  SlackView,
  StreamState,
  TriggerGrant,
} from './types.ts';

export interface Workspace {
  readonly id: string;
  name: string;
  domain: string;
}

export interface AppIdentity {
  readonly appId: string;
  readonly botId: string;
  readonly botUserId: string;
  name: string;
}

export interface NewMessage {
  readonly channel: string;
  readonly user: string;
  readonly text?: string;
  readonly blocks?: readonly AnyBlock[];
  readonly attachments?: readonly JsonObject[];
  readonly files?: readonly string[];
  readonly threadTs?: string | null;
  readonly ephemeralFor?: string | null;
  readonly botId?: string | null;
  readonly subtype?: string | null;
  readonly metadata?: MessageMetadata | null;
  readonly isBroadcast?: boolean;
  readonly mrkdwn?: boolean;
  readonly stream?: StreamState | null;
}

/** The whole state of a small Slack. Maps are public: the API methods and the control API read and change them. */
export interface World {
  readonly workspace: Workspace;
  readonly app: AppIdentity;
  readonly clock: EmulatorClock;
  readonly ids: Ids;
  readonly users: Map<string, SlackUser>;
  readonly usergroups: Map<string, SlackUsergroup>;
  readonly channels: Map<string, SlackChannel>;
  /** Per channel, oldest first; ephemeral messages are among them. */
  readonly messages: Map<string, SlackMessage[]>;
  readonly files: Map<string, SlackFile>;
  readonly pins: Map<string, Set<string>>;
  readonly bookmarks: Map<string, SlackBookmark>;
  /** Open modals per user, the visible one last. */
  readonly modals: Map<string, SlackView[]>;
  readonly homes: Map<string, SlackView>;
  readonly triggers: Map<string, TriggerGrant>;
  readonly responseUrls: Map<string, ResponseUrlGrant>;
  /** What users have entered: `message or view key` → block_id → action_id → state. */
  readonly inputs: Map<string, Record<string, Record<string, JsonObject>>>;
  /** Assistant status per `channel:thread_ts`. */
  readonly statuses: Map<string, string>;
  addMessage(message: NewMessage): SlackMessage;
  findMessage(channel: string, ts: string): SlackMessage | undefined;
  directChannel(user: string): SlackChannel;
  /** Milliseconds since 1970. */
  now(): number;
  /** Tells the listeners that something visible changed. */
  changed(): void;
  onChange(listener: () => void): () => void;
}

/** Gives each block without a block_id one, and each interactive element an action_id, as Slack does. */
export function withIds(blocks: readonly AnyBlock[], ids: Ids): readonly AnyBlock[] {
  const element = (value: unknown): unknown =>
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    !('action_id' in value) &&
    needsActionId(value.type)
      ? { action_id: ids.short(), ...value }
      : value;
  return blocks.map((block) => {
    const wide: JsonObject = { ...block };
    if (typeof wide.block_id !== 'string') wide.block_id = ids.short();
    if (Array.isArray(wide.elements) && wide.type !== 'context' && wide.type !== 'rich_text') {
      wide.elements = wide.elements.map(element);
    }
    if (wide.accessory !== undefined) wide.accessory = element(wide.accessory);
    if (wide.element !== undefined) wide.element = element(wide.element);
    return wide as AnyBlock;
  });
}

const needsActionId = (type: unknown): boolean =>
  typeof type === 'string' && !['image', 'card', 'mrkdwn', 'plain_text'].includes(type);

export interface WorldSetup {
  readonly clock: EmulatorClock;
  readonly workspace: Workspace;
  readonly app: AppIdentity;
  readonly users: readonly SlackUser[];
  readonly channels: readonly SlackChannel[];
  readonly usergroups: readonly SlackUsergroup[];
}

export function createWorld(setup: WorldSetup): World {
  const ids = createIds(setup.clock);
  const listeners = new Set<() => void>();
  const messages = new Map<string, SlackMessage[]>();
  const channels = new Map(setup.channels.map((channel) => [channel.id, channel]));

  const changed = (): void => {
    for (const listener of listeners) listener();
  };

  const findMessage = (channel: string, ts: string): SlackMessage | undefined =>
    messages.get(channel)?.find((message) => message.ts === ts);

  const addMessage = (entry: NewMessage): SlackMessage => {
    const parent = entry.threadTs ? findMessage(entry.channel, entry.threadTs) : undefined;
    // A reply to a reply lands in the thread of the parent, as in Slack.
    const threadTs = parent?.threadTs ?? entry.threadTs ?? null;
    const message: SlackMessage = {
      channel: entry.channel,
      ts: ids.ts(),
      user: entry.user,
      botId: entry.botId ?? null,
      subtype: entry.subtype ?? null,
      ephemeralFor: entry.ephemeralFor ?? null,
      threadTs,
      isBroadcast: entry.isBroadcast ?? false,
      text: entry.text ?? '',
      blocks: withIds(entry.blocks ?? [], ids),
      attachments: entry.attachments ?? [],
      files: entry.files ?? [],
      metadata: entry.metadata ?? null,
      edited: null,
      deleted: false,
      reactions: new Map(),
      mrkdwn: entry.mrkdwn ?? true,
      stream: entry.stream ?? null,
    };
    const all = messages.get(entry.channel) ?? [];
    all.push(message);
    messages.set(entry.channel, all);
    if (parent && !parent.threadTs && !message.ephemeralFor) parent.threadTs = parent.ts;
    changed();
    return message;
  };

  const directChannel = (user: string): SlackChannel => {
    const found = [...channels.values()].find(
      (channel) => channel.kind === 'im' && channel.members.has(user),
    );
    if (found) return found;
    const channel: SlackChannel = {
      id: ids.next('D'),
      name: '',
      kind: 'im',
      isArchived: false,
      isExtShared: false,
      isReadOnly: false,
      topic: '',
      created: Math.floor(setup.clock.now() / 1000),
      members: new Set([user, setup.app.botUserId]),
    };
    channels.set(channel.id, channel);
    return channel;
  };

  return {
    workspace: setup.workspace,
    app: setup.app,
    clock: setup.clock,
    ids,
    users: new Map(setup.users.map((user) => [user.id, user])),
    usergroups: new Map(setup.usergroups.map((group) => [group.id, group])),
    channels,
    messages,
    files: new Map(),
    pins: new Map(),
    bookmarks: new Map(),
    modals: new Map(),
    homes: new Map(),
    triggers: new Map(),
    responseUrls: new Map(),
    inputs: new Map(),
    statuses: new Map(),
    addMessage,
    findMessage,
    directChannel,
    now: () => setup.clock.now(),
    changed,
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
