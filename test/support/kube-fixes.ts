/** Fixes of workloads on a real API server: the harness with the real targets, in faster time. */
import { planHash, type Remediation } from '../../src/domain/fix/remediation.ts';
import type { RemediationRow } from '../../src/domain/fix/rows.ts';
import { systemClock } from '../../src/platform/process/clock.ts';
import { createTargetsFactory } from '../../src/platform/targets/factory.ts';
import { probes } from '../../src/probes/index.ts';
import type { ExecutorDeps } from '../../src/services/fix/execute/executor-deps.ts';
import { createProbeRunner } from '../../src/services/run/probe-runner.service.ts';
import { createHarness, type Harness } from './approvals.ts';
import { silentLogger } from './logger.ts';
import type { TestDatabase } from './postgres.ts';
import { registered } from './remediation-fixtures.ts';
import { environment } from './targets.ts';

/** Time runs twenty times as fast for the executor: what must stay good for 15 s does so for less than one. */
export const faster = {
  monotonic: () => performance.now() * 20,
  clock: {
    ...systemClock,
    sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 20, signal),
  },
} satisfies Partial<ExecutorDeps>;

export const fasterRunner = createProbeRunner({ probes, clock: faster.clock, logger: silentLogger });

/** A harness of one remediation whose targets are this namespace of the cluster. */
export function kubeHarness(
  database: TestDatabase,
  id: string,
  { kubeconfig, namespace }: { readonly kubeconfig: string; readonly namespace: string },
): Harness {
  const remediation = registered.find((one) => one.id === id) as Remediation;
  const targets = createTargetsFactory({
    prod: environment({
      runtime: { kind: 'kubernetes', namespace, agentNamespace: 'kube-system', kubeconfig },
    }),
  });
  return createHarness(database.store(), { real: { remediation, targets, probes: fasterRunner } });
}

/** The same approved plan with less time to be verified. */
export async function shortenedIn(
  { sql }: TestDatabase,
  { id, plan: approved }: RemediationRow,
  verifyWithinMs: number,
): Promise<void> {
  const plan = { ...approved, verifyWithinMs };
  const hash = planHash(plan);
  await sql('ALTER TABLE remediations DISABLE TRIGGER remediation_plan_is_immutable');
  await sql('UPDATE remediations SET plan = $2, plan_hash = $3 WHERE id = $1', [
    id,
    JSON.stringify(plan),
    hash,
  ]);
  await sql('UPDATE approvals SET plan_hash = $2 WHERE remediation_id = $1', [id, hash]);
  await sql('ALTER TABLE remediations ENABLE TRIGGER remediation_plan_is_immutable');
}
