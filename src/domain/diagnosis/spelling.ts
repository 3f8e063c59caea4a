/** Puts words that are misspelt right, by the words of the phrases that people use. */
export type Speller = (text: string) => string;

/** Shorter words are like too many others. */
const SHORTEST = 4;
/** From here on two letters may be wrong. */
const LONG = 8;
/** Two letters that changed places are the likelier mistake. */
const EXCHANGED = 0.9;

/** @param plain words that are right and no correction. */
export function speller(known: readonly string[], plain: readonly string[] = []): Speller {
  const right = new Set([...known, ...plain]);
  const byLength = new Map<number, string[]>();
  for (const word of known) byLength.set(word.length, [...(byLength.get(word.length) ?? []), word]);
  const remembered = new Map<string, string>();
  const corrected = (word: string): string => {
    const most = word.length >= LONG ? 2 : 1;
    let best: string | undefined;
    let distance = most + 1;
    let tied = false;
    for (let length = word.length - most; length <= word.length + most; length += 1)
      for (const candidate of byLength.get(length) ?? []) {
        // Of short words only two letters that changed places: `slwo`.
        if (word.length <= SHORTEST && length !== word.length) continue;
        const found = between(word, candidate, word.length <= SHORTEST);
        if (found > distance || found > most) continue;
        tied = found === distance && candidate !== best;
        if (found < distance) best = candidate;
        distance = found;
      }
    return best === undefined || tied ? word : best;
  };
  return (text) =>
    text.replace(/(?<![\w./:@-])\p{Script=Latin}[\p{Script=Latin}\d]{3,19}(?![\w./:@]|-\w)/gu, (word) => {
      const lower = word.toLowerCase();
      if (right.has(lower) || /\p{Lu}/u.test(word.slice(1))) return word;
      const met = remembered.get(lower) ?? corrected(lower);
      if (remembered.size < 10_000) remembered.set(lower, met);
      return met === lower ? word : met;
    });
}

/** Letters to change, add, take away or exchange with the next; the first one has to be right, or exchanged. */
function between(one: string, other: string, exchangedOnly: boolean): number {
  if (one[0] !== other[0] && !(one[0] === other[1] && one[1] === other[0])) return Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_one, at) => at);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const same = one[i - 1] === other[j - 1];
      let least = Math.min((last[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + EXCHANGED);
      next.push(least);
    }
    before = last;
    last = next;
  }
  const found = last[other.length] ?? 0;
  if (!exchangedOnly) return found;
  const letters = (word: string) => [...word].sort().join('');
  return letters(one) === letters(other) ? found : Number.POSITIVE_INFINITY;
}
