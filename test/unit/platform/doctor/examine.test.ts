import { describe, expect, it } from 'vitest';
import { recreateChecks } from '../../../../src/platform/doctor/examine.ts';
import { environment } from '../../../support/targets.ts';

describe('what doctor says of containers that may be made anew', () => {
  it('is said of the environment that lets it happen, and of no other', () => {
    const on = (recreate?: boolean) => ({
      ...environment(),
      runtime: {
        ...({ kind: 'compose', project: 'p', socket: '/x' } as const),
        ...(recreate === undefined ? {} : { recreate }),
      },
    });
    const environments = { prod: on(true), stage: on(), dev: on(false), none: environment() };

    expect(recreateChecks({ environments })).toEqual([
      { area: 'configuration', key: 'configuration.recreate', state: 'ok', facts: { environment: 'prod' } },
    ]);
  });
});
