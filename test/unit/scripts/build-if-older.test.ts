import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isOlderThanSource } from '../../../scripts/build-if-older.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aetherius-built-'));
  mkdirSync(join(folder, 'src/deep'), { recursive: true });
  writeFileSync(join(folder, 'src/deep/a.ts'), '');
  writeFileSync(join(folder, 'main.js'), '');
  for (const [path, at] of Object.entries({ src: 1, 'src/deep': 1, 'src/deep/a.ts': 1, 'main.js': 2 }))
    utimesSync(join(folder, path), at, at);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const isOlder = () => isOlderThanSource(join(folder, 'main.js'), join(folder, 'src'));

describe('what was built', () => {
  it('is used where no source is younger', () => {
    expect(isOlder()).toBe(false);
  });

  it.each(['src/deep/a.ts', 'src/deep'])('is made anew after a change of %s', (path) => {
    utimesSync(join(folder, path), 3, 3);

    expect(isOlder()).toBe(true);
  });

  it('is made where there is none', () => {
    rmSync(join(folder, 'main.js'));

    expect(isOlder()).toBe(true);
  });
});
