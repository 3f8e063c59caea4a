/** manifest.yml against the code; `manifest-schema.test.ts` holds it against Slack's schema. */

import { apiMethods } from '@aetherius/slack-emulator';
import type { App } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { actionIds, callbacks, commands } from '../../src/bot/ids.ts';
import { nothingOf } from '../../src/bot/middleware/catch-all.ts';
import type { HandlerDeps } from '../../src/handlers/deps.ts';
import { verbs } from '../../src/handlers/grammar/command.ts';
import { registerHandlers } from '../../src/handlers/index.ts';
import { read, repositoryFiles } from './files.ts';
import { SlackManifest } from './slack-manifest.ts';

const manifest = SlackManifest.parse(parse(read('manifest.yml')));

/** Scopes that each Web API method of ours needs (docs.slack.dev, method pages). Empty: none. */
const scopesOf: Readonly<Record<string, readonly string[]>> = {
  'auth.test': [],
  'apps.connections.open': [],
  'bots.info': ['users:read'],
  'chat.postMessage': ['chat:write'],
  'chat.getPermalink': [],
  'chat.postEphemeral': ['chat:write'],
  'chat.update': ['chat:write'],
  'chat.delete': ['chat:write'],
  'conversations.history': ['channels:history', 'groups:history', 'im:history'],
  'conversations.replies': ['channels:history', 'groups:history', 'im:history'],
  'conversations.info': ['channels:read', 'groups:read', 'im:read'],
  'conversations.open': ['im:write'],
  'files.completeUploadExternal': ['files:write'],
  'files.getUploadURLExternal': ['files:write'],
  'files.info': ['files:read'],
  filesUploadV2: ['files:write'],
  'pins.list': ['pins:read'],
  'usergroups.users.list': ['usergroups:read'],
  'users.info': ['users:read'],
  'views.open': [],
  'views.publish': [],
};
/** Scopes that each event needs (docs.slack.dev, event pages). */
const scopesOfEvents: Readonly<Record<string, readonly string[]>> = {
  app_home_opened: [],
  app_mention: ['app_mentions:read'],
  app_uninstalled: [],
  channel_archive: ['channels:read'],
  channel_deleted: ['channels:read'],
  channel_id_changed: ['channels:read'],
  channel_left: ['channels:read'],
  channel_shared: ['channels:read', 'groups:read'],
  channel_unshared: ['channels:read', 'groups:read'],
  group_archive: ['groups:read'],
  group_deleted: ['groups:read'],
  group_left: ['groups:read'],
  'message.im': ['im:history'],
  tokens_revoked: [],
};
/** Needed for something else than a method or an event. */
const otherScopes = {
  'slash commands and shortcuts': 'commands',
  'posting in a public channel where the bot is no member': 'chat:write.public',
} as const;

const textsBelow = (folder: string): readonly string[] =>
  repositoryFiles(/\.ts$/)
    .filter((path) => path.startsWith(`${folder}/`))
    .map(read);

/** Names of all methods of Slack's own client, as `chat.postMessage`. */
function methodNames(node: object, prefix = ''): readonly string[] {
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) => {
    if (typeof value === 'function') return [`${prefix}${key}`];
    // Methods stand at most three levels deep; what else a client holds (its agent, its logger) is no namespace.
    return typeof value === 'object' && value !== null && prefix.split('.').length <= 3
      ? methodNames(value, `${prefix}${key}.`)
      : [];
  });
}
const ofSlack = new Set([...methodNames(new WebClient()), 'filesUploadV2']);

/** Methods of Slack that a text calls, whatever the client is called there. */
function methodsIn(text: string): readonly string[] {
  return [...text.matchAll(/[\w)\]]((?:\s*\.\s*[a-zA-Z0-9]+)+)\s*\(/g)].flatMap(([, chain = '']) => {
    const names = chain.replace(/\s+/g, '').slice(1).split('.');
    // The longest that Slack knows: `usergroups.users.list` is not `users.list`.
    const method = names.map((_, index) => names.slice(index).join('.')).find((name) => ofSlack.has(name));
    return method === undefined ? [] : [method];
  });
}

const methodsUsed = [...new Set(textsBelow('src').flatMap(methodsIn))].sort();

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
    // Of messages, those in a conversation with the bot alone.
    event: (name: unknown) => seen.events.push(name === 'message' ? 'message.im' : String(name)),
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

  it('offers in the hint of a command only words of the grammar', () => {
    for (const { usage_hint: hint } of manifest.features.slash_commands) {
      const offered = hint.split('|').map((one) => one.trim().split(' ')[0] ?? '');

      expect(verbs).toEqual(expect.arrayContaining(offered));
      expect(offered).toContain('help');
    }
  });
});

describe('the scopes of manifest.yml', () => {
  const asked = [...manifest.oauth_config.scopes.bot].sort();

  it('are written down here for each method of Slack that is called, and for no other', () => {
    expect(Object.keys(scopesOf).sort()).toEqual(methodsUsed);
  });

  it('are found for methods whatever the client is called and however the line is broken', () => {
    expect(methodsIn('await web.files.info({ file })')).toEqual(['files.info']);
    expect(methodsIn('new WebClient(token)\n  .chat\n  .unfurl({})')).toEqual(['chat.unfurl']);
    expect(methodsIn('client.usergroups.users.list({})')).toEqual(['usergroups.users.list']);
    expect(methodsIn('users.find((one) => one.ok); list.filter(Boolean)')).toEqual([]);
  });

  it('are those of the methods, events and entry points that there are, and no other', () => {
    const events = manifest.settings.event_subscriptions.bot_events;
    expect(Object.keys(scopesOfEvents).sort()).toEqual([...events].sort());
    const needed = new Set([
      ...methodsUsed.flatMap((method) => scopesOf[method] ?? []),
      ...events.flatMap((event) => scopesOfEvents[event] ?? []),
      ...Object.values(otherScopes),
    ]);

    expect(asked).toEqual([...needed].sort());
  });

  it('open every method in the emulator, which refuses what Slack refuses', () => {
    // Slack's client makes these calls out of one.
    const calls = methodsUsed.flatMap((method) =>
      method === 'filesUploadV2' ? ['files.getUploadURLExternal', 'files.completeUploadExternal'] : [method],
    );
    const closed = calls.filter((method) => {
      const scopes = apiMethods.get(method)?.scopes;
      return scopes === undefined || (scopes.length > 0 && !scopes.some((scope) => asked.includes(scope)));
    });

    expect(closed).toEqual([]);
  });

  it('are explained in the guide, each once', () => {
    const section = read('docs/guides/slack-setup.md').split('## What each scope is for')[1] ?? '';
    const rows = section.split('\n## ')[0]?.match(/^\| `[^|]*/gm) ?? [];
    const explained = rows.flatMap((row) => [...row.matchAll(/`([\w:.]+)`/g)].map((match) => match[1]));

    expect(explained.sort()).toEqual(asked);
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
      (key) =>
        !['request', 'approve', 'reject', 'cancel', 'stop', 'undo', 'resolve', 'breakGlass'].includes(key),
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
