import { describe, expect, it } from 'vitest';
import { framedMessage } from '../../../../src/bot/views/alert.view.ts';
import { mendedMessage } from '../../../../src/bot/views/mended.view.ts';
import { rendererOf } from '../../../../src/bot/views/renderer.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import { wordsIn } from '../../../../src/text/words.ts';
import { aFinding, aRemediation, aReport, aRow, aRun, at } from '../../../support/slack-views.ts';

const finding = aFinding();
const red = (language: 'en' | 'zh-CN') =>
  rendererOf(() => asInGuide).health(
    {
      ...{ run: aRun(), repaired: [], now: at('03:05:00'), fixes: [aRemediation({ state: 'proposed' })] },
      report: aReport({
        ...{ overall: 'findings', roots: ['redis'] },
        rows: [
          aRow({
            ...{ part: 'redis', state: 'degraded', findings: [finding] },
            fact: { key: finding.code, facts: finding.facts },
          }),
        ],
      }),
      ...{ diagnoseButton: 'A', detailsButton: 'D', reportButton: 'R' },
    },
    language,
  );
const mended = { at: at('03:07:00'), environment: 'prod', language: 'en' } as const;

describe.each([
  ['en', /^:large_green_circle: \*Mended at <!date[^>]*>\*/],
  ['zh-CN', /^:large_green_circle: \*已于 <!date[^>]*> 修好\*/],
] as const)('an answer whose findings are mended, in %s', (language, first) => {
  const shown = mendedMessage(red(language), mended, wordsIn(language));
  const text = JSON.stringify(shown.blocks);

  it('says so first, in green, and is red nowhere', () => {
    expect(shown.text).toMatch(first);
    expect(text).not.toMatch(/:octagonal_sign:|:large_orange_diamond:|:wrench:/);
  });

  it('keeps what it said, and the way to its details, and nothing to mend it with', () => {
    expect(text).toContain(
      red(language)
        .text.split('\n')[0]
        ?.replace(/^:[a-z_]+: /, ''),
    );
    expect(text).toContain('"value":"D"');
    expect(text).toContain('"value":"R"');
    expect(text).not.toContain('"value":"A"');
  });

  it('names the fix that did it', () => {
    expect(mendedMessage(red(language), { ...mended, handle: 'k7-2f9q' }, wordsIn(language)).text).toContain(
      '`k7-2f9q`',
    );
  });

  it('keeps its first line where an alert told of it', () => {
    const head = {
      ...{ environment: 'prod', language, names: ['RedisDegraded'], alerts: 1, open: 0 },
      ...{ since: at('03:00:00'), until: at('03:08:00') },
    };
    const framed = framedMessage(shown, head, wordsIn(language), 'below');
    expect(framed.text).toMatch(first);
    expect(JSON.stringify(framed.blocks?.[0])).toContain(language === 'en' ? 'Mended at' : '修好');
    expect(JSON.stringify(framed.blocks?.[1])).toContain('RedisDegraded');
  });
});
