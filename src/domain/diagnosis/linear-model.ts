import { buckets, featuresOf } from './features.ts';

/** A linear model as it is stored (`diagnoses/symptom-model.ts`). */
export interface StoredModel {
  /** Parted by blanks, as all lists here. */
  readonly classes: string;
  readonly scale: number;
  readonly bias: string;
  /** Words of the phrases, parted by blanks: those that a misspelt one may mean, and others that are right as they are. */
  readonly spelled: string;
  readonly plain: string;
  /** One signed byte a class and bucket, class by class, in base64. */
  readonly weights: string;
}

export interface ClassScore {
  readonly id: string;
  /** About 1 for a text like its phrases, about -1 for one that is like none. */
  readonly score: number;
}

export type LinearModel = (text: string) => readonly ClassScore[];

/** Reads the model once; scoring a text is a sum over its words. Best class first, empty for a text without words. */
export function linearModel({
  classes,
  scale,
  bias,
  weights,
}: Pick<StoredModel, 'classes' | 'scale' | 'bias' | 'weights'>): LinearModel {
  const ids = classes.split(' ');
  const biases = bias.split(' ').map(Number);
  const bytes = Int8Array.from(atob(weights), (one) => one.charCodeAt(0));
  return (text) => {
    const features = featuresOf(text);
    if (features.size === 0) return [];
    return ids
      .map((id, one) => {
        let score = 0;
        for (const [bucket, value] of features) score += (bytes[one * buckets + bucket] ?? 0) * value;
        return { id, score: score * scale + (biases[one] ?? 0) };
      })
      .sort((a, b) => b.score - a.score);
  };
}
