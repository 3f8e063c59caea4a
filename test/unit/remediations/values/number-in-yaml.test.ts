import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { installationOf, keyOf } from '../../../../lab/platform/generated/installation.ts';
import seeds from '../../../../lab/platform/generated/seeds.json' with { type: 'json' };
import { settingsFile, settingsOf } from '../../../../lab/platform/generated/settings.ts';
import { guideSettings } from '../../../../src/domain/platform/table.ts';
import {
  ofKey,
  ofStep,
  type Written,
  withWritten,
  writtenIn,
} from '../../../../src/remediations/values/number-in-yaml.ts';

const numberIn = (text: string, key: string) => writtenIn(text, ofKey(key));
const withNumber = (text: string, key: string, to: number) => withWritten(text, ofKey(key), to);

const lab = join(import.meta.dirname, '../../../../lab/platform');
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

describe('one time in a configuration file', () => {
  const key = 'agent.command.default_timeout';
  const file = (value: string) => `agent:\n  command:\n    default_timeout: ${value} # as long as it takes\n`;

  it.each<readonly [string, Written, Written, string]>([
    ['60', 60, 600, '600'],
    ['1.5', 1.5, 600, '600'],
    ['600', 600, 1.5, '1.5'],
    ['60s', '60s', '600s', '600s'],
    ['"60s"', '60s', '600s', '"600s"'],
    ["'1m'", '1m', '10m', "'10m'"],
    ['500ms', '500ms', '600000ms', '600000ms'],
    ['0.5h', '0.5h', '1h', '1h'],
    ['!!int 60', 60, 600, '!!int 600'],
  ])('keeps the form of %s', (text, value, to, changed) => {
    const sought = ofKey(key, true);

    expect(writtenIn(file(text), sought)).toBe(value);
    expect(withWritten(file(text), sought, to)).toBe(file(changed));
    expect(withWritten(file(changed), sought, value)).toBe(file(text));
  });

  it.each([
    ...[
      '1m30s',
      '1 m',
      '60S',
      '60sec',
      '-1s',
      '+1',
      '1.50',
      '1.',
      '.5',
      '1e2',
      '060',
      '1_000',
      'PT1M',
      '0x10',
    ],
    ...['10:00', '~', '', '[60]', '${TIMEOUT}', "'60''s'", '1.2345'],
  ])('is refused where it says %j', (text) => {
    expect(reasonOf(() => writtenIn(file(text), ofKey(key, true)))).toBe('setting-not-a-time');
  });
});

describe('the time of one step in a workflow’s file', () => {
  const text = readFileSync(join(lab, 'workflows/diagnose-oom-killed.yaml'), 'utf8');
  const reason = (from: string) => reasonOf(() => withWritten(from, ofStep('a'), 300));
  const steps = (...lines: readonly string[]) =>
    `id: w\nsteps:\n${lines.map((line) => `  - ${line}\n`).join('')}`;

  it.each(['describe_pod', 'collect_logs', 'root_cause'])('is all that changes of step %s', (step) => {
    const before = writtenIn(text, ofStep(step));
    const after = withWritten(text, ofStep(step), 1_234);
    const lines = changedLine(text, after);

    expect(lines).toEqual([[`      timeout: ${before}`, '      timeout: 1234']]);
    expect(after.slice(0, after.indexOf('1234'))).toContain(`id: ${step}`);
    expect(withWritten(after, ofStep(step), before)).toBe(text);
  });

  it.each([
    ['another order', steps('config: { timeout: 120, command: x }\n    id: a', 'id: b')],
    ['JSON', '{"steps":[{"id":"b"},{"id":"a","config":{"timeout":120}}]}'],
    [
      'the line ends of Windows',
      steps('id: a', 'id: b').replace('id: a', 'id: a\r\n    config:\r\n      timeout: 120\r'),
    ],
    ['an anchor that nobody uses', steps('&one { id: a, config: { timeout: 120 } }')],
    [
      'a merged map that its own value wins over',
      'd: &d { timeout: 5 }\nsteps:\n  - { id: a, config: { <<: *d, timeout: 120 } }\n',
    ],
    ['quotes', steps(`{ "id": 'a', config: { timeout: "120" } }`)],
  ])('keeps %s', (_what, from) => {
    expect(withWritten(from, ofStep('a'), 300)).toBe(from.replace('120', '300'));
  });

  it.each([
    ['step-ambiguous', steps('{ id: a, config: { timeout: 120 } }', '{ id: a, config: { timeout: 120 } }')],
    ['step-ambiguous', steps('&a { id: a, config: { timeout: 120 } }', '*a')],
    ['setting-used-twice', `x: &a { id: a, config: { timeout: 120 } }\n${steps('*a')}`],
    ['setting-used-twice', `x: &c { timeout: 120 }\n${steps('{ id: a, config: *c }')}`],
    ['setting-used-twice', `x: &t 120\n${steps('{ id: a, config: { timeout: *t } }')}`],
    ['setting-used-twice', steps('{ id: a, config: &c { timeout: 120 } }', '{ id: b, config: *c }')],
    ['setting-used-twice', steps('{ id: a, config: &c { timeout: 120 } }', '{ id: b, config: { <<: *c } }')],
    [
      'setting-used-twice',
      steps('{ id: a, config: { timeout: &t 120 } }', '{ id: b, config: { timeout: *t } }'),
    ],
    [
      'setting-used-twice',
      `${steps('{ id: a, config: { timeout: 120 } }').replace('steps:', 'steps: &s')}more: *s\n`,
    ],
    ['setting-not-in-file', `d: &d { timeout: 120 }\n${steps('{ id: a, config: { <<: *d } }')}`],
    ['setting-not-in-file', steps('{ id: b, config: { timeout: 120 } }')],
    ['setting-not-in-file', steps('{ id: a, config: { command: x } }')],
    ['setting-not-in-file', steps('{ id: a }')],
    ['setting-not-in-file', 'steps: { a: { id: a, config: { timeout: 120 } } }\n'],
    ['setting-not-in-file', 'timeout: 120\n'],
    ['setting-not-in-file', steps('a')],
    ['setting-not-a-number', steps('{ id: a, config: { timeout: 120s } }')],
    ['setting-not-a-number', steps('{ id: a, config: { timeout: 1.5 } }')],
    ['setting-not-a-number', steps('{ id: a, config: { timeout: } }')],
    ['config-not-one-document', `${steps('{ id: a, config: { timeout: 120 } }')}---\n`],
    ['config-unreadable', steps('{ id: a, config: { timeout: 120, timeout: 120 } }')],
  ])('is refused as %s: %j', (why, from) => {
    expect(reason(from)).toBe(why);
  });
});
