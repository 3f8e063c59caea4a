import { describe, expect, it } from 'vitest';
import { servicesRootCauseCall } from '../../../../src/probes/services/root-cause-call.probe.ts';
import { fakeServices, httpAnswer, probeContext } from '../../../support/probe-context.ts';
import { json } from '../../../support/service-pages.ts';

describe('services.root-cause-call', () => {
  const path = '/api/v1/analyze/root-cause';
  const call = (answer: ReturnType<typeof httpAnswer>) =>
    servicesRootCauseCall.run({}, probeContext({ services: fakeServices({ [path]: [answer] }) }));

  it('tells a broken model from another failure, and an analysis without the graph from both (R-PLAT13)', async () => {
    expect(await call(json({ root_causes: [] }))).toMatchObject({ status: 'healthy' });
    expect(
      await call(json({ error: 'analysis failed: cannot load the model /app/models/x' }, 500)),
    ).toMatchObject({
      findings: [{ code: 'ROOT_CAUSE_FAILS' }, { code: 'ROOT_CAUSE_MODEL_ERROR' }],
    });
    expect(await call(json({ error: 'analysis failed: MemoryError' }, 500))).toMatchObject({
      findings: [{ code: 'ROOT_CAUSE_FAILS' }],
    });
    expect(await call(json({ knowledge_graph: 'unavailable' }))).toMatchObject({
      findings: [{ code: 'ROOT_CAUSE_GRAPH_UNAVAILABLE' }],
    });
  });
});
