import type { Core } from '../core.ts';
import type { HttpTarget } from '../dispatcher.ts';
import type { Faults } from '../faults.ts';
import { sign } from '../http-mode.ts';
import type { DeliveryLog } from '../log.ts';
import type { ChannelSeed, UsergroupSeed, UserSeed } from '../seed.ts';
import { makeChannel, makeUser, makeUsergroup } from '../seed.ts';
import type { SocketMode } from '../socket-mode.ts';
import type {
  Delivery,
  DeliveryKind,
  JsonObject,
  SlackChannel,
  SlackMessage,
  SlackUser,
  SlackView,
  TokenStatus,
} from '../types.ts';
import { wireUser } from '../wire.ts';
import type { World } from '../world.ts';
import type { UserResult } from './context.ts';
import type { ChooseValue, ClickButton } from './interaction.ts';
import { choose, click } from './interaction.ts';
import type { CloseModal, SubmitModal } from './modal.ts';
import { close, submit } from './modal.ts';
import { createPlaces, type Places } from './places.ts';
import type { OpenHome, RunMessageShortcut, RunShortcut } from './shortcut.ts';
import { messageShortcut, openHome, shortcut } from './shortcut.ts';
import { snapshot, visibleMessages } from './snapshot.ts';
import type { SayMessage, TypeCommand } from './speech.ts';
import { command, say, type } from './speech.ts';

export interface MessageQuery {
  readonly channel?: string;
  /** Only replies in this thread. */
  readonly threadTs?: string;
  /** As this user sees it: their ephemeral messages too. Without it, only what everyone sees. */
  readonly user?: string;
  /** Part of the text or of the blocks' JSON. */
  readonly contains?: string;
  readonly where?: (message: SlackMessage) => boolean;
}

export interface WaitOptions {
  /** Real milliseconds; 5,000 unless told otherwise. */
  readonly timeoutMs?: number;
}

/** What a test, the playground or a person at the page can do to this Slack. */
export interface Control {
  readonly world: World;
  readonly log: DeliveryLog;
  readonly faults: Faults;
  readonly sockets: SocketMode;

  readonly command: (input: TypeCommand) => Promise<UserResult>;
  readonly say: (input: SayMessage) => Promise<UserResult>;
  /** The composer: command or message, by the first character. */
  readonly type: (input: SayMessage) => Promise<UserResult>;
  readonly click: (input: ClickButton) => Promise<UserResult>;
  readonly choose: (input: ChooseValue) => Promise<UserResult>;
  readonly submit: (input: SubmitModal) => Promise<UserResult>;
  readonly close: (input: CloseModal) => Promise<UserResult>;
  readonly shortcut: (input: RunShortcut) => Promise<UserResult>;
  readonly messageShortcut: (input: RunMessageShortcut) => Promise<UserResult>;
  readonly openHome: (input: OpenHome) => Promise<UserResult>;

  /** Any payload at all, for what no honest client would send. */
  readonly deliver: (kind: DeliveryKind, payload: JsonObject) => Promise<Delivery>;
  /** The same delivery again, byte for byte. */
  readonly redeliver: (deliveryId: string) => Promise<Delivery>;
  /** The next `count` acks never reach Slack. */
  readonly loseAcks: (count: number) => void;
  readonly setHttpTarget: (target: HttpTarget | null) => void;
  /** HTTP mode: seconds that Slack's clock is wrong by. */
  readonly setClockSkew: (seconds: number) => void;
  /** HTTP mode: the signature over a body, to build requests of one's own. */
  readonly sign: (signingSecret: string, timestamp: string, body: string) => string;

  readonly setToken: (kind: 'bot' | 'app', status: TokenStatus) => void;
  readonly setScopes: (scopes: readonly string[] | null) => void;
  readonly addUser: (user: UserSeed) => SlackUser;
  readonly updateUser: (id: string, change: Partial<Omit<SlackUser, 'id'>>) => void;
  readonly addChannel: (channel: ChannelSeed) => SlackChannel;
  readonly updateChannel: (id: string, change: Partial<Omit<SlackChannel, 'id' | 'members'>>) => void;
  readonly join: (channel: string, user: string) => void;
  readonly leave: (channel: string, user: string) => void;
  readonly setUsergroup: (group: UsergroupSeed) => void;
  readonly places: Places;

  readonly messages: (query?: MessageQuery) => readonly SlackMessage[];
  /** The last message that fits. */
  readonly lastMessage: (query?: MessageQuery) => SlackMessage | undefined;
  readonly modal: (user: string) => SlackView | undefined;
  readonly home: (user: string) => SlackView | undefined;
  /** Everything this user's window shows. */
  readonly snapshot: (user: string) => JsonObject;
  readonly visible: (user: string, channel: string) => readonly JsonObject[];

  /** Resolves with the first truthy answer; looks again after every change. Rejects after the timeout. */
  readonly waitFor: <T>(look: () => T | null | undefined | false, options?: WaitOptions) => Promise<T>;
  readonly waitForMessage: (query: MessageQuery, options?: WaitOptions) => Promise<SlackMessage>;
}

const searchable = (message: SlackMessage): string =>
  `${message.text}\n${JSON.stringify(message.blocks)}\n${JSON.stringify(message.attachments)}`;

function fits(message: SlackMessage, query: MessageQuery): boolean {
  if (message.deleted) return false;
  if (message.ephemeralFor !== null && message.ephemeralFor !== query.user) return false;
  if (query.channel !== undefined && message.channel !== query.channel) return false;
  if (query.threadTs !== undefined && (message.threadTs !== query.threadTs || message.ts === query.threadTs))
    return false;
  if (query.contains !== undefined && !searchable(message).includes(query.contains)) return false;
  return query.where?.(message) ?? true;
}

/** Looks at once, then after every change of the world or line of the log, until `timeoutMs` of real time. */
function waiter(core: Core): Control['waitFor'] {
  return async (look, { timeoutMs = 5000 } = {}) => {
    const first = look();
    if (first) return first;
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        offWorld();
        offLog();
      };
      const again = (): void => {
        try {
          const found = look();
          if (!found) return;
          stop();
          resolve(found);
        } catch (error) {
          stop();
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`nothing came within ${timeoutMs} ms; last in the log: ${tail(core)}`));
      }, timeoutMs);
      const offWorld = core.world.onChange(again);
      const offLog = core.log.onAdd(again);
    });
  };
}

const tail = (core: Core): string => JSON.stringify(core.log.all().slice(-3)).slice(0, 1500);

export function createControl(core: Core): Control {
  const { world, log, faults, socketMode, dispatcher, tokens } = core;
  const messages: Control['messages'] = (query = {}) =>
    [...world.messages.values()]
      .flat()
      .filter((message) => fits(message, query))
      .sort((left, right) => Number(left.ts) - Number(right.ts));
  const waitFor = waiter(core);
  const change = <T extends object>(map: ReadonlyMap<string, T>, id: string, fields: Partial<T>): T => {
    const entry = map.get(id);
    if (!entry) throw new Error(`no ${id} in this world`);
    Object.assign(entry, fields);
    world.changed();
    return entry;
  };
  const put = <T extends { readonly id: string }>(map: Map<string, T>, entry: T): T => {
    map.set(entry.id, entry);
    world.changed();
    return entry;
  };
  const membership = (channelId: string, user: string, how: 'add' | 'delete'): void => {
    world.channels.get(channelId)?.members[how](user);
    world.changed();
    const type = how === 'add' ? 'member_joined_channel' : 'member_left_channel';
    core.emit(type, { type, user, channel: channelId, channel_type: 'C', team: world.workspace.id });
  };
  const setUsergroup: Control['setUsergroup'] = (seed) => {
    const before = world.usergroups.get(seed.id)?.users ?? [];
    const { users } = put(world.usergroups, makeUsergroup(seed));
    const added = users.filter((user) => !before.includes(user));
    const removed = before.filter((user) => !users.includes(user));
    core.emit('subteam_members_changed', {
      type: 'subteam_members_changed',
      subteam_id: seed.id,
      team_id: world.workspace.id,
      date_update: Math.floor(world.now() / 1000),
      added_users: added,
      added_users_count: added.length,
      removed_users: removed,
      removed_users_count: removed.length,
    });
  };

  return {
    world,
    log,
    faults,
    sockets: socketMode,
    command: (input) => command(core, input),
    say: (input) => say(core, input),
    type: (input) => type(core, input),
    click: (input) => click(core, input),
    choose: (input) => choose(core, input),
    submit: (input) => submit(core, input),
    close: (input) => close(core, input),
    shortcut: (input) => shortcut(core, input),
    messageShortcut: (input) => messageShortcut(core, input),
    openHome: (input) => openHome(core, input),
    deliver: (kind, payload) => dispatcher.deliver(kind, payload),
    redeliver: (id) => dispatcher.redeliver(id),
    loseAcks: (count) => dispatcher.loseAcks(count),
    setHttpTarget: (target) => dispatcher.setHttpTarget(target),
    setClockSkew: (seconds) => dispatcher.setClockSkew(seconds),
    sign,
    setToken: (kind, status) => {
      for (const record of tokens.values()) if (record.kind === kind) record.status = status;
    },
    setScopes: (scopes) => {
      for (const record of tokens.values())
        if (record.kind === 'bot') record.scopes = scopes === null ? null : new Set(scopes);
    },
    addUser: (seed) => put(world.users, makeUser(seed, world.workspace.id)),
    updateUser: (id, fields) => {
      const user = change<SlackUser>(world.users, id, fields);
      core.emit('user_change', { type: 'user_change', user: wireUser(user, { locale: true }) });
    },
    addChannel: (seed) =>
      put(world.channels, makeChannel(seed, world.app.botUserId, Math.floor(world.now() / 1000))),
    updateChannel: (id, fields) => void change(world.channels, id, fields),
    join: (channel, user) => membership(channel, user, 'add'),
    leave: (channel, user) => membership(channel, user, 'delete'),
    setUsergroup,
    places: createPlaces(core),
    messages,
    lastMessage: (query) => messages(query).at(-1),
    modal: (user) => world.modals.get(user)?.at(-1),
    home: (user) => world.homes.get(user),
    snapshot: (user) => snapshot(core, user),
    visible: (user, channel) => visibleMessages(core, user, channel),
    waitFor,
    waitForMessage: (query, options) => waitFor(() => messages(query).at(-1), options),
  };
}
