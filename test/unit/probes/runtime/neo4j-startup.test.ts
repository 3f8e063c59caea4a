import { describe, expect, it } from 'vitest';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import { runtimeNeo4jStartup } from '../../../../src/probes/runtime/neo4j-startup.probe.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';
import { probeContext } from '../../../support/probe-context.ts';

const now = new Date('2026-03-01T10:05:00Z');

const context = (parts: Readonly<Partial<Record<PartId, readonly FakePart[]>>>) => ({
  deps: { environment: 'test', platform: asInGuide, runtime: fakeRuntime(parts) },
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

describe('runtime.neo4j-startup, at its thresholds', () => {
  const starting = '2026-03-01 10:04:55.000+0000 INFO  Starting...';
  const look = (part: FakePart) => {
    const asked: unknown[] = [];
    const runtime = fakeRuntime({ neo4j: [part] });
    const logs: typeof runtime.logs = (instance, options) => {
      asked.push([options?.tail, options?.sinceSeconds]);
      return runtime.logs(instance, options);
    };
    return { asked, outcome: runtimeNeo4jStartup.run({}, probeContext({ runtime: { ...runtime, logs } })) };
  };

  it.each([
    ['2026-03-01T10:00:00Z', 'unhealthy'],
    ['2026-03-01T09:59:59Z', 'NOT_FOUND'],
    ['2026-03-01T10:00:01Z', 'unhealthy'],
  ])(
    'takes an empty log for one that was rotated away after five minutes: since %s',
    async (startedAt, expected) => {
      const outcome = await look({ ready: false, startedAt, log: '' }).outcome.catch(
        (error: { readonly code: string }) => ({ status: error.code }),
      );

      expect(outcome.status).toBe(expected);
    },
  );

  it('reads 400 lines since a little before its start', async () => {
    const young = look({ ready: false, startedAt: '2026-03-01T10:04:00Z', log: starting });

    expect(await young.outcome).toMatchObject({
      findings: [{ since: '2026-03-01T10:04:00Z', excerpts: [{ lines: [starting] }] }],
      facts: { runningSeconds: 60, lines: 1 },
    });
    expect(young.asked).toEqual([[400, 65]]);
  });

  it('shows the last three lines of its start', async () => {
    const lines = [1, 2, 3, 4].map((nth) => `${starting.replace('55', `5${nth}`)}`);
    const part = { ready: false, startedAt: '2026-03-01T10:04:50Z', log: lines.join('\n') };

    expect(await look(part).outcome).toMatchObject({ findings: [{ excerpts: [{ lines: lines.slice(1) }] }] });
  });

  it('believes readiness that something checks, and has no say where nothing runs', async () => {
    const ready = look({ ready: true, startedAt: '2026-03-01T10:04:00Z' });
    expect(await ready.outcome).toEqual({ status: 'healthy', facts: { runningSeconds: 60 } });
    expect(ready.asked).toEqual([]);
    expect(await look({ phase: 'waiting' }).outcome).toMatchObject({ status: 'skipped' });
  });
});
