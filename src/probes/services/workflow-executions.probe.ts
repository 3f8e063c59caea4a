import { z } from 'zod';
import { present } from '../../domain/kernel/present.ts';
import { defineProbe } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { type Execution, executions, secondsBetween } from '../support/executions.ts';

/** Executions that wait in both looks from which on it is a queue, and no moment between two workers. */
const QUEUE = 5;

export const servicesWorkflowExecutions = defineProbe({
  id: 'services.workflow-executions',
  doc: `Do submitted workflow executions leave the state "pending"?

Lists executions through orchestrator-service twice.
Counts those that have been pending for too long, by workflow, with the age of the oldest.
Several that are pending in both samples wait in a queue.`,
  params: z.strictObject({
    pendingSeconds: z
      .number()
      .positive()
      .default(10)
      .describe('Age from which a pending execution counts as stuck, in seconds.'),
    seconds: z.number().positive().max(30).default(3).describe('Time between the two checks, in seconds.'),
  }),
  part: 'orchestrator-service',
  needs: ['services'],
  timeoutMs: 40_000,
  emits: ['EXECUTIONS_PENDING', 'EXECUTIONS_WAITING'],
  async run({ pendingSeconds, seconds }, context) {
    const { services } = context.deps as With<'services'>;
    const look = () => executions(services, '?limit=500', context.signal);
    const before = await look();
    if (before === undefined) return { status: 'skipped', reason: 'not-configured' };
    if (!before.some(({ status }) => status === 'pending'))
      return { status: 'healthy', facts: counts(before) };
    await context.wait(seconds * 1000);
    const list = (await look()) ?? [];
    const known = new Set(before.filter(({ status }) => status === 'pending').map(({ id }) => id));
    const waiting = list.filter(({ id, status }) => status === 'pending' && known.has(id));
    const at = context.now();
    const age = (execution: Execution) => secondsBetween(execution.created_at, at) ?? 0;
    const stuck = waiting.filter((execution) => age(execution) >= pendingSeconds);
    const shown = stuck.length > 0 ? stuck : waiting.length >= QUEUE ? waiting : [];
    const oldest = shown.at(-1);
    const facts = counts(list);
    if (oldest === undefined) return { status: 'healthy', facts };
    const workflows = [...new Set(shown.map((execution) => execution.workflow_id))].sort();
    return {
      status: 'unhealthy',
      facts,
      findings: [
        {
          code: stuck.length > 0 ? 'EXECUTIONS_PENDING' : 'EXECUTIONS_WAITING',
          severity: 'warning',
          part: 'orchestrator-service',
          subject: workflows.length === 1 ? (workflows[0] ?? '') : 'workflow executions',
          facts: {
            ...facts,
            stuck: shown.length,
            oldestSeconds: age(oldest),
            workflows: workflows.slice(0, 5).join(', '),
          },
          ...present({ since: oldest.created_at }),
        },
      ],
    };
  },
});

function counts(list: readonly Execution[]): Readonly<Record<string, number>> {
  const count = (status: string) => list.filter((execution) => execution.status === status).length;
  return {
    listed: list.length,
    pending: count('pending'),
    running: count('running'),
    failed: count('failed'),
  };
}
