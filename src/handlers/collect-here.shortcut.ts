import type { AllMiddlewareArgs, MessageShortcut, SlackShortcutMiddlewareArgs } from '@slack/bolt';
import { requestOf } from '../bot/middleware/request.ts';
import { present } from '../domain/kernel/present.ts';
import { startCollect } from './collect.ts';
import type { HandlerDeps } from './deps.ts';
import { say } from './verbs.ts';

type Args = SlackShortcutMiddlewareArgs<MessageShortcut> & AllMiddlewareArgs;

/** What was said before the message was written. */
const BEFORE_MS = 10 * 60_000;
const LEAST_BACK_MS = 60 * 60_000;
/** Older messages are about something that logs say no more of. */
const MOST_BACK_MS = 24 * 60 * 60_000;

/** "Collect logs here": a bundle in the thread of a message, with logs from some minutes before it. */
export function collectHereShortcut(deps: HandlerDeps) {
  return async ({ ack, shortcut, context }: Args): Promise<void> => {
    await ack();
    const request = requestOf(context);
    const { message } = shortcut;
    const threadTs = message.thread_ts ?? message.ts;
    const now = deps.clock.now().getTime();
    const answer = await startCollect(deps, request, {
      source: 'shortcut',
      words: await deps.words(request.person.userId),
      since: new Date(sinceOf(message.ts, now)).toISOString(),
      at: present({ channel: request.delivery.channel, threadTs }),
    });
    await say(deps, request, answer);
  };
}

/** Milliseconds since 1970: an hour back, or more where the message is older, and a day at the most. */
export function sinceOf(messageTs: string, now: number): number {
  const written = Number(messageTs) * 1000;
  const from = Number.isFinite(written) ? written - BEFORE_MS : now;
  return Math.max(now - MOST_BACK_MS, Math.min(now - LEAST_BACK_MS, from));
}
