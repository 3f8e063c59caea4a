import type { AllMiddlewareArgs, MessageShortcut, SlackShortcutMiddlewareArgs } from '@slack/bolt';
import { requestOf } from '../bot/middleware/request.ts';
import { AppError } from '../domain/kernel/errors.ts';
import type { HandlerDeps } from './deps.ts';
import { messageText } from './message-text.ts';
import { environmentFor, surfaceOf } from './place.ts';

type Args = SlackShortcutMiddlewareArgs<MessageShortcut> & AllMiddlewareArgs;

/** "Analyse this log": what the text and the files of a message say is wrong, in the message's thread. */
export function analyseLogShortcut(deps: HandlerDeps) {
  return async ({ ack, shortcut, context }: Args): Promise<void> => {
    await ack();
    const request = requestOf(context);
    const { channel } = request.delivery;
    const environment = environmentFor(deps.settings, undefined, channel);
    const { threadTs, texts, fileIds } = messageText(shortcut.message);
    const surface = await surfaceOf(deps, request, {
      ...(channel === undefined ? {} : { channel }),
      threadTs,
    });
    const { attachedLogs } = await deps.door.enter(request, {
      right: 'start',
      environment,
      shownIn: surface.channel,
    });
    if (texts.length === 0 && fileIds.length === 0)
      throw new AppError('INVALID_INPUT', 'a message has no text and no file', {
        facts: { reason: 'log-nothing-in-message' },
      });
    await mustBeIn(deps, surface.channel);
    await attachedLogs.answer({
      ...{ environment, surface, texts, fileIds },
      requestedBy: request.person,
      dedupeKey: request.requestId,
    });
  };
}

/** Where the bot is no member of a private place it can say nothing, and its answer would be lost. */
async function mustBeIn({ slack }: HandlerDeps, channel: string): Promise<void> {
  await slack.conversations.info({ channel }).catch(() => {
    throw new AppError('INVALID_INPUT', 'the bot cannot see the place of a message', {
      facts: { reason: 'log-not-in-place' },
    });
  });
}
