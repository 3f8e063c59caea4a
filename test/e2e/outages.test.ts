import { describe, expect, it } from 'vitest';
import { people, places, useStage } from '../support/slack-product.ts';
import { askForHealth, isRoot } from '../support/slack-steps.ts';

const stage = useStage();

describe('when what the bot stands on is away', () => {
  it('says in the channel that Redis is down, and still answers from a worker in the same process', async () => {
    const { slack } = await stage.start();
    const { control } = slack;
    await stage.redis.kill();

    try {
      const table = await askForHealth(control);
      const said = await control.waitForMessage({
        channel: places.incidents,
        contains: 'Redis, which carries jobs',
      });

      expect(said.ephemeralFor).toBeNull();
      expect(table.text).toContain('healthy');
    } finally {
      await stage.redis.start();
    }
  });

  it('acknowledges within two seconds and says that nothing was recorded when PostgreSQL is silent or down (R-S1)', async () => {
    const product = await stage.start();
    const { control } = product.slack;
    await askForHealth(control);
    stage.postgres.server.pause();

    try {
      const silent = await control.command({
        user: people.requester,
        channel: places.ops,
        text: '/aetherius health prod',
      });
      expect(silent.ok).toBe(true);
      expect(silent.afterMs).toBeLessThan(2500);
      const told = await control.waitForMessage({
        channel: places.ops,
        user: people.requester,
        contains: 'Not recorded, nothing was done',
      });
      expect(told.ephemeralFor).toBe(people.requester);
    } finally {
      stage.postgres.server.resume();
    }
    const runs = await product.database.sql('SELECT count(*)::int AS n FROM runs');
    expect(runs).toEqual([{ n: 1 }]);
    expect(
      control.messages({
        channel: places.ops,
        where: (message) => isRoot(message) && message.ephemeralFor === null,
      }),
    ).toHaveLength(0);

    const again = await askForHealth(control, { channel: places.ops });
    expect(again.text).toContain('healthy');
  });
});
