import { createLogAnalysis } from '../domain/logs/analysis.ts';
import type { LogQuery, LogReport } from '../domain/logs/report.ts';
import { LineSplitter } from '../domain/logs/splitter.ts';
import type { Platform } from '../domain/platform/platform.ts';
import { logWords } from '../text/logs.ts';
import type { CliContext } from './context.ts';

/** How often what is new is looked for and printed, in milliseconds. */
const LOOK_MS = 1_000;
/** A kind that is known already is told again after this time at the earliest. */
const AGAIN_MS = 10_000;

/** Prints what is new in one report after another; nothing as JSON, which is one document. */
export function createFollowScreen(context: CliContext): (report: LogReport) => void {
  const told = new Map<number, { count: number; at: number }>();
  return (report) => {
    if (context.output === 'json') return;
    const now = context.now().getTime();
    for (const { group, title, numbers, causes } of logWords(report, context.words).groups) {
      const before = told.get(group.id);
      if (before !== undefined && (before.count === group.count || now - before.at < AGAIN_MS)) continue;
      told.set(group.id, { count: group.count, at: now });
      const example = group.example.map((line) => `  | ${line}`);
      const lines =
        before === undefined
          ? [title, `  ${numbers}`, ...example, ...causes.map((cause) => `  ${cause}`)]
          : [
              context.words.plain('logs.follow.more', { title, count: group.count - before.count }),
              ...example.slice(0, 1),
            ];
      context.out(lines.join('\n'));
    }
  };
}

/** Reads files that grow until they end or the command is interrupted; all that was read then. */
export async function followFiles(
  context: CliContext,
  files: readonly string[],
  { query, platform }: { readonly query: LogQuery; readonly platform: Platform },
): Promise<LogReport> {
  const now = context.now().getTime();
  const analysis = createLogAnalysis({ query, now, platform, redact: (text) => context.redact(text) });
  const show = createFollowScreen(context);
  /** Bytes since the last look. */
  let fresh = 0;
  const inputs = files.map((file) => ({ file, input: analysis.source(file === '-' ? 'stdin' : file) }));
  const reading = Promise.all(
    inputs.map(async ({ file, input }) => {
      const lines = new LineSplitter((text) => input.text(text));
      let failed = false;
      try {
        for await (const bytes of context.follow(file)) {
          fresh += bytes.length;
          input.bytes(bytes.length);
          lines.push(bytes);
        }
      } catch {
        failed = !context.signal.aborted;
      }
      lines.end();
      input.end(failed ? { failed: 'logs.why.unreadable' } : {});
    }),
  );
  let over = false;
  const ended = reading.then(() => {
    over = true;
  });
  for (let [seen, open] = [0, false]; !over; ) {
    await Promise.race([ended, context.sleep(LOOK_MS).catch(() => ended)]);
    const isQuiet = fresh === seen;
    if (isQuiet && !open) continue;
    // What nothing follows within a look is whole; before, more lines of a trace may come.
    if (isQuiet) for (const { input } of inputs) input.idle();
    [seen, open] = [fresh, !isQuiet];
    show(analysis.report());
  }
  await reading;
  return analysis.report();
}
