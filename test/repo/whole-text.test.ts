import { execFileSync } from 'node:child_process';
import {
  cpSync,
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
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { read, repositoryFiles, root } from './files.ts';

/** Where texts are taken apart as such: the function that shortens, and the scanner that looks for secrets. */
const free = /^src\/domain\/kernel\/text\.ts|(?:^|\/)packages\/redact\//;

/** What is no text for people, or is parted at a mark that was found in it; each line says why it cannot split a character. */
const parted: readonly (readonly [RegExp, string])[] = [
  [/\b(?:run\.id|id|runId)\.slice\(-8\)/, 'the end of a UUID'],
  [/\.token\(\)\.slice\(0, [68]\)/, 'random digits of our own'],
  [/\bhex\.slice\(/, 'the groups of a UUID'],
  [/\b(?:digest\('hex'\)|sha256|sha256\(.*\)|planHash|\bhash)\.slice\(0, \d+\)/, 'digits of a digest'],
  [/toISOString\(\)\.slice\((?:0, 1[06]|11, 23)\)/, 'a date, a date with its time, the time of a day'],
  [/\bid(?:\.replace\(.*\))?\.slice\(0, (?:8|12)\)/, 'digits of an id of the engine'],
  [/\b\w+\.slice\(0, (?:colon|at|space|dot)\)/, 'up to a mark that stands there'],
  [
    /text\.slice\(0, -1\)\) \* units\[text\.slice\(-1\)/,
    'a span such as `15m`, which its schema has checked',
  ],
  [/owner\.name\.slice\(0, -hash\.length - 1\)/, 'the hash at the end of a name of Kubernetes'],
  [/result\.push\(run\.slice\(at, at \+ 2\)\)/, 'pairs of an index, which nobody is shown'],
  [/add\((?:word|framed)\.slice\(from, from \+ size\)/, 'pieces of a word that are only counted'],
  [
    /const letters = \(word: string\) => \[\.\.\.word\]\.sort\(\)/,
    'letters of two words, which are only compared',
  ],
  [/reader\.push\(text\.slice\(at, end\)\)/, 'a line, up to the line break that was found'],
  [/raw\.slice\(-2\)/, 'the closing brace of a line, for a pattern'],
  [
    /(?:exec\(|slice\(0, start\)\}\$\{(?:quote|around)\}.*|^)text\.slice\((?:start, )?end\)/,
    'the value that a reader of YAML has found in a file',
  ],
  [/fields\.push\(raw\.slice\(at/, 'a column, up to the comma or the quotation mark that was found'],
  [/#day\(text\.slice\(/, 'the digits of a date'],
];

/** Each must be seen. */
const planted = [
  'text.slice(0, 60)',
  'maybe?.slice(0, 60)',
  'text.slice(-60)',
  'text.substring(0, most)',
  'text.substr(0, 60)',
  '[...text].slice(0, 60)',
];

let checkout: string;
let found: readonly { readonly path: string; readonly call: string }[];

/**
 * The compiler knows what is a text and what is a list, and has no interface for others. So it reads the sources with
 * a library in which a text cannot be cut or spread, and names every place that does.
 */
beforeAll(() => {
  checkout = mkdtempSync(join(tmpdir(), 'aetherius-whole-text-'));
  cpSync(join(root, 'src'), join(checkout, 'src'), { recursive: true });
  const lines = planted.map((call) => `  void ${call};`).join('\n');
  writeFileSync(
    join(checkout, 'src/planted.ts'),
    `export function planted(text: string, most: number, maybe?: string): void {\n${lines}\n}\n`,
  );
  cpSync(join(root, 'package.json'), join(checkout, 'package.json'));
  const settings = JSON.parse(read('tsconfig.json')) as { compilerOptions: object };
  const compilerOptions = { ...settings.compilerOptions, libReplacement: true };
  writeFileSync(join(checkout, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
  const own = join(checkout, 'node_modules/@typescript');
  mkdirSync(own, { recursive: true });
  for (const name of readdirSync(join(root, 'node_modules')))
    if (name !== '@typescript' && !name.startsWith('.'))
      symlinkSync(join(root, 'node_modules', name), join(checkout, 'node_modules', name));
  for (const name of readdirSync(join(root, 'node_modules/@typescript')))
    symlinkSync(join(root, 'node_modules/@typescript', name), join(own, name));
  replaceLibrary(own, 'es5', /^ {4}(?:slice|substring|substr)\(.*$/gm, 3);
  replaceLibrary(own, 'es2015.iterable', /^ {4}\[Symbol\.iterator\]\(\).*$/gm, 1);
  found = placesOf(compile()).filter(({ path }) => !free.test(path));
}, 180_000);
afterAll(() => rmSync(checkout, { recursive: true, force: true }));

function replaceLibrary(own: string, name: string, members: RegExp, count: number): void {
  const platform = readdirSync(own).find((entry) => entry.startsWith('typescript-')) ?? '';
  const library = readFileSync(join(own, platform, `lib/lib.${name}.d.ts`), 'utf8');
  let removed = 0;
  const changed = library.replace(/^interface String \{[\s\S]*?^\}/gm, (body) =>
    body.replace(members, () => {
      removed += 1;
      return '';
    }),
  );
  expect(removed).toBe(count);
  const folder = join(own, `lib-${name.replace('.', '/')}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.d.ts'), changed);
}

function compile(): string {
  try {
    const options = ['--noEmit', '--pretty', 'false'];
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...options], {
      cwd: checkout,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    return '';
  } catch (error) {
    return (error as { readonly stdout?: string }).stdout ?? String(error);
  }
}

/** What drops a known beginning (`slice(1)`) shortens nothing; every other place counts. */
function placesOf(said: string): readonly { readonly path: string; readonly call: string }[] {
  return [
    ...said.matchAll(
      /^(\S+?)\((\d+),(\d+)\): error TS(?:2339: Property '(?:slice|substring|substr)'|2488: Type 'string' must)/gm,
    ),
  ].flatMap(([, path = '', line, column]) => {
    const call = readFileSync(join(checkout, path), 'utf8').split('\n')[Number(line) - 1]?.trim() ?? '';
    const source = readFileSync(join(checkout, path), 'utf8')
      .split('\n')
      .slice(Number(line) - 1);
    const rest = [source[0]?.slice(Number(column) - 1) ?? '', ...source.slice(1, 5)].join('\n');
    return /^slice\([^-,()][^,()]*(?:\([^()]*\)[^,()]*)*\)/.test(rest) ? [] : [{ path, call }];
  });
}

describe('text', () => {
  it('is shortened by one function, which cuts no character in two', () => {
    const others = found.filter(
      ({ path, call }) => path !== 'src/planted.ts' && !parted.some(([pattern]) => pattern.test(call)),
    );

    expect(others).toEqual([]);
  });

  it.each(planted)('could not be cut by `%s` unseen', (call) => {
    expect(found).toContainEqual({ path: 'src/planted.ts', call: `void ${call};` });
  });

  it.each(parted.map(([pattern, why]) => [why, pattern] as const))(
    'is parted somewhere: %s',
    (_why, pattern) => {
      expect(found.some(({ call }) => pattern.test(call))).toBe(true);
    },
  );

  it('gets its sign that something was left out from there as well', () => {
    const signs = repositoryFiles(/^src\/(?!text\/(?:en|zh-CN)\/|domain\/kernel\/text\.ts).*\.ts$/).filter(
      (path) => /\}(?:…|\.\.\.)`|\+ '(?:…|\.\.\.)'|'…'/.test(read(path)),
    );

    expect(signs).toEqual([]);
  });
});

/** What may stand at no exit, and a line that breaks the rule. Pools and clients: `exits.test.ts`. */
const rules: readonly {
  readonly what: string;
  readonly within: RegExp;
  readonly pattern: RegExp;
  readonly breach: string;
}[] = [
  {
    what: 'JSON for our PostgreSQL that nobody mended',
    // The gate of Slack writes what the redactor has just made whole.
    within: /^src\/platform\/(?:store\/|slack\/(?!gate\.ts))/,
    pattern: /\bJSON\.stringify\(/,
    breach: 'const values = [JSON.stringify(body)];',
  },
  {
    what: "Bolt's client in an entry point",
    within: /^src\/handlers\//,
    pattern: /\bclient\.|[{,]\s*client\s*[,}]/,
    breach: 'return async ({ ack, client, body }: ButtonArgs) => {',
  },
];

describe('an exit', () => {
  const sources = repositoryFiles(/^src\/.*\.ts$/);
  const codeOf = (path: string): string => read(path).replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');

  it.each(rules)('has no $what', ({ within, pattern, breach }) => {
    const places = sources.filter((path) => within.test(path));

    expect(places.length).toBeGreaterThan(0);
    expect(places.filter((path) => pattern.test(codeOf(path)))).toEqual([]);
    expect(breach).toMatch(pattern);
  });

  it('to our PostgreSQL mends what it sends as its last step', () => {
    expect(codeOf('src/platform/store/pool.ts')).toContain('values: gated(values, redactorOf)');
    expect(codeOf('src/platform/store/gate.ts')).toContain('return parameters(values.map(pass));');
    expect(codeOf('src/platform/store/gate.ts')).toContain('return wholeJsonText(clean);');
  });

  it('to Slack shows what a text holds as its last step', () => {
    expect(codeOf('src/platform/slack/client.ts')).toContain(
      'super.apiCall(method, visibleJson(this.#gate.clean(options, channel)))',
    );
    expect(codeOf('src/platform/slack/client.ts')).toContain('super.filesUploadV2(visibleJson(options))');
  });

  it('to a `response_url` or a paging system shows what the text holds', () => {
    const bodies = sources
      .filter((path) => /^src\/(?:bot|handlers|platform\/slack|platform\/slack-poster)\b/.test(path))
      .flatMap((path) =>
        [...codeOf(path).matchAll(/\bbody: JSON\.stringify\(\s*(\w+)/g)].map((match) => [path, match[1]]),
      );

    expect(bodies.map(([path]) => path)).toEqual([
      'src/bot/receive/gate.ts',
      'src/bot/send/answers.ts',
      'src/platform/slack-poster/page.ts',
      'src/platform/slack-poster/send.ts',
    ]);
    expect(bodies.filter(([, first]) => first !== 'visibleJson')).toEqual([]);
  });
});
