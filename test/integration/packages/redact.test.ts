/** The package as npm packs it: read by plain Node, without a loader and without this repository around it. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { read, root } from '../../repo/files.ts';
import { installPacked, ranPlainly, sourcesNamed } from '../../support/packed.ts';
import { scratch } from '../../support/targets.ts';

describe('the package redact', () => {
  const place = scratch('redact-package');
  let manifest: Awaited<ReturnType<typeof installPacked>>;
  beforeAll(async () => {
    manifest = await installPacked('redact', place.dir);
  });
  afterAll(() => place.remove());

  it('does what its example shows', () => {
    copyFileSync(join(root, 'packages/redact/example/hide.mjs'), join(place.dir, 'hide.mjs'));

    expect(ranPlainly(place.dir, 'hide.mjs')).toBe(
      [
        'connecting to postgres://app:[secret]@db:5432/app',
        'the login of the night shift is [secret]',
        "{ user: 'app', password: '[secret]', port: 5432 }",
        '{ url: 1, known: 1, password: 1 }',
        '',
      ].join('\n'),
    );
  });

  it('has types that a strict compiler takes', () => {
    const text = [
      "import { createRedactor, type Redactor } from '@aetherius/redact';",
      'const redactor: Redactor = createRedactor({ known: [] });',
      '// @ts-expect-error: a text is no number',
      'export const wrong: number = redactor.text("a");',
      '',
    ];
    writeFileSync(join(place.dir, 'use.mts'), text.join('\n'));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const types = ['--typeRoots', join(root, 'node_modules/@types'), '--types', 'node', '--skipLibCheck'];
    const options = ['--strict', '--noEmit', '--module', 'nodenext', ...types, 'use.mts'];

    execFileSync(process.execPath, [tsc, ...options], { cwd: place.dir });
  });

  it('names no source, and needs what the bot carries at the same version', () => {
    const bot = JSON.parse(read('package.json')) as {
      readonly dependencies: Readonly<Record<string, string>>;
    };

    expect(Object.keys(manifest.exports)).toEqual(['.', './secretlint']);
    expect(sourcesNamed(manifest)).toEqual([]);
    expect(bot.dependencies).toMatchObject(manifest.dependencies);
  });
});
