/** A scheduler that only removes what is old: `<url> <milliseconds between two rounds> <milliseconds a round>`; until it is ended. */
import { setTimeout as sleep } from 'node:timers/promises';
import { unanchored } from '../../src/domain/audit/record.ts';
import { Retention } from '../../src/domain/settings/retention.ts';
import { systemClock } from '../../src/platform/process/clock.ts';
import { createStore } from '../../src/platform/store/store.ts';
import { createRetentionSweeper } from '../../src/services/schedule/retention.service.ts';
import { silentLogger } from '../../test/support/logger.ts';

const [url = '', everyMs = '5000', budgetMs = '1000'] = process.argv.slice(2);
const store = createStore({
  database: { url, applicationName: 'retention' },
  auditKey: { id: 'bench', secret: 'only for this run' },
  logger: silentLogger,
  poolSize: 2,
});
const sweeper = createRetentionSweeper({
  ...{
    store,
    record: unanchored,
    keep: Retention.parse({}),
    clock: systemClock,
    logger: silentLogger,
    budgetMs: Number(budgetMs),
  },
});
await store.tx((tx) => tx.now());
process.stdout.write('ready\n');
for (;;) {
  await sweeper.sweep();
  await sleep(Number(everyMs));
}
