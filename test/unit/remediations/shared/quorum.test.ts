import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import type { Targets } from '../../../../src/domain/probe/targets/targets.ts';
import { isMember, quorumRisk } from '../../../../src/remediations/shared/quorum.ts';

const signal = new AbortController().signal;
const risk = (part: PartId, deps: object) => quorumRisk(part, deps as Targets, signal);
const refusal = async (part: PartId, deps: object) =>
  risk(part, deps).then(
    (raised) => raised?.key ?? 'none',
    (error: { facts: { reason: string } }) => error.facts.reason,
  );

const nats = (group: object | undefined, others: readonly string[] = []) => ({
  nats: {
    monitor: (path: string) =>
      Promise.resolve(
        path === '/jsz'
          ? group === undefined
            ? {}
            : { meta_cluster: group }
          : { routes: others.map((remote_id) => ({ remote_id })) },
      ),
  },
});
const peer = (more: object = {}) => ({ current: true, ...more });

describe('a restart of NATS (R-P8)', () => {
  it.each([
    ['alone', nats(undefined), 'none'],
    [
      'all three there, seen by the leader',
      nats({ leader: 'a', cluster_size: 3, replicas: [peer(), peer()] }, ['b', 'c']),
      'none',
    ],
    ['all three there, seen by another', nats({ leader: 'a', cluster_size: 3 }, ['a', 'c', 'c']), 'none'],
    [
      'one of three offline',
      nats({ leader: 'a', cluster_size: 3, replicas: [peer(), peer({ offline: true })] }, ['b', 'c']),
      'no-majority',
    ],
    [
      'one of three behind',
      nats({ leader: 'a', cluster_size: 3, replicas: [peer(), { current: false }] }, ['b', 'c']),
      'no-majority',
    ],
    ['one of three not connected', nats({ leader: 'a', cluster_size: 3 }, ['a', 'a']), 'no-majority'],
    ['no leader', nats({ cluster_size: 3 }, ['b', 'c']), 'no-leader'],
    ['two, of which one cannot decide alone', nats({ leader: 'a', cluster_size: 2 }, ['b']), 'no-majority'],
    ['one of five away', nats({ leader: 'a', cluster_size: 5 }, ['b', 'c', 'd']), 'none'],
    ['two of five away', nats({ leader: 'a', cluster_size: 5 }, ['b', 'c']), 'no-majority'],
  ] as const)('%s', async (_what, deps, said) => {
    expect(await refusal('nats', deps)).toBe(said);
  });
});

const neo4j = (...rows: readonly (readonly [string, string, string])[]) => ({
  neo4j: {
    run: () => Promise.resolve(rows.map(([name, role, currentStatus]) => ({ name, role, currentStatus }))),
  },
});

describe('a restart of Neo4j (R-P8)', () => {
  const of = (name: string, ...statuses: readonly string[]) =>
    statuses.map((status) => [name, 'primary', status] as const);
  it.each([
    ['alone', neo4j(...of('neo4j', 'online'), ...of('system', 'online')), 'none'],
    ['three online', neo4j(...of('neo4j', 'online', 'online', 'online')), 'none'],
    [
      'one of three offline, for one database',
      neo4j(...of('system', 'online', 'online', 'online'), ...of('neo4j', 'online', 'offline', 'online')),
      'no-majority',
    ],
    ['readers do not vote', neo4j(...of('neo4j', 'online'), ['neo4j', 'secondary', 'offline']), 'none'],
    [
      'before 5',
      neo4j(['neo4j', 'leader', 'online'], ['neo4j', 'follower', 'offline'], ['neo4j', 'follower', 'online']),
      'no-majority',
    ],
  ] as const)('%s', async (_what, deps, said) => {
    expect(await refusal('neo4j', deps)).toBe(said);
  });
});

const postgresWith = (sessions: readonly string[], states: readonly (string | null)[] = []) => ({
  postgres: {
    databaseName: () => 'x',
    query: (_database: string, sql: string): Promise<readonly object[]> =>
      Promise.resolve(
        sql.includes('pg_stat_replication')
          ? states.map((state) => ({ state }))
          : sessions.map((application) => ({ application })),
      ),
  },
});
const postgres = (...states: readonly (string | null)[]) => postgresWith(['agent-manager', ''], states);
const redis = (role: string, settings: Record<string, string>, ...copies: readonly string[]) => {
  const node = {
    info: () =>
      Promise.resolve({
        role,
        ...Object.fromEntries(
          copies.map((state, index) => [`slave${index}`, `ip=10.0.0.1,port=6379,state=${state},lag=0`]),
        ),
      }),
    call: (_command: string, [, name]: readonly [string, string]) => Promise.resolve([name, settings[name]]),
  };
  return { redis: { nodes: () => Promise.resolve([node]) } };
};
const kept = { save: '3600 1', appendonly: 'no' };
const lost = { save: '', appendonly: 'no' };

describe('a restart of a primary (R-P8)', () => {
  it.each([
    ['PostgreSQL alone', 'postgres', postgres(), 'none'],
    ['PostgreSQL while it is dumped', 'postgres', postgresWith(['app', 'pg_dump']), 'tools-at-work'],
    ['PostgreSQL while it is changed by hand', 'postgres', postgresWith(['psql']), 'tools-at-work'],
    ['PostgreSQL while it is migrated', 'postgres', postgresWith(['golang-migrate']), 'tools-at-work'],
    ['PostgreSQL with standbys', 'postgres', postgres('streaming', 'streaming'), 'primary'],
    ['PostgreSQL whose standby is behind', 'postgres', postgres('streaming', 'catchup'), 'copy-behind'],
    ['PostgreSQL that hides the state of a standby', 'postgres', postgres(null), 'primary'],
    ['Redis alone that saves', 'redis', redis('master', kept), 'none'],
    [
      'Redis alone with an append-only file',
      'redis',
      redis('master', { save: '', appendonly: 'yes' }),
      'none',
    ],
    ['Redis alone that saves nothing', 'redis', redis('master', lost), 'keeps-nothing'],
    ['Redis with copies', 'redis', redis('master', kept, 'online'), 'primary'],
    [
      'Redis with a copy that is loading',
      'redis',
      redis('master', kept, 'online', 'send_bulk'),
      'copy-behind',
    ],
    ['Redis with copies that saves nothing', 'redis', redis('master', lost, 'online'), 'copies-would-empty'],
    ['a copy of Redis', 'redis', redis('slave', lost), 'none'],
    ['Redis that does not tell its role', 'redis', redis('', kept), 'peers-unknown'],
  ] as const)('%s', async (_what, part, deps, said) => {
    expect(await refusal(part, deps)).toBe(said);
  });
});

describe('what does not answer', () => {
  const away = () => Promise.reject(new TargetError('no-answer', 'away'));
  it.each([
    ['nats', { nats: { monitor: away } }],
    ['neo4j', { neo4j: { run: away } }],
    ['postgres', { postgres: { databaseName: () => 'x', query: away } }],
    ['redis', { redis: { nodes: away } }],
    ['nats', {}],
  ] as const)('is not assumed to be alone: %s', async (part, deps) => {
    expect(await risk(part, deps)).toEqual({ key: 'peers-unknown', facts: { part } });
  });

  it('asks nothing for what has no peers', async () => {
    expect(isMember('agent-manager')).toBe(false);
    expect(await risk('agent-manager', {})).toBeUndefined();
  });
});
