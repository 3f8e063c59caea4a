/** What `init --for` asks and writes, with a folder in memory and a platform that was found. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { CliContext } from '../../../src/cli/context.ts';
import { UsageFault } from '../../../src/cli/faults.ts';
import { type InstallOptions, installCommand } from '../../../src/cli/install.command.ts';
import { InitOutput } from '../../../src/cli/output-schemas.ts';
import { Secret } from '../../../src/domain/kernel/secret.ts';
import type { Language } from '../../../src/domain/run/run.ts';
import { ConfigFile } from '../../../src/domain/settings/config.ts';
import { wordsIn } from '../../../src/text/words.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const usual = { namespace: 'aetherius', socket: '/none', file: 'aetherius.yaml', name: 'prod' };

interface Ran {
  readonly files: Map<string, string>;
  readonly asked: readonly { readonly question: string; readonly hidden: boolean }[];
  readonly out: string;
  readonly looked: readonly object[];
}

async function install(
  options: Partial<InstallOptions> & Pick<InstallOptions, 'for'>,
  more: {
    readonly answers?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    readonly files?: Map<string, string>;
    readonly language?: Language;
    readonly output?: 'text' | 'json';
    readonly networks?: readonly string[];
  } = {},
): Promise<Ran> {
  const files = more.files ?? new Map<string, string>();
  const asked: { question: string; hidden: boolean }[] = [];
  const looked: object[] = [];
  const answers = [...(more.answers ?? [])];
  let keys = 0;
  let out = '';
  const context = {
    words: wordsIn(more.language ?? 'en'),
    output: more.output ?? 'text',
    out: (text: string) => (out += text),
    redact: (text: string) => text,
    env: () =>
      Promise.resolve(
        Object.fromEntries(Object.entries(more.env ?? {}).map(([name, value]) => [name, new Secret(value)])),
      ),
    ...(more.answers === undefined
      ? {}
      : {
          ask: (question: string, hidden = false) => {
            asked.push({ question, hidden });
            return Promise.resolve(answers.shift() ?? '');
          },
        }),
    discover: (where: object) => {
      looked.push(where);
      const kubernetes = {
        kind: 'kubernetes',
        namespace: 'shop',
        agentNamespace: 'kube-system',
        kubeconfig: '/k',
      };
      return Promise.resolve({
        ...{ parts: ['redis'], found: [] },
        yaml: {
          runtime: options.for === 'kubernetes' ? kubernetes : { kind: 'compose', project: 'shop' },
          redis: { url: { env: 'AETHERIUS_REDIS_URL' } },
        },
        variables: [{ name: 'AETHERIUS_REDIS_URL', meaning: 'redis://:PASSWORD@redis:6379' }],
        networks: more.networks ?? ['shop_default'],
      });
    },
    installation: () => ({
      read: (name: string) => files.get(name),
      write: (name: string, text: string) => void files.set(name, text),
      shipped: (name: string) => readFileSync(join(root, name), 'utf8'),
      ...{ source: undefined, version: '0.1.0', groupOf: () => 998 },
      key: () => `${(keys += 1)}`.padStart(64, '0'),
    }),
  } as unknown as CliContext;
  const given = {
    ...usual,
    folder: 'installation',
    placed: false,
    ownNamespace: 'aetherius-bot',
    ...options,
  };
  await installCommand(context, given);
  return { files, asked, out, looked };
}

const tokens = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' };

describe('init --for asks', () => {
  it.each([
    ['kubernetes' as const, ['shop', 'xoxb-1', 'xapp-1', 'U012AB3CD, U045EF6GH', 'r.example/bot:2']],
    ['compose' as const, ['shop', 'xoxb-1', 'xapp-1', 'U012AB3CD', 'yes']],
  ])('at most five things, and tokens unseen: %s', async (kind, answers) => {
    const { asked, files, looked } = await install({ for: kind }, { answers });

    expect(asked).toHaveLength(5);
    expect(asked.filter(({ hidden }) => hidden).map(({ question }) => question.split(' ')[0])).toEqual([
      'SLACK_BOT_TOKEN',
      'SLACK_APP_TOKEN',
    ]);
    expect(looked).toMatchObject([kind === 'kubernetes' ? { namespace: 'shop' } : { project: 'shop' }]);
    const config = ConfigFile.parse(parse(files.get('aetherius.yaml') ?? ''));
    expect(config.approvals?.approvers.oncall?.users?.[0]).toBe('U012AB3CD');
    if (kind === 'compose') expect(files.get('.env')).toMatch(/:engine\.yaml$/m);
    else
      expect(parse(files.get('values.yaml') ?? '')).toMatchObject({
        ...{ image: { repository: 'r.example/bot', tag: '2' }, platformNamespace: 'shop' },
        features: { restart: true },
      });
  });

  it('nothing that options and variables say, and nothing a second time', async () => {
    const options = { placed: true, approvers: 'U012AB3CD', image: 'a:1', engine: false };
    for (const kind of ['kubernetes', 'compose'] as const) {
      const first = await install({ for: kind, ...options }, { answers: [], env: tokens });
      const again = await install({ for: kind }, { answers: [], files: first.files });

      expect([first.asked, again.asked], kind).toEqual([[], []]);
    }
  });

  it('nobody where no terminal is, and leaves places to fill in', async () => {
    const { files, out } = await install({ for: 'kubernetes' });

    expect(files.get('secrets/bot.env')).toMatch(/^SLACK_BOT_TOKEN=$/m);
    expect(out).toContain('Still missing: SLACK_BOT_TOKEN. Write it into installation/secrets/bot.env.');
    expect(out).toContain(
      'Still missing: AETHERIUS_REDIS_URL. Write it into installation/secrets/targets.env.',
    );
    expect(out).toContain('aetherius.yaml names no approvers');
    expect(parse(files.get('values.yaml') ?? '')).toMatchObject({ features: { restart: false } });
  });

  it('in the language of the shell, and answers programs in JSON', async () => {
    const { asked, out } = await install(
      { for: 'compose' },
      { answers: [], language: 'zh-CN', output: 'json' },
    );
    const output = InitOutput.parse(JSON.parse(out));

    expect(asked[0]?.question).toBe('平台所在的 Compose 项目（aetherius）：');
    expect(output.files?.map(({ path }) => path)).toContain('installation/.env');
    expect(output.missing?.map(({ variable }) => variable)).toEqual([
      ...Object.keys(tokens),
      'AETHERIUS_REDIS_URL',
    ]);
    expect(output.next?.at(-1)).toBe('docker compose exec worker aetherius doctor --env prod');
  });
});

describe('init --for refuses', () => {
  const refused = async (options: Partial<InstallOptions>, answers: readonly string[] = []) => {
    const files = new Map<string, string>();
    const fault: unknown = await install({ for: 'kubernetes', ...options }, { answers, files }).catch(
      (error: unknown) => error,
    );
    if (!(fault instanceof UsageFault)) throw new Error('was taken');
    return { said: wordsIn('en').plain(fault.key as 'cli.fault.install-value', fault.facts as never), files };
  };

  it('a token of another kind, without showing it', async () => {
    const { said, files } = await refused({}, ['', 'xapp-mixed-up']);

    expect(said).toBe('SLACK_BOT_TOKEN begins with xoxb-; this one does not.');
    expect(files.size).toBe(0);
  });

  it('what would mean something else in a script or an address', async () => {
    for (const options of [
      { ownNamespace: 'a; rm' },
      { namespace: 'A' },
      { database: 'h/x' },
      { redis: 'a@b' },
      { name: 'p q' },
      { approvers: 'someone' },
    ])
      expect((await refused(options)).files.size, JSON.stringify(options)).toBe(0);
    expect((await refused({}, ['$(x)'])).said).toContain('--namespace cannot be "$(x)"');
  });
});

describe('init --for writes', () => {
  it('for a PostgreSQL and a Redis of others no stores, and takes no password of theirs away', async () => {
    const both = await install({ for: 'kubernetes', database: 'db.example:6432', redis: 'r.example' });

    expect(both.files.has('stores.yaml')).toBe(false);
    expect(both.files.has('secrets/stores.env')).toBe(false);
    expect(both.files.get('logins.sql')).not.toContain('ALTER ROLE postgres');
    expect(both.files.get('secrets/bot.env')).toMatch(
      /^DATABASE_URL=postgres:\/\/aetherius_bot:\d+@db\.example:6432\/aetherius_bot$/m,
    );
    expect(both.files.get('secrets/common.env')).toMatch(/^REDIS_URL=redis:\/\/r\.example:6379$/m);
    expect(both.files.get('secrets.sh')).not.toContain('aetherius-bot-stores');
    expect(both.out).toContain('psql -h db.example -p 6432 -U postgres');

    const one = await install({ for: 'kubernetes', database: 'db.example' });
    expect(one.files.get('stores.yaml')).toContain('aetherius-bot-redis');
    expect(one.files.get('stores.yaml')).not.toContain('name: aetherius-bot-postgres');
    const own = await install({ for: 'kubernetes' });
    expect(own.files.get('logins.sql')?.trimEnd().endsWith('ALTER ROLE postgres PASSWORD NULL;')).toBe(true);
  });

  it('the same password again where only a part of the files is left', async () => {
    const { files } = await install({ for: 'kubernetes' }, { env: tokens });
    const before = files.get('secrets/logins.env');
    files.delete('secrets/logins.env');
    await install({ for: 'kubernetes' }, { env: tokens, files });

    expect(files.get('secrets/logins.env')?.split('\n').toSorted()).toEqual(before?.split('\n').toSorted());
  });

  it('no key for signing beside a configuration that it did not write', async () => {
    const files = new Map([
      ['aetherius.yaml', 'environments: { prod: { redis: { url: { env: MINE } } } }\n'],
    ]);
    const { out } = await install({ for: 'compose' }, { env: tokens, files });

    expect(files.get('.env')).not.toContain('SIGNING_KEY');
    expect(files.get('aetherius.yaml')).toBe('environments: { prod: { redis: { url: { env: MINE } } } }\n');
    expect(out).toContain('Still missing: MINE. Write it into installation/.env.');
    expect(files.get('platform.yaml')).toContain('MINE: ${MINE:?set it in .env}');
  });

  it('each network of the platform, and says where none was seen', async () => {
    const three = await install({ for: 'compose' }, { env: tokens, networks: ['a', 'b', 'c'] });

    expect(three.files.get('.env')).toMatch(/^AETHERIUS_NETWORK=a$/m);
    expect(parse(three.files.get('platform.yaml') ?? '')).toMatchObject({
      services: { worker: { networks: ['platform-2', 'platform-3'] } },
      networks: { 'platform-2': { name: 'b', external: true }, 'platform-3': { name: 'c', external: true } },
    });
    const none = await install({ for: 'compose' }, { env: tokens, networks: [] });
    expect(none.out).toContain('The network of the platform was not seen.');
  });
});
