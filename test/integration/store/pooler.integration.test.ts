import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missing, type Pgbouncer, startPgbouncer } from '../../../lab/components/pgbouncer.ts';
import { Secret } from '../../../src/domain/kernel/secret.ts';
import { examinePostgres } from '../../../src/platform/doctor/postgres.ts';
import { systemIds } from '../../../src/platform/process/clock.ts';
import { createDeliveryInbox } from '../../../src/platform/slack/inbox.ts';
import { clientConfig } from '../../../src/platform/store/connection.ts';
import { migrate } from '../../../src/platform/store/migrate.ts';
import { createGatedPool } from '../../../src/platform/store/pool.ts';
import { createStore, type PostgresStore } from '../../../src/platform/store/store.ts';
import { createHarness } from '../../support/approvals.ts';
import { createMemoryLogger, silentLogger } from '../../support/logger.ts';
import { auditKey, type TestDatabase, usePostgres } from '../../support/postgres.ts';

const lacking = missing();
describe.skipIf(lacking !== undefined)(
  `our own PostgreSQL behind a real PgBouncer${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    const postgres = usePostgres();
    const dir = mkdtempSync(join(tmpdir(), 'aetherius-pooler-'));
    let transactions: Pgbouncer;
    let sessions: Pgbouncer;
    let database: TestDatabase;
    const through = (pooler: Pgbouncer, of = database) => pooler.url(new URL(of.url).pathname.slice(1));
    const opened: PostgresStore[] = [];

    beforeAll(async () => {
      [transactions, sessions] = await Promise.all([
        // One connection for everybody: what one leaves behind, the next one has.
        startPgbouncer({ dir: join(dir, 't'), behind: postgres.server, mode: 'transaction', poolSize: 2 }),
        startPgbouncer({ dir: join(dir, 's'), behind: postgres.server, mode: 'session' }),
      ]);
      database = await postgres.migrated();
    });
    afterAll(async () => {
      await Promise.all(opened.map((store) => store.close()));
      await Promise.all([transactions?.stop(), sessions?.stop()]);
      rmSync(dir, { recursive: true, force: true });
    });

    const storeOf = (url: string, more: { directUrl?: string; logger?: typeof silentLogger } = {}) => {
      const { logger = silentLogger, ...past } = more;
      const store = createStore({ database: { url, ...past }, auditKey, logger });
      opened.push(store);
      return store;
    };

    it('R-L4: every statement runs as the application, under its time limit, and leaves neither behind', async () => {
      const gate = createGatedPool({
        config: clientConfig({ url: through(transactions) }),
        settings: { role: 'aetherius_app', statement_timeout: 200 },
        ...{ size: 4, idleMs: 1_000, logger: silentLogger },
      });
      const who = `SELECT current_user AS who, current_setting('statement_timeout') AS most`;
      const ours = await Promise.all(
        [1, 2, 3, 4].map(() => gate.alone<{ who: string; most: string }>(who, [], 2_000)),
      );
      await expect(gate.alone('SELECT pg_sleep(2)', [], 5_000)).rejects.toMatchObject({ code: '57014' });
      await gate.pool.end();

      expect(ours.flatMap(({ rows }) => rows)).toEqual(
        Array.from({ length: 4 }, () => ({ who: 'aetherius_app', most: '200ms' })),
      );
      const next = new Client({ connectionString: through(transactions) });
      await next.connect();
      for (let n = 0; n < 6; n += 1)
        expect((await next.query(who)).rows).toEqual([{ who: postgres.server.user, most: '0' }]);
      await next.end();
    });

    it('one statement alone is a transaction of its own, and a second one in `single` is a fault', async () => {
      const store = storeOf(through(transactions));
      const begun = store.tx(
        async (tx) => {
          await tx.now();
          return tx.now();
        },
        { statementTimeoutMs: 1_000 },
      );
      await expect(begun).resolves.toBeInstanceOf(Date);
      await expect(store.single((tx) => tx.now())).resolves.toBeInstanceOf(Date);
      await expect(
        store.single(async (tx) => {
          await tx.now();
          return tx.now();
        }),
      ).rejects.toMatchObject({ code: 'BUG' });
    });

    it('migrations of two processes at once are applied once', async () => {
      const fresh = await postgres.database();
      const url = through(transactions, fresh);

      const applied = await Promise.all(
        [1, 2].map(() => migrate({ database: { url }, logger: silentLogger })),
      );

      expect(applied.map((names) => names.length === 0).toSorted()).toEqual([false, true]);
    });

    it('a fix goes from offer to success, and its audit is intact', async () => {
      const h = createHarness(storeOf(through(transactions)));
      const { id } = await h.approved();
      await h.execute(id);

      expect((await h.row(id)).state).toBe('succeeded');
      expect(h.world.effects).toHaveLength(1);
      expect((await h.audit.verify()).verdict).toBe('intact');
    });

    it('a delivery is stored once, under its time limit', async () => {
      const inbox = createDeliveryInbox({
        token: new Secret('xoxb-of-the-tests'),
        database: { url: through(transactions) },
        logger: silentLogger,
      });
      const delivery = { key: systemIds.uuid(), kind: 'command', digest: 'd', body: { text: 'health' } };
      expect(await inbox.accept(delivery, 1_000)).toBe(true);
      expect(await inbox.accept(delivery, 1_000)).toBe(false);
      await inbox.close();
    });

    /** Calls back with what was heard on `remediations` after something changed there. */
    async function heard(store: PostgresStore): Promise<readonly string[]> {
      const words: string[] = [];
      await store.listen('remediations', (word) => words.push(word));
      const h = createHarness(store);
      // The first word is that it begins to listen, or that it has polled for the first time.
      await expect.poll(() => words.length, { timeout: 10_000 }).toBeGreaterThan(0);
      const before = words.length;
      const { id } = await h.requested({ target: systemIds.uuid() });
      await store.tx((tx) => tx.notify('remediations', id));
      await expect.poll(() => words.length, { timeout: 10_000 }).toBeGreaterThan(before);
      return words.includes(id) ? ['notified'] : ['polled'];
    }

    it('one that pools transactions keeps notifications away: PostgreSQL is polled, which is said once', async () => {
      const logger = createMemoryLogger();
      const store = storeOf(through(transactions), { logger });

      expect(await heard(store)).toEqual(['polled']);
      expect(logger.lines.filter(({ message }) => /DATABASE_DIRECT_URL/.test(message))).toHaveLength(1);
    });

    it.each([
      ['a connection past it', () => storeOf(through(transactions), { directUrl: database.url })],
      ['one that pools sessions', () => storeOf(through(sessions))],
    ])('notifications arrive over %s', async (_name, open) => {
      expect(await heard(open())).toEqual(['notified']);
    });

    it('what waits for the directory, runs and messages are found by polling, and no Home by its own message', async () => {
      const store = storeOf(through(transactions));
      const runs: string[] = [];
      const lanes: string[] = [];
      await store.listen('runs', (word) => runs.push(word));
      await store.listen('outbox', (lane) => lanes.push(lane));
      await store.tx(async (tx) => {
        await tx.runs.insert({
          ...{ id: systemIds.uuid(), kind: 'health', environment: 'prod', params: {}, source: 'slash' },
        });
        await tx.messages.home({ userId: 'U1' }, { type: 'home', blocks: [] });
      });

      await expect.poll(() => runs.length, { timeout: 10_000 }).toBeGreaterThan(0);
      await expect.poll(() => lanes, { timeout: 10_000 }).toContain('home:U1');
    });

    it('doctor says which way is used', async () => {
      const look = async (url: string, directUrl?: string) =>
        (await examinePostgres({ url, ...(directUrl === undefined ? {} : { directUrl }) }, Date.now)).checks
          .filter(({ key }) => /pooler|listen|polled/.test(key))
          .map(({ key, state, facts }) => [key, state, facts]);

      expect(await look(database.url)).toEqual([['postgres.listen', 'ok', { variable: 'DATABASE_URL' }]]);
      expect(await look(through(transactions))).toEqual([
        ['postgres.pooler', 'ok', {}],
        ['postgres.polled', 'warning', { variable: 'DATABASE_URL' }],
      ]);
      expect(await look(through(transactions), database.url)).toEqual([
        ['postgres.pooler', 'ok', {}],
        ['postgres.listen', 'ok', { variable: 'DATABASE_DIRECT_URL' }],
      ]);
      expect(await look(through(sessions))).toEqual([
        ['postgres.pooler', 'ok', {}],
        ['postgres.listen', 'ok', { variable: 'DATABASE_URL' }],
      ]);
    });
  },
);
