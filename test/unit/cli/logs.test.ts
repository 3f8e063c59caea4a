import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import type { CliContext } from '../../../src/cli/context.ts';
import { logsCommand } from '../../../src/cli/logs.command.ts';
import { countSideBySide, readBytes } from '../../../src/cli/wiring-read.ts';
import { wordsIn } from '../../../src/text/words.ts';

const dir = mkdtempSync(join(tmpdir(), 'aetherius-logs-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('logs of a file that unpacks to more than it may', () => {
  it('says so, and tells what stands in the part that was read', async () => {
    const { signal } = new AbortController();
    const file = join(dir, 'bomb.gz');
    writeFileSync(file, gzipSync(`2026-11-28T09:00:00Z ERROR disk full\n${'\n'.repeat(2 ** 20)}`));
    const printed: string[] = [];
    const context = {
      words: wordsIn('en'),
      output: 'text',
      signal,
      out: (text: string) => void printed.push(text),
      err: () => undefined,
      now: () => new Date('2026-11-28T09:00:01Z'),
      redact: (text: string) => text,
      config: () => Promise.reject(new Error('there is none')),
      countLogs: (options) => countSideBySide(options, signal),
      async *read(path: string) {
        yield* readBytes(path, (async function* () {})(), signal, 100_000);
      },
    } satisfies Partial<CliContext>;

    const exit = await logsCommand(context as unknown as CliContext, undefined, { file: [file] });

    expect(exit).toBe(1);
    expect(printed.join('\n')).toContain('disk full');
    expect(printed.join('\n')).toMatch(/bomb\.gz.*more than 97\.7 KiB come out of its compressed data/);
  });
});
