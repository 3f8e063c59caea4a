#!/usr/bin/env node
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { wrapped } from './screen.ts';
import { runShell } from './wiring-run.ts';

/** Entry of `aetherius`. */
const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => stop.abort(new Error('interrupted')));

/** Who reads no further (`| head`) has what they wanted: the rest is dropped, and the exit code is that of what was done. */
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

/** The question goes to standard error: what is printed may be kept in a file. */
async function ask(question: string, hidden = false): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  if (hidden) process.stderr.write(question);
  const terminal = createInterface({
    ...{ input: process.stdin, output: hidden ? silent : process.stderr },
    ...(hidden ? { terminal: true } : {}),
  });
  // Ctrl-C comes to the interface, which has the terminal.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return await terminal.question(hidden ? '' : question, { signal: stop.signal });
  } finally {
    terminal.close();
    if (hidden) process.stderr.write('\n');
  }
}

/** What connections may take to close after the answer is printed; one to a server that hangs never does. */
const CLOSING_MS = 500;

/** Without a terminal there are no colours; NO_COLOR, FORCE_COLOR and TERM are heeded by the runtime. */
const colours = process.stdout.isTTY && process.stdout.hasColors();

/** One line that is written over, on standard error: it is no part of an answer. */
function progress(line: string): void {
  const [first = ''] = wrapped(line, process.stderr.columns - 1, process.stderr.columns - 1);
  process.stderr.write(`\r\u001b[K${first}`);
}

process.exitCode = await runShell(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  drained: async () => {
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
  },
  stdin: process.stdin,
  ...(process.stdin.isTTY && process.stderr.isTTY ? { ask } : {}),
  ...(process.stdout.isTTY ? { columns: process.stdout.columns } : {}),
  ...(process.stderr.isTTY ? { progress } : {}),
  colours,
  signal: stop.signal,
  version,
  // Made from LC_ALL and LANG by the runtime.
  locale: Intl.DateTimeFormat().resolvedOptions().locale,
});
setTimeout(() => process.exit(), CLOSING_MS).unref();
