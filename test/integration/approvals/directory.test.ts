import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/platform/process/clock.ts';
import type { PostgresStore } from '../../../src/platform/store/store.ts';
import {
  peopleInTurn,
  refreshDirectory,
  snapshotDirectory,
  startDirectoryRefresh,
  storedDirectory,
} from '../../../src/services/fix/decide/remediation-directory.service.ts';
import { createHarness, type Harness, member } from '../../support/approvals.ts';
import { silentLogger } from '../../support/logger.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';

const postgres = usePostgres();
let database: TestDatabase;
let store: PostgresStore;
let h: Harness;

beforeAll(async () => {
  database = await postgres.migrated();
  store = database.store();
});
beforeEach(async () => {
  await database.sql('TRUNCATE directory_snapshot');
  h = createHarness(store);
});

const deps = () => ({ store, policy: h.policy, directory: h.directory });
const aged = (interval: string) =>
  database.sql(`UPDATE directory_snapshot SET refreshed_at = clock_timestamp() - interval '${interval}'`);

describe('the directory snapshot', () => {
  it('holds everybody the policy can name, and answers as Slack would', async () => {
    expect(await refreshDirectory(deps())).toEqual([]);

    const stored = storedDirectory(store, 60_000);
    expect(await stored.person('UMEMBER')).toEqual({ known: member('UMEMBER') });
    expect(await stored.groupMembers('SLEADS')).toEqual({ known: ['UMEMBER'] });
    expect(await stored.installation()).toEqual({ known: { teamIds: ['T0HOME'], enterpriseIds: [] } });
    expect(await stored.person('UREQ')).toEqual({ unavailable: 'not-found' });
  });

  it('also holds people who decided about something that waits, on a list or not', async () => {
    await h.requested();
    await refreshDirectory(deps());

    expect(await storedDirectory(store, 60_000).person('UREQ')).toEqual({ known: member('UREQ') });
  });

  it('is not believed once it is too old', async () => {
    await refreshDirectory(deps());
    await aged('61 seconds');

    expect(await storedDirectory(store, 60_000).person('ULEAD')).toEqual({ unavailable: 'stale' });
    expect(await storedDirectory(store, 120_000).person('ULEAD')).toEqual({ known: member('ULEAD') });
  });

  it('lets what Slack cannot tell grow old, and says what that was', async () => {
    await refreshDirectory(deps());
    await aged('61 seconds');
    h.directory.groups.delete('SLEADS');

    const missing = await refreshDirectory(deps());

    expect(missing).toEqual(['group SLEADS: not-found']);
    expect(await storedDirectory(store, 60_000).groupMembers('SLEADS')).toEqual({ unavailable: 'stale' });
    expect(await storedDirectory(store, 60_000).person('ULEAD')).toEqual({ known: member('ULEAD') });
  });

  it('never replaces what was read later by what was read earlier', async () => {
    const now = () => store.tx((tx) => tx.now());
    const earlier = await now();
    // Times travel in whole milliseconds: within one there is no earlier and later.
    await expect.poll(async () => (await now()).getTime()).toBeGreaterThan(earlier.getTime());
    h.directory.people.set('ULEAD', member('ULEAD', { deleted: true }));
    await refreshDirectory(deps());

    await store.tx((tx) => tx.directory.save('person', 'ULEAD', member('ULEAD'), earlier));

    expect(await storedDirectory(store, 60_000).person('ULEAD')).toMatchObject({ known: { deleted: true } });
  });

  it('does not believe what it cannot read', async () => {
    await store.tx(async (tx) => tx.directory.save('person', 'ULEAD', { deleted: 'no' }, await tx.now()));

    expect(await store.tx((tx) => snapshotDirectory(tx, 60_000).person('ULEAD'))).toEqual({
      unavailable: 'unreadable',
    });
  });

  it('asks about fifty people a minute, who was asked longest ago first, so that Slack still answers whoever decides', async () => {
    let now = 1_000_000;
    const everybody = Array.from({ length: 70 }, (_none, n) => `UMANY${n}`);
    const inTurn = peopleInTurn(() => now);

    const first = inTurn(everybody);
    now += 30_000;
    const none = inTurn(everybody);
    now += 31_000;
    const second = inTurn(everybody);

    expect(first).toEqual(everybody.slice(0, 50));
    expect(none).toEqual([]);
    expect(second).toEqual([...everybody.slice(50), ...everybody.slice(0, 30)]);
  });

  it('leaves nobody out who has decided about something that waits', async () => {
    await database.sql("UPDATE remediations SET state = 'rejected' WHERE state = 'requested'");
    await h.requested();
    const asked: string[] = [];
    const directory = { ...h.directory, person: (id: string) => (asked.push(id), h.directory.person(id)) };

    await refreshDirectory({ ...deps(), directory, inTurn: () => ['ULEAD'] });

    expect(asked).toEqual(['UREQ', 'ULEAD']);
  });

  it('is made at once, and again when a worker asks for it', async () => {
    const running = startDirectoryRefresh({
      ...deps(),
      ...{ clock: systemClock, logger: silentLogger, everyMs: 3_600_000 },
    });
    try {
      const lead = async () => storedDirectory(store, 3_600_000).person('ULEAD');
      await expect.poll(lead, { timeout: 10_000 }).toEqual({ known: member('ULEAD') });
      h.directory.people.set('ULEAD', member('ULEAD', { deleted: true }));

      await expect
        .poll(
          async () => {
            await store.tx((tx) => tx.notify('directory', 'refresh'));
            return lead();
          },
          { timeout: 20_000, interval: 200 },
        )
        .toMatchObject({ known: { deleted: true } });
    } finally {
      await running.stop();
    }
  });
});
