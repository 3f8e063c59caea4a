import { SlackRefusal } from '../refusal.ts';
import type { JsonObject, SlackUsergroup } from '../types.ts';
import { wireUser } from '../wire.ts';
import type { ApiCall, ApiMethod } from './call.ts';
import { flag, optional, page, required } from './call.ts';

function info(call: ApiCall): JsonObject {
  const user = call.world.users.get(required(call.args, 'user'));
  if (!user) throw new SlackRefusal('user_not_found');
  return { user: wireUser(user, { locale: flag(call.args, 'include_locale') ?? false }) };
}

function botInfo({ args, world }: ApiCall): JsonObject {
  if (optional(args, 'bot') !== world.app.botId) throw new SlackRefusal('bot_not_found');
  const { appId, botId, botUserId, name } = world.app;
  return { bot: { id: botId, deleted: false, name, app_id: appId, user_id: botUserId } };
}

function list(call: ApiCall): JsonObject {
  const { items, next } = page([...call.world.users.values()], call.args, 1000);
  const locale = flag(call.args, 'include_locale') ?? false;
  return { members: items.map((user) => wireUser(user, { locale })), response_metadata: next };
}

function lookupByEmail(call: ApiCall): JsonObject {
  const email = required(call.args, 'email').toLowerCase();
  const user = [...call.world.users.values()].find(
    (entry) => entry.email?.toLowerCase() === email && !entry.deleted,
  );
  if (!user) throw new SlackRefusal('users_not_found');
  return { user: wireUser(user) };
}

const wireGroup = (call: ApiCall, group: SlackUsergroup, withUsers: boolean): JsonObject => ({
  id: group.id,
  team_id: call.world.workspace.id,
  is_usergroup: true,
  name: group.name,
  handle: group.handle,
  date_delete: group.disabled ? 1 : 0,
  user_count: group.users.length,
  ...(withUsers ? { users: group.users } : {}),
});

function groupList(call: ApiCall): JsonObject {
  const disabled = flag(call.args, 'include_disabled') ?? false;
  const withUsers = flag(call.args, 'include_users') ?? false;
  const groups = [...call.world.usergroups.values()].filter((group) => disabled || !group.disabled);
  return { usergroups: groups.map((group) => wireGroup(call, group, withUsers)) };
}

function groupUsers(call: ApiCall): JsonObject {
  const group = call.world.usergroups.get(required(call.args, 'usergroup'));
  if (!group) throw new SlackRefusal('no_such_subteam');
  const disabled = flag(call.args, 'include_disabled') ?? false;
  if (group.disabled && !disabled) throw new SlackRefusal('no_such_subteam');
  return { users: group.users };
}

function authTest(call: ApiCall): JsonObject {
  const { world, baseUrl, token } = call;
  if (token.kind === 'app') return { app_id: world.app.appId, app_name: world.app.name };
  return {
    url: baseUrl,
    team: world.workspace.name,
    user: world.app.name,
    team_id: world.workspace.id,
    user_id: world.app.botUserId,
    bot_id: world.app.botId,
    is_enterprise_install: false,
  };
}

const connectionsOpen = (call: ApiCall): JsonObject => ({ url: call.openSocketUrl() });

function setStatus(call: ApiCall): JsonObject {
  const channel = required(call.args, 'channel_id');
  const thread = required(call.args, 'thread_ts');
  if (!call.world.findMessage(channel, thread)) throw new SlackRefusal('thread_not_found');
  const status = optional(call.args, 'status') ?? '';
  if (status === '') call.world.statuses.delete(`${channel}:${thread}`);
  else call.world.statuses.set(`${channel}:${thread}`, status);
  call.world.changed();
  return {};
}

function setPrompts(call: ApiCall): JsonObject {
  required(call.args, 'channel_id');
  required(call.args, 'prompts');
  return {};
}

const bot = (scopes: readonly string[], run: ApiMethod['run']): ApiMethod => ({ scopes, token: 'bot', run });

export const peopleMethods = {
  'auth.test': { scopes: [], token: 'any', run: authTest },
  'apps.connections.open': { scopes: [], token: 'app', run: connectionsOpen },
  'bots.info': bot(['users:read'], botInfo),
  'users.info': bot(['users:read'], info),
  'users.list': bot(['users:read'], list),
  'users.lookupByEmail': bot(['users:read.email'], lookupByEmail),
  'usergroups.list': bot(['usergroups:read'], groupList),
  'usergroups.users.list': bot(['usergroups:read'], groupUsers),
  'assistant.threads.setStatus': bot(['assistant:write', 'chat:write'], setStatus),
  'assistant.threads.setSuggestedPrompts': bot(['assistant:write'], setPrompts),
} satisfies Record<string, ApiMethod>;
