import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { caseOf } from '../../../../scripts/score/cases.ts';
import { judge, sumOf, type Tried } from '../../../../scripts/score/judge.ts';
import { Kept } from '../../../../scripts/score/kept.ts';
import { caseTable, scoreTable, withRegion } from '../../../../scripts/score/table.ts';

const head = `title: a fault
source: { name: a source, url: https://example.com/fault, licence: MIT }
asked: redis takes no writes
`;
const one = caseOf(
  'one.yaml',
  `${head}plant: [{ fault: D3.e, variant: asked-for }]\nroots: [{ part: redis, cause: D3.e, words: [save] }]\n`,
);
const healthy = caseOf('well.yaml', `${head}looksLike: finished-job\n`);
const cause = (id: string) => ({ cause: id, parts: [], remedies: [] });
const tried = (more: Partial<Tried> = {}): Tried => ({
  ...{ case: one, judged: judge(one, [cause('D3.e')]), asked: one.asked, seconds: 1.25, loud: false },
  ...more,
});

describe('the tables of the score', () => {
  it('name source, licence, what was planted and what came out of each case', () => {
    const rows = caseTable([
      tried(),
      tried({ asked: 'D3', judged: judge(one, [cause('S1.a')]) }),
      tried({ problem: 'timed out', judged: judge(one, []) }),
      tried({ case: healthy, judged: judge(healthy, []) }),
      tried({ case: healthy, judged: judge(healthy, []), loud: true }),
    ]).split('\n');

    expect(rows[2]).toBe(
      '| one | [a source](https://example.com/fault) | MIT | D3.e asked-for | redis takes no writes | 1.00 | 1.3 | found D3.e of redis |',
    );
    expect(rows[3]).toContain(
      '| redis takes no writes → D3 | 0.00 | 1.3 | not found: D3.e of redis; wrong: S1.a |',
    );
    expect(rows[4]).toContain('| no answer: timed out |');
    expect(rows[5]).toContain('| finished-job | redis takes no writes | – | 1.3 | silent |');
    expect(rows[6]).toContain('| not silent |');
  });

  it('have what others publish beside it, and no remedies of a tool that was not asked for them', () => {
    const run = { date: '2026-12-03', runtime: 'kubernetes' };
    const sum = sumOf([tried()]);

    expect(scoreTable(run, sum)).toContain(
      '| this bot, kubernetes, 2026-12-03 | 1 | 1 | 1.00 | 0 | 0 | 0 | 0 of 0 | 1.3 / 1.3 |',
    );
    expect(scoreTable({ ...run, tool: 'other' }, sum)).toContain(
      '| `other`, kubernetes, 2026-12-03 | 1 | 1 | 1.00 | 0 | 0 | – |',
    );
    expect(scoreTable(run, sum)).toMatch(/ITBench-AA.*https:.*2026-05/);
  });

  it('go between the marks of a page, and nowhere else', () => {
    const page = 'a\n<!-- score: written by `npm run score -- --write` -->\nold\n<!-- score: end -->\nb\n';

    expect(withRegion(page, 'new')).toBe(page.replace('\nold\n', '\n\nnew\n\n'));
    expect(() => withRegion('a\n', 'new')).toThrow('the page has no <!-- score');
  });
});

describe('what was tried before', () => {
  it('is kept by case, replaced when it is tried again, and forgotten when the case has changed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'aetherius-kept-'));
    const file = join(folder, 'deep', 'score.json');
    try {
      const kept = new Kept(file);
      expect(kept.of([one])).toEqual({ tried: [], missing: ['one'], date: '' });
      kept.add(tried({ seconds: 9 }), '2026-12-01');
      kept.add(tried(), '2026-12-03');
      kept.add(tried({ case: healthy, judged: judge(healthy, []) }), '2026-12-02');

      const again = new Kept(file).of([one, healthy]);
      expect(again.tried.map(({ seconds }) => seconds)).toEqual([1.25, 1.25]);
      expect(again).toMatchObject({ missing: [], date: '2026-12-03' });
      expect(new Kept(file).of([{ ...one, asked: 'redis is broken' }]).missing).toEqual(['one']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
