/** Starting, watching and ending real processes: by pid, never by name, and with nothing left behind. */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, connect as tcpConnect } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Output } from '../types.ts';

export interface ProcessOptions {
  /** Appears in errors. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Added to a minimal environment (PATH, HOME, LANG); nothing else of ours is passed on. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** File that receives stdout and stderr, appended. */
  readonly log: string;
  /** User and group to run as (only when we are root). */
  readonly uid?: number;
  /** Signal the kernel sends when this Node process dies; `null` lets the process outlive it. Default `KILL`. */
  readonly deathSignal?: 'KILL' | 'INT' | 'TERM' | null;
  /** Signal of a graceful stop. Default `SIGTERM`. */
  readonly stopSignal?: NodeJS.Signals;
}

export interface RunningProcess {
  readonly pid: number;
  readonly log: string;
  /** Resolves with what ended it. Never rejects. */
  readonly exited: Promise<string>;
  running(): boolean;
  /** Ends it with the stop signal, after `graceSeconds` (default 5) with SIGKILL; resolves when it is gone. */
  stop(graceSeconds?: number): Promise<void>;
  /** SIGKILL to it and all it started, as a crash would. */
  kill(): Promise<void>;
  /** SIGSTOP to it and all it started: connections stay open, nothing answers. */
  pause(): void;
  resume(): void;
}

/** Handle that every component's starter returns. */
export interface Server {
  readonly host: string;
  readonly port: number;
  readonly pid: number;
  readonly log: string;
  /** Graceful stop; resolves when the process is gone. Safe to call twice. */
  stop(): Promise<void>;
  /** SIGKILL, as in a crash. */
  kill(): Promise<void>;
  /** SIGSTOP / SIGCONT to the server and its children. */
  pause(): void;
  resume(): void;
}

/** Says which comparison of the machine a process was started under (`lab/snapshot.ts`); handed down to all it starts. */
export const markVariable = 'AETHERIUS_LAB_MARK';

/** Names the library that moves the clock (`npm run test:clock`); handed down to all that a process starts. */
export const clockVariable = 'AETHERIUS_LAB_CLOCK';

/** What moves the clock of a process; empty where nothing does. */
export function clockEnvironment(): Record<string, string> {
  const library = process.env[clockVariable];
  return library === undefined ? {} : { [clockVariable]: library, LD_PRELOAD: library };
}

/** The environment that children get: enough to find tools, the mark of the lab, the clock, and none of our secrets. */
export function plainEnvironment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const mark = process.env[markVariable];
  return {
    ...(mark === undefined ? {} : { [markVariable]: mark }),
    ...clockEnvironment(),
    PATH: process.env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: process.env.HOME ?? '/',
    LANG: 'C.UTF-8',
    ...more,
  };
}

/** Starts a process that dies with this one unless `deathSignal` is null. Throws if the binary cannot be run. */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const { name, deathSignal = 'KILL', stopSignal = 'SIGTERM' } = options;
  mkdirSync(dirname(options.log), { recursive: true });
  const out = openSync(options.log, 'a');
  const wrapper: string[] = [];
  if (deathSignal !== null) wrapper.push('--pdeathsig', deathSignal);
  const own = process.getuid?.() === 0 && options.uid !== undefined && options.uid !== 0;
  // setpriv sets the death signal after the change of user, which would clear it.
  if (own) wrapper.push('--reuid', `${options.uid}`, '--regid', `${options.uid}`, '--clear-groups');
  const [command, args] =
    wrapper.length > 0
      ? ['setpriv', [...wrapper, options.command, ...options.args]]
      : [options.command, [...options.args]];
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: plainEnvironment(options.env),
    stdio: ['ignore', out, out],
    detached: true,
  });
  closeSync(out);
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal === null ? `exit status ${code}` : signal));
  });
  if (child.pid === undefined) throw new Error(`${name} cannot be started: ${await exited}`);
  if (deathSignal === null) child.unref();
  return handle(child, child.pid, options.log, exited, stopSignal);
}

function handle(
  child: ChildProcess,
  pid: number,
  log: string,
  exited: Promise<string>,
  stopSignal: NodeJS.Signals,
): RunningProcess {
  const running = () => child.exitCode === null && child.signalCode === null;
  const all = (signal: NodeJS.Signals) => {
    for (const one of [pid, ...descendants(pid)]) signalPid(one, signal);
  };
  return {
    pid,
    log,
    exited,
    running,
    async stop(graceSeconds = 5) {
      if (!running()) return;
      // A stopped process does not see the signal before it continues.
      all('SIGCONT');
      signalPid(pid, stopSignal);
      if (!(await settles(exited, graceSeconds * 1000))) all('SIGKILL');
      await exited;
    },
    async kill() {
      if (!running()) return;
      all('SIGKILL');
      await exited;
    },
    pause: () => {
      const pids = [pid, ...descendants(pid)];
      for (const one of pids) signalPid(one, 'SIGSTOP');
      for (const one of pids) awaitStopped(one);
    },
    resume: () => all('SIGCONT'),
  };
}

async function settles(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const abort = new AbortController();
  const first = await Promise.race([
    promise.then(() => true),
    delay(ms, false, { signal: abort.signal }).catch(() => false),
  ]);
  abort.abort();
  return first;
}

/** Sends a signal; false if no such process exists (any more). */
export function signalPid(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/**
 * Returns once no thread of a process that was sent SIGSTOP runs any more, or it is gone: the signal is only on its way
 * when it has been sent, and a thread on another core may still answer a request. Throws after two seconds.
 */
function awaitStopped(pid: number): void {
  const moment = new Int32Array(new SharedArrayBuffer(4));
  for (const end = Date.now() + 2000; !threadStates(pid).every((state) => 'TtZX'.includes(state)); ) {
    if (Date.now() > end) throw new Error(`process ${pid} does not stop`);
    Atomics.wait(moment, 0, 0, 1);
  }
}

/** State of each thread (proc_pid_stat(5)): `T` is stopped; none when the process is gone. */
export function threadStates(pid: number): readonly string[] {
  let threads: readonly string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
  return threads.map((thread) => {
    try {
      const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
      // The name, in parentheses, may hold anything.
      return stat.slice(stat.lastIndexOf(')') + 2)[0] ?? 'X';
    } catch {
      // It ended meanwhile; the others may still run.
      return 'X';
    }
  });
}

/** True while the pid is a process that is not a zombie. */
export function alive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Pid of the process that a process belongs to; undefined when there is no such process (any more). */
export function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command stands in parentheses and may hold anything, so count from the last one.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

/** Pids of all children, grandchildren … of a process, parents first. */
export function descendants(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const parent = parentOf(Number(entry));
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const found: number[] = [];
  const queue = [pid];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const own = children.get(next) ?? [];
    found.push(...own);
    queue.push(...own);
  }
  return found;
}

/** Ends a process that another run of ours started (its pid comes from a file), with its children. */
export async function stopPid(
  pid: number,
  graceSeconds = 5,
  signal: NodeJS.Signals = 'SIGTERM',
): Promise<void> {
  if (!alive(pid)) return;
  const all = [pid, ...descendants(pid)];
  for (const one of all) signalPid(one, 'SIGCONT');
  signalPid(pid, signal);
  const end = Date.now() + graceSeconds * 1000;
  while (alive(pid) && Date.now() < end) await delay(20);
  for (const one of all) if (alive(one)) signalPid(one, 'SIGKILL');
  await waitFor(() => all.every((one) => !alive(one)), { seconds: 10, what: `the end of process ${pid}` });
}

export interface WaitOptions {
  readonly seconds: number;
  /** Completes "timed out after 5 s waiting for …". */
  readonly what: string;
  /** Milliseconds between two looks; default 50. */
  readonly every?: number;
  /** Gives up at once when this says why. */
  readonly failed?: () => string | undefined;
}

/**
 * Repeats `condition` until it is truthy and returns its value; an exception counts as "not yet". One that does not
 * come back is not waited for any longer than the rest.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  options: WaitOptions,
): Promise<NonNullable<T>> {
  const end = Date.now() + options.seconds * 1000;
  let last: unknown;
  for (;;) {
    const { value, error } = await look(condition, options.failed, end);
    last = error ?? last;
    if (value) return value as NonNullable<T>;
    const failure = options.failed?.();
    if (failure !== undefined) throw new Error(`${options.what}: ${failure}`);
    if (Date.now() > end) {
      const why = last instanceof Error ? ` (${last.message.trim().slice(0, 500)})` : '';
      throw new Error(`timed out after ${options.seconds} s waiting for ${options.what}${why}`);
    }
    await delay(options.every ?? 50);
  }
}

/** One look, left when there is a failure or no time for it any more. */
async function look<T>(
  condition: () => T | Promise<T>,
  failed: WaitOptions['failed'],
  end: number,
): Promise<{ readonly value?: T; readonly error?: unknown }> {
  const over = new AbortController();
  const given = async () => {
    while (failed?.() === undefined && Date.now() <= end)
      await delay(250, undefined, { signal: over.signal });
    return {};
  };
  try {
    return await Promise.race([
      Promise.resolve()
        .then(condition)
        .then(
          (value) => ({ value }),
          (error: unknown) => ({ error }),
        ),
      given().catch(() => ({})),
    ]);
  } finally {
    over.abort();
  }
}

/**
 * Below the range from which the kernel takes the ports of outgoing connections and of `listen(0)` (32768 on), and
 * below the NodePorts of Kubernetes (30000 on): nobody takes it between this look and the server's own bind.
 */
const ownPorts = { first: 20_000, count: 10_000 } as const;
/** What this process has handed out: a server that is still starting must not find its port given twice. */
const handedOut = new Set<number>();

/** A TCP port that is free on 127.0.0.1, a different one with each call. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 200; tries += 1) {
    const port = ownPorts.first + Math.floor(Math.random() * ownPorts.count);
    if (handedOut.has(port) || !(await binds(port))) continue;
    handedOut.add(port);
    return port;
  }
  throw new Error('no free port among 200 that were tried');
}

function binds(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** True if something accepts TCP connections there within `ms`. */
export async function listens(port: number, host = '127.0.0.1', ms = 1000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = tcpConnect({ port, host, timeout: ms });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => done(true));
    socket.once('timeout', () => done(false));
    socket.once('error', () => done(false));
  });
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string;
  /** Ends it after this long; default 120. */
  readonly seconds?: number;
  readonly uid?: number;
}

/** Runs a command to its end. A failing command is a result, not an exception; code 127 if it cannot be run. */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Output> {
  return new Promise((resolve) => {
    const child = execFile(
      command,
      [...args],
      {
        cwd: options.cwd,
        env: plainEnvironment(options.env),
        timeout: (options.seconds ?? 120) * 1000,
        killSignal: 'SIGKILL',
        maxBuffer: 256 * 1024 * 1024,
        ...(options.uid !== undefined && process.getuid?.() === 0
          ? { uid: options.uid, gid: options.uid }
          : {}),
      },
      (error, stdout, stderr) => {
        if (error === null) return resolve({ code: 0, stdout, stderr });
        const code = typeof error.code === 'number' ? error.code : error.killed === true ? 124 : 127;
        resolve({ code, stdout, stderr: stderr === '' ? error.message : stderr });
      },
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.stdin ?? '');
  });
}

/** As `run`, but throws with the end of stderr when the command fails. Returns stdout. */
export async function must(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const result = await run(command, args, options);
  if (result.code === 0) return result.stdout;
  const text = (result.stderr.trim() === '' ? result.stdout : result.stderr).trim().slice(-1500);
  throw new Error(`${[command, ...args].join(' ').slice(0, 300)}: status ${result.code}: ${text}`);
}

/** The last lines of a log file, for error messages. */
export function tail(file: string, lines = 15): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}

/** Writes a file and the folders above it. */
export function put(file: string, content: string, mode = 0o644): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content, { mode });
}
