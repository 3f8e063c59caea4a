import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { missing, type Pgbouncer, startPgbouncer } from '../../lab/components/pgbouncer.ts';
import { people, places, useStage } from '../support/slack-product.ts';
import { askForFix } from '../support/slack-steps.ts';

const lacking = missing();
describe.skipIf(lacking !== undefined)(
  `bot, worker and scheduler behind a real PgBouncer${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    const stage = useStage();
    const dir = mkdtempSync(join(tmpdir(), 'aetherius-e2e-pooler-'));
    const poolers: Pgbouncer[] = [];
    beforeEach(() => stage.fillTarget());
    afterEach(() => stage.emptyTarget());
    afterAll(async () => {
      await Promise.all(poolers.map((pooler) => pooler.stop()));
      rmSync(dir, { recursive: true, force: true });
    });

    /** All through two connections of the server, so that each meets what the others left behind. */
    const start = (direct: boolean) => {
      const env: Record<string, string> = {};
      return stage.start({
        roles: ['bot', 'worker', 'scheduler'],
        env,
        async through({ loginUrl }) {
          if (direct) env.DATABASE_DIRECT_URL = loginUrl;
          const pooler = await startPgbouncer({
            ...{ dir: join(dir, `${poolers.length}`), behind: stage.postgres.server, mode: 'transaction' },
            ...{ poolSize: 2, logins: [loginUrl] },
          });
          poolers.push(pooler);
          const through = new URL(loginUrl);
          through.port = `${pooler.port}`;
          return through.toString();
        },
      });
    };

    it.each([
      ['is polled', false],
      ['is heard on a connection of its own', true],
    ])(
      'PostgreSQL %s: a fix is asked for, approved, done once, verified and taken back',
      async (_how, direct) => {
        const product = await start(direct);
        const { control } = product.slack;
        const { table, card } = await askForFix(control);

        await control.click({
          user: people.approver,
          channel: places.incidents,
          ts: card.ts,
          actionId: 'remediation.approve',
          confirm: true,
        });
        const done = await control.waitForMessage(
          {
            channel: places.incidents,
            where: ({ ts, blocks }) => ts === card.ts && JSON.stringify(blocks).includes('remediation.undo'),
          },
          { timeoutMs: 30_000 },
        );
        const policyOf = () => stage.targetCall('CONFIG', 'GET', 'maxmemory-policy');
        const saidThen = done.text;
        const mended = await policyOf();
        await control.click({
          user: people.requester,
          channel: places.incidents,
          ts: done.ts,
          actionId: 'remediation.undo',
          confirm: true,
        });
        const undo = await control.waitForMessage(
          {
            channel: places.incidents,
            threadTs: table.ts,
            where: ({ ts, blocks }) =>
              ts !== card.ts && JSON.stringify(blocks).includes('remediation.approve'),
          },
          { timeoutMs: 15_000 },
        );
        await control.click({
          user: people.approver,
          channel: places.incidents,
          ts: undo.ts,
          actionId: 'remediation.approve',
          confirm: true,
        });
        await control.waitForMessage(
          {
            channel: places.incidents,
            where: ({ ts, text }) => ts === undo.ts && text.includes('Taken back'),
          },
          { timeoutMs: 30_000 },
        );

        const connections = await product.database.sql<{ readonly listens: boolean }>(
          `SELECT query ILIKE 'listen%' AS listens FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()`,
        );

        expect(connections.filter(({ listens }) => !listens).length).toBeLessThanOrEqual(2);
        expect(connections.some(({ listens }) => listens)).toBe(direct);
        expect(saidThen).toContain('Fixed and verified');
        expect(mended).toEqual(['maxmemory-policy', 'allkeys-lru']);
        expect(await policyOf()).toEqual(['maxmemory-policy', 'noeviction']);
        expect(
          await product.database.sql(
            `SELECT count(*)::int AS n, count(DISTINCT remediation_id)::int AS fixes
           FROM remediation_steps WHERE outcome = 'done'`,
          ),
        ).toEqual([{ n: 2, fixes: 2 }]);
      },
    );
  },
);
