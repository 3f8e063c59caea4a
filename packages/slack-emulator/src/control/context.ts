import type { Core } from '../core.ts';
import { initialState, interactiveElements } from '../elements.ts';
import type { AnyBlock, Delivery, JsonObject, SlackChannel, SlackUser } from '../types.ts';

/** What came of a user's action, as far as the user can see it. */
export interface UserResult {
  /** True when the app acknowledged, or when nothing had to be sent. */
  readonly ok: boolean;
  /** Slack's client did not send it at all, e.g. `user_not_in_channel`, `confirmation_needed`. */
  readonly error: string | null;
  /** What Slack shows when the app failed: `operation_timeout`, `dispatch_failed`, `http_service_error`. */
  readonly warning: string | null;
  readonly ack: unknown;
  readonly afterMs: number;
  readonly deliveryId: string | null;
  /** The message this action put into the channel at once: own words, or the answer in the ack. */
  readonly ts: string | null;
  readonly triggerId: string | null;
  readonly responseUrl: string | null;
  /** More to show: the confirm dialog's texts, or what is wrong with which input. */
  readonly detail: JsonObject | null;
}

const nothing: UserResult = {
  ok: true,
  error: null,
  warning: null,
  ack: null,
  afterMs: 0,
  deliveryId: null,
  ts: null,
  triggerId: null,
  responseUrl: null,
  detail: null,
};

export const done = (more: Partial<UserResult> = {}): UserResult => ({ ...nothing, ...more });
export const notSent = (error: string, detail: JsonObject | null = null): UserResult => ({
  ...nothing,
  ok: false,
  error,
  detail,
});

export const fromDelivery = (delivery: Delivery, more: Partial<UserResult> = {}): UserResult => ({
  ...nothing,
  ok: delivery.outcome === 'acked',
  warning: delivery.outcome === 'acked' ? null : delivery.outcome,
  ack: delivery.ack,
  afterMs: delivery.afterMs,
  deliveryId: delivery.id,
  ...more,
});

const triggerLifeMs = 3000;

/** A trigger_id: three seconds, once. */
export function newTrigger(core: Core, user: string, viewId: string | null = null): string {
  const { world } = core;
  const id = world.ids.trigger();
  world.triggers.set(id, { id, user, viewId, expiresAt: world.now() + triggerLifeMs, used: false });
  return id;
}

/** The fields that every interaction payload starts with. */
export function interactionBase(core: Core, user: SlackUser, triggerId: string | null): JsonObject {
  const { workspace, app } = core.world;
  return {
    token: 'verification-token',
    team: { id: workspace.id, domain: workspace.domain },
    user: { id: user.id, username: user.name, name: user.name, team_id: user.teamId },
    api_app_id: app.appId,
    is_enterprise_install: false,
    enterprise: null,
    ...(triggerId === null ? {} : { trigger_id: triggerId }),
  };
}

/** Slack names direct messages `directmessage` and private channels `privategroup` in payloads. */
export function channelName(channel: SlackChannel): string {
  if (channel.kind === 'im') return 'directmessage';
  return channel.kind === 'private' ? 'privategroup' : channel.name;
}

/** A user who can act, or the reason why not. */
export function actingUser(core: Core, id: string): SlackUser | string {
  const user = core.world.users.get(id);
  if (!user) return 'user_not_found';
  return user.deleted ? 'user_deactivated' : user;
}

/** A channel in which this user can do something, or the reason why not. */
export function actingPlace(core: Core, user: SlackUser, id: string): SlackChannel | string {
  const channel = core.world.channels.get(id);
  if (!channel) return 'channel_not_found';
  return channel.members.has(user.id) ? channel : 'user_not_in_channel';
}

/** Under which key a user's entries on a message are kept; those in a view are kept under its id. */
export const inputKey = (channel: string, ts: string, user: string): string => `${channel}:${ts}:${user}`;

/** `state.values`: what was entered, else what each element started with. */
export function stateValues(
  core: Core,
  blocks: readonly AnyBlock[],
  key: string,
  channel: string | null,
): JsonObject {
  const entered = core.world.inputs.get(key) ?? {};
  const values: Record<string, JsonObject> = {};
  for (const { element, blockId } of interactiveElements(blocks)) {
    const actionId = String(element.action_id);
    const state = entered[blockId]?.[actionId] ?? initialState(element, channel);
    if (state) values[blockId] = { ...values[blockId], [actionId]: state };
  }
  return values;
}

/** Remembers what a user entered. */
export function remember(
  core: Core,
  key: string,
  blockId: string,
  actionId: string,
  state: JsonObject,
): void {
  const all = core.world.inputs.get(key) ?? {};
  all[blockId] = { ...all[blockId], [actionId]: state };
  core.world.inputs.set(key, all);
  core.world.changed();
}

export const noteUser = (core: Core, action: string, detail: JsonObject): void =>
  void core.log.add({ kind: 'user', action, detail });
