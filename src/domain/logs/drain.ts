import { wildcard } from './shape.ts';

/**
 * Groups lines by shape, after Drain: He, Zhu, Zheng, Lyu, "Drain: An Online Log Parsing Approach with Fixed Depth
 * Tree", ICWS 2017. Shapes of the same number of words and the same first word are compared word by word; what is like
 * enough becomes one, and the words that differ become wildcards. It differs where a wrong group would cost more than a
 * further one: names of parts (`kept`) never become a wildcard, and short lines must be equal.
 */
export interface Shape {
  readonly id: number;
  readonly words: string[];
}

export interface DrainOptions {
  /** Share of equal words from which two shapes are one; the paper has 0.5. */
  readonly similarity?: number;
  /** Most groups; further shapes get no group. */
  readonly mostShapes?: number;
  /** The name in a word that tells things apart: words with other names are never taken for one. */
  readonly kept?: (word: string) => string | undefined;
}

/** Kinds of entries that are told apart; what comes after them is counted without a group. */
export const MOST_SHAPES = 2_000;
/** Words of a line that count. */
const MOST_WORDS = 60;
/** Fewer words than this must all be equal. */
const EXACT_BELOW = 4;

export class Drain {
  readonly #similarity: number;
  readonly #most: number;
  readonly #kept: (word: string) => string | undefined;
  readonly #leaves = new Map<string, Shape[]>();
  #count = 0;

  constructor({ similarity = 0.7, mostShapes = MOST_SHAPES, kept = () => undefined }: DrainOptions = {}) {
    this.#similarity = similarity;
    this.#most = mostShapes;
    this.#kept = kept;
  }

  /** The group of a shape, new if no other is like it; undefined when there are too many. `apart` keeps groups of equal shape apart. */
  add(shape: string, apart: string): Shape | undefined {
    const words = shape.split(/\s+/).slice(0, MOST_WORDS);
    const [first = ''] = words;
    const leaf = `${apart}\n${words.length}\n${first.includes(wildcard) ? wildcard : first}`;
    const shapes = this.#leaves.get(leaf) ?? [];
    return this.#like(shapes, words) ?? this.#made(words, leaf, shapes);
  }

  #like(shapes: readonly Shape[], words: readonly string[]): Shape | undefined {
    let best: Shape | undefined;
    let most = 0;
    for (const shape of shapes) {
      const equal = this.#equal(shape.words, words);
      if (equal > most) [best, most] = [shape, equal];
    }
    if (best === undefined) return undefined;
    const enough = words.length < EXACT_BELOW ? words.length : words.length * this.#similarity;
    if (most < enough) return undefined;
    for (const [at, word] of words.entries())
      if (best.words[at] !== word) best.words[at] = `${this.#kept(word) ?? ''}${wildcard}`;
    return best;
  }

  /** How many words are equal; 0 when a kept word differs. */
  #equal(shape: readonly string[], words: readonly string[]): number {
    let equal = 0;
    for (const [at, word] of words.entries()) {
      const other = shape[at] ?? '';
      if (other === word) equal += 1;
      else if (this.#kept(word) !== this.#kept(other)) return 0;
    }
    return equal;
  }

  #made(words: string[], leaf: string, shapes: Shape[]): Shape | undefined {
    if (this.#count >= this.#most) return undefined;
    // Words that are cut from a text would keep all of it in memory.
    const shape = { id: this.#count, words: JSON.parse(JSON.stringify(words)) as string[] };
    this.#count += 1;
    shapes.push(shape);
    this.#leaves.set(leaf, shapes);
    return shape;
  }
}
