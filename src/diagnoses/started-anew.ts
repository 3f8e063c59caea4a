import { any, type Condition, found, foundFact } from '../domain/diagnosis/diagnosis.ts';
import type { PartId } from '../domain/platform/part.ts';
import type { FindingCode } from '../domain/probe/findings.ts';

type StoreId = 'postgres' | 'redis' | 'nats';

/** It ended because of what it was given: whoever starts it anew gives it the same. */
const givenWrong = [
  'STARTUP_DATABASE_CREDENTIALS',
  'STARTUP_DATABASE_NOT_ADMITTED',
  'STARTUP_NATS_CREDENTIALS',
  'STARTUP_REDIS_CREDENTIALS',
  'STARTUP_DATABASE_MISSING',
  'STARTUP_CONFIG_REFUSED',
  'STARTUP_FILE_UNOPENED',
  'STARTUP_ROW_UNREADABLE',
  'STARTUP_SCHEMA_WRONG',
] as const;

/** It ended because nothing answered it: its address is wrong, or the other end is to be mended first. */
const unanswered = [
  'STARTUP_DATABASE_UNREACHABLE',
  'STARTUP_NATS_UNREACHABLE',
  'STARTUP_REDIS_UNREACHABLE',
] as const;

const others = ['STARTUP_PORT_IN_USE', 'STARTUP_REDIS_FULL'] as const;

const anyOf = (codes: readonly FindingCode[], part: PartId): Condition => ({
  op: 'any',
  of: codes.map((code) => found(code, part)),
});

/** What a program said when it ended at its start, where that is known. */
export const saidAtEnd = (part: PartId): Condition => anyOf([...givenWrong, ...unanswered, ...others], part);

/** A start of one that stands still cannot help. */
export const startUseless = (part: PartId): Condition => anyOf(givenWrong, part);

/** A restart cannot help: what ends by itself is started again and again as it is, until what it said is mended. */
export const restartUseless = (part: PartId): Condition => anyOf([...givenWrong, ...unanswered], part);

/** None of its Pods is there: there is nothing to start anew, whether it was stopped or may not be made. */
export const withoutPods = (part: PartId): Condition =>
  any(found('PART_MISSING', part), found('PART_ABSENT', part));

/** The runtime itself says that a store does not run: then its client’s address is not what is wrong. */
export const storeStopped = (part: StoreId): Condition =>
  any(found('PART_NOT_RUNNING', part), found('PART_PAUSED', part), found('PART_MISSING', part));

/** A store was itself seen not to serve. One that serves others is no matter of its client’s wrong address or password. */
export const storeIll = (part: StoreId): Condition =>
  any(
    storeStopped(part),
    found('PART_NOT_READY', part),
    found('PART_ABSENT', part),
    found('ENDPOINT_REFUSED', part),
    found('ENDPOINT_HUNG', part),
    found('ENDPOINT_CLOSED', part),
  );

/**
 * The name server denied a name that a Service has: the address is right, and neither another one nor a restart of the
 * store mends that.
 */
export const nameDenied = (code: FindingCode): Condition => foundFact('deniedName', code);

/** A variable or flag gives what the program complains of: the file has no say, whatever stands there. */
export const givenPastFile = (code: FindingCode): Condition => foundFact('variable', code);

/** The fixes of a store that a program does not reach: only where the store itself was seen not to serve. */
export function startAnew<P extends StoreId>(part: P) {
  const where = storeIll(part);
  return [
    { remediation: 'kubernetes.start-workload', at: part, on: 'kubernetes', where },
    {
      remediation: 'kubernetes.restart-workload',
      at: part,
      on: 'kubernetes',
      where,
      unless: withoutPods(part),
    },
    { remediation: 'compose.start-service', at: part, on: 'compose', where },
    { remediation: 'compose.restart-service', at: part, on: 'compose', where },
  ] as const;
}
