import { AppError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';

/** R-P3: the target is not what the plan was made for; nothing was changed. */
export function stale(expected: Facts, observed: Facts): AppError {
  const differing = Object.keys(expected).filter((key) => expected[key] !== observed[key]);
  return new AppError('CONFLICT', 'the target changed since the plan was made', {
    facts: {
      reason: 'stale',
      differing: differing.join(', '),
      ...Object.fromEntries(differing.map((key) => [`expected.${key}`, expected[key] ?? null])),
      ...Object.fromEntries(differing.map((key) => [`observed.${key}`, observed[key] ?? null])),
    },
  });
}

/** Throws `stale` unless every expected fact is observed unchanged. */
export function mustHold(expected: Facts, observed: Facts): void {
  if (Object.keys(expected).some((key) => expected[key] !== observed[key])) throw stale(expected, observed);
}

/** Nothing can be planned here; `reason` is looked up under `offer.refused.<reason>`. */
export function refused(reason: string, facts: Facts = {}): AppError {
  return new AppError('CONFLICT', `no plan: ${reason}`, { facts: { ...facts, reason } });
}
