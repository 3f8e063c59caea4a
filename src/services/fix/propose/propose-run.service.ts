import type { RemedyCall } from '../../../domain/fix/remediation.ts';
import type { Ids, Logger } from '../../../domain/kernel/clock.ts';
import { AppError } from '../../../domain/kernel/errors.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { Renderer } from '../../../domain/message/renderer.ts';
import type { PartId } from '../../../domain/platform/part.ts';
import type { RunHandler, RunLease } from '../../../domain/ports/lease.ts';
import type { OfferRepository } from '../../../domain/ports/offers.ts';
import type { ProbeOutcome } from '../../../domain/probe/probe.ts';
import type { Targets, TargetsFactory } from '../../../domain/probe/targets/targets.ts';
import { rootPurpose } from '../../run/run.service.ts';
import type { RemediationMessages } from '../decide/remediation-messages.service.ts';
import type { Prepared, ProposeService } from './propose.service.ts';

export interface ProposeRunOptions {
  readonly targets: TargetsFactory;
  readonly proposals: ProposeService;
  readonly messages: RemediationMessages;
  readonly renderer: Renderer;
  readonly ids: Ids;
  readonly logger: Logger;
  /** Says how what the fix is for stands before it, so that it can be compared afterwards. */
  readonly measure: (
    call: RemedyCall,
    part: PartId,
    look: { readonly targets: Targets; readonly signal: AbortSignal; readonly answer: string },
  ) => Promise<readonly ProbeOutcome[]>;
}

/** What such a run leaves behind: the id of its offer, made or found open, or the reason that there is no offer. */
export interface ProposeSummary {
  readonly remediation: string;
  readonly offer?: string;
  readonly refused?: { readonly reason: string; readonly facts: Facts };
}

/** `/aetherius fix <id> [name=value …]`: plans the action and shows its card, or says why it is not offered. */
export function createProposeRun(options: ProposeRunOptions): RunHandler<OfferRepository> {
  return {
    async handle(lease) {
      const { run, signal } = lease;
      const { remediation, ...params } = run.params;
      if (typeof remediation !== 'string')
        throw new AppError('INVALID_INPUT', 'the run names no action', { facts: { reason: 'no-action' } });
      const targets = await options.targets.forRun(run.environment);
      const call = { remediation, with: typed(params) };
      const prepared = await options.proposals.plan({
        call,
        environment: run.environment,
        targets,
        signal,
        run,
      });
      const before = await measureBefore(options, lease, prepared);
      await lease.finishWith(async (tx): Promise<ProposeSummary> => {
        await tx.runs.saveOutcomes(run.id, before);
        const proposal = await prepared.save(tx);
        if (proposal.kind === 'offered') {
          await options.messages.card(tx, proposal.offer);
          return { remediation, offer: proposal.offer.id };
        }
        const { surface } = run;
        const { reason, facts } = proposal;
        const summary = { remediation, refused: { reason, facts } };
        if (surface === undefined) return summary;
        await tx.messages.post({
          id: options.ids.uuid(),
          purpose: rootPurpose,
          channel: surface.channel,
          runId: run.id,
          rendered: options.renderer.offerRefused({ run, remediation, reason, facts }, surface.language),
          urgency: 'decision',
          ...present({ threadTs: surface.threadTs }),
        });
        return summary;
      });
    },
  };
}

/** Nothing without a plan. That nothing could be measured keeps nobody from the fix. */
async function measureBefore(
  { measure, targets, logger }: ProposeRunOptions,
  { run, signal }: Pick<RunLease<never>, 'run' | 'signal'>,
  { call, part }: Prepared,
): Promise<readonly ProbeOutcome[]> {
  if (part === undefined) return [];
  try {
    // Of its own: the plan may have used up all requests that one may send.
    const fresh = await targets.forRun(run.environment, signal);
    return await measure(call, part, { targets: fresh, signal, answer: run.id });
  } catch (err) {
    signal.throwIfAborted();
    logger.warn({ err, run: run.id }, 'nothing could be measured before a fix');
    return [];
  }
}

/** What was typed is text; an action's parameters may be numbers or yes/no. */
export function typed(
  params: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string | number | boolean>> {
  const value = (raw: unknown): string | number | boolean => {
    if (typeof raw === 'number' || typeof raw === 'boolean') return raw;
    const text = String(raw);
    if (text === 'true' || text === 'false') return text === 'true';
    return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
  };
  return Object.fromEntries(Object.entries(params).map(([name, raw]) => [name, value(raw)]));
}
