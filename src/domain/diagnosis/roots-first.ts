import { foundations } from '../platform/dependencies.ts';
import type { PartId } from '../platform/part.ts';
import type { DiagnosisJudgement } from './judgement.ts';

/** The part of its first confirmed cause. */
function brokenPart({ causes }: DiagnosisJudgement): PartId | undefined {
  const [first] = causes;
  return first?.verdict === 'confirmed' ? first.cause.part : undefined;
}

/**
 * Judgements as they are told: of two that found a cause, the one comes first on whose part the other's stands, so that
 * the first remedy is the root's. All else stays as it was walked.
 */
export function rootsFirst(judgements: readonly DiagnosisJudgement[]): readonly DiagnosisJudgement[] {
  const standsOn = (one: DiagnosisJudgement, other: DiagnosisJudgement): boolean => {
    const [part, below] = [brokenPart(one), brokenPart(other)];
    return part !== undefined && below !== undefined && foundations(part).includes(below);
  };
  const sorted: DiagnosisJudgement[] = [];
  for (let left = judgements; left.length > 0; ) {
    const next = left.find((one) => !left.some((other) => standsOn(one, other))) ?? left[0];
    if (next === undefined) break;
    sorted.push(next);
    left = left.filter((one) => one !== next);
  }
  return sorted;
}
