import { describe, expect, it } from 'vitest';
import {
  acceptedLine,
  listedMutes,
  muteBlocks,
  mutedLine,
  muteLine,
  muteModal,
  muteSaid,
  mutesAnswer,
} from '../../../../src/bot/views/mute.view.ts';
import type { Mute, Sign } from '../../../../src/domain/mute/mute.ts';
import { wordsIn } from '../../../../src/text/words.ts';

const english = wordsIn('en');
const chinese = wordsIn('zh-CN');
const by = { teamId: 'T1', userId: 'U0APPROVE', via: 'slack' } as const;
const mute: Mute = {
  ...{ id: 'm1', environment: 'prod', part: 'redis', cause: 'MEMORY_NEAR_LIMIT', severity: 'warning' },
  ...{ kind: 'mute', until: new Date('2026-12-02T18:00:00Z'), whileThere: false },
  ...{ reason: 'planned <@U9>', by, at: new Date(0) },
};
const { until: _end, ...endless } = mute;

describe('what is muted', () => {
  it('is shown with who muted it, until when and why; a reason pings nobody', () => {
    expect(muteLine(mute, english)).toMatch(
      /^:mute: Muted until <!date\^\d+\^.*> by <@U0APPROVE>: planned &lt;@U9&gt;$/,
    );
    expect(muteLine({ ...mute, whileThere: true }, english)).toContain('until it is gone');
    expect(muteLine({ ...endless, kind: 'known' }, english)).toBe(
      ':mute: Accepted for good by <@U0APPROVE>: planned &lt;@U9&gt;',
    );
    expect(muteLine({ ...mute, whileThere: true }, chinese)).toContain('直到问题消失');
  });

  it('has a button that lifts it, unless it stands in the configuration', () => {
    const configured = { kind: 'configured', part: 'redis', cause: 'OOM_KILLED', reason: 'small' } as const;
    const blocks = muteBlocks([{ by: mute, lift: 'b1' }, { by: configured }], english);
    expect(blocks.map(({ type }) => type)).toEqual(['context', 'actions', 'context']);
    expect(JSON.stringify(blocks[1])).toContain('"value":"b1"');
    expect(JSON.stringify(blocks[2])).toContain('Accepted for good in the configuration: small');
    expect(JSON.stringify(listedMutes([{ mute, lift: 'b1' }], english))).toContain('in *prod*');
  });

  it('stands in one line of a health check with its end, its person and its reason, each once', () => {
    const configured = { kind: 'configured', part: 'redis', cause: 'OOM_KILLED', reason: 'small' } as const;
    const line = mutedLine([mute, mute, configured], english);
    expect(line).toMatch(
      /`MEMORY_NEAR_LIMIT` of Redis \(until <!date.*> by <@U0APPROVE>: planned &lt;@U9&gt;\)/,
    );
    expect(line).toContain('`OOM_KILLED` of Redis (accepted: small)');
    expect(line?.split('MEMORY_NEAR_LIMIT')).toHaveLength(2);
    expect(mutedLine([], english)).toBeUndefined();
  });

  it('is listed with what the configuration accepts, in one line of both languages', () => {
    const accepted = [
      { environment: 'prod', part: 'redis', cause: 'NO_MEMORY_LIMIT', reason: 'small <!here>' },
    ] as const;
    const answer = mutesAnswer([{ mute, lift: 'b1' }], accepted, english);
    expect(JSON.stringify(answer.blocks)).toContain(
      'Accepted for good in the configuration: `NO_MEMORY_LIMIT` of Redis in *prod* (small &lt;!here&gt;).',
    );
    expect(answer.text).toContain('Accepted for good in the configuration');
    expect(acceptedLine(accepted, chinese)).toBe(
      ':mute: 配置中已长期接受：*prod* 中 Redis 的 `NO_MEMORY_LIMIT`（small &lt;!here&gt;）。',
    );
    expect(acceptedLine([], english)).toBeUndefined();
  });

  it('is said where it was done, and so is that it was lifted', () => {
    expect(JSON.stringify(muteSaid({ mute, lift: 'b1' }, english))).toContain('mute.lift');
    const lifted = muteSaid({ mute, lifted: by }, english);
    expect(lifted.text).toContain('<@U0APPROVE> lifted the mute of `MEMORY_NEAR_LIMIT` of Redis in *prod*');
    expect(JSON.stringify(lifted)).not.toContain('mute.lift');
  });

  it('of what is critical is asked for with an end alone', () => {
    const asked = (severity: 'warning' | 'critical', more: { readonly evidence?: readonly Sign[] } = {}) =>
      JSON.stringify(
        muteModal(
          '{}',
          { environment: 'prod', part: 'redis', cause: 'OOM_KILLED', seen: { severity, ...more } },
          english,
        ),
      );
    expect(asked('warning')).toContain('Until it is gone');
    expect(asked('warning')).toContain('For good: it is accepted');
    const ofCause = asked('warning', { evidence: [{ code: 'OOM_KILLED', part: 'redis' }] });
    expect(ofCause).toContain('Until it is gone');
    expect(ofCause).not.toContain('For good: it is accepted');
    expect(asked('critical')).toContain('30 days');
    expect(asked('critical')).not.toMatch(/Until it is gone|For good/);
  });
});
