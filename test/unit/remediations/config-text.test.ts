import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { installationOf, keyOf } from '../../../lab/platform/generated/installation.ts';
import seeds from '../../../lab/platform/generated/seeds.json' with { type: 'json' };
import { settingsFile, settingsOf } from '../../../lab/platform/generated/settings.ts';
import { guideSettings } from '../../../src/domain/platform/table.ts';
import { numberIn, withNumber } from '../../../src/remediations/config-text.ts';

const lab = join(import.meta.dirname, '../../../lab/platform');
const filesIn = (folder: string) =>
  readdirSync(join(lab, folder))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => [`${folder}/${name}`, readFileSync(join(lab, folder, name), 'utf8')] as const);
const keys = Object.keys(guideSettings);
const reasonOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return (error as { facts?: { reason?: string } }).facts?.reason;
  }
};

/** The one line that differs, before and after; its line end belongs to it. */
function changedLine(before: string, after: string): readonly (readonly [string, string])[] {
  const [were, are] = [before.split('\n'), after.split('\n')];
  expect(are.length).toBe(were.length);
  return were.flatMap((line, at) => (line === are[at] ? [] : [[line, are[at] ?? ''] as const]));
}

/** Each number of the guide in this file becomes another one, and nothing else does. */
function changesEach(text: string, keysOf: (key: string) => string): number {
  let changed = 0;
  for (const key of keys.map(keysOf)) {
    const before = reasonOf(() => numberIn(text, key));
    if (typeof before !== 'number') continue;
    const after = withNumber(text, key, 4321);
    const lines = changedLine(text, after);
    expect(lines).toHaveLength(1);
    const [from, to] = lines[0] ?? ['', ''];
    expect(to).toBe(from.replace(String(before), '4321'));
    expect(numberIn(after, key)).toBe(4321);
    expect(withNumber(after, key, before)).toBe(text);
    changed += 1;
  }
  return changed;
}

describe('one number in a configuration file', () => {
  const real = ['config', 'as-is/config', 'as-is/config/kubernetes'].flatMap(filesIn);

  it.each(real)('is all that changes in %s', (name, text) => {
    const changed = changesEach(text, (key) => key);

    if (name.endsWith('config/agent-manager.yaml') && !name.startsWith('as-is')) expect(changed).toBe(9);
  });

  it.each(real)('is all that changes in %s with the line ends of Windows', (_name, text) => {
    const windows = text.replaceAll('\n', '\r\n');

    expect(changesEach(windows, (key) => key)).toBe(changesEach(text, (key) => key));
  });

  it.each(seeds.seeds)('is all that changes in the files of installation %i', (seed) => {
    const one = installationOf(seed);
    const at = () => ({ host: 'h', port: 1 });
    const text = settingsFile(one, settingsOf(one, 'agent-manager', at));

    expect(changesEach(text, (key) => keyOf(one, key))).toBe(9);
  });

  it.each([
    ['a comment behind it', 'event:\n    workers:   10   # as many as cores\n\n', '10', '20'],
    ['quotes', `event: { workers: '10', "buffer_size": "7" }\n`, `'10'`, `'20'`],
    ['double quotes', 'event:\n  workers: "10"\n', '"10"', '"20"'],
    ['a flow map over lines', 'event: {\n  workers: 10,\n}\n', '10', '20'],
    ['JSON', '{"event":{"workers":10,"more":[10]}}', ':10,', ':20,'],
    ['a byte order mark', '\uFEFFevent:\n  workers: 10\n', '10', '20'],
    ['no line end', 'event:\n  workers: 10', '10', '20'],
    ['an anchor that nobody uses', 'event:\n  workers: &w 10\n', '10', '20'],
    [
      'the same number elsewhere',
      'a: 10\nevent:\n  other: 10\n  workers: 10\n',
      'workers: 10',
      'workers: 20',
    ],
    ['text in another script', '# 工作线程\nevent:\n  名: "😀"\n  workers: 10\n', '10', '20'],
    ['a marked document', '%YAML 1.2\n---\nevent:\n  workers: 10\n...\n', 'workers: 10', 'workers: 20'],
  ])('keeps %s', (_what, text, from, to) => {
    expect(withNumber(text, 'event.workers', 20)).toBe(text.replace(from, to));
  });

  it('keeps a number in quotes a text, for that is what its reader gets', () => {
    expect(withNumber('event: { workers: "10" }', 'event.workers', 20)).toBe('event: { workers: "20" }');
  });

  it.each([
    ['setting-not-in-file', 'event:\n  buffer_size: 1\n'],
    ['setting-not-in-file', 'event.workers: 10\n'],
    ['config-not-one-document', ''],
    ['setting-not-in-file', '- event\n'],
    ['setting-not-in-file', 'base: &b { workers: 10 }\nevent:\n  <<: *b\n'],
    ['setting-used-twice', 'n: &n 10\nevent:\n  workers: *n\n'],
    ['setting-used-twice', 'base: &b { workers: 10 }\nevent: *b\n'],
    ['setting-used-twice', 'event:\n  workers: &n 10\nother: *n\n'],
    ['setting-used-twice', 'event: &e\n  workers: 10\nother: *e\n'],
    ['setting-not-a-number', 'event:\n  workers: ten\n'],
    ['setting-not-a-number', 'event:\n  workers: 10s\n'],
    ['setting-not-a-number', 'event:\n  workers: 1e1\n'],
    ['setting-not-a-number', 'event:\n  workers: 010\n'],
    ['setting-not-a-number', 'event:\n  workers: -1\n'],
    ['setting-not-a-number', 'event:\n  workers: |\n    10\n'],
    ['setting-not-a-number', 'event:\n  workers: ${WORKERS}\n'],
    ['setting-not-a-number', 'event:\n  workers:\n'],
    ['setting-not-a-number', 'event:\n  workers: { a: 1 }\n'],
    ['config-unreadable', 'event:\n  workers: 10\n  workers: 11\n'],
    ['config-unreadable', 'event:\n workers: 10\n\t- x\n'],
    ['config-unreadable', 'event:\n  workers: {{ .Values.workers }}\n: ]'],
    ['config-not-one-document', 'event:\n  workers: 10\n---\nevent:\n  workers: 11\n'],
  ])('is refused as %s: %j', (reason, text) => {
    expect(reasonOf(() => withNumber(text, 'event.workers', 20))).toBe(reason);
  });

  it('is refused where aliases of aliases would fill the memory', () => {
    const lines = Array.from({ length: 12 }, (_, at) => {
      const below = Array.from({ length: 10 }, () => (at === 0 ? '"x"' : `*a${at - 1}`));
      return `a${at}: &a${at} [${below.join(', ')}]`;
    });

    const text = `${lines.join('\n')}\nevent:\n  workers: 10\n`;

    expect(reasonOf(() => withNumber(text, 'event.workers', 20))).toBe('config-unreadable');
  });

  it('changes a file that fills half of its ConfigMap', () => {
    const text = `# ${'note '.repeat(100_000)}\nevent:\n  workers: 10\n`;

    expect(withNumber(text, 'event.workers', 20)).toBe(text.replace('workers: 10', 'workers: 20'));
  });

  it('takes names of objects of JavaScript for keys like any other', () => {
    expect(reasonOf(() => numberIn('event:\n  a: 1\n', 'event.constructor'))).toBe('setting-not-in-file');
    expect(withNumber('__proto__: { workers: 1 }\n', '__proto__.workers', 2)).toBe(
      '__proto__: { workers: 2 }\n',
    );
  });
});
