import type { AllMiddlewareArgs, SlackCommandMiddlewareArgs } from '@slack/bolt';
import { requestOf } from '../bot/middleware/request.ts';
import type { HandlerDeps } from './deps.ts';
import { answerTyped } from './typed.ts';

/** `/aetherius …`. The gate has written it down, so Slack is told at once. */
export function aetheriusCommand(deps: HandlerDeps) {
  return async ({ ack, command, context }: SlackCommandMiddlewareArgs & AllMiddlewareArgs): Promise<void> => {
    await ack();
    const request = requestOf(context);
    const words = await deps.words(request.person.userId);
    const asked = { request, source: 'slash', words, triggerId: command.trigger_id } as const;
    await answerTyped(deps, asked, command.text);
  };
}
