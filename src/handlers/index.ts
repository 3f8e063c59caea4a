import type {
  App,
  BlockAction,
  ButtonAction,
  GlobalShortcut,
  MessageShortcut,
  StaticSelectAction,
} from '@slack/bolt';
import { actionIds, callbacks, commands } from '../bot/ids.ts';
import { glassModal, rejectModal, requestModal, resolveModal } from '../bot/views/modals.view.ts';
import { aetheriusCommand } from './aetherius.command.ts';
import { analyseLogShortcut } from './analyse-log.shortcut.ts';
import {
  appGoneEvent,
  type ClosingEvent,
  channelClosedEvent,
  channelRenumberedEvent,
  channelUnsharedEvent,
  closingEvents,
} from './channel.event.ts';
import { chooseAction } from './choose.action.ts';
import { collectAction } from './collect.action.ts';
import { collectHereShortcut } from './collect-here.shortcut.ts';
import {
  breakGlassModal,
  rejectRemediationModal,
  requestRemediationModal,
  resolveRemediationModal,
} from './decision.modal.ts';
import { decisionModalAction } from './decision-modal.action.ts';
import type { HandlerDeps } from './deps.ts';
import { detailsAction } from './details.action.ts';
import { diagnoseAction } from './diagnose.action.ts';
import { diagnoseMessageModal } from './diagnose-message.modal.ts';
import { diagnoseMessageShortcut } from './diagnose-message.shortcut.ts';
import { directMessageEvent } from './direct-message.event.ts';
import { healthModalSubmission } from './health.modal.ts';
import { healthShortcut } from './health.shortcut.ts';
import { homeOpenedEvent } from './home.event.ts';
import { homeHealthAction } from './home-health.action.ts';
import { mentionEvent } from './mention.event.ts';
import { muteAction, muteLiftAction, muteModalSubmission } from './mute.action.ts';
import { otherFixAction } from './other-fix.action.ts';
import { readLogAction } from './read-log.action.ts';
import { remediationAction } from './remediation.action.ts';
import { reportAction } from './report.action.ts';
import { timelineAction } from './timeline.action.ts';
import { tokenModalSubmission } from './token.modal.ts';

/** Every entry point in Slack. A test compares this with `ids.ts` and with `manifest.yml`. */
export function registerHandlers(app: App, deps: HandlerDeps): void {
  app.command(commands.aetherius, aetheriusCommand(deps));
  app.event('app_mention', mentionEvent(deps));
  app.event('message', directMessageEvent(deps));
  app.event('app_home_opened', homeOpenedEvent(deps));
  for (const [type, why] of Object.entries(closingEvents) as [ClosingEvent, 'shared'][])
    app.event(type, channelClosedEvent(deps, why));
  app.event('channel_id_changed', channelRenumberedEvent(deps));
  app.event('channel_unshared', channelUnsharedEvent(deps));
  app.event('app_uninstalled', appGoneEvent(deps));
  app.event('tokens_revoked', appGoneEvent(deps));

  app.shortcut<GlobalShortcut>(
    { callback_id: callbacks.healthShortcut, type: 'shortcut' },
    healthShortcut(deps),
  );
  app.shortcut<MessageShortcut>(
    { callback_id: callbacks.diagnoseMessage, type: 'message_action' },
    diagnoseMessageShortcut(deps),
  );
  app.shortcut<MessageShortcut>(
    { callback_id: callbacks.analyseLog, type: 'message_action' },
    analyseLogShortcut(deps),
  );

  app.shortcut<MessageShortcut>(
    { callback_id: callbacks.collectHere, type: 'message_action' },
    collectHereShortcut(deps),
  );

  app.view(callbacks.healthModal, healthModalSubmission(deps));
  app.view(callbacks.requestModal, requestRemediationModal(deps));
  app.view(callbacks.rejectModal, rejectRemediationModal(deps));
  app.view(callbacks.resolveModal, resolveRemediationModal(deps));
  app.view(callbacks.glassModal, breakGlassModal(deps));
  app.view(callbacks.diagnoseModal, diagnoseMessageModal(deps));
  app.view(callbacks.tokenModal, tokenModalSubmission(deps));
  app.view(callbacks.muteModal, muteModalSubmission(deps));

  const onButton = (id: string, listener: ReturnType<typeof detailsAction>): void => {
    app.action<BlockAction<ButtonAction>>({ action_id: id, type: 'block_actions' }, listener);
  };
  onButton(actionIds.details, detailsAction(deps));
  onButton(actionIds.diagnose, diagnoseAction(deps));
  onButton(actionIds.readLog, readLogAction(deps));
  onButton(actionIds.collect, collectAction(deps));
  onButton(actionIds.report, reportAction(deps));
  onButton(actionIds.mute, muteAction(deps));
  onButton(actionIds.timeline, timelineAction(deps));
  onButton(actionIds.muteLift, muteLiftAction(deps));
  app.action<BlockAction<StaticSelectAction>>(
    { action_id: actionIds.choose, type: 'block_actions' },
    chooseAction(deps),
  );
  app.action<BlockAction<StaticSelectAction>>(
    { action_id: actionIds.otherFix, type: 'block_actions' },
    otherFixAction(deps),
  );
  onButton(actionIds.homeHealth, homeHealthAction(deps));
  onButton(
    actionIds.reject,
    decisionModalAction(deps, (metadata, words) => rejectModal(metadata, [], words)),
  );
  onButton(actionIds.requestWhy, decisionModalAction(deps, requestModal));
  onButton(actionIds.resolve, decisionModalAction(deps, resolveModal));
  onButton(actionIds.breakGlass, decisionModalAction(deps, glassModal));
  for (const purpose of ['request', 'approve', 'cancel', 'stop', 'undo'] as const)
    onButton(actionIds[purpose], remediationAction(deps, purpose));
}
