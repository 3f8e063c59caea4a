import { expect, it } from 'vitest';
import { createProgress } from '../../../../tools/playground/start/progress.ts';

it('prints a line when a step is done: the time since the start, what there is now, how long it took', async () => {
  let now = 1_000;
  const lines: string[] = [];
  const progress = createProgress(
    (text) => void lines.push(text),
    () => now,
  );
  now = 1_500;

  const result = await progress.step('PostgreSQL', async () => {
    expect(lines).toEqual([]);
    now = 13_740;
    return 5432;
  });

  expect(result).toBe(5432);
  expect(lines).toEqual(['  12.7 s  PostgreSQL (took 12.2 s)\n']);
  expect(progress.seconds()).toBe('12.7');
});

it('prints nothing for a step that fails', async () => {
  const lines: string[] = [];
  const progress = createProgress(
    (text) => void lines.push(text),
    () => 0,
  );

  await expect(progress.step('Redis', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(lines).toEqual([]);
});
