import MiniSearch from 'minisearch';
import { cutToUnits } from '../../domain/kernel/text.ts';
import type { PartId } from '../../domain/platform/part.ts';

/** Vocabulary of one symptom (`diagnoses/vocabulary.ts`). */
export interface Vocabulary {
  readonly id: string;
  readonly names: readonly string[];
  readonly words: readonly string[];
  readonly context?: readonly string[];
}

export interface SymptomMatch {
  readonly id: string;
  /** Relative to the best one: 1 is the best. */
  readonly score: number;
}

export interface SymptomMatcher {
  /**
   * The likeliest symptoms of a text, best first; empty when nothing fits. `sure`: one of the names of the first
   * stands in the text as a whole, and it is clearly ahead of the second, so that the person need not choose. A word
   * that only goes along (`password`), or is only a part of a name (`slow`), is not enough.
   */
  match(text: string): { readonly candidates: readonly SymptomMatch[]; readonly sure: boolean };
  /** Diagnoses that the error of a connection to a part may be, the likeliest first. */
  readonly suspects: Readonly<Record<PartId, readonly string[]>>;
}

const CLEARLY_AHEAD = 1.35;
const WORTH_NAMING = 0.45;

const han = /\p{Script=Han}/u;
const stop = new Set([
  'the',
  'a',
  'an',
  'is',
  'are',
  'to',
  'of',
  'in',
  'on',
  'at',
  'and',
  'my',
  'for',
  'it',
  'that',
  'with',
  'by',
  'be',
  'was',
  'does',
  'not',
  'cannot',
  'what',
  'no',
  'work',
  'works',
]);

/** Latin words as they stand, Han runs as overlapping pairs: Chinese has no spaces, and pairs need no dictionary. */
function tokens(text: string): string[] {
  const result: string[] = [];
  for (const run of text.toLowerCase().match(/[\p{Script=Latin}\d_%]+|\p{Script=Han}+/gu) ?? []) {
    if (!han.test(run)) {
      if (!stop.has(run)) result.push(stem(run));
      continue;
    }
    if (run.length === 1) result.push(run);
    for (let at = 0; at + 1 < run.length; at += 1) result.push(run.slice(at, at + 2));
  }
  return result;
}

/** Enough of Porter's first step that `messages`, `crashed` and `growing` meet their stems. */
function stem(word: string): string {
  if (word.length <= 4) return word;
  return word.replace(/(?:ations?|ing|ies|ed|es|s|e|y)$/u, '');
}

/** Neighbours as they stand in the text: `too many connections` is worth more than its words apart. */
function withPairs(list: readonly string[]): string[] {
  const pairs = list.slice(1).map((token, index) => `${list[index]} ${token}`);
  return [...list, ...pairs];
}

function standsIn(name: readonly string[], text: readonly string[]): boolean {
  return name.length > 0 && text.some((_token, at) => name.every((token, n) => text[at + n] === token));
}

/** Builds the index once; matching is a look-up. Deterministic: ties keep the order of the vocabulary. */
export function createSymptomMatcher(
  vocabulary: readonly Vocabulary[],
  suspects: SymptomMatcher['suspects'],
): SymptomMatcher {
  const index = new MiniSearch<{ id: string; names: string; words: string; context: string }>({
    fields: ['names', 'words', 'context'],
    // Entries are joined by a newline so that pairs do not run from one into the next.
    tokenize: (text) => text.split('\n').flatMap((entry) => withPairs(tokens(entry))),
    processTerm: (term) => term,
    searchOptions: {
      boost: { names: 2.2, words: 1, context: 0.25 },
      tokenize: (text) => withPairs(tokens(text)),
      processTerm: (term) => term,
      combineWith: 'OR',
      prefix: false,
      fuzzy: (term) => (han.test(term) || term.length < 6 ? false : 0.18),
      maxFuzzy: 1,
    },
  });
  index.addAll(
    vocabulary.map(({ id, names, words, context }) => ({
      id,
      names: names.join('\n'),
      words: words.join('\n'),
      context: (context ?? []).join('\n'),
    })),
  );

  const names = new Map(vocabulary.map((entry) => [entry.id, entry.names.map(tokens)]));

  return {
    suspects,
    match(text) {
      const hits = index.search(cutToUnits(text, 2_000));
      const best = hits[0]?.score ?? 0;
      const candidates = hits
        .map((hit) => ({ id: String(hit.id), score: hit.score / best }))
        .filter((hit) => hit.score >= WORTH_NAMING)
        .slice(0, 5);
      const second = hits[1]?.score ?? 0;
      const named = (names.get(String(hits[0]?.id)) ?? []).some((name) => standsIn(name, tokens(text)));
      return { candidates, sure: named && best >= second * CLEARLY_AHEAD };
    },
  };
}
