import { describe, expect, it } from 'vitest';
import { isFor, placeOfRuntime } from '../../../../src/domain/diagnosis/place.ts';

describe('a place', () => {
  it('is what commands must name: the namespaces, or the project', () => {
    expect(
      placeOfRuntime({ kind: 'kubernetes', namespace: 'prod', agentNamespace: 'agents', context: 'c' }),
    ).toEqual({ kind: 'kubernetes', namespace: 'prod', agentNamespace: 'agents' });
    expect(placeOfRuntime({ kind: 'compose', project: 'demo', socket: '/s' })).toEqual({
      kind: 'compose',
      project: 'demo',
    });
    expect(placeOfRuntime({ kind: 'none' })).toEqual({ kind: 'none' });
  });

  it('takes the remedies for it and those for everywhere', () => {
    const places = [
      placeOfRuntime({ kind: 'kubernetes', namespace: 'n', agentNamespace: 'a' }),
      placeOfRuntime({ kind: 'compose', project: 'p', socket: '/s' }),
      placeOfRuntime({ kind: 'none' }),
    ];
    const taken = (on?: 'kubernetes' | 'compose') =>
      places
        .filter((place) => isFor({ instruction: 'x', ...(on === undefined ? {} : { on }) }, place))
        .map(({ kind }) => kind);

    expect(taken()).toEqual(['kubernetes', 'compose', 'none']);
    expect(taken('kubernetes')).toEqual(['kubernetes']);
    expect(taken('compose')).toEqual(['compose']);
  });
});
