import { z } from 'zod';
import { defineProbe } from '../../domain/probe.ts';
import type { With } from '../../domain/targets.ts';
import { executions, secondsBetween } from '../support/executions.ts';

export const servicesWorkflowExecutions = defineProbe({
  id: 'services.workflow-executions',
  doc: `Do submitted workflow executions leave the state "pending"?

Lists executions through orchestrator-service and counts those that have been pending for longer than they should, by
workflow, with the age of the oldest.`,
  params: z.strictObject({
    pendingSeconds: z
      .number()
      .positive()
      .default(10)
      .describe('Age from which a pending execution counts as stuck, in seconds.'),
  }),
  part: 'orchestrator-service',
  needs: ['services'],
  timeoutMs: 8_000,
  emits: ['EXECUTIONS_PENDING'],
  async run({ pendingSeconds }, { deps, signal, now }) {
    const list = await executions((deps as With<'services'>).services, '?limit=500', signal);
    if (list === undefined) return { status: 'skipped', reason: 'not-configured' };
    const at = now();
    const stuck = list.filter(
      (execution) =>
        execution.status === 'pending' && (secondsBetween(execution.created_at, at) ?? 0) >= pendingSeconds,
    );
    const count = (status: string) => list.filter((execution) => execution.status === status).length;
    const facts = {
      listed: list.length,
      pending: count('pending'),
      running: count('running'),
      failed: count('failed'),
    };
    const oldest = stuck.at(-1);
    if (oldest === undefined) return { status: 'healthy', facts };
    const workflows = [...new Set(stuck.map((execution) => execution.workflow_id))].sort();
    return {
      status: 'unhealthy',
      facts,
      findings: [
        {
          code: 'EXECUTIONS_PENDING',
          severity: 'warning',
          part: 'orchestrator-service',
          subject: workflows.length === 1 ? (workflows[0] ?? '') : 'workflow executions',
          facts: {
            ...facts,
            stuck: stuck.length,
            oldestSeconds: secondsBetween(oldest.created_at, at) ?? null,
            workflows: workflows.slice(0, 5).join(', '),
          },
          ...(oldest.created_at === undefined ? {} : { since: oldest.created_at }),
        },
      ],
    };
  },
});
