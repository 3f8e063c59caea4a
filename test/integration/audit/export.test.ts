/** The record as a file: written by a real bot behind its command-line port, and checked by both verifiers. */
import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditFault } from '../../../src/domain/audit/audit.ts';
import { newSigningKey, signerOf, trustIn } from '../../../src/domain/kernel/signing.ts';
import { fileAnchors } from '../../../src/platform/anchors/file.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import { createAnchoring } from '../../../src/services/audit/anchoring.service.ts';
import { createRecordGuard } from '../../../src/services/audit/record-guard.service.ts';
import { approvalsConfig, memoryDirectory, person } from '../../support/approvals.ts';
import { aetherius, type CliAnswer } from '../../support/cli.ts';
import { silentLogger } from '../../support/logger.ts';
import { auditKey, type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { type ServedBot, serveCommandLine } from '../../support/served.ts';

const postgres = usePostgres();
const keys = new Map([[auditKey.id, auditKey.secret]]);
const folder = mkdtempSync(join(tmpdir(), 'aetherius-export-'));
const config = { environments: { prod: { runtime: { kind: 'none' } } }, approvals: approvalsConfig };
/** What a person, a target or an attacker may have written into the record. */
const texts = [
  '=HYPERLINK("http://evil")',
  '+1',
  '-1+cmd|x',
  '@sum(A1)',
  "'quoted",
  '\ttab',
  'a, "b"\r\nand more\n',
  'ß 日本 🚨',
  '',
  'null',
];
let database: TestDatabase;
let served: ServedBot;
let lead: Awaited<ReturnType<ServedBot['as']>>;
let next = 0;

const fresh = (name: string): string => join(folder, `${(next += 1)}-${name}`);
const shellEnv = { AUDIT_KEY: auditKey.secret, AUDIT_KEY_ID: auditKey.id };

beforeAll(async () => {
  database = await postgres.migrated();
  const store = database.store();
  const append = (reason?: string) =>
    store.tx((tx) =>
      tx.audit.append({
        ...{ actor: 'T:U1', actorTeam: 'T', action: 'test', from: 'proposed', to: 'requested' },
        ...(reason === undefined ? {} : { reason, policyVersion: reason }),
        ...{ requestIds: ['r1', 'r,2'], facts: { none: null, number: 1.5, yes: true, text: reason ?? '' } },
      }),
    );
  for (const text of texts) await append(text);
  await append();
  const places = [fileAnchors(join(folder, 'anchors.jsonl'))];
  const record = createRecordGuard({ store, places, keys, logger: silentLogger, clock: systemClock });
  const anchoring = { store, places, guard: record, key: auditKey, everyRows: 1, everyMs: 1 };
  await createAnchoring({ ...anchoring, logger: silentLogger }).sweep();
  served = await serveCommandLine({ database, config, directory: memoryDirectory(), record });
  lead = await served.as(person('ULEAD'));
});
afterAll(async () => {
  await served?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** As an auditor's machine runs it: without a configuration, without the database. */
const product = (...args: readonly string[]): Promise<CliAnswer> =>
  aetherius(['--output', 'json', '--config', ...args], shellEnv);

async function verdictOf(file: string): Promise<{ code: number; verdict: string; seq?: number }> {
  const { exit, out, err } = await aetherius(['--output', 'json', 'audit', 'verify', '--export', file], {
    ...shellEnv,
    AETHERIUS_CONFIG: join(folder, 'none.yaml'),
  });
  if (out === '') throw new Error(err);
  return { code: exit, ...(JSON.parse(out) as { verdict: string; seq?: number }) };
}

/** The program that shares no code with the product. */
async function auditorOf(file: string, ...more: readonly string[]) {
  const args = ['tools/audit-verifier/verify.mjs', '--export', file, '--json', ...more];
  const env = { PATH: process.env.PATH, ...(more.includes('--trust') ? {} : shellEnv) };
  const done = await promisify(execFile)(process.execPath, args, { env }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: unknown) => error as { code: number; stdout: string; stderr: string },
  );
  if (done.stdout === '') throw new Error(JSON.stringify(done));
  return { code: done.code, ...(JSON.parse(done.stdout) as { verdict: string; seq?: number }) };
}

describe('R-L10: an export of the record', () => {
  it.each(['jsonl', 'csv'] as const)(
    'as %s has every row, and both verifiers say that it is whole',
    async (format) => {
      const file = fresh(`audit.${format}`);

      const done = await lead('audit', 'export', '--format', format, '-o', file);

      expect(done).toMatchObject({ exit: 0, err: '' });
      const manifest = JSON.parse(readFileSync(`${file}.manifest.json`, 'utf8')) as Record<string, unknown>;
      const [begun, ended] = (
        await database.sql(
          "SELECT seq::int, actor, action, facts FROM audit_log WHERE action LIKE 'audit.export%' ORDER BY seq DESC LIMIT 2",
        )
      ).toReversed() as { seq: number; facts: object }[];
      // Who read it stands before the first row that went out, and what they got behind the last one.
      expect(begun).toMatchObject({
        action: 'audit.export-begun',
        actor: 'T0HOME:ULEAD',
        facts: { format, from: 1 },
      });
      expect(begun?.facts).toHaveProperty('token');
      expect(ended).toMatchObject({
        action: 'audit.exported',
        facts: { rows: begun?.seq, sha256: manifest.sha256 },
      });
      expect(manifest).toMatchObject({
        ...{ rows: begun?.seq, from: 1, to: begun?.seq, last: begun?.seq, exportedBy: 'T0HOME:ULEAD' },
        seen: [{ place: 'file' }],
      });
      // It names people and their reasons.
      expect(statSync(file).mode & 0o077).toBe(0);
      for (const verdict of [await verdictOf(file), await auditorOf(file)])
        expect(verdict).toMatchObject({
          code: 0,
          verdict: 'intact',
          rows: begun?.seq,
          head: manifest.head,
        });
      expect(existsSync(`${file}.part`)).toBe(false);
    },
  );

  it('as JSON lines is what the table itself gives, row by row', async () => {
    const file = fresh('same.jsonl');
    await lead('audit', 'export', '-o', file);

    const rows = readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { ts: string });
    const own = await database.sql<{ row: { ts: string } }>(
      `SELECT row_to_json(whole) AS row FROM (SELECT a.*, (SELECT json_object_agg(field, json_build_object('salt', salt, 'text', text))
         FROM audit_texts t WHERE t.seq = a.seq) AS texts FROM audit_log a WHERE seq <= $1 ORDER BY seq) AS whole`,
      [rows.length],
    );

    const sameTime = (row: { ts: string }) => ({ ...row, ts: new Date(row.ts).toISOString() });
    expect(rows).toEqual(own.map(({ row }) => sameTime(row)));
  });

  it('as CSV begins no cell as a formula does', async () => {
    const file = fresh('safe.csv');
    await lead('audit', 'export', '--format', 'csv', '-o', file);
    const text = readFileSync(file, 'utf8');

    expect(text.startsWith('"seq","prev_hash","hash"')).toBe(true);
    expect(text).not.toMatch(/(?:^|,)"[=+\-@\t\r]/m);
    expect(text).toContain('"\'=HYPERLINK(""http://evil"")"');
  });

  it('has the rows between two numbers or two times, and says when there are none', async () => {
    const [third, sixth] = await database.sql<{ ts: Date }>(
      'SELECT ts FROM audit_log WHERE seq IN (3, 6) ORDER BY seq',
    );
    const byNumber = fresh('numbers.jsonl');
    const byTime = fresh('times.csv');

    await lead('audit', 'export', '--from', '3', '--to', '5', '-o', byNumber);
    const times = ['--from', third?.ts.toISOString() ?? '', '--to', sixth?.ts.toISOString() ?? ''];
    await lead('audit', 'export', ...times, '--format', 'csv', '-o', byTime);
    const none = await lead('audit', 'export', '--from', '2100-01-01T00:00:00Z', '-o', fresh('none.jsonl'));

    for (const file of [byNumber, byTime])
      for (const verdict of [await verdictOf(file), await auditorOf(file)])
        expect(verdict).toMatchObject({ code: 0, verdict: 'intact', rows: 3, from: 3, to: 5 });
    expect(none).toMatchObject({ exit: 1, err: expect.stringContaining('the audit log has no such rows') });
  });

  it('goes to standard output, with the manifest where it is asked for', async () => {
    const file = fresh('piped.csv');
    const manifest = `${file}.manifest.json`;

    const without = await lead('audit', 'export', '-o', '-');
    const { out, exit, err } = await lead(
      'audit',
      'export',
      '--format',
      'csv',
      '-o',
      '-',
      '--manifest',
      manifest,
    );
    writeFileSync(file, out);

    expect(without).toMatchObject({ exit: 64, out: '' });
    expect({ exit, err }).toEqual({ exit: 0, err: expect.stringMatching(/^Exported \d+ rows/) });
    expect(await verdictOf(file)).toMatchObject({ verdict: 'intact' });
  });

  it('is for those of the highest tier; who else asks stands in the record', async () => {
    const file = fresh('refused.jsonl');

    const refused = await (await served.as(person('UONCALL')))('audit', 'export', '-o', file);
    const wrong = await aetherius(['audit', 'export', '-o', file], {
      AETHERIUS_URL: served.url,
      AETHERIUS_TOKEN: 'aeb_made-up',
    });

    expect(refused.exit).toBe(1);
    expect(wrong.exit).toBe(1);
    expect(existsSync(file)).toBe(false);
    expect(
      await database.sql(
        `SELECT actor, action, facts ->> 'refused' AS refused, facts ->> 'command' AS command FROM audit_log
         WHERE action IN ('audit.export-refused', 'token.refused') ORDER BY seq`,
      ),
    ).toEqual([
      { actor: 'T0HOME:UONCALL', action: 'audit.export-refused', refused: 'not-in-policy', command: null },
      { actor: 'unknown', action: 'token.refused', refused: null, command: 'audit export' },
    ]);
  });

  it('that broke off leaves no file', async () => {
    const file = fresh('broken.jsonl');
    const halfway = createServer((_request, response) => {
      response.writeHead(200).end(`${JSON.stringify({ text: '{"seq":1}\n' })}\n`);
    });
    await new Promise<void>((resolve) => halfway.listen(0, '127.0.0.1', resolve));

    const broken = await aetherius(['audit', 'export', '-o', file], {
      AETHERIUS_URL: `http://127.0.0.1:${(halfway.address() as AddressInfo).port}`,
      AETHERIUS_TOKEN: 'aeb_x',
    });

    expect(broken).toMatchObject({ exit: 2, err: 'The export broke off, and no file was written.\n' });
    expect([file, `${file}.part`, `${file}.manifest.json`].filter((path) => existsSync(path))).toEqual([]);
    await new Promise((resolve) => halfway.close(resolve));
  });
});

/** Every way in which a file or its manifest is harmed after the export. */
const harms: readonly {
  readonly name: string;
  readonly verdict: AuditFault;
  readonly seq?: number;
  readonly text?: (text: string) => string;
  readonly manifest?: (manifest: Record<string, unknown>) => unknown;
}[] = [
  { name: 'a reason was changed', verdict: 'row-altered', seq: 2, text: (text) => text.replace('+1', '+2') },
  {
    name: 'a row in the middle was taken out',
    ...{ verdict: 'gap', seq: 4 },
    text: (text) => text.replace(/^(?:\{"seq":3,|"3",)[^\n]*\n/m, ''),
  },
  {
    name: 'the last row was taken out',
    verdict: 'export-altered',
    text: (text) => text.replace(/\r?\n[^\n]*\n$/, '\n'),
  },
  { name: 'something was added', verdict: 'export-altered', text: (text) => `${text}x` },
  {
    name: 'the manifest names another digest',
    verdict: 'manifest-forged',
    manifest: (manifest) => ({ ...manifest, sha256: '0'.repeat(64) }),
  },
  {
    name: 'the manifest says that somebody else exported',
    verdict: 'manifest-forged',
    manifest: (manifest) => ({ ...manifest, exportedBy: 'T:UOTHER' }),
  },
  {
    name: 'the manifest names a key nobody has',
    verdict: 'key-unknown',
    manifest: (manifest) => ({ ...manifest, keyId: 'k-other' }),
  },
  { name: 'the manifest is something else', verdict: 'manifest-forged', manifest: () => ({ hello: 1 }) },
];

describe('R-L6: of a harmed export both verifiers say the same', () => {
  it.each((['jsonl', 'csv'] as const).flatMap((format) => harms.map((harm) => ({ ...harm, format }))))(
    '$verdict: $name ($format)',
    async ({ verdict, seq, text, manifest, format }) => {
      const whole = join(folder, `whole.${format}`);
      if (!existsSync(whole)) await lead('audit', 'export', '--format', format, '-o', whole);
      const file = fresh(`harmed.${format}`);
      const before = readFileSync(whole, 'utf8');
      const after = text?.(before) ?? before;
      if (text !== undefined) expect(after).not.toBe(before);
      writeFileSync(file, after);
      copyFileSync(`${whole}.manifest.json`, `${file}.manifest.json`);
      if (manifest !== undefined) {
        const given = JSON.parse(readFileSync(`${file}.manifest.json`, 'utf8')) as Record<string, unknown>;
        writeFileSync(`${file}.manifest.json`, JSON.stringify(manifest(given)));
      }

      const [own, other] = [await verdictOf(file), await auditorOf(file)];

      expect(own).toMatchObject({ verdict, ...(seq === undefined ? {} : { seq }) });
      expect(other).toMatchObject({ code: own.code, verdict, seq: own.seq });
    },
  );

  it('an anchor that is read later is held against it', async () => {
    const file = fresh('anchored.jsonl');
    await lead('audit', 'export', '-o', file);
    const forged = fresh('anchors.jsonl');
    const [line = ''] = readFileSync(join(folder, 'anchors.jsonl'), 'utf8').split('\n');
    writeFileSync(forged, `${line.replace(/"hash":"../, '"hash":"00')}\n`);

    expect(await auditorOf(file, '--anchors', join(folder, 'anchors.jsonl'))).toMatchObject({ code: 0 });
    expect(await auditorOf(file, '--anchors', forged)).toMatchObject({ verdict: 'mac-invalid' });
  });
});

describe('R-L9: an export of a bot that signs', () => {
  it('is sealed by the bot as well, which whoever has AUDIT_KEY alone cannot do', async () => {
    const own = await postgres.migrated();
    const pair = newSigningKey();
    const signing = { bot: [pair.publicKey], worker: [pair.publicKey], scheduler: [pair.publicKey] };
    const signer = signerOf(pair.privateKey);
    await own.store({ signer }).tx((tx) => tx.audit.beginSigning());
    const bot = await serveCommandLine({
      ...{ database: own, config, directory: memoryDirectory() },
      signing: { signer, trust: trustIn(signing) },
    });
    const file = fresh('signed.jsonl');
    const settings = fresh('settings.yaml');
    writeFileSync(settings, JSON.stringify({ ...config, signing }));
    const check = () => product(settings, 'audit', 'verify', '--export', file);
    try {
      await (await bot.as(person('ULEAD')))('audit', 'export', '-o', file);
    } finally {
      await bot.stop();
    }
    const manifest = JSON.parse(readFileSync(`${file}.manifest.json`, 'utf8')) as Record<string, unknown>;

    /** The other program, without AUDIT_KEY: with that an auditor could make rows up. */
    const auditor = async (key = pair.publicKey) => {
      const trust = fresh('trust.json');
      writeFileSync(trust, JSON.stringify({ bot: [key], worker: [key], scheduler: [key] }));
      return auditorOf(file, '--trust', trust);
    };
    const both = async () => [(await check()).exit, (await auditor()).code];
    expect(JSON.parse((await check()).out)).toMatchObject({ verdict: 'intact', signed: manifest.rows });
    expect(await auditor()).toMatchObject({ code: 0, verdict: 'intact' });
    expect(await auditor(newSigningKey().publicKey)).toMatchObject({ verdict: 'signer-unknown' });
    writeFileSync(`${file}.manifest.json`, JSON.stringify({ ...manifest, signature: undefined }));
    expect(await both()).toEqual([23, 23]);
    const other = newSigningKey();
    const forged = { ...manifest, signedBy: signerOf(other.privateKey).keyId };
    writeFileSync(`${file}.manifest.json`, JSON.stringify(forged));
    expect(await both()).toEqual([25, 25]);
    writeFileSync(`${file}.manifest.json`, JSON.stringify({ ...manifest, signature: 'AAAA' }));
    expect(await both()).toEqual([28, 28]);
    writeFileSync(`${file}.manifest.json`, JSON.stringify(manifest));
    const [row = ''] = readFileSync(file, 'utf8').split('\n');
    const of = JSON.parse(row) as Record<string, unknown>;
    writeFileSync(file, readFileSync(file, 'utf8').replace(String(of.signature), 'AAAA'));
    expect(await both()).toEqual([24, 24]);
  });
});
