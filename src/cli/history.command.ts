import { type ExitCode, exitCodes, type ServedContext } from './context.ts';

export async function historyCommand(
  context: ServedContext,
  options: { readonly env?: string; readonly limit: number },
): Promise<ExitCode> {
  const { words } = context;
  const runs = await context.services.runs.history(options.env, options.limit);
  if (context.output === 'json') {
    context.out(JSON.stringify({ runs }, null, 2));
    return exitCodes.ok;
  }
  if (runs.length === 0) context.out(words.plain('cli.history.none'));
  for (const { id: run, createdAt, kind, environment, state } of runs)
    context.out(
      words.plain('cli.history.line', {
        time: createdAt.toISOString(),
        kind: words.lookupPlain(`run.kind.${kind}`) ?? kind,
        environment,
        state: words.lookupPlain(`run.state.${state}`) ?? state,
        run,
      }),
    );
  return exitCodes.ok;
}
