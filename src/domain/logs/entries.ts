import { present } from '../kernel/present.ts';
import { cutToUnits } from '../kernel/text.ts';
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
/** Units of one line that are looked at. */
const MOST_UNITS = 16_384;

type Trace = 'go' | 'python' | 'python-ended' | 'java';

interface Open {
  level: LogLevel;
  readonly line: LogLine;
  /** Nobody wants it: only its level and time are known. */
  readonly skipped: boolean;
  readonly lines: string[];
  count: number;
  thrown: string | undefined;
  trace: Trace | undefined;
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
    ...{ thrown: undefined, trace: undefined },
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
    /** An entry that nobody wants, of which level and time alone are known. Default: it is emitted without its words. */
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

  /** An entry that nobody wants begins; of it no more than level and time is known. */
  skip(level: LogLevel, time: number | undefined, zoneless: boolean): void {
    if (this.#open !== undefined) this.#give(this.#open);
    if (time !== undefined) [this.#lastTime, this.#lastZoneless] = [time, zoneless];
    this.#pass(level, this.#lastTime, this.#lastZoneless);
    this.#passed.level = level;
    this.#passed.trace = undefined;
    this.#open = this.#passed;
  }

  push(given: string): void {
    const raw = given.length > MOST_UNITS ? cutToUnits(given, MOST_UNITS) : given;
    const seen = skimmed(raw);
    if (seen !== undefined && !this.#wanted(seen.level)) {
      this.skip(seen.level, seen.time, seen.zoneless === true);
      return;
    }
    const line = readLine(raw, this.#now);
    if (line.text === '' && !line.headed) return;
    if (this.#open !== undefined && this.#belongs(this.#open, line)) {
      add(
        this.#open,
        line.headed && line.time !== undefined && line.level === undefined && line.adds !== true
          ? line.text
          : raw,
      );
      return;
    }
    const level = line.level ?? this.#levelOf(line);
    this.#begin(line, raw, level);
    const open = this.#open as Open | undefined;
    if (open === undefined) return;
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

  end(): void {
    if (this.#open !== undefined) this.#give(this.#open);
    this.#open = undefined;
  }

  #begin(line: LogLine, raw: string, level: LogLevel): void {
    if (this.#open !== undefined) this.#give(this.#open);
    this.#open = { level, line, skipped: false, lines: [raw], count: 1, thrown: undefined, trace: undefined };
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
      text: line.text.trim(),
      lines: open.lines,
      count: open.count,
    };
    // Written out: it is made for each line that is read whole.
    if (this.#lastTime !== undefined) entry.time = this.#lastTime;
    if (this.#lastZoneless) entry.zoneless = true;
    if (open.thrown !== undefined) entry.thrown = open.thrown;
    this.#emit(entry);
  }
}

function add(open: Open, raw: string): void {
  open.count += 1;
  if (!open.skipped && open.lines.length < MOST_LINES) open.lines.push(raw);
}

/** What a trace inside of JSON was about: its last line (Python), or its first (Go, Java). */
function thrownIn(trace: readonly string[]): string | undefined {
  const python = trace.some((line) => pythonStart.test(line.trim()));
  const found = python ? trace.at(-1) : trace.find((line) => javaStart.test(line) || goStart.test(line));
  return found?.trim();
}
