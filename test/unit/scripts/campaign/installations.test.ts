import { describe, expect, it } from 'vitest';
import { drawnFaults } from '../../../../scripts/campaign/installations.ts';

const drawn = (seed: number) => drawnFaults({ runtime: 'kubernetes', only: [] }, seed).map(({ id }) => id);

describe('the faults of a generated installation', () => {
  it('are not those that need a port where orchestrator-service has none', () => {
    const [withPort, without] = [drawn(3), drawn(4)];
    const left = withPort.filter((id) => !without.includes(id));

    expect(left.toSorted()).toEqual([
      ...['N1.c', 'S4.a', 'part.orchestrator-service.slow', 'part.orchestrator-service.unreachable'],
    ]);
    expect(without.filter((id) => !withPort.includes(id))).toEqual([]);
  });

  it('come in an order that the seed decides', () => {
    expect(drawn(3)).toEqual(drawn(3));
    expect(drawn(3)).not.toEqual(drawn(8));
    expect(drawn(3).toSorted()).toEqual(drawn(8).toSorted());
  });
});
