import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import { nameIsKnown, nameWhereServed } from '../../../../src/probes/support/names.ts';
import { fakeRuntime } from '../../../support/fake-runtime.ts';

describe('a name', () => {
  const signal = new AbortController().signal;
  const ask = async (answer: object | Error) => {
    const asked: unknown[] = [];
    const runtime = fakeRuntime({ redis: [{}] });
    const exec: typeof runtime.exec = (_instance, command, options) => {
      asked.push([command.join(' '), options?.timeoutMs, options?.network]);
      return answer instanceof Error
        ? Promise.reject(answer)
        : Promise.resolve({ code: 1, stdout: '', stderr: '', ...answer });
    };
    const [instance] = await runtime.instances('redis', { signal });
    if (instance === undefined) throw new Error('no instance');
    return { asked, known: nameIsKnown({ ...runtime, exec }, instance, 'host', signal) };
  };

  it.each([
    [{ code: 0 }, true],
    [{ stdout: 'Name:\thost\nAddress: 10.0.0.1' }, true],
    [{ stderr: 'Name:\thost\nAddress: 10.0.0.1' }, true],
    [{ stdout: 'Server: 10.0.0.2\nAddress: 10.0.0.2' }, false],
  ])('is known when it is answered: %o', async (answer, expected) => {
    expect(await (await ask(answer)).known).toBe(expected);
  });

  it('is asked for four seconds, and not known when nothing answers', async () => {
    const { asked, known } = await ask(new TargetError('no-answer', 'silent'));

    expect(await known).toBe(false);
    expect(asked).toEqual([['nslookup host', 4_000, true]]);
    await expect((await ask(new TargetError('forbidden', 'no'))).known).rejects.toMatchObject({
      stage: 'forbidden',
    });
  });

  it('of a cluster is known wherever names are served', () => {
    expect([nameWhereServed(), nameWhereServed('example.org')]).toEqual([
      'kubernetes.default.svc.cluster.local',
      'kubernetes.default.svc.example.org',
    ]);
  });
});
