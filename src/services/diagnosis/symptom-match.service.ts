import MiniSearch from 'minisearch';
import { type LinearModel, linearModel, type StoredModel } from '../../domain/diagnosis/linear-model.ts';
import { type Speller, speller } from '../../domain/diagnosis/spelling.ts';
import type { OtherCommand, Titles } from '../../domain/diagnosis/symptom.ts';
import { headAndTail } from '../../domain/kernel/text.ts';
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
   * The likeliest symptoms of a text, best first; empty when nothing fits. `sure`: the text is clearly like the phrases of
   * the first, and clearly more so than those of the second, so that the person need not choose; or one of the names of
   * the first stands in it as a whole. A word that only goes along (`password`), or is only a part of a name (`slow`), is
   * not enough. `command`: it asks for another command.
   */
  match(text: string): {
    readonly candidates: readonly SymptomMatch[];
    readonly sure: boolean;
    /** It is sure, and so near to the phrases of the first that no part need be named beside. */
    readonly near: boolean;
    /** Nearer still, and not by a word or two: it need not be said that something is wrong. */
    readonly certain: boolean;
    /** So far from all phrases that it is worth a question only where something is said to be wrong, or a part is named. */
    readonly faint?: boolean;
    readonly command?: OtherCommand;
    /** The nearest symptoms, also where none is near. */
    readonly nearest?: readonly string[];
  };
  /** The text with its misspelt words put right. */
  readonly spell: Speller;
  /** The symptom of which this is the title. */
  readonly titled: (text: string) => string | undefined;
  /** The symptom of which a name stands in the text as a whole, and no other is as near. */
  readonly named: (text: string) => string | undefined;
  /** Diagnoses that the error of a connection to a part may be, the likeliest first. */
  readonly suspects: Readonly<Record<PartId, readonly string[]>>;
}

/** Of a longer text, the beginning and the end are read. */
const MOST_UNITS = 2_000;
const CLEARLY_AHEAD = 1.35;
/** A name of one word that is shorter may mean something else in a sentence. */
const LONG_NAME = 7;

/** Fitted on the tuning half of the request corpus (`test/unit/services/diagnosis/request-corpus`), and on phrases that the model had not learned. */
const limits = {
  /** Of the sum of both scores, for a symptom to be offered. */
  offered: -0.7,
  /** Of the best of them, to be offered at all. */
  worth: -0.45,
  /** The same where nothing is said to be wrong and no part is named. */
  worthAlone: 0.1,
  /** What the best of them has to be ahead of "nothing". */
  overNothing: 0.3,
  /** Of another command, to be told of it. */
  command: -0.3,
  /** What a symptom may lie behind the best one and still be offered. */
  behind: 1.1,
  /** Of the model's score, and of the distance to the second, for a run to start. */
  sure: 0.45,
  ahead: 0.7,
  /** The same where a name of the symptom stands in the text. */
  namedSure: 0.3,
  namedAhead: 0.6,
  /** Of the model's score where no part is named: below it the model errs about ten times as often. */
  near: 0.65,
  /** Of the model's score, and of the words that tell, where nothing is said to be wrong. */
  certain: 1.1,
  telling: 4,
} as const;
/** Where nothing is sure, one has a choice. */
const LEAST_OFFERED = 3;
/** What the score by words adds to the model's. */
const BY_WORDS = 0.5;

/** Classes of the model that are no symptom. */
const commands: Readonly<Record<string, OtherCommand>> = {
  H1: 'health',
  L1: 'collect',
  L2: 'logs',
  X1: 'report',
};
const NOTHING = 'none';

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
  stored: StoredModel,
  titles: Titles = {},
): SymptomMatcher {
  const model = linearModel(stored);
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
  const titled = new Map(
    Object.entries(titles).flatMap(([id, list]) => list.map((title) => [plainTitle(title), id] as const)),
  );

  return {
    suspects,
    titled: (text) => titled.get(plainTitle(text)),
    named(text) {
      const [first, second] = index.search(headAndTail(text, MOST_UNITS));
      const id = String(first?.id ?? '');
      const stands = (names.get(id) ?? []).some(
        (name) => (name.length > 1 || (name[0]?.length ?? 0) >= LONG_NAME) && standsIn(name, tokens(text)),
      );
      return stands && (first?.score ?? 0) >= (second?.score ?? 0) * CLEARLY_AHEAD ? id : undefined;
    },
    spell: speller(stored.spelled.split(' '), stored.plain.split(' ')),
    match(text) {
      const title = titled.get(plainTitle(text));
      if (title !== undefined)
        return { candidates: [{ id: title, score: 1 }], sure: true, near: true, certain: true };
      const cut = headAndTail(text, MOST_UNITS);
      const hits = index.search(cut);
      const best = hits[0]?.score ?? 0;
      const byWords = new Map(hits.map(({ id, score }) => [String(id), score / best]));
      return chosen(model(cut), byWords, (id) => ({
        named: (names.get(id) ?? []).some((name) => standsIn(name, tokens(cut))),
        words: tokens(cut).length,
        ahead: String(hits[0]?.id) === id && best >= (hits[1]?.score ?? 0) * CLEARLY_AHEAD,
      }));
    },
  };
}

const plainTitle = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(/[\s.!?。！？]+/g, ' ')
    .trim();

const none = { candidates: [], sure: false, near: false, certain: false } as const;

/** Puts both scores together: the model's, and that of the words and names of the vocabulary. */
function chosen(
  scores: ReturnType<LinearModel>,
  byWords: ReadonlyMap<string, number>,
  seen: (id: string) => { readonly named: boolean; readonly words: number; readonly ahead: boolean },
): ReturnType<SymptomMatcher['match']> {
  const [top] = scores;
  if (top === undefined) return none;
  const command = commands[top.id];
  if (command !== undefined && top.score > limits.command) return { ...none, command };
  const nothing = scores.find(({ id }) => id === NOTHING)?.score ?? -1;
  const both = scores
    .filter(({ id }) => id !== NOTHING && commands[id] === undefined)
    .map(({ id, score }) => ({ id, own: score, score: score + BY_WORDS * (byWords.get(id) ?? 0) }))
    .sort((a, b) => b.score - a.score);
  const [first] = both;
  if (first === undefined) return none;
  const nearest = both.slice(0, LEAST_OFFERED).map(({ id }) => id);
  if (first.score < limits.worth || nothing > first.score - limits.overNothing) return { ...none, nearest };
  const candidates = both
    .filter(
      ({ score }, at) =>
        at < LEAST_OFFERED || (score >= limits.offered && score >= first.score - limits.behind),
    )
    .slice(0, 5)
    .map(({ id, score }) => ({ id, score: score / first.score }));
  // The other commands count, too: "analyze the log" may be either.
  const gap = first.own - Math.max(...scores.filter(({ id }) => id !== first.id).map(({ score }) => score));
  const { named, words, ahead } = seen(first.id);
  const byName = named && ahead && first.own >= limits.namedSure && gap >= limits.namedAhead;
  const sure =
    // One word alone (`memory`) is a symptom only where it is its name.
    ((words > 1 || named) && first.own >= limits.sure && gap >= limits.ahead) || byName;
  const near = sure && (named || first.own >= limits.near);
  const certain = sure && first.own >= limits.certain && words >= limits.telling;
  return { candidates, sure, near, certain, faint: first.score < limits.worthAlone, nearest };
}
