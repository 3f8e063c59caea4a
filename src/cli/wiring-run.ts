import { visible, visibleInJson } from '../domain/kernel/text.ts';
import { languageOf, wordsIn } from '../text/words.ts';
import { type ExitCode, exitCodes, type Output } from './context.ts';
import { explainFault } from './faults.ts';
import { createProgram, type Run, runProgram } from './program.ts';
import type { Shell } from './shell.ts';
import { createGuard } from './wiring-guard.ts';

/** One command line, from its arguments to its exit code. Everything heavy is imported by the command that needs it. */
export async function runShell(argv: readonly string[], given: Shell): Promise<ExitCode> {
  const shell = visibly(given);
  const words = wordsIn(languageOf(languageOption(argv) ?? shell.locale));
  const guard = createGuard(shell, words);
  let exit: ExitCode = exitCodes.ok;
  const run: Run = {
    async here(options, command) {
      const { openContext } = await import('./wiring.ts');
      const context = openContext({ words, shell, guard, ...options });
      try {
        exit = await command(context);
      } finally {
        await context.close();
      }
    },
    // The arguments go to the bot as they are; what is done, and what may be done, is decided there.
    async asPerson({ output }) {
      const { readProcessEnv } = await import('../platform/settings/config.ts');
      const { askBot, botOf } = await import('./remote.ts');
      const { language } = words;
      const bot = botOf(readProcessEnv('command-line', shell.env));
      const answer = await askBot({ ...bot, argv, language, signal: shell.signal });
      if (answer.out !== '') print(answer.out, output);
      if (answer.err !== '') guard.shell.err(answer.err);
      exit = exitOf(answer.exit);
    },
  };
  /** Guarded here once more: what is printed is this shell's own affair. */
  const print = (text: string, output: Output): void => {
    const safe = guard.answer(text.trimEnd(), output);
    shell.out(`${output === 'json' ? visibleInJson(safe) : visible(safe)}\n`);
  };
  try {
    const program = createProgram(words, shell.version, run, guard.shell);
    return (await runProgram(program, argv)) ?? exit;
  } catch (error) {
    const fault = explainFault(error, words);
    guard.shell.err(`${fault.text}\n`);
    return fault.exit;
  }
}

/** What is said beside the answer; the answer itself may be JSON (`openContext`). */
function visibly(shell: Shell): Shell {
  return { ...shell, err: (text) => shell.err(visible(text)) };
}

/** Known before the arguments are parsed, because `--help` is in it too. */
function languageOption(argv: readonly string[]): string | undefined {
  const at = argv.findIndex((argument) => argument === '--lang' || argument.startsWith('--lang='));
  return at === -1 ? undefined : (argv[at]?.split('=')[1] ?? argv[at + 1]);
}

/** A bot of another version may answer with a code that is not known here. */
function exitOf(code: number): ExitCode {
  return Object.values(exitCodes).find((known) => known === code) ?? exitCodes.couldNotLook;
}
