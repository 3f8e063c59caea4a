import type { Context } from '@slack/bolt';
import type { Ids, Logger } from '../../domain/kernel/clock.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Rendered } from '../../domain/message/rendered.ts';
import type { Words } from '../../text/words.ts';
import type { Delivery } from '../receive/delivery.ts';
import { plainAnswer } from '../views/answers.view.ts';
import { errorText } from '../views/errors.view.ts';
import { deliveryIn } from './request.ts';

export interface BoundaryDeps {
  readonly ids: Ids;
  readonly logger: Logger;
  readonly words: (userId: string | undefined) => Promise<Words>;
  readonly answer: {
    privately(delivery: Delivery, rendered: Rendered): Promise<void>;
  };
}

/** The one place in which an error of a handler becomes words for the user and a line in the log. */
export function errorBoundary(
  deps: BoundaryDeps,
): (args: { readonly error: Error; readonly context: Context }) => Promise<void> {
  return async ({ error, context }) => {
    const reference = deps.ids.token().slice(0, 8);
    const delivery = deliveryIn(context);
    const cause = original(error);
    const facts = { err: cause, reference, delivery: delivery?.key, user: delivery?.person?.userId };
    if (cause instanceof AppError && cause.code !== 'BUG')
      deps.logger.info(facts, 'a request was refused or failed');
    else deps.logger.error(facts, 'a handler failed');
    if (delivery === undefined) return;
    const words = await deps.words(delivery.person?.userId);
    await deps.answer
      .privately(delivery, plainAnswer(errorText(cause, reference, words), words))
      .catch((err: unknown) =>
        deps.logger.warn({ err, reference }, 'the user could not be told of an error'),
      );
  };
}

/** Bolt wraps what has no `code` of its own. */
function original(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'original' in error && error.original instanceof Error
    ? error.original
    : error;
}
