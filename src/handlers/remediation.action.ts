import type { AllMiddlewareArgs, BlockAction, ButtonAction, SlackActionMiddlewareArgs } from '@slack/bolt';
import { requestOf } from '../bot/middleware/request.ts';
import { present } from '../domain/kernel/present.ts';
import type { RemediationButton } from '../domain/message/remediation-view.ts';
import { buttonIdIn, decidingButton } from './button.ts';
import type { HandlerDeps } from './deps.ts';
import { decidedAnswer, decision } from './verbs.ts';

export type ButtonArgs = SlackActionMiddlewareArgs<BlockAction<ButtonAction>> & AllMiddlewareArgs;

/** Apply, Approve, Cancel, Stop, Undo: state decides what the click does, not the button (R-S5). */
export function remediationAction(
  deps: HandlerDeps,
  purpose: Exclude<RemediationButton, 'reject' | 'resolve' | 'break-glass'>,
) {
  return async ({ ack, body, context }: ButtonArgs): Promise<void> => {
    await ack();
    const request = requestOf(context);
    const button = await decidingButton(deps.buttons, buttonIdIn(body), purpose, request);
    const decided = await deps.door.deciding.remediations[purpose]({
      ...decision(request, button.remediationId),
      ...present({ planHash: button.planHash }),
    });
    // What moved is said in the thread by the state itself (R-S6); only who changed nothing is told.
    if (decided.moved) return;
    const words = await deps.words(request.person.userId);
    await deps.answers.privately(request.delivery, decidedAnswer(decided, words));
  };
}
