import { vi } from 'vitest';

/** Runs `work` with a clock by which what is measured takes these milliseconds, one measurement after the other. */
export async function taking<T>(ms: readonly number[], work: () => Promise<T>): Promise<T> {
  const readings = ms.flatMap((took, index) => [1_000 * index, 1_000 * index + took]);
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
    const reading = readings.shift();
    if (reading === undefined) throw new Error('one measurement more than expected');
    return reading;
  });
  try {
    return await work();
  } finally {
    clock.mockRestore();
  }
}
