import { namesSecretObject, withoutSecretObjects } from '@aetherius/redact';
import { present } from '../kernel/present.ts';
import { cutToUnits } from '../kernel/text.ts';
import { isCsvHead, isQuoteOpen } from './csv.ts';
import { type LogLevel, levelByWords } from './level.ts';
import { type LogLine, readLine, skimmed } from './line.ts';

/** One thing that a program said: a line, with the stack trace that belongs to it. */
export interface LogEntry {
  readonly level: LogLevel;
  /** Milliseconds since 1970; its own, else that of the entry before it. */
  readonly time?: number;
  /** The time names no zone and was read as UTC. */
  readonly zoneless?: boolean;
  /** What it says, in one line. */
  readonly text: string;
  /** The exception or panic of its stack trace. */
  readonly thrown?: string;
  /** As it stands, all lines of it that were kept. */
  readonly lines: readonly string[];
  /** Lines that it had. */
  readonly count: number;
}

/** Lines of one entry that are kept; of a longer trace the rest is counted. */
const MOST_LINES = 120;
/** Lines of a row whose quotation mark is never closed. */
const MOST_QUOTED = 2_000;
/** Units of one line that are looked at. */
const MOST_UNITS = 16_384;

type Trace = 'go' | 'python' | 'python-ended' | 'java';

/** What a program prints over several lines that are no sentences: a manifest, or a private key. */
type Document = 'manifest' | 'key';

interface Open {
  level: LogLevel;
  readonly line: LogLine;
  /** It was filtered out: only its level and time are known. */
  readonly skipped: boolean;
  readonly lines: string[];
  count: number;
  thrown: string | undefined;
  trace: Trace | undefined;
  document: Document | undefined;
  /** A quotation mark of its row is open: what follows belongs to it, whatever it looks like. */
  quoted: boolean;
  /** A Secret of Kubernetes is written down in it, maybe in a line that was not kept. */
  secret: boolean;
}

const panicStart = /^(?:panic: |fatal error: )/;
const goStart = /^(?:panic: |fatal error: |goroutine \d+ \[)/;
const goLine =
  /^(?:goroutine \d+ \[|created by |\[signal |exit status \d|[\w./*()-]+\.[\w.()*-]+\(.*\)$|panic\(|\s)/;
const pythonStart = /^Traceback \(most recent call last\):/;
const pythonChain = /^(?:During handling of the above exception|The above exception was the direct cause)/;
const pythonThrown = /^[A-Za-z_][\w.]*(?::|$)/;
const javaStart =
  /^(?:Exception in thread "[^"]*" )?(?:[a-z][\w$]*\.)+[A-Z][\w$]*(?:Exception|Error|Throwable)\b/;
const javaLine = /^(?:\s+at |Caused by: |\s*\.\.\. \d+ |\s+Suppressed: )/;

/** How a manifest begins when it is printed, also where the log was cut before it. */
const manifestStart = /^(?:---$|(?:apiVersion|kind|data|stringData|items):(?:\s|$))/;
const manifestLine =
  /^(?:\s|---$|- |#|["']?(?:apiVersion|kind|metadata|type|immutable|data|stringData|binaryData|items|spec|status)["']?:(?:\s|$))/;
const keyStart = /^-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----/;
const keyLine = /^(?:[A-Za-z\d+/=]{1,128}|[A-Za-z-]{1,40}: .{0,200}|=[\w+/]{4}|-----END [A-Z ]{1,40}-----|)$/;

/**
 * Makes entries of lines. One for each source: lines of several sources are not mixed. `wanted`: whether an entry of
 * this level is looked at; of JSON lines that are not, nothing but level and time is read.
 */
export class EntryReader {
  readonly #now: number;
  readonly #wanted: (level: LogLevel) => boolean;
  readonly #isFault: (text: string) => boolean;
  readonly #emit: (entry: LogEntry) => void;
  readonly #pass: (level: LogLevel, time: number | undefined, zoneless: boolean) => void;
  /** Stands for every entry that was passed over, one after the other. */
  readonly #passed: Open = {
    ...{ level: 'info', line: { text: '', headed: true }, skipped: true, lines: [], count: 1 },
    ...{ thrown: undefined, trace: undefined, document: undefined, quoted: false, secret: false },
  };
  #open: Open | undefined;
  /** What gives no time was said right after what did. */
  #lastTime: number | undefined;
  #lastZoneless = false;

  constructor(options: {
    readonly now: number;
    readonly wanted: (level: LogLevel) => boolean;
    /** Whether a line that gives no level is known to tell of a fault, such as `NOAUTH`, which has no word for one. */
    readonly isFault?: (text: string) => boolean;
    readonly emit: (entry: LogEntry) => void;
    /** An entry that was filtered out, of which level and time alone are known. Default: it is emitted without its words. */
    readonly pass?: (level: LogLevel, time: number | undefined, zoneless: boolean) => void;
  }) {
    this.#now = options.now;
    this.#wanted = options.wanted;
    this.#isFault = options.isFault ?? (() => false);
    this.#emit = options.emit;
    this.#pass =
      options.pass ??
      ((level, time, zoneless) =>
        options.emit({
          level,
          text: '',
          lines: [],
          count: 1,
          ...present({ time }),
          ...(zoneless ? { zoneless } : {}),
        }));
  }

  /** An entry that was filtered out begins; of it no more than level and time is known. */
  skip(level: LogLevel, time: number | undefined, zoneless: boolean): void {
    if (this.#open !== undefined) this.#give(this.#open);
    if (time !== undefined) [this.#lastTime, this.#lastZoneless] = [time, zoneless];
    this.#pass(level, this.#lastTime, this.#lastZoneless);
    this.#passed.level = level;
    this.#passed.trace = undefined;
    this.#open = this.#passed;
  }

  push(given: string): void {
    const raw = cutClean(given);
    if (this.inside) {
      const open = this.#open as Open;
      if (open.count < MOST_QUOTED && !isCsvHead(raw)) {
        add(open, raw);
        open.quoted = isQuoteOpen(given, true);
        return;
      }
      open.quoted = false;
    }
    const seen = skimmed(raw);
    if (seen !== undefined && !this.#wanted(seen.level)) {
      this.skip(seen.level, seen.time, seen.zoneless === true);
      return;
    }
    const line = readLine(raw, this.#now);
    if (line.text === '' && !line.headed) return;
    if (this.#open !== undefined && this.#belongs(this.#open, line)) {
      if (this.#open.line.below === true && this.#open.count === 1) this.#open.thrown = line.text.trim();
      add(
        this.#open,
        this.#open.document !== undefined ||
          (line.headed && line.time !== undefined && line.level === undefined && line.adds !== true)
          ? line.text
          : raw,
      );
      return;
    }
    const level = line.level ?? this.#levelOf(line);
    this.#begin(line, raw, level);
    const open = this.#open as Open | undefined;
    if (open === undefined) return;
    if (line.csv === true) open.quoted = isQuoteOpen(given, false);
    if (line.level === undefined && manifestStart.test(line.text)) open.document = 'manifest';
    else if (line.level === undefined && keyStart.test(line.text)) open.document = 'key';
    // Without what an engine put in front of each line, which would hide how they are indented.
    if (open.document !== undefined) open.lines[0] = line.text;
    if (goStart.test(line.text)) {
      open.trace = 'go';
      open.thrown = /^(?:panic|fatal error): .*/.exec(line.text)?.[0];
    } else if (pythonStart.test(line.text)) open.trace = 'python';
    else if (line.level === undefined && javaStart.test(line.text)) {
      open.trace = 'java';
      open.thrown = line.text;
    }
    if (line.trace !== undefined) open.thrown = thrownIn(line.trace) ?? open.thrown;
  }

  /** The next line belongs to the entry that is open, whatever it looks like. */
  get inside(): boolean {
    return this.#open?.quoted === true;
  }

  end(): void {
    if (this.#open !== undefined) this.#give(this.#open);
    this.#open = undefined;
  }

  #begin(line: LogLine, raw: string, level: LogLevel): void {
    if (this.#open !== undefined) this.#give(this.#open);
    // Written out: it is made for each line that is read whole.
    this.#open = {
      level,
      line,
      skipped: false,
      lines: [raw],
      count: 1,
      thrown: undefined,
      trace: undefined,
      document: undefined,
      quoted: false,
      secret: namesSecretObject(raw),
    };
  }

  #levelOf({ text }: LogLine): LogLevel {
    if (goStart.test(text)) return 'fatal';
    if (pythonStart.test(text) || javaStart.test(text)) return 'error';
    const level = levelByWords(text);
    return level === 'info' && this.#isFault(text) ? 'error' : level;
  }

  #belongs(open: Open, line: LogLine): boolean {
    if (line.adds === true) return true;
    // A time alone may have been put in front of each line of a trace by the container engine.
    if (line.level !== undefined || (line.headed && line.time === undefined)) return false;
    const { text } = line;
    if (open.document !== undefined) return (open.document === 'key' ? keyLine : manifestLine).test(text);
    const isBad = open.level === 'error' || open.level === 'fatal';
    if (pythonStart.test(text)) {
      if (!isBad || open.trace === 'python') return false;
      open.trace = 'python';
      return true;
    }
    if (pythonChain.test(text)) return open.trace === 'python-ended';
    if (open.trace === 'python') {
      if (/^\s/.test(text)) return true;
      if (!pythonThrown.test(text)) return false;
      open.thrown = text;
      open.trace = 'python-ended';
      return true;
    }
    if (panicStart.test(text)) return false;
    if (open.trace === 'go' || (isBad && open.trace === undefined && goStart.test(text) && !line.headed)) {
      if (!goLine.test(text)) return false;
      open.trace = 'go';
      return true;
    }
    if (javaLine.test(text)) {
      if (text.startsWith('Caused by: ')) open.thrown = text.replace('Caused by: ', '');
      open.trace = 'java';
      return true;
    }
    if (isBad && javaStart.test(text) && !line.headed) {
      open.thrown = text;
      open.trace = 'java';
      return true;
    }
    // What begins with a blank and has no head is the rest of what was said before.
    return /^\s/.test(text) && !line.headed;
  }

  #give(open: Open): void {
    if (open === this.#passed) return;
    const { level } = open;
    const { line } = open;
    if (line.time !== undefined) [this.#lastTime, this.#lastZoneless] = [line.time, line.zoneless === true];
    const entry: { -readonly [Field in keyof LogEntry]: LogEntry[Field] } = {
      level,
      text: (open.secret ? withoutSecretObjects(line.text) : line.text).trim(),
      lines: open.secret ? cleaned(open) : open.lines,
      count: open.count,
    };
    // Written out: it is made for each line that is read whole.
    if (this.#lastTime !== undefined) entry.time = this.#lastTime;
    if (this.#lastZoneless) entry.zoneless = true;
    if (open.thrown !== undefined) entry.thrown = open.thrown;
    this.#emit(entry);
  }
}

/** A line of at most so many units. A Secret in it goes first: what is left of it would not say that it is one. */
function cutClean(given: string): string {
  if (given.length <= MOST_UNITS) return given;
  const whole = namesSecretObject(given) ? withoutSecretObjects(given) : given;
  return cutToUnits(whole, MOST_UNITS);
}

/** Its lines without the values of the Secret. Where lines were dropped, nothing says which of the rest are values. */
function cleaned({ lines, count }: Open): readonly string[] {
  if (count > lines.length)
    return lines.map((line) => line.replace(/^(\s*(?:- )?["']?[\w./-]+["']?:).*$|^.*$/, '$1 [secret]'));
  return withoutSecretObjects(lines.join('\n')).split('\n');
}

function add(open: Open, raw: string): void {
  open.count += 1;
  open.secret ||= namesSecretObject(raw);
  if (!open.skipped && open.lines.length < MOST_LINES) open.lines.push(raw);
}

/** What a trace inside of JSON was about: its last line (Python), or its first (Go, Java). */
function thrownIn(trace: readonly string[]): string | undefined {
  const python = trace.some((line) => pythonStart.test(line.trim()));
  const found = python ? trace.at(-1) : trace.find((line) => javaStart.test(line) || goStart.test(line));
  return found?.trim();
}
