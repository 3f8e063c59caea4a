import { describe, expect, it } from 'vitest';
import { whyNotAnswer } from '../../../../src/bot/views/follow-up.view.ts';
import type { RunWithOutcomes } from '../../../../src/domain/run/run.ts';
import { wordsIn } from '../../../../src/text/words.ts';

const look = (key: string) => ({
  key,
  probe: key,
  part: 'redis',
  status: 'healthy',
  facts: {},
  findings: [],
});
const causes = [
  { id: 'D3.a', part: 'redis', verdict: 'confirmed', for: [] },
  { id: 'D3.b', part: 'redis', verdict: 'ruled-out', turns: { key: 'redis.eviction-policy', alone: true } },
  { id: 'D3.c', part: 'redis', verdict: 'ruled-out', turns: { key: 'redis.memory', alone: false } },
  // Stored by the version before.
  { id: 'D1.a', part: 'postgres', verdict: 'ruled-out' },
];
const run = {
  ...{ summary: { causes }, outcomes: [look('redis.eviction-policy'), look('redis.memory')] },
} as unknown as RunWithOutcomes;
const said = (asked: Parameters<typeof whyNotAnswer>[1]) => whyNotAnswer(run, asked, wordsIn('en'))?.text;

describe('“why not …?”', () => {
  it('names under a cause that is ruled out the look that would change it', () => {
    const lines = said({ ids: ['D3.b'] })?.split('\n') ?? [];

    expect(lines).toHaveLength(3);
    expect(lines[1]).toContain('D3.b · ruled out');
    expect(lines[2]).toContain('would change with another reading of');
    expect(said({ ids: ['D3.c'] })).toContain('and the complaint itself');
  });

  it('is about a part, a symptom or one cause, and about nothing that the run did not judge', () => {
    const named = (text: string | undefined) => text?.match(/D\d\.\w/g);

    expect(named(said({ ids: ['H2', 'D1'], part: 'postgres' }))).toEqual(['D1.a']);
    expect(named(said({ ids: ['D3'] }))).toEqual(['D3.a', 'D3.b', 'D3.c']);
    expect(said({ ids: ['H2', 'D4'], part: 'nats' })).toBeUndefined();
  });
});
