import { indexWithin, isBreakCode, isNameCode, isSpaceCode, lineEnd, lineStart, nextLine } from './chars.ts';
import { isHarmless } from './harmless.ts';
import { ScanState } from './scan-state.ts';
import { replaced, toGiven } from './shadow.ts';
import { quoteAt, readString } from './strings.ts';

const flowKind = /\\{0,15}["']?kind\\{0,15}["']?\s{0,8}:\s{0,8}\\{0,15}["']?secret\\{0,15}["']?(?![\w-])/gi;
const goSecret = /\bSecret\{ObjectMeta/g;

/**
 * `data` and `stringData` of Secrets, wherever `kind: Secret` stands in the object: all their values go, since
 * nothing in a Secret is public. Only for texts that name the kind.
 */
export function hideSecretObjects(state: ScanState): void {
  const { text } = state;
  const last: LastObject = { blocksUntil: -1, column: -1, kind: -1, open: -1 };
  for (const kind of text.matchAll(flowKind)) {
    state.tick();
    if (isBlockStyle(text, kind.index)) hideBlocks(state, kind.index, last);
    else hideFlow(state, kind.index, kind.index + kind[0].length, last);
  }
  for (const found of text.matchAll(goSecret)) hideGo(state, found.index);
}

const inString =
  /(?:\\n|["'`])[ \t]{0,64}(?:- )?(?:\\{1,15}["'])?kind(?:\\{1,15}["'])?[ \t]{0,8}:[ \t]{0,8}(?:\\{1,15}["'])?secret(?![\w-])/i;
const escapes = /\\{1,16}(?:r\\{1,16}n|[nrt"'])|"/g;

/** The same object as blocks of YAML in a string: a manifest that a program writes into one line of its log. */
export function hideEscapedObjects(state: ScanState): void {
  const kind = inString.exec(state.text);
  if (kind === null) return;
  // How deep the string is: its breaks are `\\n`, `\\\\n`, …; marks with fewer backslashes than its own end it.
  const depth = /(\\{1,16})n/.exec(state.text.slice(kind.index, kind.index + 400))?.[1]?.length ?? 1;
  // The marks of the string end its first and its last line, so that what stands around it is no part of the object.
  const shadow = replaced(state.text, escapes, (found) => {
    if (/[nr]$/.test(found)) return '\n';
    if (found.endsWith('t')) return ' ';
    return found.length - 1 < depth * 2 - 1 ? '\n' : '"';
  });
  if (shadow === undefined) return;
  const inner = new ScanState(shadow.text, () => state.tick());
  hideSecretObjects(inner);
  state.found.push(...toGiven(shadow, inner.found));
}

/** The object of the kind before, which is read once however often it names its kind. */
interface LastObject {
  blocksUntil: number;
  column: number;
  kind: number;
  open: number;
}

/** The key starts its line, as YAML writes blocks; JSON over several lines starts it with a mark. */
function isBlockStyle(text: string, at: number): boolean {
  const start = lineStart(text, at, 160);
  if (start > 0 && !isBreakCode(text.charCodeAt(start - 1))) return false;
  return (
    (/^[\s>|]*(?:- )*["']?$/.test(text.slice(start, at)) &&
      !/^\s*["']?kind["']\s*:\s*"[^"]*",?\s*$/.test(text.slice(start, lineEnd(text, at, 400)))) ||
    (/^\s*(?:- )*$/.test(text.slice(start, at)) && !text.slice(at, at + 1).startsWith('"'))
  );
}

/** The lines of the same object: up and down from `kind`, as long as they are not indented less. */
function hideBlocks(state: ScanState, at: number, last: LastObject): void {
  const { text } = state;
  const kindStart = lineStart(text, at);
  const column = at - kindStart - (text.charAt(at - 1) === '"' || text.charAt(at - 1) === "'" ? 1 : 0);
  if (at < last.blocksUntil && column === last.column) return;
  last.column = column;
  let start = kindStart;
  for (let count = 0; count < 4000 && start > 0; count += 1) {
    const before = lineStart(text, start - 1);
    const line = text.slice(before, lineEnd(text, before));
    if (line.startsWith('---') || !state.spend(line.length + 1)) break;
    const indent = line.length - line.trimStart().length;
    const item = /^\s*- /.test(line) && indent + 2 === column;
    if (line.trim() !== '' && indent < column && !item) break;
    start = before;
    if (item || before === 0) break;
  }
  last.blocksUntil = hideDataBelow(state, start, column);
}

const dataKey = /["']?(data|stringData|binaryData)["']?[ \t]{0,4}:/y;

/** Returns where the object ends. */
function hideDataBelow(state: ScanState, from: number, column: number): number {
  const { text } = state;
  let at = from;
  let inData = false;
  let under = -1;
  for (let count = 0; count < 8000 && at < text.length; count += 1) {
    const stop = lineEnd(text, at);
    const line = text.slice(at, stop);
    const indent = line.length - line.trimStart().length;
    const first = line.trimStart().startsWith('- ') && indent + 2 === column ? indent + 2 : indent;
    if (line.trim() !== '' && (at > from || first === column)) {
      if (line.startsWith('---') || (first < column && at > from)) return at;
      if (first === column && at > from && line.trimStart().startsWith('- ') && first !== indent) return at;
      if (first === column) {
        dataKey.lastIndex = at + first;
        const key = dataKey.exec(text);
        inData = key !== null;
        under = -1;
        const rest = key === null ? -1 : dataKey.lastIndex;
        if (key !== null && text.slice(rest, stop).trim().startsWith('{'))
          hideMap(state, text.indexOf('{', rest), stop);
      } else if (inData) under = hideDataLine(state, at + indent, stop, indent, under);
    }
    state.spend(stop - at);
    at = nextLine(text, stop);
  }
  return at;
}

/** `key: value` below `data`; returns the column below which all belongs to a block scalar, or -1. */
function hideDataLine(state: ScanState, start: number, stop: number, indent: number, under: number): number {
  const { text } = state;
  if (under >= 0 && indent > under) {
    state.add(start, stop, 'kubernetes-secret');
    return under;
  }
  const key = /^["']?[\w.-]{1,253}["']?\s{0,4}:\s{0,4}/.exec(text.slice(start, stop))?.[0];
  if (text.charAt(start) === '#') return -1;
  const from = start + (key?.length ?? 0);
  const value = text.slice(from, stop).trim();
  if (/^[|>][+\-0-9]*/.test(value)) return indent;
  const bare = value.replace(/^["']|["']$/g, '');
  if (bare !== '' && !isHarmless(bare)) {
    const at = text.indexOf(bare, from);
    state.add(at, at + bare.length, 'kubernetes-secret');
  }
  return key === undefined ? -1 : indent;
}

/** JSON: the braces around `kind`, and in them those behind `data`. */
function hideFlow(state: ScanState, start: number, end: number, last: LastObject): void {
  const { text } = state;
  const open = enclosing(text, start, state, last);
  const isSame = open === last.open;
  last.open = open;
  last.kind = start;
  if (isSame) return;
  let depth = 0;
  const most = Math.min(text.length, Math.max(end, open) + 1_048_576);
  for (let at = open + 1; at < most; ) {
    const code = text.charCodeAt(at);
    if (code === 123 || code === 91) depth += 1;
    else if (code === 125 || code === 93) {
      depth -= 1;
      if (depth < 0) return;
    } else if (depth === 0 && (code === 34 || code === 115 || code === 100)) {
      const from = code === 34 ? at + 1 : at;
      const key = /^(?:data|stringData)\\{0,15}["']?\s{0,8}:\s{0,8}\{/.exec(text.slice(from, at + 60));
      if (key !== null && (code === 34 || !isNameCode(text.charCodeAt(at - 1)))) {
        at = hideMap(state, from + key[0].length - 1, most);
        continue;
      }
    }
    at += 1;
    if ((at & 255) === 0 && !state.spend(256)) {
      state.add(at, Math.min(text.length, Math.max(end, at) + 4096), 'kubernetes-secret');
      return;
    }
  }
}

/** The brace that opens the object in which `from` stands. */
function enclosing(text: string, from: number, state: ScanState, last: LastObject): number {
  let depth = 0;
  const least = Math.max(0, from - 1_048_576);
  for (let at = from - 1; at >= least; at -= 1) {
    // The kind before is in the same object, when nothing opened or closed between.
    if (at === last.kind && depth === 0) return last.open;
    const code = text.charCodeAt(at);
    if (code === 125 || code === 93) depth += 1;
    else if (code === 123 || code === 91) {
      if (depth === 0) return at;
      depth -= 1;
    }
    if ((at & 255) === 0 && !state.spend(256)) return at;
  }
  return least - 1;
}

/** Every value in the braces at `open`. Returns the position behind them. */
function hideMap(state: ScanState, open: number, most: number): number {
  const { text } = state;
  let at = open + 1;
  let isValue = false;
  while (at < most) {
    const letter = text.charAt(at);
    if (letter === '}') return at + 1;
    if (letter === ':') isValue = true;
    else if (letter === ',') isValue = false;
    else if (quoteAt(text, at) !== undefined) {
      const read = readString(state, at, undefined);
      if (read === undefined) return at + 1;
      if (isValue && !isHarmless(text.slice(read.start, read.end)))
        state.add(read.start, read.end, 'kubernetes-secret');
      at = Math.max(read.next, at + 1);
      continue;
    } else if (isValue && !isSpaceCode(text.charCodeAt(at))) {
      let stop = at;
      while (stop < most && !/[,}\s]/.test(text.charAt(stop))) stop += 1;
      if (!isHarmless(text.slice(at, stop))) state.add(at, stop, 'kubernetes-secret');
      at = stop;
      continue;
    }
    at += 1;
  }
  return at;
}

/** `Secret{ObjectMeta:…,Data:map[string][]byte{a: [104 117]},…}` */
function hideGo(state: ScanState, at: number): void {
  const { text } = state;
  const window = text.slice(at, at + 65_536);
  for (const found of window.matchAll(/\bStringData:map\[string\]string\{|\bData:map\[string\]\[\]byte\{/g)) {
    const from = at + found.index + found[0].length;
    const close = indexWithin(text, '},', from, 65_536);
    const end = close < 0 ? lineEnd(text, from, 65_536) : close;
    for (const item of text.slice(from, end).matchAll(/([\w.-]+: ?)(\[[\d ]*\]|\*\*\*|[^,]*)/g)) {
      const value = item[2] ?? '';
      if (isHarmless(value)) continue;
      const start = from + item.index + (item[1] ?? '').length;
      state.add(start, start + value.length, 'kubernetes-secret');
    }
  }
}
