import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tokenDigest } from '../../src/domain/access/token.ts';
import type { Person } from '../../src/domain/kernel/person.ts';
import { aetherius, type CliAnswer } from '../support/cli.ts';
import { type Product, people, places, tokenKey, useStage } from '../support/slack-product.ts';
import { until } from '../support/until.ts';

const stage = useStage();
const dir = mkdtempSync(join(tmpdir(), 'aetherius-shell-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

beforeEach(() => stage.fillTarget());
afterEach(() => stage.emptyTarget());

interface Fix {
  readonly remediation?: { readonly handle: string; readonly state: string; readonly planHash: string };
  readonly note?: string;
  readonly reason?: string;
}
function fixOf({ out, err }: CliAnswer): Fix {
  if (out === '') throw new Error(`it printed nothing but: ${err}`);
  return JSON.parse(out) as Fix;
}
const json = ['--output', 'json'];
const wanted = ['fix', 'redis.set-eviction-policy', 'policy=allkeys-lru', '--env', 'prod'];
const roles = ['bot', 'worker'] as const;

async function requestedBy(shell: ReturnType<Product['shell']>) {
  const asked = await shell(...json, ...wanted, '--yes', '--reason', 'writes are refused');
  const { handle = '', planHash = '' } = fixOf(asked).remediation ?? {};
  return { asked, handle, planHash };
}

describe('one fix from the command line, with a real worker behind it', () => {
  it('is planned, asked for, approved by another person’s token, done once, and told', async () => {
    const product = await stage.start({ roles });
    const tokens = [await product.issueToken(people.requester), await product.issueToken(people.approver)];
    const [requester, approver] = tokens.map((token) => product.shell(token)) as [
      ReturnType<Product['shell']>,
      ReturnType<Product['shell']>,
    ];

    const planned = await requester(...json, ...wanted);
    const untouched = await stage.targetCall('CONFIG', 'GET', 'maxmemory-policy');
    const { asked, handle, planHash } = await requestedBy(requester);
    const own = await requester('approvals', 'approve', handle, '--plan', planHash);
    const approved = await approver(...json, 'approvals', 'approve', handle, '--plan', planHash);
    await until(
      async () =>
        (await product.database.sql("SELECT FROM remediations WHERE state = 'succeeded'")).length > 0,
      30_000,
    );
    const shown = await approver(...json, 'approvals', 'show', handle);

    expect(planned).toMatchObject({ exit: 0, err: '' });
    expect(fixOf(planned).remediation).toMatchObject({ state: 'proposed' });
    expect(untouched).toEqual(['maxmemory-policy', 'noeviction']);
    expect(fixOf(asked).remediation).toMatchObject({ state: 'requested', handle });
    expect(own).toMatchObject({ exit: 1, err: expect.stringContaining('you asked for it yourself') });
    expect(approved).toMatchObject({ exit: 0, err: '' });
    expect(fixOf(shown).remediation).toMatchObject({ state: 'succeeded' });
    expect(await stage.targetCall('CONFIG', 'GET', 'maxmemory-policy')).toEqual([
      'maxmemory-policy',
      'allkeys-lru',
    ]);
    expect(
      await product.database.sql("SELECT count(*)::int AS n FROM remediation_steps WHERE outcome = 'done'"),
    ).toEqual([{ n: 1 }]);
    // The audit says which token of whom decided.
    const ids = tokens.map((token) => token.slice(4, 12));
    expect(
      await product.database.sql(
        `SELECT action, actor, facts ->> 'token' AS token FROM audit_log
         WHERE action IN ('token.issued', 'remediation.requested', 'remediation.approved') ORDER BY seq`,
      ),
    ).toEqual([
      { action: 'token.issued', actor: `T0AETHER1:${people.requester}`, token: ids[0] },
      { action: 'token.issued', actor: `T0AETHER1:${people.approver}`, token: ids[1] },
      { action: 'remediation.requested', actor: `T0AETHER1:${people.requester}`, token: ids[0] },
      { action: 'remediation.approved', actor: `T0AETHER1:${people.approver}`, token: ids[1] },
    ]);
  });

  it('is decided on the day Slack is down, by whom Slack knew minutes ago', async () => {
    const product = await stage.start({ roles });
    const { control } = product.slack;
    const requester = product.shell(await product.issueToken(people.requester));
    const approver = product.shell(await product.issueToken(people.approver));
    const { handle } = await requestedBy(requester);
    control.faults.add({ method: '*', fault: { kind: 'http_error', status: 503 } });

    // What Slack said within the last second still counts as now; then it is asked again, and does not answer.
    const asked = () =>
      control.log
        .calls('users.info')
        .some(({ args, status }) => args.user === people.approver && status === 503);
    await until(async () => {
      expect(await approver('approvals', 'show', handle)).toMatchObject({ exit: 0 });
      return asked();
    });
    const decided = await approver(...json, 'approvals', 'reject', handle, 'not', 'now');

    expect(decided).toMatchObject({ exit: 0, err: '' });
    expect(fixOf(decided)).toMatchObject({ moved: true, remediation: { state: 'rejected' } });
  });

  it('says why there is no plan when nothing is to be changed', async () => {
    const product = await stage.start({ roles });
    const shell = product.shell(await product.issueToken(people.requester));
    await stage.targetCall('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');

    const answer = await shell(...json, ...wanted, '--yes');

    expect(answer.exit).toBe(1);
    expect(fixOf(answer)).toMatchObject({
      note: 'nothing-to-do',
      reason: 'There is nothing to change: it is as it should be.',
    });
    expect(await product.database.sql('SELECT count(*)::int AS n FROM remediations')).toEqual([{ n: 0 }]);
  });
});

describe('a plan', () => {
  it('is shown with the caller’s own credentials alone, and leaves nothing behind', async () => {
    const config = join(dir, 'dry.yaml');
    writeFileSync(
      config,
      'environments:\n  prod:\n    runtime: { kind: none }\n    redis: { url: { env: TARGET_REDIS_URL } }\n',
    );
    const dry = (...args: readonly string[]) =>
      aetherius(['--config', config, ...args, '--dry-run'], { TARGET_REDIS_URL: stage.target().url });

    const shown = await dry(...wanted);
    const asJson = await dry(...json, ...wanted);
    await stage.targetCall('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    const needless = await dry(...wanted);

    expect(shown).toMatchObject({ exit: 0, err: '' });
    expect(shown.out).toContain('eviction policy: noeviction → allkeys-lru');
    expect(shown.out).toContain('It is stored nowhere.');
    expect(JSON.parse(asJson.out)).toMatchObject({
      moved: false,
      plan: { actionId: 'redis.set-eviction-policy', environment: 'prod' },
      planHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(needless).toMatchObject({ exit: 1, out: expect.stringContaining('There is nothing to change') });
  });
});

describe('R-A14: a token', () => {
  it('is nowhere but in the window of its owner', async () => {
    const lines: string[] = [];
    const product = await stage.start({ logLines: (line) => void lines.push(line) });

    const token = await product.issueToken(people.requester);
    const listed = await product.shell(token)('history');

    expect(listed).toMatchObject({ exit: 0, err: '' });
    const tables = await product.database.sql<{ name: string }>(
      `SELECT quote_ident(table_name) AS name FROM information_schema.tables
       WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'`,
    );
    expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(['inbox', 'outbox', 'tokens']));
    const secret = token.slice(12, 40);
    for (const { name } of tables) {
      const rows = await product.database.sql<{ row: string }>(`SELECT t::text AS row FROM ${name} AS t`);
      expect({ name, held: rows.filter(({ row }) => row.includes(secret)) }).toEqual({ name, held: [] });
    }
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.filter((line) => line.includes(secret))).toEqual([]);
    // Nor did a call to Slack carry it: the answer to the submission did.
    expect(JSON.stringify(product.slack.control.log.calls())).not.toContain(secret);
  });

  it('that the caller has made up, with the settings of before, decides nothing', async () => {
    const product = await stage.start({ roles });
    const requester = product.shell(await product.issueToken(people.requester));
    const { handle } = await requestedBy(requester);
    const config = join(dir, 'aetherius.yaml');
    writeFileSync(
      config,
      `environments:\n  prod:\n    runtime: { kind: none }\n    redis: { url: { env: TARGET_REDIS_URL } }
approvals:
  approvers: { oncall: { users: [${people.approver}, ${people.requester}] } }
  tiers: { 1: { by: [oncall] }, 2: { by: [oncall], reason: finding } }
  commandLine: { people: { ${people.approver}: { token: { env: TOKEN_APP } } } }\n`,
    );
    // Whoever has the credentials of the database and knows how to set a variable; it approved as anybody.
    const shell = (...args: readonly string[]) =>
      aetherius(['--config', config, ...args], {
        DATABASE_URL: product.database.url,
        AUDIT_KEY: 'an audit key of the tests that is long enough',
        AETHERIUS_TOKEN: 'z',
        TOKEN_APP: 'z',
        AETHERIUS_URL: `http://127.0.0.1:${product.processes[0]?.cliPort}`,
      });

    const approved = await shell('approvals', 'approve', handle);
    const own = await shell('health', '--env', 'prod');

    expect(await product.database.sql('SELECT state FROM remediations')).toEqual([{ state: 'requested' }]);
    expect(await product.database.sql('SELECT * FROM approvals')).toEqual([]);
    expect(approved).toMatchObject({
      exit: 1,
      err: expect.stringContaining('this token is unknown here'),
    });
    // Where the old setting still stands, whatever reads the settings says what to do instead.
    expect(own).toMatchObject({ exit: 64, err: expect.stringContaining('/aetherius token') });
  });

  it('is refused once it is revoked, has ended, was changed in the database, or its owner has left', async () => {
    const product = await stage.start();
    const { control } = product.slack;
    const { sql } = product.database;
    const token = await product.issueToken(people.approver);
    const shell = product.shell(token);
    const id = token.slice(4, 12);
    const refusal = async () => (await shell('history')).err;

    expect((await shell('history')).exit).toBe(0);
    // A row that names somebody else, or a later end, is no proof: the digest is over both.
    await sql(`UPDATE tokens SET owner = owner || '{"userId":"${people.requester}"}'`);
    expect(await refusal()).toContain('is unknown here');
    await sql(`UPDATE tokens SET owner = owner || '{"userId":"${people.approver}"}'`);
    await sql("UPDATE tokens SET expires_at = expires_at + interval '1 day'");
    expect(await refusal()).toContain('is unknown here');
    await sql("UPDATE tokens SET expires_at = expires_at - interval '1 day'");
    expect((await shell('history')).exit).toBe(0);

    // As one that was issued with an end that is past.
    const [issued] = await sql<{ owner: Person; expires_at: Date; digest: string }>(
      'SELECT owner, expires_at, digest FROM tokens',
    );
    const setEnd = (expiresAt: Date, digest: string | undefined) =>
      sql('UPDATE tokens SET expires_at = $1, digest = $2', [expiresAt, digest]);
    const past = new Date(Date.now() - 60_000);
    if (issued === undefined) throw new Error('no token');
    await setEnd(past, tokenDigest(tokenKey, token, { owner: issued.owner, expiresAt: past }));
    expect(await shell('history')).toMatchObject({
      exit: 1,
      err: expect.stringContaining('has ended; /aetherius token in Slack issues a new one'),
    });
    await setEnd(issued.expires_at, issued.digest);

    // Somebody else's is not theirs to revoke; one's own is, at once and for good.
    const revoke = (user: string) =>
      control.command({ user, channel: places.incidents, text: `/aetherius token revoke ${id}` });
    await revoke(people.requester);
    await control.waitForMessage({ user: people.requester, contains: 'you have no token with that id' });
    expect((await shell('history')).exit).toBe(0);
    await revoke(people.approver);
    await control.waitForMessage({ user: people.approver, contains: 'is revoked' });
    expect(await refusal()).toContain('was revoked');
    await expect(sql('UPDATE tokens SET revoked_at = NULL')).rejects.toThrow('stays revoked');

    const second = product.shell(await product.issueToken(people.approver));
    control.updateUser(people.approver, { deleted: true });
    const reasons = async () => {
      const rows = await sql<{ reason: string }>(
        `SELECT DISTINCT facts ->> 'reason' AS reason FROM audit_log WHERE action = 'token.refused' ORDER BY 1`,
      );
      return rows.map(({ reason }) => reason);
    };
    // The door may hear of it before the token does, as each asks Slack by itself; then it is asked again.
    await until(async () => {
      return (
        (await second('history')).err.includes('the account is deactivated') && (await reasons()).length === 4
      );
    });
    expect(await reasons()).toEqual(['deactivated', 'token-expired', 'token-revoked', 'token-wrong']);
  });
});

describe('the digest of an environment, from the command line', () => {
  it('R-A11: comes into a direct conversation of one’s own, and into nobody else’s', async () => {
    const product = await stage.start({ roles });
    const { control } = product.slack;
    const shell = product.shell(await product.issueToken(people.requester));
    const direct = (id: string, member: string) =>
      control.addChannel({ id, name: id, kind: 'im', members: [member] }).id;
    const ofAdmin = direct('D0ADMIN01', people.admin);
    const own = direct('D0REQUEST', people.requester);

    const refused = await shell('digest', 'now', '--env', 'prod', '--channel', ofAdmin);
    const byName = await shell('digest', 'now', '--env', 'prod', '--channel', people.admin);
    const allowed = await shell('digest', 'now', '--env', 'prod', '--channel', own);
    const digest = await control.waitForMessage({ channel: own, contains: 'prod' }, { timeoutMs: 20_000 });

    for (const { exit, err } of [refused, byName])
      expect({ exit, err }).toMatchObject({
        exit: 1,
        err: expect.stringContaining('not a direct message of your own'),
      });
    expect(allowed.exit).toBe(0);
    expect(digest.text).not.toBe('');
    expect(await product.database.sql("SELECT count(*)::int AS n FROM runs WHERE kind = 'digest'")).toEqual([
      { n: 1 },
    ]);
    expect(control.messages({ channel: ofAdmin, contains: 'prod' })).toEqual([]);
  });
});
