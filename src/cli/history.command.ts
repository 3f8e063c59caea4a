import { present } from '../domain/kernel/present.ts';
import type { Run } from '../domain/run/run.ts';
import { verdictText } from '../text/verdict.ts';
import type { Words } from '../text/words.ts';
import { type ExitCode, exitCodes, type ServedContext } from './context.ts';
import type { HistoryOutput } from './output-schemas.ts';
import { table } from './table.ts';

/** Recent runs, the newest first: when, what, where, what it came to, and the id that `report` takes. */
export async function historyCommand(
  context: ServedContext,
  options: { readonly env?: string; readonly limit: number },
): Promise<ExitCode> {
  const { words } = context;
  const runs = await context.services.runs.history(options.env, options.limit);
  if (context.output === 'json') {
    const output: HistoryOutput = { runs: runs.map((run) => runOutput(run, words)) };
    context.out(JSON.stringify(output, null, 2));
  } else if (runs.length === 0) context.out(words.plain('cli.history.none'));
  else
    context.out(
      table(
        runs.map((run) => [
          words.plain('cli.history.time', { time: run.createdAt.toISOString() }),
          words.plain(`run.kind.${run.kind}`),
          run.environment,
          run.id,
          verdictText(run, words),
        ]),
      ),
    );
  return exitCodes.ok;
}

function runOutput(run: Run, words: Words): HistoryOutput['runs'][number] {
  const { id, kind, environment, params, state, attempt, source, requestedBy, surface, summary } = run;
  const { createdAt, startedAt, finishedAt } = run;
  return {
    ...{ id, kind, environment, params: { ...params }, state, attempt, source },
    createdAt: createdAt.toISOString(),
    ...present({
      startedAt: startedAt?.toISOString(),
      finishedAt: finishedAt?.toISOString(),
      requestedBy: requestedBy === undefined ? undefined : { ...requestedBy },
      surface: surface === undefined ? undefined : { ...surface },
      summary,
    }),
    verdict: verdictText(run, words),
  };
}
