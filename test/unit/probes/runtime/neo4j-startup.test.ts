import { describe, expect, it } from 'vitest';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import { runtimeNeo4jStartup } from '../../../../src/probes/runtime/neo4j-startup.probe.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';

const now = new Date('2026-03-01T10:05:00Z');

const context = (parts: Readonly<Partial<Record<PartId, readonly FakePart[]>>>) => ({
  deps: { environment: 'test', runtime: fakeRuntime(parts) },
  signal: new AbortController().signal,
  now: () => now,
  wait: () => Promise.resolve(),
});

describe('runtime.neo4j-startup: the log of Neo4j', () => {
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
