import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  filesToRunAgain,
  type KnownChance,
  knownChances,
  mayRunAgain,
} from '../../scripts/test/by-chance.ts';
import { countReport, type Failure, failuresOf } from '../../scripts/test/report.ts';
import { addOutcomes, lastLines, type Part, runParts, suitePart } from '../../scripts/test/run.ts';
import { createScreen } from '../../scripts/test/screen.ts';
import { suites } from '../../scripts/test/suites.ts';
import vitestConfig from '../../vitest.config.ts';
import { repositoryFiles, root } from '../repo/files.ts';

const file = (status: string, ...tests: readonly string[]) => ({
  name: '/repo/a.test.ts',
  status,
  assertionResults: tests.map((state, index) => ({ status: state, fullName: `test ${index}` })),
});

describe('the sum at the end of `npm test`', () => {
  it('counts what passed, what failed and what was left out', () => {
    const report = {
      testResults: [file('failed', 'passed', 'failed', 'skipped'), file('passed', 'passed', 'pending')],
    };

    expect(countReport(report)).toEqual({
      passed: 2,
      failed: 1,
      skipped: 2,
      skippedNames: ['test 2', 'test 1'],
    });
  });

  it('counts a file that could not be read, or whose set-up failed, as a failure', () => {
    const report = { testResults: [file('failed'), file('failed', 'skipped')] };

    expect(countReport(report)).toMatchObject({ passed: 0, failed: 2 });
  });

  it('names what failed with the first lines of why, for whoever sees only the end of the log', () => {
    const failed = {
      status: 'failed',
      fullName: 'a run ends',
      failureMessages: ['AssertionError: expected 1 to be 2\n    at a.test.ts:3'],
    };
    const report = {
      testResults: [
        {
          name: '/repo/a.test.ts',
          status: 'failed',
          assertionResults: [failed, { status: 'passed', fullName: 'b' }],
        },
        { name: 'c.test.ts', status: 'failed', message: 'Cannot find module', assertionResults: [] },
        file('passed', 'passed'),
      ],
    };

    expect(failuresOf(report, '/repo')).toEqual([
      {
        file: 'a.test.ts',
        test: 'a run ends',
        said: 'a.test.ts: a run ends\n  AssertionError: expected 1 to be 2\n      at a.test.ts:3',
      },
      { file: 'c.test.ts', said: 'c.test.ts\n  Cannot find module' },
    ]);
  });
});

describe('a failure that may be by chance', () => {
  const failed = (path: string, test = 'a test'): Failure => ({ file: path, test, said: '' });
  const one = 'test/e2e/one.test.ts';
  const two = 'test/integration/jobs/two.test.ts';

  it.each([
    'test/crash/execution.test.ts',
    'test/contract/probes.contract.test.ts',
    'test/integration/approvals/races.test.ts',
    'test/e2e/approvers.test.ts',
    'test/integration/audit/texts.test.ts',
    'packages/redact/test/linear.test.ts',
    'test/integration/store/outbox.integration.test.ts',
    'campaign on compose',
  ])('is never one of %s', (path) => {
    expect(mayRunAgain(path)).toBe(false);
  });

  it('is tried again in at most as many files as are left, and in none when more have failed', () => {
    expect(filesToRunAgain([failed(one), failed(two), failed(one, 'another')], [], 2)).toEqual([one, two]);
    expect(filesToRunAgain([failed(one), failed(two)], [], 1)).toEqual([]);
    expect(filesToRunAgain([failed(one), failed('test/crash/a.test.ts')], [], 2)).toEqual([one]);
  });

  it('is none when the test failed by chance before', () => {
    const known: readonly KnownChance[] = [{ test: `${one}: a test`, cause: 'c', mended: 'm' }];

    expect(filesToRunAgain([failed(one), failed(two)], known, 2)).toEqual([two]);
    expect(filesToRunAgain([failed(one, 'another')], known, 2)).toEqual([one]);
  });

  it('is listed with its cause and how it was mended, under the name of a test that is there', () => {
    for (const { test, cause, mended } of knownChances(root)) {
      const [path = '', name = ''] = test.split(/(?<=\.ts): /);
      const words = readFileSync(join(root, path), 'utf8');
      expect(
        name.split(' ').every((word) => words.includes(word.replaceAll("'", '’')) || words.includes(word)),
      ).toBe(true);
      expect([cause.length > 20, mended.length > 10]).toEqual([true, true]);
    }
  });
});

it('what measures how quick something is runs when all others have ended, one after the other', async () => {
  const told: string[] = [];
  const part = (name: string, more: Partial<Part> = {}): Part => ({
    name,
    async run() {
      told.push(`${name} starts`);
      await new Promise(setImmediate);
      told.push(`${name} ends`);
      return { passed: 1, failed: 0, skipped: 0, failures: [], seconds: 1 };
    },
    ...more,
  });
  const screen = createScreen(() => undefined, { width: undefined, suites: [] });
  const context = { root, folder: tmpdir(), screen, known: [], chancesLeft: 0, nothingSkipped: true };
  const alone = { alone: true };
  const parts = [
    part('quick', alone),
    part('computes'),
    part('quicker', alone),
    part('waits', { waits: true }),
  ];

  const { passed } = await runParts(parts, { ...context, atATime: 1 });

  expect(passed).toBe(4);
  expect(told.slice(4)).toEqual(['quick starts', 'quick ends', 'quicker starts', 'quicker ends']);
});

describe('a run of planted tests', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  /** Runs these tests, by file, as one suite; with what is printed. */
  async function runPlanted(tests: Readonly<Record<string, string>>, options = { nothingSkipped: true }) {
    const dir = mkdtempSync(join(tmpdir(), 'aetherius-runner-'));
    folders.push(dir);
    symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
    writeFileSync(join(dir, 'package.json'), '{"type":"module"}');
    writeFileSync(
      join(dir, 'vitest.config.ts'),
      `export default { test: { projects: [{ test: { name: 'planted', include: ['test/**/*.test.ts'] } }] } };`,
    );
    for (const [name, text] of Object.entries(tests)) {
      mkdirSync(join(dir, 'test', name, '..'), { recursive: true });
      writeFileSync(
        join(dir, 'test', name),
        `import { existsSync, writeFileSync } from 'node:fs';\nimport { expect, it } from 'vitest';\n${text}`,
      );
    }
    const folder = join(dir, 'artifacts');
    mkdirSync(folder);
    let printed = '';
    const screen = createScreen((text) => (printed += text), { width: undefined, suites: ['planted'] });
    const context = { ...{ root: dir, folder, screen, known: [], chancesLeft: 2 }, ...options };
    const outcome = await runParts([suitePart('planted', context)], { ...context, atATime: 1 });
    return {
      outcome,
      printed,
      lines: lastLines(outcome),
      kept: () => readdirSync(join(folder, 'by-chance')),
    };
  }

  const right = `it('is right', () => expect(1).toBe(1));`;
  const wrong = `it('is wrong', () => expect(1).toBe(2));`;
  /** Fails the first time that its file runs. */
  const once = `const mark = import.meta.filename + '.ran';
it('fails once', () => {
  const before = existsSync(mark);
  writeFileSync(mark, '');
  expect(before).toBe(true);
});`;

  it('passes, says how many tests did and in what time, and ends with the sum', async () => {
    const { outcome, printed, lines } = await runPlanted({ 'a.test.ts': right });

    expect(outcome).toMatchObject({ passed: 1, failed: 0, byChance: [] });
    expect(printed).toMatch(/^planted: 1 passed, 0 failed in \d+ s\n$/);
    expect(lines).toEqual(['1 passed, 0 failed']);
  });

  it('fails with a test that fails twice, in as many words', async () => {
    const { outcome, lines } = await runPlanted({ 'a.test.ts': right, 'e2e/b.test.ts': wrong });

    expect(outcome).toMatchObject({ passed: 1, failed: 1, byChance: [] });
    expect(lines[0]).toContain('failed: test/e2e/b.test.ts: is wrong');
    expect(lines.at(-1)).toBe('1 passed, 1 failed');
  });

  it('says why a set-up failed, although no test has run', async () => {
    const unready = `import { beforeAll, describe } from 'vitest';
describe('a lab', () => {
  beforeAll(() => {
    throw new Error('the platform is not healthy');
  });
  ${right}
});`;
    const { lines } = await runPlanted({ 'lab/b.test.ts': unready });

    expect(lines[0]).toContain('failed: test/lab/b.test.ts\n  Error: the platform is not healthy');
  });

  it('passes and lists a test that fails the first time only, with its first report kept', async () => {
    const { lines, kept } = await runPlanted({ 'a.test.ts': right, 'e2e/b.test.ts': once });

    expect(lines).toEqual(['by chance: test/e2e/b.test.ts: fails once', '2 passed, 0 failed']);
    expect(kept()).toEqual(expect.arrayContaining(['b.test.first.json', 'b.test.first.log']));
  });

  it('fails when a third file fails the first time only, and when such a file is one of approvals', async () => {
    const three = await runPlanted({ 'a.test.ts': once, 'b.test.ts': once, 'c.test.ts': once });
    const approvals = await runPlanted({ 'approvals/a.test.ts': once });

    expect(three.lines.at(-1)).toBe('0 passed, 3 failed');
    expect(approvals.lines.at(-1)).toBe('0 passed, 1 failed');
  });

  it('counts a skipped test as failed where nothing may be left out', async () => {
    const skipped = { 'a.test.ts': `it.skip('is left out', () => undefined);` };
    const strict = await runPlanted(skipped);
    const lenient = await runPlanted(skipped, { nothingSkipped: false });

    expect([strict.outcome.failed, lenient.outcome.failed]).toEqual([1, 0]);
    expect(lenient.printed).toContain('1 skipped');
  });

  it('adds two runs up', async () => {
    const { outcome } = await runPlanted({ 'a.test.ts': right, 'e2e/b.test.ts': once });

    expect(lastLines(addOutcomes([outcome, outcome])).at(-1)).toBe('4 passed, 0 failed');
  });
});

describe('the table of suites', () => {
  interface Project {
    readonly test: { readonly name: string; readonly include: readonly string[] };
  }
  const projects = ((vitestConfig as { test?: { projects?: unknown } }).test?.projects ?? []) as Project[];

  it('has each project of vitest once, and no other', () => {
    expect(suites.map(({ name }) => name).toSorted()).toEqual(
      projects.map(({ test }) => test.name).toSorted(),
    );
  });

  it('has every test file in exactly one suite: what one command has run, the other does not run again', () => {
    const matches = (pattern: string, path: string) =>
      pattern.includes('**')
        ? path.startsWith(pattern.slice(0, pattern.indexOf('**'))) &&
          path.endsWith(pattern.slice(pattern.lastIndexOf('*') + 1))
        : pattern === path;
    const files = repositoryFiles().filter((path) => /^(?:test|tools)\/.*\.test\.ts$/.test(path));
    const homes = files.map((path) => ({
      path,
      in: projects
        .filter(({ test }) => test.include.some((pattern) => matches(pattern, path)))
        .map(({ test }) => test.name),
    }));

    expect(files.length).toBeGreaterThan(500);
    expect(homes.filter((home) => home.in.length !== 1)).toEqual([]);
  });
});
