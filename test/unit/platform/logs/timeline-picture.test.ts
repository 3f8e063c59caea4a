import { performance } from 'node:perf_hooks';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { LogPicture, pictureOf } from '../../../../src/domain/logs/picture.ts';
import type { LogReport } from '../../../../src/domain/logs/report.ts';
import { drawTimeline, timelineSvg } from '../../../../src/platform/logs/timeline-picture.ts';
import { barsOf } from '../../../support/timeline-bars.ts';

const at = Date.UTC(2026, 10, 28, 23, 30);
const MINUTE = 60_000;
const zeros = (length: number): number[] => Array.from({ length }, () => 0);
const picture = (own: Partial<LogPicture> = {}): LogPicture => ({
  ...{ from: at, stepMs: MINUTE, errors: [0, 4, 10, 1], warnings: [2, 0, 10, 0], others: [0, 0, 0, 3] },
  ...own,
});

describe('a picture of a timeline', () => {
  it('has bars as high as the numbers, each kind of its own', async () => {
    const drawn = barsOf(await drawTimeline(picture()), 4);

    expect(drawn.map(({ tall }) => Math.round(tall * 20))).toEqual([2, 4, 20, 4]);
    expect(drawn.map(({ errors }) => Math.round(errors * 20))).toEqual([0, 4, 10, 1]);
  });

  it('tells the kinds apart without colour: filled, striped, empty', async () => {
    const image = await drawTimeline(
      picture({ errors: [10, 0, 0], warnings: [0, 10, 0], others: [0, 0, 10] }),
    );

    expect(
      barsOf(image, 3).map(({ white }) => (white < 0.1 ? 'filled' : white < 0.7 ? 'striped' : 'empty')),
    ).toEqual(['filled', 'striped', 'empty']);
  });

  it('is 1280 by 600 pixels, drawn beside the event loop and in less than 300 ms', async () => {
    const many = {
      errors: zeros(120).map((_, i) => i),
      warnings: zeros(120).map((_, i) => i % 7),
      others: zeros(120),
    };
    await drawTimeline(picture(many));
    const rounds: { readonly took: number; readonly stood: number }[] = [];
    let png: Uint8Array = new Uint8Array();
    for (let round = 0; round < 9; round += 1) {
      const begun = performance.now();
      let [stood, last] = [0, begun];
      const beat = (): void => {
        const now = performance.now();
        [stood, last] = [Math.max(stood, now - last), now];
      };
      const timer = setInterval(beat, 1);
      png = await drawTimeline(picture(many));
      clearInterval(timer);
      beat();
      rounds.push({ took: last - begun, stood });
    }
    const { width, height } = PNG.sync.read(Buffer.from(png));

    expect([width, height]).toEqual([1280, 600]);
    expect(Math.min(...rounds.map(({ took }) => took))).toBeLessThan(300);
    // Shares of one round, and the best one: a busy machine keeps the event loop waiting as well.
    expect(Math.min(...rounds.map(({ took, stood }) => stood / took))).toBeLessThan(0.6);
  });

  it('has the clocks of the reader, and says which these are', () => {
    expect(timelineSvg(picture(), 'Asia/Shanghai')).toMatch(
      /20 · 07:32.+>07:30<.+>07:34<.+>2026-11-29 · UTC\+8</,
    );
    expect(timelineSvg(picture(), 'UTC')).toMatch(/>23:30<.+>23:34<.+>2026-11-28 · UTC</);
    expect(timelineSvg(picture({ stepMs: 12 * 60 * MINUTE }), 'UTC')).toContain('>11-28 23:30<');
  });

  it('marks what was asked about where it shows more', () => {
    const marked = '#e8f0fe';

    expect(timelineSvg(picture({ asked: { from: at + 2 * MINUTE, to: at + 4 * MINUTE } }), 'UTC')).toContain(
      marked,
    );
    expect(timelineSvg(picture({ asked: { from: at, to: at + 4 * MINUTE } }), 'UTC')).not.toContain(marked);
  });
});

describe('the numbers of a picture', () => {
  const report = (own: object): LogReport =>
    ({
      query: { level: 'warning' },
      timeline: { from: at, stepMs: MINUTE, counts: [5, 1], errors: [1, 0], warnings: [3, 1] },
      ...own,
    }) as unknown as LogReport;

  it('are those of the timeline, with the silence before and after it that was asked about', () => {
    const query = { level: 'warning', since: at - 3 * MINUTE + 1 };

    expect(pictureOf(report({ query, last: at + 4 * MINUTE }))).toEqual({
      ...{ from: at - 3 * MINUTE, stepMs: MINUTE },
      errors: [0, 0, 0, 1, 0, 0, 0],
      warnings: [0, 0, 0, 3, 1, 0, 0],
      others: [0, 0, 0, 1, 0, 0, 0],
      asked: { from: at - 3 * MINUTE + 1, to: at + 4 * MINUTE },
    });
  });

  it('are none for a log without times, or of one step', () => {
    const one = { from: at, stepMs: MINUTE, counts: [5], errors: [5], warnings: [0] };

    expect([pictureOf(report({ timeline: undefined })), pictureOf(report({ timeline: one }))]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('are numbers, as many as can be drawn, and nothing else', () => {
    expect(LogPicture.safeParse(picture()).success).toBe(true);
    for (const wrong of [
      picture({ errors: [1, 2, 3] }),
      { ...picture(), errors: ['<text>', 2, 3, 4] },
      { ...picture(), title: 'words' },
      picture({ errors: zeros(500), warnings: zeros(500), others: zeros(500) }),
      picture({ errors: [Number.NaN, 1, 1, 1] }),
    ])
      expect(LogPicture.safeParse(wrong).success).toBe(false);
  });
});
