import { describe, expect, it } from 'vitest';
import { type Diagnosis, defineDiagnosis } from '../../../../src/domain/diagnosis/diagnosis.ts';
import { asTyped, type Matcher, partIn, symptomOf } from '../../../../src/domain/diagnosis/symptom.ts';
import { type PartId, partIds } from '../../../../src/domain/platform/part.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';

const one = (id: string, slug: string, part: PartId, more: Partial<Diagnosis> = {}): Diagnosis =>
  defineDiagnosis({ id, slug, part, evidence: [], causes: [], handOver: [], ...more });
const diagnoses = [
  one('D3', 'redis-memory', 'redis'),
  one('D4', 'nats-backlog', 'nats'),
  one('H2', 'unreachable', 'runtime', { kind: 'way' }),
  one('D5', 'redis-slow', 'redis'),
  one('H3', 'network', 'redis', { kind: 'way' }),
  one('S1', 'startup', 'agent-manager'),
];

/** Knows nothing but these words. */
const matcher = (
  answers: Readonly<Record<string, readonly string[]>> = {},
  sure = false,
  suspects: Partial<Record<PartId, readonly string[]>> = {},
): Matcher => ({
  match: (text) => ({ candidates: (answers[text.trim()] ?? []).map((id) => ({ id })), sure, near: sure }),
  suspects: { ...Object.fromEntries(partIds.map((part) => [part, []])), ...suspects } as Matcher['suspects'],
});
const read = (text: string, by = matcher()) => symptomOf(text, diagnoses, by, asInGuide);

describe('the part that a text names', () => {
  it.each<[string, PartId | undefined]>([
    ['redis', 'redis'],
    ['why is REDIS slow', 'redis'],
    ['the orchestrator hangs', 'orchestrator-service'],
    ['reasoning', 'reasoning-service'],
    ['PostgreSQL', 'postgres'],
    ['pg is slow', 'postgres'],
    ['my agents are silent', 'collect-agent'],
    // A nickname is a word of its own.
    ['pgx', undefined],
    ['subagents', undefined],
    // What carries everything is no part that somebody means.
    ['the runtime', undefined],
    ['nothing of ours', undefined],
    ['', undefined],
  ])('of "%s" is %s', (text, part) => {
    expect(partIn(text, asInGuide)).toBe(part);
  });
});

describe('a request for a diagnosis', () => {
  it.each([
    ['D3', 'D3'],
    ['d3', 'D3'],
    ['  D3  ', 'D3'],
    ['D3.b', 'D3'],
    ['d3.B and more', 'D3'],
    ['redis-memory', 'D3'],
    ['Redis-Memory', 'D3'],
    ['nats-backlog please', 'D4'],
  ])('"%s" names %s by its id or slug', (text, id) => {
    expect(read(text)).toMatchObject({ kind: 'known', ids: [id] });
  });

  it.each(['xD3', 'D33', 'D3.', 'D3.bb', 'D3b', 'D9', 'memory', 'S1x'])(
    '"%s" is none, and the words mean nothing here',
    (text) => {
      expect(read(text)).toEqual({ kind: 'unknown' });
    },
  );

  it('takes the part along that stands beside an id', () => {
    expect(read('H2 nats')).toEqual({ kind: 'known', ids: ['H2'], part: 'nats' });
    expect(read('S1')).toEqual({ kind: 'known', ids: ['S1'] });
  });

  it.each(['redis', ' Redis ', 'REDIS'])(
    '"%s" alone asks for the ways to it and what is about it',
    (text) => {
      expect(read(text)).toEqual({ kind: 'known', ids: ['H2', 'H3', 'D3', 'D5'], part: 'redis' });
    },
  );

  it('takes a nickname alone as the part', () => {
    expect(read('postgresql')).toEqual({ kind: 'known', ids: ['H2', 'H3'], part: 'postgres' });
    expect(read('the postgresql')).toEqual({ kind: 'unknown' });
  });

  it('offers at most four that its words may mean, and only those there are', () => {
    const ids = ['D3', 'gone', 'D4', 'S1', 'D5', 'H2'];

    expect(read('something is slow', matcher({ 'something is slow': ids }))).toEqual({
      kind: 'choose',
      ids: ['D3', 'D4', 'S1', 'D5'],
    });
    expect(read('about nats', matcher({ 'about nats': ['D4'] }))).toEqual({
      kind: 'choose',
      ids: ['D4'],
      part: 'nats',
    });
  });

  it('takes the best of its words at once when they are sure', () => {
    expect(read('it is slow', matcher({ 'it is slow': ['gone', 'D4', 'D3'] }, true))).toEqual({
      kind: 'known',
      ids: ['D4'],
    });
    expect(read('redis is slow', matcher({ 'redis is slow': ['D3'] }, true))).toEqual({
      kind: 'known',
      ids: ['D3'],
      part: 'redis',
    });
    expect(read('it is slow', matcher({ 'it is slow': ['gone'] }, true))).toEqual({ kind: 'unknown' });
  });
});

describe('the error of a connection', () => {
  const suspects = { redis: ['D3', 'gone', 'H2', 'D4', 'S1', 'D5'], runtime: ['H2', 'D4'] };

  it('offers at most four suspects of the part at its other end, and only those there are', () => {
    expect(read('connection refused by redis', matcher({}, false, suspects))).toEqual({
      kind: 'choose',
      ids: ['D3', 'H2', 'D4', 'S1'],
      part: 'redis',
    });
    expect(read('connection refused', matcher({}, false, suspects))).toEqual({
      kind: 'choose',
      ids: ['H2', 'D4'],
    });
  });

  it('puts what the rest of its words surely says first, once', () => {
    const by = matcher({ starts: ['S1', 'D5'] }, true, { runtime: ['H2', 'S1'] });

    expect(read('starts connection refused', by)).toEqual({ kind: 'choose', ids: ['S1', 'H2'] });
  });

  it('gives nothing on words beside it that are not sure', () => {
    const by = matcher({ starts: ['S1'] }, false, { runtime: ['H2'] });

    expect(read('starts connection refused', by)).toEqual({ kind: 'choose', ids: ['H2'] });
  });

  it('is one symptom when the whole text surely is the likeliest suspect, or what stands beside', () => {
    const whole = (id: string) =>
      matcher({ 'lost: connection refused': [id], 'lost:': ['S1'] }, true, { runtime: ['H2', 'D4'] });

    expect(read('lost: connection refused', whole('H2'))).toEqual({ kind: 'known', ids: ['H2'] });
    expect(read('lost: connection refused', whole('S1'))).toEqual({ kind: 'known', ids: ['S1'] });
    // The second suspect alone is not told by anything else.
    expect(read('lost: connection refused', whole('D4'))).toEqual({
      kind: 'choose',
      ids: ['S1', 'H2', 'D4'],
    });
  });

  it('keeps the part with the one symptom that it is', () => {
    const by = matcher({ 'redis connection refused': ['D3'] }, true, suspects);

    expect(read('redis connection refused', by)).toEqual({ kind: 'known', ids: ['D3'], part: 'redis' });
  });
});

describe('a diagnosis as it is typed', () => {
  it('names the part only for a way', () => {
    expect(asTyped({ id: 'H2', kind: 'way' }, 'redis')).toBe('H2 redis');
    expect(asTyped({ id: 'H2', kind: 'way' }, undefined)).toBe('H2');
    expect(asTyped({ id: 'D3' }, 'redis')).toBe('D3');
  });
});
