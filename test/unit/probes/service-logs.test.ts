import { describe, expect, it } from 'vitest';
import type { PartId } from '../../../src/domain/platform/part.ts';
import { runtimeAnalyzerLog } from '../../../src/probes/runtime/analyzer-log.probe.ts';
import { runtimeGraphLog } from '../../../src/probes/runtime/graph-log.probe.ts';
import { runtimeNeo4jStartup } from '../../../src/probes/runtime/neo4j-startup.probe.ts';
import { runtimeRegistrationLog } from '../../../src/probes/runtime/registration-log.probe.ts';
import { type FakePart, fakeRuntime } from '../../support/fake-runtime.ts';
import { probeContext } from '../../support/probe-context.ts';

const now = new Date('2026-03-01T10:05:00Z');
const context = (parts: Readonly<Partial<Record<PartId, readonly FakePart[]>>>) => ({
  deps: { environment: 'test', runtime: fakeRuntime(parts) },
  signal: new AbortController().signal,
  now: () => now,
  wait: () => Promise.resolve(),
});
const json = (level: string, msg: string, more: Readonly<Record<string, string>> = {}) =>
  JSON.stringify({ time: '2026-03-01T10:04:49Z', level, msg, ...more });
const loaded = json('info', 'model loaded', { path: '/app/models/isolation-forest.joblib' });
const broken = json('error', 'analysis failed', {
  error: 'cannot load the model /app/models/isolation-forest.joblib: EOFError',
});

describe('the log of reasoning-service', () => {
  const analyzer = (log: string) =>
    runtimeAnalyzerLog.run({ minutes: 30 }, context({ 'reasoning-service': [{ log }] }));

  it('says that the model cannot be loaded', async () => {
    expect(await analyzer(`${loaded}\n${broken}`)).toMatchObject({
      findings: [{ code: 'ANALYZER_MODEL_ERROR' }],
    });
  });

  it('is not taken for an error because the path of a loaded model is in it', async () => {
    expect(await analyzer(loaded)).toMatchObject({ status: 'healthy' });
  });

  it('is not taken for an error because a harmless line names the model', async () => {
    const there = json('info', 'model is there: /app/models/isolation-forest.joblib');

    expect(await analyzer(there)).toMatchObject({ status: 'healthy' });
    expect(await analyzer(`${broken}\n${there}`)).toMatchObject({
      findings: [{ code: 'ANALYZER_MODEL_ERROR' }],
    });
  });

  it('is judged by its last word', async () => {
    expect(await analyzer(`${broken}\n${loaded}`)).toMatchObject({ status: 'healthy' });
  });

  const graph = (log: string) =>
    runtimeGraphLog.run({ minutes: 10 }, context({ 'reasoning-service': [{ log }] }));
  const unavailable = 'knowledge graph is not available';

  it('tells refused credentials of Neo4j from a connection that fails', async () => {
    const refused = { error: 'AuthError: {code: Neo.ClientError.Security.Unauthorized}' };
    const down = { error: 'ServiceUnavailable: Couldn’t connect to neo4j:7687' };

    expect(await graph(json('error', unavailable, refused))).toMatchObject({
      findings: [{ code: 'GRAPH_CREDENTIALS_REFUSED', part: 'neo4j' }],
    });
    expect(await graph(json('error', unavailable, down))).toMatchObject({
      findings: [{ code: 'GRAPH_CONNECTION_FAILS', part: 'neo4j' }],
    });
  });
});

describe('a log without a line', () => {
  const runtimeThatKeeps = (recent: string, whole: string) => ({
    ...fakeRuntime({ 'reasoning-service': [{}] }),
    logs: (_instance: unknown, options?: { readonly sinceSeconds?: number }) =>
      Promise.resolve(options?.sinceSeconds === undefined ? whole : recent),
  });
  const read = (recent: string, whole: string) => {
    const runtime = runtimeThatKeeps(recent, whole);
    return Promise.allSettled([
      runtimeGraphLog.run({ minutes: 10 }, probeContext({ runtime })),
      runtimeAnalyzerLog.run({ minutes: 10 }, probeContext({ runtime })),
    ]);
  };

  it('is no evidence when it was rotated away: nothing can be read from its silence', async () => {
    for (const result of await read('', ''))
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'NOT_FOUND' } });
  });

  it('is the silence of a quiet service when there are older lines', async () => {
    for (const result of await read('', 'started'))
      expect(result).toMatchObject({ status: 'fulfilled', value: { status: 'healthy' } });
  });
});

describe('the log of Neo4j', () => {
  const look = (part: FakePart) => runtimeNeo4jStartup.run({}, context({ neo4j: [part] }));
  const young = '2026-03-01T10:04:50Z';

  it('says whether it has started', async () => {
    const starting = '2026-03-01 10:04:55.000+0000 INFO  Starting...';
    const started = `${starting}\n2026-03-01 10:05:00.000+0000 INFO  Started.`;

    expect(await look({ ready: false, startedAt: young, log: starting })).toMatchObject({
      findings: [{ code: 'NEO4J_STARTING' }],
    });
    expect(await look({ ready: false, startedAt: young, log: started })).toMatchObject({ status: 'healthy' });
  });

  it('is not believed to be ready only because nothing checks it', async () => {
    expect(await look({ ready: true, readinessChecked: false, startedAt: young, log: '' })).toMatchObject({
      findings: [{ code: 'NEO4J_STARTING' }],
    });
  });

  it('is no evidence when it is empty and the process is old', async () => {
    const old = { ready: false, startedAt: '2026-03-01T09:00:00Z', log: '' };

    await expect(look(old)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('the logs of registration', () => {
  const look = (agent: string, manager: string) =>
    runtimeRegistrationLog.run(
      {},
      context({ 'collect-agent': [{ log: agent }], 'agent-manager': [{ log: manager }] }),
    );
  const failed = (why: string) =>
    `2026-03-01T10:04:49.000Z ERROR register: registration failed: ${why} cluster_id=prod`;
  const codes = async (agent: string, manager: string) => {
    const result = await look(agent, manager);
    return result.status === 'unhealthy' ? result.findings.map(({ code }) => code) : [];
  };

  it('tell a request that never arrives from one that is refused', async () => {
    expect(await codes(failed('nobody listens on the subject (no responders)'), '')).toEqual([
      'AGENT_REGISTRATION_FAILS',
      'MANAGER_SEES_NO_REGISTRATION',
    ]);
    expect(
      await codes(
        failed('token mismatch'),
        `${json('info', 'registration request')}\n${json('error', 'registration failed: token mismatch')}`,
      ),
    ).toEqual(['AGENT_REGISTRATION_FAILS', 'REGISTRATION_REFUSED_TOKEN']);
  });

  it('are well when the agent was let in after all', async () => {
    const registered = '2026-03-01T10:04:50.000Z INFO  register: registered agent_id=node1 cluster_id=prod';

    expect(await codes(`${failed('token mismatch')}\n${registered}`, '')).toEqual([]);
  });
});
