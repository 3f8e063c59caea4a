/** Risk 3 in Slack: rows that are gone for good are deleted only after two others approved a typed reason. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type PostgresServer, startPostgres } from '../../lab/components/postgres.ts';
import { people, places, useStage } from '../support/slack-product.ts';

const stage = useStage();
const channel = places.incidents;
const dir = mkdtempSync(join(tmpdir(), 'aetherius-typed-reason-'));
let server: PostgresServer;
let platform: Client | undefined;

beforeAll(async () => {
  server = await startPostgres({ dir, databases: ['agent_manager'] });
});
afterAll(async () => {
  await platform?.end();
  await server?.stop();
  rmSync(dir, { recursive: true, force: true });
});

it('R-M7: the button of a fix that needs a typed reason asks for it, and nothing is asked for without one', async () => {
  platform = new Client({ connectionString: server.url('agent_manager') });
  platform.on('error', () => undefined);
  await platform.connect();
  await platform.query(
    `CREATE TABLE events (id int PRIMARY KEY, severity text, timestamp timestamptz, cluster_id text);
     INSERT INTO events SELECT i, 'low', now() - interval '40 days' FROM generate_series(1, 50) i`,
  );
  const product = await stage.start({
    environmentsYaml: `  prod:
    runtime: { kind: none }
    postgres: { url: { env: TARGET_PG_URL }, databases: { agentManager: agent_manager } }
`,
    approvalsYaml: `
approvals:
  approvers: { oncall: { users: [${people.approver}, ${people.admin}] } }
  tiers: { 1: { by: [oncall] }, 2: { by: [oncall] }, 3: { by: [oncall] } }
`,
    env: { TARGET_PG_URL: server.url() },
  });
  const { control } = product.slack;
  const text = '/aetherius fix postgres.delete-old-rows prod';
  await control.command({ user: people.requester, channel, text });
  const { ts } = await control.waitForMessage({ channel, contains: 'Apply fix' }, { timeoutMs: 30_000 });
  const press = async (user: string, actionId: string) => {
    const seen = ({ ts: of, blocks }: { readonly ts: string; readonly blocks?: unknown }) =>
      of === ts && JSON.stringify(blocks).includes(`"${actionId}"`);
    await control.waitForMessage({ channel, where: seen }, { timeoutMs: 15_000 });
    expect(await control.click({ user, channel, ts, actionId, confirm: true })).toMatchObject({ ok: true });
  };
  const states = () =>
    product.database.sql<{ state: string; reason: string | null }>('SELECT state, reason FROM remediations');

  await press(people.requester, 'remediation.request-why');
  const view = await control.waitFor(() => control.modal(people.requester));
  const submit = (reason: string) =>
    control.submit({ user: people.requester, viewId: view.id, values: { reason } });
  expect(await submit('no')).toMatchObject({ ok: false });
  expect(await states()).toEqual([{ state: 'proposed', reason: null }]);

  await submit('kept in the archive since May');
  await press(people.approver, 'remediation.approve');
  await press(people.admin, 'remediation.approve');
  await control.waitForMessage(
    {
      channel,
      where: (one) => one.ts === ts && one.text.includes('Done, and the checks of its plan are healthy'),
    },
    { timeoutMs: 40_000 },
  );

  expect(await states()).toEqual([{ state: 'succeeded', reason: 'kept in the archive since May' }]);
  const { rows } = await platform.query('SELECT count(*)::int AS n FROM events');
  expect(rows).toEqual([{ n: 0 }]);
});
