import { describe, expect, it } from 'vitest';
import { crashLog } from '../../../../src/probes/kubernetes/crash-log.ts';
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
    const excerpt = await crashLog({ logs }, pod, 'main', new AbortController().signal);
    return { asked, excerpt };
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
