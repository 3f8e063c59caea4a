import type { App } from '@slack/bolt';
import type { Logger } from '../../domain/kernel/clock.ts';
import { shortened } from '../../domain/kernel/text.ts';
import { actionIds, callbacks, commands } from '../ids.ts';

/** Matches everything but these names. */
export function nothingOf(names: readonly string[]): RegExp {
  const escaped = names.map((name) => name.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
  return new RegExp(`^(?!(?:${escaped.join('|')})$)`);
}

/** Without a listener there is no ack, and Slack shows a failure after 3 s (R-SLACK5). */
export function catchAll(app: App, logger: Logger): void {
  const unknown = (kind: string, name: unknown): void =>
    logger.warn({ kind, name: shortened(String(name), 80) }, 'Slack sent something without a handler');
  const callbackIds = nothingOf(Object.values(callbacks));
  app.command(nothingOf(Object.values(commands)), async ({ ack, command }) => {
    await ack();
    unknown('command', command.command);
  });
  app.action(nothingOf(Object.values(actionIds)), async ({ ack, action }) => {
    await ack();
    unknown('action', 'action_id' in action ? action.action_id : action.type);
  });
  app.shortcut(callbackIds, async ({ ack, shortcut }) => {
    await ack();
    unknown('shortcut', shortcut.callback_id);
  });
  app.view({ callback_id: callbackIds, type: 'view_submission' }, async ({ ack, view }) => {
    await ack();
    unknown('view', view.callback_id);
  });
  app.view({ callback_id: /.*/, type: 'view_closed' }, async ({ ack }) => {
    await ack();
  });
  app.options(/.*/, async ({ ack }) => {
    await ack({ options: [] });
  });
}
