import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSlackEmulator } from '@aetherius/slack-emulator';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../lab/components/process.ts';
import { people, places, useStage } from '../support/slack-product.ts';
import { until } from '../support/until.ts';

const stage = useStage();
const dir = mkdtempSync(join(tmpdir(), 'aetherius-main-'));
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const get = (port: number, path: string) =>
  fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(3000) })
    .then(async (answer) => ({ status: answer.status, text: await answer.text() }))
    .catch(() => ({ status: 0, text: '' }));

describe('the process as it is started by an operator', () => {
  it('is alive, ready and measured, answers Slack, and ends with 0 on SIGTERM within its budget', async () => {
    const database = await stage.postgres.database();
    const slack = await startSlackEmulator();
    const port = await freePort();
    const config = join(dir, 'aetherius.yaml');
    writeFileSync(
      config,
      'environments: { prod: { runtime: { kind: none }, redis: { url: { env: TARGET_REDIS_URL } } } }\n',
    );
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', 'src/main.ts', '--role', 'all', '--env', 'prod', '--config', config],
      {
        env: {
          PATH: process.env.PATH,
          DATABASE_URL: database.loginUrl,
          REDIS_URL: stage.redis.server.url,
          TARGET_REDIS_URL: stage.target().url,
          AUDIT_KEY: 'an audit key of the tests that is long enough',
          SLACK_BOT_TOKEN: slack.botToken,
          SLACK_APP_TOKEN: slack.appToken,
          SLACK_API_URL: slack.apiUrl,
          STATUS_PORT: String(port),
          SHUTDOWN_GRACE_MS: '5000',
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    children.push(child);
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));

    try {
      await until(async () => (await get(port, '/readyz')).status === 200, 75_000);
      const alive = await get(port, '/healthz');
      await slack.control.command({
        user: people.requester,
        channel: places.incidents,
        text: '/aetherius health prod',
      });
      await slack.control.waitForMessage(
        { channel: places.incidents, contains: 'healthy' },
        { timeoutMs: 20_000 },
      );
      const metrics = await get(port, '/metrics');
      const begun = Date.now();
      child.kill('SIGTERM');
      const [code] = (await once(child, 'exit')) as [number | null];

      expect(alive.status).toBe(200);
      expect(metrics.text).toContain(
        'aetherius_slack_deliveries_total{kind="command",outcome="accepted",role="all"} 1',
      );
      expect(code, output.slice(-2000)).toBe(0);
      expect(Date.now() - begun).toBeLessThan(6000);
      for (const secret of [slack.botToken, slack.appToken, 'an audit key of the tests', 'postgres_pass'])
        expect(output).not.toContain(secret);
    } finally {
      await slack.stop();
    }
  });

  it('R-A15: `--role migration` brings the schema up to date and ends; who may not change it waits for that', async () => {
    const database = await stage.postgres.database();
    const port = await freePort();
    const config = join(dir, 'separate.yaml');
    writeFileSync(config, 'environments: { prod: { runtime: { kind: none } } }\n');
    const start = (role: string, env: Readonly<Record<string, string>>) => {
      const args = ['--import', 'tsx', 'src/main.ts', '--role', role, '--config', config];
      const child = spawn(process.execPath, args, {
        env: { PATH: process.env.PATH, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      children.push(child);
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
      const end = once(child, 'exit').then(([code]) => ({ code: code as number | null, output }));
      return { child, end, output: () => output };
    };
    const migration = { DATABASE_MIGRATION_URL: database.loginUrl };

    const scheduler = start('scheduler', {
      DATABASE_URL: await database.kindUrl('scheduler'),
      REDIS_URL: stage.redis.server.url,
      AUDIT_KEY: 'an audit key of the tests that is long enough',
      STATUS_PORT: String(port),
    });
    await until(
      () => Promise.resolve(scheduler.output().includes('waits: the schema is not up to date')),
      60_000,
    );
    const waiting = (await get(port, '/readyz')).status;
    const first = await start('migration', migration).end;
    await until(async () => (await get(port, '/readyz')).status === 200, 60_000);
    const second = await start('migration', migration).end;
    const without = await start('migration', {}).end;

    expect(waiting).not.toBe(200);
    expect(first.code, first.output).toBe(0);
    expect(second.code, second.output).toBe(0);
    expect(without.code).not.toBe(0);
    expect(without.output).toContain('DATABASE_MIGRATION_URL');
    expect(scheduler.child.exitCode, scheduler.output()).toBeNull();
  });
});
