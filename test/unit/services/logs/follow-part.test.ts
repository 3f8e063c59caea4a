import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import type { LogReport } from '../../../../src/domain/logs/report.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { KubeObject } from '../../../../src/domain/probe/targets/kubernetes.ts';
import type { Targets } from '../../../../src/domain/probe/targets/targets.ts';
import { createLogsFollowed, linesAfter } from '../../../../src/services/logs/follow-part.service.ts';
import { fakeKubernetes } from '../../../support/fake-kubernetes.ts';
import { fakeRuntime } from '../../../support/fake-runtime.ts';

const start = Date.parse('2026-11-28T09:00:00Z');
const line = (at: number, msg: string) =>
  `${JSON.stringify({ level: 'error', time: new Date(at).toISOString(), msg })}\n`;
const pod: KubeObject = {
  metadata: { name: 'am-1', uid: 'am-1', resourceVersion: '1' },
  spec: { containers: [{ name: 'main' }] },
};

/** Rounds of a log: what it holds in each, or that it cannot be read; `seen` has a report a round, and the last one. */
async function followed(rounds: readonly (string | Error)[]) {
  let [at, round] = [start, 0];
  const asked: (number | undefined)[] = [];
  const targets: Partial<Targets> = {
    runtime: fakeRuntime({ 'agent-manager': [{ id: 'am-1', name: 'am-1', namespace: 'aetherius' }] }),
    kubernetes: fakeKubernetes({
      list: () => Promise.resolve([pod]),
      logs(_namespace, _pod, _container, options = {}) {
        asked.push(options.sinceSeconds);
        const text = rounds[round] ?? '';
        return typeof text === 'string' ? Promise.resolve(text) : Promise.reject(text);
      },
    }),
  };
  const seen: LogReport[] = [];
  const { report } = await createLogsFollowed({
    targets: {
      forRun: (environment) => Promise.resolve({ environment, platform: asInGuide, ...targets }),
      close: () => Promise.resolve(),
    },
    clock: { now: () => new Date(at), sleep: () => Promise.resolve() },
  }).follow({
    ...{ environment: 'prod', part: 'agent-manager', signal: new AbortController().signal },
    query: { level: 'warning', since: start - 30 * 60_000 },
    redact: (text) => text,
    pause() {
      round += 1;
      at += 5_000;
      return round < rounds.length ? Promise.resolve() : Promise.reject(new Error('interrupted'));
    },
    onRead: (one) => void seen.push(one),
  });
  return { seen, report, asked };
}
const counts = ({ groups }: LogReport) => groups.map(({ text, count }) => `${text} ${count}`).toSorted();

describe('a log that is followed', () => {
  const old = line(start - 60_000, 'cannot write');
  const next = line(start + 2_000, 'cannot write');
  const other = line(start + 7_000, 'pool exhausted by nobody');

  it('is read once with the hour before, then from shortly before the last round, and counted once', async () => {
    const { seen, report, asked } = await followed([old, old + next, next + other, next + other]);

    expect(asked).toEqual([5_400, 20, 20, 20]);
    expect(seen.map(counts)).toEqual([
      ['cannot write 1'],
      ['cannot write 2'],
      ['cannot write 2', 'pool exhausted by nobody 1'],
      ['cannot write 2', 'pool exhausted by nobody 1'],
    ]);
    expect(report.lines).toBe(3);
    expect(report.sources).toMatchObject([{ name: 'am-1/main', lines: 3 }]);
    expect(new Set(seen.flatMap(({ groups }) => groups.map(({ id }) => id))).size).toBe(2);
  });

  it('leaves a line alone that has no end yet', async () => {
    const { seen } = await followed([old, old + next.slice(0, 20), old + next]);

    expect(seen.map(counts)).toEqual([['cannot write 1'], ['cannot write 1'], ['cannot write 2']]);
  });

  it('goes on after a round that could not be read, and says so where it was the last', async () => {
    const away = new TargetError('no-answer', 'no answer');
    const again = await followed([old, away, next]);
    const gone = await followed([old, next, away]);

    expect(counts(again.report)).toEqual(['cannot write 2']);
    expect(again.report.sources).toMatchObject([{ lines: 2 }]);
    expect(again.report.sources[0]?.failed).toBeUndefined();
    expect(gone.report.sources).toMatchObject([{ lines: 2, failed: 'cause.no-answer' }]);
  });
});

it('a log that could not be read for a while is read from there on', async () => {
  const away = new TargetError('no-answer', 'no answer');
  const { asked } = await followed([line(start - 60_000, 'one'), away, away, away, away, '']);

  expect(asked).toEqual([5_400, 20, 25, 30, 35, 40]);
});

it('a log is counted once however much it says between two rounds', async () => {
  const lines = (from: number, count: number) =>
    Array.from({ length: count }, (_, at) => line(start - 100_000 + (from + at), `entry`)).join('');
  const { report } = await followed([lines(0, 9_000), lines(1_000, 9_000)]);

  expect(report.lines).toBe(10_000);
});

describe('linesAfter', () => {
  it.each([
    { before: '', next: 'abc', fresh: 'abc' },
    { before: 'abc', next: 'bcd', fresh: 'd' },
    { before: 'abc', next: 'abc', fresh: '' },
    { before: 'abc', next: 'def', fresh: 'def' },
    { before: 'abac', next: 'acab', fresh: 'ab' },
    { before: 'xxx', next: 'xxxxx', fresh: 'xx' },
    { before: 'abc', next: '', fresh: '' },
  ])('$next after $before is $fresh', ({ before, next, fresh }) => {
    expect(linesAfter([...before], [...next]).join('')).toBe(fresh);
  });
});
