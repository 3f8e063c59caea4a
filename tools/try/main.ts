import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { createCleanUp } from '../playground/start/clean-up.ts';
import { PlaygroundFault } from '../playground/start/fault.ts';
import { createProgress } from '../playground/start/progress.ts';
import { startTry } from './installation.ts';
import { OptionsFault, parseOptions } from './options.ts';

/** `npm run try`: the bot in a real Slack workspace and on a real platform, from this machine. */

const progress = createProgress(
  (text) => void process.stdout.write(text),
  () => performance.now(),
);
const cleanUp = createCleanUp();
let ending = false;

async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  await cleanUp.run();
  process.exit(code);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    if (!ending) progress.say('Stopping…');
    void end(0);
  });

/** A token is not shown while it is typed. */
async function ask(question: string): Promise<string> {
  process.stdout.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  // Ctrl-C comes to the interface, which has the terminal.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return await terminal.question('');
  } finally {
    terminal.close();
    process.stdout.write('\n');
  }
}

/** What the user can correct is one sentence; anything else is a fault of ours and has a stack. */
function explain(error: unknown): number {
  if (error instanceof OptionsFault) {
    (error.exit === 0 ? process.stdout : process.stderr).write(`${error.message}\n`);
    return error.exit;
  }
  const fault = error instanceof PlaygroundFault ? error : undefined;
  const text = fault?.message ?? (error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.stderr.write(`${text}\n`);
  return fault?.exit ?? 1;
}

try {
  await startTry({
    options: parseOptions(process.argv.slice(2)),
    env: process.env,
    ask: process.stdin.isTTY ? ask : undefined,
    progress,
    cleanUp,
    onProductExit: (how) => {
      if (ending) return;
      process.stderr.write(`The bot ended (${how}); the lines above say why.\n`);
      void end(1);
    },
  });
} catch (error) {
  // After a signal, what was still starting fails; that is no news.
  if (!ending) await end(explain(error));
}
