import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { within } from '../../../../src/domain/kernel/within.ts';

const never = (): Promise<never> => new Promise(() => undefined);

describe('work with a deadline', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('that is in time gives its answer, and leaves no timer', async () => {
    await expect(within(1_000, Promise.resolve('here'))).resolves.toBe('here');
    await expect(within(1_000, () => 'at once')).resolves.toBe('at once');
    await expect(within(1_000, Promise.reject(new Error('its own')))).rejects.toThrow('its own');
    await expect(
      within(1_000, () => {
        throw new Error('thrown at once');
      }),
    ).rejects.toThrow('thrown at once');

    // Whatever a driver throws passes as it is.
    await expect(within(1_000, Promise.reject('text'))).rejects.toBe('text');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that is late is told so by its signal, and the caller does not wait for it', async () => {
    const signals: AbortSignal[] = [];
    const answer = within(1_000, (signal) => {
      signals.push(signal);
      return never();
    });
    const end = expect(answer).rejects.toMatchObject({ code: 'TIMED_OUT' });

    await vi.advanceTimersByTimeAsync(999);
    expect(signals[0]?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);

    await end;
    expect(signals[0]?.aborted).toBe(true);
    expect(signals[0]?.reason).toMatchObject({ code: 'TIMED_OUT' });
  });

  it('that is late may be replaced by a value, or by an error of the caller', async () => {
    const value = within(10, never(), { late: () => 'instead' });
    const error = within(10, never(), {
      late: () => {
        throw new RangeError('too slow');
      },
    });
    const ends = Promise.all([
      expect(value).resolves.toBe('instead'),
      expect(error).rejects.toThrow(RangeError),
    ]);

    await vi.advanceTimersByTimeAsync(10);

    await ends;
  });

  it('ends with the caller’s signal, with its reason or an error made for it', async () => {
    const caller = new AbortController();
    const seen: AbortSignal[] = [];
    const work = (signal: AbortSignal): Promise<never> => {
      seen.push(signal);
      return never();
    };
    const plain = within(1_000, work, { signal: caller.signal });
    const worded = within(1_000, work, { signal: caller.signal, stopped: () => new RangeError('left') });
    const ends = Promise.all([
      expect(plain).rejects.toThrow('shutdown'),
      expect(worded).rejects.toThrow(RangeError),
    ]);

    caller.abort(new Error('shutdown'));

    await ends;
    expect(seen.map(({ aborted }) => aborted)).toEqual([true, true]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is not begun for a caller that has left already', async () => {
    const begun = vi.fn(never);
    const signal = AbortSignal.abort(new Error('gone'));

    await expect(within(1_000, begun, { signal })).rejects.toThrow('gone');
    await expect(within(1_000, Promise.reject(new Error('late word')), { signal })).rejects.toThrow('gone');

    expect(begun).not.toHaveBeenCalled();
  });

  it('without a deadline of its own waits for the caller alone', async () => {
    const caller = new AbortController();
    const answer = within(Number.POSITIVE_INFINITY, never(), { signal: caller.signal });
    const end = expect(answer).rejects.toThrow('enough');

    await vi.advanceTimersByTimeAsync(1_000_000_000);
    caller.abort(new Error('enough'));

    await end;
  });

  it('gives work in parts the whole time again for each, and nothing after its end', async () => {
    let renew = (): void => undefined;
    const answer = within<string, string>(
      10,
      (_signal, again) => {
        renew = again;
        return never();
      },
      { late: () => 'late' },
    );
    await vi.advanceTimersByTimeAsync(9);
    renew();
    await vi.advanceTimersByTimeAsync(9);
    renew();
    const before = vi.getTimerCount();
    await vi.advanceTimersByTimeAsync(10);
    renew();

    expect(await answer).toBe('late');
    expect([before, vi.getTimerCount()]).toEqual([1, 0]);
  });

  it('leaves nothing behind on a signal that lives long', async () => {
    const added: string[] = [];
    const signal = {
      aborted: false,
      addEventListener: () => void added.push('on'),
      removeEventListener: () => void added.push('off'),
    } as unknown as AbortSignal;

    await within(10, Promise.resolve(1), { signal });
    const late = within(10, never(), { signal, late: () => 'late' });
    await vi.advanceTimersByTimeAsync(10);
    await late;

    expect(added).toEqual(['on', 'off', 'on', 'off']);
  });
});
