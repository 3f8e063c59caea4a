import { visible, visibleInJson } from '../domain/kernel/text.ts';
import { languageOf, wordsIn } from '../text/words.ts';
import { languageOption, wantsJson } from './argv.ts';
import { type ExitCode, exitCodes, type Output } from './context.ts';
import { explainFault, faultJson } from './faults.ts';
import { createProgram, type Run, runProgram } from './program.ts';
import { shown } from './screen.ts';
import { type Shell, screenOf } from './shell.ts';
import { createGuard } from './wiring-guard.ts';

/** One command line, from its arguments to its exit code. Everything heavy is imported by the command that needs it. */
export async function runShell(argv: readonly string[], given: Shell): Promise<ExitCode> {
  const shell = visibly(given);
  const words = wordsIn(languageOf(languageOption(argv) ?? shell.locale));
  const guard = createGuard(shell, words);
  const json = wantsJson(argv);
  const fail = (text: string): void => shell.err(`${json ? guard.answer(text, 'json') : guard.text(text)}\n`);
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
    async asPerson({ output, quiet }) {
      const { readProcessEnv } = await import('../platform/settings/config.ts');
      const { askBot, botOf } = await import('./remote.ts');
      const { language } = words;
      const bot = botOf(readProcessEnv('command-line', shell.env));
      const askWith = (args: readonly string[]) =>
        askBot({ ...bot, argv: args, language, signal: shell.signal });
      const first = await askWith(argv);
      // A plan that is not shown is not asked about.
      if (first.out !== '' && (quiet !== true || first.asks !== undefined)) print(first.out, output);
      const typed = first.asks === 'plan' ? await shell.ask?.(words.plain('cli.approvals.ask')) : undefined;
      const answer =
        typed === undefined || typed.trim() === '' ? first : await askWith([...argv, '--plan', typed.trim()]);
      // It shows the plan once more, as it does for a caller who gave its hash.
      const more =
        answer === first ? '' : answer.out.slice(answer.out.startsWith(first.out) ? first.out.length : 0);
      if (more !== '' && quiet !== true) print(more, output);
      if (answer.err !== '') fail(answer.err.trimEnd());
      exit = exitOf(answer.exit);
    },
  };
  /** Guarded here once more: what is printed is this shell's own affair. */
  const print = (text: string, output: Output): void => {
    const safe = guard.answer(text.trimEnd(), output);
    shell.out(`${output === 'json' ? visibleInJson(safe) : shown(visible(safe), screenOf(shell))}\n`);
  };
  try {
    const complaint: string[] = [];
    const program = createProgram(words, shell.version, run, {
      out: (text) => guard.shell.out(text),
      err: (text) => (json ? void complaint.push(text) : guard.shell.err(text)),
    });
    const ended = await runProgram(program, argv);
    const [text] = complaint.join('').split('\n');
    if (ended === exitCodes.usage && text !== undefined && json)
      fail(faultJson({ code: 'usage', text, exit: ended }));
    return ended ?? exit;
  } catch (error) {
    const fault = explainFault(error, words);
    fail(json ? faultJson(fault) : fault.text);
    return fault.exit;
  } finally {
    shell.progress?.('');
  }
}

/** What is said beside the answer; the answer itself may be JSON (`openContext`). */
function visibly(shell: Shell): Shell {
  return { ...shell, err: (text) => shell.err(visible(text)) };
}

/** A bot of another version may answer with a code that is not known here. */
function exitOf(code: number): ExitCode {
  return Object.values(exitCodes).find((known) => known === code) ?? exitCodes.couldNotLook;
}
