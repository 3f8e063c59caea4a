import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runShell } from '../../src/cli/wiring-run.ts';

export interface CliAnswer {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `aetherius` in this process, with nothing of this one's environment. */
export async function aetherius(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  signal: AbortSignal = new AbortController().signal,
  stdin?: AsyncIterable<Uint8Array>,
  /** What a person at the terminal types. */
  ask?: (question: string) => Promise<string>,
): Promise<CliAnswer> {
  const out: string[] = [];
  const err: string[] = [];
  const exit = await runShell(args, {
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    signal,
    version: '0.0.0',
    locale: 'en-US',
    env,
    ...(stdin === undefined ? {} : { stdin }),
    ...(ask === undefined ? {} : { ask }),
  });
  return { exit, out: out.join(''), err: err.join('') };
}

/** The same, with what it has printed so far in `out`, and `interrupt` as Ctrl-C does. */
export function running(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const out: string[] = [];
  const stop = new AbortController();
  const ended = runShell(args, {
    out: (text) => void out.push(text),
    err: () => undefined,
    signal: stop.signal,
    version: '0.0.0',
    locale: 'en-US',
    env,
  });
  return { out, ended, interrupt: () => stop.abort(new Error('interrupted')) };
}

const entry = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** The same as a process of its own, from the source. */
export function aetheriusProcess(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CliAnswer> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', entry, ...args],
      { env: { PATH: process.env.PATH ?? '', LANG: 'C.UTF-8', ...env }, timeout: 60_000 },
      (error, out, err) => {
        const code = error === null ? 0 : error.code;
        resolve({ exit: typeof code === 'number' ? code : -1, out, err });
      },
    );
  });
}
