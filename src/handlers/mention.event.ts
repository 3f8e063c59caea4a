import type { AllMiddlewareArgs, SlackEventMiddlewareArgs } from '@slack/bolt';
import { requestOf } from '../bot/middleware/request.ts';
import { faultAnswer } from '../bot/views/answers.view.ts';
import type { HandlerDeps } from './deps.ts';
import { parseCommand, withoutMention } from './grammar/command.ts';
import { answerCommand, say } from './verbs.ts';

/** `@aetherius …`: the same grammar, also inside a thread, where slash commands do not work. */
export function mentionEvent(deps: HandlerDeps) {
  return async ({
    event,
    context,
  }: SlackEventMiddlewareArgs<'app_mention'> & AllMiddlewareArgs): Promise<void> => {
    const request = requestOf(context);
    const words = await deps.words(request.person.userId);
    const text = withoutMention(event.text, deps.botUserId);
    const parsed = parseCommand(text, deps.settings.environments);
    if (!parsed.ok) {
      // A hint names environments and symptoms: it is for who may read.
      await deps.door.enter(request, { right: 'read' });
      return deps.answers.privately(request.delivery, faultAnswer(parsed.fault, words));
    }
    await say(
      deps,
      request,
      await answerCommand(deps, { request, source: 'mention', words }, parsed.command),
    );
  };
}
