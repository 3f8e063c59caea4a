import { describe, expect, it } from 'vitest';
import { catalogue } from '../../scripts/docs/catalogue.ts';
import { faultOfRule, faultsOf, type Known, passagesOf, type Rule, rulesIn, rulesOf } from './citations.ts';
import { read, repositoryFiles } from './files.ts';

const files = repositoryFiles();
const documents = files.filter((path) => /^docs\/rules\/.*\.md$/.test(path));
const rules = documents.flatMap((path) => rulesOf(read(path)));
const symptoms = new Set(catalogue.flatMap(({ id, causes }) => [id, ...causes]));
const known: Known = { rules: new Set(rules.map(({ id }) => id)), symptoms, files: new Set(files) };

/** These plant what does not exist. */
const planting = new Set(['test/repo/rules.test.ts', 'test/repo/citations.ts', 'test/repo/docs.test.ts']);
const citing = files.filter(
  (path) =>
    /^(?:src|packages|test|tools|scripts|lab|deploy|migrations)\/.*\.(?:[cm]?[jt]sx?|go|sql|sh|py|ya?ml|md)$/.test(
      path,
    ) || /^docs\/.*\.md$|^[A-Z]+\.md$|^\.ci\/run$/.test(path),
);
const passages = citing.filter((path) => !planting.has(path)).flatMap((path) => passagesOf(path, read(path)));

/** Ids that stand for one which a reader is about to make up, or that a test gives to what must refuse it. */
const examples = [
  // In a copy in which somebody follows the guides it is there.
  ...(symptoms.has('D5')
    ? []
    : [/\/add-a-diagnosis\.md:\d+ D5(?:\.a)? /, /\/add-modules\.test\.ts:\d+ D5(?:\.a)? /]),
  /\/new\.ts:\d+ (?:D5|X0) /,
  /\/scaffold\.test\.ts:\d+ D[89]\.a /,
  /\/faults\.test\.ts:\d+ S1\.z /,
  /\/judgement\.test\.ts:\d+ (?:X9|D3\.d|D33\.a) /,
  /\/failed-dependency\.test\.ts:\d+ X1\.a /,
  // The drawings move their pen to there.
  /\/icons\.tsx:\d+ M\d\d /,
  // The control characters of that name.
  /\/hostile-text\.ts:\d+ C0 /,
] as const;

describe('what is cited', () => {
  it('exists: every rule, symptom, cause and document', () => {
    const faults = passages.flatMap((passage) => faultsOf(passage, known));

    expect(passages.length).toBeGreaterThan(10_000);
    expect(faults.filter((fault) => !examples.some((example) => example.test(fault)))).toEqual([]);
    // One that is not needed any more would hide the next mistake.
    expect(examples.filter((example) => !faults.some((fault) => example.test(fault)))).toEqual([]);
  });

  it.each([
    ['an unknown rule', 'a.ts', '/** As R-X99 says. */', 'a.ts:1 R-X99 is no rule of docs/rules'],
    [
      'an unknown rule in a title',
      'a.ts',
      "it('R-X99: holds', () => {});",
      'a.ts:1 R-X99 is no rule of docs/rules',
    ],
    [
      'a bare code in a comment',
      'src/a.ts',
      'const a = 1; // X14',
      'src/a.ts:1 X14 is a rule without its R-',
    ],
    [
      'a bare code in a title',
      'test/a.ts',
      "\nit('P5: holds', f);",
      'test/a.ts:2 P5 is a rule without its R-',
    ],
    [
      'a title that reads as a symptom',
      'test/a.ts',
      "it('is told, too (S7)', f);",
      'test/a.ts:1 S7 reads as a symptom: write R-S7, or say it in words',
    ],
    ['a bare code in SQL', 'migrations/1.sql', '-- L4', 'migrations/1.sql:1 L4 is a rule without its R-'],
    ['a bare code in a document', 'docs/a.md', '# A\n\nSee A3.', 'docs/a.md:3 A3 is a rule without its R-'],
    [
      'a rule that reads as a symptom',
      'src/bot/gate.ts',
      '/* (S1, R-S2) */',
      'src/bot/gate.ts:1 S1 reads as a symptom: write R-S1, or say it in words',
    ],
    ['an unknown symptom', 'src/a.ts', '// as in D9', 'src/a.ts:1 D9 is no id of the catalogue'],
    ['an unknown cause', 'lab/a.ts', "const id = 'S1.z';", 'lab/a.ts:1 S1.z is no cause'],
    ['an unknown cause in words', 'lab/a.go', '// S1.z', 'lab/a.go:1 S1.z is no id of the catalogue'],
    ['an unknown document', 'src/a.ts', '// see approvals.md', 'src/a.ts:1 approvals.md does not exist'],
    [
      'an unknown path',
      'src/a.ts',
      "f('docs/rules/gone.md')",
      'src/a.ts:1 docs/rules/gone.md does not exist',
    ],
    ['an unknown decision', 'lab/a.sh', 'x=1 # ADR 9999', 'lab/a.sh:1 ADR 9999 does not exist'],
  ])('is reported when it is %s', (_, path, source, fault) => {
    expect(passagesOf(path, source).flatMap((passage) => faultsOf(passage, known))).toEqual([fault]);
  });

  it('is not confused with what only looks like an id', () => {
    const source = [
      "const people = ['U1', 'S1', 'A1'], typed = 'diagnose S2 of prod';",
      '// R-X14, S1.a, UTF8, 0xA1, A1B2, C0INC, ADR 0003 and docs/rules/approval.md',
      `const quoted = /['"\`]X14/.test(text);`,
      'const url = `https://x/${id}`; // R-A1',
      '// a page of others: https://example.org/docs/gone.md',
    ].join('\n');

    expect(passagesOf('src/a.ts', source).flatMap((passage) => faultsOf(passage, known))).toEqual([]);
    expect(passagesOf('src/a.ts', source).flatMap(rulesIn)).toEqual(['R-X14', 'R-A1']);
  });
});

describe('the rules', () => {
  const inTests = new Set(
    passages
      .filter(({ path }) => /^(?:packages\/[^/]+\/)?test\/.*\.test\.ts$/.test(path))
      .flatMap((passage) => rulesIn(passage)),
  );

  it('stand in three documents, each once', () => {
    expect(documents).toEqual(
      expect.arrayContaining(['docs/rules/approval.md', 'docs/rules/platform.md', 'docs/rules/slack.md']),
    );
    expect(rules.length).toBeGreaterThan(100);
    expect(rules.map(({ id }) => id)).toEqual([...known.rules]);
  });

  it('count on without a gap in each letter', () => {
    for (const letter of new Set(rules.map(({ id }) => id.replace(/\d+$/, '')))) {
      const own = rules.flatMap(({ id }) =>
        id.replace(/\d+$/, '') === letter ? [Number(id.slice(letter.length))] : [],
      );
      expect(own, letter).toEqual(own.map((_, index) => index + (letter === 'R-K' ? 0 : 1)));
    }
  });

  it('have no id of a symptom or cause', () => {
    expect(rules.map(({ id }) => id).filter((id) => symptoms.has(id) || !id.startsWith('R-'))).toEqual([]);
  });

  it('are each cited by a test, or say why not', () => {
    expect(rules.map((rule) => faultOfRule(rule, inTests)).filter((fault) => fault !== undefined)).toEqual(
      [],
    );
  });

  it.each<[string, Rule, readonly string[], string | undefined]>([
    ['has a test', { id: 'R-X1', text: 'One.' }, ['R-X1'], undefined],
    ['has none', { id: 'R-X1', text: 'One.' }, ['R-X2'], 'R-X1 is cited by no test and does not say why'],
    ['is not built', { id: 'R-X1', text: 'Not built yet: all of it.' }, [], undefined],
    ['says why not', { id: 'R-X1', text: 'No test: the type holds it.' }, [], undefined],
    [
      'gives no reason',
      { id: 'R-X1', text: 'No test: ' },
      [],
      'R-X1 is cited by no test and does not say why',
    ],
    [
      'has one by now',
      { id: 'R-X1', text: 'No test: the type holds it.' },
      ['R-X1'],
      'R-X1 says that it has no test, and a test cites it',
    ],
  ])('are reported or not when one %s', (_, rule, cited, fault) => {
    expect(faultOfRule(rule, new Set(cited))).toBe(fault);
  });
});
