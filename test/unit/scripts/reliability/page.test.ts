import { describe, expect, it } from 'vitest';
import {
  allRuns,
  type Done,
  kindsSection,
  reliabilityPage,
  withKinds,
} from '../../../../scripts/reliability/page.ts';

const done = (round: number, more: Partial<Done> = {}): Done => ({
  ...{ point: 'R-K4', action: 'policy', health: 'real', fault: 'SIGKILL', round, state: 'succeeded' },
  ...{
    effects: { there: 1, back: 0 },
    attempts: 2,
    audit: 'intact',
    seconds: 5,
    wrong: [],
    date: '2026-11-28',
  },
  ...more,
});
const told = { races: [], machine: 'a machine', command: 'npm run reliability' };

describe('the page of npm run reliability', () => {
  it('counts runs, ends and effects of each point', () => {
    const page = reliabilityPage({ ...told, runs: [done(0), done(1)] });
    expect(page).toContain('| SIGKILL | R-K4 | policy | 2 | succeeded | 1 | 1 | 2 |');
    expect(page).toContain('2 runs, 2 right; no step had more than 1 effect.');
  });

  it('shows an effect that happened twice, whatever else was right', () => {
    const twice = done(1, { effects: { there: 2, back: 0 }, wrong: ['an effect happened twice'] });
    const page = reliabilityPage({ ...told, runs: [done(0), twice] });
    expect(page).toContain('| SIGKILL | R-K4 | policy | 2 | succeeded | 1 (1), 2 (1) | 2 | 1 |');
    expect(page).toContain('2 runs, 1 right; one step had 2 effects.');
    expect(allRuns([twice])).toContain('an effect happened twice');
  });

  it('keeps the section of the kinds when it is written anew, and that the page when the kinds are', () => {
    const section = kindsSection([done(0, { action: 'stream' })], 'npm run reliability:kinds');
    const page = withKinds(reliabilityPage({ ...told, runs: [done(0)] }), '', section);
    expect(page).toContain('| SIGKILL | R-K4 | stream | 1 | succeeded | 1 | 1 | 1 |');

    const anew = withKinds(reliabilityPage({ ...told, runs: [done(0), done(1)] }), page);
    expect(anew).toContain('| SIGKILL | R-K4 | policy | 2 | succeeded | 1 | 1 | 2 |');
    expect(anew).toContain(section);
    expect(withKinds(anew, anew, section)).toBe(anew);
  });

  it('says from when to when they ran', () => {
    const page = reliabilityPage({ ...told, runs: [done(0, { date: '2026-11-27' }), done(1)] });
    expect(page).toContain('from 2026-11-27 to 2026-11-28');
  });
});
