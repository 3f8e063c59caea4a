/** Seeds of draws that were once certain and wrong; each is tried again by whoever searches. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const file = join(import.meta.dirname, 'seeds.json');

export const keptFailed = (): readonly number[] =>
  (JSON.parse(readFileSync(file, 'utf8')) as { failed: readonly number[] }).failed;

export function keepFailed(seed: number): void {
  const kept = keptFailed();
  if (!kept.includes(seed))
    writeFileSync(file, `${JSON.stringify({ failed: [...kept, seed] }, undefined, 2)}\n`);
}
