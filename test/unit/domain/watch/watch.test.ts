import { describe, expect, it } from 'vitest';
import { symptomLabel } from '../../../../src/domain/alert/incident.ts';
import type { HealthReport, PartRow } from '../../../../src/domain/health/health.ts';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import type { Finding } from '../../../../src/domain/probe/finding.ts';
import {
  afterLook,
  asAlert,
  looksOf,
  type PartLook,
  type WatchNews,
  type WatchState,
} from '../../../../src/domain/watch/watch.ts';
import { told } from './referee.ts';

const minuteMs = 60_000;
const start = Date.UTC(2026, 0, 2);
const at = (minute: number) => new Date(start + minute * minuteMs);

const down: PartLook = { state: 'down', cause: 'ENDPOINT_REFUSED', typed: 'H2 redis' };
const full: PartLook = { state: 'degraded', cause: 'REDIS_MEMORY_HIGH', typed: 'D3' };

/** Looks every five minutes at Redis; what was said, each with its minute. */
function watched(looks: readonly (PartLook | 'pause')[], part: PartId = 'redis') {
  let state: WatchState = {};
  let last: Date | undefined;
  let minute = 0;
  const news: (WatchNews & { readonly minute: number })[] = [];
  for (const look of looks) {
    if (look === 'pause') {
      minute += 60;
      continue;
    }
    const now = at(minute);
    const next = afterLook(state, new Map([[part, look]]), {
      ...{ now, gapMs: 16 * minuteMs },
      ...(last === undefined ? {} : { last }),
    });
    // Stored as JSON between two looks.
    state = JSON.parse(JSON.stringify(next.state)) as WatchState;
    news.push(...next.news.map((one) => ({ ...one, minute })));
    last = now;
    minute += 5;
  }
  return { state, news, said: news.map(({ kind, cause, minute: when }) => `${when} ${kind} ${cause}`) };
}
const times = <T extends PartLook>(count: number, one: T): readonly T[] =>
  Array.from({ length: count }, () => one);

describe('what a watch says', () => {
  it('is nothing while all is well, and nothing of what one look alone has seen', () => {
    expect(watched(times(20, 'well')).said).toEqual([]);
    expect(watched(['well', down, 'well', down, 'well']).said).toEqual([]);
  });

  it('is a change that two looks in a row have seen, once, with the time of the first', () => {
    const { said, news } = watched(['well', ...times(5, down), ...times(5, 'well')]);

    expect(said).toEqual(['10 fires ENDPOINT_REFUSED', '35 over ENDPOINT_REFUSED']);
    expect(news.map(({ since }) => since)).toEqual([at(5), at(5)]);
  });

  it('is that it is broken at its very first looks, too', () => {
    expect(watched([down, down]).said).toEqual(['5 fires ENDPOINT_REFUSED']);
  });

  it('names another cause before it ends the one before, so that nothing looks well in between', () => {
    expect(watched(['well', full, full, down, down, down, 'well', 'well']).said).toEqual([
      '10 fires REDIS_MEMORY_HIGH',
      '20 fires ENDPOINT_REFUSED',
      '20 over REDIS_MEMORY_HIGH',
      '35 over ENDPOINT_REFUSED',
    ]);
  });

  it('is that it is broken where two looks name two reasons, and another reason only when it holds', () => {
    expect(watched(['well', full, down, full, down, 'well', 'well']).said).toEqual([
      '10 fires ENDPOINT_REFUSED',
      '30 over ENDPOINT_REFUSED',
    ]);
    expect(watched(['well', full, down]).news[0]?.since).toEqual(at(5));
  });

  it('is no flapping where the reason changes while it is broken', () => {
    const { said } = watched([full, full, down, down, full, full, down, down]);

    expect(said.filter((line) => line.includes('flaps'))).toEqual([]);
    expect(said).toHaveLength(7);
  });

  it('does not take a look that saw nothing for good news or for bad news', () => {
    expect(watched([down, down, ...times(9, 'unseen' as const)]).said).toEqual(['5 fires ENDPOINT_REFUSED']);
    expect(watched([down, 'unseen', down]).said).toEqual(['10 fires ENDPOINT_REFUSED']);
    expect(watched(times(9, 'unseen' as const)).said).toEqual([]);
  });

  it('begins to count again after a pause', () => {
    expect(watched([down, 'pause', down]).said).toEqual([]);
    expect(watched([down, 'pause', down, down]).said).toEqual(['70 fires ENDPOINT_REFUSED']);
    // What was said before the pause is still true until two looks say otherwise.
    expect(watched([down, down, 'pause', 'unseen', 'well', 'well']).said).toEqual([
      '5 fires ENDPOINT_REFUSED',
      '80 over ENDPOINT_REFUSED',
    ]);
  });

  it('is one message that it flaps, at the third time within an hour, and then nothing until it is still', () => {
    const spell = [down, down, 'well', 'well'] as const;
    const { said } = watched([...spell, ...spell, ...spell, ...spell, ...times(8, 'well' as const)]);

    expect(said).toEqual([
      '5 fires ENDPOINT_REFUSED',
      '15 over ENDPOINT_REFUSED',
      '25 fires ENDPOINT_REFUSED',
      '35 over ENDPOINT_REFUSED',
      '45 fires flaps',
      '100 over flaps',
    ]);
  });

  it('says what is broken when what flapped stays broken', () => {
    const spell = [down, down, 'well', 'well'] as const;
    const { said } = watched([...spell, ...spell, down, down, ...times(8, down)]);

    expect(said.slice(4)).toEqual(['45 fires flaps', '70 fires ENDPOINT_REFUSED', '70 over flaps']);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])(
    'over a day is what a referee says who knows all looks (seed %i)',
    (seed) => {
      const looks = drawnDay(seed);

      expect(watched(looks).said).toEqual(
        told(looks.map((look) => (typeof look === 'string' ? look : look.cause))),
      );
    },
  );

  it('has in these days faults, flaps and recoveries', () => {
    const all = Array.from({ length: 12 }, (_, seed) => watched(drawnDay(seed + 1)).said).flat();

    for (const kind of ['fires flaps', 'over flaps', 'fires ENDPOINT_REFUSED', 'over REDIS_MEMORY_HIGH'])
      expect(all.filter((line) => line.endsWith(kind)).length, kind).toBeGreaterThan(2);
  });
});

/** 288 looks of a day: quiet hours, faults that stay, and hours in which it comes and goes. */
function drawnDay(seed: number): readonly PartLook[] {
  let x = seed * 2_654_435_761;
  const draw = (below: number) => {
    x = (Math.imul(x ^ (x >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return x % below;
  };
  const looks: PartLook[] = [];
  while (looks.length < 288) {
    const kind = draw(4);
    const length = kind === 3 ? 1 + draw(3) : 2 + draw(20);
    for (let i = 0; i < length; i += 1) looks.push((['well', down, full, 'well'] as const)[kind] ?? 'well');
    if (draw(3) === 0)
      for (let i = 0; i < 8; i += 1) looks.push(...times(1 + draw(3), i % 2 === 0 ? down : 'well'));
    if (draw(4) === 0) looks.push('unseen');
  }
  return looks.slice(0, 288);
}

describe('a look', () => {
  const row = (part: PartId, state: PartRow['state'], more: Partial<PartRow> = {}): PartRow => ({
    ...{ part, state, fact: { key: `some-${state}`, facts: {} }, witnesses: [], findings: [], pending: 0 },
    ...more,
  });
  const report = (rows: readonly PartRow[]): HealthReport => ({
    ...{ environment: 'prod', rows, overall: 'findings', roots: [], complete: true },
  });

  it('sees the roots, and neither what only follows from one nor what could not be checked', () => {
    const looks = looksOf(
      report([
        row('redis', 'down', {
          findings: [
            { code: 'REDIS_SLOW', severity: 'warning', part: 'redis', subject: 'redis', facts: {} },
            { code: 'ENDPOINT_REFUSED', severity: 'critical', part: 'redis', subject: 'redis', facts: {} },
          ],
        }),
        row('agent-manager', 'degraded', { consequenceOf: 'redis' }),
        row('nats', 'unknown'),
        row('neo4j', 'not-configured'),
        row('postgres', 'up'),
        row('reasoning-service', 'degraded'),
      ]),
      { typedOf: ({ part }) => (part === 'redis' ? 'H2 redis' : undefined) },
    );

    expect([...looks]).toEqual([
      ['redis', { state: 'down', cause: 'ENDPOINT_REFUSED', typed: 'H2 redis' }],
      ['agent-manager', 'unseen'],
      ['nats', 'unseen'],
      ['neo4j', 'unseen'],
      ['postgres', 'well'],
      ['reasoning-service', { state: 'degraded', cause: 'some-degraded' }],
    ]);
  });

  describe('at what people have muted', () => {
    const found = (code: Finding['code'], severity: Finding['severity']): Finding => ({
      ...{ code, severity, part: 'redis', subject: 'redis', facts: {} },
    });
    const slow = found('REDIS_SLOW', 'warning');
    const look = (state: PartRow['state'], muted: readonly Finding[], ...findings: readonly Finding[]) =>
      looksOf(report([row('redis', state, { findings })]), {
        typedOf: () => undefined,
        isQuiet: (finding) => muted.includes(finding),
      }).get('redis');

    it('sees no news, good or bad, and tells of whatever else is there', () => {
      const other = found('NO_MEMORY_LIMIT', 'warning');
      expect(look('degraded', [slow], slow)).toBe('unseen');
      expect(look('degraded', [slow], slow, found('NO_MEMORY_LIMIT', 'info'))).toBe('unseen');
      expect(look('degraded', [slow], slow, other)).toMatchObject({ cause: 'NO_MEMORY_LIMIT' });
      expect(look('degraded', [], slow)).toMatchObject({ cause: 'REDIS_SLOW' });
      expect(look('up', [slow])).toBe('well');
    });

    it('tells of a part that is down, unless what was muted is as bad', () => {
      const dead = found('ENDPOINT_REFUSED', 'critical');
      expect(look('down', [slow], slow)).toMatchObject({ state: 'down', cause: 'some-down' });
      expect(look('down', [dead], dead)).toBe('unseen');
      expect(look('down', [slow], slow, dead)).toMatchObject({ cause: 'ENDPOINT_REFUSED' });
    });

    it('says nothing of it however it flaps, tells of it two looks after the mute, and still turns green', () => {
      const quiet = look('degraded', [slow], slow) ?? 'well';
      const loud = look('degraded', [], slow) ?? 'well';
      const flapping = Array.from({ length: 10 }, () => [quiet, quiet, 'well', 'well'] as const).flat();
      expect(watched(flapping).said).toEqual([]);
      expect(watched([quiet, quiet, quiet, loud, loud]).said).toEqual(['20 fires REDIS_SLOW']);
      // Muted after it was told: the thread still hears that it is over.
      expect(watched([loud, loud, quiet, quiet, 'well', 'well']).said).toEqual([
        '5 fires REDIS_SLOW',
        '25 over REDIS_SLOW',
      ]);
    });
  });
});

describe('as an alert of our own', () => {
  const since = at(0);
  const news: WatchNews = { ...down, kind: 'fires', part: 'redis', since };

  it('it has the name of a rule, the diagnosis to ask, and the same identity when it is over', () => {
    const fires = asAlert(news, at(5));
    const over = asAlert({ ...news, kind: 'over' }, at(30));

    expect(fires).toMatchObject({ name: 'RedisDown', status: 'firing', startsAt: since });
    expect(fires.labels).toMatchObject({ part: 'redis', [symptomLabel]: 'H2 redis' });
    expect(over).toMatchObject({ status: 'resolved', endsAt: at(30), startsAt: since });
    expect(over.fingerprint).toBe(fires.fingerprint);
    expect(asAlert({ ...news, state: 'flaps', cause: 'flaps' }, at(5)).name).toBe('RedisFlaps');
  });
});
