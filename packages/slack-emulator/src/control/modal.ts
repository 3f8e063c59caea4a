import { acceptView, replaceModal, showModal } from '../api/views.ts';
import { isObject } from '../check.ts';
import type { Core } from '../core.ts';
import type { EnteredValue } from '../elements.ts';
import { inputFault, interactiveElements, stateOf } from '../elements.ts';
import { SlackRefusal } from '../refusal.ts';
import { grantResponseUrl } from '../response-url.ts';
import type { JsonObject, SlackUser, SlackView } from '../types.ts';
import { wireView } from '../wire.ts';
import type { UserResult } from './context.ts';
import {
  actingUser,
  done,
  fromDelivery,
  interactionBase,
  newTrigger,
  noteUser,
  notSent,
  remember,
  stateValues,
} from './context.ts';

export interface SubmitModal {
  readonly user: string;
  /** The visible modal's id; may be left out. */
  readonly viewId?: string;
  /** block_id → value, or block_id → action_id → value. What is left out keeps what it holds. */
  readonly values?: Readonly<Record<string, EnteredValue | Readonly<Record<string, EnteredValue>>>>;
}

export interface CloseModal {
  readonly user: string;
  readonly viewId?: string;
  /** Close all views of the stack, as the X in the corner does. */
  readonly all?: boolean;
}

function visibleModal(core: Core, user: string, viewId: string | undefined): SlackView | undefined {
  const top = core.world.modals.get(user)?.at(-1);
  return viewId === undefined || top?.id === viewId ? top : undefined;
}

/** Enters the given values; returns the block whose value does not exist, if any. */
function enterValues(core: Core, view: SlackView, values: NonNullable<SubmitModal['values']>): string | null {
  for (const { element, blockId } of interactiveElements(view.content.blocks)) {
    const given = values[blockId];
    if (given === undefined) continue;
    const actionId = String(element.action_id);
    const nested = isObject(given)
      ? (given as Record<string, EnteredValue>)
      : { [actionId]: given as EnteredValue };
    const value = nested[actionId];
    if (value === undefined) continue;
    const state = stateOf(element, value);
    if (!state) return blockId;
    remember(core, view.id, blockId, actionId, state);
  }
  return null;
}

function inputFaults(view: SlackView, values: JsonObject): JsonObject {
  const faults: JsonObject = {};
  for (const { element, blockId, input } of interactiveElements(view.content.blocks)) {
    if (!input) continue;
    const block = values[blockId];
    const state = isObject(block) ? block[String(element.action_id)] : undefined;
    const fault = isObject(state) ? inputFault(input, state) : null;
    if (fault !== null) faults[blockId] = fault;
  }
  return faults;
}

/** A modal's response_urls: one for each conversation select that asked for it. */
function responseUrls(
  core: Core,
  user: SlackUser,
  view: SlackView,
  values: JsonObject,
): readonly JsonObject[] {
  return interactiveElements(view.content.blocks)
    .filter(({ element }) => element.response_url_enabled === true)
    .flatMap(({ element, blockId }) => {
      const block = values[blockId];
      const state = isObject(block) ? block[String(element.action_id)] : undefined;
      const channel = isObject(state) ? (state.selected_conversation ?? state.selected_channel) : undefined;
      if (typeof channel !== 'string') return [];
      const url = grantResponseUrl(core.world, core.baseUrl(), { user: user.id, channel });
      return [{ block_id: blockId, action_id: element.action_id, channel_id: channel, response_url: url }];
    });
}

function popModal(core: Core, user: string, view: SlackView): void {
  const rest = (core.world.modals.get(user) ?? []).filter((entry) => entry.id !== view.id);
  core.world.modals.set(user, rest);
  core.world.inputs.delete(view.id);
  core.world.changed();
}

function badErrors(view: SlackView, errors: unknown): boolean {
  if (!isObject(errors) || Object.keys(errors).length === 0) return true;
  const inputs = new Set(
    view.content.blocks.filter((block) => block.type === 'input').map((block) => block.block_id),
  );
  return Object.keys(errors).some((blockId) => !inputs.has(blockId));
}

/** What the app's answer does to the modal. Returns a warning when Slack could not make sense of it. */
function applyAnswer(
  core: Core,
  user: SlackUser,
  view: SlackView,
  ack: unknown,
): { warning: string | null; detail: JsonObject | null } {
  const clean = { warning: null, detail: null };
  const action = isObject(ack) ? ack.response_action : undefined;
  if (!isObject(ack) || typeof action !== 'string') {
    popModal(core, user.id, view);
    return clean;
  }
  try {
    switch (action) {
      case 'errors':
        if (badErrors(view, ack.errors)) return { warning: 'invalid_errors_in_response', detail: null };
        return { warning: null, detail: { errors: ack.errors } };
      case 'clear':
        core.world.modals.set(user.id, []);
        core.world.changed();
        return clean;
      case 'update':
        replaceModal(core.world, view, acceptView(core.world, ack.view));
        return clean;
      case 'push':
        showModal(core.world, user.id, acceptView(core.world, ack.view), 'push');
        return clean;
      default:
        return { warning: 'invalid_response_action', detail: null };
    }
  } catch (error) {
    if (error instanceof SlackRefusal) return { warning: error.code, detail: error.extra };
    throw error;
  }
}

/** Fills in and submits the visible modal. */
export async function submit(core: Core, input: SubmitModal): Promise<UserResult> {
  const user = actingUser(core, input.user);
  if (typeof user === 'string') return notSent(user);
  const view = visibleModal(core, user.id, input.viewId);
  if (!view) return notSent('view_not_found');
  if (view.content.submit === undefined) return notSent('no_submit_button');
  const unknown = enterValues(core, view, input.values ?? {});
  if (unknown !== null) return notSent('option_not_found', { block_id: unknown });
  const values = stateValues(core, view.content.blocks, view.id, null);
  const faults = inputFaults(view, values);
  if (Object.keys(faults).length > 0) return notSent('invalid_input', { errors: faults });
  noteUser(core, 'submit', { user: user.id, view: view.id });
  const triggerId = newTrigger(core, user.id, view.id);
  const delivery = await core.dispatcher.deliver('interactive', {
    type: 'view_submission',
    ...interactionBase(core, user, triggerId),
    view: wireView(core.world, view, values),
    response_urls: responseUrls(core, user, view, values),
  });
  if (delivery.outcome !== 'acked') return fromDelivery(delivery, { triggerId });
  const { warning, detail } = applyAnswer(core, user, view, delivery.ack);
  const refused = isObject(detail) && 'errors' in detail && warning === null;
  return fromDelivery(delivery, { triggerId, warning, detail, ok: warning === null && !refused });
}

/** Closes the visible modal; the app hears of it only when it asked to. */
export async function close(core: Core, input: CloseModal): Promise<UserResult> {
  const user = actingUser(core, input.user);
  if (typeof user === 'string') return notSent(user);
  const view = visibleModal(core, user.id, input.viewId);
  if (!view) return notSent('view_not_found');
  const all = input.all === true || view.content.clear_on_close === true;
  const values = stateValues(core, view.content.blocks, view.id, null);
  if (all) core.world.modals.set(user.id, []);
  else popModal(core, user.id, view);
  core.world.changed();
  noteUser(core, 'close', { user: user.id, view: view.id });
  if (view.content.notify_on_close !== true) return done();
  const delivery = await core.dispatcher.deliver('interactive', {
    type: 'view_closed',
    ...interactionBase(core, user, null),
    view: wireView(core.world, view, values),
    is_cleared: all,
  });
  return fromDelivery(delivery);
}
