import type { RemediationRow } from '../domain/fix/rows.ts';
import { sha256 } from '../domain/kernel/canonical.ts';
import { AppError } from '../domain/kernel/errors.ts';
import { present } from '../domain/kernel/present.ts';
import { wholeJson } from '../domain/kernel/text.ts';
import { type ExitCode, exitCodes, type ServedContext } from './context.ts';
import { chooseEnvironment } from './environment.ts';
import { UsageFault } from './faults.ts';
import type { ApprovalsOutput, ExplainOutput, FixOutput } from './output-schemas.ts';
import { planText, remediationLine, remediationOutput, sayDecided } from './remediation-output.ts';

/** More than is shown: those that wait for nobody fall away. */
const mostListed = 200;

/** What waits for a decision, as in Slack; with `all` offers that nobody asked for, and what is under way, too. */
export async function listApprovals(
  context: ServedContext,
  options: { readonly env?: string; readonly limit: number; readonly all?: boolean },
): Promise<ExitCode> {
  const { words } = context;
  const open = await context.services.remediations.list({
    open: true,
    limit: options.all === true ? options.limit : mostListed,
    ...present({ environment: options.env }),
  });
  const rows = open
    .filter(({ state }) => options.all === true || state === 'requested')
    .slice(0, options.limit);
  if (context.output === 'json') {
    const output: ApprovalsOutput = { remediations: rows.map(remediationOutput) };
    context.out(JSON.stringify(output, null, 2));
  } else if (rows.length === 0) context.out(words.plain('cli.approvals.none'));
  else for (const row of rows) context.out(remediationLine(row, words));
  return exitCodes.ok;
}

export async function showApproval(context: ServedContext, handle: string): Promise<ExitCode> {
  const found = await context.services.remediations.get(handle);
  if (found === undefined) throw new AppError('NOT_FOUND', handle);
  context.out(shownPlan(context, found.remediation));
  return exitCodes.ok;
}

function shownPlan(
  { output, words }: Pick<ServedContext, 'output' | 'words'>,
  remediation: RemediationRow,
): string {
  const { plan } = remediation;
  const shown: FixOutput = { remediation: remediationOutput(remediation), plan };
  return output === 'json' ? JSON.stringify(shown, null, 2) : planText(remediation, words);
}

export interface DecideOptions {
  readonly plan?: string;
  readonly reason?: string;
}

/** So many digits of a hash name one plan; fewer name many. */
const fewestDigits = 8;
const planDigits = new RegExp(`^[0-9a-f]{${fewestDigits},64}$`, 'i');

/**
 * Approves, as the owner of the token, the plan that they name by its hash (R-A10). Without one the plan is shown and
 * nothing is approved; whoever may decide and not read gets no plan, as in Slack.
 */
export async function approve(
  context: ServedContext,
  handle: string,
  options: DecideOptions,
): Promise<ExitCode> {
  const { person: by, services } = context;
  const { id, planHash } = await found(context, handle);
  const { plan: named } = options;
  if (named !== undefined && !planDigits.test(named))
    throw new UsageFault('cli.fault.plan-short', { given: named, fewest: String(fewestDigits) });
  if (named !== undefined && !planHash.startsWith(named.toLowerCase()))
    throw new AppError('CONFLICT', `the plan is ${planHash.slice(0, 8)}, not ${named}`);
  const shown =
    named === undefined || context.output === 'text'
      ? await services.remediations.get(id).catch(unlessRefused)
      : undefined;
  if (shown !== undefined) context.out(shownPlan(context, shown.remediation));
  if (named === undefined) throw new UsageFault('cli.fault.plan-needed', { handle }, exitCodes.usage, 'plan');
  const requestId = context.requestId();
  return sayDecided(
    context,
    await services.deciding.remediations.approve({
      id,
      by,
      planHash,
      requestId,
      payloadDigest: sha256({ requestId, approve: id, plan: planHash }),
      ...present({ reason: options.reason }),
    }),
  );
}

export async function reject(context: ServedContext, handle: string, reason: string): Promise<ExitCode> {
  const { person: by, services } = context;
  const { id, planHash } = await found(context, handle);
  const requestId = context.requestId();
  return sayDecided(
    context,
    await services.deciding.remediations.reject({
      id,
      by,
      planHash,
      reason,
      requestId,
      payloadDigest: sha256(wholeJson({ requestId, reject: id, reason })),
    }),
  );
}

/** Says how a fix with an unknown outcome ended: `worked` has it verified once more, `failed` ends it. */
export async function resolve(
  context: ServedContext,
  handle: string,
  outcome: 'worked' | 'failed',
  reason: string,
): Promise<ExitCode> {
  const { person: by, services } = context;
  const { id, planHash } = await found(context, handle);
  const requestId = context.requestId();
  return sayDecided(
    context,
    await services.deciding.remediations.resolve({
      id,
      by,
      planHash,
      to: outcome === 'worked' ? 'verifying' : 'failed',
      reason,
      requestId,
      payloadDigest: sha256(wholeJson({ requestId, resolve: id, outcome, reason })),
    }),
  );
}

/** R-A9: lets one that waits run without its approvals; the bot judges who may. */
export async function breakGlass(context: ServedContext, handle: string, reason: string): Promise<ExitCode> {
  const { person: by, services } = context;
  const { id, planHash } = await found(context, handle);
  const requestId = context.requestId();
  const payloadDigest = sha256(wholeJson({ requestId, breakGlass: id, reason }));
  return sayDecided(
    context,
    await services.deciding.remediations.breakGlass({ id, by, planHash, reason, requestId, payloadDigest }),
  );
}

/** Closes what it left, as somebody who had no part in it. */
export async function closeFollowUp(
  context: ServedContext,
  handle: string,
  reason: string,
): Promise<ExitCode> {
  const { person: by, services } = context;
  const { id } = await found(context, handle);
  const requestId = context.requestId();
  const payloadDigest = sha256(wholeJson({ requestId, close: id, reason }));
  return sayDecided(
    context,
    await services.deciding.remediations.closeFollowUp({ id, by, reason, requestId, payloadDigest }),
  );
}

/** R-X16: ends one that runs, after its current step or batch. */
export async function stop(context: ServedContext, handle: string, reason?: string): Promise<ExitCode> {
  const { person: by, services } = context;
  const { id } = await found(context, handle);
  const requestId = context.requestId();
  const payloadDigest = sha256(wholeJson({ requestId, stop: id, ...present({ reason }) }));
  return sayDecided(
    context,
    await services.deciding.remediations.stop({ id, by, requestId, payloadDigest, ...present({ reason }) }),
  );
}

async function found({ services }: ServedContext, handle: string) {
  const row = await services.deciding.find(handle);
  if (row === undefined) throw new AppError('NOT_FOUND', handle);
  return row;
}

function unlessRefused(error: unknown): undefined {
  if (error instanceof AppError && error.code === 'NOT_ALLOWED') return undefined;
  throw error;
}

/** Who could approve this now, and why not the others. */
export async function explainApproval(
  context: ServedContext,
  remediation: string,
  options: { readonly env?: string },
): Promise<ExitCode> {
  const { words } = context;
  const environment = chooseEnvironment(await context.config(), options.env);
  const explanation = await context.services.remediations.explain(remediation, environment);
  if (context.output === 'json') {
    const { people: all, ...about } = explanation;
    const output: ExplainOutput = { ...about, people: all.map((one) => ({ ...one })) };
    context.out(JSON.stringify(output, null, 2));
    return exitCodes.ok;
  }
  const { tier, needed, people } = explanation;
  context.out(words.plain('cli.explain.title', { remediation, environment, tier, needed }));
  if (people.length === 0) context.out(words.plain('cli.explain.nobody'));
  for (const { personId: person, mayApprove, why: word } of people) {
    const why = words.lookupPlain(`denied.${word}`) ?? word;
    context.out(words.plain(mayApprove ? 'cli.explain.may' : 'cli.explain.may-not', { person, why }));
  }
  return exitCodes.ok;
}
