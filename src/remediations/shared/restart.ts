import type { PartId } from '../../domain/platform/part.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import type { FindingCode } from '../../domain/probe/findings.ts';

/** Hung or stale, and a fresh start of the same thing helps. */
export const restartHelpsWith = [
  'ENDPOINT_HUNG',
  'POD_OLDER_THAN_CONFIG',
  'POD_OLDER_THAN_SECRET',
  'CONTAINER_PAUSED',
  'CONTAINER_UNHEALTHY',
  'SERVICE_HEALTH_STALLED',
] as const satisfies readonly FindingCode[];

/** Seen of the part that a cause names, which may be well again once it is started anew. */
const itself = [
  'PART_NOT_RUNNING',
  'PART_NOT_READY',
  'PART_PAUSED',
  'PART_ABSENT',
  'PART_MISSING',
  'SERVICE_EXITS_AT_START',
  'SERVICE_UNHEALTHY',
  'ENDPOINT_CLOSED',
  'ENDPOINT_AT_LIMIT',
  'CONTAINER_OLDER_THAN_CONFIG',
  'NEO4J_STARTING',
  'NOBODY_PUBLISHES',
] as const satisfies readonly FindingCode[];

/** What one part says of another, which does not answer it. That it refuses a password is not mended by a restart. */
const saidOf: Readonly<Partial<Record<FindingCode, PartId>>> = {
  STARTUP_DATABASE_UNREACHABLE: 'postgres',
  STARTUP_NATS_UNREACHABLE: 'nats',
  STARTUP_REDIS_UNREACHABLE: 'redis',
};

export const restartHelpsCause: readonly FindingCode[] = [
  ...itself,
  ...(Object.keys(saidOf) as FindingCode[]),
];

/** A hung one of these is restarted by people who know its data, unless a cause names it. */
const keptByPeople: ReadonlySet<PartId> = new Set<PartId>(['postgres', 'neo4j']);

/**
 * The part to restart for such a finding; undefined where a restart is not for a button. `at`: the part that a cause
 * names, of which the finding must speak.
 */
export function restartable(finding: Finding, at?: PartId): Exclude<PartId, 'runtime'> | undefined {
  const { part: found, code } = finding;
  const part = at ?? found;
  if (mayOnlyNeedTime(finding) || blamesAnother(finding)) return undefined;
  if (part === 'runtime' || (at !== undefined && (saidOf[code] ?? found) !== at)) return undefined;
  return at !== undefined || code === 'POD_OLDER_THAN_CONFIG' || !keptByPeople.has(part) ? part : undefined;
}

/** Neo4j starts within ten seconds, or within minutes with little CPU or much data: a restart begins all of that anew. */
const patienceSeconds = 300;
const ofStart: ReadonlySet<FindingCode> = new Set<FindingCode>(['NEO4J_STARTING', 'PART_NOT_READY']);

/** Whether it may only need time, by how long its process runs; where that is not known it is not told so. */
function mayOnlyNeedTime({ code, part, facts }: Finding): boolean {
  const { runningSeconds } = facts;
  return (
    part === 'neo4j' &&
    ofStart.has(code) &&
    typeof runningSeconds === 'number' &&
    runningSeconds < patienceSeconds
  );
}

/** What a service says that it misses is mended first: started anew without that it may not come up at all. */
const blamesAnother = ({ facts }: Finding): boolean => typeof facts.dependencies === 'string';

/** Whether the facts of a finding are those of the thing to restart. */
export function namesItself({ code }: Pick<Finding, 'code'>): boolean {
  return (restartHelpsWith as readonly FindingCode[]).includes(code);
}
