import type { Redactor } from '@aetherius/redact';
import type { Clock, Ids } from '../../domain/kernel/clock.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import { readWish } from '../../domain/logs/query.ts';
import type { LogReport } from '../../domain/logs/report.ts';
import type { LogsRenderer, LogsView } from '../../domain/message/logs-view.ts';
import type { PartId } from '../../domain/platform/part.ts';
import type { RunHandler } from '../../domain/ports/lease.ts';
import type { Run } from '../../domain/run/run.ts';
import { rootPurpose } from '../run/run.service.ts';
import { askButtons } from './ask-buttons.ts';
import type { LogsHere } from './contract.ts';
import { orderPicture } from './picture.ts';

/** How far back a log is read, where nobody says. */
const USUAL_MS = 30 * 60_000;

export interface LogsRunOptions {
  readonly logs: LogsHere;
  readonly renderer: LogsRenderer;
  readonly redactorOf: (answer: string | undefined) => Redactor;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** What a finished reading leaves in `runs.summary`. */
export interface LogsSummary {
  readonly part?: string;
  readonly groups: number;
  readonly lines: number;
  readonly unread: number;
}

/** `/aetherius logs …`: reads the logs of a part and answers in one message. */
export function createLogsRun(options: LogsRunOptions): RunHandler<'buttons' | 'messages' | 'runs'> {
  return {
    async handle({ run, signal, finish }) {
      const read = await readLogs(options, run, signal);
      await finish(summaryOf(read), async (tx) => {
        const [root] = await tx.messages.find({ runId: run.id, purpose: rootPurpose });
        if (root === undefined) return;
        const ended: Run = { ...run, state: 'complete', finishedAt: await tx.now() };
        const view: LogsView = {
          run: ended,
          now: options.clock.now(),
          named: typed(run, 'part') ?? '',
          ...present({
            read:
              read === undefined
                ? undefined
                : {
                    ...read,
                    asks: await askButtons(tx, {
                      ...{ ids: options.ids, environment: run.environment },
                      ...{ report: read.report, runId: run.id },
                    }),
                  },
          }),
        };
        await tx.messages.update(
          root.id,
          options.renderer.logs(view, run.surface?.language ?? 'en'),
          'answer',
        );
        await orderPicture(tx, root.id, view, options.renderer, run);
      });
    },
  };
}

function typed({ params }: Run, name: string): string | undefined {
  const value = params[name];
  return typeof value === 'string' ? value : undefined;
}

/** Undefined: there is no such part. */
async function readLogs(
  { logs, redactorOf, clock }: LogsRunOptions,
  run: Run,
  signal: AbortSignal,
): Promise<{ readonly part?: PartId; readonly report: LogReport } | undefined> {
  const of = (name: string) => typed(run, name);
  const now = clock.now().getTime();
  const wish = readWish(
    {
      ...{ since: of('since'), until: of('until'), level: of('level') },
      ...{ grep: of('grep'), trace: of('trace') },
    },
    now,
  );
  if (!wish.ok) throw new AppError('INVALID_INPUT', `cannot read ${wish.value}`);
  const redactor = redactorOf(run.id);
  return logs
    .read({
      environment: run.environment,
      part: of('part') ?? '',
      query: { since: now - USUAL_MS, ...wish.query },
      redact: (text) => redactor.text(text),
      signal,
      ...present({ container: of('container') }),
    })
    .catch((error: unknown) => {
      if (error instanceof AppError && error.facts.reason === 'unknown-part') return undefined;
      throw error;
    });
}

function summaryOf(read: { readonly part?: string; readonly report: LogReport } | undefined): LogsSummary {
  const { groups = [], lines = 0, sources = [] } = read?.report ?? {};
  const unread = sources.filter(({ failed }) => failed !== undefined).length;
  return { groups: groups.length, lines, unread, ...present({ part: read?.part }) };
}
