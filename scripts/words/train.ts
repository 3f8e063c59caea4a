import { buckets, featuresOf } from '../../src/domain/diagnosis/features.ts';
import type { Phrase } from './phrases.ts';

/**
 * One linear model a class, by the squared hinge loss and AdaGrad. Only the four operations and the square root are used,
 * which every machine computes alike, and phrases are taken in an order that a fixed number decides: the same phrases
 * give the same file, byte by byte.
 */
const ROUNDS = 30;
/** The weights are the mean of those after each of the last rounds, so that the order of the phrases counts little. */
const MEAN_OF = 20;
const STEP = 0.3;
const DECAY = 1e-5;
const POSITIVE = 4;
/** A weight is kept as a whole number of this part of the largest. */
const LEVELS = 127;

export interface Trained {
  readonly classes: readonly string[];
  readonly scale: number;
  readonly bias: readonly number[];
  /** One signed byte a class and bucket. */
  readonly weights: Int8Array;
}

export function train(phrases: readonly Phrase[]): Trained {
  const classes = [...new Set(phrases.map(({ id }) => id))].sort();
  const examples = phrases.map(({ id, text }) => ({
    label: classes.indexOf(id),
    features: [...featuresOf(text)],
  }));
  const count = classes.length;
  const weights = new Float64Array(count * buckets);
  const seen = new Float64Array(count * buckets).fill(1e-2);
  const bias = new Float64Array(count);
  const biasSeen = new Float64Array(count).fill(1e-2);
  const mean = new Float64Array(count * buckets);
  const biasMean = new Float64Array(count);
  let state = 20_261_201;
  const random = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    const order = examples.map((_one, at) => at);
    for (let at = order.length - 1; at > 0; at -= 1) {
      const other = random(at + 1);
      [order[at], order[other]] = [order[other] as number, order[at] as number];
    }
    for (const at of order) {
      const { label, features } = examples[at] as (typeof examples)[number];
      for (let one = 0; one < count; one += 1) {
        const base = one * buckets;
        let score = bias[one] as number;
        for (const [bucket, value] of features) score += (weights[base + bucket] as number) * value;
        const sign = one === label ? 1 : -1;
        const short = 1 - sign * score;
        if (short <= 0) continue;
        const push = -2 * sign * short * (one === label ? POSITIVE : 1);
        for (const [bucket, value] of features) {
          const place = base + bucket;
          const slope = push * value + DECAY * (weights[place] as number);
          const sum = (seen[place] as number) + slope * slope;
          seen[place] = sum;
          weights[place] = (weights[place] as number) - (STEP * slope) / Math.sqrt(sum);
        }
        const sum = (biasSeen[one] as number) + push * push;
        biasSeen[one] = sum;
        bias[one] = (bias[one] as number) - (STEP * push) / Math.sqrt(sum);
      }
    }
    if (round < ROUNDS - MEAN_OF) continue;
    for (const [place, weight] of weights.entries()) mean[place] = (mean[place] as number) + weight / MEAN_OF;
    for (const [one, own] of bias.entries()) biasMean[one] = (biasMean[one] as number) + own / MEAN_OF;
  }
  let largest = 0;
  for (const weight of mean) largest = Math.max(largest, Math.abs(weight));
  const scale = largest / LEVELS;
  return {
    classes,
    scale: Number(scale.toPrecision(6)),
    bias: [...biasMean].map((one) => Number(one.toFixed(4))),
    weights: Int8Array.from(mean, (weight) => Math.round(weight / scale)),
  };
}
