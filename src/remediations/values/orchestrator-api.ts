import { z } from 'zod';
import { TargetError } from '../../domain/kernel/errors.ts';
import type { Targets } from '../../domain/probe/targets/targets.ts';
import { executionsOf, stepLimitsIn } from '../../domain/probe/workflows.ts';

export interface ProofContext {
  readonly deps: Pick<Targets, 'services'>;
  readonly signal: AbortSignal;
}

/** Seconds that orchestrator-service itself says a step may take; undefined where it does not say. */
export async function limitSaid(
  { workflow, step }: { readonly workflow: string; readonly step: string },
  context: ProofContext,
): Promise<number | undefined> {
  const answer = await ask('workflows', '', context);
  return answer?.status === 200 ? stepLimitsIn(answer.text()).get(`${workflow}/${step}`) : undefined;
}

const Executions = executionsOf(z.object({ status: z.string() }));

/** How many executions it runs now. */
export async function executionsRunning(context: ProofContext): Promise<number> {
  const answer = await ask('executions', '?limit=500', context);
  const { data } = Executions.safeParse(answer?.status === 200 ? JSON.parse(answer.text()) : undefined);
  if (data === undefined) throw new TargetError('protocol', 'executions cannot be listed');
  return data.filter(({ status }) => status === 'running').length;
}

async function ask(
  what: 'workflows' | 'executions',
  query: string,
  { deps: { services }, signal }: ProofContext,
) {
  const service = services?.find('orchestrator-service');
  return service === undefined
    ? undefined
    : services?.request(`${service.url}${service.paths[what]}${query}`, { signal, maxBytes: 8 << 20 });
}
