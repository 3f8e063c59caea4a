import { type FileHandle, open, stat } from 'node:fs/promises';
import { createLogCounting, type LogTallyOptions } from '../../domain/logs/analysis.ts';
import { readLine } from '../../domain/logs/line.ts';
import type { LogSource } from '../../domain/logs/report.ts';
import { LineSplitter } from '../../domain/logs/splitter.ts';
import type { PartId } from '../../domain/platform/part.ts';
import type { LogCounter, LogThread, LogThreads } from '../../domain/ports/log-files.ts';
import { encodingOf, enoughBytes, TextBytes } from './encoding.ts';

/** From so many bytes on, threads are worth their start. */
const ALONE_BYTES = 8 * 1024 * 1024;
/** What a thread gets at a time. */
const BLOCK_BYTES = 512 * 1024;
/** A place for a cut is looked for so far back from the end of a block; and a block without one grows so far. */
const LOOK_BACK_BYTES = 64 * 1024;
const MOST_BLOCK_BYTES = 16 * 1024 * 1024;
/** What a thread reads of a file in one go. */
const FILE_PIECE_BYTES = 2 * 1024 * 1024;
const NEWLINE = 10;

/**
 * Counts large logs on several cores. A log is cut where an entry begins whatever stands before it: at a line with a
 * time and a level of its own. So each thread reads whole entries, and what they counted can be added up.
 */
export function createSideBySide(
  options: LogTallyOptions,
  {
    threads: factory,
    count,
    signal,
    aloneBytes = ALONE_BYTES,
    blockBytes = BLOCK_BYTES,
    pieceBytes = FILE_PIECE_BYTES,
  }: {
    readonly threads: LogThreads;
    readonly count: number;
    readonly signal: AbortSignal;
    readonly aloneBytes?: number;
    readonly blockBytes?: number;
    readonly pieceBytes?: number;
  },
): LogCounter {
  const own = createLogCounting(options);
  const threads: LogThread[] = [];
  /** Per thread: what it still has to take. */
  const busy: Promise<unknown>[] = [];
  let read = 0;
  let turn = 0;
  const files: FileHandle[] = [];

  /** Whose turn it is; not the first free thread, so that the same log has the same answer. */
  const next = (): number => {
    if (threads.length === 0)
      for (let at = 0; at < count; at += 1)
        threads.push(factory.start(options, { mostBytes: Number.POSITIVE_INFINITY, plain: true }, signal));
    turn += 1;
    return (turn - 1) % threads.length;
  };

  const toThread = async (name: string, part: PartId | undefined, block: Uint8Array): Promise<void> => {
    const at = next();
    // A thread holds two blocks at most: the one that it reads and the one that it reads next.
    await busy[at];
    const source = threads[at]?.source(name, part);
    if (source === undefined) return;
    busy[at] = source.push(block).then(() => source.end());
  };

  return {
    source(name, part) {
      const input = own.source(name, part);
      const lines = new LineSplitter((text) => input.text(text));
      let parts: Uint8Array[] = [];
      let size = 0;
      let shared = false;

      const give = async (block: Uint8Array): Promise<void> => {
        if (block.length === 0) return;
        if (!shared) lines.end();
        shared = true;
        await toThread(name, part, block);
      };
      const cut = async (): Promise<void> => {
        const block = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
        const at = cutIn(block, options.now) ?? (size < MOST_BLOCK_BYTES ? undefined : lastLineEnd(block));
        if (at === undefined) {
          parts = [block];
          return;
        }
        await give(block.subarray(0, at));
        parts = [block.subarray(at)];
        size = block.length - at;
      };
      /** What is read before it is known that there is much more. */
      const alone = (bytes: Uint8Array): void => {
        input.bytes(bytes.length);
        lines.push(bytes);
      };
      const given: Uint8Array[] = [];
      const text = new TextBytes((bytes) => void given.push(bytes));
      const take = async (bytes: Uint8Array): Promise<void> => {
        read += bytes.length;
        if (read <= aloneBytes && !shared && size === 0) return alone(bytes);
        parts.push(bytes);
        size += bytes.length;
        if (!shared) {
          // The first cut: up to it the entries are our own.
          const block = Buffer.concat(parts);
          const at = firstCutIn(block, options.now);
          if (at === undefined) {
            if (size < MOST_BLOCK_BYTES) return;
            alone(block);
            [parts, size] = [[], 0];
            return;
          }
          alone(block.subarray(0, at));
          lines.end();
          shared = true;
          [parts, size] = [[block.subarray(at)], block.length - at];
        }
        if (size >= blockBytes) await cut();
      };
      return {
        async push(bytes) {
          text.push(bytes);
          for (const one of given.splice(0)) await take(one);
        },
        async end(outcome: Pick<LogSource, 'failed' | 'facts' | 'cut'> = {}) {
          const isText = text.end();
          for (const one of given.splice(0)) await take(one);
          const rest = Buffer.concat(parts);
          if (shared) await give(rest);
          else {
            alone(rest);
            lines.end();
          }
          input.end(isText ? outcome : { failed: 'cause.log-file-no-text', ...outcome });
        },
      };
    },
    async file(name, path) {
      // A pipe must not be opened for a look: its writer would lose its reader.
      const { size } = await stat(path).then((found) => (found.isFile() ? found : { size: 0 }));
      if (size <= aloneBytes) return false;
      const file = await open(path, 'r');
      files.push(file);
      // What is packed, or has two bytes a character, cannot be cut into pieces as it is.
      if (await isPacked(file)) return false;
      const { buffer, bytesRead } = await file.read(Buffer.alloc(enoughBytes), 0, enoughBytes, 0);
      if (encodingOf(buffer.subarray(0, bytesRead)) !== 'utf-8') return false;
      // It stands where it was asked for, no matter which thread reads it.
      own.source(name).end();
      for await (const [from, to] of piecesOf(file, size, pieceBytes, options.now)) {
        signal.throwIfAborted();
        threads[next()]?.piece(name, { fd: file.fd, from, to });
      }
      return true;
    },
    async tally() {
      await Promise.all(busy);
      try {
        for (const thread of threads) own.absorb(await thread.state());
      } catch (error) {
        signal.throwIfAborted();
        throw error;
      }
      return own.tally();
    },
    async stop() {
      await Promise.all(threads.map((thread) => thread.stop()));
      await Promise.all(files.map((file) => file.close()));
    },
  };
}

async function isPacked(file: FileHandle): Promise<boolean> {
  const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
  return buffer[0] === 0x1f && buffer[1] === 0x8b;
}

/** Cuts a file where entries begin; where no entry begins, a piece is longer. */
async function* piecesOf(
  file: FileHandle,
  size: number,
  pieceBytes: number,
  now: number,
): AsyncGenerator<readonly [number, number]> {
  const window = Buffer.alloc(Math.min(LOOK_BACK_BYTES, pieceBytes));
  let from = 0;
  for (let to = pieceBytes; to < size; to += pieceBytes) {
    const start = to - window.length;
    const { bytesRead } = await file.read(window, 0, window.length, start);
    const at = cutIn(window.subarray(0, bytesRead), now);
    if (at === undefined || start + at <= from) continue;
    yield [from, start + at];
    from = start + at;
  }
  yield [from, size];
}

const decoder = new TextDecoder();

/** Whether the line at that place begins an entry whatever was before it, and needs the time of no other. */
function beginsEntry(block: Uint8Array, from: number, now: number): boolean {
  const end = block.indexOf(NEWLINE, from);
  if (end < 0 || end === from) return false;
  const { time, level, headed, adds } = readLine(decoder.decode(block.subarray(from, end)), now);
  return headed && level !== undefined && time !== undefined && adds !== true;
}

/** The last place in a block at which it can be cut. */
function cutIn(block: Uint8Array, now: number): number | undefined {
  const least = Math.max(0, block.length - LOOK_BACK_BYTES);
  let to = block.lastIndexOf(NEWLINE);
  while (to > least) {
    const before = block.lastIndexOf(NEWLINE, to - 1);
    if (before < 0) return undefined;
    if (beginsEntry(block, before + 1, now)) return before + 1;
    to = before;
  }
  return undefined;
}

/** The first place, behind an end of a line. */
function firstCutIn(block: Uint8Array, now: number): number | undefined {
  for (let at = block.indexOf(NEWLINE); at >= 0 && at < LOOK_BACK_BYTES; at = block.indexOf(NEWLINE, at + 1))
    if (beginsEntry(block, at + 1, now)) return at + 1;
  return undefined;
}

function lastLineEnd(block: Uint8Array): number | undefined {
  const at = block.lastIndexOf(NEWLINE);
  return at <= 0 ? undefined : at + 1;
}
