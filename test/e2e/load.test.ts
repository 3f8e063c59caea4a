import { afterAll, beforeAll, expect, it } from 'vitest';
import { typeAtPace, wholeTables } from '../support/command-load.ts';
import { gatedPlatform } from '../support/gated-platform.ts';
import { useStage } from '../support/slack-product.ts';
import { askForHealth } from '../support/slack-steps.ts';
import { until } from '../support/until.ts';

const stage = useStage();
const platform = gatedPlatform();

beforeAll(() => platform.start());
afterAll(() => platform.stop());

/** A minute's commands of the bench in half the time, so that what is too slow shows sooner. */
it('shows 60 whole tables in 20 channels within 1.5 s each, at 120 commands a minute under Slack limits', async () => {
  const product = await stage.start({
    roles: ['bot', 'worker'],
    emulator: { rateLimits: true },
    environmentsYaml: `
  prod:
    runtime: { kind: none }
    redis: { url: { env: TARGET_REDIS_URL } }
    services:
      agent-manager: { url: "${platform.url('gated')}" }
      orchestrator-service: { url: "${platform.url('sick')}" }
      reasoning-service: { url: "${platform.url('well')}" }
`,
  });
  const { control } = product.slack;
  await askForHealth(control);

  const load = { commands: 60, perMinute: 120, channels: 20, patienceMs: 10_000 };
  const { times, refused } = await typeAtPace(control, load);

  const sorted = times.toSorted((a, b) => a - b);
  expect(times.every(Number.isFinite)).toBe(true);
  expect(sorted[Math.ceil(times.length * 0.95) - 1]).toBeLessThan(1500);
  expect(refused).toBe(0);
  const open = "SELECT FROM outbox WHERE state NOT IN ('sent', 'superseded')";
  await until(async () => (await product.database.sql(open)).length === 0, 60_000);
  for (let index = 0; index < 20; index += 1) {
    const tables = wholeTables(control, `CLOAD${index}`);
    expect(tables).toHaveLength(3);
    for (const { ts } of tables)
      expect(control.messages({ channel: `CLOAD${index}`, threadTs: ts })).not.toEqual([]);
  }
});
