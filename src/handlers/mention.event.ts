import type { AllMiddlewareArgs, SlackEventMiddlewareArgs } from '@slack/bolt';
import { requestOf } from '../bot/middleware/request.ts';
import type { HandlerDeps } from './deps.ts';
import { withoutMention } from './grammar/command.ts';
import { answerTyped } from './typed.ts';

/** `@aetherius …`: the same grammar or plain words, also inside a thread, where slash commands do not work. */
export function mentionEvent(deps: HandlerDeps) {
  return async ({
    event,
    context,
  }: SlackEventMiddlewareArgs<'app_mention'> & AllMiddlewareArgs): Promise<void> => {
    const request = requestOf(context);
    const words = await deps.words(request.person.userId);
    await answerTyped(
      deps,
      { request, source: 'mention', words },
      withoutMention(event.text, deps.botUserId),
    );
  };
}
