import { describe, expect, it } from 'vitest';
import { catalogue } from '../../scripts/docs/catalogue.ts';
import { coverageReport } from '../../scripts/docs/coverage.ts';
import {
  type EntryCoverage,
  measureCoverage,
  plantedByCi,
  uncovered,
  withoutProof,
} from '../../scripts/docs/coverage-measure.ts';
import { namesCause, realServer } from '../../scripts/docs/coverage-scan.ts';
import { coverageSummary } from '../../scripts/docs/coverage-summary.ts';
import { read } from './files.ts';

/** From the sources alone: what campaigns have left on this machine has no part in it. */
const measured = measureCoverage('');
const byId = (id: string) => measured.find(({ entry }) => entry.id === id);
const causeOf = (id: string, all: readonly EntryCoverage[] = measured) =>
  all.flatMap(({ causes }) => causes).find((cause) => cause.id === id);

/** What is wrong beyond what is wrong already: one fault of the repository is one failing test. */
const news = (all: readonly EntryCoverage[]) => {
  const already = uncovered(measured);
  return uncovered(all).filter((line) => !already.includes(line));
};

const row = (fault: string, variant: string, result: string) =>
  `| ${fault} | ${variant} | kubernetes | D2 | D2.a | none | all work | 1.0 | 5 | 9.0 | ${result} |`;

describe('the catalogue of the guide', () => {
  it('has a module for every id and every cause', () => {
    expect(uncovered(measured)).toEqual([]);
  });

  it('would miss a diagnosis, a cause and a command that nobody has written', () => {
    const without = measured.map((one) => {
      if (one.entry.id === 'H1' || one.entry.id === 'D2') return { ...one, modules: [], causes: [] };
      return one.entry.id === 'S4' ? { ...one, causes: one.causes.slice(1) } : one;
    });

    expect(news(without)).toEqual(['H1 has no module', 'S4.a has no module', 'D2 has no module']);
  });

  it('would see a cause that it does not know', () => {
    const strange = measured.map((one) =>
      one.entry.id === 'T1' ? { ...one, entry: { ...one.entry, causes: ['T1.a'] } } : one,
    );

    expect(news(strange)).toEqual(['T1.b is not in the catalogue']);
  });

  it('would see that something is there which is said to come later', () => {
    expect(uncovered(measured, ['L1'])).toEqual([
      'L1 has modules, but stands among those that are not there yet',
    ]);
  });

  it('names each id once', () => {
    const ids = catalogue.flatMap(({ id, causes }) => [id, ...causes]);

    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the scan of the tests', () => {
  const file = (path: string, text: string) => ({ path, text });

  it('takes an id for a name in a title and where the product is asked, not in an example', () => {
    const example = "const fault = { id: 'D3.a' };";

    expect(namesCause(file('test/unit/a.test.ts', example), 'D3.a')).toBe(false);
    expect(namesCause(file('test/e2e/a.test.ts', example), 'D3.a')).toBe(true);
    expect(
      namesCause(file('test/unit/a.test.ts', `import { x } from '../src/diagnoses/x.ts';${example}`), 'D3.a'),
    ).toBe(true);
    expect(namesCause(file('test/unit/a.test.ts', "describe('a full Redis (D3.a)', () => {})"), 'D3.a')).toBe(
      true,
    );
    expect(
      namesCause(file('test/unit/a.test.ts', "describe('a full Redis (D3.ab)', () => {})"), 'D3.a'),
    ).toBe(false);
  });

  it('calls a server real when the test starts it and reads it through the adapter', () => {
    const starts = "import { startRedis } from '../../../lab/components/redis.ts';";
    const reads = "import { runProbe } from '../../support/targets.ts';";

    expect(realServer(file('a', starts + reads), 'redis')).toBe('Redis');
    expect(realServer(file('a', starts), 'redis')).toBeUndefined();
    expect(realServer(file('a', reads), 'redis')).toBeUndefined();
    expect(realServer(file('a', starts + reads), 'postgres')).toBeUndefined();
  });

  it('finds the tests, the probes and the remedies of a diagnosis', () => {
    const redis = byId('D3');

    expect(redis?.probes.map(({ id }) => id)).toContain('redis.memory');
    expect(causeOf('D3.a')?.tests.map(({ path }) => path)).toContain('test/e2e/diagnose.test.ts');
    expect(causeOf('D3.a')?.seen.map(({ server }) => server)).toEqual(['Redis']);
    expect(causeOf('H2.a')?.faults.map(({ path }) => path)).toContain('lab/faults/part.stopped.fault.ts');
  });
});

describe('the proof', () => {
  it('takes findings on a real server only when they are enough to make the cause true', () => {
    const whole = causeOf('D1.a');

    // Connections near their limit are seen on a real PostgreSQL, and speak for each of the three causes.
    expect(whole?.tests.map(({ path }) => path)).toContain('test/integration/probes/postgres.test.ts');
    expect(causeOf('D1.c')?.seen.map(({ server }) => server)).toEqual(['PostgreSQL']);
    expect(whole?.seen).toEqual([]);
  });

  it('is what the campaign wrote down: right answers of the variants that there are', () => {
    const campaign = [row('D2.a', 'events', 'right'), row('D2.a', 'executions', 'D2.a is possible')].join(
      '\n',
    );

    expect(causeOf('D2.a', measureCoverage(campaign))?.diagnosed).toEqual([
      { runtime: 'kubernetes', right: 1, of: 2 },
    ]);
  });

  it('is not claimed where nothing was tried', () => {
    const report = coverageReport(row('D2.a', 'events', 'D2.a is possible'));
    const rows = report.split('\n').filter((line) => /^\| (?:D2\.a|S1\.c) /.test(line));

    expect(rows).toHaveLength(2);
    for (const line of rows) expect(line).toMatch(/\| \*\*not proved on a real component\*\* \|$/);
  });

  it('is there for every id: a fault that CI plants, findings on a real server, or a test of the command', () => {
    expect(withoutProof(measured)).toEqual([]);
  });

  it('would be missed: a cause without fault and without findings, and a command without a test', () => {
    const bare = measured.map((one) => {
      if (one.entry.id === 'X1') return { ...one, tests: [] };
      return {
        ...one,
        causes: one.causes.map((cause) =>
          cause.id === 'D3.a' || cause.id === 'K1.b' ? { ...cause, faults: [], seen: [] } : cause,
        ),
      };
    });

    expect(withoutProof(bare)).toEqual(['D3.a', 'K1.b', 'X1']);
  });

  it('is planted by CI on Compose, and on Kubernetes where Compose has no such fault', () => {
    const of = (id: string) => {
      const cause = causeOf(id);
      return cause === undefined ? undefined : plantedByCi(cause);
    };

    expect(of('D3.a')).toEqual(['compose']);
    expect(of('K1.b')).toEqual(['kubernetes']);
  });

  it('has a row for every cause in the report', () => {
    const report = coverageReport('');
    const causes = catalogue.flatMap((entry) => entry.causes);

    expect(causes.filter((id) => !report.includes(`\n| ${id} | `))).toEqual([]);
  });
});

describe('the committed summary', () => {
  const committed = read('docs/coverage.md');

  it('has a row for every id, and names no cause without a proof', () => {
    expect(catalogue.filter(({ id }) => !committed.includes(`\n| ${id} | `))).toEqual([]);
    expect(committed).toMatch(
      new RegExp(
        `${catalogue.length} ids, ${catalogue.flatMap((one) => one.causes).length} causes, 0 without`,
      ),
    );
  });

  it('keeps its date as long as it says the same, and gets a new one with what changed', () => {
    const later = new Date('2031-05-06T00:00:00Z');
    const changed = committed.replace(
      '| D3 | Redis is short of memory, or takes no writes | 6 |',
      '| D3 | Redis is short of memory, or takes no writes | 2 |',
    );

    expect(changed).not.toBe(committed);
    expect(coverageSummary(committed, later)).toBe(committed);
    expect(coverageSummary(changed, later)).toBe(
      committed.replace(/^Counted \S+ by/m, 'Counted 2031-05-06 by'),
    );
  });
});
