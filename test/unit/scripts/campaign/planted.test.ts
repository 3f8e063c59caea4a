import { describe, expect, it } from 'vitest';
import type { Fault, Lab } from '../../../../lab/types.ts';
import { plantedIn } from '../../../../scripts/campaign/planted.ts';
import type { Shell } from '../../../../scripts/campaign/shell.ts';

type Said = readonly (readonly [id: string, verdict: string, subject?: string])[];

/** A fault that comes and goes at once, and a shell that answers this while it is there and that afterwards. */
function stage(planted: Said, afterwards: Said) {
  let there = false;
  const fault = {
    id: 'D3.a',
    variants: ['one', 'two'],
    runtimes: ['compose'],
    within: 1,
    plant: async () => {
      there = true;
    },
    check: async () => there,
    clear: async () => {
      there = false;
    },
  } as unknown as Fault;
  const causes = (said: Said) =>
    said.map(([id, verdict, subject = 'redis']) => ({
      ...{ id, verdict, for: [{ code: 'REDIS_OOM', part: 'redis', subject }], against: [], missing: [] },
    }));
  const shell = {
    ask: async () => ({
      exit: 1,
      seconds: 1,
      body: { diagnoses: [{ causes: causes(there ? planted : afterwards) }] },
    }),
  } as unknown as Shell;
  // A lab that nobody can look at: the referee's word is not what these tests are about.
  const lab = {
    healthy: async () => undefined,
    endpoints: async () => {
      throw new Error('no platform');
    },
  } as unknown as Lab;
  return { shell, fault, lab };
}

async function tried(planted: Said, afterwards: Said, standing: readonly string[]) {
  const { shell, fault, lab } = stage(planted, afterwards);
  const trial = await plantedIn(shell, lab, fault, {
    ...{
      seed: 'as-is',
      runtime: 'compose',
      standing: new Map(standing.map((id) => [id, new Set(['redis redis'])])),
    },
  });
  if ('impossible' in trial) throw new Error(trial.impossible);
  const { topCause, verdict, falseCauses, problems, open } = trial;
  const said = { topCause, verdict, falseCauses, ...(open === undefined ? {} : { open }) };
  return { ...said, problems: problems.filter((one) => one !== 'no platform') };
}

describe('a fault in a platform that is not as it should be', () => {
  it('is found beside what stands there before, whichever is said first', async () => {
    const said: Said = [
      ['D3.b', 'confirmed'],
      ['D3.a', 'confirmed'],
    ];

    expect(await tried(said, [['D3.b', 'confirmed']], ['D3.b'])).toEqual({
      ...{ topCause: 'D3.a', verdict: 'confirmed', falseCauses: [], problems: [] },
    });
  });

  it('is not found where something else is new', async () => {
    const said: Said = [
      ['D3.b', 'confirmed'],
      ['D3.a', 'ruled-out'],
    ];
    const { verdict, falseCauses, problems } = await tried(said, [['D3.b', 'confirmed']], []);

    expect({ verdict, falseCauses }).toEqual({ verdict: 'ruled-out', falseCauses: ['D3.b'] });
    expect(problems).toEqual(
      expect.arrayContaining([
        'certain and wrong: D3.a is ruled out',
        'certain and wrong: not planted: D3.b',
        'certain and wrong: afterwards: D3.b confirmed',
      ]),
    );
  });

  it('is found where the same cause stands elsewhere before, and not where it stands there', async () => {
    const here = await tried([['D3.a', 'confirmed']], [], ['D3.a']);
    const elsewhere = await tried([['D3.a', 'confirmed', 'redis-1']], [], ['D3.a']);

    expect(here.topCause).toBe('–');
    expect(here.problems).not.toEqual([]);
    expect(elsewhere).toEqual({ topCause: 'D3.a', verdict: 'confirmed', falseCauses: [], problems: [] });
  });

  it('is found beside what is true at any time, seen before or not', async () => {
    const { shell, fault, lab } = stage(
      [
        ['D3.a', 'confirmed'],
        ['S2.d', 'confirmed', 'agent.register.c'],
      ],
      [['S2.d', 'confirmed', 'agent.heartbeat.c']],
    );
    const trial = await plantedIn(shell, lab, fault, {
      ...{ seed: 'as-is', runtime: 'kubernetes', standing: new Map([['S2.d', 'anywhere']]) },
    });

    expect(trial).toMatchObject({ topCause: 'D3.a', falseCauses: [], problems: ['no platform'] });
  });

  it('is named with what the shell could not see', async () => {
    const { shell, fault, lab } = stage([['D3.a', 'confirmed']], []);
    const where = { seed: 7, runtime: 'compose', without: 'without-logs' } as const;

    expect(await plantedIn(shell, lab, fault, where)).toMatchObject({ state: 'D3.a one, without-logs' });
  });

  it('may be possible, where nothing else is said with certainty, and its row says why', async () => {
    expect(await tried([['D3.a', 'possible']], [], [])).toEqual({
      ...{ topCause: '–', verdict: 'possible', falseCauses: [], problems: [] },
      open: 'D3.a possible (REDIS_OOM)',
    });
  });
});
