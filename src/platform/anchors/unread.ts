import type { AnchorPlaceName } from '../../domain/audit/audit-anchor.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import type { AnchorPlace } from '../../domain/ports/anchor-place.ts';

/** For a process that has no credentials of a place: it cannot know what stands there. */
export function unread(name: AnchorPlaceName): AnchorPlace {
  const refuse = (): Promise<never> =>
    Promise.reject(
      new AppError('DEPENDENCY_UNAVAILABLE', 'this process has no credentials of a place of anchors', {
        facts: { place: name, code: 'no-credentials' },
      }),
    );
  return {
    name,
    recent: refuse,
    all: () => ({ [Symbol.asyncIterator]: () => ({ next: refuse }) }),
    write: refuse,
    close: () => Promise.resolve(),
  };
}
