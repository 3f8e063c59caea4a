import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { spellingsOf } from '@aetherius/redact';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hardCases } from '../../packages/redact/test/corpora/hard-cases.ts';
import { isVisible } from '../../packages/redact/test/corpora/visible.ts';
import { people, places, useStage } from '../support/slack-product.ts';
import { askForFix } from '../support/slack-steps.ts';

const stage = useStage();

/** A password of our configuration, which the worker reads by itself: no rule knows how it looks. */
const known = 'Quartz Lagoon ünter 31';
const spellings = [known, ...spellingsOf(known)];
/** Short pieces stand in every text by chance, and a piece of a thousand rows would. */
const planted = hardCases.filter(
  ({ secrets, keeps = [] }) =>
    keeps.length === 0 && secrets.every((secret) => secret.length >= 8 && !/\s/.test(secret)),
);

/** What the forms themselves say: a piece of one secret may stand there, in the words or numbers of another form. */
const around = planted.map(({ text, secrets }) =>
  secrets.reduce((rest, secret) => rest.replaceAll(secret, '\u0001'), text),
);

/**
 * Digests, ids, times and other numbers that are made: six digits of one are six digits of a secret by chance, a time
 * in thirty or so. Whole secrets are looked for in them, too.
 */
const random =
  /\b(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\d{6,})\b|\b[CDFRUV]\d[0-9A-Z]{7,}\b/g;

let service: Server;
let said = '';
beforeAll(async () => {
  service = createServer((_request, response) => {
    response.writeHead(503, { 'content-type': 'application/json' });
    response.end(said);
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
});
afterAll(() => service.close());

/** Texts of at most `most` characters, one case after the other. */
function pages(most: number): readonly string[] {
  const made: string[] = [];
  for (const { text } of planted) {
    const last = made.at(-1);
    if (last === undefined || last.length + text.length > most) made.push(text);
    else made[made.length - 1] = `${last}\n\n${text}`;
  }
  return made;
}

it('no secret of a target, of a typed command or reason, or that the worker holds is anywhere afterwards', async () => {
  const { port } = service.address() as AddressInfo;
  const lines: string[] = [];
  const product = await stage.start({
    roles: ['bot', 'worker'],
    env: { TARGET_GRAPH_PASSWORD: known },
    environmentsYaml: `  prod:
    runtime: { kind: none }
    redis: { url: { env: TARGET_REDIS_URL } }
    services: { reasoning-service: { url: "http://127.0.0.1:${port}" } }
    neo4j: { url: "bolt://127.0.0.1:1", user: neo4j, password: { env: TARGET_GRAPH_PASSWORD } }
`,
    logLines: (line) => lines.push(line),
  });
  const { control } = product.slack;
  const toSlack: string[] = [];
  control.log.onAdd((entry) => {
    if (entry.kind === 'api' || entry.kind === 'response_url') toSlack.push(JSON.stringify(entry));
  });
  const channel = places.incidents;
  // What a target says: names of keys, and the reason in a health body.
  const inFacts = [...planted.slice(0, 40).map(({ text }) => text), ...spellings];
  for (const [index, text] of inFacts.entries())
    await stage.targetCall('SET', `cache:${text}`, 'v'.repeat(index === 0 ? 200_000 : 90_000));
  await stage.fillTarget();
  said = JSON.stringify({ status: 'not ready', reason: `${planted[0]?.text ?? ''}; ${spellings.join(' ')}` });
  const answers = () =>
    control
      .messages({ channel })
      .filter((message) => JSON.stringify(message).includes('"action_id":"report"'));
  const { table, card } = await askForFix(control);
  // The third one is known to the worker alone: what the bot has stored of it goes when the worker takes the run.
  const commands = ['D3 token=Falcon9Qx7Kd2Wz', 'S6', `D3 it says ${known} is wrong`];
  for (const command of commands.map((words) => `/aetherius diagnose ${words}`)) {
    const before = answers().length;
    expect((await control.command({ user: people.requester, channel, text: command })).ok).toBe(true);
    await control.waitFor(() => answers().length > before, { timeoutMs: 60_000 });
  }
  // What a person types.
  await control.click({ user: people.approver, channel, ts: card.ts, actionId: 'remediation.reject' });
  const modal = await control.waitFor(() => control.modal(people.approver));
  const reason = 'it says dial postgres://app:Falcon9Qx7Kd2Wz@db:5432/x, so not now';
  await control.submit({ user: people.approver, viewId: modal.id, values: { reason } });
  await control.waitForMessage({ channel, threadTs: table.ts, contains: 'so not now' });
  for (const text of pages(2_500)) {
    const line = `/aetherius diagnose ${text}`;
    expect((await control.command({ user: people.requester, channel, text: line })).ok).toBe(true);
  }
  await expect
    .poll(
      async () =>
        (
          await product.database.sql<{ open: number }>(
            'SELECT count(*)::int AS open FROM inbox WHERE handled_at IS NULL',
          )
        )[0]?.open,
      { timeout: 60_000 },
    )
    .toBe(0);

  const files = [...control.world.files.values()].map(({ content }) => Buffer.from(content ?? []).toString());
  const everywhere: Record<string, string> = {
    Slack: `${toSlack.join('\n')}${JSON.stringify(control.messages({ channel }))}`,
    'files in Slack': files.join('\n'),
    'our own log': lines.join('\n'),
  };
  const tables = await product.database.sql<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
  );
  for (const { name } of tables) {
    const rows = await product.database.sql<{ row: string }>(
      `SELECT to_jsonb(t)::text AS row FROM "${name}" t`,
    );
    everywhere[name] = rows.map(({ row }) => row).join('\n');
  }
  const secrets = [...planted, { form: 'a reason', secrets: ['Falcon9Qx7Kd2Wz'] }];
  const leaked = Object.entries(everywhere).flatMap(([place, text]) => [
    ...secrets.flatMap(({ form, secrets: of }) =>
      of
        .filter((secret) => isVisible(secret, text.replace(random, '#'), around) || text.includes(secret))
        .map((secret) => `${place}: ${form}: ${secret}`),
    ),
    ...spellings
      .filter((spelling) => text.includes(spelling))
      .map((spelling) => `${place}: known: ${spelling}`),
  ]);

  expect(planted.length).toBeGreaterThan(300);
  expect(everywhere.run_probes).toContain('[secret');
  expect(everywhere.runs).toContain('[secret');
  expect(everywhere.Slack).toContain('[secret');
  expect(leaked.join('\n')).toBe('');
}, 180_000);
