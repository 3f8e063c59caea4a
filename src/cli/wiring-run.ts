import { visible } from '../domain/kernel/text.ts';
import { languageOf, wordsIn } from '../text/words.ts';
import type { CliContext, ExitCode } from './context.ts';
import { exitCodes } from './context.ts';
import { explainFault } from './faults.ts';
import { createProgram, type GlobalOptions, runProgram } from './program.ts';
import type { Shell } from './shell.ts';
import { createGuard } from './wiring-guard.ts';

/** One command line, from its arguments to its exit code. Everything heavy is imported by the command that needs it. */
export async function runShell(argv: readonly string[], given: Shell): Promise<ExitCode> {
  const shell = visibly(given);
  const words = wordsIn(languageOf(languageOption(argv) ?? shell.locale));
  const guard = createGuard(shell, words);
  let exit: ExitCode = exitCodes.ok;
  const run = async (
    options: GlobalOptions,
    command: (context: CliContext) => Promise<ExitCode>,
  ): Promise<void> => {
    const { openContext } = await import('./wiring.ts');
    const context = openContext({ words, shell, guard, ...options });
    try {
      exit = await command(context);
    } finally {
      await context.close();
    }
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
