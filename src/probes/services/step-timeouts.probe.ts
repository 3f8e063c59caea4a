import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import { shortened } from '../../domain/kernel/text.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { type Execution, executions, secondsBetween, withSteps } from '../support/executions.ts';

const ranOut = /time[ds]?[ -]?out|deadline exceeded/i;
/** Share of its own limit from which a step that complains of time has used it up. */
const WHOLE_SHARE = 0.9;

type Step = NonNullable<Execution['steps']>[number];

interface TimedOut {
  readonly execution: Execution;
  readonly step: Step;
}

/** A command that the orchestrator waited for to its end, and that itself ran out of time or found no place. */
const byCommand =
  /command (?:timeout|timed out)|timed out waiting for (?:the )?(?:command )?result|no free slot|no result within|too many commands/i;

/** Milliseconds that a step took; undefined when its history does not say. */
function tookMs(step: Step): number | undefined {
  const took = Date.parse(step.finished_at ?? '') - Date.parse(step.started_at ?? '');
  return step.duration_ms ?? (Number.isNaN(took) ? undefined : took);
}

/**
 * Whether a step ended at its own limit. A dial or a read that timed out after a fraction of it is another failure;
 * undefined when it complains of time and its duration or its limit is not known.
 */
function atOwnLimit(step: Step): boolean | undefined {
  if (step.status === 'timeout') return true;
  if (!ranOut.test(step.error ?? '')) return false;
  const took = tookMs(step);
  if (took === undefined || step.timeout_seconds === undefined) return undefined;
  return took >= step.timeout_seconds * 1000 * WHOLE_SHARE;
}

/** No step of this failed execution can be read, and what the execution itself says does not rule a timeout out. */
function unread({ steps, error }: Execution): boolean {
  const says = error ?? '';
  return (steps ?? []).length === 0 && (says === '' || ranOut.test(says) || byCommand.test(says));
}

/** One of its steps complains of time and does not say how much it took, or may take. */
const hasUndecided = ({ steps }: Execution) =>
  (steps ?? []).some(
    (step) =>
      step.status !== 'completed' && !byCommand.test(step.error ?? '') && atOwnLimit(step) === undefined,
  );

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
  const service = services.find('orchestrator-service');
  if (service === undefined) return new Map();
  const answer = await services.request(`${service.url}${service.paths.workflows}`, { signal });
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
  doc: `Which workflow steps timed out, and by whose limit: the step's or the command's?

Reads the history of recent executions step by step, with durations and limits.
It distinguishes a step that ends at its own limit from one whose command timed out or found no free slot in agent-manager.
A call that timed out after a fraction of the step's limit is another failure and no finding here.
The answer is inconclusive when it cannot read any step of a failed execution.`,
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
        .filter((step) => step.status !== 'completed')
        .filter((step) => byCommand.test(step.error ?? '') || atOwnLimit(step) === true)
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
      const took = tookMs(step);
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
            tookSeconds: took === undefined ? null : Math.round(took / 100) / 10,
            error: shortened(step.error ?? '', 160),
          },
          ...present({
            since:
              execution.finished_at == null
                ? undefined
                : (group.at(-1)?.execution.finished_at ?? execution.finished_at),
          }),
        },
      ];
    });
    const [first, ...more] = findings;
    if (first !== undefined) return { status: 'unhealthy', findings: [first, ...more], facts };
    const undecided = histories.filter((execution) => unread(execution) || hasUndecided(execution)).length;
    return undecided === 0
      ? { status: 'healthy', facts }
      : {
          status: 'inconclusive',
          cause: new AppError('DEPENDENCY_UNAVAILABLE', 'steps of failed executions cannot be read', {
            facts: { reason: 'steps-unreadable', executions: undecided },
          }),
          facts,
        };
  },
});
