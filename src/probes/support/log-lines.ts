import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import { shortened, withoutColours } from '../../domain/kernel/text.ts';
import type { Excerpt } from '../../domain/probe/finding.ts';
import type { Instance, RuntimeTarget } from '../../domain/probe/targets/runtime.ts';

/** One line of a plain or JSON log. */
export interface LogLine {
  readonly raw: string;
  /** ISO time, when the line has one. */
  readonly time?: string;
  readonly level?: string;
  readonly message: string;
}

const MAX_LINE = 300;

/** The last lines that are shown where nobody knows what they mean. */
const MOST_LAST = 5;

function fromJson(raw: string): LogLine | undefined {
  if (!raw.startsWith('{')) return undefined;
  try {
    const entry = JSON.parse(raw) as Readonly<Record<string, unknown>>;
    const text = (...names: readonly string[]) => {
      const value = names.map((name) => entry[name]).find((candidate) => typeof candidate === 'string');
      return typeof value === 'string' ? value : undefined;
    };
    const time = text('time', 'ts', 'timestamp', '@timestamp');
    const level = text('level', 'severity', 'levelname')?.toLowerCase();
    const message = [text('msg', 'message') ?? '', text('error', 'err', 'exception') ?? '']
      .filter((part) => part !== '')
      .join(': ');
    return {
      raw,
      ...present({ time, level }),
      message: message || raw,
    };
  } catch {
    return undefined;
  }
}

/** Reads a log: JSON lines by their usual fields, anything else as it stands. Colours of a terminal are left out. */
export function logLines(text: string): readonly LogLine[] {
  return withoutColours(text)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((raw) => {
      const json = fromJson(raw);
      if (json !== undefined) return json;
      const time = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?/.exec(raw)?.[0];
      const level = /\b(debug|info|warn(?:ing)?|error|fatal|panic|critical)\b/i.exec(raw)?.[1]?.toLowerCase();
      return {
        raw,
        ...present({ time, level }),
        message: raw,
      };
    });
}

/** The last `most` lines that match, as evidence. */
export function excerpt(
  source: string,
  lines: readonly LogLine[],
  pattern: RegExp,
  most = 5,
): Excerpt | undefined {
  const hits = lines.filter((line) => pattern.test(line.raw)).slice(-most);
  if (hits.length === 0) return undefined;
  return {
    source,
    lines: hits.map((line) => shortened(line.raw, MAX_LINE)),
  };
}

/** Levels of a line by which a program says that something failed. */
const failing: ReadonlySet<string> = new Set(['error', 'fatal', 'panic', 'critical']);

/**
 * What a program said last, word for word: the end of its errors, else the end of its log. Undefined without a line.
 * `isLast` finds what is no error by its level, and says all the same why the program ends.
 */
export function lastWords(
  source: string,
  lines: readonly LogLine[],
  isLast: (line: LogLine) => boolean = () => false,
): Excerpt | undefined {
  const errors = lines.filter((line) => failing.has(line.level ?? '') || isLast(line));
  const shown = (errors.length === 0 ? lines : errors).slice(-MOST_LAST);
  if (shown.length === 0) return undefined;
  return { source, lines: shown.map((line) => shortened(line.raw, MAX_LINE)) };
}

/** What a probe says of a log without a line: nothing can be read from it, in either direction. */
export function logEmpty({ name }: Instance): AppError {
  return new AppError('NOT_FOUND', 'the log is empty', { facts: { reason: 'log-empty', instance: name } });
}

/**
 * Text of an instance's log of the last `minutes`. One that has not a single line at all, however old, was rotated or is
 * kept elsewhere: then nothing can be read from its silence. AppError NOT_FOUND.
 */
export async function recentLog(
  runtime: RuntimeTarget,
  instance: Instance,
  options: { readonly signal: AbortSignal; readonly tail: number; readonly minutes: number },
): Promise<string> {
  const { signal, tail, minutes } = options;
  const text = await runtime.logs(instance, { signal, tail, sinceSeconds: minutes * 60 });
  if (text.trim() === '' && (await runtime.logs(instance, { signal, tail: 1 })).trim() === '')
    throw logEmpty(instance);
  return text;
}
