import type { AllMiddlewareArgs, SlackViewMiddlewareArgs, ViewSubmitAction } from '@slack/bolt';
import { inputs } from '../bot/ids.ts';
import { requestOf } from '../bot/middleware/request.ts';
import { errorText } from '../bot/views/errors.view.ts';
import { tokenShown } from '../bot/views/token.view.ts';
import { AppError } from '../domain/kernel/errors.ts';
import type { HandlerDeps } from './deps.ts';
import { inputText } from './modal-state.ts';

/**
 * Issues a token, and shows it in the answer to the submission: the only thing of ours that reaches its owner's screen
 * and nothing that is kept. A redelivered submission has no answer, so its token is never seen and ends by itself.
 */
export function tokenModalSubmission(deps: HandlerDeps) {
  return async ({
    ack,
    view,
    context,
  }: SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs): Promise<void> => {
    const request = requestOf(context);
    const words = await deps.words(request.person.userId);
    const { requestId, payloadDigest, person: by } = request;
    const { tokens } = deps.door.deciding;
    const name = inputText(view, inputs.name);
    const days = Number(inputText(view, inputs.days));
    const asked = tokens.issue({ by, requestId, payloadDigest, name, days });
    const issued = await asked.catch(async (error: unknown) => {
      if (!(error instanceof AppError) || error.code === 'BUG') throw error;
      const [reference = ''] = /[^:]*$/.exec(requestId) ?? [];
      deps.logger.info({ err: error, reference }, 'a token was not issued');
      await ack({
        response_action: 'errors',
        errors: { [inputs.name]: errorText(error, reference, words) },
      });
      return undefined;
    });
    if (issued === undefined) return;
    const { id, expiresAt: until } = issued;
    await ack({
      response_action: 'update',
      view: tokenShown({ id, until, text: issued.text.reveal() }, words),
    });
  };
}
