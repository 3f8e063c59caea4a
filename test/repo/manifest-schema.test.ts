/** manifest.yml against Slack's published schema (`slack-manifest.ts`), and each rule of it against a manifest that breaks it. */
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { read } from './files.ts';
import { SlackManifest } from './slack-manifest.ts';

type Path = readonly (string | number)[];
type Node = Record<string | number, unknown>;

const today = (): Node => parse(read('manifest.yml')) as Node;

/** Where Slack would say that the manifest is wrong, as `features.shortcuts.0.name`. */
function refusals(manifest: unknown): readonly string[] {
  const checked = SlackManifest.safeParse(manifest);
  return checked.success ? [] : checked.error.issues.map(({ path }) => path.join('.'));
}

/** What a change breaks: one fault of the file is one failing test. */
function news(manifest: unknown): readonly string[] {
  const already = refusals(today());
  return refusals(manifest).filter((path) => !already.includes(path));
}

function at(manifest: Node, path: Path): unknown {
  return path.reduce<unknown>((node, key) => (node as Node)[key], manifest);
}

/** The manifest with one value put in another's place; `undefined` takes the key out. */
function changed(path: Path, value: unknown): Node {
  const manifest = today();
  const key = path.at(-1) ?? '';
  const parent = at(manifest, path.slice(0, -1)) as Node;
  if (value === undefined) delete parent[key];
  else parent[key] = value;
  return manifest;
}

/** Paths of all objects of the manifest, the whole of it among them. */
function objects(node: unknown, path: Path = []): readonly Path[] {
  if (typeof node !== 'object' || node === null) return [];
  const below = Object.entries(node).flatMap(([key, value]) =>
    objects(value, [...path, Array.isArray(node) ? Number(key) : key]),
  );
  return Array.isArray(node) ? below : [path, ...below];
}

const text = (length: number): string => 'a'.repeat(length);
const web = (length: number): string => `https://${text(length - 8)}`;
const list = <T>(length: number, make: (index: number) => T): readonly T[] =>
  Array.from({ length }, (_, index) => make(index));

const shortcut = { name: 'a', type: 'global', callback_id: 'a', description: 'a' };
const slash = { command: '/a', description: 'a', usage_hint: 'a', should_escape: false };
const features = at(today(), ['features']) as {
  readonly shortcuts: readonly unknown[];
  readonly slash_commands: readonly unknown[];
};

/** A place, what just fits there, and what does not. */
type Limit = readonly [path: Path, fits: unknown, refused: unknown];

const perShortcut = features.shortcuts.flatMap((_, index): readonly Limit[] => {
  const path = ['features', 'shortcuts', index];
  return [
    [[...path, 'name'], text(24), text(25)],
    [[...path, 'name'], 'a', ''],
    [[...path, 'type'], 'global', 'workflow'],
    [[...path, 'callback_id'], text(255), text(256)],
    [[...path, 'callback_id'], 'a', ''],
    [[...path, 'description'], text(150), text(151)],
    [[...path, 'description'], 'a', ''],
  ];
});

const perCommand = features.slash_commands.flatMap((_, index): readonly Limit[] => {
  const path = ['features', 'slash_commands', index];
  return [
    [[...path, 'command'], `/${text(31)}`, `/${text(32)}`],
    [[...path, 'command'], '/a', '/'],
    [[...path, 'command'], '/a', 'aetherius'],
    [[...path, 'command'], '/a', '/Aetherius'],
    [[...path, 'url'], web(3000), web(3001)],
    [[...path, 'url'], 'http://a', 'ftp://a'],
    [[...path, 'description'], text(2000), text(2001)],
    [[...path, 'description'], 'a', ''],
    [[...path, 'usage_hint'], text(1000), text(1001)],
    [[...path, 'usage_hint'], 'a', ''],
    [[...path, 'should_escape'], true, 'yes'],
  ];
});

const limits: readonly Limit[] = [
  [['_metadata', 'major_version'], 2, 1],
  [['_metadata', 'minor_version'], 0, 1.5],
  [['display_information', 'name'], text(35), text(36)],
  [['display_information', 'name'], 'a', ''],
  [['display_information', 'description'], text(140), text(141)],
  [['display_information', 'description'], 'a', ''],
  [['display_information', 'long_description'], text(4000), text(4001)],
  [['display_information', 'long_description'], text(175), text(174)],
  [['display_information', 'background_color'], '#0aF', '#0aF0'],
  [['display_information', 'background_color'], '#0aF0aF', 'black'],
  [['features', 'app_home', 'home_tab_enabled'], false, 'no'],
  [['features', 'bot_user', 'display_name'], text(80), text(81)],
  [['features', 'bot_user', 'display_name'], 'a', ''],
  [['features', 'bot_user', 'display_name'], 'a_b', 'a b'],
  [['features', 'bot_user', 'always_online'], false, 1],
  [['features', 'shortcuts'], list(10, () => shortcut), list(11, () => shortcut)],
  [['features', 'shortcuts'], [shortcut], []],
  [['features', 'slash_commands'], list(50, () => slash), list(51, () => slash)],
  [['features', 'slash_commands'], [slash], []],
  ...perShortcut,
  ...perCommand,
  [['oauth_config', 'scopes', 'bot'], list(255, String), list(256, String)],
  [
    ['oauth_config', 'scopes', 'bot'],
    ['a', 'b'],
    ['a', 'a'],
  ],
  [['oauth_config', 'scopes', 'bot', 0], text(50), text(51)],
  [['settings', 'event_subscriptions', 'bot_events'], list(100, String), list(101, String)],
  [
    ['settings', 'event_subscriptions', 'bot_events'],
    ['a', 'b'],
    ['a', 'a'],
  ],
  [['settings', 'event_subscriptions', 'bot_events', 0], text(50), text(51)],
  [['settings', 'event_subscriptions', 'request_url'], web(3500), web(3501)],
  [['settings', 'event_subscriptions', 'request_url'], 'http://a', 'a'],
  [['settings', 'interactivity', 'is_enabled'], false, 'no'],
  [['settings', 'interactivity', 'request_url'], web(3500), web(3501)],
  [['settings', 'interactivity', 'request_url'], 'http://a', 'a'],
  [['settings', 'interactivity', 'message_menu_options_url'], web(3500), web(3501)],
  [['settings', 'interactivity', 'message_menu_options_url'], 'http://a', 'a'],
  [['settings', 'org_deploy_enabled'], true, 'yes'],
  [['settings', 'socket_mode_enabled'], true, 'yes'],
  [['settings', 'token_rotation_enabled'], true, 'yes'],
];

const shown = (value: unknown): string => {
  const json = JSON.stringify(value);
  return json.length > 24 ? `${json.slice(0, 16)}… (${(value as string | unknown[]).length})` : json;
};

describe('Slack’s schema for manifests', () => {
  it('takes manifest.yml as it is', () => {
    expect(refusals(today())).toEqual([]);
  });

  it.each(
    limits
      .map(([path, fits, refused]) => ({ path, fits, refused, where: path.join('.') }))
      .map((one) => ({
        ...one,
        good: shown(one.fits),
        bad: shown(one.refused),
      })),
  )('takes $good and refuses $bad as $where', ({ path, fits, refused, where }) => {
    expect(refusals(changed(path, fits)).filter((one) => one.startsWith(where))).toEqual([]);
    expect(refusals(changed(path, refused)).filter((one) => one.startsWith(where))).not.toEqual([]);
  });

  it.each(objects(today()).map((path) => ({ path, where: path.join('.') })))(
    'refuses a key that it does not know in "$where"',
    ({ path, where }) => {
      expect(news(changed([...path, 'surprise'], true))).toEqual([where]);
    },
  );

  it.each([
    'display_information',
    'display_information.name',
    'features.bot_user.display_name',
    'features.slash_commands.0.command',
    'features.slash_commands.0.description',
    ...features.shortcuts.flatMap((_, index) =>
      ['name', 'type', 'callback_id', 'description'].map((key) => `features.shortcuts.${index}.${key}`),
    ),
    'settings.interactivity.is_enabled',
  ])('refuses a manifest without %s', (where) => {
    expect(refusals(changed(where.split('.'), undefined))).toContain(where);
  });
});
