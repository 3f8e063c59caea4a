import { z } from 'zod';
import type { RemediationRow } from '../domain/fix/rows.ts';
import { sha256 } from '../domain/kernel/canonical.ts';
import { AppError, errorCodes } from '../domain/kernel/errors.ts';
import type { Facts } from '../domain/kernel/facts.ts';
import { present } from '../domain/kernel/present.ts';
import { wholeJson } from '../domain/kernel/text.ts';
import type { RunWithOutcomes } from '../domain/run/run.ts';
import { type CliContext, type ExitCode, exitCodes, type ServedContext, type Terminal } from './context.ts';
import { chooseEnvironment, inEnvironment } from './environment.ts';
import { UsageFault, unknownOf } from './faults.ts';
import type { PersonServices } from './guarded.ts';
import type { FixOutput } from './output-schemas.ts';
import { dryPlanText, planText, remediationOutput, sayDecided } from './remediation-output.ts';

/** A worker of the environment makes the plan; so long it may take until one has taken the run and is done. */
const waitMs = 60_000;
const pollMs = 250;

export interface FixOptions {
  readonly env?: string;
  readonly yes?: boolean;
  readonly reason?: string;
}

/** Plans a fix through the same run as in Slack, shows the plan and, with `--yes`, asks for it. */
export async function fixCommand(
  given: ServedContext,
  remediation: string,
  args: readonly string[],
  options: FixOptions,
): Promise<ExitCode> {
  const config = await given.config();
  const environment = chooseEnvironment(config, options.env);
  const context = inEnvironment(given, config, environment);
  const known = context.remediations;
  if (!known.includes(remediation)) throw unknownOf('remediation', remediation, known);
  const params = readArguments(args);
  const { person: by, services } = context;
  const { runId } = await services.runs.start({
    kind: 'propose',
    environment,
    params: { ...params, remediation },
    source: 'command-line',
    requestedBy: by,
  });
  const run = await ended(context, services, runId);
  if (run === undefined) {
    const seconds = waitMs / 1000;
    context.err(context.words.plain('cli.fix.waiting', { environment, seconds, run: runId }));
    return exitCodes.couldNotLook;
  }
  const row = await proposalOf(services, run);
  if (row === undefined) return sayNothing(context, run);
  if (options.yes !== true) return sayPlan(context, row, runId);
  if (context.output === 'text') context.out(planText(row, context.words));
  const requestId = context.requestId();
  return sayDecided(
    context,
    await services.deciding.remediations.request({
      id: row.id,
      by,
      planHash: row.planHash,
      requestId,
      payloadDigest: sha256(wholeJson({ requestId, remediation, args, environment })),
      ...present({ reason: options.reason }),
    }),
  );
}

/** Shows a plan made here, with the caller's own credentials, and stores nothing. Exit code 1: there is no plan. */
export async function dryFixCommand(
  given: CliContext,
  remediation: string,
  args: readonly string[],
  options: Pick<FixOptions, 'env'>,
): Promise<ExitCode> {
  const config = await given.config();
  const environment = chooseEnvironment(config, options.env);
  const { words, ...context } = inEnvironment(given, config, environment);
  const { plans } = await context.checks();
  const params = readArguments(args);
  const made = await plans.plan({ environment, remediation, params, signal: context.signal });
  if ('reason' in made) return sayRefused({ ...context, words }, made.reason, made.facts, {});
  const { plan, planHash } = made;
  const output: FixOutput = { plan, planHash, moved: false };
  context.out(
    context.output === 'json'
      ? JSON.stringify(output, null, 2)
      : `${dryPlanText(plan, planHash, words)}\n${words.plain('cli.fix.dry-how', { remediation })}`,
  );
  return exitCodes.ok;
}

export function readArguments(args: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    args.map((argument) => {
      const match = /^([A-Za-z][A-Za-z0-9_-]*)=(.*)$/s.exec(argument);
      if (match === null) throw new UsageFault('cli.fault.argument', { argument });
      return [match[1] ?? '', match[2] ?? ''];
    }),
  );
}

async function ended(
  context: Terminal,
  services: PersonServices,
  runId: string,
): Promise<RunWithOutcomes | undefined> {
  const until = context.now().getTime() + waitMs;
  for (;;) {
    const run = await services.runs.get(runId);
    if (run !== undefined && run.state !== 'queued' && run.state !== 'running') return run;
    if (context.now().getTime() >= until) return undefined;
    await context.sleep(pollMs);
  }
}

/** What the run offers: a plan it made, or the open one of the same action and target. */
async function proposalOf(
  services: PersonServices,
  run: RunWithOutcomes,
): Promise<RemediationRow | undefined> {
  const { offer } = summaryOf(run);
  return offer === undefined ? undefined : (await services.remediations.get(offer))?.remediation;
}

const proposeSummary = z.object({
  code: z.enum(errorCodes).optional(),
  offer: z.string().optional(),
  refused: z
    .object({
      reason: z.string(),
      facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    })
    .optional(),
});

function summaryOf(run: RunWithOutcomes): z.infer<typeof proposeSummary> {
  return proposeSummary.parse(run.summary ?? {});
}

function sayPlan(context: Terminal, row: RemediationRow, runId: string): ExitCode {
  const { words } = context;
  const output: FixOutput = { runId, remediation: remediationOutput(row), plan: row.plan, moved: false };
  context.out(
    context.output === 'json'
      ? JSON.stringify(output, null, 2)
      : [
          planText(row, words),
          words.plain('cli.fix.how', { remediation: row.actionId }),
          words.plain('cli.fix.run', { run: runId }),
        ].join('\n'),
  );
  return exitCodes.ok;
}

/** The run is over and offered nothing: its summary says why. */
function sayNothing(context: Terminal, run: RunWithOutcomes): ExitCode {
  const { code, refused } = summaryOf(run);
  if (code !== undefined) throw new AppError(code, `the run ${run.id} ${run.state}`);
  return sayRefused(context, refused?.reason ?? run.state, refused?.facts ?? {}, { runId: run.id });
}

function sayRefused(
  { words, output, out }: Pick<Terminal, 'words' | 'output' | 'out'>,
  note: string,
  facts: Facts,
  more: Pick<FixOutput, 'runId'>,
): ExitCode {
  const reason =
    words.lookupPlain(`offer.refused.${note}`, facts) ?? words.lookupPlain(`denied.${note}`, facts) ?? note;
  if (output === 'json') out(JSON.stringify({ ...more, note, reason } satisfies FixOutput, null, 2));
  else out(words.plain('cli.fix.nothing', { reason: reason.replace(/[.。]$/, '') }));
  return exitCodes.findings;
}
