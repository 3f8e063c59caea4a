import type { Core } from '../core.ts';
import { grantResponseUrl } from '../response-url.ts';
import { wireMessage, wireView } from '../wire.ts';
import type { UserResult } from './context.ts';
import {
  actingPlace,
  actingUser,
  channelName,
  done,
  fromDelivery,
  interactionBase,
  newTrigger,
  noteUser,
  notSent,
  stateValues,
} from './context.ts';

export interface RunShortcut {
  readonly user: string;
  readonly callbackId: string;
}

export type RunMessageShortcut = RunShortcut & { readonly channel: string; readonly ts: string };

function exists(core: Core, callbackId: string, type: 'global' | 'message'): boolean {
  const declared = core.manifest?.features?.shortcuts;
  return (
    declared === undefined ||
    declared.some((entry) => entry.callback_id === callbackId && entry.type === type)
  );
}

/** A global shortcut: no channel, no response_url. */
export async function shortcut(core: Core, input: RunShortcut): Promise<UserResult> {
  const user = actingUser(core, input.user);
  if (typeof user === 'string') return notSent(user);
  if (!exists(core, input.callbackId, 'global')) return notSent('shortcut_not_found');
  noteUser(core, 'shortcut', { ...input });
  const triggerId = newTrigger(core, user.id);
  const delivery = await core.dispatcher.deliver('interactive', {
    type: 'shortcut',
    ...interactionBase(core, user, triggerId),
    callback_id: input.callbackId,
    action_ts: core.world.ids.ts(),
  });
  return fromDelivery(delivery, { triggerId });
}

/** A message shortcut, from the menu of one message. */
export async function messageShortcut(core: Core, input: RunMessageShortcut): Promise<UserResult> {
  const user = actingUser(core, input.user);
  if (typeof user === 'string') return notSent(user);
  if (!exists(core, input.callbackId, 'message')) return notSent('shortcut_not_found');
  const channel = actingPlace(core, user, input.channel);
  if (typeof channel === 'string') return notSent(channel);
  const message = core.world.findMessage(channel.id, input.ts);
  if (!message || message.deleted || message.ephemeralFor !== null) return notSent('message_not_found');
  noteUser(core, 'message_shortcut', { ...input });
  const triggerId = newTrigger(core, user.id);
  const responseUrl = grantResponseUrl(core.world, core.baseUrl(), { user: user.id, channel: channel.id });
  const delivery = await core.dispatcher.deliver('interactive', {
    type: 'message_action',
    ...interactionBase(core, user, triggerId),
    callback_id: input.callbackId,
    action_ts: core.world.ids.ts(),
    message_ts: message.ts,
    channel: { id: channel.id, name: channelName(channel) },
    message: wireMessage(core.world, message, core.baseUrl(), { metadata: true }),
    response_url: responseUrl,
  });
  return fromDelivery(delivery, { triggerId, responseUrl });
}

export interface OpenHome {
  readonly user: string;
  readonly tab?: 'home' | 'messages';
}

/** Opens the app's Home (or Messages) tab. */
export async function openHome(core: Core, input: OpenHome): Promise<UserResult> {
  const user = actingUser(core, input.user);
  if (typeof user === 'string') return notSent(user);
  const tab = input.tab ?? 'home';
  const view = core.world.homes.get(user.id);
  noteUser(core, 'open_home', { user: user.id, tab });
  const delivery = await core.deliverEvent('app_home_opened', {
    type: 'app_home_opened',
    user: user.id,
    channel: core.world.directChannel(user.id).id,
    tab,
    ...(tab === 'home' && view
      ? { view: wireView(core.world, view, stateValues(core, view.content.blocks, view.id, null)) }
      : {}),
  });
  return delivery ? fromDelivery(delivery) : done();
}
