import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../../src/domain/kernel/errors.ts';
import { Environment } from '../../../../../src/domain/settings/environment.ts';
import { findDatabases } from '../../../../../src/platform/targets/discovery/databases.ts';
import { defaultTimeouts } from '../../../../../src/platform/targets/failure.ts';
import type { createPostgresTarget } from '../../../../../src/platform/targets/stores/postgres.ts';
import type { SharedConnections } from '../../../../../src/platform/targets/stores/shared-connection.ts';

const tables: Readonly<Record<string, readonly string[]>> = {
  postgres: [],
  field: ['agents', 'clusters', 'events', 'commands'],
  plays: ['workflows', 'workflow_executions', 'strategies'],
};

/** A server that gives so many sessions at once; each stays open until what opened it is closed. */
function server(sessions: number, refusals = 0) {
  const open = new Map<SharedConnections, Set<string>>();
  const seen = { most: 0, asked: 0 };
  const make: typeof createPostgresTarget = (settings, book) => ({
    databaseName: () => undefined,
    execute: () => Promise.reject(new Error('nothing is written')),
    async query<Row extends object>(_id: unknown, sql: string) {
      const name = settings.databases.agentManager ?? '';
      const held = () => [...open.values()].reduce((sum, one) => sum + one.size, 0);
      seen.asked += 1;
      if (seen.asked <= refusals || held() >= sessions)
        throw new TargetError('limit', 'too many clients', { facts: { sqlstate: '53300' } });
      const mine = open.get(book) ?? new Set();
      open.set(book, mine.add(name));
      seen.most = Math.max(seen.most, held());
      const shared = book.share({ open: async () => name, close: async () => void mine.delete(name) });
      return shared.use(async () => {
        const rows = sql.includes('pg_database')
          ? Object.keys(tables).map((one) => ({ name: one, open: true }))
          : (tables[name] ?? []).map((one) => ({ name: one }));
        return rows as readonly object[] as readonly Row[];
      });
    },
  });
  return { make, seen, left: () => [...open.values()].reduce((sum, one) => sum + one.size, 0) };
}

describe('the databases of the platform', () => {
  const config = Environment.parse({
    runtime: { kind: 'none' },
    services: { 'agent-manager': { url: 'http://a' } },
    postgres: { url: 'postgres://me@db:5432/postgres' },
  });
  const found = { databases: { agentManager: 'field', orchestrator: 'plays' }, refused: [] };

  it('are found by their tables, and no session is left', async () => {
    const one = server(10);

    expect(await findDatabases(config, defaultTimeouts, one.make)).toEqual(found);
    expect(one.seen.asked).toBe(4);
    expect(one.left()).toBe(0);
  });

  it('are found one after another where the server has a single session to spare', async () => {
    const one = server(1);

    expect(await findDatabases(config, defaultTimeouts, one.make)).toEqual(found);
    expect(one.seen.most).toBe(1);
  });

  it('are looked for again where the server has no session for a moment', async () => {
    expect(await findDatabases(config, defaultTimeouts, server(1, 3).make)).toEqual(found);
  });

  it('are not found on a server that stays full', async () => {
    await expect(findDatabases(config, defaultTimeouts, server(0).make)).rejects.toMatchObject({
      stage: 'limit',
    });
  });
});
