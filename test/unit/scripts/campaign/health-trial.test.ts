import { describe, expect, it } from 'vitest';
import { kindOf } from '../../../../scripts/campaign/certain.ts';
import { judge } from '../../../../scripts/campaign/health-trial.ts';
import { comparedTable, type Truth } from '../../../../scripts/campaign/truth.ts';
import type { PartRow, PartState } from '../../../../src/domain/health/health.ts';
import { type PartId, partIds } from '../../../../src/domain/platform/part.ts';

const at = (said: Said, part: PartId) => (said[part] === 'down' ? 0 : 1);

type Said = Partial<Record<PartId, PartState | readonly [PartState, PartId]>>;

/** Roots stand first. */
const tableOf = (said: Said): readonly PartRow[] =>
  [...partIds]
    .toSorted((one, other) => at(said, one) - at(said, other))
    .map((part) => {
      const [state, consequenceOf] = [said[part] ?? 'up'].flat() as [PartState, PartId?];
      const fact = { key: 'health.seen', facts: {} };
      return {
        ...{ part, state, fact, witnesses: [], findings: [] },
        ...(consequenceOf === undefined ? {} : { consequenceOf }),
      } as unknown as PartRow;
    });
const kinds = (said: Said) =>
  judge({ rows: tableOf(said) }, { id: 'part.redis.stopped' }).map((one) => [kindOf(one), one]);

describe('a table of a part that was stopped', () => {
  it('is right where that part is down and what stands on it is said behind it', () => {
    expect(kinds({ redis: 'down', 'agent-manager': ['degraded', 'redis'] })).toEqual([]);
  });

  it('is certain and wrong where the part is called up, and not found where nobody could look', () => {
    expect(kinds({})).toEqual([['certain', 'certain and wrong: redis is up, not down']]);
    expect(kinds({ redis: 'unknown' })).toEqual([['notFound', 'not found: redis is unknown, not down']]);
  });

  it('is certain and wrong where another part is called down, and only wrong where it could not be seen', () => {
    expect(kinds({ redis: 'down', neo4j: 'down' })).toContainEqual([
      ...['certain', 'certain and wrong: not planted: neo4j down health.seen'],
    ]);
    expect(kinds({ redis: 'down', neo4j: 'unknown' })).toEqual([
      [undefined, 'not planted: neo4j unknown health.seen'],
    ]);
  });
});

describe('the referee beside a table', () => {
  const truth = (down: readonly PartId[]): Truth =>
    partIds.map((part) => ({ part, works: !down.includes(part), saw: 'seen' }));
  const contradictions = (said: Said, ...looks: Truth[]) => {
    let at = 0;
    return comparedTable(async () => looks[Math.min(at++, looks.length - 1)] ?? [], tableOf(said));
  };

  it('contradicts a part that is called up or down and is not, and whoever is so because of it', async () => {
    expect(await contradictions({}, truth(['redis']))).toEqual([
      'certain and wrong: the referee: redis does not work (seen), though it is called up',
    ]);
    expect(
      await contradictions({ redis: 'down', 'agent-manager': ['degraded', 'redis'] }, truth([])),
    ).toEqual([
      'certain and wrong: the referee: redis works (seen), though it is called down',
      'certain and wrong: the referee: redis works, though agent-manager is degraded because of it',
    ]);
  });

  it('contradicts by nothing that it sees once, that is not certain, or that only time tells', async () => {
    expect(await contradictions({}, truth(['redis']), truth([]))).toEqual([]);
    expect(await contradictions({ redis: 'unknown', nats: 'degraded' }, truth(['redis', 'nats']))).toEqual(
      [],
    );
    expect(await contradictions({}, truth(['collect-agent']))).toEqual([]);
    expect(await comparedTable(undefined, tableOf({}))).toEqual([]);
  });
});
