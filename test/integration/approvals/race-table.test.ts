import { beforeAll, describe, expect, it } from 'vitest';
import { usePostgres } from '../../support/postgres.ts';
import { type Arena, races, runRace } from '../../support/races.ts';

/** Of each race; `npm run reliability` takes 1,000. */
const rounds = Number(process.env.RACE_ROUNDS ?? '20');
// Two that want one object may wait for each other, which PostgreSQL notices after this time.
const postgres = usePostgres({ deadlock_timeout: '50ms' });
let arena: Arena;

beforeAll(async () => {
  const database = await postgres.migrated();
  arena = { left: database.store(), right: database.store(), sql: database.sql };
});

describe('the races of the contract (R-M3), each with two processes', () => {
  it.each(races)('$name: $invariant', async (race) => {
    const raced = await runRace(arena, race, rounds);

    expect(raced).toMatchObject({ rounds, wrong: [], audit: 'intact' });
  });
});
