import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { cruise, type ICruiseOptions, type ICruiseResult, type IFlattenedRuleSet } from 'dependency-cruiser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { read, repositoryFiles, root } from './files.ts';

interface Rules extends IFlattenedRuleSet {
  readonly forbidden: NonNullable<IFlattenedRuleSet['forbidden']>;
  readonly options: ICruiseOptions;
}

const rules = createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs')) as Rules;

async function check(paths: string[], baseDir = root): Promise<ICruiseResult> {
  const { options, ...ruleSet } = rules;
  const { reporterOptions: _unused, ...rest } = options;
  const result = await cruise(paths, { ...rest, baseDir, ruleSet, validate: true });
  if (typeof result.output === 'string') throw new Error('dependency-cruiser answered with text');
  return result.output;
}

describe('the layers', () => {
  let result: ICruiseResult;
  beforeAll(async () => {
    result = await check(['src', 'packages', 'tools', 'lab/referee']);
  });

  it('are kept: nobody imports what is not theirs, and nothing goes in a circle', () => {
    const broken = result.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);

    expect(broken).toEqual([]);
  });

  it('were really looked at: every source file was read', () => {
    const sources = repositoryFiles(/^src\/.*\.ts$/).filter((path) => !path.endsWith('.d.ts'));
    const seen = new Set(result.modules.map((module) => module.source));

    expect(sources.length).toBeGreaterThan(50);
    expect(sources.filter((path) => !seen.has(path))).toEqual([]);
  });
});

/** Each breach is one file that imports another; the rule named must see it. */
const breaches: readonly (readonly [string, string, string])[] = [
  ['domain', 'src/domain/a.ts', 'src/platform/b.ts'],
  ['services', 'src/services/a.service.ts', 'src/platform/b.ts'],
  ['probes', 'src/probes/redis/a.probe.ts', 'src/platform/b.ts'],
  ['probe-targets-apart', 'src/probes/redis/a.probe.ts', 'src/probes/nats/b.ts'],
  ['room remediations/redis', 'src/remediations/redis/a.remediation.ts', 'src/remediations/postgres/b.ts'],
  ['bot', 'src/bot/a.ts', 'src/services/b.ts'],
  ['handlers-see-types-of-services', 'src/handlers/a.command.ts', 'src/services/b.service.ts'],
  ['jobs', 'src/jobs/a.job.ts', 'src/handlers/b.ts'],
  ['cli-sees-types-of-services', 'src/cli/a.command.ts', 'src/services/b.service.ts'],
  ['nothing-imports-main', 'src/services/a.service.ts', 'src/main.ts'],
  ['src-stands-alone', 'src/domain/a.ts', 'lab/b.ts'],
  ['redact-stands-alone', 'packages/redact/src/a.ts', 'src/domain/b.ts'],
  ['rules-of-others-at-the-edge', 'src/domain/a.ts', 'packages/redact/src/secretlint.ts'],
  ['src-stands-alone', 'src/domain/a.ts', 'packages/slack-emulator/src/b.ts'],
  ...['src/domain', 'test/support', 'scripts', 'tools/playground', 'lab', 'packages/redact/src'].map(
    (folder) => ['emulator-stands-alone', 'packages/slack-emulator/src/a.ts', `${folder}/b.ts`] as const,
  ),
  ['emulator-stands-alone', 'packages/slack-emulator/test/a.test.ts', 'src/domain/b.ts'],
  ['text', 'src/text/a.ts', 'src/bot/b.ts'],
  ['auditor-stands-alone', 'tools/audit-verifier/verify.mjs', 'src/domain/b.ts'],
  ['referee-stands-alone', 'lab/referee/a.ts', 'src/domain/b.ts'],
  ['referee-stands-alone', 'lab/referee/a.ts', 'lab/platform/b.ts'],
  ['referee-stands-alone', 'lab/referee/a.ts', 'packages/redact/src/b.ts'],
];

/** The rule of every room, with a room that it may not import. */
const roomBreaches = rules.forbidden
  .flatMap(({ name }) => (name?.startsWith('room ') === true ? [name] : []))
  .map((name) => {
    const room = `src/${name.slice('room '.length)}`;
    const floor = [
      ...['src/platform/targets', 'src/domain', 'src/services', 'src/platform', 'src/bot'],
      'src/remediations',
    ].find((one) => room.startsWith(`${one}/`));
    return [name, `${room}/a.ts`, `${floor}/no-such-room/b.ts`] as const;
  });

describe('the rooms', () => {
  it('have a rule each, for every folder of their floor', () => {
    const floors = ['src/domain', 'src/services', 'src/platform', 'src/platform/targets', 'src/bot'];
    // Those of `src/remediations` are held by a test of their own.
    const folders = floors.flatMap((floor) =>
      repositoryFiles(new RegExp(`^${floor}/[^/]+/`))
        .map((path) => path.slice(0, path.indexOf('/', floor.length + 1)))
        .filter((folder) => folder !== 'src/platform/targets' && folder !== 'src/services/fix'),
    );
    const named = new Set(roomBreaches.map(([name]) => `src/${name.slice('room '.length)}`));

    expect([...new Set(folders)].filter((folder) => !named.has(folder))).toEqual([]);
  });
});

describe('a planted breach', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'layers-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([...breaches, ...roomBreaches])('of rule "%s" is seen: %s imports %s', async (rule, from, to) => {
    const baseDir = mkdtempSync(join(folder, 'case-'));
    write(baseDir, from, `import { b } from '${importOf(from, to)}';\nexport const a = b;\n`);
    write(baseDir, to, 'export const b = 1;\n');

    const result = await check([from, to], baseDir);

    expect(result.summary.violations.map((violation) => violation.rule.name)).toContain(rule);
  });

  it.each([
    ['slack-in-its-place', 'src/platform/store/a.ts', '@slack/web-api'],
    ['domain-packages', 'src/domain/a.ts', 'pg'],
    ['services-packages', 'src/services/a.service.ts', 'ioredis'],
    ['database-gate', 'src/platform/store/a.ts', 'pg'],
    ['database-gate', 'src/platform/slack/inbox.ts', 'pg'],
    ['log-gate', 'src/platform/process/a.ts', 'pino'],
    ['no-dev-dependencies', 'src/platform/a.ts', 'vitest'],
    ['redact-packages', 'packages/redact/src/a.ts', 'zod'],
  ])('of rule "%s" is seen: %s imports the package %s', async (rule, from, name) => {
    const baseDir = mkdtempSync(join(folder, 'case-'));
    write(baseDir, from, `import * as all from '${name}';\nexport const a = all;\n`);
    write(baseDir, 'package.json', read('package.json'));
    symlinkSync(join(root, 'node_modules'), join(baseDir, 'node_modules'));

    const result = await check([from], baseDir);

    expect(result.summary.violations.map((violation) => violation.rule.name)).toContain(rule);
  });

  it('is seen when only types are imported', async () => {
    const baseDir = mkdtempSync(join(folder, 'case-'));
    write(baseDir, 'src/domain/a.ts', "import type { B } from '../platform/b.ts';\nexport type A = B;\n");
    write(baseDir, 'src/platform/b.ts', 'export type B = 1;\n');

    const result = await check(['src'], baseDir);

    expect(result.summary.violations.map((violation) => violation.rule.name)).toContain('domain');
  });

  it('is seen as a circle', async () => {
    const baseDir = mkdtempSync(join(folder, 'case-'));
    write(baseDir, 'src/domain/a.ts', "import { b } from './b.ts';\nexport const a = (): number => b();\n");
    write(baseDir, 'src/domain/b.ts', "import { a } from './a.ts';\nexport const b = (): number => a();\n");

    const result = await check(['src'], baseDir);

    expect(result.summary.violations.map((violation) => violation.rule.name)).toContain('no-circular');
  });
});

function importOf(from: string, to: string): string {
  const path = relative(dirname(from), to);
  return path.startsWith('.') ? path : `./${path}`;
}

function write(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
