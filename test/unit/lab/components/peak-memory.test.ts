import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { peakMiB } from '../../../../lab/components/peak-memory.ts';

const execute = promisify(execFile);
const mebibyte = 1024 * 1024;
const module = JSON.stringify(join(import.meta.dirname, '../../../../lab/components/peak-memory.ts'));

describe('the peak of a process', () => {
  it('is what it held at most, also after it let go', () => {
    const before = peakMiB();
    let taken: Buffer | undefined = Buffer.alloc(64 * mebibyte, 1);
    expect(peakMiB()).toBeGreaterThanOrEqual(taken.length / mebibyte);
    taken = undefined;

    expect(peakMiB()).toBeGreaterThanOrEqual(before);
  });

  it('has nothing of the process that started it', async () => {
    const held = Buffer.alloc(256 * mebibyte, 1);
    const text = `import(${module}).then(({ peakMiB }) => console.log(peakMiB()))`;
    const { stdout } = await execute(process.execPath, ['--import', 'tsx', '--eval', text]);

    expect(Number(stdout)).toBeGreaterThan(30);
    expect(Number(stdout)).toBeLessThan(held.length / mebibyte);
  });
});
