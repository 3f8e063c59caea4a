import type { AllMiddlewareArgs, MessageShortcut, SlackShortcutMiddlewareArgs } from '@slack/bolt';
import { requestOf } from '../bot/middleware/request.ts';
import { diagnoseModal } from '../bot/views/modals.view.ts';
import { present } from '../domain/kernel/present.ts';
import type { HandlerDeps } from './deps.ts';

type Args = SlackShortcutMiddlewareArgs<MessageShortcut> & AllMiddlewareArgs;

/** "Diagnose this message": an alert or a pasted error, shown for correction before it is looked into. */
export function diagnoseMessageShortcut(deps: HandlerDeps) {
  return async ({ ack, shortcut, context }: Args): Promise<void> => {
    await ack();
    const request = requestOf(context);
    const words = await deps.words(request.person.userId);
    await deps.door.enter(request, { right: 'start' });
    const { channel, message } = shortcut;
    const metadata = JSON.stringify({ channel: channel.id, threadTs: message.thread_ts ?? message.ts });
    const { environments, defaultEnvironment: initial } = deps.settings;
    const text = message.text ?? '';
    const view = diagnoseModal({ metadata, text, environments, ...present({ initial }) }, words);
    await deps.slack.views.open({ trigger_id: shortcut.trigger_id, view });
  };
}
