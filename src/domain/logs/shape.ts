/** What stands for a changing part of a line. */
export const wildcard = '*';

const ids =
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b0x[0-9a-f]+\b|\b(?=[0-9a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,}\b|\b\d{1,3}(?:\.\d{1,3}){3}\b|\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?/gi;
/** Five letters and digits of a SQLSTATE mean something; so does a word with a digit inside, such as `neo4j`. */
const numbers =
  /(SQLSTATE:? \w{5})|((?<=:|\bport )\d+)\b|(?<![a-z\d])(?:[a-z]+\d[a-z]+(?!\w)|[a-z]*\d[a-z\d]*)/gi;
const letters = /^[a-z]+\d[a-z]+$/i;

/** The words of a line, with `*` for ids, addresses and numbers. `kept`: TCP ports that tell parts apart. */
export function shapeOf(text: string, kept: ReadonlySet<string>): string {
  return text.replace(ids, wildcard).replace(numbers, (word, state?: string, port?: string) => {
    if (state !== undefined || (port !== undefined && kept.has(port)) || letters.test(word)) return word;
    const lead = /^[a-z]{4,}(?=\d+$)/i.exec(word)?.[0] ?? '';
    return `${lead}${wildcard}`;
  });
}
