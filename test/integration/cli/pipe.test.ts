import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const entry = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));

/** The exit code of `aetherius` whose reader has gone before it writes, and all that it says beside. */
function intoClosedPipe(args: string): Promise<string> {
  const command = `{ "$0" --import tsx "$1" ${args} 2>&1; echo "exit $?" >&3; } 3>&2 | true`;
  return new Promise((resolve, reject) => {
    execFile('bash', ['-c', command, process.execPath, entry], (error, out, err) =>
      error === null ? resolve(`${out}${err}`.trim()) : reject(error),
    );
  });
}

it.each([
  ['what went well', '--help', 'exit 0'],
  ['what did not', '--config /nowhere.yaml --output json health', 'exit 64'],
])('who reads no further gets no error, and the exit code of %s', async (_what, args, told) => {
  const said = await intoClosedPipe(args);

  expect(said.split('\n').at(-1)).toBe(told);
  expect(said).not.toMatch(/EPIPE|at .*:\d+:\d+/);
});
