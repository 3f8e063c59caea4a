import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/domain/kernel/errors.ts';
import { alertRoute } from '../../../../src/platform/alerts/route.ts';
import { alertBody } from '../../../support/alerts.ts';
import { silentLogger } from '../../../support/logger.ts';

const body = alertBody([{ name: 'RedisDown', startsAt: '2026-01-01T00:00:00Z' }]);

function route(more: Partial<Parameters<typeof alertRoute>[0]> = {}) {
  let now = 0;
  const stored: { environment: string; alerts: number }[] = [];
  const answers: (readonly [number, number])[] = [];
  const made = alertRoute({
    environment: 'prod',
    secrets: () => Promise.resolve(['the secret', 'the former one']),
    sink: {
      add: async (environment, alerts) => {
        stored.push({ environment, alerts: alerts.length });
      },
    },
    clock: { now: () => new Date(now), sleep: () => Promise.resolve() },
    logger: silentLogger,
    onAnswer: (status, alerts) => answers.push([status, alerts]),
    ...more,
  });
  const headers = (shown: string | undefined) => ({
    header: (name: string) => (name === 'authorization' ? shown : undefined),
  });
  return {
    stored,
    answers,
    later: (ms: number) => {
      now += ms;
    },
    admit: (shown: string | undefined) => made.admit?.(headers(shown)),
    handle: (text = body) =>
      made.handle({
        ...{ method: 'POST', path: made.path, body: Buffer.from(text) },
        ...headers('Bearer the secret'),
      }),
  };
}

describe('where alerts arrive', () => {
  it.each(['Bearer the secret', 'bearer the secret', 'Bearer the former one'])(
    'lets in %s',
    async (shown) => {
      expect(await route().admit(shown)).toBeUndefined();
    },
  );

  it.each([undefined, '', 'Bearer', 'Bearer ', 'Bearer the secre', 'Bearer the secret2', 'Basic the secret'])(
    'does not let in %s',
    async (shown) => {
      expect(await route().admit(shown)).toEqual({ status: 401, body: { error: 'wrong-secret' } });
    },
  );

  it('lets nobody in without a secret', async () => {
    expect((await route({ secrets: () => Promise.resolve([]) }).admit('Bearer '))?.status).toBe(401);
    expect((await route({ secrets: () => Promise.resolve(['']) }).admit('Bearer '))?.status).toBe(401);
  });

  it('answers 503 where the secret cannot be read: the sender tries again', async () => {
    const away = () => Promise.reject(new AppError('NOT_FOUND', 'no such file'));

    expect((await route({ secrets: away }).admit('Bearer the secret'))?.status).toBe(503);
  });

  it('answers 200 only when all of it is stored, for the environment of its path', async () => {
    const one = route();
    expect(await one.handle()).toEqual({ status: 200, body: { stored: 1 } });
    expect(one.stored).toEqual([{ environment: 'prod', alerts: 1 }]);
    expect(one.answers).toEqual([[200, 1]]);

    const away = route({
      sink: { add: () => Promise.reject(new AppError('DEPENDENCY_UNAVAILABLE', 'PostgreSQL is away')) },
    });
    expect(await away.handle()).toEqual({ status: 503, body: { error: 'not-stored' } });
    expect(away.answers).toEqual([[503, 0]]);
  });

  it('answers too many with 503, because the sender gives up after any other refusal, and takes more a minute later', async () => {
    const one = route({ perMinute: 2 });
    expect([(await one.handle()).status, (await one.handle()).status, (await one.handle()).status]).toEqual([
      200, 200, 503,
    ]);
    one.later(60_000);

    expect((await one.handle()).status).toBe(200);
  });

  it('names what it does not take', async () => {
    expect(await route().handle(alertBody([], { version: '3' }))).toMatchObject({
      ...{ status: 400, body: { error: 'unsupported-version', version: '3' } },
    });
    expect(await route().handle('{')).toMatchObject({ status: 400, body: { error: 'not-json' } });
  });
});
