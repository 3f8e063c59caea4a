import { systemClock } from './clock.ts';
import type { Dispatcher, HttpTarget } from './dispatcher.ts';
import { createDispatcher } from './dispatcher.ts';
import type { Faults } from './faults.ts';
import { createFaults } from './faults.ts';
import type { DeliveryLog } from './log.ts';
import { createDeliveryLog } from './log.ts';
import { createRateLimits } from './rate-limits.ts';
import type { WorldSeed } from './seed.ts';
import {
  defaultApp,
  defaultChannels,
  defaultUsergroups,
  defaultUsers,
  defaultWorkspace,
  makeChannel,
  makeUser,
  makeUsergroup,
  slackbot,
} from './seed.ts';
import type { SocketMode } from './socket-mode.ts';
import { createSocketMode } from './socket-mode.ts';
import type { AppManifest, EmulatorClock, JsonObject, TokenRecord } from './types.ts';
import type { WebApi } from './web-api.ts';
import { createWebApi } from './web-api.ts';
import type { World } from './world.ts';
import { createWorld } from './world.ts';

export interface CoreOptions {
  readonly clock?: EmulatorClock;
  /** What is left out is that of the default world (`seed.ts`). */
  readonly world?: WorldSeed;
  readonly tokens?: { readonly bot?: string; readonly app?: string };
  /** With a manifest only its scopes, commands, shortcuts and events exist. */
  readonly manifest?: AppManifest;
  /** HTTP mode instead of Socket Mode; may also be set later. */
  readonly http?: HttpTarget;
  /** Enforce Slack's rate limits (off unless asked for). */
  readonly rateLimits?: boolean;
  readonly ackTimeoutMs?: number;
  readonly eventRetryDelaysMs?: readonly number[];
  /** Slackbot tells a person when the app does not read what was written (off unless asked for; Slack does not). */
  readonly coach?: boolean;
}

export const defaultTokens = { bot: 'xoxb-emulator-bot', app: 'xapp-emulator-app' } as const;

/** Events an app gets that came without a manifest. */
const defaultEvents = [
  'app_mention',
  'app_home_opened',
  'message.im',
  'member_joined_channel',
  'subteam_members_changed',
  'user_change',
];

export interface Core {
  readonly world: World;
  readonly log: DeliveryLog;
  readonly faults: Faults;
  readonly tokens: Map<string, TokenRecord>;
  readonly manifest: AppManifest | null;
  readonly coach: boolean;
  readonly socketMode: SocketMode;
  readonly dispatcher: Dispatcher;
  readonly webApi: WebApi;
  /** `http://127.0.0.1:PORT/`, known once the server listens. */
  readonly baseUrl: () => string;
  readonly setBaseUrl: (url: string) => void;
  /** Tells the app of an event, when it subscribed to `subscription`. */
  readonly emit: (subscription: string, event: JsonObject) => void;
  /** Like `emit`, and resolves when the first attempt has ended; null when the app did not subscribe. */
  readonly deliverEvent: (
    subscription: string,
    event: JsonObject,
  ) => ReturnType<Dispatcher['deliver']> | null;
  /** Whether the app is told of events of this kind. */
  readonly subscribed: (subscription: string) => boolean;
}

function buildWorld(options: CoreOptions, clock: EmulatorClock): World {
  const seed = options.world ?? {};
  const workspace = { ...defaultWorkspace, ...seed.workspace };
  const name = options.manifest?.features?.bot_user?.display_name;
  const app = { ...defaultApp, ...(name ? { name } : {}), ...seed.app };
  const bot = makeUser({ id: app.botUserId, name: app.name, isBot: true, email: null }, workspace.id);
  const created = Math.floor(clock.now() / 1000);
  return createWorld({
    clock,
    workspace,
    app,
    users: [
      bot,
      makeUser(slackbot, workspace.id),
      ...(seed.users ?? defaultUsers).map((user) => makeUser(user, workspace.id)),
    ],
    channels: (seed.channels ?? defaultChannels).map((channel) =>
      makeChannel(channel, app.botUserId, created),
    ),
    usergroups: (seed.usergroups ?? defaultUsergroups).map(makeUsergroup),
  });
}

function buildTokens(options: CoreOptions): Map<string, TokenRecord> {
  const scopes = options.manifest?.oauth_config?.scopes?.bot;
  const bot = options.tokens?.bot ?? defaultTokens.bot;
  const app = options.tokens?.app ?? defaultTokens.app;
  return new Map<string, TokenRecord>([
    [bot, { value: bot, kind: 'bot', scopes: scopes ? new Set(scopes) : null, status: 'active' }],
    [app, { value: app, kind: 'app', scopes: null, status: 'active' }],
  ]);
}

function eventCallback(world: World, event: JsonObject): JsonObject {
  return {
    token: 'verification-token',
    team_id: world.workspace.id,
    context_team_id: world.workspace.id,
    api_app_id: world.app.appId,
    event: { event_ts: world.ids.ts(), ...event },
    type: 'event_callback',
    event_id: world.ids.next('Ev'),
    event_time: Math.floor(world.now() / 1000),
    authorizations: [
      {
        enterprise_id: null,
        team_id: world.workspace.id,
        user_id: world.app.botUserId,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: world.channels.get(String(event.channel))?.isExtShared ?? false,
  };
}

/** Everything but the HTTP server. */
export function createCore(options: CoreOptions): Core {
  const clock = options.clock ?? systemClock;
  const world = buildWorld(options, clock);
  const log = createDeliveryLog(() => clock.now());
  const faults = createFaults();
  const tokens = buildTokens(options);
  const socketMode = createSocketMode({ clock, ids: world.ids, log, appId: world.app.appId });
  const dispatcher = createDispatcher({
    world,
    log,
    socketMode,
    ackTimeoutMs: options.ackTimeoutMs ?? 3000,
    eventRetryDelaysMs: options.eventRetryDelaysMs ?? [0, 60_000, 300_000],
  });
  dispatcher.setHttpTarget(options.http ?? null);
  const subscribed = new Set(options.manifest?.settings?.event_subscriptions?.bot_events ?? defaultEvents);
  let base = 'http://127.0.0.1/';

  const deliverEvent: Core['deliverEvent'] = (subscription, event) =>
    subscribed.has(subscription) ? dispatcher.deliver('events_api', eventCallback(world, event)) : null;
  const emit: Core['emit'] = (subscription, event) => void deliverEvent(subscription, event);

  const webApi = createWebApi({
    world,
    log,
    faults,
    rateLimits: options.rateLimits ? createRateLimits(clock) : null,
    tokens,
    baseUrl: () => base,
    openSocketUrl: () => socketMode.openUrl(base.replace(/^http/, 'ws')),
    emit,
  });

  return {
    world,
    log,
    faults,
    tokens,
    manifest: options.manifest ?? null,
    coach: options.coach ?? false,
    socketMode,
    dispatcher,
    webApi,
    baseUrl: () => base,
    setBaseUrl: (url) => {
      base = url;
    },
    emit,
    deliverEvent,
    subscribed: (subscription) => subscribed.has(subscription),
  };
}
