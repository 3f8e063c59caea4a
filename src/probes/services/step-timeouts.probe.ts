import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import { shortened } from '../../domain/kernel/text.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { stepLimitsIn } from '../../domain/probe/workflows.ts';
import { type Execution, executions, secondsBetween, withSteps } from '../support/executions.ts';
import { scrape } from '../support/metrics.ts';

const ranOut = /time[ds]?[ -]?out|deadline exceeded/i;
/** Share of its own limit from which a step that complains of time has used it up. */
const WHOLE_SHARE = 0.9;

type Step = NonNullable<Execution['steps']>[number];

interface TimedOut {
  readonly execution: Execution;
  readonly step: Step;
}

const subjectOf = ({ execution, step }: TimedOut) => `${execution.workflow_id}/${step.id}`;

/** A command that the orchestrator waited for to its end, and that itself ran out of time or found no place. */
const byCommand =
  /command (?:timeout|timed out)|timed out waiting for (?:the )?(?:command )?result|no free slot|no result within|too many commands/i;

/** It found no place among those that run at once. */
const noPlace = /no free slot|too many commands/i;

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

/** Seconds that each `workflow/step` may take now; empty when the service does not say. */
async function currentLimits(
  services: With<'services'>['services'],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const service = services.find('orchestrator-service');
  if (service === undefined) return new Map();
  const answer = await services.request(`${service.url}${service.paths.workflows}`, { signal });
  return answer.status === 200 ? stepLimitsIn(answer.text()) : new Map();
}

/** The step may take longer now than it could then: somebody has mended it, and no run has shown it yet. */
function raisedSince(step: TimedOut['step'], now: number | undefined): boolean {
  return now !== undefined && step.timeout_seconds !== undefined && now > step.timeout_seconds;
}

/** How long agent-manager lets a command run that asks for no time of its own, and since when it runs with that. */
interface CommandLimit {
  readonly seconds: number;
  readonly startedAt: number;
}

async function commandLimitNow(context: ProbeContext<With<'services'>>): Promise<CommandLimit | undefined> {
  const { deps, signal } = context;
  const sample = await scrape(deps.services, 'agent-manager', context).catch(() => undefined);
  signal.throwIfAborted();
  const [seconds, start] = ['command_default_timeout_seconds', 'process_start_time_seconds'].map((name) =>
    sample?.value(name),
  );
  return seconds === undefined || start === undefined ? undefined : { seconds, startedAt: start * 1000 };
}

/** What ran out: the step's own limit, a place for its command, or the time of that. */
type RanOut = 'step-limit' | 'slots' | 'default-timeout' | 'command-timeout';

function ranOutOf({ step }: TimedOut, limit: CommandLimit | undefined): RanOut {
  const says = step.error ?? '';
  if (!byCommand.test(says)) return 'step-limit';
  if (noPlace.test(says)) return 'slots';
  const took = tookMs(step);
  if (took === undefined || limit === undefined) return 'command-timeout';
  return took >= limit.seconds * 1000 * WHOLE_SHARE ? 'default-timeout' : 'command-timeout';
}

/** agent-manager was started with a longer time since: somebody has mended it, and no run has shown it yet. */
function longerSince({ execution, step }: TimedOut, limit: CommandLimit | undefined): boolean {
  const ended = Date.parse(step.finished_at ?? execution.finished_at ?? '');
  const took = tookMs(step);
  return limit !== undefined && took !== undefined && limit.startedAt > ended && limit.seconds * 1000 > took;
}

export const servicesStepTimeouts = defineProbe({
  id: 'services.step-timeouts',
  doc: `Which workflow steps timed out, and by whose limit: the step's or the command's?

Reads the history of recent executions step by step, with durations and limits.
It distinguishes a step that ends at its own limit from one whose command timed out or found no free slot in agent-manager.
A call that timed out after a fraction of the step's limit is another failure and no finding here.
A command that took all of agent-manager's default timeout is named as such; once agent-manager was started with a longer one, it is history.
The answer is inconclusive when it cannot read any step of a failed execution.`,
  params: z.strictObject({
    minutes: z.number().positive().max(1440).default(30).describe('How far to look back, in minutes.'),
    subject: z.string().max(401).exactOptional().describe('Only this step, as `workflow/step`.'),
    ranOut: z
      .enum(['step-limit', 'default-timeout'])
      .exactOptional()
      .describe('Only what ran out of this time: the step’s own, or the default of agent-manager.'),
  }),
  part: 'orchestrator-service',
  needs: ['services'],
  timeoutMs: 10_000,
  emits: ['STEP_TIMED_OUT', 'STEP_COMMAND_TIMED_OUT'],
  async run({ minutes, subject, ranOut }, context: ProbeContext<With<'services'>>) {
    const { deps, signal, now } = context;
    const { services } = deps;
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
    const late: TimedOut[] = histories.flatMap((execution) =>
      (execution.steps ?? [])
        .filter((step) => step.status !== 'completed')
        .filter((step) => byCommand.test(step.error ?? '') || atOwnLimit(step) === true)
        .filter((step) => !raisedSince(step, limits.get(`${execution.workflow_id}/${step.id}`)))
        .map((step) => ({ execution, step })),
    );
    const waited = ({ step: { error } }: TimedOut) =>
      byCommand.test(error ?? '') && !noPlace.test(error ?? '');
    const limit = late.some(waited) ? await commandLimitNow(context) : undefined;
    const timedOut = late.filter(
      (entry) =>
        !(waited(entry) && longerSince(entry, limit)) &&
        (subject === undefined || subjectOf(entry) === subject) &&
        (ranOut === undefined || ranOutOf(entry, limit) === ranOut),
    );
    const facts = { listed: list.length, failed: recent.length, timedOut: timedOut.length };
    const groups = new Map<string, TimedOut[]>();
    for (const entry of timedOut) {
      const key = `${subjectOf(entry)}/${byCommand.test(entry.step.error ?? '')}`;
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
          subject: subjectOf(newest),
          facts: {
            workflow: execution.workflow_id,
            step: step.id,
            execution: execution.id,
            times: group.length,
            timeoutSeconds: step.timeout_seconds ?? null,
            tookSeconds: took === undefined ? null : Math.round(took / 100) / 10,
            error: shortened(step.error ?? '', 160),
            ranOut: ranOutOf(newest, limit),
            ...(command ? { defaultTimeoutSeconds: limit?.seconds ?? null } : {}),
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
