import type { Found } from './scan-state.ts';

/** A text as a reader takes it, and where each stretch of it stands in the text that was given. */
export interface Shadow {
  readonly text: string;
  /** Where a stretch of the shadow stands in the given text: from its first character to behind its last one. */
  toGiven(start: number, end: number): readonly [start: number, end: number];
}

/** Control characters, marks of direction, blanks without width, joiners: no reader sees any of them. */
const unseen: readonly (readonly [from: number, to: number])[] = [
  [0x01, 0x08],
  [0x0e, 0x1a],
  [0x1c, 0x1f],
  [0x7f, 0x7f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180e],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x206f],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xfff9, 0xfffb],
];
const hex = (code: number): string => `\\u${code.toString(16).padStart(4, '0')}`;
const unseenClass = unseen.map(([from, to]) => `${hex(from)}-${hex(to)}`).join('');
/** Colours and cursors of terminals, as they are, as strings escape them, and as they are left when ESC was lost. */
const terminal = [
  `${hex(0x1b)}(?:\\[[0-9;:?<=>]{0,64}[ -/]{0,4}[@-~]|\\][^${hex(7)}${hex(0x1b)}\\n]{0,512}(?:${hex(7)}|${hex(0x1b)}\\\\)?|[@-Z\\\\^_])`,
  '\\\\(?:u001[bB]|x1[bB]|033|e)\\[[0-9;]{0,32}m',
  '\\[\\d{1,3}(?:;\\d{1,3}){0,4}m',
].join('|');
const invisible = new RegExp(`${terminal}|[${unseenClass}]`, 'g');
const mayBeInvisible = new RegExp(
  `[${hex(0)}${hex(0x1b)}${unseenClass}]|\\\\(?:u001[bB]|x1[bB]|033|e)\\[|\\[\\d{1,3}(?:;\\d{1,3}){0,4}m`,
);

/** Signs that carry structure, as addresses, pages and strings escape them. */
const encoded =
  /%(?:25)?20(?=%(?:25)?(?:2[27]|5B|7B))|%(?:25)?(?:2[267CFcf]|3[ABDFabdf]|40|5[BDbd]|7[BDbd]|0[AaDd])|&(?:amp;)?(?:quot|apos|lt|gt|amp|equals|colon|#(?:0?3[4968]|0?6[0-4]|0?58|0?47|x2[267fF]|x3[a-eA-E]|x40));|\\{1,4}(?:u00(?:2[0267fF]|3[a-fA-F]|40|5[bBdD]|7[bBdD])|x(?:2[0267fF]|3[a-fA-F]|5[bBdD]|7[bBdD]))/g;
const mayBeEncoded =
  /%(?:22|25|27|3[AaDdFf]|40|7[Bb])|&(?:amp;)?(?:quot|apos|lt|equals|colon|#\d\d|#x)|\\u00[2-7]|\\x[2-7]/;

/** The text without what no reader sees, NUL as the end of a line; undefined when there is nothing of the kind. */
export function visible(text: string): Shadow | undefined {
  return mayBeInvisible.test(text)
    ? replaced(text.replaceAll('\u0000', '\n'), invisible, () => '')
    : undefined;
}

/** The text with escaped signs as they are; undefined without escaped signs. */
export function decoded(text: string): Shadow | undefined {
  return mayBeEncoded.test(text) ? replaced(text, encoded, signOf) : undefined;
}

const entities: Readonly<Record<string, string>> = {
  quot: '"',
  apos: "'",
  lt: '<',
  gt: '>',
  amp: '&',
  equals: '=',
  colon: ':',
};

function signOf(escape: string): string {
  if (escape.startsWith('%')) return String.fromCharCode(Number.parseInt(escape.slice(-2), 16));
  if (escape.startsWith('&')) {
    const name = escape.replace(/^&(?:amp;)?/, '').slice(0, -1);
    if (!name.startsWith('#')) return entities[name] ?? '&';
    return String.fromCharCode(name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1)));
  }
  const sign = String.fromCharCode(Number.parseInt(escape.slice(-2), 16));
  return sign;
}

/** The text with each match of `pattern` replaced. Undefined without a match. */
export function replaced(text: string, pattern: RegExp, by: (found: string) => string): Shadow | undefined {
  const pieces: string[] = [];
  const starts: number[] = [];
  const givens: number[] = [];
  const widths: number[] = [];
  let length = 0;
  let last = 0;
  const push = (piece: string, given: number, width: number): void => {
    if (piece === '') return;
    starts.push(length);
    givens.push(given);
    widths.push(width);
    pieces.push(piece);
    length += piece.length;
  };
  for (const found of text.matchAll(pattern)) {
    push(text.slice(last, found.index), last, 1);
    push(by(found[0]), found.index, found[0].length);
    last = found.index + found[0].length;
  }
  if (last === 0) return undefined;
  push(text.slice(last), last, 1);
  const pieceAt = (position: number): number => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  return {
    text: pieces.join(''),
    toGiven(start, end) {
      if (starts.length === 0) return [0, text.length];
      const first = pieceAt(start);
      const final = pieceAt(end - 1);
      const from = (givens[first] ?? 0) + (start - (starts[first] ?? 0));
      return [from, (givens[final] ?? 0) + (end - 1 - (starts[final] ?? 0)) + (widths[final] ?? 1)];
    },
  };
}

/** What was found in a shadow, as stretches of the text that was given. */
export function toGiven(shadow: Shadow, found: readonly Found[]): Found[] {
  return found.map((one) => {
    const [start, end] = shadow.toGiven(one.start, one.end);
    return { ...one, start, end, identity: one.identity ?? shadow.text.slice(one.start, one.end) };
  });
}
