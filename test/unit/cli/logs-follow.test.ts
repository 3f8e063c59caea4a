import { describe, expect, it } from 'vitest';
import type { CliContext } from '../../../src/cli/context.ts';
import { followFiles } from '../../../src/cli/logs-follow.ts';
import { asInGuide } from '../../../src/domain/platform/platform.ts';
import { wordsIn } from '../../../src/text/words.ts';

describe('followFiles', () => {
  it('takes a trace that comes in pieces as one entry, and tells it when nothing more comes', async () => {
    const pieces = [
      '2026-11-28T09:00:00Z ERROR handler failed\nTraceback (most recent call last):\n  File "a.py", line 1\n',
      '  File "b.py", line 2\nValueError: no such thing\n',
    ];
    const printed: string[] = [];
    let looks = 0;
    /** A piece a look; then two looks without any, and the end. */
    const waiting: (() => void)[] = [];
    const context = {
      words: wordsIn('en'),
      output: 'text',
      signal: new AbortController().signal,
      out: (text: string) => void printed.push(text),
      now: () => new Date('2026-11-28T09:00:01Z'),
      redact: (text: string) => text,
      sleep: () =>
        new Promise<void>((resolve) => {
          looks += 1;
          waiting.shift()?.();
          setImmediate(() => setImmediate(resolve));
        }),
      async *follow() {
        for (const piece of pieces) {
          await new Promise<void>((resolve) => waiting.push(resolve));
          yield Buffer.from(piece);
        }
        for (let more = 3; more > 0; more -= 1) await new Promise<void>((resolve) => waiting.push(resolve));
      },
    } satisfies Partial<CliContext>;
    const { groups } = await followFiles(context as unknown as CliContext, ['a.log'], {
      query: { level: 'warning' },
      platform: asInGuide,
    });

    expect(groups).toMatchObject([{ count: 1, example: { length: 5 } }]);
    expect(printed).toHaveLength(1);
    expect(printed[0]).toContain('ValueError: no such thing');
    expect(looks).toBeGreaterThan(3);
  });
});
