import { describe, expect, it } from 'vitest';
import { anchorMessage, confirmedMessage, heldMessage } from '../../../../src/bot/views/anchor.view.ts';
import { rendererOf } from '../../../../src/bot/views/renderer.ts';
import { type AuditAnchor, anchorIn } from '../../../../src/domain/audit/audit-anchor.ts';
import { heldWhy } from '../../../../src/domain/audit/record.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { Language } from '../../../../src/domain/run/run.ts';
import { wordsIn } from '../../../../src/text/words.ts';
import { expectValidMessage } from '../../../support/slack-messages.ts';
import { aReport, aRow, aRun, at, requester } from '../../../support/slack-views.ts';

const renderer = rendererOf(() => asInGuide);
const why = { place: 'file', status: 'older-state', anchored: 12, seq: 6 };
const difference = {
  ...{ environment: 'prod', localDate: '2026-11-25', since: '2026-11-23T09:00:00Z', quiet: true },
  ...{ fresh: [], worse: [], fixed: [], still: [], flapping: [], unseen: [], strip: [] },
};

describe.each<[Language, RegExp, string]>([
  ['en', /It ends at row 6; row 12 was written down outside/, 'Nothing is decided'],
  ['zh-CN', /它止于第 6 行，而外部记有第 12 行/, '不作决定'],
])('R-L5: a record that is held, in %s', (language, where, what) => {
  const words = wordsIn(language);

  it('is said with what to do, and that it is over with who and why', () => {
    const held = heldMessage(why, words);
    const over = confirmedMessage({ by: requester, reason: 'the dump of <!here> 08:00' }, words);

    for (const message of [held, over]) expectValidMessage(message);
    expect(held.text).toMatch(where);
    expect(held.text).toContain('/aetherius fixes confirm');
    expect(over.text).toContain(`<@${requester.userId}>`);
    expect(over.text).not.toContain('<!here>');
  });

  it('stands at the head of a health check and of a digest, below their first line', () => {
    const report = aReport({ overall: 'healthy', rows: [aRow({ part: 'redis' })] });
    const health = (more: object) =>
      renderer.health({ run: aRun(), report, repaired: [], now: at('03:02:00'), ...more }, language);
    const digest = (more: object) =>
      renderer.digest({ difference, run: aRun(), runId: 'r', ...more }, language);

    for (const answer of [health, digest]) {
      const [held, free] = [answer({ held: why }), answer({})];
      expectValidMessage(held);
      expect(held.text.split('\n')[0]).toBe(free.text.split('\n')[0]);
      expect(held.text.split('\n')[1]).toMatch(where);
      expect(JSON.stringify(held.blocks?.[1])).toContain(what);
      expect(JSON.stringify(free)).not.toContain(what);
      expect(held.blocks).toHaveLength((free.blocks?.length ?? 0) + 1);
    }
  });

  it('an anchor is a line for people and one that is read back', () => {
    const anchor: AuditAnchor = {
      ...{ seq: 12, hash: 'a'.repeat(64), mac: 'b'.repeat(64), keyId: 'k1', place: 'slack' },
      at: new Date('2026-11-28T13:00:00.000Z'),
    };
    const message = anchorMessage(anchor, words);

    expectValidMessage(message);
    expect(anchorIn(message.text, 'slack')).toEqual(anchor);
    expect(anchorIn('somebody says {"aetherius":"audit-anchor"}', 'slack')).toBeUndefined();
  });
});

describe('R-L5: by the marks of the record alone', () => {
  it('a later confirmation answers, an earlier one does not', () => {
    const row = (seq: number) =>
      ({ seq, facts: { seq } }) as unknown as Parameters<typeof heldWhy>[0]['held'];
    const marks = (held?: number, confirmed?: number) => ({
      ...(held === undefined ? {} : { held: row(held) }),
      ...(confirmed === undefined ? {} : { confirmed: row(confirmed) }),
    });

    expect(heldWhy(marks() as never)).toBeUndefined();
    expect(heldWhy(marks(4) as never)).toEqual({ seq: 4 });
    expect(heldWhy(marks(4, 3) as never)).toEqual({ seq: 4 });
    expect(heldWhy(marks(4, 5) as never)).toBeUndefined();
  });
});
