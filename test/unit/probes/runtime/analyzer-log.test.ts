import { describe, expect, it } from 'vitest';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import { runtimeAnalyzerLog } from '../../../../src/probes/runtime/analyzer-log.probe.ts';
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

const loaded = json('info', 'model loaded', { path: '/app/models/isolation-forest.joblib' });

const broken = json('error', 'analysis failed', {
  error: 'cannot load the model /app/models/isolation-forest.joblib: EOFError',
});

describe('runtime.analyzer-log', () => {
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
});

describe('runtime.analyzer-log, of a log without a line', () => {
  const read = (recent: string, whole: string) => {
    const runtime = {
      ...fakeRuntime({ 'reasoning-service': [{}] }),
      logs: (_instance: unknown, options?: { readonly sinceSeconds?: number }) =>
        Promise.resolve(options?.sinceSeconds === undefined ? whole : recent),
    };
    return runtimeAnalyzerLog.run({ minutes: 10 }, probeContext({ runtime }));
  };

  it('takes none from one that was rotated away: nothing can be read from its silence', async () => {
    await expect(read('', '')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('takes it for the silence of a quiet service when there are older lines', async () => {
    expect(await read('', 'started')).toMatchObject({ status: 'healthy' });
  });
});

describe('runtime.analyzer-log, how far it looks', () => {
  it('reads 1 000 lines of 30 minutes, and one more of any age when it finds none', async () => {
    const asked: unknown[] = [];
    const runtime = fakeRuntime({ 'reasoning-service': [{}] });
    const logs: typeof runtime.logs = (_instance, options) => {
      asked.push([options?.tail, options?.sinceSeconds]);
      return Promise.resolve(options?.sinceSeconds === undefined ? 'started' : '');
    };

    await runtimeAnalyzerLog.run(
      runtimeAnalyzerLog.params.parse({}),
      probeContext({ runtime: { ...runtime, logs } }),
    );

    expect(asked).toEqual([
      [1_000, 1800],
      [1, undefined],
    ]);
    expect([120, 121].map((minutes) => runtimeAnalyzerLog.params.safeParse({ minutes }).success)).toEqual([
      ...[true, false],
    ]);
  });

  it('shows the last three lines, 200 letters of the last one, and since when', async () => {
    const lines = [1, 2, 3, 4].map((nth) => json('error', `cannot load the model ${nth}`));
    const long = `${'x'.repeat(150)} cannot load the model; neo4j: failed ${'y'.repeat(150)}`;
    const read = (log: string) =>
      runtimeAnalyzerLog.run({ minutes: 5 }, context({ 'reasoning-service': [{ log }] }));

    expect(await read(lines.join('\n'))).toMatchObject({
      findings: [
        {
          ...{ code: 'ANALYZER_MODEL_ERROR', since: '2026-03-01T10:04:49Z' },
          excerpts: [{ source: 'log reasoning-service-0', lines: lines.slice(1) }],
        },
      ],
    });
    const plain = await read(long);
    expect(plain).toMatchObject({ findings: [{ facts: { message: `${long.slice(0, 199)}…` } }] });
    expect(JSON.stringify(plain)).not.toContain('since');
  });

  it('has no say where the service does not run', async () => {
    expect(await runtimeAnalyzerLog.run({ minutes: 5 }, context({}))).toMatchObject({ status: 'skipped' });
  });
});
