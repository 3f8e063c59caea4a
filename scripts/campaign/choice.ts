/** Which faults a campaign plants, and in which variants. */

import { faults } from '../../lab/faults/index.ts';
import type { Fault, Runtime } from '../../lab/types.ts';
import { variantsToFix } from './ci-fixes.ts';
import { expectationOf } from './expectation.ts';

export interface Choice {
  readonly runtime: Runtime;
  /** Beginnings of ids; none: all. */
  readonly fault?: readonly string[];
  readonly variant?: string;
  /** Each cause once: one fault for it, in one variant. */
  readonly once?: boolean;
  /** Each fault once, in its first variant. */
  readonly each?: boolean;
  /** Only faults that this other platform does not have. */
  readonly beside?: Runtime;
  /** Also those by which CI carries fixes out here, in the variants that these need. */
  readonly mend?: boolean;
}

const toMend = (choice: Choice, fault: Fault): readonly string[] =>
  choice.mend === true ? variantsToFix(fault, choice.runtime) : [];

export function isWanted(choice: Choice, fault: Fault): boolean {
  return (
    fault.runtimes.includes(choice.runtime) &&
    (choice.beside === undefined ||
      !fault.runtimes.includes(choice.beside) ||
      toMend(choice, fault).length > 0) &&
    (choice.fault === undefined ||
      choice.fault.length === 0 ||
      choice.fault.some((prefix) => fault.id.startsWith(prefix)))
  );
}

/** With `once` the first fault of each cause: `part.redis.stopped` is H2.a as much as `part.nats.stopped`. */
export function chosenFaults(choice: Choice): readonly Fault[] {
  const all = faults.filter((fault) => isWanted(choice, fault));
  if (choice.once !== true) return all;
  const known = new Set<string>();
  return all.filter((fault) => {
    const { cause } = expectationOf(fault);
    return !known.has(cause) && known.add(cause);
  });
}

export function chosenVariants(choice: Choice, fault: Fault): readonly string[] {
  if (choice.variant !== undefined) return fault.variants.filter((name) => name === choice.variant);
  const own = toMend(choice, fault);
  if (own.length > 0 && choice.each === true) return own;
  return choice.once === true || choice.each === true ? fault.variants.slice(0, 1) : fault.variants;
}

/** All that anybody may ask for on a platform. */
export function symptomsOn(runtime: Runtime): readonly string[] {
  const asked = faults
    .filter(({ runtimes }) => runtimes.includes(runtime))
    .map((fault) => expectationOf(fault))
    .flatMap(({ symptom, elsewhere = [] }) => [symptom, ...elsewhere]);
  return [...new Set(asked)];
}

/** What CI plants: all that Compose can have there, the rest on Kubernetes. */
export const ciChoices = {
  compose: { runtime: 'compose' },
  kubernetes: { runtime: 'kubernetes', beside: 'compose' },
} as const satisfies Readonly<Partial<Record<Runtime, Choice>>>;
