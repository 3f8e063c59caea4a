import { describe, expect, it } from 'vitest';
import { found } from '../../../../src/domain/diagnosis/diagnosis.ts';
import { findingOf, isFor, placeOfRuntime } from '../../../../src/domain/diagnosis/place.ts';
import type { Finding } from '../../../../src/domain/probe/finding.ts';

describe('an instruction', () => {
  const finding = (code: Finding['code']): Finding => ({
    ...{ code, severity: 'critical', part: 'agent-manager', subject: 'a', facts: {} },
  });
  const cause = { for: [finding('PART_NOT_READY'), finding('SERVICE_UNHEALTHY')] };
  const filledBy = (code: Finding['code']) =>
    findingOf({ instruction: 'x', where: found(code) }, cause)?.code;

  it('is filled from the finding that it is for, else from the first one', () => {
    expect(filledBy('SERVICE_UNHEALTHY')).toBe('SERVICE_UNHEALTHY');
    expect(filledBy('ENDPOINT_HUNG')).toBe('PART_NOT_READY');
    expect(findingOf({ instruction: 'x' }, cause)?.code).toBe('PART_NOT_READY');
    expect(findingOf({ instruction: 'x' }, { for: [] })).toBeUndefined();
  });
});

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
