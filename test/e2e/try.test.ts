/** `npm run try`: the bot in a Slack, from one folder that stays. Slack is the emulator, and the platform three small servers. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SlackEmulator, startSlackEmulator } from '@aetherius/slack-emulator';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { gatedPlatform } from '../support/gated-platform.ts';
import { type Playground, startPlayground } from '../support/playground.ts';
import { people, places } from '../support/slack-product.ts';
import { askForHealth } from '../support/slack-steps.ts';

const platform = gatedPlatform();
let slack: SlackEmulator;
let dir: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'aetherius-try-'));
  // As root, PostgreSQL runs as somebody else, who passes through.
  chmodSync(dir, 0o711);
  await platform.start();
  slack = await startSlackEmulator({});
});
afterAll(async () => {
  await slack.stop();
  await platform.stop();
  rmSync(dir, { recursive: true, force: true });
});

const running: Playground[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.dispose();
});

/** As `npm run try -- …` of somebody who has set these variables. */
function tryIt(args: readonly string[], variables: Readonly<Record<string, string>> = {}): Playground {
  const { SLACK_BOT_TOKEN: _bot, SLACK_APP_TOKEN: _app, ...env } = process.env;
  const one = startPlayground(args, {
    command: ['npm', 'run', '--silent', 'try', '--'],
    env: { ...env, SLACK_API_URL: slack.apiUrl, ...variables },
  });
  running.push(one);
  return one;
}

const ended = async (one: Playground) => ({ code: await one.exited, said: one.output().trim() });
const health = (folder: string) => ['--folder', folder, '--config', join(dir, 'mine.yaml')];

describe('npm run try', () => {
  it('says in one sentence what is missing or wrong', async () => {
    const folder = join(dir, 'wrong');
    writeFileSync(join(dir, 'mine.yaml'), 'environments: {}\n');

    expect(await ended(tryIt(['--colour']))).toEqual({
      code: 64,
      said: "error: unknown option '--colour' (Did you mean --folder?) See npm run try -- --help",
    });
    expect((await ended(tryIt(health(folder)))).said).toMatch(
      /^SLACK_BOT_TOKEN is missing: set it, or write it into .*secrets\.env/,
    );
    const wrong = await ended(
      tryIt(health(folder), { SLACK_BOT_TOKEN: 'xoxp-of-a-person', SLACK_APP_TOKEN: 'xapp-1' }),
    );
    expect(wrong.code).toBe(64);
    expect(wrong.said).toMatch(/^SLACK_BOT_TOKEN begins with xoxb-/);
    expect(wrong.said).not.toContain('of-a-person');
  });

  it('answers in Slack, keeps its keys and what it was told, and changes nothing without --fixes', async () => {
    const folder = join(dir, 'kept');
    const url = (name: string) => `{ url: "${platform.url(name)}" }`;
    writeFileSync(
      join(dir, 'mine.yaml'),
      `environments:
  prod:
    runtime: { kind: none }
    services: { agent-manager: ${url('well')}, orchestrator-service: ${url('sick')}, reasoning-service: ${url('well')} }
`,
    );
    const tokens = { SLACK_BOT_TOKEN: slack.botToken, SLACK_APP_TOKEN: slack.appToken };
    const first = tryIt(health(folder), tokens);
    await first.waitForLine(/Ready in [\d.]+ s/, 80);
    expect(first.output()).toContain('Fixes: none is carried out.');
    for (const secret of Object.values(tokens)) expect(first.output()).not.toContain(secret);
    const answer = await askForHealth(slack.control);
    expect(JSON.stringify(answer)).toContain('orchestrator-service');
    first.signal('SIGTERM', 'group');
    await first.exited;
    expect(first.leftovers()).toEqual([]);

    const secrets = join(folder, 'secrets.env');
    expect(statSync(secrets).mode & 0o777).toBe(0o600);
    const kept = readFileSync(secrets, 'utf8');
    // The second time nothing is asked, and what the first one stored is there.
    const second = tryIt(['--folder', folder, '--fixes', people.approver]);
    await second.waitForLine(/Ready in [\d.]+ s/, 80);
    expect(second.output()).toContain('Fixes: offered;');
    expect(readFileSync(secrets, 'utf8')).toBe(kept);
    expect(parse(readFileSync(join(folder, 'aetherius.yaml'), 'utf8'))).toMatchObject({
      approvals: { approvers: { trial: { users: [people.approver] } } },
    });
    await slack.control.command({
      user: people.requester,
      channel: places.incidents,
      text: '/aetherius history prod',
    });
    await slack.control.waitForMessage(
      { channel: places.incidents, user: people.requester, contains: 'health' },
      { timeoutMs: 20_000 },
    );
    second.signal('SIGTERM', 'group');
    await second.exited;
    expect(existsSync(join(folder, 'data', 'postgres', 'data', 'PG_VERSION'))).toBe(true);
  });
});
