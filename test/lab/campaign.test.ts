/** The campaign itself: it has to see every kind of wrong answer. The real one runs by `npm run campaign`. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { faultById, faults } from '../../lab/faults/index.ts';
import { writeSection } from '../../lab/report.ts';
import type { Fault, Lab } from '../../lab/types.ts';
import { tryCombination } from '../../scripts/campaign/combination-trial.ts';
import { samples, tryDeprived } from '../../scripts/campaign/deprived-trial.ts';
import { expectationOf, spokenInLog } from '../../scripts/campaign/expectation.ts';
import type { Said } from '../../scripts/campaign/log-says.ts';
import { pairs, tryPair } from '../../scripts/campaign/pairs.ts';
import type { Answer, Product } from '../../scripts/campaign/product.ts';
import { Controls, tryFault } from '../../scripts/campaign/trial.ts';

type Verdict = Answer['causes'][number]['verdict'];

const answer = (...causes: readonly (readonly [string, Verdict])[]): Answer => {
  const sorted = causes.map(([id, verdict]) => ({ id, verdict }));
  const first = sorted.find(({ verdict }) => verdict === 'confirmed');
  return {
    runId: 'run',
    causes: sorted,
    overall: '',
    seconds: 1,
    title: first === undefined ? 'nothing' : `${first.id} it is`,
    message: sorted.map(({ id }) => id).join(' '),
    evidence: [],
  };
};
const healthy = answer(['S2.a', 'ruled-out'], ['S2.b', 'ruled-out']);

/** A platform with one fault, and a product that answers what it is told while the fault is there. */
function stage(whilePlanted: Answer, otherwise: Answer = healthy) {
  let there = false;
  const fault: Fault = {
    id: 'S2.a',
    title: '',
    variants: ['one', 'two'],
    runtimes: ['kubernetes'],
    within: 1,
    plant: async () => {
      there = true;
    },
    check: async () => there,
    clear: async () => {
      there = false;
    },
  };
  const lab = { runtime: 'kubernetes', healthy: async () => undefined } as unknown as Lab;
  const product: Product = {
    health: () => Promise.reject(new Error('not asked for here')),
    diagnose: async () => (there ? whilePlanted : otherwise),
    seenToRun: async () => undefined,
    stop: async () => undefined,
  };
  return { fault, options: { lab, product, controls: new Controls() } };
}

type Refereed = Parameters<typeof tryDeprived>[0];
const nothing = () => undefined;

async function tryDeprivedOnce(stage: Refereed, fault: Fault) {
  const [trial] = await tryDeprived(stage, fault, 'one', ['without-logs'], nothing);
  if (trial === undefined) throw new Error('one environment, one trial');
  return trial;
}

const tryPairOnce = (stage: Refereed, fault: Fault) => tryPair(stage, [{ fault, variant: 'one' }], nothing);

async function tryCombinationOnce(stage: Refereed, fault: Fault) {
  const trial = await tryCombination(stage, [fault], nothing);
  if ('impossible' in trial) throw new Error(trial.impossible);
  return trial;
}

const problemsWith = async (whilePlanted: Answer, otherwise?: Answer) => {
  const { fault, options } = stage(whilePlanted, otherwise);
  return (await tryFault(options, fault, 'one')).problems;
};

describe('the fault campaign', () => {
  it('accepts the planted cause alone, and health afterwards', async () => {
    expect(await problemsWith(answer(['S2.a', 'confirmed'], ['S2.b', 'ruled-out']))).toEqual([]);
  });

  it('sees that the planted cause is not confirmed', async () => {
    expect(await problemsWith(answer(['S2.a', 'possible']))).toEqual(['not found: S2.a is possible']);
    expect(await problemsWith(answer(['S2.b', 'ruled-out']))).toEqual(['not found: S2.a is not asked for']);
  });

  it('sees a false cause, and one that stands before the true one', async () => {
    expect(await problemsWith(answer(['S2.b', 'confirmed'], ['S2.a', 'confirmed']))).toEqual([
      'S2.b stands before S2.a',
      'certain and wrong: not planted: S2.b',
    ]);
  });

  it('sees a cause on a healthy platform, before and after', async () => {
    const sick = answer(['S2.b', 'confirmed']);

    expect(await problemsWith(answer(['S2.a', 'confirmed']), sick)).toEqual([
      'certain and wrong: control: S2.b confirmed',
      'certain and wrong: afterwards: S2.b confirmed',
    ]);
  });

  it('sees a message that does not say what was found', async () => {
    const silent = { ...answer(['S2.a', 'confirmed']), title: 'all is well', message: 'nothing' };

    expect(await problemsWith(silent)).toEqual(['the message does not name S2.a']);
  });

  it('sees that a log does not speak of what was planted, or of something else alone', async () => {
    const right = answer(['S2.a', 'confirmed']);
    const withLog = async (...said: readonly Said[]) => {
      const { fault, options } = stage(right);
      const logs = { since: async () => said, stop: () => undefined };
      const { log, problems } = await tryFault({ ...options, logs }, fault, 'one');
      return { log, problems };
    };
    const line = (id: string, causes: readonly string[], ask: string | null = null): Said => ({
      ...{ id, ask },
      causes: [...causes],
    });

    expect(await withLog(line('unheard', ['S2.a', 'S2.d']), line('token', ['S2.b']))).toEqual({
      log: ['unheard (S2.a, S2.d)', 'token (S2.b)'],
      problems: [],
    });
    expect((await withLog(line('unheard', [], 'S2'))).problems).toEqual([]);
    expect((await withLog(line('token', ['S2.b'], 'S1'), line('other', []))).problems).toEqual([
      'not found: the log speaks of token (S2.b), and not of S2.a',
    ]);
    expect((await withLog(line('other', []))).problems).toEqual([
      'not found: the log does not speak of S2.a',
    ]);
  });

  it('sees that the referee contradicts the answer, and leaves alone what it does not contradict', async () => {
    const withWord = async (works: boolean | 'unknown', said: Answer) => {
      const { fault, options } = stage(said);
      const referee = async () => [{ part: 'collect-agent', works, saw: 'a heartbeat' }];
      const { contradicted, problems, truth } = await tryFault({ ...options, referee }, fault, 'one');
      expect(problems).toEqual([...problems.filter((one) => !contradicted.includes(one)), ...contradicted]);
      expect(truth).toEqual([{ part: 'collect-agent', works, saw: 'a heartbeat' }]);
      return contradicted;
    };
    const down = answer(['S2.c', 'confirmed']);

    expect(await withWord(true, down)).toEqual([
      'certain and wrong: the referee: collect-agent works (a heartbeat), though S2.c is confirmed',
    ]);
    expect(await withWord(false, down)).toEqual([]);
    expect(await withWord('unknown', down)).toEqual([]);
    expect(await withWord(true, answer(['S2.a', 'confirmed']))).toEqual([]);
  });

  it.each([
    ['with less evidence', tryDeprivedOnce],
    ['two at a time', tryPairOnce],
    ['together', tryCombinationOnce],
  ])(
    'asks the referee %s as well, and a second time before it believes in a contradiction',
    async (_how, run) => {
      const said = answer(['S2.a', 'confirmed'], ['S2.c', 'confirmed']);
      const withWords = async (...words: readonly boolean[]) => {
        let looks = 0;
        const referee = async () => {
          const works = words[Math.min(looks, words.length - 1)] ?? false;
          looks += 1;
          return [{ part: 'collect-agent', works, saw: 'a heartbeat' }];
        };
        const { fault, options } = stage(said);
        const { contradicted, problems } = await run({ ...options, referee }, fault);
        expect(problems).toEqual(expect.arrayContaining([...contradicted]));
        return { contradicted, looks };
      };
      const works =
        'certain and wrong: the referee: collect-agent works (a heartbeat), though S2.c is confirmed';

      expect(await withWords(true)).toEqual({ contradicted: [works], looks: 2 });
      expect(await withWords(true, false)).toEqual({ contradicted: [], looks: 2 });
      expect(await withWords(false)).toEqual({ contradicted: [], looks: 1 });
    },
  );

  it('leaves a combination out of which one was gone when it was asked for, and no other wrong answer', async () => {
    const { fault, options } = stage(answer(['S2.a', 'ruled-out']));
    const referee = async () => [];
    const goes = {
      ...options.product,
      diagnose: async (symptom: string) => {
        const said = await options.product.diagnose(symptom);
        await fault.clear(options.lab, 'one');
        return said;
      },
    };

    expect(await tryCombination({ ...options, referee }, [fault], nothing)).toMatchObject({
      problems: ['certain and wrong: S2.a is ruled out', 'not found: nothing that is planted is confirmed'],
    });
    expect(await tryCombination({ ...options, product: goes, referee }, [fault], nothing)).toEqual({
      ...{ impossible: 'S2.a was gone when it was asked for', problems: [] },
    });
  });

  it('takes away a fault of a combination that needs what another one broke, and says what stays', async () => {
    const { fault: store, options } = stage(answer(['S2.a', 'confirmed']));
    const needing = (isThere: () => Promise<boolean>): Fault => ({
      ...store,
      plant: async () => undefined,
      check: async () => true,
      clear: async () => {
        if (await isThere()) throw new Error('no store');
      },
    });
    const problemsWith = async (other: Fault) =>
      (await tryCombination({ ...options, referee: async () => [] }, [store, other], nothing)).problems;

    expect(await problemsWith(needing(() => store.check(options.lab, 'one')))).toEqual([]);
    expect(await problemsWith(needing(async () => true))).toEqual(['clear S2.a: Error: no store']);
  });

  it('takes "possible" for an answer only where evidence was taken away', async () => {
    const less = async (seen: Answer) => {
      const { fault, options } = stage(seen);
      const trials = await tryDeprived(options, fault, 'one', ['without-logs'], () => undefined);
      return trials.flatMap(({ problems }) => problems);
    };

    expect(await less(answer(['S2.a', 'possible']))).toEqual([]);
    expect(await less(answer(['S2.a', 'ruled-out']))).toEqual(['certain and wrong: S2.a is ruled out']);
    expect(await less(answer(['S2.b', 'confirmed'], ['S2.a', 'possible']))).toEqual([
      'certain and wrong: not planted: S2.b',
    ]);
  });

  it('knows what to ask for every fault of the lab, and plants only faults that there are', () => {
    for (const fault of faults) expect(expectationOf(fault).cause).toMatch(/^[HSDNPTKCM]\d\.[a-z]$/);
    for (const id of [...Object.values(samples).flat(), ...spokenInLog]) expect(faultById(id).id).toBe(id);
    for (const { fault, variant } of pairs.flat()) expect(faultById(fault).variants).toContain(variant);
  });

  it('replaces the rows it has tried again in the document and leaves the others', () => {
    const folder = mkdtempSync(join(tmpdir(), 'aetherius-campaign-'));
    const file = join(folder, 'campaign.md');
    const section = (name: string, row: string) => ({
      name,
      head: '| a | b | c | d |\n| --- | --- | --- | --- |',
      rows: [row],
      date: '2026-03-01',
      command: 'npm run campaign',
    });
    writeSection(file, section('kubernetes', '| S2.a | one | kubernetes | wrong |'));
    writeSection(file, section('kubernetes', '| S2.a | two | kubernetes | right |'));
    writeSection(file, section('compose', '| S2.a | one | compose | right |'));
    writeSection(file, section('kubernetes', '| S2.a | one | kubernetes | right |'));
    const text = readFileSync(file, 'utf8');
    rmSync(folder, { recursive: true });

    expect(text).toContain('| S2.a | two | kubernetes | right |');
    expect(text).toContain('| S2.a | one | kubernetes | right |');
    expect(text).toContain('| S2.a | one | compose | right |');
    expect(text).not.toContain('| wrong |');
    expect(text).toContain('2 trials, 2 right');
  });
});
