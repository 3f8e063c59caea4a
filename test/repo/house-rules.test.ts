import { describe, expect, it } from 'vitest';
import { read, repositoryFiles } from './files.ts';

/** Code without comments and strings, line by line, so that words about a rule do not break it. */
function codeOf(path: string): string {
  return read(path)
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/(^|[^:'"`])\/\/.*$/gm, '$1')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''");
}

function found(pattern: RegExp, paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) =>
    codeOf(path)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}`] : [])),
  );
}

const sources = repositoryFiles(/^src\/.*\.ts$/);

describe('the source', () => {
  it('reads the process environment in one place', () => {
    expect(
      found(
        /\bprocess\.env\b/,
        sources.filter((path) => path !== 'src/platform/settings/config.ts'),
      ),
    ).toEqual([]);
  });

  it('ends a process only in the entry of its program', () => {
    const entries = ['src/main.ts', 'src/cli/main.ts'];

    expect(
      found(
        /\bprocess\.exit\(/,
        sources.filter((path) => !entries.includes(path)),
      ),
    ).toEqual([]);
  });

  it('writes to no console', () => {
    expect(found(/\bconsole\./, sources)).toEqual([]);
  });

  it('has no enums, no `any`, no default exports', () => {
    expect(found(/^\s*(export\s+)?(const\s+)?enum\s/, sources)).toEqual([]);
    expect(found(/([:<|&]\s*any\b(?!\()|\bas any\b|,\s*any\s*>)/, sources)).toEqual([]);
    expect(found(/^export default\b/, sources)).toEqual([]);
  });

  it('has one `index.ts` for each registry and no other barrels', () => {
    const allowed = /^src\/(probes|diagnoses|remediations|handlers)\/index\.ts$/;

    expect(sources.filter((path) => path.endsWith('/index.ts') && !allowed.test(path))).toEqual([]);
  });

  it('switches no check off without a reason', () => {
    const all = repositoryFiles(/^(src|packages|test|tools|lab|scripts)\/.*\.tsx?$/);
    const silent = all.flatMap((path) =>
      read(path)
        .split('\n')
        .flatMap((line, index) =>
          /(oxlint-disable|eslint-disable|biome-ignore|@ts-expect-error)/.test(line) &&
          !/(oxlint-disable|eslint-disable|biome-ignore|@ts-expect-error).*(?: -- |: )\S/.test(line)
            ? [`${path}:${index + 1}`]
            : [],
        ),
    );

    expect(silent.filter((place) => !place.startsWith('test/repo/'))).toEqual([]);
    expect(found(/@ts-(ignore|nocheck)/, all)).toEqual([]);
  });

  it('has file names in kebab-case', () => {
    const odd = repositoryFiles(/^(src|packages|test|scripts)\/.*\.ts$/).filter(
      (path) => !/^[a-z0-9.-]+$/.test(path.split('/').at(-1) ?? ''),
    );

    expect(odd).toEqual([]);
  });
});

describe('tests', () => {
  const tests = repositoryFiles(/^(packages\/[^/]+\/)?test\/.*\.test\.ts$/);

  it('are neither left out nor alone', () => {
    expect(found(/\.(only|todo)\(|\b(x|f)(it|describe)\(/, tests)).toEqual([]);
  });

  it('mock no module', () => {
    expect(found(/\bvi\.(mock|doMock)\(/, tests)).toEqual([]);
  });
});

describe('the repository', () => {
  // Put together here, so that this file does not break its own rule.
  const words = [
    ['/', 'work', '/', 'main'],
    ['/', 'work', '/', 'shared'],
    ['/', 'tmp', '/', 'team'],
    ['Clau', 'de'],
    ['Anthro', 'pic'],
    ['Chat', 'GPT'],
    ['Open', 'AI'],
    ['Cop', 'ilot'],
    ['language ', 'model'],
  ].map((parts) => parts.join(''));

  it('speaks of the product alone: no paths of one machine, no word about how it was made', () => {
    const pattern = new RegExp(`(${words.map((word) => word.replaceAll('/', '\\/')).join('|')})`, 'i');
    const texts = repositoryFiles(
      /\.(ts|tsx|mts|mjs|cjs|js|json|md|yml|yaml|sql|sh|go|py|html|css|txt|toml|svg)$|^\.ci\/run$|^[^.]+$/,
    ).filter((path) => path !== 'package-lock.json' && !path.endsWith('go.sum'));

    expect(texts.length).toBeGreaterThan(100);
    expect(texts.filter((path) => pattern.test(read(path)))).toEqual([]);
  });
});
