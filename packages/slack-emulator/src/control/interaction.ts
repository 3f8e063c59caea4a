import type { Core } from '../core.ts';
import type { ElementQuery, EnteredValue, FoundElement } from '../elements.ts';
import { findElement, stateOf } from '../elements.ts';
import { grantResponseUrl } from '../response-url.ts';
import type { AnyBlock, JsonObject, SlackMessage, SlackUser, SlackView } from '../types.ts';
import { wireMessage, wireView } from '../wire.ts';
import type { UserResult } from './context.ts';
import {
  actingPlace,
  actingUser,
  channelName,
  done,
  fromDelivery,
  inputKey,
  interactionBase,
  newTrigger,
  noteUser,
  notSent,
  remember,
  stateValues,
} from './context.ts';

/** Where the element is: in a message, in an open modal, or in App Home. */
export type Surface =
  | { readonly channel: string; readonly ts: string }
  | { readonly viewId: string }
  | { readonly home: true };

export type ClickButton = ElementQuery & {
  readonly user: string;
  /** The answer to the confirm dialog, where the element has one. */
  readonly confirm?: boolean;
  /** A button that the user's client still shows although the message has changed since. */
  readonly stale?: { readonly blockId: string; readonly element: JsonObject };
} & Surface;

export type ChooseValue = ElementQuery & {
  readonly user: string;
  /** An option's value or label, several of them, an id, a date, or a text. */
  readonly choice: EnteredValue;
  readonly confirm?: boolean;
} & Surface;

interface Place {
  readonly blocks: readonly AnyBlock[];
  readonly key: string;
  /** The payload's own part: container, message, channel, view, response_url. */
  readonly describe: (values: JsonObject) => JsonObject;
  readonly viewId: string | null;
  readonly channel: string | null;
}

function messagePlace(core: Core, user: SlackUser, channelId: string, ts: string): Place | string {
  const { world } = core;
  const channel = actingPlace(core, user, channelId);
  if (typeof channel === 'string') return channel;
  const message: SlackMessage | undefined = world.findMessage(channel.id, ts);
  const hidden = message?.ephemeralFor !== null && message?.ephemeralFor !== user.id;
  if (!message || message.deleted || hidden) return 'message_not_found';
  const isEphemeral = message.ephemeralFor !== null;
  const attached = message.attachments.flatMap((entry) =>
    Array.isArray(entry.blocks) ? (entry.blocks as AnyBlock[]) : [],
  );
  return {
    blocks: [...message.blocks, ...attached],
    key: inputKey(channel.id, ts, user.id),
    viewId: null,
    channel: channel.id,
    describe: (values) => ({
      container: {
        type: 'message',
        message_ts: ts,
        channel_id: channel.id,
        is_ephemeral: isEphemeral,
        ...(message.threadTs ? { thread_ts: message.threadTs } : {}),
      },
      channel: { id: channel.id, name: channelName(channel) },
      // Slack keeps no copy of an ephemeral message, so it cannot send one.
      ...(isEphemeral ? {} : { message: wireMessage(world, message, core.baseUrl(), { metadata: true }) }),
      state: { values },
      response_url: grantResponseUrl(world, core.baseUrl(), {
        user: user.id,
        channel: channel.id,
        threadTs: message.threadTs !== message.ts ? message.threadTs : null,
        original: { ts, isEphemeral },
      }),
    }),
  };
}

function viewPlace(core: Core, view: SlackView | undefined): Place | string {
  if (!view) return 'view_not_found';
  return {
    blocks: view.content.blocks,
    key: view.id,
    viewId: view.id,
    channel: null,
    describe: (values) => ({
      container: { type: 'view', view_id: view.id },
      view: wireView(core.world, view, values),
    }),
  };
}

function placeOf(core: Core, user: SlackUser, at: Surface): Place | string {
  if ('channel' in at) return messagePlace(core, user, at.channel, at.ts);
  if ('home' in at) return viewPlace(core, core.world.homes.get(user.id));
  const stack = core.world.modals.get(user.id) ?? [];
  return viewPlace(core, stack.at(-1)?.id === at.viewId ? stack.at(-1) : undefined);
}

function actionOf(core: Core, found: FoundElement, state: JsonObject | null): JsonObject {
  const { element, blockId } = found;
  const shared = {
    action_id: element.action_id,
    block_id: blockId,
    type: element.type,
    action_ts: core.world.ids.ts(),
  };
  if (state) return { ...shared, ...state };
  return {
    ...shared,
    ...(element.text === undefined ? {} : { text: element.text }),
    ...(element.value === undefined ? {} : { value: element.value }),
    ...(element.style === undefined ? {} : { style: element.style }),
    ...(element.url === undefined ? {} : { url: element.url }),
  };
}

/** Feedback buttons are one element with two faces; the chosen value says which was pressed. */
function feedbackAction(found: FoundElement, value: string | undefined): JsonObject | null {
  const { element } = found;
  if (element.type !== 'feedback_buttons') return null;
  const faces = [element.positive_button, element.negative_button] as JsonObject[];
  const pressed = faces.find((face) => face.value === value) ?? faces[0];
  return { text: pressed?.text, value: pressed?.value };
}

function confirmationMissing(found: FoundElement, confirm: boolean | undefined): UserResult | null {
  const dialog = found.element.confirm;
  if (dialog === undefined || confirm === true) return null;
  return notSent(confirm === false ? 'denied' : 'confirmation_needed', { confirm: dialog });
}

async function sendAction(
  core: Core,
  user: SlackUser,
  place: Place,
  action: JsonObject,
): Promise<UserResult> {
  const triggerId = newTrigger(core, user.id, place.viewId);
  const about = place.describe(stateValues(core, place.blocks, place.key, place.channel));
  const delivery = await core.dispatcher.deliver('interactive', {
    type: 'block_actions',
    ...interactionBase(core, user, triggerId),
    ...about,
    actions: [action],
  });
  const responseUrl = typeof about.response_url === 'string' ? about.response_url : null;
  return fromDelivery(delivery, { triggerId, responseUrl });
}

/** Presses a button. */
export async function click(core: Core, input: ClickButton): Promise<UserResult> {
  const user = actingUser(core, input.user);
  if (typeof user === 'string') return notSent(user);
  const place = placeOf(core, user, input);
  if (typeof place === 'string') return notSent(place);
  const found = input.stale ? { ...input.stale, input: null } : findElement(place.blocks, input);
  if (!found) return notSent('element_not_found');
  const unconfirmed = confirmationMissing(found, input.confirm);
  if (unconfirmed) return unconfirmed;
  noteUser(core, 'click', {
    user: user.id,
    action_id: found.element.action_id ?? null,
    block_id: found.blockId,
  });
  return sendAction(core, user, place, actionOf(core, found, feedbackAction(found, input.value)));
}

/** Chooses an option, a date, a person, or types into an input. */
export async function choose(core: Core, input: ChooseValue): Promise<UserResult> {
  const user = actingUser(core, input.user);
  if (typeof user === 'string') return notSent(user);
  const place = placeOf(core, user, input);
  if (typeof place === 'string') return notSent(place);
  const found = findElement(place.blocks, input);
  if (!found) return notSent('element_not_found');
  const state = stateOf(found.element, input.choice);
  if (!state) return notSent('option_not_found');
  const unconfirmed = confirmationMissing(found, input.confirm);
  if (unconfirmed) return unconfirmed;
  if (found.element.type !== 'overflow') {
    remember(core, place.key, found.blockId, String(found.element.action_id), state);
  }
  noteUser(core, 'choose', {
    user: user.id,
    action_id: found.element.action_id ?? null,
    choice: input.choice,
  });
  // An input tells the app only on submit, unless its block asks for more.
  if (found.input && found.input.dispatch_action !== true) return done();
  return sendAction(core, user, place, actionOf(core, found, state));
}
