import stringWidth from 'string-width';

/** What a word says by its colour beside what it says as a word. */
export type Tone = 'bad' | 'warn' | 'good' | 'dim';

/** The terminal that shows a text; nothing of this holds where the text goes into a pipe or a file. */
export interface Screen {
  /** Columns to fold at. */
  readonly columns?: number;
  readonly colours: boolean;
}

/** Marks around what is coloured and before what is copied: no characters (Unicode 23.7), so no text has them. */
const [open, close, whole] = ['\ufdd0', '\ufdd1', '\ufdd2'];
const tones: Readonly<Record<Tone, readonly [mark: string, code: number]>> = {
  bad: ['\ufdd3', 31],
  warn: ['\ufdd4', 33],
  good: ['\ufdd5', 32],
  dim: ['\ufdd6', 2],
};
const marks = /[\ufdd0-\ufdd6]/gu;

/** The text with a colour; `shown` makes it one where there are colours. */
export const painted = (tone: Tone, text: string): string => `${open}${tones[tone][0]}${text}${close}`;

/** A line that is copied, such as a command: it is never folded. */
export const verbatim = (line: string): string => `${whole}${line}`;

/** The text without marks. */
export const unmarked = (text: string): string => text.replace(marks, '');

/** Columns that it takes. */
export const widthOf = (text: string): number => stringWidth(unmarked(text));

/** The text as the terminal shows it, after everything else was done to it. */
export function shown(text: string, { columns, colours }: Screen): string {
  const folded = columns === undefined ? text : fold(text, columns);
  return colours ? coloured(folded) : unmarked(folded);
}

function coloured(text: string): string {
  let all = text;
  for (const [mark, code] of Object.values(tones)) all = all.replaceAll(`${open}${mark}`, `\u001b[${code}m`);
  return unmarked(all.replaceAll(close, '\u001b[0m'));
}

/** Fewer columns hold no word. */
const FEWEST = 20;

/** Each line that is wider becomes several; what follows stands two columns behind where the line begins. */
export function fold(text: string, columns: number): string {
  const room = Math.max(FEWEST, columns);
  return text
    .split('\n')
    .flatMap((line) => {
      if (line.startsWith(whole) || widthOf(line) <= room) return [line];
      const indent = /^ */.exec(line)?.[0].length ?? 0;
      return wrapped(line.slice(indent), room - indent, room - indent - 2).map(
        (part, index) => `${' '.repeat(index === 0 ? indent : indent + 2)}${part}`,
      );
    })
    .join('\n');
}

/** A word with the blanks before it; of scripts without blanks, a character with the marks that end it. */
const pieces =
  /\s*(?:[\p{Script=Han}\u3000-\u303f\uff00-\uffef][，。：；、）”！？」]*|[^\s\p{Script=Han}\u3000-\u303f\uff00-\uffef]+)/gu;

/** Lines of at most so many columns: the first, and each further one. */
export function wrapped(text: string, first: number, further: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  const room = (): number => Math.max(FEWEST / 2, lines.length === 0 ? first : further);
  for (const [piece] of text.matchAll(pieces)) {
    if (line === '' || widthOf(line + piece) <= room()) {
      line += line === '' && lines.length > 0 ? piece.trimStart() : piece;
      continue;
    }
    lines.push(line);
    line = piece.trimStart();
  }
  return [...lines, line];
}
