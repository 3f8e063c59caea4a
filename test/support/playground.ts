import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '../../lab/components/process.ts';

export interface Playground {
  readonly pid: number;
  /** Everything that it printed so far, on both streams. */
  output(): string;
  /** Resolves with its exit code, or the signal that ended it. */
  readonly exited: Promise<number | string>;
  waitForLine(pattern: RegExp, seconds: number): Promise<RegExpExecArray>;
  /** Sends a signal to it alone, or as a terminal does to its whole process group. */
  signal(name: NodeJS.Signals, to?: 'process' | 'group'): void;
  /** Pids of processes that were started by it or work in its folder, and folders that it made. */
  leftovers(): readonly string[];
  /** Ends it, however it stands, and removes the temp folder of its own. */
  dispose(): Promise<void>;
}

const node: readonly string[] = [process.execPath, '--import', 'tsx', 'tools/playground/main.ts'];

/** Starts the playground with a temp folder of its own, by which everything that belongs to it can be found. */
export function startPlayground(
  args: readonly string[],
  { command = node, env = process.env }: { command?: readonly string[]; env?: NodeJS.ProcessEnv } = {},
): Playground {
  const temp = mkdtempSync(join(tmpdir(), 'aetherius-test-playground-'));
  // As /tmp is: as root, PostgreSQL runs as somebody else, who passes through.
  chmodSync(temp, 0o711);
  const [program = '', ...first] = command;
  const child: ChildProcess = spawn(program, [...first, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...env, TMPDIR: temp },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  // `close`, not `exit`: what it printed last has arrived too.
  const exited = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  const pid = child.pid ?? 0;
  let over = false;
  void exited.then(() => {
    over = true;
  });
  const signal: Playground['signal'] = (name, to = 'process') =>
    void process.kill(to === 'group' ? -pid : pid, name);
  const leftovers = (): readonly string[] => [
    ...readdirSync(temp).filter((entry) => entry.startsWith('aetherius-playground-')),
    ...processesOf(temp),
  ];
  return {
    pid,
    output: () => output,
    exited,
    signal,
    leftovers,
    waitForLine: (pattern, seconds) =>
      waitFor(() => pattern.exec(output), {
        seconds,
        what: `${pattern} in:\n${output}`,
        failed: () => (over && !pattern.test(output) ? `it ended and printed:\n${output}` : undefined),
      }),
    async dispose() {
      if (!over) {
        signal('SIGTERM', 'group');
        await exited;
      }
      rmSync(temp, { recursive: true, force: true });
    },
  };
}

/** `pid command` of every process whose arguments or variables name this folder. */
function processesOf(folder: string): readonly string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .flatMap((pid) => {
      try {
        const [words, variables] = ['cmdline', 'environ'].map((file) =>
          readFileSync(`/proc/${pid}/${file}`, 'utf8'),
        );
        return `${words}${variables}`.includes(folder)
          ? [`${pid} ${words?.replaceAll('\0', ' ').trim()}`]
          : [];
      } catch {
        // It ended while we looked, or is not ours to look at.
        return [];
      }
    });
}

/** Runs a line as somebody pastes it into a new terminal, in a folder that has nothing to do with the checkout. */
export function paste(
  line: string,
): Promise<{ readonly exit: number; readonly out: string; readonly err: string }> {
  return new Promise((resolve) => {
    execFile(
      'sh',
      ['-c', line],
      { cwd: '/', env: { PATH: process.env.PATH, LANG: 'C.UTF-8' }, timeout: 60_000 },
      (error, out, err) => resolve({ exit: error === null ? 0 : Number(error.code ?? -1), out, err }),
    );
  });
}
