import { describe, expect, it } from 'vitest';
import { asIsNames } from '../../../../lab/platform/as-is/installed.ts';
import { guidedNames } from '../../../../lab/platform/names.ts';
import type { Names } from '../../../../lab/types.ts';
import type { Answer } from '../../../../scripts/campaign/product.ts';
import {
  compared,
  comparedAll,
  notWorking,
  type Truth,
  whereaboutsOf,
} from '../../../../scripts/campaign/truth.ts';
import { partIds } from '../../../../src/domain/platform/part.ts';

/** The referee's word: these do not work, these it could not see, the rest does. */
const truth = (down: readonly string[], unseen: readonly string[] = []): Truth =>
  partIds
    .filter((part) => part !== 'runtime')
    .map((part) => ({ part, works: unseen.includes(part) ? 'unknown' : !down.includes(part), saw: 'seen' }));

const refereeOf = (looks: readonly Truth[]) => {
  const seen = { looks: 0 };
  const referee = () => {
    seen.looks += 1;
    return Promise.resolve(looks[Math.min(seen.looks, looks.length) - 1] ?? []);
  };
  return { referee, seen };
};
const said = (...confirmed: readonly string[]) => ({
  causes: confirmed.map((id) => ({ id, verdict: 'confirmed' as const })),
});

const against = async (fault: string, asked: string, confirmed: readonly string[], ...looks: Truth[]) => {
  const { referee, seen } = refereeOf(looks);
  const { contradicted } = await compared(referee, [{ id: fault }], [{ asked, ...said(...confirmed) }]);
  return { contradicted, ...seen };
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
      `certain and wrong: the referee: ${part} works (seen), though ${cause} is confirmed`,
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

describe('the referee beside several faults', () => {
  const together = async (
    faults: readonly string[],
    answers: Readonly<Record<string, Pick<Answer, 'causes'>>>,
    ...looks: Truth[]
  ) => {
    const { referee, seen } = refereeOf(looks);
    const planted = faults.map((id) => ({ id }));
    const { contradicted } = await comparedAll(referee, planted, new Map(Object.entries(answers)));
    return { contradicted, ...seen };
  };
  const both = ['part.redis.stopped', 'part.nats.paused'];
  const down = ['redis', 'nats', 'agent-manager', 'collect-agent', 'orchestrator-service'];

  it('agrees where each of them is there, and contradicts each that is not, seen twice', async () => {
    expect(await together(both, { 'H2 redis': said('H2.a') }, truth(down))).toEqual({
      ...{ contradicted: [], looks: 1 },
    });
    expect(await together(both, {}, truth(['redis']))).toEqual({
      contradicted: ['the referee: nats works (seen), though its fault is planted'],
      looks: 2,
    });
    expect((await together(both, {}, truth(['redis']), truth(down))).contradicted).toEqual([]);
  });

  it('contradicts by each answer, at the part that the answer names', async () => {
    const answers = { S7: said('S7.c'), 'H2 agent-manager': said('H2.a') };
    const works = (part: string, cause: string) =>
      `certain and wrong: the referee: ${part} works (seen), though ${cause} is confirmed`;

    expect((await together(['D2.a', 'T1.b'], answers, truth([]))).contradicted).toEqual([
      works('neo4j', 'S7.c'),
      works('agent-manager', 'H2.a'),
    ]);
    // Who asks for agent-manager is told of what it stands on.
    const below = { causes: [{ id: 'H2.a', verdict: 'confirmed', part: 'postgres' }] } as const;
    expect(
      (await together(['D2.a'], { 'H2 agent-manager': below }, truth(['postgres']))).contradicted,
    ).toEqual([]);
    const open = { causes: [{ id: 'S7.c', verdict: 'possible' }] } as const;
    expect((await together(['D2.a'], { S7: open }, truth([]))).contradicted).toEqual([]);
  });

  it('contradicts by what nobody planted only where parts alone are stopped', async () => {
    const unplanned = ['the referee: neo4j does not work (seen), and nobody planted that'];

    expect((await together(both, {}, truth([...down, 'neo4j']))).contradicted).toEqual(unplanned);
    expect((await together([...both, 'S1.a'], {}, truth([...down, 'neo4j']))).contradicted).toEqual([]);
  });
});

const byPart = (one: string, other: string) =>
  partIds.findIndex((part) => part === one) - partIds.findIndex((part) => part === other);

const asIs = asIsNames({
  ...{ cluster: 'c', heartbeatSeconds: 10, agentManagerDatabase: 'aetherius' },
  host: (part) => part,
});

describe('where the referee looks', () => {
  const at = {
    agentManager: 'http://10.0.0.1:80',
    orchestrator: 'http://10.0.0.2:81',
    reasoning: 'http://10.0.0.3:82',
    postgres: { host: '10.0.0.4', port: 6000, user: 'keeper', password: 'p@ss' },
    redis: { host: '10.0.0.5', port: 6001, password: 'r' },
    nats: { url: 'nats://herald:word@10.0.0.6:6002', monitorUrl: 'http://10.0.0.6:6003' },
    neo4j: { url: 'bolt://10.0.0.7:6004', user: 'neo4j', password: 'n' },
  };

  it('is where the lab says, by the names of the platform', () => {
    const names: Names = {
      ...guidedNames,
      tls: true,
      agentClient: undefined,
      parts: guidedNames.parts.filter((part) => part !== 'neo4j'),
      port: (part) => (part === 'orchestrator-service' ? 0 : 9000),
      path: (path, part) => (part === 'reasoning-service' ? '/up' : `/own${path}`),
    };

    expect(whereaboutsOf(at, names)).toEqual({
      health: {
        'agent-manager': 'http://10.0.0.1:80/own/health/ready',
        'reasoning-service': 'http://10.0.0.3:82/up',
      },
      agents: 'http://10.0.0.1:80/own/api/v1/agents',
      postgres: 'postgres://keeper:p%40ss@10.0.0.4:6000/postgres?sslmode=no-verify',
      redis: at.redis,
      nats: {
        ...{ host: '10.0.0.6', port: 6002, monitors: ['http://10.0.0.6:6003'] },
        login: { user: 'herald', pass: 'word' },
      },
      tls: true,
    });
  });

  it('is the connection of an agent alone, where none registers', () => {
    const { agents, agentClient } = whereaboutsOf(at, asIs);

    expect({ agents, agentClient }).toEqual({ agentClient: 'agent-c' });
  });
});
