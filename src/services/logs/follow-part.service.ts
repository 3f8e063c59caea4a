import { type Clock } from '../../domain/kernel/clock.ts';
import { present } from '../../domain/kernel/present.ts';
import { createLogAnalysis, type LogInput } from '../../domain/logs/analysis.ts';
import type { LogSource } from '../../domain/logs/report.ts';
import type { PartId } from '../../domain/platform/part.ts';
import type { TargetsFactory } from '../../domain/probe/targets/targets.ts';
import { toCause } from '../run/probe-runner.service.ts';
import type { LogsFollowed } from './contract.ts';
import { HOUR_MS, newest, partAsked, type Source, sourcesAsked } from './read-part.service.ts';

/** How far a round reads back behind the one before it, so that nothing falls between them. */
const OVERLAP_MS = 15_000;
/** And so far back at most for a log that could not be read meanwhile. */
const MOST_BACK_MS = 600_000;
/** Of each container and round; they are kept until the next one. */
const MOST_LINES = 20_000;
/** Rounds of one log that are read at a time. */
const AT_A_TIME = 4;

/** What was read of one log. */
interface Followed {
  readonly input: LogInput;
  /** Lines of the last round, all of them: the next one is laid over them. */
  held: readonly string[];
  outcome: Pick<LogSource, 'failed' | 'facts' | 'cut'>;
  wasRead: boolean;
}

export function createLogsFollowed({
  targets: factory,
  clock,
}: {
  readonly targets: TargetsFactory;
  readonly clock: Clock;
}): LogsFollowed {
  return {
    async follow({ environment, part: named, query, container, redact, signal, pause, onRead }) {
      const targets = await factory.forRun(environment, signal);
      const { platform } = targets;
      const part = partAsked(named, platform);
      const began = clock.now().getTime();
      const analysis = createLogAnalysis({ query, now: began, platform, redact, ...present({ part }) });
      const logs = new Map<string, Followed>();

      const round = async (since: number): Promise<void> => {
        const now = clock.now().getTime();
        const sinceSeconds = Math.max(1, Math.ceil((now - since) / 1000));
        const waiting = [...(await sourcesAsked(targets, part, { sinceSeconds, now, container, signal }))];
        const reading = async (): Promise<void> => {
          for (let source = waiting.shift(); source !== undefined; source = waiting.shift())
            await readOn(logOf(source.name, source.part), source, signal);
        };
        await Promise.all(Array.from({ length: AT_A_TIME }, reading));
      };
      const logOf = (name: string, of: PartId | undefined): Followed => {
        const known = logs.get(name);
        if (known !== undefined) return known;
        const made: Followed = { input: analysis.source(name, of), held: [], outcome: {}, wasRead: false };
        logs.set(name, made);
        return made;
      };

      // The hour before is what the groups are compared with.
      await round(query.since - HOUR_MS);
      onRead(analysis.report(), platform);
      for (let last = began; ; ) {
        const over = await pause().then(
          () => signal.aborted,
          () => true,
        );
        if (over) break;
        const now = clock.now().getTime();
        // A cluster that cannot be listed now may be there again in the next round.
        const isRead = await round(last - OVERLAP_MS).then(
          () => true,
          () => false,
        );
        if (signal.aborted) break;
        if (!isRead) continue;
        // What could be read before and cannot now is read from there on later.
        const lacks = [...logs.values()].some((log) => log.wasRead && log.outcome.failed !== undefined);
        last = lacks ? Math.max(last, now - MOST_BACK_MS) : now;
        onRead(analysis.report(), platform);
      }
      for (const { input, outcome } of logs.values()) input.end(outcome);
      return { ...present({ part }), report: analysis.report(), platform };
    },
  };
}

async function readOn(log: Followed, source: Source, signal: AbortSignal): Promise<void> {
  try {
    const { text, cut } = await newest(source, signal, MOST_LINES);
    // A line without its end may still grow.
    const lines = text.split('\n').slice(0, -1);
    const fresh = linesAfter(log.held, lines);
    log.outcome = log.outcome.cut === true || (cut && fresh.length === lines.length) ? { cut: true } : {};
    log.wasRead = true;
    if (lines.length > 0) log.held = lines;
    if (fresh.length > 0) {
      const added = `${fresh.join('\n')}\n`;
      log.input.bytes(Buffer.byteLength(added));
      log.input.text(added);
    }
    log.input.idle();
  } catch (error) {
    signal.throwIfAborted();
    const { code, facts } = toCause(error instanceof Error ? error : new Error(String(error)));
    log.outcome = { failed: `cause.${code}`, facts };
  }
}

/** The lines of `next` that are not the end of `before`: as much as fits is laid over each other. */
export function linesAfter(before: readonly string[], next: readonly string[]): readonly string[] {
  const [first] = next;
  for (let at = 0; at < before.length; at += 1) {
    if (before[at] !== first || before.length - at > next.length) continue;
    const rest = before.length - at;
    let same = 1;
    while (same < rest && before[at + same] === next[same]) same += 1;
    if (same === rest) return next.slice(rest);
  }
  return next;
}
