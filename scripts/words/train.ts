import { buckets, featuresOf } from '../../src/domain/diagnosis/features.ts';
import type { Phrase } from './phrases.ts';

/**
 * One linear model a class: the weights that make the squared hinge loss and their own squares least, by dual coordinate
 * descent (Hsieh et al. 2008), as LIBLINEAR does. There is exactly one least, so that the order of the phrases does not
 * matter once it is reached. Only the four operations are used, which every machine computes alike, and phrases are taken
 * in an order that a fixed number decides: the same phrases give the same file, byte by byte.
 */
const PASSES = 60;
/** All phrases are looked at again after so many passes; in between those that bear on the weights. */
const FULL_PASS = 5;
/** It is reached when no phrase would move by more. */
const TOLERANCE = 0.01;
/** What the loss counts against the squares of the weights, and a phrase of the class against one of another. */
const COST = 2;
const POSITIVE = 2;
/** What asks for nothing is of every kind: a phrase of it counts more, or it would be asked about too often. */
const NOTHING = 'none';
const POSITIVE_NOTHING = 8;
/** A weight is kept as a whole number of this part of the largest. */
const LEVELS = 127;

export interface Trained {
  readonly classes: readonly string[];
  readonly scale: number;
  readonly bias: readonly number[];
  /** One signed byte a class and bucket. */
  readonly weights: Int8Array;
}

interface Example {
  readonly label: number;
  readonly places: Int32Array;
  readonly values: Float64Array;
  /** Of the values and the bias. */
  readonly square: number;
}

/** Numbers that look like chance and are the same each time. */
function numbers(): (below: number) => number {
  let state = 20_261_201;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
}

export function train(phrases: readonly Phrase[]): Trained {
  const classes = [...new Set(phrases.map(({ id }) => id))].sort();
  const examples = phrases.map(({ id, text }): Example => {
    const features = [...featuresOf(text)];
    const values = Float64Array.from(features, ([, value]) => value);
    return {
      label: classes.indexOf(id),
      places: Int32Array.from(features, ([bucket]) => bucket),
      values,
      square: values.reduce((sum, value) => sum + value * value, 1),
    };
  });
  const random = numbers();
  const all = new Float64Array(classes.length * buckets);
  const bias = classes.map((id, one) => {
    const own = separate(examples, one, id === NOTHING ? POSITIVE_NOTHING : POSITIVE, random);
    all.set(own.weights, one * buckets);
    return own.bias;
  });
  let largest = 0;
  for (const weight of all) largest = Math.max(largest, Math.abs(weight));
  const scale = largest / LEVELS;
  return {
    classes,
    scale: Number(scale.toPrecision(6)),
    bias: bias.map((one) => Number(one.toFixed(4))),
    weights: Int8Array.from(all, (weight) => Math.round(weight / scale)),
  };
}

/** The weights that part the phrases of one class from all others. */
function separate(
  examples: readonly Example[],
  one: number,
  positive: number,
  random: (below: number) => number,
): { readonly weights: Float64Array; readonly bias: number } {
  const weights = new Float64Array(buckets);
  const pulls = new Float64Array(examples.length);
  const everyone = examples.map((_example, at) => at);
  let bias = 0;
  let bearing = everyone;
  for (let pass = 0; pass < PASSES; pass += 1) {
    const order = pass % FULL_PASS === 0 ? [...everyone] : bearing;
    for (let at = order.length - 1; at > 0; at -= 1) {
      const other = random(at + 1);
      [order[at], order[other]] = [order[other] as number, order[at] as number];
    }
    let steepest = 0;
    const still: number[] = [];
    for (const at of order) {
      const { label, places, values, square } = examples[at] as Example;
      const sign = label === one ? 1 : -1;
      const soft = 1 / (2 * COST * (label === one ? positive : 1));
      const pull = pulls[at] as number;
      let score = bias;
      for (let n = 0; n < places.length; n += 1)
        score += (weights[places[n] as number] as number) * (values[n] as number);
      const slope = sign * score - 1 + soft * pull;
      if (pull === 0 && slope >= 0) continue;
      still.push(at);
      steepest = Math.max(steepest, Math.abs(slope));
      const moved = Math.max(pull - slope / (square + soft), 0);
      const step = (moved - pull) * sign;
      pulls[at] = moved;
      for (let n = 0; n < places.length; n += 1) {
        const place = places[n] as number;
        weights[place] = (weights[place] as number) + step * (values[n] as number);
      }
      bias += step;
    }
    if (order.length === examples.length && steepest < TOLERANCE) break;
    bearing = still;
  }
  return { weights, bias };
}
