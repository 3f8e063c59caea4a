import { describe, expect, it } from 'vitest';
import { newIn, withStanding } from '../../../../scripts/campaign/standing.ts';
import type { DiagnoseOutput } from '../../../../src/cli/output-schemas.ts';

const confirmedAt = (subject: string) =>
  ({
    diagnoses: [
      {
        causes: [
          {
            ...{ id: 'H2.b', verdict: 'confirmed', against: [], missing: [] },
            for: [{ code: 'POD_RESTARTING', part: 'orchestrator-service', subject }],
          },
        ],
      },
    ],
  }) as unknown as DiagnoseOutput;

describe('a cause that stood before', () => {
  it.each([
    ['stands there still, in a Pod that was made anew', 'orchestrator-7c9d8bb5df-x2k4q', []],
    ['is new in a Pod of another workload', 'reasoning-7c9d8bb5df-x2k4q', ['H2.b']],
    // A Pod of a StatefulSet keeps its name.
    ['is new in another one of a StatefulSet', 'orchestrator-1', ['H2.b']],
  ])('%s', (_what, subject, left) => {
    const before = withStanding(new Map(), confirmedAt('orchestrator-5f7bb8c6d9-qq8zt'));

    expect(newIn(confirmedAt(subject), before).causes.map(({ id }) => id)).toEqual(left);
  });
});
