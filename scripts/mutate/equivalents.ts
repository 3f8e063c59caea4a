import type { Mutant } from './sample.ts';

type Change = Pick<Mutant, 'file' | 'operator' | 'original' | 'replacement'>;

/**
 * Changes that make no difference to anybody, each with the reason. They are not tried; one that is no more in the
 * source fails the run, so that the list does not outlive the code.
 */
export const equivalents: readonly (Change & { readonly reason: string })[] = [];

export function isEquivalent(mutant: Change): boolean {
  return equivalents.some(
    ({ file, operator, original, replacement }) =>
      file === mutant.file &&
      operator === mutant.operator &&
      original === mutant.original &&
      replacement === mutant.replacement,
  );
}
