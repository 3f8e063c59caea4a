import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Instrumenter } from '@stryker-mutator/instrumenter';
import { addNumberOperator } from './numbers.ts';
import type { Mutant } from './sample.ts';
import { isWords, type SourcePath } from './words.ts';

export interface Instrumented {
  readonly mutants: readonly Mutant[];
  /** By path from the root: the source with every mutant in it, each behind a switch that is off. */
  readonly sources: ReadonlyMap<string, string>;
}

const silent = { ...{ trace() {}, debug() {}, info() {}, warn() {}, error() {}, fatal() {} } };
const never = () => false;
const logger = {
  ...silent,
  ...{ isTraceEnabled: never, isDebugEnabled: never, isInfoEnabled: never },
  ...{ isWarnEnabled: never, isErrorEnabled: never, isFatalEnabled: never },
};

/** Puts every mutant that Stryker's operators, and ours for numbers, make of these files into them. Rejects what is no TypeScript. */
export async function instrument(root: string, files: readonly string[]): Promise<Instrumented> {
  await addNumberOperator();
  const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
  const { mutants, files: written } = await new Instrumenter(logger).instrument(
    files.map((name) => ({ name, content: texts.get(name) ?? '', mutate: true })),
    {
      plugins: null,
      excludedMutations: [],
      ignorers: [{ shouldIgnore: (path: unknown) => (isWords(path as SourcePath) ? 'words' : undefined) }],
      noHeader: false,
    },
  );
  return {
    sources: new Map(written.map(({ name, content }) => [name, content])),
    mutants: mutants
      .filter(({ status }) => status === undefined)
      .map(({ id, fileName, location, mutatorName, replacement }) => ({
        id,
        file: fileName,
        line: location.start.line + 1,
        column: location.start.column + 1,
        operator: mutatorName,
        original: between(texts.get(fileName) ?? '', location),
        replacement,
      })),
  };
}

interface Place {
  readonly line: number;
  readonly column: number;
}

/** Lines and columns from 0, the end not included. */
function between(text: string, { start, end }: { readonly start: Place; readonly end: Place }): string {
  const lines = text.split('\n').slice(start.line, end.line + 1);
  const last = lines.length - 1;
  return lines
    .map((line, index) => line.slice(index === 0 ? start.column : 0, index === last ? end.column : undefined))
    .join('\n');
}
