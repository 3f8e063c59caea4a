import { all, any, defineDiagnosis, found, hint, not, unlessFound } from '../domain/diagnosis/diagnosis.ts';

const short = any(
  found('PG_CONNECTIONS_NEAR_LIMIT'),
  found('PG_TOO_MANY_CONNECTIONS'),
  found('ENDPOINT_AT_LIMIT', 'postgres'),
);

/** What explains the shortage otherwise: one of these, or leaks, is said whenever most sessions can be seen. */
const explained = any(
  found('PG_LIMIT_TOO_LOW'),
  found('PG_POOLS_TOO_LARGE'),
  found('PG_CONNECTIONS_ELSEWHERE'),
  found('PG_CONNECTIONS_BUSY'),
  found('PG_CONNECTIONS_UNPLACED'),
);

export const pgConnections = defineDiagnosis({
  id: 'D1',
  slug: 'pg-connections',
  part: 'postgres',
  evidence: [
    { probe: 'postgres.connection', with: { database: 'agentManager' } },
    { probe: 'postgres.connections-headroom' },
    { probe: 'postgres.session-shares' },
    { probe: 'postgres.session-ages' },
    { probe: 'postgres.idle-in-transaction' },
  ],
  causes: [
    {
      id: 'D1.a',
      part: 'postgres',
      symptom: short,
      // The limit first: it says how much it should be.
      when: all(found('PG_LIMIT_TOO_LOW'), short),
      remedies: [{ remediation: 'postgres.set-max-connections' }, { instruction: 'raise-max-connections' }],
    },
    {
      id: 'D1.b',
      part: 'agent-manager',
      symptom: short,
      // One that was not seen to be a part's may be a part's all the same.
      // What comes and goes is no pool.
      when: unlessFound(
        all(short, any(found('PG_POOLS_TOO_LARGE'), hint('PG_CONNECTIONS_UNPLACED'))),
        'PG_CONNECTIONS_PASSING',
      ),
      remedies: [
        { remediation: 'kubernetes.set-config-key', on: 'kubernetes' },
        { remediation: 'compose.set-config-key', on: 'compose' },
        { instruction: 'shrink-pools' },
      ],
    },
    {
      id: 'D1.c',
      part: 'postgres',
      symptom: short,
      // One session left in a transaction takes no connection from others while there is room.
      // Where pools take all connections, it is not the reason for the shortage.
      when: all(
        short,
        any(found('PG_SESSIONS_LEAKED'), all(found('PG_IDLE_IN_TRANSACTION_LEAKED'), not(explained))),
      ),
      remedies: [{ instruction: 'end-leaked-sessions' }, { remediation: 'postgres.terminate-idle-sessions' }],
    },
    {
      id: 'D1.d',
      part: 'postgres',
      symptom: short,
      when: all(short, any(found('PG_CONNECTIONS_ELSEWHERE'), found('PG_CONNECTIONS_UNPLACED'))),
      remedies: [{ instruction: 'ask-who-holds-connections' }],
    },
  ],
  // Connections that are at work wait for statements, or for each other's locks.
  handOver: [{ when: found('PG_CONNECTIONS_BUSY'), to: 'D2' }],
});
