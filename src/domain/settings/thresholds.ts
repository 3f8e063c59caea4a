import { z } from 'zod';

const threshold = (value: number, description: string) =>
  z.number().positive().default(value).meta({ description });

/** Where a number begins to be a finding. */
export const Thresholds = z
  .strictObject({
    httpSlowMs: threshold(2_000, 'A health answer slower than this makes a service degraded.'),
    postgresSlowMs: threshold(500, 'A `SELECT 1` slower than this makes PostgreSQL degraded.'),
    redisSlowMs: threshold(200, 'A PING slower than this makes Redis degraded.'),
    natsSlowMs: threshold(500, 'A round trip slower than this makes NATS degraded.'),
    neo4jSlowMs: threshold(2_000, 'A Bolt handshake slower than this makes Neo4j degraded.'),
    postgresConnectionsPercent: threshold(80, 'Share of `max_connections` in use that is a finding.'),
    idleInTransactionSeconds: threshold(300, 'Age from which an idle transaction counts as leaked.'),
    redisMemoryPercent: threshold(90, 'Share of `maxmemory` in use that is a finding.'),
    redisHitRatePercent: threshold(50, 'A hit rate below this is a finding. Not used yet.'),
    natsPendingBytes: threshold(
      8_388_608,
      'Pending bytes from which a consumer counts as slow. Not used yet.',
    ),
    agentHeartbeatSeconds: threshold(120, 'A collect agent silent for longer counts as lost.'),
    podRestarts: threshold(3, 'Restarts within the last hour that are a finding.'),
  })
  .meta({ description: 'Limits from which a value is a finding.' });

export type Thresholds = z.output<typeof Thresholds>;
