/** Texts that systems under diagnosis and people may hand us, and that PostgreSQL, Slack or a terminal may not like. */

const range = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, index) => String.fromCharCode(from + index)).join('');

/** C0, DEL and C1. */
export const controls = range(0x00, 0x1f) + range(0x7f, 0x9f);
/** Embeddings, overrides and isolates: what follows is read in another direction. */
export const directionMarks = range(0x202a, 0x202e) + range(0x2066, 0x2069);

/** What has no width: a space, joiners of nothing, a hyphen that is not there, letters that are tags. */
export const widthless = '\u200b\u200d\u2060\ufeff\u00ad\u200e\u{e0041}';

export const hostile: readonly { readonly name: string; readonly text: string }[] = [
  { name: 'NUL', text: 'before\u0000after' },
  { name: 'all control characters', text: `before${controls}after` },
  { name: 'the first half of an emoji', text: 'cut \ud83d' },
  { name: 'the second half of an emoji', text: '\udd11 cut' },
  { name: 'halves in the wrong order', text: 'x\udd11\ud83dy' },
  { name: 'marks of direction', text: `user${directionMarks}txt.exe` },
  { name: 'characters without a width', text: `pass${widthless}word` },
  { name: 'what looks like an escape', text: '\\u0000 \\ud83d \\\\u0000 \\x00 %00 &#0;' },
  { name: 'no characters and marks of order', text: '\ufffe\uffff\ufeff\u{10ffff}' },
  { name: 'markup', text: '<!channel> <@U1> & *b* `c` ```d``` {name} $1 $& %s \'"\\' },
  { name: 'a megabyte', text: `${'密🔑\u0000\ud83dx\u202e'.repeat(1000)}${'x'.repeat(1_000_000)}\ud83d` },
];

/** The text as a name and as a value, at every place JSON has. */
export function hostileValue(text: string): Readonly<Record<string, unknown>> {
  return { [text]: text, list: [text, [text]], inner: { [text]: { [text]: text } } };
}
