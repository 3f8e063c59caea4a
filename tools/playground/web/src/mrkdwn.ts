/** Stand for signs that Slack shows as they are, where the library that draws would take them for marks. */
const kept = { '*': '\ue02a', '~': '\ue07e' } as const;
/** What was escaped is text: the library that draws would read it as a mention, and `<!channel>` is none then. */
const escaped = { sent: '&lt;', stand: '\ue03c', shown: '<' } as const;
const signs: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(kept).map(([sign, stand]) => [stand, sign])),
  [escaped.stand]: escaped.shown,
};
const hide = (text: string): string => text.replace(/[*~]/g, (sign) => kept[sign as '*' | '~']);

const code = /```[\s\S]*?```|`[^`\n]+`/g;
/** What Slack makes bold or strikes out: marks at the edges of words, and no blank inside of them. */
const marked = {
  '*': /(?<![\p{L}\p{N}:/\\*])\*(?=\S)([^*\n]*?\S)\*(?![\p{L}\p{N}*])/gu,
  '~': /(?<![\p{L}\p{N}:/\\~])~(?=\S)([^~\n]*?\S)~(?![\p{L}\p{N}~])/gu,
} as const;

/** Text in which only what Slack takes for a mark is left as one: `cache:*` is a name, in code and outside of it. */
export function asSlackMarks(text: string): string {
  const outside = text.replaceAll(escaped.sent, escaped.stand).replace(code, hide);
  let shown = outside;
  for (const sign of ['*', '~'] as const) {
    const parts: string[] = [];
    let last = 0;
    for (const found of shown.matchAll(marked[sign])) {
      parts.push(shown.slice(last, found.index).replaceAll(sign, kept[sign]), found[0]);
      last = found.index + found[0].length;
    }
    shown = [...parts, shown.slice(last).replaceAll(sign, kept[sign])].join('');
  }
  return shown;
}

/** The drawn text, with the signs themselves. */
export const withSigns = (text: string): string =>
  text.replace(/[\ue02a\ue03c\ue07e]/g, (stand) => signs[stand] ?? stand);
