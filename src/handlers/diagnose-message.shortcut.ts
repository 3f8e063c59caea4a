import type { AllMiddlewareArgs, MessageShortcut, SlackShortcutMiddlewareArgs } from '@slack/bolt';
import { callbacks } from '../bot/ids.ts';
import { requestOf } from '../bot/middleware/request.ts';
import { diagnoseModal } from '../bot/views/modals.view.ts';
import type { HandlerDeps } from './deps.ts';
import { answerCommand, say } from './verbs.ts';

type Args = SlackShortcutMiddlewareArgs<MessageShortcut> & AllMiddlewareArgs;

/** "Diagnose this message": an alert or a pasted error, shown for correction before it is looked into. */
export function diagnoseMessageShortcut(deps: HandlerDeps) {
  return async ({ ack, shortcut, client, context }: Args): Promise<void> => {
    await ack();
    const request = requestOf(context);
    const words = await deps.words(request.person.userId);
    if (!deps.settings.available.has('diagnose'))
      return say(
        deps,
        request,
        await answerCommand(deps, { request, source: 'mention', words }, { kind: 'diagnose', symptom: '' }),
      );
    const { channel, message } = shortcut;
    const metadata = JSON.stringify({ channel: channel.id, threadTs: message.thread_ts ?? message.ts });
    const { environments, defaultEnvironment: initial } = deps.settings;
    const text = message.text ?? '';
    const view = diagnoseModal(
      { metadata, text, environments, ...(initial === undefined ? {} : { initial }) },
      words,
    );
    await client.views.open({ trigger_id: shortcut.trigger_id, view });
  };
}

/** "Analyse this log" and "Collect logs into this thread": the verbs of the same name, for the message's thread. */
export function messageVerbShortcut(deps: HandlerDeps, callbackId: string) {
  return async ({ ack, context }: Args): Promise<void> => {
    await ack();
    const request = requestOf(context);
    const words = await deps.words(request.person.userId);
    const command =
      callbackId === callbacks.collectLogs
        ? ({ kind: 'collect' } as const)
        : ({ kind: 'logs', part: '' } as const);
    await say(deps, request, await answerCommand(deps, { request, source: 'mention', words }, command));
  };
}
