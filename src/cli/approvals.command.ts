import { sha256 } from '../domain/kernel/canonical.ts';
import { AppError } from '../domain/kernel/errors.ts';
import { present } from '../domain/kernel/present.ts';
import { wholeJson } from '../domain/kernel/text.ts';
import { type ExitCode, exitCodes, type ServedContext } from './context.ts';
import { chooseEnvironment } from './environment.ts';
import type { ApprovalsOutput, FixOutput } from './output-schemas.ts';
import { planText, remediationOutput, remediationTitle, sayDecided } from './remediation-output.ts';

/** What waits for people: offers that were asked for, and everything that is under way. */
export async function listApprovals(
  context: ServedContext,
  options: { readonly env?: string; readonly limit: number },
): Promise<ExitCode> {
  const { words } = context;
  const rows = await context.services.remediations.list({
    open: true,
    limit: options.limit,
    ...present({ environment: options.env }),
  });
  if (context.output === 'json') {
    const output: ApprovalsOutput = { remediations: rows.map(remediationOutput) };
    context.out(JSON.stringify(output, null, 2));
  } else if (rows.length === 0) context.out(words.plain('cli.approvals.none'));
  else
    for (const row of rows) {
      const { handle, state, environment, planHash: hash } = row;
      context.out(
        words.plain('cli.approvals.line', {
          handle,
          state,
          environment,
          title: remediationTitle(row, words),
          hash,
        }),
      );
    }
  return exitCodes.ok;
}

export async function showApproval(context: ServedContext, handle: string): Promise<ExitCode> {
  const found = await context.services.remediations.get(handle);
  if (found === undefined) throw new AppError('NOT_FOUND', handle);
  const { remediation } = found;
  const output: FixOutput = { remediation: remediationOutput(remediation), plan: remediation.plan };
  context.out(
    context.output === 'json' ? JSON.stringify(output, null, 2) : planText(remediation, context.words),
  );
  return exitCodes.ok;
}

export interface DecideOptions {
  readonly plan?: string;
  readonly reason?: string;
}

/**
 * Approves as the owner of the token. The plan is shown before, so that it is not approved unseen; whoever may decide
 * and not read gets no plan, as in Slack.
 */
export async function approve(
  context: ServedContext,
  handle: string,
  options: DecideOptions,
): Promise<ExitCode> {
  const { person: by, services } = context;
  const { id, planHash } = await found(context, handle);
  if (options.plan !== undefined && !planHash.startsWith(options.plan))
    throw new AppError('CONFLICT', `the plan is ${planHash.slice(0, 8)}, not ${options.plan}`);
  if (context.output === 'text') {
    const shown = await services.remediations.get(id).catch(unlessRefused);
    if (shown !== undefined) context.out(planText(shown.remediation, context.words));
  }
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
    context.out(JSON.stringify(explanation, null, 2));
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
