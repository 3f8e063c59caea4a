import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { servedPath } from '../../../src/cli/remote.ts';
import { approvalsConfig, createHarness, type Harness, idOf, person } from '../../support/approvals.ts';
import { aetherius } from '../../support/cli.ts';
import { auditKey, type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { type ServedBot, serveCommandLine } from '../../support/served.ts';

const folder = mkdtempSync(join(tmpdir(), 'cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'a.yaml');
const postgres = usePostgres();
const config = { environments: { prod: { runtime: { kind: 'none' } } }, approvals: approvalsConfig };
let database: TestDatabase;
let h: Harness;
let bot: ServedBot;
let target = 0;

beforeAll(async () => {
  database = await postgres.migrated();
  writeFileSync(file, stringify(config));
});
beforeEach(async () => {
  h = createHarness(database.store());
  await h.refresh();
  // Each bot of a test issues its own.
  await database.sql('DELETE FROM tokens');
  bot = await serveCommandLine({ database, config, directory: h.directory });
});
afterEach(() => bot.stop());

/** As this person, in a shell that has a token of theirs. */
const as = async (userId: string, ...args: readonly string[]) => (await bot.as(person(userId)))(...args);
const [lead, requester] = ['ULEAD', 'UREQ'];
const requested = () => h.requested({ target: `cli-${(target += 1)}` });

/** What a client of somebody's own making would send. */
async function post(token: string, argv: readonly string[]): Promise<unknown> {
  const response = await fetch(new URL(servedPath, bot.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ argv, language: 'en' }),
  });
  return response.json();
}

describe('approvals on the command line', () => {
  it('lists what is open', async () => {
    const row = await requested();

    const answer = await as(requester, '--output', 'json', 'approvals', 'list');

    const { remediations } = JSON.parse(answer.out) as { remediations: { handle: string; state: string }[] };
    expect(answer.exit).toBe(0);
    expect(remediations).toContainEqual(
      expect.objectContaining({ handle: row.handle, state: 'requested', planHash: row.planHash }),
    );
  });

  it('approves as the person of the token, shows the plan, and writes who it was into the audit', async () => {
    const row = await requested();

    const answer = await as(lead, 'approvals', 'approve', row.handle, '--plan', row.planHash.slice(0, 8));

    expect(answer).toMatchObject({ exit: 0, err: '' });
    expect(answer.out).toContain(row.planHash.slice(0, 8));
    expect(answer.out).toContain('value: old → new');
    expect((await h.row(row.id)).state).toBe('approved');
    expect(await h.audit.list(row.id, 5)).toContainEqual(
      expect.objectContaining({ actor: idOf('ULEAD'), to: 'approved' }),
    );
  });

  it('says so when the same approval comes twice, and changes nothing', async () => {
    const row = await requested();
    await as(lead, 'approvals', 'approve', row.handle, '--plan', row.planHash);
    const { version } = await h.row(row.id);

    const answer = await as(lead, 'approvals', 'approve', row.handle, '--plan', row.planHash);

    expect(answer.exit).toBe(0);
    expect(answer.out).toContain('recorded already');
    expect((await h.row(row.id)).version).toBe(version);
  });

  it('refuses the requester, in words, and keeps the refusal', async () => {
    const row = await requested();

    const answer = await as(requester, 'approvals', 'approve', row.handle, '--plan', row.planHash);

    expect(answer.exit).toBe(1);
    expect(answer.err).not.toBe('');
    expect((await h.row(row.id)).state).toBe('requested');
    expect(await h.audit.list(row.id, 1)).toMatchObject([
      { action: 'remediation.refused', actor: idOf('UREQ') },
    ]);
  });

  it.each([
    ['no token', undefined, 'AETHERIUS_TOKEN is not set', 64],
    ['a token of nobody', `aeb_${'a'.repeat(66)}`, 'this token is unknown here', 1],
    ['what is no token', 'nobody-0123456789', 'this token is unknown here', 1],
  ])('decides and shows nothing with %s', async (_what, token, said, exit) => {
    const row = await requested();
    const env = { AETHERIUS_URL: bot.url, ...(token === undefined ? {} : { AETHERIUS_TOKEN: token }) };

    for (const command of [
      ['approvals', 'approve', row.handle],
      ['approvals', 'show', row.handle],
      ['history'],
    ])
      expect(await aetherius(command, env)).toMatchObject({
        exit,
        out: '',
        err: expect.stringContaining(said),
      });

    expect((await h.row(row.id)).state).toBe('requested');
  });

  it('does not approve another plan than the one that was seen', async () => {
    const row = await requested();

    const answer = await as(lead, 'approvals', 'approve', row.handle, '--plan', '00000000');

    expect(answer.exit).toBe(1);
    expect((await h.row(row.id)).state).toBe('requested');
  });

  it.each([1, 2, 7])('R-A10: approves nothing for the first %i digits of the hash', async (count) => {
    const row = await requested();
    const digits = row.planHash.slice(0, count);

    const answer = await as(lead, 'approvals', 'approve', row.handle, '--plan', digits);

    expect((await h.row(row.id)).state).toBe('requested');
    expect(answer).toMatchObject({ exit: 64, out: '' });
    expect(answer.err).toContain('at least 8 digits');
  });

  it.each(['', 'zzzzzzzz', '%'])('R-A10: approves nothing for a plan that is called "%s"', async (named) => {
    const row = await requested();

    const answer = await as(lead, 'approvals', 'approve', row.handle, '--plan', named);

    expect(answer.exit).toBe(64);
    expect((await h.row(row.id)).state).toBe('requested');
  });

  it('R-A10: shows the plan and approves nothing where none is named and nobody can be asked', async () => {
    const row = await requested();

    const text = await as(lead, 'approvals', 'approve', row.handle);
    const json = await as(lead, '--output', 'json', 'approvals', 'approve', row.handle);

    expect((await h.row(row.id)).state).toBe('requested');
    expect(text.exit).toBe(64);
    expect(text.out).toContain('value: old → new');
    expect(text.err).toContain(`aetherius approvals approve ${row.handle} --plan`);
    expect(json.exit).toBe(64);
    expect(JSON.parse(json.out)).toMatchObject({
      remediation: { planHash: row.planHash, state: 'requested' },
    });
  });

  it.each([
    ['the first digits of its hash', (hash: string) => hash.slice(0, 8), 'approved', 0],
    ['the digits of another plan', () => '00000000', 'requested', 1],
    ['too few digits', (hash: string) => hash.slice(0, 4), 'requested', 64],
    ['yes', () => 'yes', 'requested', 64],
    ['nothing', () => '', 'requested', 64],
  ])('R-A10: asks at a terminal which plan is meant; typed is %s', async (_what, type, state, exit) => {
    const row = await requested();
    const asked: string[] = [];
    const env = { AETHERIUS_URL: bot.url, AETHERIUS_TOKEN: await bot.token(person(lead)) };
    const ask = (question: string) => {
      asked.push(question);
      return Promise.resolve(type(row.planHash));
    };

    const answer = await aetherius(['approvals', 'approve', row.handle], env, undefined, undefined, ask);

    expect(asked).toEqual(['To approve this plan, type the first 8 digits of its hash: ']);
    expect(answer.out.split('value: old → new')).toHaveLength(2);
    expect(answer.exit).toBe(exit);
    expect((await h.row(row.id)).state).toBe(state);
  });

  it('rejects with a reason', async () => {
    const row = await requested();

    const answer = await as(lead, 'approvals', 'reject', row.handle, 'not', 'now');

    expect(answer.exit).toBe(0);
    expect(await h.row(row.id)).toMatchObject({ state: 'rejected' });
  });

  it('says how one with an unknown outcome ended', async () => {
    const row = await h.approved({ target: `cli-${(target += 1)}` });
    await database.sql("UPDATE remediations SET state = 'indeterminate' WHERE id = $1", [row.id]);

    const refused = await as(requester, 'approvals', 'resolve', row.handle, 'failed', 'looked');
    const answer = await as(lead, 'approvals', 'resolve', row.handle, 'failed', 'I', 'looked');

    expect(refused.exit).toBe(1);
    expect(answer.exit).toBe(0);
    expect((await h.row(row.id)).state).toBe('failed');
  });

  it('stops fixes and lets them go on', async () => {
    const off = await as(lead, 'fixes', 'off', 'the', 'sale', 'is', 'on', '--for', '30');
    const status = await as(requester, 'fixes', 'status');
    const refused = await as(requester, 'fixes', 'on', 'go');
    const on = await as(lead, 'fixes', 'on', 'go', 'on');

    expect([off.exit, status.exit, refused.exit, on.exit]).toEqual([0, 0, 1, 0]);
    expect(status.out).toMatch(/^all fixes {2}since .* until .* ULEAD {2}the sale is on/);
    expect(on.out).toContain('No fix is switched off');
  });

  it('explains who could approve', async () => {
    const answer = await as(
      requester,
      '--output',
      'json',
      'approvals',
      'explain',
      'kubernetes.restart-workload',
    );

    const { people } = JSON.parse(answer.out) as { people: { personId: string; mayApprove: boolean }[] };
    expect(people).toContainEqual(expect.objectContaining({ personId: idOf('UONCALL'), mayApprove: true }));
  });

  it('answers whoever sends something else with a status, and writes nothing down but the token', async () => {
    const token = await bot.token(person(lead));
    const rows = async () =>
      (
        await database.sql<{ n: number }>(
          "SELECT count(*)::int AS n FROM audit_log WHERE action NOT IN ('token.used', 'token.refused')",
        )
      )[0]?.n;
    const send = async (init: RequestInit) => (await fetch(new URL(servedPath, bot.url), init)).status;
    const right = { authorization: `Bearer ${token}` };
    const before = await rows();

    const statuses = [
      await send({ method: 'GET' }),
      await send({ method: 'POST', body: '{}' }),
      await send({ method: 'POST', headers: { authorization: token }, body: '{}' }),
      await send({ method: 'POST', headers: right, body: 'history' }),
      await send({ method: 'POST', headers: right, body: '{"argv":"history","language":"en"}' }),
      await send({ method: 'POST', headers: right, body: 'x'.repeat(70_000) }),
    ];

    expect(statuses).toEqual([405, 401, 401, 400, 400, 413]);
    expect(await rows()).toBe(before);
  });

  it('says which address does not answer', async () => {
    const answer = await aetherius(['approvals'], {
      AETHERIUS_URL: 'http://127.0.0.1:1',
      AETHERIUS_TOKEN: 'any',
    });

    expect(answer.exit).toBe(2);
    expect(answer.err).toContain('does not answer: the bot at http://127.0.0.1:1 (AETHERIUS_URL)');
  });

  it.each(['audit verify', 'doctor', 'health --env prod', 'init --file x.yaml'])(
    'is not run by the bot, with its credentials, for a client that asks for it: %s',
    async (line) => {
      const asked = await post(await bot.token(person(lead)), line.split(' '));

      expect(asked).toMatchObject({ exit: 64, out: '', err: expect.stringContaining('your own machine') });
    },
  );
});

describe('the audit on the command line', () => {
  const verify = (...args: readonly string[]) =>
    aetherius(['--config', file, ...args, 'audit', 'verify'], {
      DATABASE_URL: database.url,
      AUDIT_KEY: auditKey.secret,
      AUDIT_KEY_ID: auditKey.id,
    });

  it('is intact after all that, and is not after a row was changed behind its back', async () => {
    const before = await verify();
    await database.sql(
      `ALTER TABLE audit_log DISABLE TRIGGER ALL;
       UPDATE audit_log SET reason = 'forged' WHERE seq = 2;
       ALTER TABLE audit_log ENABLE TRIGGER ALL`,
    );

    const after = await verify('--output', 'json');

    expect(before.exit).toBe(0);
    expect(after.exit).toBe(10);
    expect(JSON.parse(after.out)).toMatchObject({ verdict: 'row-altered', seq: 2 });
  });
});
