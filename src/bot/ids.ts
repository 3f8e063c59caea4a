import type { RemediationButton } from '../domain/message/remediation-view.ts';

/** Names that Slack sends back to us; `manifest.yml` and the views are tested against them. */
export const commands = { aetherius: '/aetherius' } as const;

export const callbacks = {
  healthShortcut: 'aetherius_health',
  diagnoseMessage: 'aetherius_diagnose_message',
  analyseLog: 'aetherius_analyse_log',
  collectHere: 'aetherius_collect_logs',
  healthModal: 'aetherius_health_modal',
  requestModal: 'aetherius_request_modal',
  rejectModal: 'aetherius_reject_modal',
  resolveModal: 'aetherius_resolve_modal',
  glassModal: 'aetherius_break_glass_modal',
  diagnoseModal: 'aetherius_diagnose_modal',
  detailsModal: 'aetherius_details_modal',
  tokenModal: 'aetherius_token_modal',
  tokenShown: 'aetherius_token_shown',
  muteModal: 'aetherius_mute_modal',
} as const;

/** Every action_id of ours; `value` is the opaque id of a row in `buttons`, but in a menu of `choose` a command as typed. */
export const actionIds = {
  details: 'details',
  diagnose: 'diagnose',
  readLog: 'logs.read',
  collect: 'collect',
  report: 'report',
  request: 'remediation.request',
  /** The same where the policy wants a typed reason: it opens a modal first. */
  requestWhy: 'remediation.request-why',
  approve: 'remediation.approve',
  reject: 'remediation.reject',
  cancel: 'remediation.cancel',
  stop: 'remediation.stop',
  undo: 'remediation.undo',
  resolve: 'remediation.resolve',
  otherFix: 'remediation.other',
  breakGlass: 'remediation.break-glass',
  mute: 'mute',
  muteLift: 'mute.lift',
  timeline: 'timeline',
  choose: 'choose',
  homeHealth: 'home.health',
} as const;
export type ActionId = (typeof actionIds)[keyof typeof actionIds];

export const remediationActionIds = {
  request: actionIds.request,
  approve: actionIds.approve,
  reject: actionIds.reject,
  cancel: actionIds.cancel,
  stop: actionIds.stop,
  undo: actionIds.undo,
  resolve: actionIds.resolve,
  'break-glass': actionIds.breakGlass,
} as const satisfies Readonly<Record<RemediationButton, ActionId>>;

/** Input blocks of our modals: `block_id` and the `action_id` of its element are the same. */
export const inputs = {
  environment: 'environment',
  depth: 'depth',
  channel: 'channel',
  reason: 'reason',
  outcome: 'outcome',
  symptom: 'symptom',
  choice: 'choice',
  name: 'name',
  days: 'days',
  span: 'span',
} as const;

/** `metadata.event_type` of every message of ours (R-S3). */
export const messageEventType = 'aetherius_message';
