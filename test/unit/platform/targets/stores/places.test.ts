import { describe, expect, it } from 'vitest';
import { createPlaces } from '../../../../../src/platform/targets/stores/places.ts';

/** A call that ends when it is told to. */
function open() {
  let end: (value: string) => void = () => undefined;
  const promise = new Promise<string>((resolve) => {
    end = resolve;
  });
  return { begun: false, end: (value: string) => end(value), promise };
}

describe('places at a target', () => {
  it('are given in turn, so that nobody begins while all are taken', async () => {
    const places = createPlaces(1);
    const [first, second] = [open(), open()];
    const use = (call: ReturnType<typeof open>) =>
      places.use(undefined, () => {
        call.begun = true;
        return call.promise;
      });
    const results = [use(first), use(second)];
    await Promise.resolve();

    expect([first.begun, second.begun]).toEqual([true, false]);
    first.end('one');
    expect(await results[0]).toBe('one');
    second.end('two');
    expect(await results[1]).toBe('two');
  });

  it('are kept for nobody who has gone', async () => {
    const places = createPlaces(1);
    const first = open();
    const holding = places.use(undefined, () => first.promise);
    const gone = new AbortController();
    const waiting = places.use(gone.signal, () => Promise.resolve('never'));
    gone.abort();

    await expect(waiting).rejects.toMatchObject({ stage: 'aborted' });
    first.end('one');
    await holding;
    expect(await places.use(undefined, () => Promise.resolve('next'))).toBe('next');
  });

  it('are given on where a call fails', async () => {
    const places = createPlaces(1);
    await expect(places.use(undefined, () => Promise.reject(new Error('no')))).rejects.toThrow('no');

    expect(await places.use(undefined, () => Promise.resolve('next'))).toBe('next');
  });
});
