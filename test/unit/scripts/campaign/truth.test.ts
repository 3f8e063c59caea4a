import { describe, expect, it } from 'vitest';
import { compared, notWorking, type Truth } from '../../../../scripts/campaign/truth.ts';
import { partIds } from '../../../../src/domain/platform/part.ts';

/** The referee's word: these do not work, these it could not see, the rest does. */
const truth = (down: readonly string[], unseen: readonly string[] = []): Truth =>
  partIds
    .filter((part) => part !== 'runtime')
    .map((part) => ({ part, works: unseen.includes(part) ? 'unknown' : !down.includes(part), saw: 'seen' }));

const against = async (fault: string, asked: string, confirmed: readonly string[], ...looks: Truth[]) => {
  let look = 0;
  const referee = () => Promise.resolve(looks[Math.min(look++, looks.length - 1)] ?? []);
  const { contradicted } = await compared(referee, { id: fault }, { asked, confirmed });
  return { contradicted, looks: look };
};

describe('the referee beside an answer', () => {
  it('agrees where what is planted does not work, with what stands on it', async () => {
    const down = truth(['redis', 'agent-manager', 'collect-agent']);

    expect(await against('part.redis.stopped', 'H2 redis', ['H2.a'], down)).toEqual({
      contradicted: [],
      looks: 1,
    });
    expect(notWorking(down)).toEqual(['agent-manager', 'redis', 'collect-agent'].toSorted(byPart));
  });

  it('contradicts a fault that is planted, and does no harm to its part', async () => {
    expect((await against('part.redis.paused', 'H2 redis', [], truth([]))).contradicted).toEqual([
      'the referee: redis works (seen), though its fault is planted',
    ]);
  });

  it.each([
    ['H2 nats', 'H2.a', 'nats'],
    ['S2', 'S2.c', 'collect-agent'],
    ['S7', 'S7.c', 'neo4j'],
  ])('contradicts whoever asks for %s and confirms %s while the part works', async (asked, cause, part) => {
    expect((await against('S3.a', asked, [cause], truth([]))).contradicted).toEqual([
      `the referee: ${part} works (seen), though ${cause} is confirmed`,
    ]);
    expect((await against('S3.a', asked, ['S3.a'], truth([]))).contradicted).toEqual([]);
  });

  it('contradicts where a part is down that has nothing to do with the one that is stopped', async () => {
    expect(
      (await against('part.redis.stopped', 'H2 redis', [], truth(['redis', 'neo4j']))).contradicted,
    ).toEqual(['the referee: neo4j does not work (seen), and nobody planted that']);
    expect((await against('D1.a', 'D1', ['D1.a'], truth(['postgres', 'neo4j']))).contradicted).toEqual([]);
  });

  it('contradicts by nothing that it could not see, and by nothing that it sees once', async () => {
    expect((await against('part.neo4j.stopped', 'H2 neo4j', [], truth([], ['neo4j']))).contradicted).toEqual(
      [],
    );
    const busy = truth(['redis', 'neo4j']);
    expect(await against('part.redis.stopped', 'H2 redis', [], busy, truth(['redis']))).toEqual({
      contradicted: [],
      looks: 2,
    });
  });
});

const byPart = (one: string, other: string) =>
  partIds.findIndex((part) => part === one) - partIds.findIndex((part) => part === other);
