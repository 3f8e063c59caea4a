import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { RecordedRow } from '../../src/domain/bundle/recording.ts';

const folder = fileURLToPath(new URL('../recordings/', import.meta.url));
const suffix = '.jsonl.gz';

/** What is kept in `test/recordings`: runtime, id of the fault or `healthy`, variant. */
export const recordings: readonly (readonly string[])[] = readdirSync(folder, {
  recursive: true,
  encoding: 'utf8',
})
  .filter((name) => name.endsWith(suffix))
  .map((name) => name.slice(0, -suffix.length).split('/'))
  .toSorted();

export function rowsOf(name: readonly string[]): readonly RecordedRow[] {
  const text = gunzipSync(readFileSync(`${join(folder, ...name)}${suffix}`)).toString();
  return text.split('\n').map((line) => JSON.parse(line) as RecordedRow);
}

/** The faults of a platform that are recorded, each in its variant. */
export function plantedOn(runtime: string): readonly { readonly id: string; readonly variant: string }[] {
  return recordings.flatMap(([on, id = '', variant = '']) =>
    on !== runtime || variant === '' ? [] : [{ id, variant }],
  );
}
