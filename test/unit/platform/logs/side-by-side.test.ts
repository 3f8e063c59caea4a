import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { createLogCounting, type LogTally } from '../../../../src/domain/logs/analysis.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import { logThreads } from '../../../../src/platform/logs/log-threads.ts';
import { createSideBySide } from '../../../../src/platform/logs/side-by-side.ts';
import { corpus, type LogForm, logForms } from '../../../support/logs/corpus.ts';

const to = Date.parse('2026-11-28T09:00:00Z');
const options = { query: { level: 'warning' }, now: to, platform: asInGuide } as const;
const { signal } = new AbortController();

const logOf = (forms: readonly LogForm[], entries: number) =>
  Buffer.from(
    `${[...corpus({ seed: 61, entries, forms, from: to - 7_200_000, to })].flatMap(({ lines }) => lines).join('\n')}\n`,
  );

function alone(log: Uint8Array): LogTally {
  const counting = createLogCounting(options);
  const input = counting.source('a.log');
  input.bytes(log.length);
  input.text(new TextDecoder().decode(log));
  input.end();
  return counting.tally();
}

async function sideBySide(log: Uint8Array, blockBytes: number, count: number, aloneBytes = 3_000) {
  const counter = createSideBySide(options, { threads: logThreads, count, signal, aloneBytes, blockBytes });
  try {
    const source = counter.source('a.log');
    for (let at = 0; at < log.length; at += 1_777) await source.push(log.subarray(at, at + 1_777));
    await source.end();
    return await counter.tally();
  } finally {
    await counter.stop();
  }
}

/** Without examples: of two entries at one time either may be the latest. */
const counted = ({ groups, ...rest }: LogTally) => ({
  ...rest,
  groups: groups
    .map(({ level, count, known, first, last, before, mark }) => ({
      ...{ level, count, known: known?.id, first, last, before, mark },
    }))
    .toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))),
});

describe('a log that several threads count', () => {
  it.each([
    ['zap', ['zap']],
    ['Python with its traces', ['python']],
    ['PostgreSQL with its statements', ['postgres']],
    ['Java with its traces', ['java']],
    ['all of them mixed', logForms],
  ] as const)('counts as it does when one does, wherever it is cut: %s', async (_, forms) => {
    const log = logOf(forms, 3_000);

    expect(counted(await sideBySide(log, 20_000, 2))).toEqual(counted(alone(log)));
  });

  it('is one log with all its bytes and lines, and is not cut where no entry begins', async () => {
    const trace = `2026-11-28T08:00:00Z ERROR boom\n${'\tat a.b.C.d(E.java:1)\n'.repeat(9_000)}`;
    const log = Buffer.from(`${trace}2026-11-28T08:00:01Z ERROR next\n`);
    const tally = await sideBySide(log, 20_000, 2);

    expect(tally.sources).toEqual([{ name: 'a.log', lines: 9_002, bytes: log.length }]);
    expect(tally.groups.map(({ count, lineCount }) => [count, lineCount]).toSorted()).toEqual([
      [1, 1],
      [1, 9_001],
    ]);
  });

  it('counts text of two bytes a character as it does other text, and says what is no text', async () => {
    const log = logOf(['zap'], 3_000);
    const wide = Buffer.from(log.toString('utf8'), 'utf16le');
    const counted16 = counted(await sideBySide(wide, 20_000, 2));

    expect({ ...counted16, bytes: 0, sources: [] }).toEqual({
      ...counted(alone(log)),
      bytes: 0,
      sources: [],
    });
    expect((await sideBySide(Buffer.alloc(50_000), 20_000, 2)).sources).toEqual([
      { name: 'a.log', lines: 0, bytes: 0, failed: 'cause.log-file-no-text' },
    ]);
  });

  it('keeps whose log it is', async () => {
    const asked = { ...options, query: { level: 'info', grep: 'worker' } } as const;
    const counter = createSideBySide(asked, { threads: logThreads, count: 2, signal, aloneBytes: 3_000 });
    const source = counter.source('a.log', 'reasoning-service');
    await source.push(logOf(['zap'], 3_000));
    await source.end();
    const { steps = [] } = await counter.tally();
    await counter.stop();

    expect(steps.length).toBeGreaterThan(20);
    expect(new Set(steps.map(({ part }) => part))).toEqual(new Set(['reasoning-service']));
  });

  it('needs no thread while it is small', async () => {
    const threads = { start: () => expect.unreachable('a thread was started') };
    const counter = createSideBySide(options, { threads, count: 2, signal });
    const log = logOf(['zap'], 100);
    const source = counter.source('a.log');
    await source.push(log);
    await source.end();

    expect(counted(await counter.tally())).toEqual(counted(alone(log)));
  });

  describe('from a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'side-by-side-'));
    const path = join(folder, 'a.log');
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    async function fromFile(log: Uint8Array, pieceBytes: number) {
      writeFileSync(path, log);
      const counter = createSideBySide(options, {
        ...{ threads: logThreads, count: 2, signal, aloneBytes: 3_000, pieceBytes },
      });
      try {
        return { taken: await counter.file('a.log', path), tally: await counter.tally() };
      } finally {
        await counter.stop();
      }
    }

    it.each([
      ['Python with its traces', ['python']],
      ['all of them mixed', logForms],
    ] as const)('counts the same, wherever it is cut: %s', async (_, forms) => {
      const log = logOf(forms, 3_000);
      const { taken, tally } = await fromFile(log, 20_000);

      expect(taken).toBe(true);
      expect(counted(tally)).toEqual(counted(alone(log)));
    });

    it('is not cut where no entry begins, and has all its bytes and lines', async () => {
      const trace = `2026-11-28T08:00:00Z ERROR boom\n${'\tat a.b.C.d(E.java:1)\n'.repeat(9_000)}`;
      const log = Buffer.from(`${trace}2026-11-28T08:00:01Z ERROR last, without an end`);
      const { tally } = await fromFile(log, 20_000);

      expect(tally.sources).toEqual([{ name: 'a.log', lines: 9_002, bytes: log.length }]);
      expect(tally.groups.map(({ count, lineCount }) => [count, lineCount]).toSorted()).toEqual([
        [1, 1],
        [1, 9_001],
      ]);
    });

    it('is left to whoever pushes it where it is small, packed or a pipe', async () => {
      expect((await fromFile(logOf(['zap'], 10), 20_000)).taken).toBe(false);
      const wide = Buffer.from(logOf(['zap'], 3_000).toString('utf8'), 'utf16le');
      expect((await fromFile(wide, 20_000)).taken).toBe(false);
      expect((await fromFile(Buffer.alloc(50_000), 20_000)).taken).toBe(false);
      expect((await fromFile(gzipSync(logOf(['zap'], 3_000), { level: 0 }), 20_000)).taken).toBe(false);

      const pipe = join(folder, 'pipe');
      execFileSync('mkfifo', [pipe]);
      const counter = createSideBySide(options, { threads: logThreads, count: 2, signal });

      // Opened, it would wait for somebody who writes.
      expect(await counter.file('pipe', pipe)).toBe(false);
    });
  });
});
