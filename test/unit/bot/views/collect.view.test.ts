import { describe, expect, it } from 'vitest';
import { limits } from '../../../../src/bot/views/blocks.ts';
import { collectRendererOf, undeliveredMessage } from '../../../../src/bot/views/collect.view.ts';
import type { CollectView } from '../../../../src/domain/message/collect-view.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { Language, Run } from '../../../../src/domain/run/run.ts';
import { wordsIn } from '../../../../src/text/words.ts';

const at = Date.parse('2026-11-28T09:00:00Z');
const run: Run = {
  ...{ id: '0190a7b0-0000-7000-8000-000000000001', kind: 'collect', environment: 'prod', params: {} },
  ...{ state: 'running', attempt: 1, source: 'slash', createdAt: new Date(at) },
  requestedBy: { teamId: 'T1', userId: 'U0123', via: 'slack' },
};
const renderer = collectRendererOf(() => asInGuide);
const card = (view: Omit<CollectView, 'run'>, language: Language = 'en') => {
  const { text, blocks = [] } = renderer.collect({ run, ...view }, language);
  return { text, json: JSON.stringify(blocks), blocks };
};
const dead = { path: 'statistics/redis.json', error: { code: 'refused', detail: 'refused' } };
const whole = {
  ...{ files: 40, bytes: 3 * 2 ** 20, sha256: 'a'.repeat(64), days: 2 },
  since: '2026-11-28T08:00:00Z',
};

describe('the card of a bundle', () => {
  it('says how far it is and which sources gave nothing', () => {
    expect(card({ gaps: [] }).text).toContain('collecting logs');
    const { text, json } = card({ progress: { done: 12, of: 40 }, gaps: [dead] });

    expect(text).toBe(':package: *Bundle of prod*: 12 of 40 sources are done.');
    expect(json).toContain('statistics/redis.json: ');
  });

  it.each([
    ['en', /40 files, 3 MiB.*1 source is missing or cut\.$/, 'after 2 days'],
    ['zh-CN', /40 个文件，3 MiB.*1 个来源缺失或不完整。$/, '2 天后删除'],
  ] as const)('says in %s what came, what lacks, and for how long it is kept', (language, title, kept) => {
    const { text, json } = card({ gaps: [dead], whole }, language);

    expect(text).toMatch(title);
    expect(json).toContain(kept);
    expect(json).toContain('a'.repeat(64));
  });

  it('stays within the limits of Slack, and counts what it does not name', () => {
    const gaps = Array.from({ length: 3_000 }, (_, n) => ({
      path: `logs/${'p'.repeat(200)}/${n}.log`,
      leftOut: { why: 'size', detail: '<!channel> '.repeat(50) },
    }));
    const { json, blocks } = card({ gaps, whole });

    expect(blocks.length).toBeLessThan(limits.messageBlocks);
    expect(json.length).toBeLessThan(limits.blocksJson);
    expect(json).toContain('2990 more sources');
  });

  it.each([
    ['shared', 'another organisation'],
    ['unknown', 'did not say who reads'],
  ] as const)(
    'says where it was asked that the person gets it alone, and nothing of the environment: %s',
    (why, words) => {
      const { text, blocks } = renderer.elsewhere({ run, why }, 'en');

      expect(text).toContain('<@U0123>');
      expect(text).toContain(words);
      expect(JSON.stringify([text, blocks])).not.toContain('prod');
    },
  );

  it('says why a bundle did not come, also for a word of Slack that it does not know', () => {
    expect(undeliveredMessage('bundle-secret', wordsIn('en')).text).toContain('a secret that the bot knows');
    expect(undeliveredMessage('storage_limit_reached', wordsIn('zh-CN')).text).toContain(
      'storage_limit_reached',
    );
  });
});
