import type { Finding } from '../domain/finding.ts';
import type { RemedyCall } from '../domain/remediation.ts';
import type { Targets } from '../domain/targets.ts';

/** Findings for which starting the part anew is the usual remedy (K1, C1.a, H1). */
const restartHelps: ReadonlySet<string> = new Set([
  'POD_OLDER_THAN_CONFIG',
  'CONTAINER_OLDER_THAN_CONFIG',
  'CONTAINER_EXITED',
  'CONTAINER_RESTARTING',
  'CONTAINER_UNHEALTHY',
  'PART_NOT_RUNNING',
  'SERVICE_UNHEALTHY',
  'SERVICE_HEALTH_STALLED',
  'ENDPOINT_HUNG',
  'ENDPOINT_REFUSED',
  'WORKLOAD_NOT_READY',
]);

/** What can be done about one finding here. Whether it may be is decided when it is proposed. */
export function remediesFor(finding: Finding, targets: Targets): readonly RemedyCall[] {
  const { code, facts, part } = finding;
  if (code === 'REDIS_POLICY_NOEVICTION')
    return [{ remediation: 'redis.set-eviction-policy', with: { policy: 'allkeys-lru' } }];
  if (code === 'PG_IDLE_IN_TRANSACTION_LEAKED' && typeof facts['databaseId'] === 'string') {
    const seconds = Number(facts['thresholdSeconds'] ?? 300);
    return [
      {
        remediation: 'postgres.terminate-idle-sessions',
        with: { database: facts['databaseId'], olderThanSeconds: Math.min(86_400, Math.max(30, Math.ceil(seconds))) },
      },
    ];
  }
  return restartHelps.has(code) && part !== 'runtime' ? restartOf(finding, targets) : [];
}

function restartOf({ part, facts }: Finding, targets: Targets): readonly RemedyCall[] {
  if (targets.kubernetes !== undefined) {
    const { kind, name } = facts;
    const known = kind === 'Deployment' || kind === 'StatefulSet' || kind === 'DaemonSet';
    const workload = known && typeof name === 'string' ? { kind, workload: name } : {};
    return [{ remediation: 'kubernetes.restart-workload', with: { part, ...workload } }];
  }
  if (targets.compose !== undefined) return [{ remediation: 'compose.restart-service', with: { part } }];
  return [];
}
