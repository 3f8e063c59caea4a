/** The README as somebody follows it: its lines are run as they stand there, in a copy of the repository. */
import { execFile } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { read, repositoryFiles, root } from './files.ts';

/** Lines of the fenced blocks of a page in this language. */
const blocks = (page: string, language: string): readonly string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, text = '']) => text,
  );

const readme = read('README.md');
const install = blocks(readme.split('\n## Install\n')[1] ?? '', 'sh')[0] ?? '';
const { version } = JSON.parse(read('package.json')) as { readonly version: string };
const guides = repositoryFiles(/^(README\.md|docs\/guides\/.*\.md)$/).map(read);

/** Whole commands of ours in the README: lines of its blocks, and what its sentences call by name. */
const commands = [
  ...blocks(readme, 'sh')
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.startsWith('aetherius ') && !install.includes(line)),
  ...[...readme.matchAll(/`(aetherius [a-z][^`]*)`/g)].map(([, line = '']) => line),
];

interface Ended {
  readonly code: number;
  readonly output: string;
}

function run(script: string, cwd: string, path: string, timeout = 30_000): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { PATH: path, HOME: cwd };
    execFile('bash', ['-ec', script], { cwd, env, timeout }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, output: `${stdout}${stderr}` });
    });
  });
}

/** A copy as a clone has it after `npm ci`: the packages are links to those that are installed here. */
function clone(to: string): void {
  for (const path of repositoryFiles(/^(src\/|scripts\/[^/]*\.mjs$|package|tsconfig|\.npmrc|README)/)) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    copyFileSync(join(root, path), join(to, path));
  }
  mkdirSync(join(to, 'node_modules'));
  for (const name of readdirSync(join(root, 'node_modules')).filter((entry) => entry !== '.bin'))
    symlinkSync(join(root, 'node_modules', name), join(to, 'node_modules', name));
  cpSync(join(root, 'node_modules/.bin'), join(to, 'node_modules/.bin'), {
    recursive: true,
    verbatimSymlinks: true,
  });
  for (const name of ['aetherius', 'aetherius-bot'])
    rmSync(join(to, 'node_modules/.bin', name), { force: true });
}

describe('the lines of the README', () => {
  const folder = mkdtempSync(join(tmpdir(), 'aetherius-readme-'));
  const empty = join(folder, 'empty');
  /** Without what npm puts in front for those who start the tests with it. */
  const outside = (process.env.PATH ?? '')
    .split(':')
    .filter((part) => !part.endsWith('node_modules/.bin'))
    .join(':');
  let installed: Ended;
  let path = '';
  beforeAll(async () => {
    const copy = join(folder, 'copy');
    mkdirSync(copy);
    mkdirSync(empty);
    clone(copy);
    const lines = install.replace('npm ci && ', '');
    installed = await run(`${lines}\necho "PATH is $PATH"`, copy, outside, 240_000);
    path = /^PATH is (.*)$/m.exec(installed.output)?.[1] ?? '';
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it('build the product and put its two commands on the path', async () => {
    expect(install).toMatch(/^npm ci && npm run build\nexport PATH=/);
    expect(installed).toMatchObject({ code: 0 });
    expect(installed.output).toContain('Usage: aetherius [options] [command]');
    expect(await run('aetherius --version', empty, path)).toEqual({
      code: 0,
      output: `${version}\n`,
    });
    expect((await run('aetherius-bot --help', empty, path)).output).toContain('aetherius-bot [--role');
  });

  it('name the exit code of a wrong call', async () => {
    for (const wrong of ['aetherius helth', 'aetherius health --nowhere', 'aetherius silence']) {
      const ended = await run(wrong, empty, path);

      expect(ended.code, wrong).toBe(64);
      expect(ended.output, wrong).toMatch(/error: unknown (?:command|option)/);
    }
    expect(readme).toContain('64 usage');
  });

  it.each([...new Set(commands)])('can be pasted, and ask for what is still missing: %s', async (line) => {
    const ended = await run(line, empty, path);

    expect(ended.output).toMatch(
      /No aetherius\.yaml here\. Make one: aetherius init|kubeconfig cannot be read|AETHERIUS_URL is not set/,
    );
    expect([1, 64]).toContain(ended.code);
  });

  it('start every role, which names what it was not given', async () => {
    const lines = blocks(readme, 'sh')
      .flatMap((text) => text.split('\n'))
      .filter((line) => line.startsWith('aetherius-bot'));
    const answers = await Promise.all(lines.map((line) => run(line, empty, path)));

    expect(lines.length).toBeGreaterThan(3);
    for (const { output } of answers) expect(output).toMatch(/DATABASE_URL — is needed by role/);
  });
});

describe('example ids of Slack', () => {
  /** As Slack makes them: a letter for the kind, then eight to ten upper-case letters and digits. */
  const real = /^[UWCS](?=(?:[A-Z]*\d){2})[A-Z0-9]{8,10}$/;

  it('look like real ones in every guide and in what is said about a wrong one', () => {
    const yaml = guides.flatMap((page) => blocks(page, 'yaml'));
    const said = repositoryFiles(/^src\/.*\.ts$/).flatMap((file) =>
      [...read(file).matchAll(/ id, such as ([A-Z][A-Z0-9]+)/g)].map(([, id = '']) => id),
    );
    const ids = [...yaml.flatMap((text) => text.match(/\b[UWCS][A-Z0-9]{2,}\b/g) ?? []), ...said];

    expect(ids.length).toBeGreaterThan(6);
    expect(ids.filter((id) => !real.test(id))).toEqual([]);
  });

  it('are told from made-up ones', () => {
    expect(['U07HB2VC94N', 'C061EG9SL', 'S06LM1XR7DA'].filter((id) => real.test(id))).toHaveLength(3);
    expect(['C0INC', 'C0INCIDENTS', 'UREQ', 'u07hb2vc94n'].filter((id) => real.test(id))).toEqual([]);
  });

  it('hold no token that a scanner would take for a real one', () => {
    const tokens = guides.flatMap((page) => page.match(/\bxox[a-z]-[\w-]*|\bxapp-[\w-]*/g) ?? []);

    expect(tokens.length).toBeGreaterThan(2);
    expect(tokens.filter((token) => !/^(?:xoxb|xapp)-$/.test(token))).toEqual([]);
  });
});
