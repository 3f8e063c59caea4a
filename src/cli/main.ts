#!/usr/bin/env node
import { once } from 'node:events';
import { createRequire } from 'node:module';
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

/** What connections may take to close after the answer is printed; one to a server that hangs never does. */
const CLOSING_MS = 500;

process.exitCode = await runShell(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  drained: async () => {
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
  },
  stdin: process.stdin,
  signal: stop.signal,
  version,
  // Made from LC_ALL and LANG by the runtime.
  locale: Intl.DateTimeFormat().resolvedOptions().locale,
});
setTimeout(() => process.exit(), CLOSING_MS).unref();
