import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { HttpAnswer } from '../../../../src/domain/probe/targets/http.ts';
import { servicesRootCauseCall } from '../../../../src/probes/services/root-cause-call.probe.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';
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
    const refused = "Couldn't connect to neo4j:7687 (resolved to …): Connection refused";
    expect(await call(json({ status: 'failed', error: refused }))).toMatchObject({
      findings: [
        { code: 'ROOT_CAUSE_FAILS' },
        { code: 'ROOT_CAUSE_GRAPH_UNAVAILABLE', severity: 'warning', facts: { error: refused } },
      ],
    });
    const nameless =
      "Couldn't connect to db:7687: Failed to establish connection to ResolvedIPv4Address(('10.0.0.7', 7687))";
    expect(await call(json({ status: 'failed', error: nameless }))).toMatchObject({
      findings: [{ code: 'ROOT_CAUSE_FAILS' }, { code: 'ROOT_CAUSE_GRAPH_UNAVAILABLE' }],
    });
    expect(await call(json({ knowledge_graph: 'unavailable' }))).toMatchObject({
      findings: [{ code: 'ROOT_CAUSE_GRAPH_UNAVAILABLE' }],
    });
  });
});

describe('W2: an analysis that did not run', () => {
  const path = '/api/v1/analyze/root-cause';
  const call = (answer: ReturnType<typeof httpAnswer>) =>
    servicesRootCauseCall.run({}, probeContext({ services: fakeServices({ [path]: [answer] }) }));

  it('is not taken for one that works when the service refuses the request', async () => {
    const detail = [{ loc: ['body', 'request_id'], msg: 'Field required' }];

    expect(await call(json({ detail }, 422))).toMatchObject({
      status: 'inconclusive',
      cause: { facts: { reason: 'analysis-refused', status: 422, error: JSON.stringify({ detail }) } },
    });
  });

  it('is a failure when the service says so with status 200', async () => {
    expect(await call(json({ status: 'failed', error: 'No such file: /models/x' }))).toMatchObject({
      status: 'unhealthy',
      findings: [{ code: 'ROOT_CAUSE_FAILS' }, { code: 'ROOT_CAUSE_MODEL_ERROR' }],
    });
    expect(await call(json({ status: 'completed', error: null }))).toMatchObject({ status: 'healthy' });
  });
});

describe('services.root-cause-call, at its thresholds', () => {
  const path = '/api/v1/analyze/root-cause';
  const call = (answer: ReturnType<typeof httpAnswer>) =>
    servicesRootCauseCall.run({}, probeContext({ services: fakeServices({ [path]: [answer] }) }));
  const seen = async (...of: Parameters<typeof call>) => {
    const outcome = await call(...of);
    return outcome.status === 'unhealthy' ? outcome.findings.map(({ code }) => code) : outcome.status;
  };

  it.each([
    [299, 'healthy'],
    [300, 'inconclusive'],
    [499, 'inconclusive'],
    [500, ['ROOT_CAUSE_FAILS']],
    [501, ['ROOT_CAUSE_FAILS']],
  ])('fails from status 500 on: %i', async (status, expected) => {
    expect(await seen(json({ error: 'MemoryError' }, status))).toEqual(expected);
  });

  it.each(['cannot load the model', 'joblib', 'sklearn', 'pickle', 'No such file', 'unpickling'])(
    'takes "%s" for a broken model',
    async (error) => {
      expect(await seen(json({ error }, 500))).toEqual(['ROOT_CAUSE_FAILS', 'ROOT_CAUSE_MODEL_ERROR']);
      expect(await seen(httpAnswer(error, 500))).toEqual(['ROOT_CAUSE_FAILS', 'ROOT_CAUSE_MODEL_ERROR']);
    },
  );

  it('keeps 240 letters of the error, of an answer of 2 000', async () => {
    const said = async (body: string) => {
      const outcome = await call(httpAnswer(body, 500));
      return outcome.status === 'unhealthy' ? outcome.findings[0]?.facts.error : undefined;
    };

    expect(await said(JSON.stringify({ error: 'e'.repeat(300) }))).toBe(`${'e'.repeat(239)}…`);
    expect(await said('t'.repeat(300))).toBe(`${'t'.repeat(239)}…`);
    expect(await said(JSON.stringify({ message: 'm' }))).toBe('{"message":"m"}');
    const graph = (before: number) => `${' '.repeat(before)}{"knowledge_graph": "unavailable"}`;
    expect(await seen(httpAnswer(graph(2_000 - 33)))).toEqual(['ROOT_CAUSE_GRAPH_UNAVAILABLE']);
    expect(await seen(httpAnswer(graph(2_001 - 33)))).toBe('healthy');
    expect(await seen(httpAnswer(graph(0), 202))).toBe('healthy');
  });

  it('fails when the connection is closed before an answer, and cannot look otherwise', async () => {
    const fails = (stage: 'closed' | 'dns') =>
      servicesRootCauseCall.run(
        {},
        probeContext({
          services: { ...fakeServices({}), request: () => Promise.reject(new TargetError(stage, 'no')) },
        }),
      );

    expect(await fails('closed')).toMatchObject({
      findings: [{ code: 'ROOT_CAUSE_FAILS', facts: { status: null } }],
    });
    await expect(fails('dns')).rejects.toMatchObject({ stage: 'dns' });
    const services = { ...fakeServices({}), find: () => undefined };
    expect(await servicesRootCauseCall.run({}, probeContext({ services }))).toMatchObject({
      reason: 'not-configured',
    });
  });
});

describe('services.root-cause-call, where several replicas are ready', () => {
  const path = '/api/v1/analyze/root-cause';
  const works = json({ root_causes: [] });
  const broken = json({ error: 'analysis failed: cannot load the model /app/models/x' }, 500);
  const pods: readonly FakePart[] = [1, 2].map((at) => ({
    ...{ name: `rs-${at}`, ready: true },
    address: { host: `10.0.0.${at}`, ports: [8082] },
  }));

  /** What answers at an address: a Pod, or one of them through the Service. */
  async function look(at: Readonly<Record<string, HttpAnswer | Error>>, there = pods) {
    const asked: string[] = [];
    const services = {
      ...fakeServices({ [path]: [works] }),
      request: async (url: string) => {
        const { hostname } = new URL(url);
        asked.push(hostname);
        const answer = at[hostname] ?? works;
        if (answer instanceof Error) throw answer;
        return answer;
      },
    };
    const outcome = await servicesRootCauseCall.run(
      {},
      probeContext({
        ...{ services, platform: asInGuide },
        runtime: fakeRuntime({ 'reasoning-service': there }),
      }),
    );
    return { outcome, asked };
  }

  it('finds the one whose analyses fail, though another one answers the Service', async () => {
    expect((await look({ '10.0.0.2': broken })).outcome).toMatchObject({
      status: 'unhealthy',
      findings: [
        { code: 'ROOT_CAUSE_FAILS' },
        { code: 'ROOT_CAUSE_MODEL_ERROR' },
        { code: 'ROOT_CAUSE_FAILS_IN_SOME', facts: { failing: 1, asked: 2, pods: 'rs-2' } },
      ],
    });
  });

  it('is healthy where each answers', async () => {
    const { outcome, asked } = await look({});

    expect(outcome).toMatchObject({ status: 'healthy', facts: { instances: 2 } });
    expect(asked.slice(1).toSorted()).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  it('does not call them well where one of them cannot be asked', async () => {
    const closed = new TargetError('no-answer', 'nothing there');

    expect((await look({ '10.0.0.2': closed })).outcome).toMatchObject({
      status: 'inconclusive',
      cause: { facts: { reason: 'replicas-not-asked', unasked: 1, instances: 2 } },
    });
  });

  it.each<[string, readonly FakePart[]]>([
    ['there is one', pods.slice(1)],
    ['the other one gets no requests', pods.map((pod, at) => ({ ...pod, ready: at === 0 }))],
  ])('asks once where %s', async (_what, there) => {
    const { outcome, asked } = await look({}, there);

    expect(outcome).toMatchObject({ status: 'healthy' });
    expect(asked).toHaveLength(1);
  });
});
