import { describe, expect, it } from 'vitest';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { Neo4jTarget } from '../../../../src/domain/probe/targets/neo4j.ts';
import { runtimeGraphLog } from '../../../../src/probes/runtime/graph-log.probe.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';
import { probeContext } from '../../../support/probe-context.ts';

const now = new Date('2026-03-01T10:05:00Z');

const context = (parts: Readonly<Partial<Record<PartId, readonly FakePart[]>>>) => ({
  deps: { environment: 'test', platform: asInGuide, runtime: fakeRuntime(parts) },
  signal: new AbortController().signal,
  now: () => now,
  wait: () => Promise.resolve(),
});

const json = (level: string, msg: string, more: Readonly<Record<string, string>> = {}) =>
  JSON.stringify({ time: '2026-03-01T10:04:49Z', level, msg, ...more });

describe('runtime.graph-log', () => {
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

describe('W3 runtime.graph-log, of a log that claims a connection', () => {
  const graph = (log: string) =>
    runtimeGraphLog.run({ minutes: 10 }, context({ 'reasoning-service': [{ log }] }));
  const claim = json('info', 'Connected to Neo4j at bolt://neo4j:7687');
  const complaint = json('error', 'Neo4j connection failed', { error: 'AuthError: Unauthorized' });

  it('takes no complaint back for it', async () => {
    await expect(graph(`${complaint}\n${claim}`)).rejects.toMatchObject({ facts: { reason: 'graph-claim' } });
    expect(await graph(`${claim}\n${complaint}`)).toMatchObject({
      findings: [{ code: 'GRAPH_CREDENTIALS_REFUSED' }],
    });
    expect(await graph(claim)).toMatchObject({ status: 'healthy' });
  });
});

describe('runtime.graph-log, of a claim that Neo4j itself bears out', () => {
  const log = `${json('error', 'Neo4j connection failed', { error: 'AuthError: Unauthorized' })}\n${json('info', 'Connected to Neo4j at bolt://neo4j:7687')}`;
  const session = { agent: 'neo4j-python/5.28 Python/3.12', username: 'neo4j', at: '2026-03-01T10:04:50.5Z' };
  const graph = (rows: readonly (typeof session)[] | Error) => {
    const run = () => (rows instanceof Error ? Promise.reject(rows) : Promise.resolve(rows));
    const { deps, ...rest } = context({ 'reasoning-service': [{ log }] });
    const neo4j = { run } as unknown as Neo4jTarget;
    return runtimeGraphLog.run({ minutes: 10 }, { ...rest, deps: { ...deps, neo4j } });
  };

  it('is over with a session of the service’s driver since the complaint', async () => {
    expect(await graph([session])).toMatchObject({ status: 'healthy' });
  });

  it.each([
    ['that was not let in', [{ ...session, username: '' }]],
    ['from before the complaint', [{ ...session, at: '2026-03-01T10:04:40Z' }]],
    ['of another program', [{ ...session, agent: 'neo4j-browser/v5' }]],
    ['that nobody may see', new Error('forbidden')],
  ] as const)('stays open with a session %s', async (_which, rows) => {
    await expect(graph(rows as never)).rejects.toMatchObject({ facts: { reason: 'graph-claim' } });
  });
});

describe('runtime.graph-log, of a log without a line', () => {
  const read = (recent: string, whole: string) => {
    const runtime = {
      ...fakeRuntime({ 'reasoning-service': [{}] }),
      logs: (_instance: unknown, options?: { readonly sinceSeconds?: number }) =>
        Promise.resolve(options?.sinceSeconds === undefined ? whole : recent),
    };
    return runtimeGraphLog.run({ minutes: 10 }, probeContext({ runtime }));
  };

  it('takes none from one that was rotated away: nothing can be read from its silence', async () => {
    await expect(read('', '')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('takes it for the silence of a quiet service when there are older lines', async () => {
    expect(await read('', 'started')).toMatchObject({ status: 'healthy' });
  });
});

describe('runtime.graph-log, how far it looks', () => {
  it('reads 800 lines of 10 minutes, and one more of any age when it finds none', async () => {
    const asked: unknown[] = [];
    const runtime = fakeRuntime({ 'reasoning-service': [{}] });
    const logs: typeof runtime.logs = (_instance, options) => {
      asked.push([options?.tail, options?.sinceSeconds]);
      return Promise.resolve(options?.sinceSeconds === undefined ? 'started' : '');
    };

    await runtimeGraphLog.run(
      runtimeGraphLog.params.parse({}),
      probeContext({ runtime: { ...runtime, logs } }),
    );

    expect(asked).toEqual([
      [800, 600],
      [1, undefined],
    ]);
    expect([120, 121].map((minutes) => runtimeGraphLog.params.safeParse({ minutes }).success)).toEqual([
      ...[true, false],
    ]);
  });

  it('shows the last three lines, 200 letters of the last one, and since when', async () => {
    const lines = [1, 2, 3, 4].map((nth) => json('error', `neo4j: failed ${nth}`));
    const long = `${'x'.repeat(150)} cannot load the model; neo4j: failed ${'y'.repeat(150)}`;
    const read = (log: string) =>
      runtimeGraphLog.run({ minutes: 5 }, context({ 'reasoning-service': [{ log }] }));

    expect(await read(lines.join('\n'))).toMatchObject({
      findings: [
        {
          ...{ code: 'GRAPH_CONNECTION_FAILS', since: '2026-03-01T10:04:49Z' },
          excerpts: [{ source: 'log reasoning-service-0', lines: lines.slice(1) }],
        },
      ],
    });
    const plain = await read(long);
    expect(plain).toMatchObject({ findings: [{ facts: { message: `${long.slice(0, 199)}…` } }] });
    expect(JSON.stringify(plain)).not.toContain('since');
  });

  it('has no say where the service does not run', async () => {
    expect(await runtimeGraphLog.run({ minutes: 5 }, context({}))).toMatchObject({ status: 'skipped' });
  });
});
