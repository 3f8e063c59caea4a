/** A bundle on its way through a real PostgreSQL, each kind of process with its own login. */
import { beforeAll, describe, expect, it } from 'vitest';
import { unanchored } from '../../../src/domain/audit/record.ts';
import { Retention } from '../../../src/domain/settings/retention.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import type { PostgresStore } from '../../../src/platform/store/store.ts';
import { createRetentionSweeper } from '../../../src/services/schedule/retention.service.ts';
import { silentLogger } from '../../support/logger.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';

const postgres = usePostgres();
let database: TestDatabase;
let worker: PostgresStore;
let bot: PostgresStore;
let scheduler: PostgresStore;
beforeAll(async () => {
  database = await postgres.migrated();
  const as = async (kind: 'bot' | 'worker' | 'scheduler') =>
    database.store({ database: { url: await database.kindUrl(kind) }, role: null });
  [worker, bot, scheduler] = await Promise.all([as('worker'), as('bot'), as('scheduler')]);
});

const forbidden = { cause: { message: expect.stringContaining('permission denied') as string } };
const isWhole = { cause: { message: expect.stringContaining('is whole') as string } };

let runs = 0;
async function run(): Promise<string> {
  runs += 1;
  const id = `00000000-0000-4000-8000-${String(runs).padStart(12, '0')}`;
  await database.sql(
    `INSERT INTO runs (id, kind, environment, state, source) VALUES ($1, 'collect', 'prod', 'running', 'test')`,
    [id],
  );
  return id;
}
const sha256 = 'ab'.repeat(32);
/** Bytes that are no text, and that look like a secret where they are read as one. */
const piece = (n: number) => Buffer.from([n, 0, 255, ...Buffer.from('password=Zx81-Spectrum')]);
const pieces = (id: string) =>
  database.sql('SELECT at FROM bundle_pieces WHERE run_id = $1 ORDER BY at', [id]);

describe('a bundle', () => {
  it('goes from the worker to the bot byte for byte, and is there once it is whole', async () => {
    const id = await run();
    await worker.tx((tx) => tx.bundles.begin(id));
    for (const n of [0, 1]) await worker.tx((tx) => tx.bundles.add(id, n, piece(n)));
    // The answer to a COMMIT was lost.
    await worker.tx((tx) => tx.bundles.add(id, 1, piece(1)));
    const before = await bot.tx((tx) => tx.bundles.get(id));
    await worker.tx((tx) => tx.bundles.finish(id, { bytes: 50, sha256 }));

    expect(before).toBeUndefined();
    expect(await bot.tx((tx) => tx.bundles.get(id))).toEqual({ bytes: 50, sha256 });
    expect(await bot.tx((tx) => tx.bundles.piece(id, 0))).toEqual(piece(0));
    expect(await bot.tx((tx) => tx.bundles.piece(id, 1))).toEqual(piece(1));
    expect(await bot.tx((tx) => tx.bundles.piece(id, 2))).toBeUndefined();
  });

  it('begins anew with a worker that takes over, and leaves nothing of the one before it', async () => {
    const id = await run();
    await worker.tx((tx) => tx.bundles.begin(id));
    for (const n of [0, 1, 2]) await worker.tx((tx) => tx.bundles.add(id, n, piece(n)));
    await worker.tx((tx) => tx.bundles.begin(id));
    await worker.tx((tx) => tx.bundles.add(id, 0, piece(9)));

    expect(await pieces(id)).toEqual([{ at: 0 }]);
    expect(await bot.tx((tx) => tx.bundles.piece(id, 0))).toEqual(piece(9));
  });

  it('stays as it was collected, whoever would change it', async () => {
    const id = await run();
    await worker.tx((tx) => tx.bundles.begin(id));
    await worker.tx((tx) => tx.bundles.add(id, 0, piece(0)));
    await worker.tx((tx) => tx.bundles.finish(id, { bytes: 25, sha256 }));

    await expect(worker.tx((tx) => tx.bundles.add(id, 1, piece(1)))).rejects.toMatchObject(isWhole);
    await expect(worker.tx((tx) => tx.bundles.finish(id, { bytes: 26, sha256 }))).rejects.toMatchObject(
      isWhole,
    );
    await expect(bot.tx((tx) => tx.bundles.add(id, 1, piece(1)))).rejects.toMatchObject(forbidden);
    await expect(worker.tx((tx) => tx.bundles.piece(id, 0))).rejects.toMatchObject(forbidden);
    await expect(scheduler.tx((tx) => tx.bundles.piece(id, 0))).rejects.toMatchObject(forbidden);
  });

  it('keeps the id of its file, and loses its bytes when Slack shows it', async () => {
    const id = await run();
    await worker.tx((tx) => tx.bundles.begin(id));
    await worker.tx((tx) => tx.bundles.add(id, 0, piece(0)));
    await worker.tx((tx) => tx.bundles.finish(id, { bytes: 25, sha256 }));
    await bot.tx((tx) => tx.bundles.given(id, 'F0123456789'));
    await bot.tx((tx) => tx.bundles.forget(id));

    expect(await bot.tx((tx) => tx.bundles.get(id))).toEqual({ bytes: 25, sha256, fileId: 'F0123456789' });
    expect(await pieces(id)).toEqual([]);
  });

  it('that Slack never took goes when it is old, by the scheduler, who cannot read it', async () => {
    const [old, young] = [await run(), await run()];
    for (const id of [old, young]) {
      await worker.tx((tx) => tx.bundles.begin(id));
      const days = id === old ? 3 : 1;
      await database.sql(
        `INSERT INTO bundle_pieces (run_id, at, piece, created_at)
         SELECT $1, n, decode(repeat(md5(n::text), 32768), 'hex'), now() - $2 * interval '1 day'
         FROM generate_series(0, 19) AS n`,
        [id, days],
      );
    }
    await createRetentionSweeper({
      ...{ store: scheduler, record: unanchored, keep: Retention.parse({}) },
      ...{ clock: systemClock, logger: silentLogger, budgetMs: 60_000 },
    }).sweep();

    expect(await pieces(old)).toEqual([]);
    expect(await pieces(young)).toHaveLength(20);
  });
});
