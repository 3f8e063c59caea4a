import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');

describe('the example', () => {
  it('runs as the README says: it prints what Bolt answered, and ends by itself', async () => {
    const run = promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', 'packages/slack-emulator/example/hello.ts'],
      { cwd: root, timeout: 15_000 },
    );

    // A code other than 0 rejects, and so does the timeout.
    expect(await run).toEqual({ stdout: 'acknowledged: true\nHello, Rita!\n', stderr: '' });
  });
});
