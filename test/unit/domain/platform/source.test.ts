import { describe, expect, it } from 'vitest';
import { asInGuide, platformOf } from '../../../../src/domain/platform/platform.ts';
import {
  factOf,
  mayDecide,
  observed,
  partFactOf,
  sourcedFacts,
} from '../../../../src/domain/platform/source.ts';

describe('where a value comes from (R-PLAT1)', () => {
  const here = platformOf({
    parts: { nats: { port: 5222 }, redis: { port: 6379 } },
    subjects: { events: 'shop.events.>', heartbeat: asInGuide.subjects.heartbeat },
  });

  it('is our configuration where that names it, also as the guide does', () => {
    expect(factOf(here, 'subjects', 'events')).toEqual({ value: 'shop.events.>', source: 'configured' });
    expect(factOf(here, 'subjects', 'heartbeat').source).toBe('configured');
    expect(partFactOf(here, 'nats', 'port')).toEqual({ value: 5222, source: 'configured' });
    expect(partFactOf(here, 'redis', 'port')).toEqual({ value: 6379, source: 'configured' });
  });

  it('is the guide where nothing is said', () => {
    expect(factOf(here, 'subjects', 'registration').source).toBe('documented');
    expect(factOf(asInGuide, 'subjects', 'events').source).toBe('documented');
    expect(partFactOf(here, 'neo4j', 'port')).toEqual({ value: 7687, source: 'documented' });
    expect(partFactOf(here, 'neo4j', 'name')).toBeUndefined();
  });

  it('is what was seen, where our configuration does not say', () => {
    const seen = { parts: { nats: { port: 6222 }, neo4j: { port: 7687 } }, subjects: { events: 'a.b' } };
    const both = platformOf({ parts: { nats: { port: 5222 } } }, seen);

    expect(partFactOf(both, 'nats', 'port')).toEqual({ value: 5222, source: 'configured' });
    expect(partFactOf(both, 'neo4j', 'port')).toEqual({ value: 7687, source: 'observed' });
    expect(factOf(both, 'subjects', 'events')).toEqual({ value: 'a.b', source: 'observed' });
    expect(factOf(both, 'subjects', 'all').source).toBe('documented');
  });

  it('is our configuration in a copy of a platform that differs from the guide', () => {
    expect(factOf({ ...here }, 'subjects', 'events').source).toBe('configured');
    expect(partFactOf({ ...here }, 'nats', 'port')?.source).toBe('configured');
  });

  it('decides only where nothing is but documented', () => {
    const documented = factOf(here, 'subjects', 'registration');
    expect(mayDecide(observed('a'), factOf(here, 'subjects', 'events'))).toBe(true);
    expect(mayDecide(observed('a'), documented)).toBe(false);
    expect(sourcedFacts({ subject: observed('a'), other: documented })).toEqual({
      subject: 'a',
      subjectSource: 'observed',
      other: documented.value,
      otherSource: 'documented',
    });
  });
});
