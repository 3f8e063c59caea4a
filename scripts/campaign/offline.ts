/** A planted fault, taken home in a bundle: `aetherius collect`, and the same question put to the file. */

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { stringify } from 'yaml';
import { DiagnoseOutput } from '../../src/cli/output-schemas.ts';
import { isRecording } from '../../src/domain/bundle/manifest.ts';
import { RecordedRow } from '../../src/domain/bundle/recording.ts';
import { readBundle } from '../../src/platform/bundle/read.ts';
import { certain, asked as saidOf } from './certain.ts';
import type { Expectation } from './expectation.ts';
import { keptOf } from './kept.ts';
import { withReferences } from './product.ts';
import { type AskedOffline, judgeOffline, lanesAsked, pruned as prunedTo } from './recordings.ts';
import { type Evidence, evidenceOf } from './simulated.ts';
import { confirmed } from './trial.ts';

const entry = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface Offline {
  /** Takes a bundle now, asks it what `expected` asks, and keeps its recording; what is wrong with the answers. */
  take(name: readonly string[], expected: Expectation): Promise<readonly string[]>;
  /**
   * The same while nothing is planted: no cause may be confirmed for any of these symptoms. Whatever a fault says to any
   * of them, and this platform does not, is kept of the faults that are taken later.
   */
  healthy(name: readonly string[], symptoms: readonly string[]): Promise<readonly string[]>;
  stop(): void;
}

/** `environment`: the block of the lab; `keepIn`: folder for what is kept, one file a fault. */
export function createOffline(environment: Readonly<Record<string, unknown>>, keepIn: string): Offline {
  const folder = mkdtempSync(join(tmpdir(), 'aetherius-offline-'));
  const config = join(folder, 'config.yaml');
  const { environment: block, variables } = withReferences('lab', environment);
  writeFileSync(config, stringify({ environments: { lab: block } }));
  let taken = 0;
  let well: { readonly healthy: Evidence; readonly symptoms: readonly string[] } | undefined;

  /** As a process of its own: this one plants faults, and has the whole product in it. */
  function aetherius(...args: readonly string[]): Promise<{ exit: number; out: string; err: string }> {
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        ['--import', 'tsx', entry, '--output', 'json', ...args],
        { env: { PATH: process.env.PATH, ...variables }, maxBuffer: 2 ** 26 },
        (error, out, err) => {
          const code = error === null ? 0 : error.code;
          resolve({ exit: typeof code === 'number' ? code : -1, out, err });
        },
      );
    });
  }

  async function take(
    name: readonly string[],
    asked: readonly string[],
    problemsOf: (answer: AskedOffline) => readonly string[],
    kept: (rows: readonly RecordedRow[]) => Promise<readonly RecordedRow[]>,
  ): Promise<readonly string[]> {
    const bundle = join(folder, `${(taken += 1)}.tar.gz`);
    const made = await aetherius('--config', config, 'collect', '--since', '5m', '-o', bundle);
    if (made.exit !== 0 && made.exit !== 1) return [`no bundle: ${made.err.trim()}`];
    const problems: string[] = [];
    for (const symptom of asked) {
      const { out, err } = await aetherius('diagnose', ...symptom.split(' '), '--bundle', bundle);
      if (err !== '') problems.push(`offline: ${symptom}: ${err.trim()}`);
      else problems.push(...problemsOf(judged(out)).map((one) => saidOf(`offline: ${symptom}`, one)));
    }
    const rows: RecordedRow[] = [];
    await readBundle(bundle, { signal: new AbortController().signal }, isRecording, (_path, text) => {
      for (const line of text.split('\n'))
        if (line !== '') rows.push(RecordedRow.parse(JSON.parse(line)) as unknown as RecordedRow);
    });
    // Which machine the lab ran on is nothing that a diagnosis may stand on.
    const text = (await kept(rows))
      .map((row) => JSON.stringify(row).replaceAll(release(), '6.1.0'))
      .join('\n');
    const file = `${join(keepIn, ...name)}.jsonl.gz`;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, gzipSync(text, { level: 9 }));
    rmSync(bundle);
    return problems;
  }

  const pruned = async (rows: readonly RecordedRow[], symptoms: readonly string[]) =>
    prunedTo(rows, await lanesAsked(rows, symptoms));

  return {
    take(name, expected) {
      const own = [expected.symptom, ...(expected.elsewhere ?? [])];
      return take(
        name,
        own,
        (answer) => judgeOffline(answer, expected),
        (rows) => (well === undefined ? pruned(rows, own) : keptOf(rows, own, well)),
      );
    },
    healthy: (name, symptoms) =>
      take(
        name,
        symptoms,
        (answer) => confirmed(answer).map((id) => certain(`${id} confirmed`)),
        async (rows) => {
          well = { healthy: await evidenceOf(rows), symptoms };
          return pruned(rows, symptoms);
        },
      ),
    stop: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function judged(out: string): AskedOffline {
  const causes = DiagnoseOutput.parse(JSON.parse(out)).diagnoses.flatMap((one) => one.causes);
  return {
    causes,
    title: causes.map(({ id }) => id).join(' '),
    notRecorded: causes.flatMap(({ missing }) =>
      missing.filter(({ why }) => why === 'not-recorded').map(({ probe }) => probe),
    ),
  };
}
