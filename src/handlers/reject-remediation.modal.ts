import type { AllMiddlewareArgs, SlackViewMiddlewareArgs, ViewSubmitAction } from '@slack/bolt';
import { z } from 'zod';
import { inputs } from '../bot/ids.ts';
import { requestOf } from '../bot/middleware/request.ts';
import { present } from '../domain/kernel/present.ts';
import { findButton } from './button.ts';
import type { HandlerDeps } from './deps.ts';
import { inputText } from './modal-state.ts';
import { decidedAnswer, decision } from './verbs.ts';

/** Client-supplied: it names a button and a place to answer in, and carries no authority. */
const Metadata = z.object({
  button: z.string().max(64),
  channel: z.string().max(32).optional(),
  threadTs: z.string().max(32).optional(),
});

export function rejectRemediationModal(deps: HandlerDeps) {
  return async ({
    ack,
    view,
    context,
  }: SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs): Promise<void> => {
    await ack();
    const request = requestOf(context);
    const reason = inputText(view, inputs.reason);
    const { button: id, channel, threadTs } = Metadata.parse(JSON.parse(view.private_metadata));
    const button = await findButton(deps.buttons, id, ['reject']);
    const decided = await deps.services.remediations.reject({
      ...decision(request, button.remediationId ?? ''),
      reason,
      ...present({ channel, planHash: button.planHash }),
    });
    if (decided.moved) return;
    const words = await deps.words(request.person.userId);
    const place = {
      ...request.delivery,
      ...present({ channel, threadTs }),
    };
    await deps.answers.privately(place, decidedAnswer(decided, words));
  };
}
