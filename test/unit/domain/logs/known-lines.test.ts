import { describe, expect, it } from 'vitest';
import { createLogAnalysis } from '../../../../src/domain/logs/analysis.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';

function knownIn(text: string): string | undefined {
  const analysis = createLogAnalysis({
    ...{ query: { level: 'debug' }, now: Date.UTC(2026, 10, 12, 9) },
    ...{ platform: asInGuide, redact: (given) => given },
  });
  const input = analysis.source('app');
  input.line(`2026-11-12T08:00:00Z ERROR ${text}`);
  input.end();
  return analysis.report().groups[0]?.known?.id;
}

describe('a known line', () => {
  it.each([
    // The driver, the port, a code, or the product's own words.
    [
      'database-unreachable',
      'failed to connect to `host=db user=app`: dial tcp 10.0.0.4:5432: connect: connection refused',
    ],
    ['database-unreachable', 'psycopg.OperationalError: connection timed out'],
    ['database-unreachable', 'org.postgresql.util.PSQLException: The connection attempt timed out'],
    ['database-unreachable', 'connection to server at "db", port 5432 failed: Connection refused'],
    ['redis-unreachable', 'ioredis: connect ETIMEDOUT, connection timed out'],
    ['redis-unreachable', 'after mysql: redis dial tcp: connection refused'],
    ['nats-unreachable', 'nats: no servers available for connection'],
    ['nats-unreachable', 'dial tcp 10.0.0.8:4222: i/o timeout'],
    ['nats-slow-consumer', '10.0.0.9:41022 - cid:7 - Slow Consumer Detected: WriteDeadline of 10s exceeded'],
    ['nats-no-stream', 'nats: stream not found'],
    ['neo4j-unreachable', 'bolt://graph:7687 is not available'],
    ['postgres-locks', 'deadlock detected'],
    ['database-password', 'FATAL: password authentication failed for user "app"'],
    ['pool-exhausted', 'HikariPool-1 - Connection is not available, request timed out after 30000ms.'],
    ['some-database-unreachable', 'cannot connect to the database: connection refused'],
    ['registration-token', 'registration failed: token mismatch'],
    ['step-late', 'command timeout: no result within 2s'],
  ])('is %s by its evidence: %s', (id, text) => {
    expect(knownIn(text)).toBe(id);
  });

  const named = /^(?:database|postgres|redis|nats|neo4j|some-database)|^(?:model|registration|step|executor)/;

  it.each([
    'mysql: dial tcp 10.0.0.5:3306: connect: connection refused',
    'java.sql.SQLTransientConnectionException: request timed out',
    'com.mysql.cj.jdbc.exceptions.CommunicationsException: cannot connect to the database: connection refused',
    'backup of the database to s3://backups/nightly failed: request timed out',
    'the migration of the database timed out',
    'Microsoft.Data.SqlClient.SqlException: a connection to SQL Server timed out',
    'ORA-00060: deadlock detected while waiting for resource',
    'Deadlock detected. The current transaction was rolled back',
    'com.mongodb.MongoTimeoutException: timed out while selecting a server of the database',
    'redis is fine, mysql: connection refused',
    'postgres answered, but kafka:9092: connection refused',
    'natsuki: connection refused',
    'bolt: timeout',
    'sqlite: the database is locked, timed out',
    'etcd: database: connection refused',
    'consumer group lags: slow consumer in partition 4 of kafka',
    'stream not found: video 12',
    'the data model field name is missing',
    'runner registration failed: 403 token invalid',
    'registry denied: unauthorized: authentication required',
    'Command timeout expired at Npgsqlish',
    'smtp: connection to the mail database timed out',
    'order a28P01b was not stored',
    'could not read block device sda: failed',
    'clickhouse: failed to connect to database: i/o timeout',
  ])('names no technology without it: %s', (text) => {
    expect(knownIn(text) ?? '').not.toMatch(named);
  });
});
