import { describe, expect, it } from 'vitest';
import { excerpt, logEmpty, logLines, recentLog } from '../../../../src/probes/support/log-lines.ts';
import { fakeRuntime } from '../../../support/fake-runtime.ts';

describe('a line of a log', () => {
  const one = (raw: string) => logLines(raw)[0];

  it.each(['time', 'ts', 'timestamp', '@timestamp'])('has its time under %s in JSON', (key) => {
    expect(one(JSON.stringify({ [key]: '2026-03-01T10:00:00Z', msg: 'm' }))?.time).toBe(
      '2026-03-01T10:00:00Z',
    );
  });

  it.each(['level', 'severity', 'levelname'])('has its level under %s in JSON', (key) => {
    expect(one(JSON.stringify({ [key]: 'ERROR', msg: 'm' }))?.level).toBe('error');
  });

  it.each([
    [{ msg: 'm' }, 'm'],
    [{ message: 'm' }, 'm'],
    [{ msg: 'm', error: 'e' }, 'm: e'],
    [{ err: 'e' }, 'e'],
    [{ exception: 'e' }, 'e'],
    [{ msg: 7 }, '{"msg":7}'],
    [{ other: 'x' }, '{"other":"x"}'],
  ])('says of %o: %s', (entry, message) => {
    expect(one(JSON.stringify(entry))?.message).toBe(message);
  });

  it.each([
    ['2026-03-01T10:00:00Z error: x', '2026-03-01T10:00:00Z', 'error'],
    ['2026-03-01 10:00:00.123+0000 WARN x', '2026-03-01 10:00:00.123+0000', 'warn'],
    ['2026-03-01 10:00:00,5 +01:00 Warning', '2026-03-01 10:00:00,5', 'warning'],
    ['[critical] x', undefined, 'critical'],
    ['panicked: errors', undefined, undefined],
    ['{not json', undefined, undefined],
  ])('has time and level where it is plain: %s', (raw, time, level) => {
    const line = one(raw);

    expect([line?.time, line?.level, line?.message, line?.raw]).toEqual([time, level, raw, raw]);
    expect(Object.keys(line ?? {}).includes('time')).toBe(time !== undefined);
    expect(Object.keys(line ?? {}).includes('level')).toBe(level !== undefined);
  });

  it('is none when it is empty', () => {
    expect(logLines(' \n\n a \n')).toEqual([{ raw: 'a', message: 'a' }]);
  });
});

describe('an excerpt', () => {
  const lines = (...raws: readonly string[]) => logLines(raws.join('\n'));

  it('is the last five lines that match, or as many as asked for', () => {
    const all = lines('x1', 'x2', 'y', 'x3', 'x4', 'x5', 'x6');

    expect(excerpt('log', all, /x/)).toEqual({ source: 'log', lines: ['x2', 'x3', 'x4', 'x5', 'x6'] });
    expect(excerpt('log', all, /x/, 2)?.lines).toEqual(['x5', 'x6']);
    expect(excerpt('log', all, /z/)).toBeUndefined();
  });

  it.each([
    [299, 299],
    [300, 300],
    [301, 300],
    [400, 300],
  ])('shows 300 letters of a line: %i', (length, shown) => {
    const [line] = excerpt('log', lines('x'.repeat(length)), /x/)?.lines ?? [];

    expect(line?.length).toBe(shown);
    expect(line?.endsWith('…')).toBe(length > 300);
  });
});

describe('the log of the last minutes', () => {
  const read = async (recent: string, whole: string) => {
    const asked: unknown[] = [];
    const runtime = {
      ...fakeRuntime({ redis: [{}] }),
      logs: (_instance: unknown, options?: { readonly sinceSeconds?: number; readonly tail?: number }) => {
        asked.push([options?.sinceSeconds, options?.tail]);
        return Promise.resolve(options?.sinceSeconds === undefined ? whole : recent);
      },
    };
    const signal = new AbortController().signal;
    const [instance] = await runtime.instances('redis', { signal });
    if (instance === undefined) throw new Error('no instance');
    const text = recentLog(runtime, instance, { signal, tail: 7, minutes: 2 });
    return { asked, text, instance };
  };

  it('is asked for in seconds', async () => {
    const { asked, text } = await read('said', '');

    expect(await text).toBe('said');
    expect(asked).toEqual([[120, 7]]);
  });

  it('may be silent, but is no evidence when it has not one line', async () => {
    const silent = await read(' \n', 'older');
    expect(await silent.text).toBe(' \n');
    expect(silent.asked).toEqual([
      [120, 7],
      [undefined, 1],
    ]);
    const empty = await read('', ' ');
    await expect(empty.text).rejects.toMatchObject(logEmpty(empty.instance));
    expect(logEmpty(empty.instance)).toMatchObject({
      code: 'NOT_FOUND',
      facts: { reason: 'log-empty', instance: 'redis-0' },
    });
  });
});
