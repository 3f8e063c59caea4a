import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spellingsOf } from '@aetherius/redact';
import { people, places } from '@aetherius/slack-emulator';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aetheriusProcess } from '../support/cli.ts';
import { type TestDatabase, usePostgres } from '../support/postgres.ts';
import { type Processes, prepareProcesses } from '../support/product-processes.ts';
import { useRedis } from '../support/redis.ts';

/** Processes of their own, as an operator starts them: what each knows comes from its own variables and files. */
const postgres = usePostgres();
const redis = useRedis();
const dir = mkdtempSync(join(tmpdir(), 'aetherius-known-'));

/** Passwords that no rule recognises: one from a variable, one from a file. */
const passwords = { graph: 'Quartz Lagoon ünter 31', store: 'Meadow/Lantern & "Orchard" 7' };
const spellings = Object.values(passwords).flatMap((secret) => [secret, ...spellingsOf(secret)]);
writeFileSync(join(dir, 'store-password'), passwords.store);

let services: readonly Server[] = [];
let database: TestDatabase;
let product: Processes;
let config = '';
const env = { TARGET_GRAPH_PASSWORD: passwords.graph };

beforeAll(async () => {
  // The word of a health body is quoted up to 32 characters; the second service says it as base64.
  const bodies = [`no: ${passwords.graph}`, Buffer.from(passwords.graph).toString('base64')];
  services = bodies.map((status) =>
    createServer((_request, response) => {
      response.writeHead(503, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ status, reason: spellings.join(' ; ') }));
    }),
  );
  for (const service of services)
    await new Promise<void>((listening) => service.listen(0, '127.0.0.1', listening));
  const [first, second] = services.map((service) => (service.address() as AddressInfo).port);
  config = `
environments:
  prod:
    runtime: { kind: none }
    services:
      reasoning-service: { url: "http://127.0.0.1:${first}" }
      orchestrator-service: { url: "http://127.0.0.1:${second}" }
    neo4j: { url: "bolt://127.0.0.1:1", user: neo4j, password: { env: TARGET_GRAPH_PASSWORD } }
    redis: { url: "redis://127.0.0.1:1", password: { file: ${JSON.stringify(join(dir, 'store-password'))} } }
slack:
  defaultEnvironment: prod
  startsPerMinute: { person: 1000, channel: 1000 }
approvals:
  approvers:
    oncall: { users: [${people.approver}] }
  tiers:
    1: { by: [oncall] }
    2: { by: [oncall] }
`;
  database = await postgres.database();
  product = await prepareProcesses({
    databaseUrl: database.loginUrl,
    redisUrl: redis.server.url,
    config,
    env,
  });
  await Promise.all([product.start('bot'), product.start('worker')]);
});

afterAll(async () => {
  await product?.stop();
  for (const service of services) service.close();
  rmSync(dir, { recursive: true, force: true });
});

const shown = (text: string): readonly string[] => spellings.filter((spelling) => text.includes(spelling));

it('a worker process takes what it knows out of what targets say and people type, and the bot process shows none', async () => {
  const { control } = product.slack;
  const toSlack: string[] = [];
  control.log.onAdd((entry) => {
    if (entry.kind === 'api' || entry.kind === 'response_url') toSlack.push(JSON.stringify(entry));
  });
  const channel = places.incidents;
  const answers = () =>
    control
      .messages({ channel })
      .filter((message) => JSON.stringify(message).includes('"action_id":"report"'));
  for (const [index, words] of [
    'health',
    `diagnose D3 it says ${passwords.graph} is wrong`,
    `diagnose S6 "${Buffer.from(passwords.store).toString('base64')}"`,
  ].entries()) {
    const text = `/aetherius ${words}`;
    expect((await control.command({ user: people.requester, channel, text })).ok).toBe(true);
    await control.waitFor(() => answers().length > index, { timeoutMs: 60_000 });
  }
  const open = () =>
    database.sql<{ open: number }>('SELECT count(*)::int AS open FROM inbox WHERE handled_at IS NULL');
  await expect.poll(open, { timeout: 10_000 }).toEqual([{ open: 0 }]);

  const tables = await database.sql<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
  );
  for (const { name } of tables) {
    const rows = await database.sql<{ row: string }>(`SELECT to_jsonb(t)::text AS row FROM "${name}" t`);
    expect(shown(rows.map(({ row }) => JSON.stringify(JSON.parse(row))).join('\n')), name).toEqual([]);
  }
  expect(shown(toSlack.join('\n')), 'Slack').toEqual([]);
  for (const role of ['bot', 'worker'] as const) expect(shown(product.log(role)), role).toEqual([]);

  const typed = await database.sql<{ params: string }>(
    `SELECT params::text AS params FROM runs WHERE kind = 'diagnose' ORDER BY created_at`,
  );
  expect(typed.map(({ params }) => /\[secret:\w+\]/.test(params))).toEqual([true, true]);
  // The same secret has the same stand-in in two outcomes of one run, of two services.
  const said = await database.sql<{ key: string; text: string }>(
    `SELECT p.key, p.facts::text || p.findings::text AS text FROM run_probes p JOIN runs r ON r.id = p.run_id
     WHERE r.kind = 'health' AND p.part IN ('reasoning-service', 'orchestrator-service')`,
  );
  const standIns = said.map(({ text }) => new Set(text.match(/\[secret:\w+\]/g) ?? []));
  const [one, two] = standIns.filter((found) => found.size > 0);
  expect([...(one ?? [])]).toHaveLength(1);
  expect([...(two ?? [])]).toEqual(expect.arrayContaining([...(one ?? [])]));
}, 180_000);

it('a command line process takes what it knows out of what it prints', async () => {
  const file = join(dir, 'aetherius.yaml');
  writeFileSync(file, config);
  const args = ['--config', file, '--output', 'json', 'health', '--env', 'prod'];
  const answer = await aetheriusProcess(args, env);

  const { parts } = JSON.parse(answer.out) as { readonly parts: readonly { readonly part: string }[] };
  const said = parts.filter(({ part }) => part === 'reasoning-service' || part === 'orchestrator-service');
  expect(said.map((part) => /"word":"[^"]*\[secret(?::\w+)?\]/.test(JSON.stringify(part)))).toEqual([
    true,
    true,
  ]);
  expect(shown(`${answer.out}\n${answer.err}`)).toEqual([]);
});
