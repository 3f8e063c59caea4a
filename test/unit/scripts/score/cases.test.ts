import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CaseFaults, caseOf, readCases } from '../../../../scripts/score/cases.ts';

const source = 'source: { name: a source, url: https://example.com/fault, licence: MIT }';
const head = `title: a fault\n${source}\nasked: redis takes no writes\n`;
const plant = 'plant: [{ fault: D3.e, variant: asked-for }]\n';
const roots = 'roots: [{ part: redis, cause: D3.e, words: [save] }]\n';

function faultsOf(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof CaseFaults) return error.faults;
    throw error;
  }
  return [];
}
const faultsIn = (text: string) => faultsOf(() => caseOf('one.yaml', text));

describe('a case', () => {
  it('is named by its file', () => {
    expect(caseOf('one.yaml', `${head}${plant}${roots}`)).toMatchObject({
      ...{ id: 'one', asked: 'redis takes no writes', also: [], forbidden: [], harmful: [] },
      plant: [{ fault: 'D3.e', variant: 'asked-for' }],
    });
    expect(caseOf('well.yaml', `${head}looksLike: finished-job\n`)).toMatchObject({ roots: [], plant: [] });
  });

  it.each([
    ['no YAML', 'title: [', /^one\.yaml: is no YAML: /],
    ['nothing', '', /^one\.yaml: the file: /],
    ['no source', `title: a fault\nasked: x\n${plant}${roots}`, /^one\.yaml: source: /],
    ['a source without a licence', head.replace(', licence: MIT', '') + plant + roots, /source\.licence: /],
    [
      'an address that is none',
      head.replace('https://example.com/fault', 'somewhere') + plant + roots,
      /source\.url: /,
    ],
    [
      'a part that is none',
      head + plant + roots.replace('part: redis', 'part: kafka'),
      /roots\.0\.part: .*"redis"/,
    ],
    ['a field that is none', `${head}${plant}${roots}remedy: x\n`, /the file: .*"remedy"/],
    ['both kinds', `${head}${plant}${roots}looksLike: finished-job\n`, /either `plant` or `looksLike`/],
    ['neither kind', head, /either `plant` or `looksLike`/],
    ['a fault without a root', head + plant, /plants a fault and names no root/],
    [
      'a root of what is healthy',
      `${head}looksLike: finished-job\n${roots}`,
      /a healthy look-alike has no roots/,
    ],
    [
      'a true cause that is forbidden',
      `${head}${plant}${roots}forbidden: [D3.e]\n`,
      /D3\.e is forbidden and true/,
    ],
  ])('is refused with a sentence: %s', (_what, text, sentence) => {
    expect(faultsIn(text)).toEqual(expect.arrayContaining([expect.stringMatching(sentence)]));
  });
});

describe('a folder of cases', () => {
  const folder = mkdtempSync(join(tmpdir(), 'aetherius-cases-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is read by name, and says what is wrong with any of its files', () => {
    const good = join(folder, 'good');
    mkdirSync(good);
    for (const name of ['b.yaml', 'a.yaml', 'notes.md'])
      writeFileSync(join(good, name), head + plant + roots);
    expect(readCases(good).map(({ id }) => id)).toEqual(['a', 'b']);

    writeFileSync(join(good, 'c.yaml'), head);
    writeFileSync(join(good, 'd.yaml'), 'title: [');
    const faults = faultsOf(() => readCases(good));
    expect(faults.map((one) => one.slice(0, 7))).toEqual(['c.yaml:', 'd.yaml:']);
  });
});
