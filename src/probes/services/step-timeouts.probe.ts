import { z } from 'zod';
import type { Finding } from '../../domain/finding.ts';
import { defineProbe } from '../../domain/probe.ts';
import type { With } from '../../domain/targets.ts';
import { type Execution, executions, secondsBetween, withSteps } from '../support/executions.ts';

const ranOut = /time[ds]?[ -]?out|deadline exceeded/i;

interface TimedOut {
  readonly execution: Execution;
  readonly step: NonNullable<Execution['steps']>[number];
}

/** A command that the orchestrator waited for to its end, and that itself ran out of time. */
const byCommand = /command (?:timeout|failed)|no free slot|no result within/i;

/** A later run of the same workflow went through: the failure is history. */
function succeededLater(failed: Execution, list: readonly Execution[]): boolean {
  return list.some(
    (other) =>
      other.workflow_id === failed.workflow_id &&
      other.status === 'completed' &&
      (other.created_at ?? '') > (failed.created_at ?? ''),
  );
}

const Workflows = z.object({
  workflows: z.array(
    z.object({
      id: z.string(),
      steps: z.array(
        z.object({ id: z.string(), config: z.object({ timeout: z.number().optional() }).optional() }),
      ),
    }),
  ),
});

/** Seconds that each `workflow/step` may take now; empty when the service does not say. */
async function currentLimits(
  services: With<'services'>['services'],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const url = services.find('orchestrator-service')?.url;
  if (url === undefined) return new Map();
  const answer = await services.request(`${url}/api/v1/workflows`, { signal });
  const parsed = answer.status === 200 ? Workflows.safeParse(JSON.parse(answer.text())) : undefined;
  return new Map(
    (parsed?.data?.workflows ?? []).flatMap((workflow) =>
      workflow.steps.flatMap((step) =>
        step.config?.timeout === undefined
          ? []
          : [[`${workflow.id}/${step.id}`, step.config.timeout] as const],
      ),
    ),
  );
}

/** The step may take longer now than it could then: somebody has mended it, and no run has shown it yet. */
function raisedSince(step: TimedOut['step'], now: number | undefined): boolean {
  return now !== undefined && step.timeout_seconds !== undefined && now > step.timeout_seconds;
}

export const servicesStepTimeouts = defineProbe({
  id: 'services.step-timeouts',
  doc: `Which workflow steps ran out of time, and whose limit was it: the step's or the command's?

Reads the history of recent executions step by step, with durations and limits. A step that ends at its own limit is told
apart from one whose command ran out of time or found no free slot in agent-manager.`,
  params: z.strictObject({
    minutes: z.number().positive().max(1440).default(30).describe('How far to look back, in minutes.'),
  }),
  part: 'orchestrator-service',
  needs: ['services'],
  timeoutMs: 10_000,
  emits: ['STEP_TIMED_OUT', 'STEP_COMMAND_TIMED_OUT'],
  async run({ minutes }, { deps, signal, now }) {
    const services = (deps as With<'services'>).services;
    const list = await executions(services, '?limit=200', signal);
    if (list === undefined) return { status: 'skipped', reason: 'not-configured' };
    const at = now();
    const recent = list.filter(
      (execution) =>
        execution.status === 'failed' &&
        (secondsBetween(execution.finished_at ?? execution.created_at, at) ?? 0) <= minutes * 60,
    );
    const unresolved = recent.filter((execution) => !succeededLater(execution, list));
    const histories = await withSteps(services, unresolved, signal);
    const limits = await currentLimits(services, signal);
    const timedOut: TimedOut[] = histories.flatMap((execution) =>
      (execution.steps ?? [])
        .filter(
          (step) =>
            step.status === 'timeout' || ranOut.test(step.error ?? '') || byCommand.test(step.error ?? ''),
        )
        .filter((step) => step.status !== 'completed')
        .filter((step) => !raisedSince(step, limits.get(`${execution.workflow_id}/${step.id}`)))
        .map((step) => ({ execution, step })),
    );
    const facts = { listed: list.length, failed: recent.length, timedOut: timedOut.length };
    const groups = new Map<string, TimedOut[]>();
    for (const entry of timedOut) {
      const key = `${entry.execution.workflow_id}/${entry.step.id}/${byCommand.test(entry.step.error ?? '')}`;
      groups.set(key, [...(groups.get(key) ?? []), entry]);
    }
    const findings = [...groups.values()].flatMap((group): Finding[] => {
      const newest = group[0];
      if (newest === undefined) return [];
      const { execution, step } = newest;
      const command = byCommand.test(step.error ?? '');
      return [
        {
          code: command ? 'STEP_COMMAND_TIMED_OUT' : 'STEP_TIMED_OUT',
          severity: 'warning',
          part: command ? 'agent-manager' : 'orchestrator-service',
          subject: `${execution.workflow_id}/${step.id}`,
          facts: {
            workflow: execution.workflow_id,
            step: step.id,
            execution: execution.id,
            times: group.length,
            timeoutSeconds: step.timeout_seconds ?? null,
            tookSeconds: step.duration_ms === undefined ? null : Math.round(step.duration_ms / 100) / 10,
            error: (step.error ?? '').slice(0, 160),
          },
          ...(execution.finished_at == null
            ? {}
            : { since: group.at(-1)?.execution.finished_at ?? execution.finished_at }),
        },
      ];
    });
    const [first, ...more] = findings;
    return first === undefined
      ? { status: 'healthy', facts }
      : { status: 'unhealthy', findings: [first, ...more], facts };
  },
});
