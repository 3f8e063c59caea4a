import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditExitCodes } from '../../../src/cli/context.ts';
import { fileAnchors } from '../../../src/platform/anchors/file.ts';
import { postgresAnchors } from '../../../src/platform/anchors/postgres.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import { createAnchoring } from '../../../src/services/audit/anchoring.service.ts';
import { createAuditService } from '../../../src/services/audit/audit.service.ts';
import { createRecordGuard } from '../../../src/services/audit/record-guard.service.ts';
import { damages, type Harmed } from '../../support/audit-damages.ts';
import { aetherius } from '../../support/cli.ts';
import { silentLogger } from '../../support/logger.ts';
import { auditKey, type TestDatabase, usePostgres } from '../../support/postgres.ts';

const postgres = usePostgres();
/** Another server: the second PostgreSQL. */
const second = usePostgres();
const keys = new Map([[auditKey.id, auditKey.secret]]);
const folder = mkdtempSync(join(tmpdir(), 'aetherius-anchors-'));
const anchorsSql = readFileSync(new URL('../../../deploy/anchors.sql', import.meta.url), 'utf8');
let early: TestDatabase;
let whole: TestDatabase;
let anchored: TestDatabase;
let next = 0;

beforeAll(async () => {
  whole = await postgres.migrated();
  anchored = await second.database();
  await anchored.sql(anchorsSql);
  const store = whole.store();
  const places = [fileAnchors(join(folder, 'whole.jsonl')), postgresAnchors({ url: anchored.url })];
  const common = { store, places, keys, logger: silentLogger, clock: systemClock };
  const anchoring = createAnchoring({
    ...common,
    ...{ guard: createRecordGuard(common), key: auditKey, everyRows: 8, everyMs: 3_600_000 },
  });
  for (let index = 1; index <= 12; index += 1) {
    await store.tx((tx) =>
      tx.audit.append({
        ...{ actor: 'T:U1', actorTeam: 'T', action: 'test', from: 'proposed', to: 'requested' },
        ...{ reason: 'why “not”', requestIds: ['r1'], facts: { index, text: 'ß', none: null } },
      }),
    );
    if (index === 4) await anchoring.sweep();
    if (index === 6) early = await postgres.clone(whole);
  }
  await anchoring.sweep();
  await Promise.all(places.map((place) => place.close()));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function harmed(): Promise<Harmed & { anchorsUrl(): string; url(): TestDatabase }> {
  const own = join(folder, `case-${(next += 1)}`);
  mkdirSync(own);
  const file = join(own, 'anchors.jsonl');
  copyFileSync(join(folder, 'whole.jsonl'), file);
  let database = await postgres.clone(whole);
  let url = anchored.url;
  return {
    get database() {
      return database;
    },
    rows: () => database.store().tx((tx) => tx.audit.rows(1, 1_000)),
    file,
    async ownAnchors() {
      const anchors = await second.clone(anchored);
      url = anchors.url;
      return anchors;
    },
    async restore() {
      database = await postgres.clone(early);
    },
    unplug() {
      url = 'postgres://nobody@127.0.0.1:1/none';
    },
    anchorsUrl: () => url,
    url: () => database,
  };
}

async function product(on: Awaited<ReturnType<typeof harmed>>) {
  const places = [fileAnchors(on.file), postgresAnchors({ url: on.anchorsUrl() })];
  const verdict = await createAuditService({ store: on.url().store(), keys, places }).verify();
  await Promise.all(places.map((place) => place.close()));
  return verdict;
}

/** The program that shares no code with the product. */
async function auditor(on: Awaited<ReturnType<typeof harmed>>) {
  const args = [
    '--database',
    on.url().url,
    '--anchors',
    on.file,
    '--anchors-database',
    on.anchorsUrl(),
    '--json',
  ];
  const env = { PATH: process.env.PATH, AUDIT_KEY: auditKey.secret, AUDIT_KEY_ID: auditKey.id };
  const run = promisify(execFile)(process.execPath, ['tools/audit-verifier/verify.mjs', ...args], { env });
  const done = await run.then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: unknown) => error as { code: number; stdout: string; stderr: string },
  );
  return {
    code: done.code,
    verdict: JSON.parse(done.stdout) as Told & { readonly faults: readonly Told[] },
  };
}

interface Told {
  readonly verdict: string;
  readonly seq?: number;
  readonly place?: string;
}

const named = ({ verdict, seq, place }: Told): string => [verdict, seq, place].filter(Boolean).join(' ');

describe('R-L5, R-L6: both verifiers say the same of each damage', () => {
  it.each(damages)('$verdict: $name ($rights)', async (damage) => {
    const on = await harmed();
    await damage.harm(on);

    const said = await product(on);
    const other = await auditor(on);

    expect(said.verdict, JSON.stringify(said)).toBe(damage.verdict);
    expect(other.verdict.verdict, JSON.stringify(other)).toBe(damage.verdict);
    expect(other.code).toBe(said.verdict === 'intact' ? 0 : auditExitCodes[said.verdict]);
    if (said.verdict === 'intact')
      expect(said).toMatchObject({ rows: 12, places: [{ anchors: 2 }, { anchors: 2 }] });
    else {
      expect(said.seq).toBe(damage.seq);
      expect(other.verdict).toMatchObject({
        seq: said.seq,
        ...('place' in said ? { place: said.place } : {}),
      });
      // One fault hides no other, and both tell the same.
      expect(other.verdict.faults.map(named)).toEqual(said.faults.map(named));
      const others = said.faults.filter((fault) => named(fault) !== named(said)).map(named);
      if (damage.others !== undefined) expect(others).toEqual(damage.others);
    }
  });
});

describe('what an operator reads', () => {
  /** `aetherius` in a shell that has the bot's database, its keys and its places. */
  async function shell(name: string, ...args: readonly string[]) {
    const on = await harmed();
    await damages.find((damage) => damage.name === name)?.harm(on);
    const config = join(folder, `shell-${next}.yaml`);
    const anchor = { file: on.file, every: '5m' };
    const approvals = { approvers: { leads: { users: ['U1', 'U2', 'U3'] } }, tiers: {}, audit: { anchor } };
    writeFileSync(
      config,
      JSON.stringify({ environments: { prod: { runtime: { kind: 'none' } } }, approvals }),
    );
    return aetherius(['--config', config, ...args], {
      DATABASE_URL: on.url().loginUrl,
      ANCHOR_DATABASE_URL: on.anchorsUrl(),
      AUDIT_KEY: auditKey.secret,
      AUDIT_KEY_ID: auditKey.id,
    });
  }

  it.each([
    ['nothing was touched', 0, 'The audit log is intact: 12 rows', '审计日志完整：12 行'],
    [
      'an older dump was restored',
      16,
      'remembers row 12, and the log ends at row 6',
      '记得第 12 行，而日志止于第 6 行',
    ],
    ['the volume of the file is not there', 21, 'The anchor file cannot be read', '无法读取 锚点文件'],
  ])('of `audit verify` when %s: exit code %i and a sentence', async (name, exit, english, chinese) => {
    const en = await shell(name, '--lang', 'en', 'audit', 'verify');
    const zh = await shell(name, '--lang', 'zh-CN', 'audit', 'verify');

    expect(en).toMatchObject({ exit, err: '' });
    expect(en.out.toLowerCase()).toContain(english.toLowerCase());
    expect(zh).toMatchObject({ exit });
    expect(zh.out).toContain(chinese);
  });

  it.each([
    ['nothing was touched', ['audit.anchor', 'audit.anchor']],
    [
      'an older dump was restored',
      ['audit.anchor-older-state', 'audit.anchor-older-state', 'audit.record-held'],
    ],
    ['the volume of the file is not there', ['audit.anchor-unreachable', 'audit.anchor']],
    ['the newest anchor was taken out of the file', ['audit.anchor-gone', 'audit.anchor']],
  ])('of `doctor` when %s', async (name, keys) => {
    const { out } = await shell(name, '--output', 'json', 'doctor');

    const { checks } = JSON.parse(out) as { checks: { area: string; key: string; text: string }[] };
    const ofKeys = ['audit.key', 'audit.unsigned'];
    const mine = checks.filter(({ area, key }) => area === 'audit' && !ofKeys.includes(key));
    expect(mine.map(({ key }) => key)).toEqual(keys);
    for (const { key, text } of mine) expect(text).not.toBe(key);
  });
});
