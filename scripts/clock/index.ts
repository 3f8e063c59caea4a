/**
 * `npm run test:clock -- unit test/e2e/logs.test.ts`: tests with a clock that is a year ahead, for Node and for every
 * server that they start. A test that passes today and not then depends on the date.
 *
 * Programs in Go ask the kernel and not the C library: NATS, Kubernetes and Docker stay at today.
 */

import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { libraryPath, missingDebTools, unpackDebs } from '../../lab/components/cache.ts';
import { clockEnvironment, clockVariable, must } from '../../lab/components/process.ts';
import { callsOf } from '../calls.ts';

const { args: suites } = new Command('test:clock')
  .description('runs tests with a clock that is a year ahead')
  .argument('[suites...]', 'projects of Vitest, or files and folders; default: unit contract integration')
  .parse();

const missing = missingDebTools();
if (missing !== undefined) throw new Error(`the small compiler of the clock ${missing}`);
const compiler = await unpackDebs('tcc', ['tcc']);
// Every user may read it: PostgreSQL runs as another one.
const folder = mkdtempSync(join(tmpdir(), 'aetherius-clock-'));
chmodSync(folder, 0o755);
const library = join(folder, 'ahead.so');
const times: string[] = [];
try {
  await must(join(compiler, 'usr/bin/tcc'), [
    ...[`-B${join(libraryPath(compiler), 'tcc')}`, '-nostdlib', '-shared', '-o', library],
    fileURLToPath(new URL('ahead.c', import.meta.url)),
  ]);
  chmodSync(library, 0o755);
  process.env[clockVariable] = library;
  const env = { ...process.env, ...clockEnvironment() };
  const said = Number(await must(process.execPath, ['-p', 'Date.now()']));
  // Else every test would pass and prove nothing.
  if (said < Date.now() + 364 * 86_400_000) throw new Error('the clock of Node does not move');
  console.log(`A year ahead it is ${new Date(said).toISOString()}.`);
  for (const { name, command } of callsOf(suites.length > 0 ? suites : ['unit', 'contract', 'integration'])) {
    const [program = '', ...args] = command;
    const began = performance.now();
    const code = await new Promise<number>((resolve, reject) => {
      const child = spawn(program, args, { stdio: 'inherit', env });
      child.once('error', reject);
      child.once('exit', (ended) => resolve(ended ?? 1));
    });
    times.push(`${name} ${Math.round((performance.now() - began) / 1000)} s`);
    if (code !== 0) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`A year ahead: ${times.join(', ')}`);
