import { indexWithin, lineEnd, matchAt } from './chars.ts';
import { isHarmless } from './harmless.ts';
import { kindOf } from './key.ts';
import { meaningOf } from './names.ts';
import type { ScanState } from './scan-state.ts';

/** The rest of `Content-Disposition: form-data; name="password"`, its other headers, and the empty line. */
const head =
  /;[ \t]{0,4}name=\\{0,7}["']?([^"'\\;\r\n]{1,96})\\{0,7}["']?[^\r\n\\]{0,80}((?:\r?\n|(?:\\{1,7}r)?\\{1,7}n))(?:[A-Za-z-]{1,40}:[^\r\n\\]{0,120}\2){0,3}\2/y;

/** Longest value of a field that is looked for. */
const mostOfField = 16_384;

/** A field of a form whose name is one of a secret, over lines or in a string; `at` is behind `form-data`. */
export function hideFormField(state: ScanState, at: number): number {
  const { text } = state;
  const found = matchAt(head, text, at);
  const [all = '', name = '', eol = ''] = found ?? [];
  const meaning = meaningOf(name);
  if (found === null || meaning === 'none' || meaning === 'random') return at;
  const from = at + all.length;
  const end = fieldEnd(state, from, eol);
  if (isHarmless(text.slice(from, end))) return end;
  for (let start = from; start < end; ) {
    const stop = lineEnd(text, start, end - start);
    state.add(start, stop, kindOf(name));
    start = stop + 1;
  }
  return end;
}

/** Before the boundary that follows, or the first line without such a boundary. */
function fieldEnd(state: ScanState, from: number, eol: string): number {
  const { text } = state;
  const end = indexWithin(text, eol, from, mostOfField);
  const first = end < 0 ? lineEnd(text, from, mostOfField) : end;
  if (text.startsWith('--', first + eol.length) || !state.spend(0)) return first;
  const boundary = indexWithin(text, `${eol}--`, first, mostOfField);
  state.spend(boundary < 0 ? mostOfField : boundary - from);
  return boundary < 0 ? first : boundary;
}
