/** `kill -9` of the worker while it collects, and of the bot when Slack has a file and has not said so: one file. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { people, places } from '@aetherius/slack-emulator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aetherius } from '../support/cli.ts';
import { gatedPlatform } from '../support/gated-platform.ts';
import { type TestDatabase, usePostgres } from '../support/postgres.ts';
import { type Processes, prepareProcesses } from '../support/product-processes.ts';
import { useRedis } from '../support/redis.ts';

const postgres = usePostgres();
const redis = useRedis();
const platform = gatedPlatform();
const folder = mkdtempSync(join(tmpdir(), 'aetherius-kill-collect-'));
let database: TestDatabase;
let product: Processes;

beforeAll(async () => {
  await platform.start();
  database = await postgres.database();
  product = await prepareProcesses({
    databaseUrl: database.loginUrl,
    redisUrl: redis.server.url,
    config: `
environments:
  prod:
    runtime: { kind: none }
    services: { agent-manager: { url: "${platform.url('gated')}" } }
slack: { defaultEnvironment: prod }
approvals:
  approvers: { oncall: { users: [${people.approver}] } }
  tiers: { 1: { by: [oncall] }, 2: { by: [oncall] } }
`,
  });
  await Promise.all([product.start('bot'), product.start('worker')]);
}, 120_000);
afterAll(async () => {
  await product?.stop();
  await platform.stop();
  rmSync(folder, { recursive: true, force: true });
});

const patient = { timeoutMs: 60_000 };
const count = async (what: string) =>
  (await database.sql<{ n: number }>(`SELECT count(*)::int AS n ${what}`))[0]?.n;
const soon = (what: string) => expect.poll(() => count(what), { timeout: 60_000, interval: 20 });

const isFile = ({ files }: { readonly files: readonly string[] }): boolean => files.length > 0;

test('a bundle stands in Slack once, and whole, after both were killed', async () => {
  const { control, apiUrl, botToken } = product.slack;
  // Whatever is asked of the service waits.
  platform.close();
  await control.command({ user: people.requester, channel: places.incidents, text: '/aetherius collect' });
  await soon('FROM bundles').toBe(1);
  // How far it is stands in the card while it goes on.
  await control.waitForMessage({ channel: places.incidents, contains: '0 of ' }, patient);
  await product.kill('worker');
  platform.open();
  // The time of its lease goes by.
  await database.sql(`UPDATE runs SET lease_until = now() WHERE state = 'running'`);
  control.faults.add({
    ...{ method: 'files.completeUploadExternal', times: 1 },
    fault: { kind: 'delay_after', ms: 60_000 },
  });
  await product.start('worker');
  const file = await control.waitForMessage({ channel: places.incidents, where: isFile }, patient);
  await product.kill('bot');
  await database.sql(`UPDATE outbox SET leased_until = now() WHERE state = 'sending'`);
  await product.start('bot');
  await soon(`FROM outbox WHERE state IN ('pending', 'sending')`).toBe(0);
  const url = new URL(`/files/${file.files[0]}/b.tar.gz`, apiUrl);
  const answer = await fetch(url, { headers: { authorization: `Bearer ${botToken}` } });
  const path = join(folder, 'b.tar.gz');
  writeFileSync(path, new Uint8Array(await answer.arrayBuffer()));

  expect(await aetherius(['bundle', 'verify', path])).toMatchObject({ exit: 0 });
  expect(control.messages({ channel: places.incidents, where: isFile })).toHaveLength(1);
  expect(await database.sql('SELECT attempt, state FROM runs')).toEqual([{ attempt: 2, state: 'complete' }]);
  expect(await database.sql(`SELECT state, attempts FROM outbox WHERE kind = 'upload'`)).toEqual([
    { state: 'sent', attempts: 2 },
  ]);
  expect(await count('FROM bundle_pieces')).toBe(0);
}, 180_000);

test('the picture of a log stands in its thread once after the bot was killed', async () => {
  const { control } = product.slack;
  const channel = places.incidents;
  const content = Array.from(
    { length: 30 },
    (_, at) => `2026-11-28T08:0${at % 10}:30Z\tERROR\tapp/a.go:1\tnats: no servers available for connection`,
  ).join('\n');
  const files = [{ name: 'a.log', content }];
  const said = await control.say({ user: people.approver, channel, text: 'log', files });
  const ts = said.ts ?? '';
  control.faults.add({
    ...{ method: 'files.completeUploadExternal', times: 1 },
    fault: { kind: 'delay_after', ms: 60_000 },
  });
  await control.messageShortcut({
    ...{ user: people.requester, channel, ts },
    callbackId: 'aetherius_analyse_log',
  });
  await control.waitForMessage({ channel, threadTs: ts, where: isFile }, patient);
  await product.kill('bot');
  await database.sql(`UPDATE outbox SET leased_until = now() WHERE state = 'sending'`);
  await product.start('bot');
  await soon(`FROM outbox WHERE state IN ('pending', 'sending')`).toBe(0);

  const inThread = control.messages({ channel, threadTs: ts, where: ({ ts: own }) => own !== ts });
  expect(inThread.filter(isFile)).toHaveLength(1);
  expect(inThread.filter(({ text }) => text.includes('The log in this message'))).toHaveLength(1);
  const sent = `SELECT state, attempts FROM outbox WHERE payload ? 'picture'`;
  expect(await database.sql(sent)).toEqual([{ state: 'sent', attempts: 2 }]);
}, 180_000);
