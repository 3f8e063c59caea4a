import { z } from 'zod';
import type { Plan } from '../../../domain/fix/remediation.ts';
import type { KubeObject } from '../../../domain/probe/targets/kubernetes.ts';
import type { With } from '../../../domain/probe/targets/targets.ts';
import { refused } from '../../shared/stale.ts';

const Selector = z.object({
  matchLabels: z.record(z.string(), z.string()).default({}),
  matchExpressions: z
    .array(z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).default([]) }))
    .default([]),
});
const Budget = z.object({
  spec: z.object({ selector: Selector.exactOptional() }),
  status: z
    .object({
      disruptionsAllowed: z.number().default(0),
      currentHealthy: z.number().default(0),
      desiredHealthy: z.number().default(0),
    })
    .exactOptional(),
});
const Labelled = z.object({
  spec: z.object({
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()).default({}) }).default({ labels: {} }),
    }),
  }),
});

/**
 * What the disruption budgets of a workload's Pods say of taking one away (R-P8). AppError CONFLICT
 * `budget-exhausted` while fewer are healthy than a budget wants; a budget that allows none although all are healthy
 * is why more people are asked.
 */
export async function budgetRisk(
  namespace: string,
  workload: KubeObject,
  kubernetes: With<'kubernetes'>['kubernetes'],
  signal: AbortSignal,
): Promise<Plan['raised']> {
  const { labels } = Labelled.parse(workload).spec.template.metadata;
  const budgets = await kubernetes.list('poddisruptionbudgets', namespace, { signal });
  let raised: Plan['raised'];
  for (const object of budgets) {
    const { spec, status } = Budget.parse(object);
    // A budget without a selector selects nothing.
    if (spec.selector === undefined || !selects(spec.selector, labels)) continue;
    const facts = { budget: object.metadata.name };
    // Nobody has counted yet: it is not known to allow any.
    if (status === undefined) raised ??= { key: 'budget', facts };
    else if (status.currentHealthy < status.desiredHealthy) throw refused('budget-exhausted', facts);
    else if (status.disruptionsAllowed < 1) raised ??= { key: 'budget', facts };
  }
  return raised;
}

/** Kubernetes, "Labels and Selectors"; an empty selector of a budget (policy/v1) selects every Pod. */
function selects(
  { matchLabels, matchExpressions }: z.output<typeof Selector>,
  labels: Readonly<Record<string, string>>,
): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values }) => {
      const value = labels[key];
      if (operator === 'Exists') return value !== undefined;
      if (operator === 'DoesNotExist') return value === undefined;
      const within = value !== undefined && values.includes(value);
      return operator === 'In' ? within : !within;
    })
  );
}
