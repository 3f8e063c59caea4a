import { describe, expect, it } from 'vitest';
import { crashLog, initLog } from '../../../../src/probes/kubernetes/crash-log.ts';
import { Pod, parseAll } from '../../../../src/probes/kubernetes/schemas.ts';
import { meta } from '../../../support/cluster-objects.ts';

describe('the log of a crash', () => {
  const read = async (state: object, text: string | Error, where = 'containerStatuses') => {
    const asked: unknown[] = [];
    const [pod] = parseAll(Pod, [
      { ...meta('a', 'n'), spec: { containers: [] }, status: { [where]: [{ name: 'main', state }] } },
    ]);
    if (pod === undefined) throw new Error('no Pod');
    const logs = (...[namespace, name, container, options]: readonly [string, string, string, object?]) => {
      asked.push([namespace, name, container, options]);
      return text instanceof Error ? Promise.reject(text) : Promise.resolve(text);
    };
    const end = await crashLog({ logs }, pod, 'main', new AbortController().signal);
    return { asked, excerpt: end?.excerpt };
  };

  it.each([
    ['containerStatuses', { running: {} }, true],
    ['containerStatuses', { waiting: {} }, false],
    ['initContainerStatuses', { running: {} }, true],
  ])('is that of the life which has ended, of 80 lines: %s %o', async (where, state, previous) => {
    const { asked, excerpt } = await read(state, 'starting\nFATAL: no such file\nbye', where);

    expect(asked).toMatchObject([['n', 'a', 'main', { previous, tailLines: 80, timeoutMs: 5_000 }]]);
    expect(excerpt).toEqual({ source: 'log a', lines: ['FATAL: no such file'] });
  });

  it.each([
    ...['error', 'fatal', 'panic', 'critical', 'exception', 'Traceback', 'cannot', 'failed'],
    ...['refused', 'denied', 'no such', 'unknown', 'invalid'],
  ])('shows a line that says "%s"', async (word) => {
    expect((await read({}, `one\n${word} x\ntwo`)).excerpt?.lines).toEqual([`${word} x`]);
  });

  it('shows the last lines where none says why, and nothing where there is none', async () => {
    expect((await read({}, 'one\ntwo')).excerpt?.lines).toEqual(['one', 'two']);
    for (const text of ['', 'unable to retrieve container logs for x', new Error('denied')])
      expect((await read({}, text)).excerpt).toBeUndefined();
  });
});

describe('the log of an init container that runs', () => {
  const repeats = async (...lines: readonly string[]) => {
    const [pod] = parseAll(Pod, [{ ...meta('a', 'n'), spec: { containers: [] }, status: {} }]);
    if (pod === undefined) throw new Error('no Pod');
    const asked: unknown[] = [];
    const logs = (...[namespace, name, container, options]: readonly [string, string, string, object?]) => {
      asked.push([namespace, name, container, options]);
      return Promise.resolve(lines.join('\n'));
    };
    const end = await initLog({ logs }, pod, 'wait', new AbortController().signal);
    expect(asked).toMatchObject([['n', 'a', 'wait', { previous: false, tailLines: 80 }]]);
    return end?.repeats;
  };
  const times = <T>(count: number, make: (at: number) => T): readonly T[] =>
    Array.from({ length: count }, (_, at) => make(at));

  it('is that of waiting where its last six lines are the same, times aside', async () => {
    const waiting = 'waiting for redis-cache';

    expect(await repeats('start', ...times(6, () => waiting))).toBe(waiting);
    expect(await repeats(...times(6, (at) => `2026-03-01T10:00:0${at}Z no answer`))).toBe('no answer');
    expect(await repeats(...times(6, (at) => `10:00:0${at} no answer`))).toBe('no answer');
    expect(await repeats(...times(3, () => ['lookup fails', waiting]).flat())).toBe(waiting);
  });

  it('is open where a number grows, where it is short, and where lines differ', async () => {
    expect(await repeats(...times(9, (at) => `downloaded ${at} MB`))).toBeUndefined();
    expect(await repeats(...times(5, () => 'waiting'))).toBeUndefined();
    expect(await repeats(...times(2, () => ['a', 'b', 'c']).flat())).toBeUndefined();
    expect(await repeats()).toBeUndefined();
  });
});
