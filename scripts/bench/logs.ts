/** Analysing a log of a gibibyte with the build, beside what people use on it: one run, one machine, in turn. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { corpus, logForms } from '../../test/support/logs/corpus.ts';

export interface LogsFigure {
  readonly name: string;
  readonly megabytes: number;
  /** Median of the rounds. */
  readonly megabytesPerSecond: number;
  /** By how much the slowest round was slower than the fastest. */
  readonly spread: number;
  /** Time over that of `grep -cE` for the same bytes in the same round. */
  readonly ratio: number;
  /** The most that was ever resident. */
  readonly residentMegabytes: number;
  /** Megabytes in a second of one core's time, whatever else runs on the machine. */
  readonly megabytesPerCoreSecond: number;
}

const build = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const pattern = '(error|ERROR|panic|fatal)';
const GIB = 1024 ** 3;
const rounds = 3;
/** Of what is too slow for a gibibyte. */
const PIECE = 16 * 1024 ** 2;

/** A block of all 17 forms over two hours, again and again; of what is no info, one entry in so many stays. */
function writeLog(path: string, bytes: number, loudOneIn: number): void {
  const to = Date.parse('2026-11-28T09:00:00Z');
  const lines: string[] = [];
  let loud = 0;
  for (const entry of corpus({ seed: 23, entries: 1_000_000, forms: logForms, from: to - 7_200_000, to })) {
    if (entry.severity !== 'info') loud += 1;
    if (entry.severity === 'info' || loud % loudOneIn === 0) lines.push(...entry.lines);
  }
  const block = Buffer.from(`${lines.join('\n')}\n`);
  writeFileSync(path, '');
  for (let size = 0; size < bytes; size += block.length) appendFileSync(path, block);
  // The last line may be cut in two: a log that is still written ends so.
  truncateSync(path, bytes);
}

interface Measured {
  readonly ms: number;
  readonly coreMs: number;
  readonly residentMegabytes: number;
}

/** Runs a program to its end; its output is read and dropped. */
async function measured(command: string, args: readonly string[]): Promise<Measured> {
  const began = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.resume();
  let residentMegabytes = 0;
  let coreMs = 0;
  const look = setInterval(() => {
    residentMegabytes = Math.max(residentMegabytes, residentOf(child.pid));
    coreMs = Math.max(coreMs, coreMsOf(child.pid));
  }, 10);
  const [code] = (await once(child, 'close')) as [number | null];
  clearInterval(look);
  // 1: there was something to find, for ours; nothing, for grep.
  if (code !== 0 && code !== 1) throw new Error(`${command} ended with ${String(code)}`);
  return { ms: performance.now() - began, coreMs, residentMegabytes };
}

function residentOf(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** proc(5): fields 14 and 15 are the time in user and kernel mode, in hundredths of a second. */
function coreMsOf(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return 0;
  }
}

function isThere(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const drain3 = `
import sys
from drain3 import TemplateMiner
from drain3.template_miner_config import TemplateMinerConfig
config = TemplateMinerConfig()
config.profiling_enabled = False
miner = TemplateMiner(config=config)
for line in open(sys.argv[1], encoding='utf-8', errors='replace'):
    miner.add_log_message(line.rstrip())
print(len(miner.drain.clusters))
`;

/** Python with drain3, where somebody has put it: \`DRAIN3_PYTHON\`, else python3. */
const python = process.env.DRAIN3_PYTHON ?? 'python3';

/** `cargo build --release` in `scripts/bench/logdrain` makes it; `LOGDRAIN` names it where it stands elsewhere. */
const logdrain =
  process.env.LOGDRAIN ?? fileURLToPath(new URL('logdrain/target/release/logdrain-bench', import.meta.url));

interface Peer {
  readonly name: string;
  readonly command: string;
  readonly args: (file: string) => readonly string[];
  /** Reads a piece of the file only: it would take minutes. */
  readonly slow?: true;
  readonly there: () => boolean;
}

const peers: readonly Peer[] = [
  {
    name: 'ripgrep, the same words',
    command: 'rg',
    args: (file) => ['-c', pattern, file],
    there: () => isThere('rg', ['--version']),
  },
  {
    name: 'jq, messages of JSON lines at level error',
    command: 'jq',
    args: (file) => ['-cR', 'fromjson? | select(.level == "error") | .msg', file],
    slow: true,
    there: () => isThere('jq', ['--version']),
  },
  {
    name: 'drain3 (Python), every line grouped',
    command: python,
    args: (file) => ['-c', drain3, file],
    slow: true,
    there: () => isThere(python, ['-c', 'import drain3']),
  },
  {
    name: 'logdrain (Rust), every line grouped, one core',
    command: logdrain,
    args: (file) => [file],
    there: () => existsSync(logdrain),
  },
];

export async function benchLogs(): Promise<readonly (LogsFigure | Pick<LogsFigure, 'name'>)[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-logs-'));
  const figures: (LogsFigure | Pick<LogsFigure, 'name'>)[] = [];
  const bytes = Number(process.env.BENCH_LOGS_BYTES ?? GIB);
  const ours = (file: string) => measured(process.execPath, [build, 'logs', '--file', file]);
  const grep = (file: string) => measured('grep', ['-cE', pattern, file]);
  try {
    for (const [name, loudOneIn] of [
      ['aetherius logs, one entry in twenty a warning or worse', 133],
      ['aetherius logs, seven entries in eight a warning or worse', 1],
    ] as const) {
      const file = join(folder, 'mixed.log');
      // Where nearly every line is read whole, an eighth is enough.
      writeLog(file, loudOneIn === 1 ? Math.ceil(bytes / 8) : bytes, loudOneIn);
      figures.push(await beside(name, file, ours, grep));
      if (loudOneIn === 1) continue;
      const small = join(folder, 'small.log');
      writeFileSync(small, readFileSync(file).subarray(0, Math.min(bytes, 128 * 1024 ** 2)));
      figures.push(await beside('aetherius logs, an eighth of that log', small, ours, grep));
      const piece = join(folder, 'piece.log');
      writeFileSync(piece, readFileSync(small).subarray(0, PIECE));
      for (const peer of peers) {
        const path = peer.slow === true ? piece : file;
        const run = (one: string) => measured(peer.command, peer.args(one));
        figures.push(
          peer.there()
            ? await beside(peer.name, path, run, grep, peer.slow === true ? 1 : rounds)
            : { name: `${peer.name}: left out, it is not on this machine` },
        );
      }
    }
    return figures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Run = (file: string) => Promise<Measured>;

async function beside(name: string, file: string, run: Run, grep: Run, times = rounds): Promise<LogsFigure> {
  const megabytes = statSync(file).size / 1e6;
  await grep(file);
  const all: { readonly own: Measured; readonly ratio: number }[] = [];
  for (let at = 0; at < times; at += 1) {
    const peer = await grep(file);
    const own = await run(file);
    all.push({ own, ratio: own.ms / peer.ms });
  }
  const ms = all.map(({ own }) => own.ms).toSorted((a, b) => a - b);
  const median = ms[Math.floor(ms.length / 2)] ?? Number.NaN;
  const ratios = all.map(({ ratio }) => ratio).toSorted((a, b) => a - b);
  return {
    name,
    megabytes: Math.round(megabytes),
    megabytesPerSecond: Math.round(megabytes / (median / 1000)),
    spread: Number(((ms.at(-1) ?? 0) / (ms[0] ?? 1)).toFixed(2)),
    ratio: Number((ratios[Math.floor(ratios.length / 2)] ?? Number.NaN).toFixed(1)),
    megabytesPerCoreSecond: Math.round(
      (megabytes * all.length) / (all.reduce((sum, { own }) => sum + own.coreMs, 0) / 1000),
    ),
    residentMegabytes: Math.round(Math.max(...all.map(({ own }) => own.residentMegabytes))),
  };
}
