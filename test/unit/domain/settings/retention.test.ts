import { describe, expect, it } from 'vitest';
import { Retention } from '../../../../src/domain/settings/retention.ts';

const day = 24 * 60 * 60_000;

describe('retention', () => {
  it('has a default for each kind', () => {
    expect(Retention.parse({})).toEqual({
      runs: 90 * day,
      messages: 90 * day,
      buttons: 30 * day,
      inbox: 2 * day,
      outbox: 7 * day,
      bundles: 2 * day,
      uploads: 2 * day,
      inventories: 30 * day,
      alerts: 30 * day,
      typed: 400 * day,
    });
  });

  it.each([
    ['runs', '13d'],
    ['messages', '13d'],
    ['buttons', '1d'],
    ['inbox', '23h'],
    ['outbox', '23h'],
    ['bundles', '23h'],
    ['uploads', '23h'],
    ['inventories', '1d'],
    ['alerts', '1d'],
    ['typed', '29d'],
  ])('refuses %s for %s: something still needs it then', (kind, text) => {
    expect(Retention.safeParse({ [kind]: text }).error?.issues).toMatchObject([
      { path: [kind], message: expect.stringMatching(/^must be at least \d+d$/) },
    ]);
  });
});
