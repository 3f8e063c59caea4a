import { describe, expect, it } from 'vitest';
import { homeView } from '../../../../src/bot/views/home.view.ts';
import { environmentNow, type ReportedLook, type WatchedLook } from '../../../../src/domain/watch/now.ts';
import { wordsIn } from '../../../../src/text/words.ts';
import { aFinding, aReport, aRow, at } from '../../../support/slack-views.ts';

const broken = aReport({
  overall: 'findings',
  rows: [
    aRow({ part: 'redis', state: 'degraded', findings: [aFinding({ since: '2026-11-25T02:50:00Z' })] }),
    aRow({ part: 'nats', state: 'down', consequenceOf: 'redis' }),
  ],
});
const reported = (time: string, more: Partial<ReportedLook> = {}): ReportedLook => ({
  ...{ report: broken, at: at(time) },
  ...more,
});
const look = { times: 2, since: '2026-11-25T02:55:00Z' };
const watched = (time: string, seen: 'well' | 'down'): WatchedLook => ({
  at: at(time),
  state: {
    redis:
      seen === 'well'
        ? { seen, same: look }
        : { seen: { state: seen, cause: 'x' }, same: look, broken: look },
  },
});

describe('what the newest look says', () => {
  it('names what is broken of its own, and since when', () => {
    expect(environmentNow({ reported: reported('03:00:00') }, { now: at('03:10:00') })).toMatchObject({
      broken: [{ part: 'redis', state: 'degraded', since: '2026-11-25T02:50:00Z' }],
      stale: false,
    });
  });

  it('is that of a watch where that is newer, and that of a check where it is not', () => {
    const looks = { reported: reported('03:00:00'), watched: watched('03:05:00', 'well') };
    expect(environmentNow(looks, { now: at('03:06:00') })).toMatchObject({ overall: 'healthy', broken: [] });
    const older = { reported: reported('03:00:00'), watched: watched('02:55:00', 'well') };
    expect(environmentNow(older, { now: at('03:06:00') })).toMatchObject({ overall: 'findings' });
    const down = { watched: watched('03:05:00', 'down') };
    expect(environmentNow(down, { now: at('03:06:00') })?.broken).toEqual([
      { part: 'redis', state: 'down', since: look.since },
    ]);
  });

  it('is the present for a quarter of an hour, or for as long as the next look of a watch may take', () => {
    const seen = (now: string, everyMs?: number) =>
      environmentNow({ reported: reported('03:00:00') }, { now: at(now), ...(everyMs && { everyMs }) })
        ?.stale;
    expect([seen('03:14:59'), seen('03:15:01')]).toEqual([false, true]);
    expect([seen('03:05:59', 300_000), seen('03:06:01', 300_000)]).toEqual([false, true]);
  });

  it('is nothing where nobody has looked', () => {
    expect(environmentNow({}, { now: at('03:00:00') })).toBeUndefined();
  });
});

describe.each(['en', 'zh-CN'] as const)('Home in %s', (language) => {
  const home = (looks: Parameters<typeof environmentNow>[0], now: string): string => {
    const current = environmentNow(looks, { now: at(now) });
    const view = homeView(
      {
        ...{ environments: [{ name: 'prod', ...(current && { current }) }], pending: [], switches: [] },
        ...{ followUps: [], record: { state: 'confirmed' }, runs: [], fixes: [], now: at(now) },
      },
      wordsIn(language),
    );
    return JSON.stringify(view.blocks[1]);
  };

  it('says what is broken now, and nothing old as the present', () => {
    const fresh = home({ reported: reported('03:00:00') }, '03:05:00');
    expect(fresh).toContain(':octagonal_sign:');
    expect(fresh).toContain('Redis');
    const old = home({ reported: reported('03:00:00') }, '06:00:00');
    expect(old).toContain(':white_circle:');
    expect(old).toContain(language === 'en' ? 'not looked at since' : '之后未再检查');
    expect(old).not.toMatch(/octagonal_sign|large_green_circle/);
    expect(home({ watched: watched('03:00:00', 'well') }, '06:00:00')).not.toContain('large_green_circle');
  });

  it('says that it is mended, as long as that is the present', () => {
    const looks = { reported: reported('03:00:00', { mendedAt: at('03:07:00') }) };
    expect(home(looks, '03:08:00')).toContain(':large_green_circle:');
    expect(home(looks, '06:00:00')).toContain(':white_circle:');
  });
});
