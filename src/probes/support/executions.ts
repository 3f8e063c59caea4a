import { z } from 'zod';
import { TargetError } from '../../domain/kernel/errors.ts';
import type { ServicesTarget } from '../../domain/probe/targets/http.ts';
import { executionsOf } from '../../domain/probe/workflows.ts';

const Step = z.object({
  id: z.string(),
  type: z.string().default(''),
  status: z.string().default(''),
  timeout_seconds: z.number().optional(),
  started_at: z.string().nullish(),
  finished_at: z.string().nullish(),
  duration_ms: z.number().optional(),
  error: z.string().nullish(),
});
const Execution = z.object({
  id: z.string(),
  workflow_id: z.string().default(''),
  status: z.string(),
  error: z.string().nullish(),
  created_at: z.string().optional(),
  started_at: z.string().nullish(),
  finished_at: z.string().nullish(),
  steps: z.array(Step).nullish(),
});
export type Execution = z.output<typeof Execution>;
const Listing = executionsOf(Execution);

/**
 * Workflow executions as orchestrator-service lists them, newest first. Undefined: the service is not configured.
 * TargetError when it does not answer, or not with executions.
 */
export async function executions(
  services: ServicesTarget,
  query: string,
  signal: AbortSignal,
): Promise<readonly Execution[] | undefined> {
  const service = services.find('orchestrator-service');
  if (service === undefined) return undefined;
  const answer = await services.request(`${service.url}${service.paths.executions}${query}`, {
    signal,
    maxBytes: 8 << 20,
  });
  if (answer.status !== 200) {
    throw new TargetError('protocol', 'executions cannot be listed', { facts: { status: answer.status } });
  }
  const parsed = Listing.safeParse(JSON.parse(answer.text()));
  if (!parsed.success)
    throw new TargetError('protocol', 'executions have another shape', { cause: parsed.error });
  return parsed.data.toSorted((a, b) => (b.created_at ?? '').localeCompare(a.created_at ?? ''));
}

/** Seconds between two ISO times. */
export function secondsBetween(from: string | null | undefined, to: Date): number | undefined {
  if (from == null) return undefined;
  const at = Date.parse(from);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.round((to.getTime() - at) / 1000));
}

/** How many executions are read step by step: the newest, so that one run costs a bounded number of requests. */
const MOST_HISTORIES = 8;

/** The same executions with their steps, read one by one where the listing left them out. */
export async function withSteps(
  services: ServicesTarget,
  list: readonly Execution[],
  signal: AbortSignal,
): Promise<readonly Execution[]> {
  const service = services.find('orchestrator-service');
  if (service === undefined) return list;
  return Promise.all(
    list.slice(0, MOST_HISTORIES).map(async (execution) => {
      if (execution.steps != null) return execution;
      const path = `${service.paths.executions}/${encodeURIComponent(execution.id)}`;
      const answer = await services.request(`${service.url}${path}`, { signal, maxBytes: 4 << 20 });
      const parsed = answer.status === 200 ? Execution.safeParse(JSON.parse(answer.text())) : undefined;
      return parsed?.success === true ? parsed.data : execution;
    }),
  );
}
