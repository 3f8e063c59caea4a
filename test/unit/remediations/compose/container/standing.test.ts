import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../../../src/domain/fix/remediation.ts';
import { AppError, TargetError } from '../../../../../src/domain/kernel/errors.ts';
import type { ComposeContainer } from '../../../../../src/domain/probe/targets/compose.ts';
import { standingIn } from '../../../../../src/remediations/compose/container/standing.ts';
import { compose, container } from '../../../../support/fake-compose.ts';
import { probeContext } from '../../../../support/probe-context.ts';

const wanted = 2048;
/** Where the plan has set a limit on these containers, and these are there by now. */
function look(set: readonly string[], now: readonly ComposeContainer[], failure?: AppError) {
  const project = {
    ...compose(now),
    inspect: (id: string) => {
      const one = now.find((item) => item.id === id);
      if (one !== undefined) return Promise.resolve(one);
      return Promise.reject(failure ?? new AppError('NOT_FOUND', 'no such container'));
    },
  };
  const steps = set.map((id) => ({ precondition: { container_id: id } })) as unknown as Plan['steps'];
  const has = ({ memoryLimitBytes }: ComposeContainer) => memoryLimitBytes === wanted;
  const { deps, signal } = probeContext({ compose: project });
  return standingIn({ steps }, { part: 'redis' }, has, { deps, signal });
}
const redis = (id: string, memoryLimitBytes: number) =>
  container('redis', { id, name: id, memoryLimitBytes });

describe('R-X17: how a change of a container stands long after it', () => {
  it.each<[string, readonly string[], readonly ComposeContainer[], string]>([
    ['it is as it was left', ['a'], [redis('a', wanted)], 'ours'],
    ['somebody has set another limit', ['a'], [redis('a', 512)], 'gone'],
    [
      'somebody has set another limit on one of two',
      ['a', 'b'],
      [redis('a', wanted), redis('b', 512)],
      'gone',
    ],
    ['it was made anew without it', ['a'], [redis('new', 512)], 'gone'],
    ['it was made anew with it, so its files say it', ['a'], [redis('new', wanted)], 'kept'],
    ['one of two was made anew with it', ['a', 'b'], [redis('a', wanted), redis('new', wanted)], 'kept'],
    ['one of two was made anew without it', ['a', 'b'], [redis('a', wanted), redis('new', 512)], 'gone'],
    ['one of two is there no more, and none came instead', ['a', 'b'], [redis('a', wanted)], 'ours'],
    ['none of its service is there', ['a'], [container('nats', { id: 'n' })], 'gone'],
  ])('where %s', async (_where, set, now, is) => {
    expect(await look(set, now)).toEqual({ is });
  });

  it('is not told where the engine does not answer', async () => {
    await expect(look(['a'], [], new TargetError('no-answer', 'away'))).rejects.toThrow('away');
  });
});
