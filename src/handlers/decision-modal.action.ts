import type { ModalView } from '@slack/types';
import { requestOf } from '../bot/middleware/request.ts';
import type { Words } from '../text/words.ts';
import { buttonIdIn, placeOf } from './button.ts';
import type { HandlerDeps } from './deps.ts';
import type { ButtonArgs } from './remediation.action.ts';

/** A decision with a reason asks for it first: a trigger lives 3 seconds, so the modal opens before anything is looked up (R-SLACK14). */
export function decisionModalAction(
  deps: HandlerDeps,
  viewOf: (metadata: string, words: Words) => ModalView,
) {
  return async ({ ack, body, context }: ButtonArgs): Promise<void> => {
    await ack();
    const request = requestOf(context);
    const words = await deps.words(request.person.userId);
    const { channel, threadTs } = request.delivery;
    // Looked up when it is submitted: a button that the bot has not put there opens a window, and decides nothing.
    const metadata = JSON.stringify({
      ...{ button: buttonIdIn(body), channel, threadTs },
      place: placeOf(request),
    });
    await deps.slack.views.open({ trigger_id: body.trigger_id, view: viewOf(metadata, words) });
  };
}
