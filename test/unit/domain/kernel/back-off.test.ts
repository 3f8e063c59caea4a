import { describe, expect, it } from 'vitest';
import { backOff, retrying } from '../../../../src/domain/kernel/back-off.ts';

describe('a back-off', () => {
  it('doubles from the first pause to the longest', () => {
    const pauses = [1, 2, 3, 4, 5, 60].map((attempt) => backOff(attempt, { firstMs: 100, mostMs: 1_000 }));

    expect(pauses).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  it('leaves up to half of a pause to chance', () => {
    const pause = (random: number) => backOff(2, { firstMs: 100, mostMs: 1_000, random: () => random });

    expect([pause(0), pause(0.5), pause(1)]).toEqual([100, 150, 200]);
  });
});

describe('work that is tried again', () => {
  const slept: number[] = [];
  const clock = {
    sleep: (ms: number, signal?: AbortSignal) => {
      slept.push(ms);
      return signal?.aborted === true ? Promise.reject(signal.reason as Error) : Promise.resolve();
    },
  };
  const options = { clock, backOff: { firstMs: 10, mostMs: 25 }, again: () => true };
  const failing = (times: number) => (attempt: number) =>
    attempt <= times ? Promise.reject(new Error(`no ${attempt}`)) : Promise.resolve(`yes ${attempt}`);

  it('gives the first answer there is', async () => {
    slept.length = 0;

    await expect(retrying(failing(3), options)).resolves.toBe('yes 4');

    expect(slept).toEqual([10, 20, 25]);
  });

  it('ends with the error that is not worth another try', async () => {
    const asked: unknown[] = [];
    const again = (error: unknown, attempt: number, waitMs: number): boolean => {
      asked.push([(error as Error).message, attempt, waitMs]);
      return attempt < 2;
    };

    await expect(retrying(failing(9), { ...options, again })).rejects.toThrow('no 2');

    expect(asked).toEqual([
      ['no 1', 1, 10],
      ['no 2', 2, 20],
    ]);
  });

  it('ends when its caller leaves', async () => {
    const caller = new AbortController();
    const work = (attempt: number): Promise<never> => {
      if (attempt === 2) caller.abort(new Error('left'));
      return Promise.reject(new Error(`no ${attempt}`));
    };

    await expect(retrying(work, { ...options, signal: caller.signal })).rejects.toThrow('no 2');
  });

  it('ends when its caller leaves during a pause', async () => {
    const caller = new AbortController();
    const again = (): boolean => {
      caller.abort(new Error('left'));
      return true;
    };

    await expect(retrying(failing(9), { ...options, again, signal: caller.signal })).rejects.toThrow('left');
  });
});
