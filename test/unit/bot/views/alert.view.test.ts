import { describe, expect, it } from 'vitest';
import {
  alertsOver,
  framedMessage,
  joinedAlerts,
  unknownAlerts,
} from '../../../../src/bot/views/alert.view.ts';
import type { IncidentHead } from '../../../../src/domain/alert/incident.ts';
import type { Language } from '../../../../src/domain/run/run.ts';
import { wordsIn } from '../../../../src/text/words.ts';

const languages: readonly Language[] = ['en', 'zh-CN'];
const head = (more: Partial<IncidentHead> = {}): IncidentHead => ({
  ...{ environment: 'prod', language: 'en', names: ['RedisMemoryHigh'], alerts: 1, open: 1 },
  since: new Date('2026-12-01T03:02:00Z'),
  ...more,
});
const hostile = '<!channel> *x* <https://evil.example|click> &amp; \u202e';

describe.each(languages)('an incident in %s', (language) => {
  const words = wordsIn(language);
  const answer = { text: 'the answer', blocks: [{ type: 'section' }] };

  it('says above its answer what fires and since when', () => {
    const { text, blocks } = framedMessage(answer, head(), words);

    expect(text).toMatch(/^:rotating_light: \*prod\* · \*RedisMemoryHigh\*[\s\S]*\nthe answer$/);
    expect(text).toContain('2026-12-01 03:02 UTC');
    expect(blocks).toHaveLength(2);
    expect(blocks?.[1]).toBe(answer.blocks[0]);
  });

  it('counts its alerts, and names the first of them', () => {
    const names = Array.from({ length: 9 }, (_, index) => `Rule${index}`);
    const { text } = framedMessage(answer, head({ names, alerts: 1000, open: 998 }), words);

    expect(text).toContain('1000');
    expect(text).toContain('998');
    expect(text).toContain('*Rule3*');
    expect(text).not.toContain('*Rule4*');
  });

  it('is green once it is over, with how long it lasted, and keeps what was found', () => {
    const until = new Date('2026-12-01T03:14:00Z');
    const { text, blocks } = framedMessage(answer, head({ open: 0, until }), words);

    expect(text).toMatch(/^:large_green_circle: /);
    expect(text).toContain(language === 'en' ? '12 min' : '12 分钟');
    expect(JSON.stringify(blocks)).not.toContain('rotating_light');
    expect(blocks?.at(-1)).toBe(answer.blocks[0]);
  });

  it('never lasted less than nothing, whatever the clocks of others say', () => {
    const until = new Date('2026-12-01T02:00:00Z');

    expect(framedMessage(answer, head({ until }), words).text).not.toContain('-');
  });

  it('shows foreign text as text', () => {
    const shown = JSON.stringify([
      framedMessage(answer, head({ names: [hostile] }), words),
      joinedAlerts({ count: 2, names: [hostile], again: false }, words),
      joinedAlerts({ count: 2, names: [hostile], again: true }, words),
      unknownAlerts(
        [
          {
            ...{ environment: 'prod', name: hostile, labels: { a: `\`${hostile}\`` } },
            notes: { summary: hostile, description: hostile },
          },
        ],
        words,
      ),
    ]);

    expect(shown).not.toMatch(/<!channel>|<https:\/\/evil|\u202e/);
    expect(shown).toContain('&lt;!channel&gt;');
  });

  it('of alerts without a diagnosis shows some of them, says how many more there are, and how to ask', () => {
    const alerts = Array.from({ length: 9 }, (_, index) => ({
      ...{ environment: 'prod', name: `Rule${index}`, labels: {}, notes: {} },
    }));
    const shown = JSON.stringify(unknownAlerts(alerts, words));

    expect(shown).toContain('Rule4');
    expect(shown).not.toContain('Rule5');
    expect(shown).toContain('4');
    expect(shown).toContain('/aetherius diagnose');
  });

  it('says in its thread that it is over', () => {
    const over = alertsOver(90_000, 'b1', words);
    expect(over.text).toContain(':large_green_circle:');
    expect(JSON.stringify(over.blocks)).toContain('"action_id":"timeline","value":"b1"');
  });
});
