import { sha256 } from '../domain/kernel/canonical.ts';
import { AppError } from '../domain/kernel/errors.ts';
import { present } from '../domain/kernel/present.ts';
import { wholeJson } from '../domain/kernel/text.ts';
import { type CliContext, type ExitCode, exitCodes } from './context.ts';
import { chooseEnvironment } from './environment.ts';
import type { ApprovalsOutput, FixOutput } from './output-schemas.ts';
import { planText, remediationOutput, remediationTitle, sayDecided } from './remediation-output.ts';

/** What waits for people: offers that were asked for, and everything that is under way. */
export async function listApprovals(
  context: CliContext,
  options: { readonly env?: string; readonly limit: number },
): Promise<ExitCode> {
  const { words } = context;
  const services = await context.services();
  const rows = await services.remediations.list({
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

export async function showApproval(context: CliContext, handle: string): Promise<ExitCode> {
  const found = await (await context.services()).remediations.get(handle);
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

/** Approves as the person whose token this shell has. The plan is shown before, so that it is not approved unseen. */
export async function approve(
  context: CliContext,
  handle: string,
  options: DecideOptions,
): Promise<ExitCode> {
  const by = await context.person();
  const services = await context.services();
  const found = await services.remediations.get(handle);
  if (found === undefined) throw new AppError('NOT_FOUND', handle);
  const { remediation } = found;
  if (options.plan !== undefined && !remediation.planHash.startsWith(options.plan))
    throw new AppError('CONFLICT', `the plan is ${remediation.planHash.slice(0, 8)}, not ${options.plan}`);
  if (context.output === 'text') context.out(planText(remediation, context.words));
  const requestId = context.requestId();
  return sayDecided(
    context,
    await services.remediations.approve({
      id: remediation.id,
      by,
      planHash: remediation.planHash,
      requestId,
      payloadDigest: sha256({ requestId, approve: remediation.id, plan: remediation.planHash }),
      ...present({ reason: options.reason }),
    }),
  );
}

export async function reject(context: CliContext, handle: string, reason: string): Promise<ExitCode> {
  const by = await context.person();
  const services = await context.services();
  const found = await services.remediations.get(handle);
  if (found === undefined) throw new AppError('NOT_FOUND', handle);
  const requestId = context.requestId();
  return sayDecided(
    context,
    await services.remediations.reject({
      id: found.remediation.id,
      by,
      planHash: found.remediation.planHash,
      reason,
      requestId,
      payloadDigest: sha256(wholeJson({ requestId, reject: found.remediation.id, reason })),
    }),
  );
}

/** Says how a fix with an unknown outcome ended: `worked` has it verified once more, `failed` ends it. */
export async function resolve(
  context: CliContext,
  handle: string,
  outcome: 'worked' | 'failed',
  reason: string,
): Promise<ExitCode> {
  const by = await context.person();
  const services = await context.services();
  const found = await services.remediations.get(handle);
  if (found === undefined) throw new AppError('NOT_FOUND', handle);
  const requestId = context.requestId();
  return sayDecided(
    context,
    await services.remediations.resolve({
      id: found.remediation.id,
      by,
      planHash: found.remediation.planHash,
      to: outcome === 'worked' ? 'verifying' : 'failed',
      reason,
      requestId,
      payloadDigest: sha256(wholeJson({ requestId, resolve: found.remediation.id, outcome, reason })),
    }),
  );
}

/** Who could approve this now, and why not the others. */
export async function explainApproval(
  context: CliContext,
  remediation: string,
  options: { readonly env?: string },
): Promise<ExitCode> {
  const { words } = context;
  const environment = chooseEnvironment(await context.config(), options.env);
  const explanation = await (await context.services()).remediations.explain(remediation, environment);
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
