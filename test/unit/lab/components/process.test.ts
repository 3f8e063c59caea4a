import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freePort, startProcess, threadStates, waitFor } from '../../../../lab/components/process.ts';

const never = () => new Promise<boolean>(() => undefined);

describe('waiting for a condition', () => {
  it('ends in time when the condition itself never comes back', async () => {
    await expect(waitFor(never, { seconds: 0.1, what: 'it' })).rejects.toThrow('timed out after 0.1 s');
  });

  it('ends with the reason when what it waits for is dead, though the condition hangs', async () => {
    let gone = false;
    const waiting = waitFor(never, {
      seconds: 30,
      what: 'a server',
      failed: () => (gone ? 'it died' : undefined),
    });
    gone = true;
    await expect(waiting).rejects.toThrow('a server: it died');
  });

  it('takes an exception for "not yet", and names the last one', async () => {
    let looks = 0;
    const value = await waitFor(
      () => {
        looks += 1;
        if (looks < 3) throw new Error('no');
        return looks;
      },
      { seconds: 5, what: 'it', every: 1 },
    );
    expect(value).toBe(3);
    const fails = () => Promise.reject(new Error('refused'));
    await expect(waitFor(fails, { seconds: 0.3, what: 'it', every: 1 })).rejects.toThrow('(refused)');
  });
});

describe('free ports', () => {
  it('are all different, and not where the kernel takes ports from', async () => {
    const ports: number[] = [];
    for (let n = 0; n < 300; n += 1) ports.push(await freePort());
    expect(new Set(ports).size).toBe(300);
    expect(ports.every((port) => port >= 20_000 && port < 30_000)).toBe(true);
  });
});

describe('a process that is paused', () => {
  const busy = `const { Worker } = require('node:worker_threads');
    for (let n = 0; n < 3; n += 1) new Worker('for (;;) Math.random()', { eval: true });`;

  it('has no thread that still runs when pause comes back', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'aetherius-pause-'));
    const program = await startProcess({
      ...{ name: 'busy', command: process.execPath, args: ['-e', busy] },
      log: join(folder, 'log'),
    });
    try {
      await waitFor(() => threadStates(program.pid).filter((state) => state === 'R').length >= 2, {
        seconds: 10,
        what: 'threads that are busy',
      });
      for (let round = 0; round < 30; round += 1) {
        program.pause();
        expect(new Set(threadStates(program.pid))).toEqual(new Set(['T']));
        program.resume();
      }
    } finally {
      await program.kill();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
