import { rmSync } from 'node:fs';
import { createCleanUp } from './start/clean-up.ts';
import { PlaygroundFault } from './start/fault.ts';
import { parseOptions, usage } from './start/options.ts';
import { makeFolder, startPlayground } from './start/playground.ts';
import { createProgress } from './start/progress.ts';

/**
 * `npm run playground`: the whole product on this machine, with nothing configured. Its own PostgreSQL and Redis,
 * a Slack emulator with a web page, and a small platform whose faults can be switched on.
 */

const progress = createProgress(
  (text) => void process.stdout.write(text),
  () => performance.now(),
);
const cleanUp = createCleanUp();
let folder: string | undefined;
let ending = false;
/** One Ctrl-C may arrive twice, from the terminal and from whoever started this; the second is not impatience. */
const impatientAfterMs = 1_000;

function leave(code: number): never {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}

/** Stops what runs and removes the folder. */
async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  await cleanUp.run();
  leave(code);
}

/** A mistake of the user or a gap of the machine is one sentence; anything else is a fault of ours and has a stack. */
function explain(error: unknown): number {
  const fault = error instanceof PlaygroundFault ? error : undefined;
  const text = fault?.message ?? (error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.stderr.write(`${text}\n`);
  return fault?.exit ?? 1;
}

let signalled: number | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    signalled ??= performance.now();
    if (!ending) progress.say('Stopping…');
    // Children end with this process: the kernel sees to it.
    else if (performance.now() - signalled > impatientAfterMs) leave(130);
    void end(0);
  });

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    progress.say(usage);
    process.exit(0);
  }
  folder = makeFolder();
  await startPlayground({
    folder,
    port: options.port,
    progress,
    cleanUp,
    onProductExit: (how) => {
      if (ending) return;
      process.stderr.write(`The product ended (${how}); the lines above say why.\n`);
      void end(1);
    },
  });
} catch (error) {
  // After a signal, what was still starting fails; that is no news.
  if (!ending) await end(explain(error));
}
