import { describe, expect, it } from 'vitest';
import { historyAnswer, whoamiAnswer } from '../../../../src/bot/views/answers.view.ts';
import type { Run } from '../../../../src/domain/run/run.ts';
import { wordsIn } from '../../../../src/text/words.ts';

const words = wordsIn('en');
const me = { teamId: 'T1', userId: 'U0REQUEST', via: 'slack' } as const;

describe('whoami', () => {
  it('lists what somebody may do, where, and of which risk they may approve', () => {
    const environments = [
      { environment: 'prod', rights: ['read'] as const },
      { environment: 'stage', rights: ['read', 'start', 'configure'] as const },
    ];
    const { text } = whoamiAnswer(me, undefined, { environments, tiers: [1, 2] }, words);

    expect(text.split('\n').slice(1, -1)).toEqual([
      '*You may*',
      '• read what I find in `prod`, `stage`',
      '• start checks, and ask for fixes, in `stage`',
      '• set the daily digest for `stage`',
      '• approve fixes that somebody else asked for: risk 1 (one object, no data at risk), risk 2 (users may notice)',
    ]);
  });

  it('says why somebody may approve nothing', () => {
    const none = { environments: [], tiers: [] };

    expect(whoamiAnswer(me, 'guest', none, words).text).toContain('• approve no fix: guests do not decide');
    expect(whoamiAnswer(me, undefined, none, words).text).toContain('the policy does not name you');
    expect(whoamiAnswer(me, undefined, none, words).text).toContain('• read and start nothing here');
  });
});

it('a run of the history has its verdict, and its id, which leads to its answer', () => {
  const run: Run = {
    ...{ id: '0190f1c2-7d3e-7a44-9b1e-2f6f8f4d9a10', kind: 'health', environment: 'prod', params: {} },
    ...{ state: 'complete', attempt: 1, source: 'slash', requestedBy: me, createdAt: new Date(0) },
    summary: { overall: 'findings', roots: ['redis'] },
  };
  const link = 'https://acme.slack.com/archives/C1/p1';

  const linked = historyAnswer([run], words, new Map([[run.id, link]])).text;
  expect(linked).toContain(`health · prod · broken: Redis · <@U0REQUEST> · <${link}|8f4d9a10>`);
  expect(historyAnswer([run], words).text).toContain('· `8f4d9a10`');
});
