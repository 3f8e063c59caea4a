import type { AllMiddlewareArgs, MessageShortcut, SlackShortcutMiddlewareArgs } from '@slack/bolt';
import { requestOf } from '../bot/middleware/request.ts';
import { diagnoseModal } from '../bot/views/modals.view.ts';
import { present } from '../domain/kernel/present.ts';
import type { HandlerDeps } from './deps.ts';
import { messageText } from './message-text.ts';
import { usualEnvironment } from './place.ts';

type Args = SlackShortcutMiddlewareArgs<MessageShortcut> & AllMiddlewareArgs;

/** A window opens within three seconds or never (R-SLACK14). */
const patienceMs = 1200;

/** "Diagnose this message": an alert or a pasted error, shown for correction before it is looked into. */
export function diagnoseMessageShortcut(deps: HandlerDeps) {
  return async ({ ack, shortcut, context }: Args): Promise<void> => {
    await ack();
    const request = requestOf(context);
    const words = await deps.words(request.person.userId);
    const { attachedLogs } = await deps.door.enter(request, { right: 'start' });
    const { threadTs, texts, fileIds } = messageText(shortcut.message);
    const inFiles = fileIds.length === 0 ? '' : await attachedLogs.skim(fileIds, patienceMs);
    const { channel } = shortcut;
    const metadata = JSON.stringify({ channel: channel.id, threadTs });
    const { environments } = deps.settings;
    const initial = usualEnvironment(deps.settings, channel.id);
    const text = [...texts, inFiles].filter((one) => one !== '').join('\n');
    const view = diagnoseModal(
      { metadata, text, environments, offered: deps.catalogue, ...present({ initial }) },
      words,
    );
    await deps.slack.views.open({ trigger_id: shortcut.trigger_id, view });
  };
}
