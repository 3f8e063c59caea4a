import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { read, root } from '../repo/files.ts';

interface Typo {
  readonly path: string;
  readonly right: string;
  readonly wrong: string;
  /** Where the compiler says so. */
  readonly said: string;
}

const registries = 'src/main/registries.ts';
const diagnosis = (file: string, right: string, wrong: string): Typo => ({
  ...{ path: `src/diagnoses/${file}.diagnosis.ts`, right, wrong, said: registries },
});
const inPlace = (path: string, right: string, wrong: string): Typo => ({ path, right, wrong, said: path });

/** Each is compiled once: of several typos in the registries the compiler names only the first. */
const groups: readonly (readonly [string, readonly Typo[]])[] = [
  [
    'a probe, and findings where they are named',
    [
      diagnosis('redis-memory', "'redis.key-space'", "'redis.key-spice'"),
      inPlace('src/diagnoses/nats-backlog.diagnosis.ts', "'NATS_NO_STREAM'", "'NATS_NO_STREEM'"),
      inPlace('src/probes/nats/streams.probe.ts', "'NATS_NO_STREAM'", "'NATS_NO_STREEM'"),
      inPlace(
        'src/remediations/redis/set-eviction-policy.remediation.ts',
        "['REDIS_POLICY_NOEVICTION']",
        "['REDIS_POLICY_NOEVICTON']",
      ),
    ],
  ],
  [
    'an instruction, and a repository that the service does not name',
    [
      diagnosis('pg-slow', "'create-index'", "'create-indx'"),
      inPlace(
        'src/services/report/report.service.ts',
        'madeAt: await tx.now()',
        'madeAt: (await tx.audit.head()).ts',
      ),
      // Its store is handed on to a function that needs a repository more.
      inPlace(
        'src/services/fix/decide/remediation-directory.service.ts',
        "store: StoreOf<'directory' | 'remediations'>;",
        "store: StoreOf<'directory'>;",
      ),
    ],
  ],
  ['a hand-over', [diagnosis('event-latency', "to: 'D2'", "to: 'no-such-one'")]],
];

let checkout: string;
beforeAll(() => {
  checkout = mkdtempSync(join(tmpdir(), 'aetherius-literals-'));
  for (const path of ['src', 'tsconfig.json', 'package.json'])
    cpSync(join(root, path), join(checkout, path), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
});
afterAll(() => rmSync(checkout, { recursive: true, force: true }));

function compile(): string {
  try {
    const options = ['--noEmit', '--incremental', '--tsBuildInfoFile', join(checkout, 'build.tsbuildinfo')];
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...options], {
      cwd: checkout,
      encoding: 'utf8',
    });
    return '';
  } catch (error) {
    return (error as { readonly stdout?: string }).stdout ?? String(error);
  }
}

it.each(groups)('a wrong name of %s does not compile', (_what, typos) => {
  for (const { path, right, wrong } of typos) {
    expect(read(path)).toContain(right);
    writeFileSync(join(checkout, path), read(path).replaceAll(right, wrong));
  }

  const said = compile();
  for (const { path } of typos) writeFileSync(join(checkout, path), read(path));

  const files = new Set([...said.matchAll(/^(\S+)\(\d+,\d+\): error TS/gm)].map((match) => match[1]));
  expect([...files]).toEqual(expect.arrayContaining(typos.map((typo) => typo.said)));
});
