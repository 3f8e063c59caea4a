import type { Redactor } from '@aetherius/redact';
import type { Clock, Ids, Logger } from '../../domain/kernel/clock.ts';
import { AppError, isStoreAway } from '../../domain/kernel/errors.ts';
import { namedId } from '../../domain/kernel/named-id.ts';
import { present } from '../../domain/kernel/present.ts';
import { headAndTail } from '../../domain/kernel/text.ts';
import { reportOf } from '../../domain/logs/analysis.ts';
import { readWish } from '../../domain/logs/query.ts';
import type { LogReport } from '../../domain/logs/report.ts';
import type { LogsRenderer, LogsView } from '../../domain/message/logs-view.ts';
import type { Renderer } from '../../domain/message/renderer.ts';
import { holdBackMs } from '../../domain/message/sending.ts';
import type { PlatformOf } from '../../domain/platform/platform.ts';
import type { AttachedFiles, LogThread, LogThreads } from '../../domain/ports/log-files.ts';
import type { StoreOf } from '../../domain/ports/store.ts';
import type { Run } from '../../domain/run/run.ts';
import { toCause } from '../run/probe-runner.service.ts';
import { askButtons } from './ask-buttons.ts';
import type { AttachedLogs, AttachedLogsInput } from './contract.ts';
import { orderPicture } from './picture.ts';

const MIB = 1024 * 1024;
/** What is read of one message: said in the answer where more was attached. */
export const attachedLimits = { files: 5, fileBytes: 50 * MIB, bytes: 256 * MIB, ms: 90_000 } as const;
/** What is read of a file whose text is only skimmed. */
const skimLimits = { files: 2, bytes: MIB, units: 2_000 } as const;
/** Logs that are read at once; each takes a thread, and memory for groups. */
const AT_A_TIME = 2;

const purpose = 'attached-log';

export interface AttachedLogsOptions {
  readonly store: StoreOf<'buttons' | 'messages'>;
  readonly files: AttachedFiles;
  readonly threads: LogThreads;
  readonly renderer: LogsRenderer & Pick<Renderer, 'runFailed'>;
  readonly platformOf: PlatformOf;
  readonly redactorOf: (answer: string | undefined) => Redactor;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
}

/**
 * Logs in a message of Slack. They are read in the bot's role, because only it may read files of Slack; a worker's
 * credentials are not needed. A bot that is killed leaves the delivery, which another one takes over: the id of the
 * message is that of the delivery, so the answer stands in the same place.
 */
export function createAttachedLogs(options: AttachedLogsOptions): AttachedLogs {
  const { store, renderer, clock, ids, logger } = options;
  const turns = createTurns(AT_A_TIME);
  return {
    async skim(fileIds, ms) {
      const signal = AbortSignal.timeout(ms);
      const some = fileIds.slice(0, skimLimits.files);
      const texts = await Promise.all(some.map((id) => textOf(options, id, signal)));
      return headAndTail(texts.filter((one) => one !== '').join('\n'), skimLimits.units);
    },
    async answer(input) {
      const { surface, dedupeKey } = input;
      const id = namedId(`${purpose} ${dedupeKey}`);
      const { language } = surface;
      const run: Run = {
        ...{ id, kind: 'logs', environment: input.environment, params: {}, state: 'running', attempt: 1 },
        ...{ source: 'shortcut', requestedBy: input.requestedBy, surface, createdAt: clock.now() },
      };
      const view = (ended: Run, read?: LogsView['read']): LogsView => ({
        ...{ run: ended, now: clock.now(), named: '', attached: true },
        ...present({ read }),
      });
      await store.tx((tx) =>
        tx.messages.post({
          ...{ id, purpose, channel: surface.channel, urgency: 'progress', holdMs: holdBackMs },
          ...{ rendered: renderer.logs(view(run), language), ...present({ threadTs: surface.threadTs }) },
        }),
      );
      try {
        const report = await turns(() => readAll(options, input, id));
        await store.tx(async (tx) => {
          const ended: Run = { ...run, state: 'complete', finishedAt: clock.now() };
          const asks = await askButtons(tx, { ids, environment: input.environment, report });
          const answer = view(ended, { report, asks });
          await tx.messages.update(id, renderer.logs(answer, language), 'answer');
          await orderPicture(tx, id, answer, renderer, run);
        });
      } catch (error) {
        if (isStoreAway(error)) throw error;
        logger.warn({ err: error, message: id }, 'a log in a message could not be read');
        const failed: Run = { ...run, state: 'failed', finishedAt: clock.now() };
        const rendered = renderer.runFailed({ run: failed, reference: id, error }, language);
        await store.tx((tx) => tx.messages.update(id, rendered, 'answer'));
      }
    },
  };
}

/** Empty for a file that is none, is no text, or does not come in time. */
async function textOf(
  { files, redactorOf, logger }: AttachedLogsOptions,
  id: string,
  signal: AbortSignal,
): Promise<string> {
  try {
    const { bytes } = await files.open(id, { mostBytes: skimLimits.bytes, signal });
    const decoder = new TextDecoder();
    let text = '';
    for await (const piece of bytes) text += decoder.decode(piece, { stream: true });
    signal.throwIfAborted();
    return text.includes('\0') ? '' : redactorOf(undefined).text(text);
  } catch (err) {
    logger.info({ err, file: id }, 'a file was not skimmed');
    return '';
  }
}

async function readAll(
  { files, threads, platformOf, redactorOf, clock }: AttachedLogsOptions,
  { environment, texts, fileIds }: AttachedLogsInput,
  id: string,
): Promise<LogReport> {
  const platform = platformOf(environment);
  const now = clock.now().getTime();
  const wish = readWish({}, now);
  if (!wish.ok) throw new AppError('BUG', 'the usual query cannot be read');
  const signal = AbortSignal.timeout(attachedLimits.ms);
  const thread = threads.start(
    { query: wish.query, now, platform },
    { mostBytes: attachedLimits.bytes },
    signal,
  );
  try {
    for (const text of texts) {
      const source = thread.source('message');
      await source.push(new TextEncoder().encode(text));
      source.end();
    }
    for (const file of fileIds.slice(0, attachedLimits.files)) await readFile(thread, files, file, signal);
    const unread = fileIds.length - attachedLimits.files;
    if (unread > 0)
      thread
        .source(`+${unread}`)
        .end({ failed: 'cause.log-too-many-files', facts: { most: attachedLimits.files } });
    const tally = await thread.tally();
    const redactor = redactorOf(id);
    return reportOf(tally, { platform, redact: (text) => redactor.text(text) });
  } catch (error) {
    if (signal.aborted)
      throw new AppError('TIMED_OUT', 'a log in a message took too long', { facts: { reason: 'log-slow' } });
    throw error;
  } finally {
    await thread.stop();
  }
}

async function readFile(
  thread: LogThread,
  files: AttachedFiles,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  const failed = (error: unknown) => {
    signal.throwIfAborted();
    const { code, facts } = toCause(error instanceof Error ? error : new Error(String(error)));
    return { failed: `cause.${code}`, facts };
  };
  const opened = await files
    .open(id, { mostBytes: attachedLimits.fileBytes, signal })
    .catch((error: unknown) => failed(error));
  if ('failed' in opened) {
    const { name = id } = opened.facts;
    return thread.source(String(name)).end(opened);
  }
  const source = thread.source(opened.name);
  try {
    for await (const bytes of opened.bytes) if (!(await source.push(bytes))) break;
    source.end();
  } catch (error) {
    source.end(failed(error));
  }
}

/** At most so many at once; the others wait in the order in which they came. */
function createTurns(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
