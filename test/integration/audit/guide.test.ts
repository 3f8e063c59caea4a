/**
 * What docs/guides/approvals.md tells an operator to do, done literally: with the real program as a process of its own,
 * the Slack emulator, and a real PostgreSQL with its own pg_dump and pg_restore.
 */
import { execFile, execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SlackEmulator, startSlackEmulator } from '@aetherius/slack-emulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installedPostgres } from '../../../lab/components/postgres.ts';
import {
  freePort,
  type RunningProcess,
  startProcess,
  tail,
  waitFor,
} from '../../../lab/components/process.ts';
import { newSigningKey, signerOf } from '../../../src/domain/kernel/signing.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import { createTokenService } from '../../../src/services/token/token.service.ts';
import { read, root } from '../../repo/files.ts';
import { createHarness, memoryDirectory, person } from '../../support/approvals.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { useRedis } from '../../support/redis.ts';
import { people } from '../../support/slack-product.ts';

const tree = installedPostgres();
const tokenKey = 'a token key of the tests that is long enough';
const firstKey = 'an audit key of the tests that is long enough';
const team = 'T0AETHER1';

/** The blocks of shell below one heading, in their order. */
function blocksOf(heading: string): readonly string[] {
  const sections = read('docs/guides/approvals.md').split(/^## /m);
  const section = sections.find((text) => text.startsWith(`${heading}\n`));
  const blocks = [...(section ?? '').matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text = '']) => text);
  if (blocks.length === 0) throw new Error(`the guide has nothing to do under ${heading}`);
  return blocks;
}

describe.skipIf(tree === undefined)(
  `the guide for approvals${tree === undefined ? ' (left out: no PostgreSQL with pg_dump in /usr/lib/postgresql)' : ''}`,
  () => {
    const postgres = usePostgres({}, tree);
    const redis = useRedis();
    const folder = mkdtempSync(join(tmpdir(), 'aetherius-guide-'));
    const file = (name: string): string => join(folder, name);
    const keys = newSigningKey();
    let database: TestDatabase;
    let slack: SlackEmulator;
    let bot: RunningProcess | undefined;
    let token: string;
    let ports: readonly [status: number, cli: number];
    let fix: { readonly id: string; readonly handle: string; readonly planHash: string };

    /** What stands in bot.env now, as Compose gives it to a process. */
    const botEnv = (): Record<string, string> =>
      Object.fromEntries(
        readFileSync(file('bot.env'), 'utf8')
          .trimEnd()
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      );

    async function start(): Promise<void> {
      const child = await startProcess({
        ...{ name: 'bot', command: process.execPath, cwd: root, log: file('bot.log') },
        args: [file('dist/main.js'), '--config', file('aetherius.yaml')],
        env: {
          ...{ DATABASE_URL: database.loginUrl, REDIS_URL: redis.server.url, TOKEN_KEY: tokenKey },
          ...{ STATUS_PORT: `${ports[0]}`, CLI_PORT: `${ports[1]}`, PORT: '0', SHUTDOWN_GRACE_MS: '5000' },
          ...{
            SLACK_BOT_TOKEN: slack.botToken,
            SLACK_APP_TOKEN: slack.appToken,
            SLACK_API_URL: slack.apiUrl,
          },
          ...botEnv(),
        },
      });
      bot = child;
      await waitFor(async () => (await fetch(`http://127.0.0.1:${ports[0]}/readyz`)).ok, {
        ...{ seconds: 40, what: 'the bot to be ready' },
        failed: () => (child.running() ? undefined : tail(child.log)),
      });
    }
    const stop = async (): Promise<void> => {
      await bot?.stop();
      bot = undefined;
    };
    const restart = async (): Promise<void> => {
      await stop();
      await start();
    };

    /** A block in the shell of an operator, line by line as a script that ends with its last exit code. */
    async function shell(block: string, more: Readonly<Record<string, string>> = {}) {
      const env = {
        PATH: `${file('bin')}:${tree}/bin:${process.env.PATH}`,
        ...{ LANG: 'C.UTF-8', HOME: folder, AETHERIUS_CONFIG: file('aetherius.yaml') },
        ...{ DATABASE_URL: await database.kindUrl('cli'), DATABASE_MIGRATION_URL: database.loginUrl },
        ...{ AETHERIUS_URL: `http://127.0.0.1:${ports[1]}`, AETHERIUS_TOKEN: token },
        ...botEnv(),
        ...more,
      };
      return new Promise<{ code: number; out: string }>((resolve) => {
        execFile('sh', ['-ec', block], { cwd: folder, env, timeout: 60_000 }, (error, out, err) => {
          resolve({ code: error === null ? 0 : Number(error.code ?? -1), out: out + err });
        });
      });
    }
    async function done(block: string | undefined, more?: Readonly<Record<string, string>>): Promise<string> {
      if (block === undefined) throw new Error('the guide has fewer blocks than steps');
      const { code, out } = await shell(block, more);
      expect(code, `${block}\n${out}\n${tail(file('bot.log'))}`).toBe(0);
      return out;
    }

    const anchored = (): number =>
      Math.max(
        0,
        ...readFileSync(file('anchors.jsonl'), 'utf8')
          .trimEnd()
          .split('\n')
          .map((line) => (JSON.parse(line) as { seq: number }).seq),
      );
    const headNow = async (): Promise<number> =>
      (await database.sql<{ seq: number }>('SELECT seq::int FROM audit_head'))[0]?.seq ?? 0;
    /** Until the outside knows of this row. */
    const untilAnchored = (seq: number) =>
      waitFor(() => anchored() >= seq, { seconds: 30, what: `an anchor of row ${seq}` });
    const store = (key = keys) => {
      const { AUDIT_KEY: secret = '', AUDIT_KEY_ID: id = 'k1' } = botEnv();
      return database.store({ auditKey: { id, secret }, signer: signerOf(key.privateKey) });
    };

    beforeAll(async () => {
      slack = await startSlackEmulator();
      database = await postgres.migrated();
      ports = [await freePort(), await freePort()];
      const list = `[${keys.publicKey}]`;
      writeFileSync(
        file('aetherius.yaml'),
        `environments:
  prod:
    runtime: { kind: none }
approvals:
  approvers: { leads: { users: [${people.approver}, ${people.requester}] } }
  tiers: { 1: { by: [leads] }, 2: { by: [leads] } }
  audit: { anchor: { file: ${file('anchors.jsonl')}, rows: 1 } }
signing:
  bot: ${list}
  worker: ${list}
  scheduler: ${list}
`,
      );
      writeFileSync(
        file('bot.env'),
        `AUDIT_KEY=${firstKey.replaceAll(' ', '-')}\nSIGNING_KEY=${keys.privateKey}\n`,
      );
      symlinkSync(join(root, 'tools'), file('tools'));
      buildPrograms(folder);
      const { text } = await createTokenService({
        ...{ store: store(), directory: memoryDirectory([people.approver], team), keys: [tokenKey] },
        ...{ clock: systemClock, random: randomBytes },
      }).issue({
        by: person(people.approver, { teamId: team }),
        ...{ requestId: 'r', payloadDigest: 'd', name: 'shell', days: 1 },
      });
      token = text.reveal();
      const h = createHarness(store(), { surface: 'none' });
      fix = await h.requested();
      await start();
    });
    afterAll(async () => {
      await stop();
      await slack?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    it('reads the story of one request, and verifies it with both programs', async () => {
      const told = await done(blocksOf('Read the story of one request')[0], {
        ...{ REQUEST: fix.handle, REQUEST_ID: fix.id },
      });
      await untilAnchored(1);
      const verified = await done(blocksOf('Verify')[0]);

      expect(told).toContain(`"id": "${fix.id}"`);
      expect(told).toContain('remediation.proposed');
      expect(told).toContain('remediation.requested');
      expect(verified.match(/intact/g)).toHaveLength(4);
      // What each start has read is in the record as `sha256sum` says it.
      const digest = (await done('sha256sum aetherius.yaml')).slice(0, 64);
      expect(readFileSync(file('audit.jsonl'), 'utf8')).toContain(`"file":"${digest}"`);
    }, 180_000);

    it('is backed up, restored as an older state, held, and taken as it is by a person', async () => {
      const [restore, missing, status, confirm] = blocksOf('Restore');
      expect(await done(blocksOf('Back up')[0])).toContain('intact');
      const before = await headNow();
      await done('aetherius history');
      await untilAnchored(before + 1);

      await stop();
      await done(restore);
      expect(await headNow()).toBeLessThanOrEqual(before);
      expect(await shell(missing ?? '')).toMatchObject({ code: 16, out: expect.stringContaining('older') });
      await start();
      expect(await done(status)).toContain('Nothing is decided or carried out');
      expect((await shell(`aetherius approvals approve ${fix.handle} --plan ${fix.planHash}`)).code).toBe(1);
      const confirmed = await done(confirm);

      expect(confirmed).toContain('1 open fix ended');
      expect(confirmed).toContain('The audit log is intact');
      expect(await database.sql('SELECT state FROM remediations')).toEqual([{ state: 'cancelled' }]);
    }, 180_000);

    it('changes the key of the audit and a signing key: rows of before and of after are checked', async () => {
      const [learn, sign, verify] = blocksOf('Change the audit key');
      const [make, give, check] = blocksOf('Change a signing key');
      const settings = readFileSync(file('aetherius.yaml'), 'utf8');
      await done(learn);
      await done(make);
      const added = /aetherius-verify-[\w-]{43}/.exec(readFileSync(file('new-key'), 'utf8'))?.[0] ?? '';
      const both = settings.replaceAll(`[${keys.publicKey}]`, `[${keys.publicKey}, ${added}]`);
      writeFileSync(file('aetherius.yaml'), both);
      await restart();
      await done(sign);
      await done(give);
      await restart();

      expect(await done(verify)).toContain('The audit log is intact');
      expect(await done(check)).toContain('The audit log is intact');
      const [used] = await database.sql(
        `SELECT array_agg(DISTINCT key_id ORDER BY key_id) AS keys, count(DISTINCT signed_by)::int AS signers FROM audit_log`,
      );
      expect(used).toEqual({ keys: ['k1', 'k2'], signers: 2 });
      // Whoever has only the new keys cannot check the old rows, and says so.
      expect((await shell('aetherius audit verify', { AUDIT_OLD_KEYS: '' })).code).toBe(19);
      writeFileSync(file('aetherius.yaml'), settings.replaceAll(keys.publicKey, added));
      // Nor does it know who has signed where signing began.
      expect((await shell('aetherius audit verify')).code).toBe(24);
      // Each start has named the file that it has read: two of before, two of after.
      const digests = [settings, both].map((text) => createHash('sha256').update(text).digest('hex'));
      const files = await database.sql<{ file: string }>(
        "SELECT facts ->> 'file' AS file FROM audit_log WHERE action = 'audit.configuration' ORDER BY seq",
      );
      const [first, second] = digests;
      expect(files.map((row) => row.file)).toEqual([first, first, second, second]);
    }, 180_000);
  },
);

/** `aetherius` and `aetherius-bot` as a path has them: compiled, since an operator's shell starts many. */
function buildPrograms(folder: string): void {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const options = ['-p', 'tsconfig.build.json', '--noCheck', '--outDir', join(folder, 'dist')];
  execFileSync(process.execPath, [compiler, ...options], { cwd: root });
  for (const name of ['package.json', 'migrations', 'node_modules'])
    symlinkSync(join(root, name), join(folder, name));
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const [name, entry] of [
    ['aetherius', 'cli/main.js'],
    ['aetherius-bot', 'main.js'],
  ] as const) {
    const program = `#!/bin/sh\nexec "${process.execPath}" "${join(folder, 'dist', entry)}" "$@"\n`;
    writeFileSync(join(bin, name), program);
    chmodSync(join(bin, name), 0o755);
  }
}
