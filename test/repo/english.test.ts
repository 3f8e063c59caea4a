import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConfigFile } from '../../src/domain/settings/config.ts';
import { ProcessEnv } from '../../src/domain/settings/process-env.ts';
import { probes } from '../../src/probes/index.ts';
import { remediations } from '../../src/remediations/index.ts';
import { en } from '../../src/text/en.ts';
import { read, repositoryFiles } from './files.ts';

/** Words that a sentence may have: the rule is about twenty, and names of things and lists take some more. */
const MOST_WORDS = 30;

/** Words on which a sentence turns by what is not there. What it says has a subject: the holder, no part, no endpoint. */
const hinge = /\b(?:nobody|no one|none|whoever|whomever|whatever|neither)\b/i;

/** Texts that may use such a word, with the reason. */
const excepted: Readonly<Record<string, string>> = {
  'who.nobody': 'the name that stands where a person would',
  'report.results.fixes.none': 'a value after its label, in a list of values',
};

interface Text {
  readonly where: string;
  readonly text: string;
}

/** The sentences of a text. Code is one word; of a plural the first form is read: `{n|# key|# keys}` is `# key`. */
function sentencesOf(text: string): readonly string[] {
  return text
    .replaceAll(/`[^`]*`/g, 'code')
    .replaceAll(/\]\([^)]*\)/g, ']')
    .replaceAll(/\{\w+\|([^|}]*)\|[^}]*\}/g, '$1')
    .split(/(?<=[.!?…])["”')]?\s+|\n+/)
    .filter((sentence) => sentence !== '');
}

const wordsOf = (sentence: string) => sentence.match(/[\p{L}\p{N}#{][^\s]*/gu)?.length ?? 0;

/** What breaks the rules, as `where: sentence`. */
function faults(texts: readonly Text[]): readonly string[] {
  return texts
    .filter(({ where }) => excepted[where] === undefined)
    .flatMap(({ where, text }) =>
      sentencesOf(text)
        .filter((sentence) => wordsOf(sentence) > MOST_WORDS || hinge.test(sentence))
        .map((sentence) => `${where}: ${sentence}`),
    );
}

/** Every description in a schema, with its path. */
function descriptionsIn(where: string, schema: z.ZodType): readonly Text[] {
  const walk = (path: string, node: unknown): readonly Text[] => {
    if (typeof node !== 'object' || node === null) return [];
    return Object.entries(node).flatMap(([key, value]): readonly Text[] =>
      key === 'description' && typeof value === 'string'
        ? [{ where: path, text: value }]
        : walk(key === 'properties' ? path : `${path}.${key}`, value),
    );
  };
  return walk(where, z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }));
}

const catalogue = Object.entries(en).map(([where, text]): Text => ({ where, text }));
const docs = [...probes, ...remediations].map(({ id, doc }): Text => ({ where: id, text: doc }));
const parameters = [...probes, ...remediations].flatMap(({ id, params }) => descriptionsIn(id, params));
const settings = [...descriptionsIn('config', ConfigFile), ...descriptionsIn('environment', ProcessEnv)];

describe('the English of operators', () => {
  it.each([
    { name: 'the catalogue', texts: catalogue, least: 500 },
    { name: 'documents of probes and remediations', texts: docs, least: 60 },
    { name: 'parameters of probes and remediations', texts: parameters, least: 60 },
    { name: 'settings', texts: settings, least: 100 },
  ])('has short sentences without a negated hinge in $name', ({ texts, least }) => {
    expect(texts.length).toBeGreaterThan(least);
    expect(faults(texts)).toEqual([]);
  });

  it('excepts only texts that need it', () => {
    const needed = catalogue
      .filter(({ where }) => excepted[where] !== undefined)
      .filter(({ text }) => sentencesOf(text).some((one) => wordsOf(one) > MOST_WORDS || hinge.test(one)));

    expect(needed.map(({ where }) => where).toSorted()).toEqual(Object.keys(excepted).toSorted());
  });

  it('sees a planted fault of each kind, and counts words as people do', () => {
    const long = `It checks ${'one more thing '.repeat(10)}first.`;

    expect(faults([{ where: 'a', text: `It is short. ${long} It ends.` }])).toEqual([`a: ${long}`]);
    expect(faults([{ where: 'b', text: 'First.\nNobody serves it.' }])).toEqual(['b: Nobody serves it.']);
    expect(faults([{ where: 'c', text: 'Its state is `none`.' }])).toEqual([]);
    expect(wordsOf(sentencesOf('{keys|# key is|# keys are} in {part}, 5 of them.')[0] ?? '')).toBe(8);
  });
});

/** Words that hide the subject of a comment, or that a reader has to look up twice. */
const hidden = /\b(?:nobody|none|whoever|anew|mend(?:s|ed|ing)?|of it)\b/i;

/** The words of a line that is a comment, or ends in one, without code and quoted words; undefined for other lines. */
function commentIn(line: string): string | undefined {
  const words =
    /^\s*(?:\/\/|\/\*\*?|\*)(?!\/)\s?(.*)$/.exec(line)?.[1] ?? /[\s;,{(]\/\/\s+([^'"]*)$/.exec(line)?.[1];
  return words?.replaceAll(/`[^`]*`/g, 'code').replaceAll(/'[^']{1,24}'(?=\W|$)/g, 'code');
}

/** Comment lines that use one of these words. */
const hiddenIn = (source: string): readonly string[] =>
  source.split('\n').filter((line) => hidden.test(commentIn(line) ?? ''));

describe('the English of comments', () => {
  /** Comment lines that still hide their subject. The limit only falls: it is what is reached. */
  const limits: Readonly<Record<string, number>> = {
    src: 596,
    packages: 21,
    test: 223,
    scripts: 126,
    tools: 19,
    lab: 70,
  };

  it.each(Object.entries(limits))('hides its subject in %s in %i lines at most', (folder, limit) => {
    const files = repositoryFiles(new RegExp(`^${folder}/.*\\.(?:ts|tsx|mjs|cjs)$`));

    expect(files.length).toBeGreaterThan(5);
    expect(files.flatMap((path) => hiddenIn(read(path))).length).toBeLessThanOrEqual(limit);
  });

  it('counts comments alone, and no code in them', () => {
    const source = [
      '// Nobody reads it.',
      ' * One of it is left.',
      "const state = 'none'; // whoever asks",
      "const none = 'nobody';",
      '/** Undefined for `none`. */',
    ].join('\n');

    expect(hiddenIn(source)).toHaveLength(3);
  });
});
