/** What the logs of a platform say while a fault is planted: `aetherius logs all`, from the planting on. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { LogsOutput } from '../../src/cli/output-schemas.ts';
import { runShell } from '../../src/cli/wiring-run.ts';
import { notFound } from './certain.ts';
import { type Expectation, isTrue } from './expectation.ts';
import { withReferences } from './product.ts';

/** A known line that was found. */
export type Said = Pick<NonNullable<LogsOutput['groups'][number]['known']>, 'id' | 'causes' | 'ask'>;

export interface LogReader {
  /** Known lines of all parts since then, each once. Throws when no log could be read. */
  since(moment: Date): Promise<readonly Said[]>;
  stop(): void;
}

/** `environment`: the block of the lab. */
export function createLogReader(environment: Readonly<Record<string, unknown>>): LogReader {
  const folder = mkdtempSync(join(tmpdir(), 'aetherius-log-says-'));
  const config = join(folder, 'config.yaml');
  const { environment: block, variables } = withReferences('lab', environment);
  writeFileSync(config, stringify({ environments: { lab: block } }));
  return {
    async since(moment) {
      let [out, err] = ['', ''];
      const words = ['logs', 'all', '--since', moment.toISOString()];
      const exit = await runShell(['--config', config, '--output', 'json', ...words], {
        out: (text) => void (out += text),
        err: (text) => void (err += text),
        ...{ signal: new AbortController().signal, version: '0', locale: 'en', env: variables },
      });
      if (exit !== 0 && exit !== 1) throw new Error(`\`logs all\` ended with ${exit}: ${err.trim()}`);
      const { groups } = LogsOutput.parse(JSON.parse(out));
      return inOne(groups.flatMap(({ known }) => known ?? []));
    },
    stop: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Two parts may say the same line, and it speaks for the start of one of them alone. */
function inOne(all: readonly Said[]): readonly Said[] {
  const byId = new Map<string, Said>();
  for (const { id, causes, ask } of all) {
    const met = byId.get(id);
    byId.set(id, { id, causes: [...new Set([...(met?.causes ?? []), ...causes])], ask: met?.ask ?? ask });
  }
  return [...byId.values()];
}

/** Whether a line speaks for what was planted: for its cause, or it sends whoever reads it to the same question. */
export const speaksFor = ({ causes, ask }: Said, expected: Expectation): boolean =>
  causes.some((id) => isTrue(expected, id)) || ask === expected.symptom;

/** What is wrong with what the logs say. `speaks`: this fault is one of those that are named there. */
export function judgeLog(said: readonly Said[], expected: Expectation, speaks: boolean): readonly string[] {
  if (said.some((one) => speaksFor(one, expected))) return [];
  const others = said.filter(({ causes }) => causes.length > 0);
  if (others.length > 0)
    return [notFound(`the log speaks of ${others.map(saidIn).join(', ')}, and not of ${expected.cause}`)];
  return speaks ? [notFound(`the log does not speak of ${expected.cause}`)] : [];
}

/** A known line in a cell of a table. */
export const saidIn = ({ id, causes }: Said): string =>
  causes.length === 0 ? id : `${id} (${causes.join(', ')})`;
