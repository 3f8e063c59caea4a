#!/usr/bin/env node
import { createRequire } from 'node:module';
import { languageOf, wordsIn } from '../bot/text/index.ts';
import type { CliContext, ExitCode } from './context.ts';
import { exitCodes } from './context.ts';
import { explainFault } from './faults.ts';
import { createProgram, type GlobalOptions, runProgram } from './program.ts';

/** Entry of `aetherius`. Everything heavy is imported by the command that needs it. */
const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

/** Known before the arguments are parsed, because `--help` is in it too. The runtime reads LC_ALL and LANG. */
function language(argv: readonly string[]) {
  const at = argv.findIndex((argument) => argument === '--lang' || argument.startsWith('--lang='));
  const given = at === -1 ? undefined : (argv[at]?.split('=')[1] ?? argv[at + 1]);
  return languageOf(given ?? Intl.DateTimeFormat().resolvedOptions().locale);
}

async function main(argv: readonly string[]): Promise<void> {
  const words = wordsIn(language(argv));
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort(new Error('interrupted')));
  process.once('SIGTERM', () => stop.abort(new Error('interrupted')));
  let exit: ExitCode = exitCodes.ok;

  const run = async (
    options: GlobalOptions,
    command: (context: CliContext) => Promise<ExitCode>,
  ): Promise<void> => {
    const { openContext } = await import('./wiring.ts');
    const context = openContext({ words, signal: stop.signal, ...options });
    try {
      exit = await command(context);
    } finally {
      await context.close();
    }
  };
  try {
    exit = (await runProgram(createProgram(words, version, run), argv)) ?? exit;
  } catch (error) {
    const fault = explainFault(error, words);
    process.stderr.write(`${fault.text}\n`);
    exit = fault.exit;
  }
  process.exitCode = exit;
}

await main(process.argv.slice(2));
