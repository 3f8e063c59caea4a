/** R-A15: what each kind of process may do in the bot's own database, from the catalog of a real PostgreSQL. */
import { Client } from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { writersOf } from '../../../src/domain/audit/signature.ts';
import { transitions } from '../../../src/domain/fix/approval.ts';
import { loginKinds, type ProcessKind, processKinds } from '../../../src/domain/kernel/process-kind.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';

const postgres = usePostgres();
let database: TestDatabase;
beforeAll(async () => {
  database = await postgres.migrated();
});

const proposal =
  `(id, handle, environment, action_id, action_version, target, state, tier, plan, plan_hash, finding_key,
  run_id, undo_of, surface, offer_expires_at)`.replaceAll(/\s+/g, ' ');

/** Every table, and nothing that is not said here. Rights to single columns name them. */
const expected: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  aetherius_migrations: { bot: 'SELECT', worker: 'SELECT', scheduler: 'SELECT', cli: 'SELECT' },
  alerts: {
    bot: 'SELECT UPDATE(taken_at, incident_id)',
    worker: 'INSERT(environment, fingerprint, starts_at, status, ends_at, name, labels, notes)',
    scheduler: 'DELETE SELECT(id, received_at, incident_id)',
    alerts: 'INSERT(environment, fingerprint, starts_at, status, ends_at, name, labels, notes)',
  },
  approvals: { bot: 'INSERT SELECT UPDATE', worker: 'SELECT', scheduler: 'SELECT' },
  audit_anchors: { bot: 'INSERT SELECT', worker: 'SELECT', scheduler: 'INSERT SELECT', cli: 'SELECT' },
  audit_head: { bot: 'SELECT UPDATE', worker: 'SELECT UPDATE', scheduler: 'SELECT UPDATE', cli: 'SELECT' },
  audit_log: { bot: 'INSERT SELECT', worker: 'INSERT SELECT', scheduler: 'INSERT SELECT', cli: 'SELECT' },
  audit_texts: {
    bot: 'INSERT SELECT',
    worker: 'INSERT',
    scheduler: 'INSERT DELETE SELECT(seq, field)',
    cli: 'SELECT',
  },
  bundle_pieces: {
    bot: 'DELETE SELECT',
    worker: 'DELETE INSERT SELECT(at, run_id)',
    scheduler: 'DELETE SELECT(created_at, seq)',
  },
  bundles: { bot: 'SELECT UPDATE(file_id)', worker: 'INSERT SELECT UPDATE(bytes, sha256)' },
  buttons: { bot: 'INSERT SELECT', worker: 'INSERT SELECT', scheduler: 'DELETE INSERT SELECT' },
  channel_settings: { bot: 'INSERT SELECT UPDATE', worker: 'SELECT', scheduler: 'SELECT' },
  digests: {
    bot: 'SELECT',
    worker: 'SELECT UPDATE(findings, finished_at)',
    scheduler: 'DELETE INSERT SELECT',
  },
  directory_snapshot: { bot: 'INSERT SELECT UPDATE', worker: 'SELECT UPDATE(held)' },
  fences: { bot: 'INSERT SELECT UPDATE', worker: 'INSERT SELECT UPDATE' },
  follow_ups: {
    bot: 'INSERT SELECT UPDATE(closed_at, closed_by, closed_by_id, note)',
    worker: 'SELECT',
    scheduler: 'SELECT',
  },
  home_viewers: { bot: 'INSERT SELECT UPDATE' },
  inbox: { bot: 'INSERT SELECT UPDATE', scheduler: 'DELETE SELECT(key, received_at)' },
  incidents: {
    bot: 'INSERT SELECT UPDATE(last_at, resolved_at, alerts, said, line_at, names, unsaid, message_id, run_id)',
    scheduler: 'DELETE SELECT(id, opened_at)',
  },
  inventories: {
    bot: 'SELECT',
    worker: 'INSERT SELECT UPDATE(looked_at, seen_at)',
    scheduler: 'DELETE SELECT(environment, id, looked_at)',
    cli: 'SELECT',
  },
  kill_switches: { bot: 'INSERT SELECT UPDATE', worker: 'SELECT', scheduler: 'SELECT' },
  messages: {
    bot: 'INSERT SELECT UPDATE',
    worker: 'INSERT SELECT UPDATE(version)',
    scheduler: 'DELETE INSERT SELECT UPDATE(version)',
  },
  mutes: {
    bot: 'INSERT SELECT UPDATE(ended, ended_at)',
    worker: 'SELECT UPDATE(ended, ended_at)',
    scheduler: 'DELETE SELECT(created_at, ended_at, id, until)',
  },
  outbox: {
    bot: 'INSERT SELECT UPDATE',
    worker: 'INSERT SELECT UPDATE(state)',
    scheduler: 'DELETE INSERT SELECT UPDATE(state)',
  },
  remediation_steps: {
    bot: 'SELECT',
    worker: 'INSERT SELECT UPDATE(facts, outcome, outcome_at)',
    scheduler: 'SELECT',
  },
  remediations: {
    bot: `SELECT INSERT${proposal} UPDATE(state, version, requester, requester_id, reason, eligible, policy_version, requested_at, request_expires_at, approved_at, approval_expires_at, abort_requested, surface, private_place, successor, finished_at, fence, lease_until, verify_until, outcome, seal, sealed_by, glass, waits_for)`,
    worker: `SELECT INSERT${proposal} UPDATE(state, version, live, live_at, enqueued_at, attempt, fence, lease_owner, lease_until, image_version, verify_until, outcome, evidence_digest, successor, finished_at)`,
    scheduler: 'SELECT UPDATE(state, version, reminders, finished_at)',
  },
  run_probes: { bot: 'SELECT', worker: 'INSERT SELECT UPDATE', scheduler: 'SELECT' },
  runs: {
    bot: 'INSERT SELECT UPDATE(mended_at, mended_by)',
    worker:
      'SELECT UPDATE(params, state, attempt, lease_owner, lease_until, summary, error, enqueued_at, started_at, finished_at, mended_at, mended_by)',
    scheduler: 'DELETE INSERT SELECT UPDATE(params, state, lease_until, finished_at)',
  },
  signing_start: { bot: 'INSERT SELECT', worker: 'SELECT', scheduler: 'SELECT', cli: 'SELECT' },
  slack_socket_count: { bot: 'INSERT SELECT UPDATE', cli: 'SELECT' },
  slack_sockets: { bot: 'DELETE INSERT SELECT UPDATE' },
  target_locks: { bot: 'SELECT', worker: 'SELECT', scheduler: 'SELECT' },
  temporary_changes: {
    worker: 'INSERT SELECT UPDATE(closed_at, due_at, outcome, over_at, unseen_since, version)',
    scheduler: 'SELECT',
  },
  tokens: { bot: 'INSERT SELECT UPDATE(last_used_at, revoked_at)' },
  watches: { bot: 'SELECT', worker: 'INSERT SELECT UPDATE(looked_at, state, taken_until, turn)' },
};

/** `UPDATE(b, a) SELECT` and `SELECT UPDATE(a, b)` are the same. */
const sorted = (rights: string): readonly string[] =>
  (rights.match(/[A-Z]+(\([^)]*\))?/g) ?? [])
    .map((right) => {
      const [, verb = '', columns] = /^(\w+)(?:\((.*)\))?$/.exec(right) ?? [];
      return columns === undefined ? verb : `${verb}(${columns.split(', ').toSorted().join(', ')})`;
    })
    .toSorted();

const verbs = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'];

it('R-A15: each kind of process has the rights that are written down, on every table and column that there is', async () => {
  const rows = await database.sql<{
    name: string;
    kind: string;
    verb: string;
    whole: boolean;
    columns: string[];
  }>(
    `SELECT c.relname AS name, kind, verb, has_table_privilege('aetherius_app_' || kind, c.oid, verb) AS whole,
       CASE WHEN verb IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') THEN
         ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
               AND has_column_privilege('aetherius_app_' || kind, c.oid, attnum, verb)) ELSE '{}' END AS columns
     FROM pg_class AS c, unnest($1::text[]) AS kind, unnest($2::text[]) AS verb
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`,
    [[...loginKinds, 'cli'], verbs],
  );
  const found: Record<string, Record<string, string>> = {};
  for (const { name, kind, verb, whole, columns } of rows) {
    found[name] ??= {};
    if (!whole && columns.length === 0) continue;
    const right = whole ? verb : `${verb}(${columns.join(', ')})`;
    found[name][kind] = `${found[name][kind] ?? ''} ${right}`;
  }
  const plain = (all: Readonly<Record<string, Readonly<Record<string, string>>>>) =>
    Object.fromEntries(
      Object.entries(all).map(([name, kinds]) => [
        name,
        Object.fromEntries(Object.entries(kinds).map(([kind, rights]) => [kind, sorted(rights)])),
      ]),
    );

  expect(plain(found)).toEqual(plain(expected));
});

it('R-L8: the database and the verifier say the same of who writes which row', async () => {
  const actions = Object.keys(transitions).map((state) => `remediation.${state}`);
  const all = [
    ...actions,
    ...[
      'approval',
      'stop',
      'refused',
      'moved-place',
      'break-glass',
      'follow-up-closed',
      'claim-held',
      'taken-over',
      'other',
    ].map((one) => `remediation.${one}`),
    ...[
      'step.intent',
      'step.outcome',
      'delivery.forged',
      'decision.forged',
      'signing.began',
      'kill-switch.stop',
    ],
    ...['token.used', 'channel.digest', 'slack.foreign-socket', 'audit.anchored', 'something.new'],
    ...['audit.configuration', 'audit.held', 'audit.confirmed', 'audit.confirmed-refused'],
    ...['audit.export-begun', 'audit.exported', 'audit.export-refused', 'audit.texts-removed'],
    ...['token.refused', 'slack.button-refused', 'slack.foreign-delivery', 'kill-switch.refused'],
  ];
  const rows = await database.sql<{ action: string; from: 'approved'; kinds: string[] }>(
    `SELECT action, before AS from, ARRAY(SELECT kind FROM unnest($1::text[]) AS kind WHERE may_append(kind, action, before)) AS kinds
     FROM unnest($2::text[]) AS action, unnest($3::text[]) AS before`,
    [processKinds, all, ['approved', 'indeterminate']],
  );

  expect(rows.length).toBe(all.length * 2);
  for (const { action, from, kinds } of rows)
    expect([action, from, kinds]).toEqual([action, from, [...writersOf({ action, from })]]);
});

it('R-A15: nothing is given to everybody, and no function of the owner but those three', async () => {
  const tables = await database.sql(
    `SELECT relname FROM pg_class, aclexplode(relacl) AS acl WHERE relnamespace = 'public'::regnamespace AND grantee = 0`,
  );
  const functions = await database.sql<{ name: string; kinds: string[] }>(
    `SELECT p.proname AS name, ARRAY(SELECT kind FROM unnest($1::text[]) AS kind
       WHERE has_function_privilege('aetherius_app_' || kind, p.oid, 'EXECUTE')) AS kinds
     FROM pg_proc AS p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef AND p.prorettype <> 'trigger'::regtype`,
    [[...processKinds, 'cli']],
  );

  expect(tables).toEqual([]);
  expect(functions.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual([
    { name: 'forget_typed', kinds: ['scheduler'] },
    { name: 'lock_audit_head', kinds: ['bot', 'worker', 'scheduler'] },
    { name: 'settle_delivery', kinds: ['worker'] },
  ]);
});

/** Who may make each move of a fix; a new one without a name here fails. */
const movers: Readonly<Record<string, readonly string[]>> = {
  'proposed requested': ['bot'],
  'proposed cancelled': ['bot'],
  'proposed expired': ['bot', 'worker', 'scheduler'],
  'proposed superseded': ['worker'],
  'requested approved': ['bot'],
  'requested rejected': ['bot'],
  'requested cancelled': ['bot'],
  'requested expired': ['bot', 'worker', 'scheduler'],
  'requested superseded': ['worker'],
  'approved executing': ['worker'],
  'approved stale': ['worker'],
  'approved cancelled': ['bot'],
  'approved expired': ['bot', 'worker', 'scheduler'],
  'approved superseded': ['worker'],
  'executing verifying': ['worker'],
  'executing failed': ['bot', 'worker'],
  'executing stale': ['worker'],
  'executing rolling_back': ['worker'],
  'executing indeterminate': ['worker'],
  'verifying succeeded': ['worker'],
  'verifying failed': ['bot', 'worker'],
  'verifying rolling_back': ['worker'],
  'verifying indeterminate': ['worker'],
  'rolling_back rolled_back': ['worker'],
  'rolling_back rollback_failed': ['bot', 'worker'],
  'rolling_back indeterminate': ['worker'],
  'indeterminate verifying': ['bot', 'worker'],
  'indeterminate failed': ['bot', 'worker'],
  'indeterminate rolling_back': ['worker'],
};

describe('as each kind of process', () => {
  /** As a login that is a member of this role alone. */
  async function as(kind: ProcessKind | 'cli'): Promise<Client> {
    const client = new Client({ connectionString: await database.kindUrl(kind) });
    await client.connect();
    return client;
  }

  /** A fix in this state, made by the owner past every trigger. */
  async function fix(state: string): Promise<string> {
    const [row] = await database.sql<{ id: string }>(
      `INSERT INTO remediations (id, handle, environment, action_id, action_version, target, state, tier, plan, plan_hash, offer_expires_at)
       VALUES (gen_random_uuid(), left(md5(random()::text), 12), 'prod', 'a', 1, md5(random()::text), 'proposed', 2, '{}', 'h', clock_timestamp())
       RETURNING id`,
    );
    await database.sql(
      `SET session_replication_role = replica; UPDATE remediations SET state = '${state}' WHERE id = '${row?.id}'`,
    );
    return row?.id ?? '';
  }

  const refused = '42501';
  const outcome = (client: Client, text: string, values: readonly unknown[] = []) =>
    client.query(text, [...values]).then(
      ({ rowCount }) => (rowCount === 0 ? 'nothing' : 'done'),
      (error: { code?: string }) => error.code ?? String(error),
    );

  it.each([...processKinds])('R-A15: %s moves a fix as it may, and no further', async (kind) => {
    const client = await as(kind);
    for (const [before, to] of Object.entries(transitions))
      for (const after of to) {
        const id = await fix(before);
        expect([
          before,
          after,
          await outcome(client, 'UPDATE remediations SET state = $2 WHERE id = $1', [id, after]),
        ]).toEqual([before, after, movers[`${before} ${after}`]?.includes(kind) === true ? 'done' : refused]);
        await database.sql(
          `SET session_replication_role = replica; DELETE FROM target_locks; DELETE FROM remediations WHERE id = '${id}'`,
        );
      }
    // Nobody makes one that somebody has decided about already.
    for (const state of ['requested', 'approved', 'executing'])
      expect(
        await outcome(
          client,
          `INSERT INTO remediations (id, handle, environment, action_id, action_version, target, state, tier, plan, plan_hash, offer_expires_at)
           VALUES (gen_random_uuid(), md5(random()::text), 'prod', 'a', 1, 't', $1, 2, '{}', 'h', clock_timestamp())`,
          [state],
        ),
      ).toBe(refused);
    await client.end();
  });

  it('R-A15: a worker writes no delivery, vote, token, person, switch or setting, and takes no second role', async () => {
    const worker = await as('worker');
    const id = await fix('requested');
    for (const text of [
      `INSERT INTO inbox (key, kind, payload_digest, payload) VALUES ('k', 'block_actions', 'd', '{}')`,
      `UPDATE inbox SET handled_at = NULL`,
      `INSERT INTO approvals (remediation_id, person_id, person, decision, plan_hash, policy_version, payload_digest)
       VALUES ('${id}', 'T:U', '{}', 'approve', 'h', 'v', 'd')`,
      `UPDATE approvals SET decision = 'approve'`,
      `UPDATE remediations SET state = 'approved', version = version + 1 WHERE id = '${id}'`,
      `UPDATE remediations SET requester_id = 'T:U', eligible = '["T:U"]' WHERE id = '${id}'`,
      `UPDATE remediations SET approval_expires_at = 'infinity' WHERE id = '${id}'`,
      `UPDATE remediations SET plan = '{}' WHERE id = '${id}'`,
      `INSERT INTO tokens (id, digest, owner, name, expires_at) VALUES ('t', 'd', '{}', 'n', 'infinity')`,
      `UPDATE tokens SET revoked_at = NULL`,
      `INSERT INTO directory_snapshot (kind, id, data, refreshed_at) VALUES ('person', 'U', '{}', now())`,
      `UPDATE directory_snapshot SET data = '{}'`,
      `UPDATE kill_switches SET active = false`,
      `INSERT INTO channel_settings (channel, team_id, updated_by) VALUES ('C', 'T', '{}')`,
      `INSERT INTO runs (id, kind, environment, state, source) VALUES (gen_random_uuid(), 'health', 'prod', 'queued', 'slash')`,
      'SET ROLE aetherius_app_bot',
      'SET ROLE aetherius_app',
      `ALTER TABLE audit_log DISABLE TRIGGER ALL`,
      'SET session_replication_role = replica',
    ])
      expect([text, await outcome(worker, text)]).toEqual([text, refused]);
    await worker.end();
  });

  it('R-A15: a bot writes no step and claims nothing; who only looks writes nothing', async () => {
    const [bot, cli] = [await as('bot'), await as('cli')];
    const id = await fix('approved');
    for (const text of [
      `INSERT INTO remediation_steps (remediation_id, direction, idx, attempt, fence) VALUES ('${id}', 'apply', 0, 1, 1)`,
      `UPDATE remediation_steps SET outcome = 'done'`,
      `UPDATE remediations SET lease_owner = 'me', attempt = 2 WHERE id = '${id}'`,
      `UPDATE runs SET state = 'complete'`,
      `INSERT INTO run_probes (run_id, key) VALUES ('${id}', 'k')`,
    ])
      expect([text, await outcome(bot, text)]).toEqual([text, refused]);
    for (const text of [
      'UPDATE audit_head SET seq = 0',
      `INSERT INTO audit_anchors (seq, hash, mac, place, key_id) VALUES (1, '', '', '', '')`,
      'SELECT FROM remediations',
      'SELECT FROM tokens',
      'SELECT FROM inbox',
    ])
      expect([text, await outcome(cli, text)]).toEqual([text, refused]);
    await bot.end();
    await cli.end();
  });

  const row = (action: string, from = 'requested') =>
    `INSERT INTO audit_log (seq, prev_hash, hash, mac, key_id, ts, actor, actor_team, action, from_state)
     SELECT seq + 1, hash, md5(random()::text), '', 'k', greatest(ts, now()), 'a', 't', '${action}', '${from}' FROM audit_head`;
  const writers: Readonly<Record<string, readonly string[]>> = {
    'remediation.requested': ['bot'],
    'remediation.approval': ['bot'],
    'remediation.approved': ['bot'],
    'remediation.rejected': ['bot'],
    'remediation.cancelled': ['bot'],
    'remediation.stop': ['bot'],
    'kill-switch.release': ['bot'],
    'token.issued': ['bot'],
    'channel.digest': ['bot'],
    'delivery.forged': ['bot'],
    'token.refused': ['bot'],
    'slack.button-refused': ['bot'],
    'slack.foreign-delivery': ['bot'],
    'kill-switch.stop': ['bot'],
    'kill-switch.refused': ['bot'],
    'audit.configuration': ['bot', 'worker', 'scheduler'],
    'audit.held': ['bot', 'worker', 'scheduler'],
    'audit.confirmed': ['bot'],
    'audit.export-begun': ['bot'],
    'audit.exported': ['bot'],
    'audit.export-refused': ['bot'],
    'remediation.proposed': ['bot', 'worker'],
    'remediation.expired': ['bot', 'worker', 'scheduler'],
    'remediation.executing': ['worker'],
    'remediation.failed': ['worker'],
    'remediation.succeeded': ['worker'],
    'step.intent': ['worker'],
    'step.outcome': ['worker'],
    'something.new': [],
  };

  it.each([...processKinds, 'cli'] as const)(
    'R-L8: %s adds the rows of the audit that are its own',
    async (kind) => {
      const client = await as(kind);
      for (const [action, kinds] of Object.entries(writers))
        expect([action, await outcome(client, row(action))]).toEqual([
          action,
          kinds.includes(kind) ? 'done' : refused,
        ]);
      // A person says how an unknown outcome ended.
      expect(await outcome(client, row('remediation.failed', 'indeterminate'))).toBe(
        kind === 'bot' || kind === 'worker' ? 'done' : refused,
      );
      await client.end();
    },
  );
});
