import { indexWithin, lineEnd, matchAt, nextLine } from './chars.ts';
import type { ScanState } from './scan-state.ts';

const begin = /-----BEGIN [A-Z0-9 _-]{0,60}PRIVATE KEY(?: BLOCK)?-----/y;
const end = /-----END [A-Z0-9 _-]{0,60}PRIVATE KEY(?: BLOCK)?-----/;
/** Longest key that is looked for. */
const longest = 131_072;
/** What a line of a key may consist of, with a prefix that loggers put before each line. */
const bodyLine =
  /^(?:.{0,120}?[\s|>"']|)[A-Za-z0-9+/=]{1,}\\?[nr\\"',]*\s*$|^\s*$|(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset):/;

/**
 * A private key, `at` at its `-----BEGIN`: every line of its body is hidden on its own, so that their number stays.
 * One that was cut off is hidden as far as its lines look like one. Returns where to go on.
 */
export function hidePrivateKey(state: ScanState, at: number): number {
  const { text } = state;
  const head = matchAt(begin, text, at);
  if (head === null) return at + 10;
  const from = at + head[0].length;
  // The next frame, whatever it is of: there is none inside a key.
  const mark = indexWithin(text, '-----', from, longest);
  const close = mark < 0 ? null : end.exec(text.slice(mark, mark + 100));
  const closed = close !== null && close.index === 0;
  const stop = closed ? mark : cutOff(text, from, mark < 0 ? Math.min(text.length, from + longest) : mark);
  hideBody(state, from, stop);
  return closed ? stop + close[0].length : Math.max(stop, at + 10);
}

function hideBody(state: ScanState, from: number, stop: number): void {
  const { text } = state;
  let pos = from;
  while (pos < stop) {
    const last = lineEnd(text, pos, stop - pos);
    const line = text.slice(pos, last);
    const trimmed = line.trim();
    if (trimmed !== '' && !/^(?:\\+[nr])+$/.test(trimmed)) {
      // A prefix of the logger stays; the body is the last word of the line.
      const body =
        pos > from || !/\S\s+\S/.test(trimmed) ? (/[A-Za-z0-9+/=\\:,. -]*$/.exec(line)?.[0] ?? line) : line;
      const word =
        pos > from && /^\S*\d{4}-\d\d-\d\d|^\S+ \S+ [A-Z]+ /.test(line)
          ? (/\S+\s*$/.exec(line)?.[0] ?? line)
          : body === ''
            ? line
            : line.trimStart();
      const start = last - word.length + (word.length - word.trimStart().length);
      state.add(start, start + word.trim().length, 'private-key');
    }
    pos = nextLine(text, last);
    if (last >= stop) break;
  }
}

/** No end in sight: as far as lines look like a key's body. */
function cutOff(text: string, from: number, limit: number): number {
  let stop = lineEnd(text, from, limit - from);
  // One line with `\n` written out: to the end of its string.
  const first = text.slice(from, stop);
  const quote = /^[A-Za-z0-9+/=\\nr: ,.-]*/.exec(first)?.[0].length ?? 0;
  if (first.trim() !== '' && !/^\\+[nr]\s*$/.test(first.trim())) return from + Math.max(quote, 0);
  for (let count = 0; count < 400 && stop < limit; count += 1) {
    const start = nextLine(text, stop);
    const last = lineEnd(text, start, limit - start);
    const line = text.slice(start, Math.min(last, start + 400));
    if (start >= limit || !bodyLine.test(line)) return stop;
    stop = last;
  }
  return stop;
}

/** The rest of a key whose beginning is missing, `at` at its `-----END`. */
export function hideKeyTail(state: ScanState, at: number): number {
  const { text } = state;
  const tail = end.exec(text.slice(at, at + 100));
  if (tail === null || tail.index !== 0) return at + 8;
  const next = at + tail[0].length;
  if (state.found.some((found) => found.kind === 'private-key' && found.end >= at - 4 && found.end <= at))
    return next;
  let stop = at;
  for (let count = 0; count < 200 && stop > 0; count += 1) {
    let start = stop - 1;
    while (start > 0 && stop - start < 200 && text.charAt(start - 1) !== '\n') start -= 1;
    const line = text.slice(start, stop).trim();
    if (line !== '' && !/^[A-Za-z0-9+/=]{16,}$/.test(line)) break;
    if (line !== '') state.add(start, start + text.slice(start, stop).trimEnd().length, 'private-key');
    stop = start;
  }
  return next;
}

/** `Private-Lines: 2` of PuTTY: as many lines below; `at` is behind the name. */
export function hidePuttyKey(state: ScanState, at: number): number {
  const { text } = state;
  const count = Number(/^:\s{0,4}(\d{1,3})/.exec(text.slice(at, at + 12))?.[1] ?? 0);
  let stop = lineEnd(text, at);
  for (let index = 0; index < count && stop < text.length; index += 1) {
    const start = nextLine(text, stop);
    stop = lineEnd(text, start);
    state.add(start, stop, 'private-key');
  }
  return stop;
}
