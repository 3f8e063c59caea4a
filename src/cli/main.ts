#!/usr/bin/env node
import { createRequire } from 'node:module';
import { runShell } from './wiring-run.ts';

/** Entry of `aetherius`. */
const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => stop.abort(new Error('interrupted')));

/** What connections may take to close after the answer is printed; one to a server that hangs never does. */
const CLOSING_MS = 500;

process.exitCode = await runShell(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  signal: stop.signal,
  version,
  // Made from LC_ALL and LANG by the runtime.
  locale: Intl.DateTimeFormat().resolvedOptions().locale,
});
setTimeout(() => process.exit(), CLOSING_MS).unref();
