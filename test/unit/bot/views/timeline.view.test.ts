import { describe, expect, it } from 'vitest';
import { limits } from '../../../../src/bot/views/blocks.ts';
import {
  noTimeline,
  type TimelineHead,
  timelineAnswer,
  timelineFile,
} from '../../../../src/bot/views/timeline.view.ts';
import { type FixEvent, fixEvents, type TimelineFact } from '../../../../src/domain/timeline/timeline.ts';
import { wordsIn } from '../../../../src/text/words.ts';

const english = wordsIn('en');
const chinese = wordsIn('zh-CN');
const at = (second: number) => new Date(Date.UTC(2026, 11, 2, 10, 0, second));
const plan = { steps: [{ target: 'redis-0' }], params: {}, part: 'redis' };
const fix = { actionId: 'redis.set-eviction-policy', handle: 'r-1', plan } as never;
const hostile = 'A <!channel> | `x` [here](https://evil.example) <@U1> @all\n| password=hunter2secret';

const facts: readonly TimelineFact[] = [
  { at: at(1), kind: 'alert-fires', name: hostile, since: at(0) },
  { at: at(2), kind: 'fix', fix, what: 'requested', by: 'T1:U0REQ', reason: hostile },
  { at: at(3), kind: 'fix', fix, what: 'approved', by: 'T1:U0LEAD' },
  {
    at: at(4),
    kind: 'step',
    fix,
    step: { direction: 'apply', idx: 0, outcome: 'done', outcomeAt: at(4) } as never,
  },
  { at: at(5), kind: 'incident-over', began: at(1) },
];
const timeline: TimelineHead = {
  ...{ environment: 'prod', of: 'thread', incidents: 1, left: false, moreAlerts: false, inThread: true },
  pins: 'seen',
  facts,
};

const shown = (answer: ReturnType<typeof timelineAnswer>) =>
  `${answer.text} ${JSON.stringify(answer.blocks)}`;

describe('what people have pinned', () => {
  const pinned = { at: at(6), kind: 'pinned', message: { at: at(6), text: hostile, by: 'U0REQ' } } as const;
  const withPin = { ...timeline, facts: [...facts, pinned] };

  it('stands with its author, and what it says pings nobody and holds no secret', () => {
    const text = shown(timelineAnswer(withPin, 'timeline-prod.md', english));
    const file = timelineFile(withPin, english);

    expect(text).toContain('Pinned message: “A &lt;!channel&gt;');
    expect(text).toContain('· <@U0REQ>');
    expect(file).toContain('U0REQ |');
    for (const one of [text, file]) expect(one).not.toMatch(/[^\\]<!channel>|hunter2/);
  });

  it.each([
    ['no-scope', 'pins:read'],
    ['unavailable', ''],
  ] as const)('is missing, and the text says why: %s', (pins, why) => {
    for (const words of [english, chinese]) {
      const sentence = words.plain(`timeline.pins.${pins}`);
      expect(sentence).toContain(why);
      expect(shown(timelineAnswer({ ...timeline, pins }, 'timeline-prod.md', words))).toContain(sentence);
    }
    expect(timelineFile({ ...timeline, pins }, english)).toContain('Pinned messages are missing');
  });
});

describe('the text of a timeline', () => {
  it('has a time in the zone of the reader, what and who on each line; text of others pings nobody', () => {
    const text = shown(timelineAnswer(timeline, 'timeline-prod.md', english));
    expect(text).toContain('5 facts');
    expect(text).toContain(`<!date^${at(3).getTime() / 1000}^`);
    expect(text).toContain('r-1');
    expect(text).toContain('approved. · <@U0LEAD>');
    expect(text).toContain('&lt;!channel&gt;');
    expect(text).not.toMatch(/<!channel>|<@U1>|hunter2/);
    expect(text).toContain('timeline-prod.md');
  });

  it('is in the language of the reader', () => {
    const text = shown(timelineAnswer(timeline, 'timeline-prod.md', chinese));
    expect(text).toContain('时间线');
    expect(text).toContain('已批准');
    expect(timelineFile(timeline, chinese)).toContain('| 时间（UTC） | 事项 | 人员 |');
    expect(noTimeline('prod', chinese).text).toContain('*prod*');
  });

  it('says how many incidents the thread has, or none, and what is left out', () => {
    const of = (more: object) => shown(timelineAnswer({ ...timeline, ...more }, 'f.md', english));
    expect(of({ incidents: 2 })).toContain('belongs to 2 incidents');
    expect(of({ of: 'runs', incidents: 0 })).toContain(
      'belongs to no incident; these are the facts of what was',
    );
    expect(of({ of: 'newest' })).toContain('the newest incident');
    expect(of({ of: 'newest', inThread: false })).not.toContain('This thread');
    expect(of({ left: true })).toContain('is left out');
    expect(of({ moreAlerts: true })).toContain('more alerts');
    expect(of({})).not.toMatch(/left out|more alerts|This thread/);
  });

  it('fits what Slack takes, however many and long they are; the file has all', () => {
    const long = '<&>'.repeat(200);
    const many = Array.from({ length: 500 }, (_none, index): TimelineFact => {
      return {
        at: at(index),
        kind: 'fix',
        fix,
        what: 'requested',
        by: 'T1:U0REQ',
        reason: `${index} ${long}`,
      };
    });
    const answer = timelineAnswer({ ...timeline, facts: many }, 'f.md', english);
    expect(JSON.stringify(answer.blocks).length).toBeLessThanOrEqual(limits.blocksJson);
    expect(shown(answer)).toMatch(/… and 4\d\d more facts in the file/);
    expect(timelineFile({ ...timeline, facts: many }, english).match(/^\| 2026-/gm)).toHaveLength(500);
  });
});

describe('the file of a timeline', () => {
  it('is Markdown with times in UTC, in which text of others has no meaning, and no secret', () => {
    const file = timelineFile(timeline, english);
    expect(file.split('\n').slice(0, 4)).toEqual([
      '# Timeline of prod',
      '',
      '| Time (UTC) | What | Who |',
      '| --- | --- | --- |',
    ]);
    expect(file).toContain('| 2026-12-02T10:00:03.000Z | Fix r-1');
    expect(file).toMatch(/approved\. \| U0LEAD \|$/m);
    // Five facts are five rows, whatever stands in them.
    expect(file.match(/^\| 2026-/gm)).toHaveLength(5);
    expect(file).not.toMatch(/hunter2|https:\/\/|[^\\]<|[^\\]\[here|[^\\]`|@/);
  });
});

describe('words', () => {
  it.each(['en', 'zh-CN'] as const)('of %s exist for every event of a fix', (language) => {
    const words = wordsIn(language);
    const said = fixEvents.map((what: FixEvent) => words.lookupPlain(`timeline.fix.${what}`));
    expect(said).not.toContain(undefined);
    expect(new Set(said).size).toBe(fixEvents.length);
  });
});
