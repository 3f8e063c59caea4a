/** `npm run test:node -- 24 unit test/e2e/logs.test.ts`: tests on another Node, which is first on the path of all they start. */

import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { Argument, Command } from 'commander';
import { repositoryFiles, root } from '../../test/repo/files.ts';
import { type Call, callsOf } from '../calls.ts';
import { type NodeVersion, nodeFolder, nodeVersions } from './versions.ts';

const program = new Command('test:node')
  .description('runs tests on another Node, which npm brings')
  .addArgument(new Argument('<node>', 'its major version').choices(Object.keys(nodeVersions)))
  .argument('[suites...]', 'projects of Vitest, or files and folders; default: unit contract')
  .option('--install', 'in a copy of the repository: npm ci, build, --help, and then tests; default: unit')
  .parse();
const [major = '', ...suites] = program.args;
const install = program.opts<{ readonly install?: boolean }>().install === true;
const asked = suites.length > 0 ? suites : install ? ['unit'] : ['unit', 'contract'];
const chosen = new Map<string, NodeVersion>(Object.entries(nodeVersions)).get(major);
if (chosen === undefined) throw new Error(`there is no version of Node ${major}`);

const installing: readonly Call[] = [
  { name: 'npm ci', command: ['npm', 'ci'] },
  { name: 'build', command: ['npm', 'run', 'build'] },
  { name: '--help', command: ['node', 'dist/cli/main.js', '--help'] },
];
const path = [await nodeFolder(chosen), process.env.PATH].join(delimiter);
const where = install ? copyOfRepository() : root;
const times: string[] = [];
try {
  for (const { name, command } of [...(install ? installing : []), ...callsOf(asked)]) {
    const began = performance.now();
    const code = await run(command);
    times.push(`${name} ${Math.round((performance.now() - began) / 1000)} s`);
    if (code === 0) continue;
    process.exitCode = 1;
    console.log(`failed on Node ${chosen.version}: ${command.join(' ')}`);
    // What comes after it needs what it would have made.
    if (command[0] !== 'npx') break;
  }
} finally {
  if (install) rmSync(where, { recursive: true, force: true });
}
console.log(`Node ${chosen.version}: ${times.join(', ')}`);

function run([command = '', ...args]: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: where, stdio: 'inherit', env: { ...process.env, PATH: path } });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** As it stands here, with what is not yet committed. */
function copyOfRepository(): string {
  const copy = mkdtempSync(join(tmpdir(), 'aetherius-node-'));
  for (const file of repositoryFiles()) {
    mkdirSync(join(copy, dirname(file)), { recursive: true });
    copyFileSync(join(root, file), join(copy, file));
  }
  return copy;
}
