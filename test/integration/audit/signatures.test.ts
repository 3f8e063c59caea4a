import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditExitCodes } from '../../../src/cli/context.ts';
import type { AuditFault } from '../../../src/domain/audit/audit.ts';
import { signingStartText } from '../../../src/domain/audit/signature.ts';
import { type ProcessKind, processKinds } from '../../../src/domain/kernel/process-kind.ts';
import { newSigningKey, signerOf, trustIn } from '../../../src/domain/kernel/signing.ts';
import { createAuditService } from '../../../src/services/audit/audit.service.ts';
import { auditKey, type TestDatabase, usePostgres } from '../../support/postgres.ts';

const postgres = usePostgres();
const folder = mkdtempSync(join(tmpdir(), 'aetherius-signatures-'));
const keys = new Map([[auditKey.id, auditKey.secret]]);
const pairs = { bot: newSigningKey(), worker: newSigningKey(), scheduler: newSigningKey() };
const stranger = newSigningKey();
const publicKeys = Object.fromEntries(processKinds.map((kind) => [kind, [pairs[kind].publicKey]])) as Record<
  ProcessKind,
  string[]
>;
const trustFile = join(folder, 'trust.json');
let whole: TestDatabase;

type By = ProcessKind | 'stranger' | 'nobody';

async function add(database: TestDatabase, by: By, action: string): Promise<void> {
  const key = by === 'nobody' ? undefined : by === 'stranger' ? stranger : pairs[by];
  const store = database.store(key === undefined ? {} : { signer: signerOf(key.privateKey) });
  const facts = action === 'audit.texts-removed' ? { through: 1 } : {};
  await store.tx((tx) => tx.audit.append({ actor: 'T:U1', actorTeam: 'T', action, facts }));
}

/** Past every trigger. */
const asOwner = (database: TestDatabase, text: string) =>
  database.sql(`SET session_replication_role = replica; ${text}`);

beforeAll(async () => {
  writeFileSync(trustFile, JSON.stringify(publicKeys));
  whole = await postgres.migrated();
  for (let index = 0; index < 3; index += 1) await add(whole, 'nobody', 'remediation.requested');
  await whole.store({ signer: signerOf(pairs.bot.privateKey) }).tx((tx) => tx.audit.beginSigning());
  await add(whole, 'bot', 'signing.began');
  await add(whole, 'bot', 'remediation.approved');
  await add(whole, 'worker', 'remediation.executing');
  await add(whole, 'scheduler', 'remediation.expired');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const product = (database: TestDatabase) =>
  createAuditService({ store: database.store(), keys, places: [], trust: trustIn(publicKeys) }).verify();

/** The program that shares no code with the product. */
async function auditor(...args: readonly string[]): Promise<{ code: number; verdict: string; seq?: number }> {
  const env = { PATH: process.env.PATH, AUDIT_KEY: auditKey.secret, AUDIT_KEY_ID: auditKey.id };
  const run = promisify(execFile)(process.execPath, ['tools/audit-verifier/verify.mjs', ...args, '--json'], {
    env,
  });
  const done = await run.then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: unknown) => error as { code: number; stdout: string },
  );
  return { code: done.code, ...(JSON.parse(done.stdout) as { verdict: string; seq?: number }) };
}

const cases: readonly {
  readonly name: string;
  readonly verdict: AuditFault | 'intact';
  readonly seq?: number;
  harm(database: TestDatabase): Promise<unknown>;
}[] = [
  { name: 'nothing was touched', verdict: 'intact', harm: () => Promise.resolve() },
  {
    name: 'a signature was taken away',
    ...{ verdict: 'signature-missing', seq: 5 },
    harm: (database) =>
      asOwner(database, 'UPDATE audit_log SET signature = NULL, signed_by = NULL WHERE seq = 5'),
  },
  {
    name: 'a signature of another row was put there',
    ...{ verdict: 'signature-invalid', seq: 5 },
    harm: (database) =>
      asOwner(
        database,
        'UPDATE audit_log SET signature = (SELECT signature FROM audit_log WHERE seq = 4) WHERE seq = 5',
      ),
  },
  {
    name: 'a row names a key that did not sign it',
    ...{ verdict: 'signature-invalid', seq: 6 },
    harm: (database) =>
      asOwner(
        database,
        'UPDATE audit_log SET signed_by = (SELECT signed_by FROM audit_log WHERE seq = 5) WHERE seq = 6',
      ),
  },
  {
    name: 'a signature is no signature at all',
    ...{ verdict: 'signature-invalid', seq: 5 },
    harm: (database) => asOwner(database, "UPDATE audit_log SET signature = '%%%' WHERE seq = 5"),
  },
  {
    name: 'a key that is not listed has signed',
    ...{ verdict: 'signer-unknown', seq: 8 },
    harm: (database) => add(database, 'stranger', 'remediation.approved'),
  },
  {
    name: 'the worker has signed a decision',
    ...{ verdict: 'signer-wrong', seq: 8 },
    harm: (database) => add(database, 'worker', 'remediation.approved'),
  },
  {
    name: 'the bot has signed a step',
    ...{ verdict: 'signer-wrong', seq: 8 },
    harm: (database) => add(database, 'bot', 'step.intent'),
  },
  {
    name: 'the scheduler has confirmed the record',
    ...{ verdict: 'signer-wrong', seq: 8 },
    harm: (database) => add(database, 'scheduler', 'audit.confirmed'),
  },
  {
    name: 'the bot has said that typed texts are removed',
    ...{ verdict: 'signer-wrong', seq: 8 },
    harm: (database) => add(database, 'bot', 'audit.texts-removed'),
  },
  {
    name: 'the scheduler has said that typed texts are removed',
    verdict: 'intact',
    harm: (database) => add(database, 'scheduler', 'audit.texts-removed'),
  },
  {
    name: 'somebody has signed an action that nobody writes',
    ...{ verdict: 'signer-wrong', seq: 8 },
    harm: (database) => add(database, 'bot', 'something.else'),
  },
  {
    name: 'where signing began was moved to a later row',
    ...{ verdict: 'signature-invalid', seq: 5 },
    harm: (database) =>
      asOwner(
        database,
        'UPDATE signing_start SET seq = 5, hash = (SELECT hash FROM audit_log WHERE seq = 5)',
      ),
  },
  {
    name: 'the worker has signed where signing began',
    ...{ verdict: 'signature-invalid', seq: 5 },
    async harm(database) {
      const [row] = await database.sql<{ hash: string }>('SELECT hash FROM audit_log WHERE seq = 5');
      const signer = signerOf(pairs.worker.privateKey);
      const signature = signer.sign(signingStartText({ seq: 5, hash: row?.hash ?? '' }));
      await asOwner(
        database,
        `UPDATE signing_start SET seq = 5, hash = '${row?.hash}', signed_by = '${signer.keyId}', signature = '${signature}'`,
      );
    },
  },
  {
    name: 'where signing began was taken away',
    ...{ verdict: 'signature-missing', seq: 1 },
    harm: (database) => asOwner(database, 'DELETE FROM signing_start'),
  },
];

describe('R-L9, R-L6: both verifiers say the same of each signature', () => {
  it.each(cases)('$verdict: $name', async ({ harm, verdict, seq }) => {
    const database = await postgres.clone(whole);
    await harm(database);

    const said = await product(database);
    const other = await auditor('--database', database.url, '--trust', trustFile);

    expect(said, JSON.stringify(said)).toMatchObject({ verdict });
    expect(other.verdict, JSON.stringify(other)).toBe(verdict);
    expect(other.code).toBe(verdict === 'intact' ? 0 : auditExitCodes[verdict]);
    if (verdict !== 'intact') {
      expect('seq' in said && said.seq).toBe(seq);
      expect(other.seq).toBe(seq);
    }
  });
});
