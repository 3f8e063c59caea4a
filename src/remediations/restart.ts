import type { PartId } from '../domain/platform/part.ts';
import type { Finding } from '../domain/probe/finding.ts';
import type { FindingCode } from '../domain/probe/findings.ts';

/** Hung or stale, and a fresh start of the same thing helps. */
export const restartHelpsWith = [
  'ENDPOINT_HUNG',
  'POD_OLDER_THAN_CONFIG',
  'CONTAINER_PAUSED',
  'CONTAINER_UNHEALTHY',
  'SERVICE_HEALTH_STALLED',
] as const satisfies readonly FindingCode[];

/** A hung one of these is restarted by people who know its data. */
const keptByPeople: ReadonlySet<PartId> = new Set<PartId>(['postgres', 'neo4j']);

/** The part to restart for such a finding; undefined where a restart is not for a button. */
export function restartable({ part, code }: Finding): Exclude<PartId, 'runtime'> | undefined {
  if (part === 'runtime') return undefined;
  return code === 'POD_OLDER_THAN_CONFIG' || !keptByPeople.has(part) ? part : undefined;
}
