import type { AllMiddlewareArgs, SlackCommandMiddlewareArgs } from '@slack/bolt';
import { requestOf } from '../bot/middleware/request.ts';
import { faultAnswer } from '../bot/views/answers.view.ts';
import type { HandlerDeps } from './deps.ts';
import { parseCommand } from './grammar/command.ts';
import { answerCommand, say } from './verbs.ts';

/** `/aetherius …`. The gate has written it down, so Slack is told at once. */
export function aetheriusCommand(deps: HandlerDeps) {
  return async ({ ack, command, context }: SlackCommandMiddlewareArgs & AllMiddlewareArgs): Promise<void> => {
    await ack();
    const request = requestOf(context);
    const words = await deps.words(request.person.userId);
    const parsed = parseCommand(command.text, deps.settings.environments);
    if (!parsed.ok) {
      // A hint names environments and symptoms: it is for who may read.
      await deps.door.enter(request, { right: 'read' });
      return deps.answers.privately(request.delivery, faultAnswer(parsed.fault, words));
    }
    await say(
      deps,
      request,
      await answerCommand(
        deps,
        { request, source: 'slash', words, triggerId: command.trigger_id },
        parsed.command,
      ),
    );
  };
}
