import { randomBytes } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newToken, tokenRandomBytes } from '../../../src/domain/access/token.ts';
import type { Clock } from '../../../src/domain/kernel/clock.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import { createTokenService } from '../../../src/services/token/token.service.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { asPerson, directoryOf, member } from '../../support/slack-people.ts';

const postgres = usePostgres();
let database: TestDatabase;
beforeAll(async () => {
  database = await postgres.migrated();
});
beforeEach(async () => {
  await database.sql('DELETE FROM tokens');
});

const [first, second] = ['the first key, which is long enough', 'the second key, which is long enough'];
const service = (...keys: readonly string[]) => serviceAt(systemClock, ...keys);
const serviceAt = (clock: Clock, ...keys: readonly string[]) =>
  createTokenService({
    store: database.store(),
    directory: directoryOf(),
    keys,
    clock,
    random: randomBytes,
  });
const asked = (userId: string = member.userId) => ({
  by: asPerson(userId),
  requestId: 'trigger:1',
  payloadDigest: 'd',
  name: 'laptop',
  days: 30,
});
const use = (token: string) => ({ token, command: 'history', requestId: 'cli:1' });
const refusals = async () =>
  (
    await database.sql<{ n: number }>(
      "SELECT count(*)::int AS n FROM audit_log WHERE action = 'token.refused'",
    )
  )[0]?.n ?? 0;

describe('tokens over a real store', () => {
  it('are for full members, whom Slack knows, and ten of each at most', async () => {
    const tokens = service(first);

    for (const stranger of ['UGUEST', 'USINGLE', 'UOTHER', 'UGONE', 'UBOT', 'UNKNOWN'])
      await expect(tokens.issue(asked(stranger))).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    for (let n = 0; n < 10; n += 1) await tokens.issue(asked());
    await expect(tokens.issue(asked())).rejects.toMatchObject({ facts: { reason: 'token-too-many' } });
    const [one] = await tokens.list(asPerson(member.userId));
    await tokens.revoke({ ...asked(), id: one?.id ?? '' });
    await tokens.issue(asked());

    expect(await tokens.list(asPerson(member.userId))).toHaveLength(10);
    expect(await tokens.list(asPerson('UGUEST'))).toEqual([]);
  });

  it('end when they say so, after at most 90 days', async () => {
    const tokens = service(first);
    const { expiresAt, text } = await tokens.issue({ ...asked(), days: 9_999 });
    const days = (expiresAt.getTime() - Date.now()) / 86_400_000;

    expect(days).toBeGreaterThan(89.9);
    expect(days).toBeLessThanOrEqual(90);
    await expect(tokens.issue({ ...asked(), days: Number.NaN })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    await database.sql("UPDATE tokens SET expires_at = clock_timestamp() - interval '1 second'");
    // The end is part of the digest: such a row is nobody's token, whatever it was.
    await expect(tokens.check(use(text.reveal()))).rejects.toMatchObject({
      facts: { reason: 'token-wrong' },
    });
  });

  it('outlive a change of the key, as long as the old one checks', async () => {
    const { text } = await service(first).issue(asked());

    const both = await service(second, first).check(use(text.reveal()));

    expect(both).toMatchObject({
      userId: member.userId,
      via: 'command-line',
      token: text.reveal().slice(4, 12),
    });
    await expect(service(second).check(use(text.reveal()))).rejects.toMatchObject({
      facts: { reason: 'token-wrong' },
    });
    await expect(service().issue(asked())).rejects.toMatchObject({ facts: { reason: 'token-off' } });
  });

  it('that are wrong do not flood the audit, and keep a right one from nothing', async () => {
    const tokens = service(first);
    const { text } = await tokens.issue(asked());
    const before = await refusals();

    const reasons: unknown[] = [];
    for (let n = 0; n < 40; n += 1) {
      const wrong = newToken(randomBytes(tokenRandomBytes)).text;
      await tokens
        .check(use(wrong))
        .catch((error: { facts: { reason: string } }) => reasons.push(error.facts.reason));
    }
    const person = await tokens.check(use(text.reveal()));

    expect(reasons).toEqual([
      ...Array.from({ length: 30 }, () => 'token-wrong'),
      ...Array.from({ length: 10 }, () => 'token-too-often'),
    ]);
    expect((await refusals()) - before).toBe(30);
    expect(person.userId).toBe(member.userId);
  });

  it('that are wrong are counted where they are not written down, and the next row says how many', async () => {
    let now = 0;
    const tokens = serviceAt({ ...systemClock, now: () => new Date(now) }, first);
    // Nothing at all is a wrong token, too.
    for (let n = 0; n < 37; n += 1) await tokens.check(use('')).catch(() => undefined);
    now += 61_000;
    for (let n = 0; n < 2; n += 1) await tokens.check(use('aeb_nothing')).catch(() => undefined);

    const rows = await database.sql<{ facts: object }>(
      "SELECT facts FROM audit_log WHERE action = 'token.refused' ORDER BY seq DESC LIMIT 3",
    );
    const facts = { reason: 'token-wrong', command: 'history' };
    expect(rows.map((row) => row.facts)).toEqual([facts, { ...facts, unwritten: 7 }, facts]);
  });

  it('cannot be written, moved or brought back by the application, but for their use and their end', async () => {
    await service(first).issue(asked());
    const forbidden = ["owner = '{}'", "digest = 'x'", 'expires_at = clock_timestamp()', "name = 'x'"];

    for (const change of forbidden)
      await expect(database.sql(`SET ROLE aetherius_app; UPDATE tokens SET ${change}`)).rejects.toThrow(
        'permission denied',
      );
    await expect(database.sql('SET ROLE aetherius_app; DELETE FROM tokens')).rejects.toThrow(
      'permission denied',
    );
  });
});
