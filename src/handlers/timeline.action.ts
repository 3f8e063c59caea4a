import { requestOf } from '../bot/middleware/request.ts';
import { buttonIdIn, findButton } from './button.ts';
import type { HandlerDeps } from './deps.ts';
import type { ButtonArgs } from './remediation.action.ts';
import { answerTimeline } from './timeline.ts';

/** "Timeline" below an incident that is over: tells who presses it what happened, in order. */
export function timelineAction(deps: HandlerDeps) {
  return async ({ ack, body, context }: ButtonArgs): Promise<void> => {
    await ack();
    const request = requestOf(context);
    const words = await deps.words(request.person.userId);
    await deps.door.enter(request, { right: 'read' });
    const { data } = await findButton(deps.buttons, buttonIdIn(body), ['timeline'], request);
    const answer = await answerTimeline(deps, { request, words }, String(data.environment ?? ''));
    await deps.answers.privately(request.delivery, answer);
  };
}
