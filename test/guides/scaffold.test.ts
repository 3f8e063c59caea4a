import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { camel, register, scaffold } from '../../scripts/new.ts';
import { read, root } from '../repo/files.ts';

describe('the scaffold', () => {
  it('names things after their id', () => {
    expect(camel('redis.idle-clients')).toBe('redisIdleClients');
  });

  it.each(['src/probes/index.ts', 'src/remediations/index.ts', 'src/diagnoses/index.ts'])(
    'adds an import and an entry to %s and changes nothing else',
    (path) => {
      const before = read(path);

      const after = register(before, 'redisIdleClients', './redis/idle-clients.probe.ts');

      const added = after.split('\n').filter((line) => !before.split('\n').includes(line));
      expect(added).toEqual([
        "import { redisIdleClients } from './redis/idle-clients.probe.ts';",
        '  redisIdleClients,',
      ]);
      expect(after.split('\n')).toHaveLength(before.split('\n').length + 2);
    },
  );
});

/** Exit code and output of a program of this repository, run in another folder. */
function run(folder: string, program: string, ...args: readonly string[]) {
  return new Promise<{ readonly code: number; readonly output: string }>((resolve) => {
    const path = join(root, 'node_modules', program);
    execFile(
      process.execPath,
      [path, ...args],
      { cwd: folder, timeout: 150_000 },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr });
      },
    );
  });
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

describe('what the scaffold makes', { timeout: 180_000 }, () => {
  let checkout = '';

  beforeAll(() => {
    checkout = mkdtempSync(join(tmpdir(), 'aetherius-scaffold-'));
    for (const path of ['src', 'tsconfig.json', 'package.json', 'test/support/diagnosis.ts'])
      cpSync(join(root, path), join(checkout, path), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
    scaffold(checkout, ['probe', 'redis.idle-clients']);
    scaffold(checkout, ['remediation', 'redis.raise-maxmemory']);
    scaffold(checkout, ['remediation', 'compose.pause-service', 'container']);
    scaffold(checkout, ['diagnosis', 'backups-missing', 'D9']);
    scaffold(checkout, ['diagnosis', 'without-id']);
    scaffold(checkout, ['handler', 'mute-finding.command']);
  });
  afterAll(() => rmSync(checkout, { recursive: true, force: true }));

  it('compiles', async () => {
    const { code, output } = await run(checkout, 'typescript/bin/tsc', '--noEmit');

    expect(output).toBe('');
    expect(code).toBe(0);
  });

  it('has a test that runs: a diagnosis passes its own, a probe and an action say what is still to be written', async () => {
    const file = join(checkout, 'report.json');
    const { output } = await run(
      checkout,
      'vitest/vitest.mjs',
      'run',
      '--reporter=json',
      `--outputFile=${file}`,
    );
    const { testResults } = JSON.parse(readFileSync(file, 'utf8')) as Report;
    const results = Object.fromEntries(
      testResults.map(({ name, assertionResults }) => [
        name.slice(name.indexOf('test/unit/') + 'test/unit/'.length),
        assertionResults.map(({ status }) => status),
      ]),
    );
    const said = testResults.flatMap((one) => one.assertionResults.flatMap((test) => test.failureMessages));

    expect(results, output).toEqual({
      'diagnoses/backups-missing.test.ts': ['passed', 'passed', 'passed'],
      'diagnoses/without-id.test.ts': ['passed', 'passed', 'passed'],
      'probes/redis/idle-clients.test.ts': ['failed'],
      'remediations/compose/container/pause-service.test.ts': ['failed'],
      'remediations/redis/raise-maxmemory.test.ts': ['failed'],
    });
    expect(said).toHaveLength(3);
    for (const message of said) expect(message).toContain('write the ');
  });

  it('stands in the registries', () => {
    const index = readFileSync(join(checkout, 'src/diagnoses/index.ts'), 'utf8');

    expect(index).toContain("import { backupsMissing } from './backups-missing.diagnosis.ts';");
    expect(index).toContain('\n  backupsMissing,\n');
    expect(readFileSync(join(checkout, 'src/diagnoses/backups-missing.diagnosis.ts'), 'utf8')).toContain(
      "id: 'D9.a'",
    );
  });

  it('says what is left to do, and writes over nothing', () => {
    const said = scaffold(checkout, ['diagnosis', 'third-one', 'D8']);

    expect(said.slice(0, 3)).toEqual([
      'made     src/diagnoses/third-one.diagnosis.ts',
      'made     test/unit/diagnoses/third-one.test.ts',
      'added to src/diagnoses/index.ts',
    ]);
    expect(said.join('\n')).toContain('diagnosis.D8.meaning');
    expect(() => scaffold(checkout, ['diagnosis', 'third-one', 'D8'])).toThrow(/exists already/);
    expect(() => scaffold(checkout, ['diagnosis', 'fourth', 'D8.a'])).toThrow(/a letter and a digit/);
    expect(() => scaffold(checkout, ['remediation', 'compose.pause'])).toThrow(/<container\|file>/);
    expect(() => scaffold(checkout, ['remediation', 'redis.pause', 'file'])).toThrow(/no rooms/);
    expect(() => scaffold(checkout, ['poem', 'x'])).toThrow(/probe\|remediation\|diagnosis\|handler/);
  });
});
