import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type EveryOptions, every } from '../../../../src/domain/kernel/every.ts';
import { systemClock } from '../../../../src/platform/process/clock.ts';

/** Rounds that are counted, at the times at which they began. */
function counted(round: () => Promise<unknown> = () => Promise.resolve()) {
  const began: number[] = [];
  const errors: unknown[] = [];
  const from = Date.now();
  return {
    began,
    errors,
    start: (pause: number | (() => number), more: Partial<EveryOptions> = {}) =>
      every(
        pause,
        () => {
          began.push(Date.now() - from);
          return round();
        },
        { clock: fakeClock, onError: (error) => errors.push(error), ...more },
      ),
  };
}

/** Sleeps by the timers of the test; `timers/promises` are not among those that can be faked. */
const fakeClock: EveryOptions['clock'] = {
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      });
    }),
};

describe('a periodic task', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('does a round at once and one after each pause, until it is stopped', async () => {
    const task = counted();
    const periodic = task.start(1_000);
    expect(task.began).toEqual([0]);

    await vi.advanceTimersByTimeAsync(2_500);
    await periodic.stop();
    await vi.advanceTimersByTimeAsync(10_000);

    expect(task.began).toEqual([0, 1_000, 2_000]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('may wait before the first round', async () => {
    const task = counted();
    const periodic = task.start(1_000, { firstMs: 300 });

    await vi.advanceTimersByTimeAsync(1_500);
    await periodic.stop();

    expect(task.began).toEqual([300, 1_300]);
  });

  it('goes on after a round that failed, and says so', async () => {
    const task = counted(() => Promise.reject(new Error('no')));
    const periodic = task.start(1_000);

    await vi.advanceTimersByTimeAsync(1_500);
    await periodic.stop();

    expect(task.began).toEqual([0, 1_000]);
    expect(task.errors).toHaveLength(2);
  });

  it('never does two rounds at a time, and stop waits for the one that goes on', async () => {
    let end: () => void = () => undefined;
    const task = counted(() => new Promise<void>((resolve) => (end = resolve)));
    const periodic = task.start(1_000);
    await vi.advanceTimersByTimeAsync(5_000);
    let stopped = false;

    const stopping = periodic.stop().then(() => (stopped = true));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(task.began).toEqual([0]);
    expect(stopped).toBe(false);
    end();
    await stopping;

    expect(task.began).toEqual([0]);
  });

  it('can be woken: out of a pause, and during a round for one more', async () => {
    let end: () => void = () => undefined;
    const task = counted(() => new Promise<void>((resolve) => (end = resolve)));
    const periodic = task.start(60_000);
    await vi.advanceTimersByTimeAsync(10);
    periodic.wake();
    periodic.wake();
    end();
    await vi.advanceTimersByTimeAsync(10);
    expect(task.began).toEqual([0, 10]);
    end();
    await vi.advanceTimersByTimeAsync(30);
    expect(task.began).toEqual([0, 10]);

    periodic.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(task.began).toEqual([0, 10, 50]);
    end();
    await periodic.stop();
  });

  it('rests between two rounds however often it is woken', async () => {
    const task = counted();
    const periodic = task.start(60_000, { restMs: 1_000 });
    await vi.advanceTimersByTimeAsync(1);
    periodic.wake();
    await vi.advanceTimersByTimeAsync(500);
    periodic.wake();
    await vi.advanceTimersByTimeAsync(600);
    await periodic.stop();

    expect(task.began).toEqual([0, 1_000]);
  });

  it('may ask for each pause anew', async () => {
    const pauses = [100, 400, 10_000];
    const task = counted();
    const periodic = task.start(() => pauses.shift() ?? 10_000);

    await vi.advanceTimersByTimeAsync(1_000);
    await periodic.stop();

    expect(task.began).toEqual([0, 100, 500]);
  });

  it('asks for no pause after a round that failed, and begins the next a second later', async () => {
    const asked: number[] = [];
    const task = counted(() => Promise.reject(new Error('no')));
    const periodic = task.start(() => asked.push(1));

    await vi.advanceTimersByTimeAsync(999);
    expect(task.began).toEqual([0]);
    await vi.advanceTimersByTimeAsync(2);
    await periodic.stop();

    expect([task.began, asked]).toEqual([[0, 1_000], []]);
  });

  it('asks for no pause where it was woken during the round', async () => {
    let asked = 0;
    let end: () => void = () => undefined;
    const task = counted(() => new Promise<void>((resolve) => (end = resolve)));
    const periodic = task.start(() => {
      asked += 1;
      return 60_000;
    });
    periodic.wake();
    end();
    await vi.advanceTimersByTimeAsync(1);
    expect([task.began.length, asked]).toEqual([2, 0]);
    end();
    await vi.advanceTimersByTimeAsync(1);
    expect([task.began.length, asked]).toEqual([2, 1]);
    await periodic.stop();
  });

  it('does no round for an owner that has left already', async () => {
    const task = counted();

    await task.start(1_000, { signal: AbortSignal.abort(new Error('gone')) }).stop();

    expect(task.began).toEqual([]);
  });

  it('ends with a signal, and tells its rounds', async () => {
    const owner = new AbortController();
    const signals: AbortSignal[] = [];
    const periodic = every(
      1_000,
      (signal) => {
        signals.push(signal);
        return Promise.resolve();
      },
      { clock: fakeClock, onError: () => undefined, signal: owner.signal },
    );
    await vi.advanceTimersByTimeAsync(1_500);

    owner.abort(new Error('over'));
    await vi.advanceTimersByTimeAsync(5_000);
    await periodic.stop();

    expect(signals).toHaveLength(2);
    expect(signals[0]?.aborted).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves nothing at the signal of its owner when it is stopped', async () => {
    const { signal } = new AbortController();
    const periodic = counted().start(1_000, { signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);

    await periodic.stop();

    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

it('a periodic task works by the machine’s clock as well', async () => {
  let rounds = 0;
  await new Promise<void>((resolve) => {
    const periodic = every(
      1,
      () => {
        rounds += 1;
        if (rounds === 3) resolve(periodic.stop());
        return Promise.resolve();
      },
      { clock: systemClock, onError: () => undefined },
    );
  });

  expect(rounds).toBe(3);
});
