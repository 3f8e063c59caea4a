import { describe, expect, it } from 'vitest';
import { postgresSessionAges } from '../../../../src/probes/postgres/session-ages.probe.ts';
import { postgresInTurn, probeContext } from '../../../support/probe-context.ts';

describe('postgres.session-ages', () => {
  const app = { application: 'agent-manager', sessions: 45, young: 45 };
  const look = (...looks: readonly (object | undefined)[]) =>
    postgresSessionAges.run(
      postgresSessionAges.params.parse({}),
      probeContext({
        postgres: postgresInTurn(...looks.map((one) => (one === undefined ? [] : [one]))),
      }),
    );

  it('finds connections that are young, and young again a moment later', async () => {
    expect(await look(app, { ...app, young: 23 })).toMatchObject({
      findings: [
        {
          ...{ code: 'PG_CONNECTIONS_PASSING', subject: 'agent-manager' },
          facts: { sessions: 45, young: 23, seconds: 5 },
        },
      ],
    });
  });

  it.each([
    ['that are kept', [{ ...app, young: 22 }]],
    ['of a pool that was just opened', [app, { ...app, young: 22 }]],
    ['that are few', [{ ...app, sessions: 9, young: 9 }]],
    ['of another program the second time', [app, { ...app, application: 'shop' }]],
    ['that are gone the second time', [app, undefined]],
  ])('finds nothing in connections %s', async (_what, looks) => {
    expect(await look(...looks)).toMatchObject({ status: 'healthy' });
  });

  it('has no say where nobody is connected', async () => {
    expect(await look(undefined)).toMatchObject({ status: 'skipped', reason: 'no-data' });
  });
});
