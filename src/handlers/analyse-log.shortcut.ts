import type { AllMiddlewareArgs, MessageShortcut, SlackShortcutMiddlewareArgs } from '@slack/bolt';
import { z } from 'zod';
import { requestOf } from '../bot/middleware/request.ts';
import { AppError } from '../domain/kernel/errors.ts';
import type { HandlerDeps } from './deps.ts';
import { plainText } from './grammar/command.ts';
import { environmentFor, surfaceOf } from './place.ts';

type Args = SlackShortcutMiddlewareArgs<MessageShortcut> & AllMiddlewareArgs;

/** Of a message: its words, those that an app put beside them, and the ids of its files. Nothing else of it counts. */
const LogMessage = z.object({
  ts: z.string().max(32),
  thread_ts: z.string().max(32).optional(),
  text: z.string().default(''),
  attachments: z
    .array(z.object({ text: z.string().optional(), fallback: z.string().optional() }))
    .default([]),
  files: z.array(z.object({ id: z.string().max(32) })).default([]),
});

/** "Analyse this log": what the text and the files of a message say is wrong, in the message's thread. */
export function analyseLogShortcut(deps: HandlerDeps) {
  return async ({ ack, shortcut, context }: Args): Promise<void> => {
    await ack();
    const request = requestOf(context);
    const { channel } = request.delivery;
    const environment = environmentFor(deps.settings, undefined, channel);
    const message = LogMessage.parse(shortcut.message);
    const threadTs = message.thread_ts ?? message.ts;
    const surface = await surfaceOf(deps, request, {
      ...(channel === undefined ? {} : { channel }),
      threadTs,
    });
    const { attachedLogs } = await deps.door.enter(request, {
      right: 'start',
      environment,
      shownIn: surface.channel,
    });
    const texts = [message.text, ...message.attachments.map(({ text, fallback }) => text ?? fallback ?? '')]
      .map(logIn)
      .filter((text) => text.trim() !== '');
    const fileIds = message.files.map(({ id }) => id);
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

/** A log as it was pasted: without Slack's escapes, and without the marks of a block of code. */
function logIn(text: string): string {
  return plainText(text)
    .replace(/^\s*```|```\s*$/g, '')
    .replace(/\n```|```\n/g, '\n');
}

/** Where the bot is no member of a private place it can say nothing, and its answer would be lost. */
async function mustBeIn({ slack }: HandlerDeps, channel: string): Promise<void> {
  await slack.conversations.info({ channel }).catch(() => {
    throw new AppError('INVALID_INPUT', 'the bot cannot see the place of a message', {
      facts: { reason: 'log-not-in-place' },
    });
  });
}
