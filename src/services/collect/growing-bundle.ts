import { setImmediate } from 'node:timers/promises';
import type { Redactor } from '@aetherius/redact';
import {
  type BundleEntry,
  bundleLimits,
  type LeftOut,
  recordingFolder,
} from '../../domain/bundle/manifest.ts';
import type { BundleWriter } from '../../domain/bundle/writer.ts';
import type { Clock } from '../../domain/kernel/clock.ts';
import { AppError, type Stage } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import { wholeJson, wholeLines } from '../../domain/kernel/text.ts';
import { within } from '../../domain/kernel/within.ts';
import { newest, type Source } from '../logs/read-part.service.ts';
import { toCause } from '../run/probe-runner.service.ts';
import type { CollectProgress } from './contract.ts';

/** Bytes of all logs together. */
const MOST_LOG_BYTES = 512 * 2 ** 20;
/** Of a bundle that may not have any size: what is kept free for the page, the health report and the manifest. */
const KEPT_FREE_BYTES = 4 * 2 ** 20;
/** Characters of JSON that is indented for people. */
const MOST_INDENTED = 8 * 2 ** 20;
/** Of one file of a recording; an answer may make it as much larger. */
const RECORDED_BYTES = 4 * 2 ** 20;
/** A log is asked for several times where it is cut. */
const LOG_MS = 30_000;
/** What is cleaned before others get their turn: whole lines of about so many units. */
const PIECE_UNITS = 256 * 1024;

/** The bundle as it grows: what was added, what failed, and how far it is. */
export class Bundle {
  readonly redactor: Redactor;
  readonly #writer: BundleWriter;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #onProgress: ((progress: CollectProgress) => void) | undefined;
  readonly #mostBytes: number;
  readonly #entries: BundleEntry[] = [];
  readonly #paths = new Set<string>();
  /** One log after the other: while one is cleaned, the one before is packed and counted, and the next is read. */
  #cleaning: Promise<unknown> = Promise.resolve();
  #logBytes = 0;
  #done = 0;
  #of = 0;

  constructor(
    writer: BundleWriter,
    redactor: Redactor,
    clock: Clock,
    signal: AbortSignal,
    onProgress: ((progress: CollectProgress) => void) | undefined,
    mostBytes = Number.POSITIVE_INFINITY,
  ) {
    this.#writer = writer;
    this.redactor = redactor;
    this.#clock = clock;
    this.#signal = signal;
    this.#onProgress = onProgress;
    this.#mostBytes = mostBytes;
  }

  /** In the order of their paths. */
  entries(): BundleEntry[] {
    return this.#entries.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  }

  expect(of: number): void {
    this.#of = of;
    this.#tell();
  }

  async counted<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      this.#done += 1;
      this.#tell();
    }
  }

  #tell(): void {
    const gaps = this.#entries.filter(({ error, leftOut }) => error ?? leftOut);
    this.#onProgress?.({ done: this.#done, of: this.#of, gaps });
  }

  /** A file with what `read` gives, as JSON without secrets. */
  async json(
    path: string,
    timeoutMs: number,
    read: (signal: AbortSignal) => Promise<unknown>,
  ): Promise<void> {
    const startedAt = this.#clock.now();
    const value = await this.attempt(path, timeoutMs, read);
    if (value === undefined) return;
    const clean = wholeJson(this.redactor.value(value));
    const compact = JSON.stringify(clean, bigintAsText);
    const text = compact.length > MOST_INDENTED ? compact : JSON.stringify(clean, bigintAsText, 2);
    await this.#add(path, `${text}\n`, startedAt);
  }

  async text(path: string, text: string): Promise<void> {
    await this.#add(path, text, this.#clock.now());
  }

  /** A log without secrets; `take` is given it as it stands in the bundle. */
  async log(path: string, source: Source, take: (log: Uint8Array) => Promise<void>): Promise<void> {
    const startedAt = this.#clock.now();
    const got = await this.attempt(path, LOG_MS, (signal) => newest(source, signal));
    if (got === undefined) return;
    if (this.#logBytes + got.text.length > MOST_LOG_BYTES) {
      const detail = `${got.text.length} bytes, all logs at most ${MOST_LOG_BYTES}`;
      this.leaveOut(path, { why: 'size', detail });
      return;
    }
    this.#logBytes += got.text.length;
    const cleaned = this.#cleaning.then(() => this.#cleaned(got.text));
    this.#cleaning = cleaned.catch(() => undefined);
    const clean = await cleaned;
    const added = this.#add(path, clean, startedAt, got.cut === true ? cutLog : undefined);
    await Promise.all([added, take(clean)]);
  }

  async #cleaned(log: string): Promise<Buffer> {
    const stream = this.redactor.stream();
    const pieces: Buffer[] = [];
    for (const lines of wholeLines(log, PIECE_UNITS)) {
      pieces.push(Buffer.from(stream.push(lines)));
      await setImmediate();
    }
    pieces.push(Buffer.from(stream.end()));
    return Buffer.concat(pieces);
  }

  /** Lines of what the targets answered, in files of some MiB; they are clean when they are given. */
  recording(): { write(line: string): void; end(): Promise<void> } {
    let lines: string[] = [];
    let size = 0;
    let file = 0;
    let last: Promise<unknown> = Promise.resolve();
    const flush = (): void => {
      if (lines.length === 0) return;
      const text = `${lines.join('\n')}\n`;
      const path = `${recordingFolder}/${String((file += 1)).padStart(4, '0')}.jsonl`;
      [lines, size] = [[], 0];
      last = last.then(() => this.text(path, text));
      // Told by `end`.
      last.catch(() => undefined);
    };
    return {
      write(line) {
        lines.push(line);
        size += line.length;
        if (size >= RECORDED_BYTES) flush();
      },
      async end() {
        flush();
        await last;
      },
    };
  }

  /** What `work` gives within its time; undefined, and an entry with the reason, where it gives nothing. */
  async attempt<T>(
    path: string,
    timeoutMs: number,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T | undefined> {
    const startedAt = this.#clock.now();
    try {
      return await within(timeoutMs, work, { signal: this.#signal, late: tooLate });
    } catch (error) {
      this.#signal.throwIfAborted();
      const { code, detail, facts } = toCause(error instanceof Error ? error : new Error(String(error)));
      // What the target itself answered, where it is no answer that the bot knows.
      const said = quoted.has(code) ? facts.detail : undefined;
      const clean = this.redactor.text(typeof said === 'string' ? `${detail}: ${said}` : detail);
      this.#note({ path, bytes: 0, ...this.#times(startedAt), error: { code, detail: clean } });
      return undefined;
    }
  }

  leaveOut(path: string, leftOut: LeftOut): void {
    this.#note({ path, bytes: 0, ...this.#times(this.#clock.now()), leftOut });
  }

  async #add(path: string, text: string | Uint8Array, startedAt: Date, leftOut?: LeftOut): Promise<void> {
    if (Buffer.byteLength(text) > bundleLimits.entryBytes) {
      this.leaveOut(path, { why: 'size', detail: `${Buffer.byteLength(text)} bytes` });
      return;
    }
    if (!this.#fits(path, Buffer.byteLength(text)) && !this.#fits(path, await this.#packed(text))) {
      this.leaveOut(path, { why: 'size', detail: `the bundle may have at most ${this.#mostBytes} bytes` });
      return;
    }
    const name = this.#free(path);
    const written = await this.#writer.add(name, text);
    this.#note({ path: name, ...written, ...this.#times(startedAt), ...present({ leftOut }) });
  }

  /** For what does not fit as it is: near the limit it is worth the work. A little more than it takes alone. */
  async #packed(text: string | Uint8Array): Promise<number> {
    return ((await this.#writer.packed?.(text)) ?? Number.POSITIVE_INFINITY) * 1.02;
  }

  /** Whatever the archive makes of it. What sums it up always has room. */
  #fits(path: string, bytes: number): boolean {
    const kept = Math.min(KEPT_FREE_BYTES, this.#mostBytes / 4);
    const keptFree = path.includes('/') ? kept : kept / 4;
    return (this.#writer.bytesAtMost?.() ?? 0) + bytes + keptFree <= this.#mostBytes;
  }

  /** Two names may become one when they are made safe. */
  #free(path: string): string {
    let name = path;
    for (let n = 2; this.#paths.has(name.toLowerCase()); n += 1) name = path.replace(/(\.\w+)$/, `-${n}$1`);
    this.#paths.add(name.toLowerCase());
    return name;
  }

  #times(startedAt: Date) {
    return { startedAt: startedAt.toISOString(), endedAt: this.#clock.now().toISOString() };
  }

  #note(entry: BundleEntry): void {
    this.#entries.push(entry);
  }
}

const cutLog: LeftOut = {
  why: 'size',
  detail: 'older lines: only the newest 200,000 lines or 12 MiB were read',
};

/** What a target answered that is no answer to our question: its words are kept. */
const quoted: ReadonlySet<string> = new Set<Stage>([
  ...(['protocol', 'rejected', 'unknown-error', 'not-admitted'] as const),
  ...(['starting', 'busy', 'read-only', 'full', 'fault'] as const),
]);

const tooLate = (): never => {
  throw new AppError('TIMED_OUT', 'no answer in time', { facts: { reason: 'timed-out' } });
};

/** PostgreSQL counts in numbers that JSON has none for. */
const bigintAsText = (_name: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value;
