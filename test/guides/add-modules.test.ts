import { execFile, execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { drawnOf } from '../../scripts/test/sample.ts';
import { DiagnoseOutput } from '../../src/cli/output-schemas.ts';
import { read, repositoryFiles, root } from '../repo/files.ts';
import { importsOf } from '../suite-of.ts';
import { useRedis } from '../support/redis.ts';
import { inserted, stepsOf } from './guide.ts';

/** In this order: each goes on from the one before, and the last ends with the check. */
const guides = ['add-a-probe', 'add-a-remediation', 'add-a-diagnosis'] as const;

/** Set where CI draws its tests. */
const drawnBy = process.env.AETHERIUS_TEST_SEED;

/**
 * Unit tests that import nothing of what the guides have changed or made: they run on the same source beside this test,
 * and the check of the copy need not run them once more. Of the repository's own, the compiler's and the scaffold's
 * strictness are four more compilations. Where CI draws its tests, seven of eight of the rest are left out as well.
 */
function leftOut(): readonly string[] {
  const apart = unrelated();
  if (drawnBy === undefined) return apart;
  const related = repositoryFiles(/^(?:test\/(?:unit|contract|repo)|tools)\/.*\.test\.ts$/)
    .filter((path) => !apart.includes(path))
    .map((path) => ({ path, size: statSync(join(root, path)).size }));
  const drawn = new Set(drawnOf(related, 8, Number.parseInt(drawnBy, 16)));
  return [...apart, ...related.map(({ path }) => path).filter((path) => !drawn.has(path))];
}

function unrelated(): readonly string[] {
  const status = execFileSync('git', ['status', '--porcelain', '--untracked-files=all'], { cwd: checkout });
  const touched = new Set(
    status
      .toString()
      .split('\n')
      // What was there is in the index; anything else was changed or made by a guide.
      .filter((line) => line !== '' && !line.startsWith('A  '))
      .map((line) => line.slice(3)),
  );
  const unit = repositoryFiles(/^(?:test\/unit|packages|tools)\/.*\.test\.ts$/).filter((file) => {
    const imports = importsOf(file, /^(?:src|packages|test|lab|scripts|tools)\//, checkout);
    return !touched.has(file) && ![...imports].some((path) => touched.has(path));
  });
  return unit;
}

let checkout: string;
beforeAll(() => {
  checkout = mkdtempSync(join(tmpdir(), 'aetherius-guides-'));
  for (const path of repositoryFiles()) {
    mkdirSync(dirname(join(checkout, path)), { recursive: true });
    cpSync(join(root, path), join(checkout, path));
  }
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
  const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: checkout });
  git('init', '--quiet');
  // A link, and so no folder, which is what .gitignore names.
  writeFileSync(join(checkout, '.git', 'info', 'exclude'), 'node_modules\n');
  git('add', '--all');
});
afterAll(() => rmSync(checkout, { recursive: true, force: true }));

/** As a reader's shell has it: without what this test runner tells its own processes. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_ENV|TEST$|npm_|AETHERIUS_)/.test(name)),
);

/** Exit code and output of a command line, run in the scratch copy. */
function run(command: string, more: Readonly<Record<string, string>> = {}) {
  return new Promise<{ readonly code: number; readonly out: string; readonly all: string }>((resolve) => {
    const options = { cwd: checkout, env: { ...environment, ...more }, maxBuffer: 64 * 1024 * 1024 };
    execFile('sh', ['-c', command], options, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, all: out + err });
    });
  });
}

/** What a command said: from the first test that failed on, or its last lines without what passed. */
function saidOf(out: string): string {
  const lines = stripVTControlCharacters(out)
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s*✓/.test(line));
  const failed = lines.findIndex((line) => /^\s*FAIL /.test(line));
  return (failed < 0 ? lines.slice(-100) : lines.slice(failed)).join('\n').slice(0, 8_000);
}

/** Does one guide literally; a command that fails ends it with what it said. */
async function follow(guide: string): Promise<void> {
  for (const step of stepsOf(read(`docs/guides/${guide}.md`))) {
    if (step.kind === 'run') {
      const out = step.command === 'npm run check' ? leftOut() : unrelated();
      const { code, all } = await run(step.command, { AETHERIUS_TESTS_LEFT_OUT: out.join(',') });
      expect(code, `${step.command}\n${saidOf(all)}`).toBe(0);
      continue;
    }
    const path = join(checkout, step.path);
    if (step.kind === 'write') writeFileSync(path, step.text);
    else writeFileSync(path, inserted(readFileSync(path, 'utf8'), step));
  }
}

describe('the guides, done literally in one scratch copy', () => {
  it.each(guides)('%s is right, command by command', async (guide) => {
    await follow(guide);
  });

  it('end with one check of everything', () => {
    const commands = guides.map((guide) =>
      stepsOf(read(`docs/guides/${guide}.md`)).flatMap((step) => (step.kind === 'run' ? [step.command] : [])),
    );

    for (const list of commands) expect(list[0]).toMatch(/^npm run new -- /);
    expect(commands.flat().filter((command) => command === 'npm run check')).toHaveLength(1);
    expect(commands.at(-1)?.at(-1)).toBe('npm run check');
  });

  it('are followed by the tests of all that they touch', () => {
    const out = unrelated();

    expect(out.length).toBeGreaterThan(100);
    expect(out).toContain('packages/redact/test/linear.test.ts');
    // Each guide adds a line to one of these.
    const registries = ['probes', 'remediations', 'diagnoses'].map((name) => `src/${name}/index.ts`);
    const asRegistries = out.filter((file) => {
      const imports = importsOf(file, /^(?:src|packages|test|lab|scripts|tools)\//, checkout);
      return registries.some((path) => imports.has(path));
    });
    expect(asRegistries).toEqual([]);
    // Of a hundred or so that are related, one in eight is drawn.
    if (drawnBy !== undefined) expect(leftOut().length).toBeGreaterThan(out.length + 20);
  });

  describe('make a probe that really runs', () => {
    const redis = useRedis(['--slowlog-log-slower-than', '-1']);

    const diagnose = async () => {
      const file = join(checkout, 'local.yaml');
      const local = { runtime: { kind: 'none' }, redis: { url: { env: 'LOCAL' } } };
      writeFileSync(file, stringify({ environments: { local } }));
      const { out, all } = await run(
        `node --import tsx src/cli/main.ts --config ${file} --output json diagnose D5 --env local`,
        { LOCAL: redis.server.url },
      );
      const { success, data } = DiagnoseOutput.safeParse(JSON.parse(out === '' ? '{}' : out));
      expect(success, all).toBe(true);
      return data?.diagnoses.flatMap(({ causes }) => causes).find(({ id }) => id === 'D5.a');
    };

    it('in a diagnosis that names its finding and offers the new fix, and finds nothing once that is done', async () => {
      const found = await diagnose();

      expect(found).toMatchObject({ verdict: 'confirmed' });
      expect(JSON.stringify(found?.for)).toContain('REDIS_SLOW_LOG');
      expect(JSON.stringify(found?.remedies)).toContain('redis.enable-slow-log');

      await redis.call('CONFIG', 'SET', 'slowlog-log-slower-than', '10000');
      expect(await diagnose()).toMatchObject({ verdict: 'ruled-out' });
    });
  });
});

describe('a guide that is not literal', () => {
  it('is refused: a block without a place, and a place that is not there', () => {
    const step = { kind: 'insert', path: 'a.ts', where: 'below', anchor: 'b', text: 'c\n' } as const;

    expect(() => stepsOf('Add this:\n\n```ts\nconst a = 1;\n```\n')).toThrow(/without a place: Add this:/);
    expect(() => inserted('a\n', step)).toThrow(/a\.ts has no line with b/);
    expect(inserted('a\nb\nd\n', step)).toBe('a\nb\nc\nd\n');
    expect(inserted('a\nb\nd\n', { ...step, where: 'above' })).toBe('a\nc\nb\nd\n');
  });
});
