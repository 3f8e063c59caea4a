import { AppError } from '../../../domain/kernel/errors.ts';
import { hasWord, oneLine } from '../../../domain/kernel/text.ts';

/**
 * R-M7: a reason is one line of visible text with at least one word in it. AppError INVALID_INPUT for one that has
 * none.
 */
export function neededReason<T extends { readonly reason: string }>(input: T): T {
  const reason = oneLine(input.reason);
  if (!hasWord(reason))
    throw new AppError('INVALID_INPUT', 'this needs a reason with a word in it', {
      facts: { reason: 'reason-required' },
    });
  return { ...input, reason };
}

/** The same where none is needed: one without a word is none. */
export function givenReason<T extends { readonly reason?: string }>(input: T): T {
  if (input.reason === undefined) return input;
  const { reason: given, ...rest } = input;
  const reason = oneLine(given);
  return (hasWord(reason) ? { ...rest, reason } : rest) as T;
}
