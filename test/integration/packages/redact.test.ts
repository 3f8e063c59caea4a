/** The package as npm packs it: read by plain Node, without a loader and without this repository around it. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageOf } from '../../../scripts/package/index.ts';
import { read, root } from '../../repo/files.ts';
import { scratch } from '../../support/targets.ts';

describe('the package redact', () => {
  const place = scratch('redact-package');
  const installed = join(place.dir, 'node_modules/@aetherius/redact');
  beforeAll(async () => {
    const archive = await packageOf('redact', place.dir);
    mkdirSync(installed, { recursive: true });
    execFileSync('tar', ['-xzf', archive, '-C', installed, '--strip-components=1']);
    symlinkSync(join(root, 'node_modules/@secretlint'), join(place.dir, 'node_modules/@secretlint'));
  });
  afterAll(() => place.remove());

  it('does what its example shows', () => {
    copyFileSync(join(root, 'packages/redact/example/hide.mjs'), join(place.dir, 'hide.mjs'));

    const said = execFileSync(process.execPath, ['hide.mjs'], { cwd: place.dir, encoding: 'utf8' });

    expect(said).toBe(
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

  it('names no source, and needs what the bot needs at the same version', () => {
    const { exports, dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
      readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
      readonly dependencies: Readonly<Record<string, string>>;
    };
    const bot = JSON.parse(read('package.json')) as typeof exports & { dependencies: typeof dependencies };

    expect(Object.keys(exports)).toEqual(['.', './secretlint']);
    expect(Object.values(exports).flatMap((entry) => Object.values(entry))).not.toContainEqual(
      expect.stringMatching(/src\/|(?<!\.d)\.ts$/),
    );
    expect(bot.dependencies).toMatchObject(dependencies);
  });
});
