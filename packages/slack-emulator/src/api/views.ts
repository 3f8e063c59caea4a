import { validateView } from '../blocks.ts';
import { SlackRefusal } from '../refusal.ts';
import type { AnyBlock, JsonObject, SlackView, TriggerGrant } from '../types.ts';
import { wireView } from '../wire.ts';
import type { World } from '../world.ts';
import { withIds } from '../world.ts';
import type { ApiCall, ApiMethod } from './call.ts';
import { json, missing, optional, refuseProblems, required } from './call.ts';

/** Views a modal may stack. */
const stackLimit = 3;

type ViewContent = SlackView['content'];

/** Refuses a view as Slack does, else gives its blocks their ids. */
export function acceptView(world: World, view: unknown): ViewContent {
  refuseProblems(validateView(view), (code) => (code === 'view_too_large' ? code : 'invalid_arguments'));
  const content = view as ViewContent;
  return { ...content, blocks: withIds(content.blocks, world.ids) as readonly AnyBlock[] };
}

function viewArgument(call: ApiCall): ViewContent {
  const view = json(call.args, 'view', 'invalid_arguments');
  if (view === undefined) throw missing('view');
  return acceptView(call.world, view);
}

/** Uses up a trigger_id: three seconds, once. */
function useTrigger(call: ApiCall): TriggerGrant {
  const grant = call.world.triggers.get(optional(call.args, 'trigger_id') ?? '');
  if (!grant) throw new SlackRefusal('invalid_trigger_id');
  if (grant.used) throw new SlackRefusal('exchanged_trigger_id');
  if (call.world.now() > grant.expiresAt) throw new SlackRefusal('expired_trigger_id');
  grant.used = true;
  return grant;
}

const allModals = (world: World): readonly SlackView[] => [...world.modals.values()].flat();

function refuseTakenExternalId(world: World, content: ViewContent, except?: string): void {
  const wanted = content.external_id;
  if (typeof wanted !== 'string' || wanted === '') return;
  const taken = allModals(world).some((view) => view.id !== except && view.content.external_id === wanted);
  if (taken) throw new SlackRefusal('duplicate_external_id');
}

/** A new modal on top of the user's stack (`views.push`) or as the only one (`views.open`). */
export function showModal(world: World, user: string, content: ViewContent, how: 'open' | 'push'): SlackView {
  const stack = how === 'push' ? (world.modals.get(user) ?? []) : [];
  if (stack.length >= stackLimit) throw new SlackRefusal('push_limit_reached');
  refuseTakenExternalId(world, content);
  const id = world.ids.next('V');
  const view: SlackView = {
    id,
    type: 'modal',
    user,
    rootId: stack[0]?.id ?? id,
    previousId: stack.at(-1)?.id ?? null,
    hash: world.ids.hash(),
    content,
  };
  world.modals.set(user, [...stack, view]);
  world.changed();
  return view;
}

/** Replaces a modal's content in place. */
export function replaceModal(world: World, view: SlackView, content: ViewContent): void {
  refuseTakenExternalId(world, content, view.id);
  view.content = content;
  view.hash = world.ids.hash();
  world.changed();
}

const answer = (call: ApiCall, view: SlackView): JsonObject => ({
  view: wireView(call.world, view, call.world.inputs.get(view.id) ?? {}),
});

function open(call: ApiCall): JsonObject {
  const trigger = useTrigger(call);
  const content = viewArgument(call);
  if (content.type !== 'modal') throw new SlackRefusal('invalid_arguments');
  return answer(call, showModal(call.world, trigger.user, content, 'open'));
}

function push(call: ApiCall): JsonObject {
  const trigger = useTrigger(call);
  const content = viewArgument(call);
  const stack = call.world.modals.get(trigger.user) ?? [];
  if (trigger.viewId === null || stack.length === 0) throw new SlackRefusal('invalid_trigger_id');
  return answer(call, showModal(call.world, trigger.user, content, 'push'));
}

function update(call: ApiCall): JsonObject {
  const { args, world } = call;
  const id = optional(args, 'view_id');
  const externalId = optional(args, 'external_id');
  if (id === undefined && externalId === undefined) throw missing('view_id');
  const candidates = [...allModals(world), ...world.homes.values()];
  const view = candidates.find((entry) =>
    id === undefined ? entry.content.external_id === externalId : entry.id === id,
  );
  if (!view) throw new SlackRefusal('not_found');
  const hash = optional(args, 'hash');
  if (hash !== undefined && hash !== view.hash) throw new SlackRefusal('hash_conflict');
  const content = viewArgument(call);
  if (content.type !== view.type) throw new SlackRefusal('invalid_arguments');
  replaceModal(world, view, content);
  return answer(call, view);
}

function publish(call: ApiCall): JsonObject {
  const { args, world } = call;
  const user = required(args, 'user_id');
  if (!world.users.has(user)) throw new SlackRefusal('invalid_arguments');
  const content = viewArgument(call);
  if (content.type !== 'home') throw new SlackRefusal('invalid_arguments');
  const existing = world.homes.get(user);
  const hash = optional(args, 'hash');
  if (existing && hash !== undefined && hash !== existing.hash) throw new SlackRefusal('hash_conflict');
  const id = existing?.id ?? world.ids.next('V');
  const view: SlackView = {
    id,
    type: 'home',
    user,
    rootId: id,
    previousId: null,
    hash: world.ids.hash(),
    content,
  };
  world.homes.set(user, view);
  world.changed();
  return answer(call, view);
}

const method = (run: ApiMethod['run']): ApiMethod => ({ scopes: [], token: 'bot', run });

export const viewMethods = {
  'views.open': method(open),
  'views.push': method(push),
  'views.update': method(update),
  'views.publish': method(publish),
} satisfies Record<string, ApiMethod>;
