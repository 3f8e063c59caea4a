import { describe, expect, it } from 'vitest';
import { isTool, ownerOf, type SessionSigns } from '../../../../src/domain/probe/session-owner.ts';

const known = {
  addresses: new Map([['10.0.0.5', { part: 'agent-manager' as const, since: 1_000 }]]),
  roles: new Map([['am_service', 'agent-manager' as const]]),
};
const session = (more: Partial<SessionSigns> = {}): SessionSigns => ({
  ...{ application: 'app', user: 'u', client: '10.0.0.9', backend_start: '2000.5', own: false },
  ...more,
});
const service = { is: 'service', part: 'agent-manager' };

describe('whose a session is (R-P10)', () => {
  it.each<readonly [string, Partial<SessionSigns>, object]>([
    ['comes from where a service runs', { client: '10.0.0.5' }, service],
    [
      'began with what runs there, by clocks that differ a little',
      { client: '10.0.0.5', backend_start: '950' },
      service,
    ],
    ['began before what runs there', { client: '10.0.0.5', backend_start: '900' }, { is: 'unknown' }],
    ['does not say when it began', { client: '10.0.0.5', backend_start: '' }, { is: 'unknown' }],
    ['has a role that only a service uses', { user: 'am_service' }, service],
    ['has such a role, as the bot itself', { user: 'am_service', own: true }, { is: 'unknown' }],
    ['calls itself a service', { application: 'agent-manager' }, { is: 'unknown' }],
    ['comes over a socket file', { client: 'local' }, { is: 'unknown' }],
    ['is a tool where a service runs', { client: '10.0.0.5', application: 'psql' }, { is: 'tool' }],
    ['is a tool under the role of a service', { user: 'am_service', application: 'pg_dump' }, { is: 'tool' }],
  ])('is told of one that %s', (_what, more, owner) => {
    expect(ownerOf(session(more), known)).toEqual(owner);
  });
});

describe('programs of people, backups and migrations', () => {
  it.each([
    ...[
      'psql',
      'pg_dump',
      'pg_dumpall',
      'pg_restore',
      'pg_basebackup',
      'pg_receivewal',
      'pgbench',
      'vacuumdb',
    ],
    ...[
      'pgAdmin 4 - CONN:1234',
      'DBeaver 24.1.0 - SQLEditor <Script.sql>',
      'DataGrip 2024.1',
      'TablePlus',
      'Navicat',
    ],
    ...[
      'pgbackrest [backup]',
      'barman_streaming_backup',
      'wal-g',
      'walreceiver',
      'Patroni',
      'Debezium Streaming',
    ],
    ...[
      'migrate',
      'agent-manager-migrations',
      'golang-migrate',
      'Flyway',
      'Liquibase',
      'alembic',
      'nightly-backup',
    ],
  ])('%s is one', (name) => {
    expect(isTool(name)).toBe(true);
  });

  it.each([
    '',
    'agent-manager',
    'orchestrator-service',
    'app',
    'PostgreSQL JDBC Driver',
    'event-exporter',
    'pgx',
  ])('%j is none', (name) => {
    expect(isTool(name)).toBe(false);
  });
});
