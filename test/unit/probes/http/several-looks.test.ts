import { describe, expect, it } from 'vitest';
import { type Stage, TargetError } from '../../../../src/domain/kernel/errors.ts';
import type { ServicesTarget } from '../../../../src/domain/probe/targets/http.ts';
import { severalLooks } from '../../../../src/probes/http/several-looks.probe.ts';
import { fakeServices, httpAnswer, probeContext } from '../../../support/probe-context.ts';

/** A service whose connections end like this in turn, again and again. */
async function look(...ends: readonly (number | Stage)[]) {
  let asked = 0;
  const services: ServicesTarget = {
    ...fakeServices({}),
    request: (_url, options) => {
      expect(options?.anew).toBe(true);
      const end = ends[asked++ % ends.length] ?? 200;
      if (typeof end === 'number') return Promise.resolve(httpAnswer('', end));
      return Promise.reject(new TargetError(end, 'no'));
    },
  };
  const params = severalLooks.params.parse({ service: 'agent-manager' });
  const outcome = await severalLooks.run(params, probeContext({ services }));
  return { asked, outcome };
}

describe('http.several-looks', () => {
  it('counts the looks that were refused, among twice as many', async () => {
    const { asked, outcome } = await look(200, 'refused');

    expect(asked).toBe(16);
    expect(outcome).toMatchObject({
      findings: [
        {
          ...{ code: 'SERVICE_ANSWERS_IN_PART', severity: 'critical', subject: 'agent-manager' },
          facts: { looks: 16, answered: 8, refused: 8, other: 0, httpStatus: 200 },
        },
      ],
    });
  });

  it('counts a stranger that answers otherwise', async () => {
    expect((await look(200, 200, 200, 404)).outcome).toMatchObject({
      findings: [
        { severity: 'critical', facts: { refused: 0, other: 4, httpStatus: 200, otherStatus: 404 } },
      ],
    });
  });

  it('is a warning where few are', async () => {
    expect((await look(200, 200, 200, 200, 200, 200, 200, 'closed')).outcome).toMatchObject({
      findings: [{ severity: 'warning', facts: { looks: 16, refused: 2 } }],
    });
  });

  it.each([
    ['all answer alike', [200], 8],
    ['all answer badly alike', [503], 8],
    ['some are slow', [200, 'no-answer'], 2],
  ] as const)('finds nothing where %s', async (_what, ends, count) => {
    const { asked, outcome } = await look(...ends);

    expect([asked, outcome.status]).toEqual([count, 'healthy']);
  });

  it.each(['refused', 'closed', 'no-answer', 'dns'] as const)(
    'could not look where each look ends with %s: others say why',
    async (stage) => {
      await expect(look(stage)).rejects.toMatchObject({ stage });
    },
  );

  it('forgives one bad look, which a replica that was just replaced may be', async () => {
    const once = [...Array.from({ length: 15 }, () => 200), 'refused' as const];

    expect((await look(...once.toReversed())).outcome).toMatchObject({
      status: 'healthy',
      facts: { refused: 1 },
    });
  });

  it('has no say where the service is not configured', async () => {
    const services = { ...fakeServices({}), find: () => undefined };
    const params = severalLooks.params.parse({ service: 'agent-manager' });

    expect(await severalLooks.run(params, probeContext({ services }))).toMatchObject({ status: 'skipped' });
  });
});
