import type { AllMiddlewareArgs, GlobalShortcut, SlackShortcutMiddlewareArgs } from '@slack/bolt';
import { requestOf } from '../bot/middleware/request.ts';
import { healthModal } from '../bot/views/modals.view.ts';
import { present } from '../domain/kernel/present.ts';
import type { HandlerDeps } from './deps.ts';

/** "Aetherius health check" from anywhere: asks for environment, depth and channel. */
export function healthShortcut(deps: HandlerDeps) {
  return async ({
    ack,
    shortcut,
    context,
  }: SlackShortcutMiddlewareArgs<GlobalShortcut> & AllMiddlewareArgs): Promise<void> => {
    await ack();
    const request = requestOf(context);
    await deps.door.enter(request, { right: 'start' });
    const words = await deps.words(request.person.userId);
    const { environments, defaultEnvironment: initial } = deps.settings;
    const view = healthModal({ environments, ...present({ initial }) }, words);
    await deps.slack.views.open({ trigger_id: shortcut.trigger_id, view });
  };
}
