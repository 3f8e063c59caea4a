/** Which faults a campaign plants, and in which variants. */

import { faults } from '../../lab/faults/index.ts';
import type { Fault, Runtime } from '../../lab/types.ts';
import { variantsToFix } from './ci-fixes.ts';
import { drawn } from './combinations.ts';
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
  /** Each cause once, and a third of the other faults in their first variants, drawn by this seed. */
  readonly sampled?: number;
  /** A sixth of the causes, and of the faults by which fixes are carried out, drawn by this seed. */
  readonly drawn?: number;
  /** Beginnings of ids whose causes are planted once beside those that are drawn. */
  readonly also?: readonly string[];
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
  if (choice.drawn !== undefined) return drawnFaults(choice, all, choice.drawn);
  if (choice.once !== true && choice.sampled === undefined) return all;
  // What is planted for a fix shows its cause as well.
  const planted = all.filter((fault) => choice.sampled !== undefined && toMend(choice, fault).length > 0);
  const known = new Set(planted.map((fault) => expectationOf(fault).cause));
  const first = all.filter((fault) => {
    const { cause } = expectationOf(fault);
    return !known.has(cause) && known.add(cause);
  });
  if (choice.sampled === undefined) return first;
  const others = all.filter((fault) => !planted.includes(fault) && !first.includes(fault));
  const more = drawn(others, Math.ceil(others.length / 3), choice.sampled);
  return all.filter((fault) => [...planted, ...first, ...more].includes(fault));
}

/** Each fault for a fix stands for its cause as well; so a cause is drawn twice at most where it has two fixes. */
function drawnFaults(choice: Choice, all: readonly Fault[], seed: number): readonly Fault[] {
  const causeOf = (fault: Fault) => expectationOf(fault).cause;
  const fixed = all.filter((fault) => toMend(choice, fault).length > 0);
  const known = new Set(fixed.map(causeOf));
  const first = all.filter((fault) => {
    const cause = causeOf(fault);
    return !known.has(cause) && known.add(cause);
  });
  const also =
    (choice.also ?? []).length === 0
      ? []
      : [...fixed, ...first].filter((fault) =>
          choice.also?.some((prefix) => (causeOf(fault) ?? fault.id).startsWith(prefix)),
        );
  const share = (list: readonly Fault[]) => drawn(list, Math.ceil(list.length / 6), seed);
  const chosen = new Set([...share(fixed), ...share(first), ...also]);
  return all.filter((fault) => chosen.has(fault));
}

export function chosenVariants(choice: Choice, fault: Fault): readonly string[] {
  if (choice.variant !== undefined) return fault.variants.filter((name) => name === choice.variant);
  const own = toMend(choice, fault);
  const single = choice.each === true || choice.sampled !== undefined || choice.drawn !== undefined;
  if (own.length > 0 && single) return own;
  return choice.once === true || single ? fault.variants.slice(0, 1) : fault.variants;
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
