/** manifest.yml against Slack's rules for manifests and against the code. */
import { readdirSync, readFileSync } from 'node:fs';
import type { App } from '@slack/bolt';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { actionIds, callbacks, commands } from '../../src/bot/ids.ts';
import { nothingOf } from '../../src/bot/middleware/catch-all.ts';
import type { HandlerDeps } from '../../src/handlers/deps.ts';
import { registerHandlers } from '../../src/handlers/index.ts';

const root = new URL('../../', import.meta.url);
const raw: unknown = parse(readFileSync(new URL('manifest.yml', root), 'utf8'));

/** The parts of docs.slack.dev/reference/app-manifest that we use, with their limits; anything else is refused. */
const Manifest = z.strictObject({
  _metadata: z.strictObject({ major_version: z.literal(2), minor_version: z.int() }),
  display_information: z.strictObject({
    name: z.string().min(1).max(35),
    description: z.string().max(140),
    long_description: z.string().min(175).max(4000),
    background_color: z.string().regex(/^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i),
  }),
  features: z.strictObject({
    app_home: z.strictObject({
      home_tab_enabled: z.boolean(),
      messages_tab_enabled: z.boolean(),
      messages_tab_read_only_enabled: z.boolean(),
    }),
    bot_user: z.strictObject({
      display_name: z.string().regex(/^[a-z0-9._-]{1,80}$/),
      always_online: z.boolean(),
    }),
    slash_commands: z
      .array(
        z.strictObject({
          command: z.string().regex(/^\/[a-z0-9_-]{1,31}$/),
          description: z.string().max(2000),
          usage_hint: z.string().max(1000),
          should_escape: z.boolean(),
        }),
      )
      .max(50),
    shortcuts: z
      .array(
        z.strictObject({
          name: z.string().min(1).max(75),
          type: z.enum(['message', 'global']),
          callback_id: z.string().max(255),
          description: z.string().max(150),
        }),
      )
      .max(10),
  }),
  oauth_config: z.strictObject({ scopes: z.strictObject({ bot: z.array(z.string()).max(255) }) }),
  settings: z.strictObject({
    event_subscriptions: z.strictObject({ bot_events: z.array(z.string()).max(100) }),
    interactivity: z.strictObject({ is_enabled: z.boolean() }),
    org_deploy_enabled: z.boolean(),
    socket_mode_enabled: z.boolean(),
    token_rotation_enabled: z.boolean(),
  }),
});
const manifest = Manifest.parse(raw);

/** Scopes that each Web API method of ours needs (docs.slack.dev, method pages). Empty: none. */
const scopesOf: Readonly<Record<string, readonly string[]>> = {
  'auth.test': [],
  'apps.connections.open': [],
  'bots.info': ['users:read'],
  'chat.postMessage': ['chat:write'],
  'chat.postEphemeral': ['chat:write'],
  'chat.update': ['chat:write'],
  'chat.delete': ['chat:write'],
  'conversations.history': ['channels:history', 'groups:history', 'im:history'],
  'conversations.replies': ['channels:history', 'groups:history', 'im:history'],
  'conversations.info': ['channels:read', 'groups:read', 'im:read'],
  'conversations.open': ['im:write'],
  'files.info': ['files:read'],
  filesUploadV2: ['files:write'],
  'usergroups.users.list': ['usergroups:read'],
  'users.info': ['users:read'],
  'views.open': [],
  'views.publish': [],
};
/** Needed by an event, a command or a rule of Slack rather than by a method. */
const otherScopes = {
  app_mention: 'app_mentions:read',
  command: 'commands',
  'posting where the bot is no member': 'chat:write.public',
  'the text of a message that a shortcut was used on, when it is a file': 'files:read',
} as const;

const textsBelow = (folder: string): readonly string[] =>
  readdirSync(new URL(`${folder}/`, root), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(new URL(`${folder}/${file}`, root), 'utf8'));

const sources = [
  'src/bot',
  'src/handlers',
  'src/platform/slack',
  'src/platform/slack-poster',
  'src/main',
].flatMap(textsBelow);

function methodsUsed(): readonly string[] {
  const found = sources.flatMap((text) =>
    [...text.matchAll(/\bclient\s*\.\s*((?:[a-z]+\s*\.\s*)*[a-zA-Z0-9]+)\s*\(/g)].map((match) =>
      (match[1] ?? '').replace(/\s+/g, ''),
    ),
  );
  // `client` is also the name of other drivers' clients; ours are known by their namespaces.
  const namespaces = /^(?:auth|bots|chat|conversations|files|usergroups|users|views|apps)\.|^filesUploadV2$/;
  return [...new Set(found.filter((name) => namespaces.test(name)))].sort();
}

/** Names that a fresh Bolt app gets listeners for. */
function registered(): {
  readonly actions: string[];
  readonly callbacks: string[];
  readonly commands: string[];
  readonly events: string[];
} {
  const seen = {
    actions: [] as string[],
    callbacks: [] as string[],
    commands: [] as string[],
    events: [] as string[],
  };
  const idOf = (constraint: unknown): string =>
    typeof constraint === 'string'
      ? constraint
      : String(Object.values(constraint as Record<string, unknown>)[0]);
  const app = {
    command: (name: unknown) => seen.commands.push(String(name)),
    event: (name: unknown) => seen.events.push(String(name)),
    action: (constraint: unknown) => seen.actions.push(idOf(constraint)),
    shortcut: (constraint: unknown) => seen.callbacks.push(idOf(constraint)),
    view: (constraint: unknown) => seen.callbacks.push(idOf(constraint)),
  };
  registerHandlers(app as unknown as App, {} as HandlerDeps);
  return seen;
}

describe('manifest.yml', () => {
  it('names the commands that are handled, and no other', () => {
    expect(manifest.features.slash_commands.map(({ command }) => command)).toEqual(Object.values(commands));
    expect(registered().commands).toEqual(Object.values(commands));
  });

  it('names the shortcuts that are handled, and no other', () => {
    const declared = manifest.features.shortcuts.map(({ callback_id: id }) => id);
    const handled = registered().callbacks;
    const known: readonly string[] = Object.values(callbacks);

    expect(handled).toEqual(expect.arrayContaining(declared));
    expect(known).toEqual(expect.arrayContaining(handled));
    expect(handled.filter((id) => !/modal/.test(id)).sort()).toEqual([...declared].sort());
  });

  it('subscribes to the events that are handled, and no other', () => {
    expect([...manifest.settings.event_subscriptions.bot_events].sort()).toEqual(registered().events.sort());
  });

  it('asks for the scopes of the methods that are called, and for no other', () => {
    const used = methodsUsed();
    for (const method of used)
      expect(Object.keys(scopesOf), `scopes of ${method} are not written down`).toContain(method);
    const needed = new Set([
      ...used.flatMap((method) => scopesOf[method] ?? []),
      ...Object.values(otherScopes),
    ]);

    expect(used.length).toBeGreaterThan(8);
    expect([...manifest.oauth_config.scopes.bot].sort()).toEqual([...needed].sort());
  });
});

describe('buttons', () => {
  it('of every view have a handler, and every handler has a button', () => {
    expect(registered().actions.sort()).toEqual(Object.values(actionIds).sort());
    const views = textsBelow('src/bot/views').join('\n');
    const literals = [...views.matchAll(/actionId: ([\w.[\]]+)/g)].map((match) => match[1] ?? '');
    expect(
      literals.filter(
        (literal) => !/^(?:actionIds\.|remediationActionIds[.[]|spec\.|string$|id\b)/.test(literal),
      ),
    ).toEqual([]);
    for (const name of Object.keys(actionIds).filter(
      (key) => !['request', 'approve', 'reject', 'cancel', 'stop', 'undo'].includes(key),
    ))
      expect(views, `no view uses actionIds.${name}`).toContain(`actionIds.${name}`);
  });

  it('that nobody knows are still acknowledged (R-SLACK5)', () => {
    const unknown = nothingOf(Object.values(actionIds));
    expect(unknown.test('somebody.elses')).toBe(true);
    expect(unknown.test('details.more')).toBe(true);
    for (const id of Object.values(actionIds)) expect(unknown.test(id)).toBe(false);
  });
});
