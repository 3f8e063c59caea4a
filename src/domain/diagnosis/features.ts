/** Words and pieces of words in which a text is compared with the phrases that people use; the model and its training share them. */

/** A power of two: features are kept by their hash. */
export const buckets = 16_384;

const han = /\p{Script=Han}/u;
/** `KubePodNotReady`, `OOMKilled` */
const humps = /(?<=\p{Ll}|\d)(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu;
/** What differs from one text to the next and means nothing: addresses, long numbers, ids. */
const noise = /\b(?:\d{1,3}\.){3}\d{1,3}\b|\b[0-9a-f]{8,}\b|\b\d{4,}\b/gi;
const PIECE_WEIGHT = 0.4;

/** Words that say the same of a part. */
const same: ReadonlyMap<string, string> = new Map([
  ['postgresql', 'postgres'],
  ['pg', 'postgres'],
  ['db', 'database'],
  ['wont', 'not'],
  ['cannot', 'not'],
  ['cant', 'not'],
  ['doesnt', 'not'],
  ['dont', 'not'],
  ['isnt', 'not'],
  ['k8s', 'kubernetes'],
]);

function wordsOf(text: string): readonly string[] {
  const plain = text.normalize('NFKC').replace(/['’]/g, '').replace(noise, ' ').replace(humps, ' ');
  const runs = plain.toLowerCase().match(/[\p{Script=Latin}\d%_]+|\p{Script=Han}+/gu) ?? [];
  return runs.map((run) => same.get(run) ?? run);
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    value ^= text.charCodeAt(at);
    value = Math.imul(value, 0x01000193);
  }
  value ^= value >>> 15;
  return (value >>> 0) % buckets;
}

/** Features of a text by bucket, as a vector of length one; empty for a text without words. */
export function featuresOf(text: string): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  const add = (feature: string, weight: number) => {
    const bucket = hash(feature);
    found.set(bucket, Math.max(found.get(bucket) ?? 0, weight));
  };
  const list = wordsOf(text);
  for (const [at, word] of list.entries()) {
    if (han.test(word)) {
      for (let from = 0; from < word.length; from += 1)
        for (const size of [1, 2, 3])
          if (from + size <= word.length) add(word.slice(from, from + size), size === 1 ? PIECE_WEIGHT : 1);
      continue;
    }
    add(`=${word}`, 1);
    // The name of a table or metric is one word: what it is made of tells less.
    if (word.includes('_')) {
      for (const piece of word.split('_')) if (piece !== '') add(`=${piece}`, PIECE_WEIGHT);
      continue;
    }
    const next = list[at + 1];
    if (next !== undefined && !han.test(next)) add(`=${word} ${next}`, 1);
    if (word.length < 4) continue;
    const framed = `<${word}>`;
    for (const size of [3, 4, 5])
      for (let from = 0; from + size <= framed.length; from += 1)
        add(framed.slice(from, from + size), PIECE_WEIGHT);
  }
  let square = 0;
  for (const weight of found.values()) square += weight * weight;
  const length = Math.sqrt(square);
  return new Map([...found].map(([bucket, weight]) => [bucket, weight / length]));
}
