/** The other side of `log-threads.ts`: counts what it is sent. Holds no tokens and sends nothing anywhere else. */
import { readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { createLogCounting, type LogTallyOptions } from '../../domain/logs/analysis.ts';
import { LineSplitter } from '../../domain/logs/splitter.ts';
import type { FilePiece, LogLimits } from '../../domain/ports/log-files.ts';
import { TextBytes } from './encoding.ts';
import type { FromThread, ToThread } from './messages.ts';
import { unpacked } from './unpack.ts';

const { options, limits } = workerData as { readonly options: LogTallyOptions; readonly limits: LogLimits };
const counting = createLogCounting(options);
const say = (message: FromThread): void => parentPort?.postMessage(message);

type SourceMessage = Extract<ToThread, { readonly kind: 'source' }>;
type Outcome = Extract<ToThread, { readonly kind: 'end' }>['outcome'];

/** Bytes of one source as they come; the sender waits for each piece to be taken. */
class Feed implements AsyncIterable<Uint8Array> {
  readonly #waiting: Uint8Array[] = [];
  readonly outcome: Promise<Outcome>;
  #end: (outcome: Outcome) => void = () => undefined;
  #wake: () => void = () => undefined;
  #ended = false;
  #unwanted = false;

  constructor() {
    this.outcome = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  push(bytes: Uint8Array): void {
    if (this.#unwanted) return say({ kind: 'taken', more: false });
    this.#waiting.push(bytes);
    this.#wake();
  }

  end(outcome: Outcome): void {
    this.#ended = true;
    this.#end(outcome);
    this.#wake();
  }

  /** The rest is not wanted. */
  drop(): void {
    this.#unwanted = true;
    for (const _ of this.#waiting.splice(0)) say({ kind: 'taken', more: false });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const bytes = this.#waiting.shift();
      if (bytes !== undefined) {
        try {
          yield bytes;
        } finally {
          say({ kind: 'taken', more: !this.#unwanted });
        }
      } else if (this.#ended) return;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}

let left = limits.mostBytes;

async function read({ name, part }: SourceMessage, feed: Feed): Promise<void> {
  const input = counting.source(name, part);
  const lines = new LineSplitter((text) => input.text(text));
  const text = limits.plain === true ? undefined : new TextBytes((bytes) => lines.push(bytes));
  let fault: Outcome | undefined;
  try {
    for await (const bytes of limits.plain === true ? feed : unpacked(feed)) {
      const taken = bytes.subarray(0, left);
      left -= taken.length;
      input.bytes(taken.length);
      if (text === undefined) lines.push(taken);
      else if (!text.push(taken)) break;
      if (taken.length === bytes.length) continue;
      fault = { failed: 'cause.log-file-cut', facts: { most: limits.mostBytes } };
      break;
    }
  } catch {
    fault = { failed: 'logs.why.no-gzip' };
  }
  feed.drop();
  if (text?.end() === false) fault = { failed: 'cause.log-file-no-text' };
  lines.end();
  const outcome = await feed.outcome;
  input.end(fault ?? outcome);
}

/** One for all pieces: memory that is new costs more than what is read into it. */
const page = Buffer.alloc(64 * 1024);

/** Reads a piece of a file in one go: no answer is expected before its end. A file that has become shorter ends there. */
function readPiece(name: string, { fd, from, to }: FilePiece): void {
  const input = counting.source(name);
  const lines = new LineSplitter((text) => input.text(text));
  let outcome: Outcome = {};
  try {
    for (let at = from; at < to; ) {
      const count = readSync(fd, page, 0, Math.min(page.length, to - at), at);
      if (count === 0) break;
      input.bytes(count);
      lines.push(page.subarray(0, count));
      at += count;
    }
  } catch {
    outcome = { failed: 'logs.why.unreadable' };
  }
  lines.end();
  input.end(outcome);
}

let feed = new Feed();
let reading: Promise<void> = Promise.resolve();
parentPort?.on('message', (message: ToThread) => {
  switch (message.kind) {
    case 'source': {
      const [own, before] = [new Feed(), reading];
      feed = own;
      reading = before.then(() => read(message, own));
      return;
    }
    case 'bytes':
      return feed.push(message.bytes);
    case 'end':
      return feed.end(message.outcome);
    case 'piece':
      reading = reading.then(() => readPiece(message.name, message.piece));
      return;
    case 'tally':
      void reading.then(() => say({ kind: 'tally', tally: counting.tally() }));
      return;
    case 'state':
      void reading.then(() => say({ kind: 'state', state: counting.state() }));
  }
});
