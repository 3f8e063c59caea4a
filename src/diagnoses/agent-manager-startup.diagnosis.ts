import {
  all,
  any,
  type Condition,
  defineDiagnosis,
  found,
  hint,
  not,
} from '../domain/diagnosis/diagnosis.ts';
import { givenPastFile, nameDenied, startAnew, storeIll, storeStopped } from './started-anew.ts';

const exits = found('SERVICE_EXITS_AT_START', 'agent-manager');
/** It has said why, in words that no cause here has: then that line rules out no cause. */
const unknown = hint('STARTUP_REASON_UNKNOWN');

type Unreached = 'STARTUP_DATABASE_UNREACHABLE' | 'STARTUP_NATS_UNREACHABLE' | 'STARTUP_REDIS_UNREACHABLE';

/**
 * Where a wrong address is corrected: nowhere, where a Service has the name and a name server denied it; at the variable,
 * where one gives it; in the file otherwise. The button for the file goes by the same (`setText`).
 */
function correctAddress<I extends string>(code: Unreached, inFile: I, ...not: readonly Condition[]) {
  const [denied, past] = [nameDenied(code), givenPastFile(code)];
  return [
    { instruction: 'mend-name-server', on: 'kubernetes', where: denied },
    { instruction: 'correct-variable', where: past, unless: any(denied, ...not) },
    { instruction: inFile, unless: any(denied, past, ...not) },
  ] as const;
}

function setText(code: Unreached, stopped: Condition) {
  const unless = any(stopped, nameDenied(code), givenPastFile(code));
  return [
    { remediation: 'kubernetes.set-config-text', at: 'agent-manager', on: 'kubernetes', unless },
    { remediation: 'compose.set-config-text', at: 'agent-manager', on: 'compose', unless },
  ] as const;
}

export const agentManagerStartup = defineDiagnosis({
  id: 'S1',
  slug: 'agent-manager-startup',
  part: 'agent-manager',
  evidence: [
    { probe: 'runtime.startup', with: { part: 'agent-manager' } },
    { probe: 'runtime.startup-log', with: { part: 'agent-manager' } },
    { probe: 'runtime.running', with: { part: 'postgres' } },
    { probe: 'runtime.running', with: { part: 'redis' } },
    { probe: 'runtime.running', with: { part: 'nats' } },
    { probe: 'postgres.connection', with: { database: 'agentManager' } },
    { probe: 'redis.connection' },
    { probe: 'nats.server' },
    { probe: 'http.service-health', with: { service: 'agent-manager' } },
  ],
  causes: [
    {
      id: 'S1.a',
      part: 'postgres',
      symptom: exits,
      when: all(
        exits,
        any(
          found('STARTUP_DATABASE_UNREACHABLE'),
          found('STARTUP_DATABASE_CREDENTIALS'),
          found('STARTUP_DATABASE_NOT_ADMITTED'),
          unknown,
        ),
      ),
      remedies: [
        { instruction: 'start-database', where: storeIll('postgres') },
        ...correctAddress('STARTUP_DATABASE_UNREACHABLE', 'correct-database-config', storeIll('postgres')),
        ...setText('STARTUP_DATABASE_UNREACHABLE', storeStopped('postgres')),
        ...startAnew('postgres'),
      ],
    },
    {
      id: 'S1.b',
      part: 'nats',
      symptom: exits,
      when: all(exits, any(found('STARTUP_NATS_UNREACHABLE'), found('STARTUP_NATS_CREDENTIALS'), unknown)),
      remedies: [
        { instruction: 'start-nats', where: storeIll('nats') },
        ...correctAddress('STARTUP_NATS_UNREACHABLE', 'correct-nats-config', storeIll('nats')),
        ...setText('STARTUP_NATS_UNREACHABLE', storeStopped('nats')),
        ...startAnew('nats'),
      ],
    },
    {
      id: 'S1.c',
      part: 'agent-manager',
      symptom: exits,
      when: all(exits, any(found('STARTUP_PORT_IN_USE'), unknown)),
      remedies: [{ instruction: 'free-or-change-port' }],
    },
    {
      id: 'S1.d',
      part: 'redis',
      symptom: exits,
      when: all(exits, any(found('STARTUP_REDIS_UNREACHABLE'), unknown)),
      remedies: [
        ...correctAddress('STARTUP_REDIS_UNREACHABLE', 'correct-redis-address'),
        ...startAnew('redis'),
      ],
    },
    {
      id: 'S1.e',
      part: 'agent-manager',
      symptom: exits,
      when: all(exits, any(found('STARTUP_REDIS_CREDENTIALS'), unknown)),
      remedies: [{ instruction: 'correct-redis-password' }],
    },
    {
      id: 'S1.f',
      part: 'redis',
      symptom: exits,
      when: all(exits, any(found('STARTUP_REDIS_FULL'), unknown)),
      remedies: [{ instruction: 'see-full-redis' }],
    },
    {
      id: 'S1.g',
      part: 'agent-manager',
      symptom: exits,
      when: all(exits, any(found('STARTUP_CONFIG_REFUSED'), unknown)),
      remedies: [{ instruction: 'correct-config-keys' }],
    },
    {
      id: 'S1.h',
      part: 'agent-manager',
      symptom: exits,
      when: all(exits, any(found('STARTUP_ROW_UNREADABLE'), found('STARTUP_SCHEMA_WRONG'), unknown)),
      remedies: [{ instruction: 'mend-stored-row' }],
    },
    {
      id: 'S1.i',
      part: 'agent-manager',
      symptom: exits,
      when: all(exits, any(found('STARTUP_DATABASE_MISSING'), unknown)),
      remedies: [{ instruction: 'create-database' }],
    },
  ],
  handOver: [
    {
      // The name is right, but it does not resolve: the network's diagnosis asks the name servers.
      when: any(
        nameDenied('STARTUP_DATABASE_UNREACHABLE'),
        nameDenied('STARTUP_NATS_UNREACHABLE'),
        nameDenied('STARTUP_REDIS_UNREACHABLE'),
      ),
      to: 'N1',
    },
    {
      // A database that does not run needs no network to be unreachable.
      when: all(
        found('STARTUP_DATABASE_UNREACHABLE'),
        not(any(found('PART_NOT_RUNNING', 'postgres'), found('PART_MISSING', 'postgres'))),
        not(found('ENDPOINT_REFUSED', 'postgres')),
      ),
      to: 'N1',
    },
    { when: found('PG_TOO_MANY_CONNECTIONS'), to: 'D1' },
    { when: found('STARTUP_REDIS_FULL'), to: 'D3' },
  ],
});
