import type { Finding } from '../look/finding.ts';
import type { PartId } from '../platform/part.ts';
import type { RemedyCall } from './remediation.ts';

export interface RemedyContext {
  readonly runtime: 'kubernetes' | 'compose' | 'none';
}

/** Hung or stale, and a fresh start of the same thing helps. */
const restartable = new Set([
  'ENDPOINT_HUNG',
  'POD_OLDER_THAN_CONFIG',
  'CONTAINER_PAUSED',
  'CONTAINER_UNHEALTHY',
  'SERVICE_HEALTH_STALLED',
]);

/** Parts that a restart of their own costs little; a hung database is restarted by people who know its data. */
function mayRestart(part: PartId, code: string): boolean {
  if (part === 'runtime') return false;
  return code === 'POD_OLDER_THAN_CONFIG' || !['postgres', 'neo4j'].includes(part);
}

/** What may be offered for a finding, by action and parameters. Whether it applies here its plan decides. */
export function remediesFor(finding: Finding, context: RemedyContext): readonly RemedyCall[] {
  if (finding.code === 'REDIS_POLICY_NOEVICTION')
    return [{ remediation: 'redis.set-eviction-policy', with: { policy: 'allkeys-lru' } }];
  if (finding.code === 'PG_IDLE_IN_TRANSACTION_LEAKED') {
    const { databaseId, thresholdSeconds } = finding.facts;
    // Sessions in a database that is not the platform's are nobody's to end from here.
    if (typeof databaseId !== 'string') return [];
    const olderThanSeconds = Math.min(86_400, Math.max(30, Math.round(Number(thresholdSeconds ?? 300))));
    return [
      {
        remediation: 'postgres.terminate-idle-sessions',
        with: { database: databaseId, olderThanSeconds },
      },
    ];
  }
  if (!restartable.has(finding.code) || !mayRestart(finding.part, finding.code)) return [];
  if (context.runtime === 'kubernetes') return [restartWorkload(finding)];
  if (context.runtime === 'compose') return [restartService(finding)];
  return [];
}

/** Only what differs from the part's usual name is said, so that equal offers are equal. */
function restartWorkload(finding: Finding): RemedyCall {
  const { kind, name } = finding.facts;
  return {
    remediation: 'kubernetes.restart-workload',
    with: {
      part: finding.part,
      ...(typeof name === 'string' && name !== finding.part ? { workload: name } : {}),
      ...(kind === 'Deployment' || kind === 'StatefulSet' || kind === 'DaemonSet' ? { kind } : {}),
    },
  };
}

function restartService(finding: Finding): RemedyCall {
  const { service } = finding.facts;
  return {
    remediation: 'compose.restart-service',
    with: {
      part: finding.part,
      ...(typeof service === 'string' && service !== '' && service !== finding.part ? { service } : {}),
    },
  };
}
