/** Fields of Slack's payloads that Slack or we read back; no field holds what a person or a target has said. */
const machineFields = new Set(
  `
  type action_id block_id callback_id external_id private_metadata root_view_id previous_view_id hash style
  channel channel_id channel_name user user_id user_name user_team team team_id team_domain enterprise_id
  app_id api_app_id bot_id app_installed_team_id event_id event_context client_msg_id
  ts thread_ts message_ts event_ts action_ts latest oldest trigger_id view_id token upload_url response_url
  file_id bundle image_url outbox_id message_id eventType event_type command locale encoding mode userId threadTs
`
    .trim()
    .split(/\s+/),
);

/**
 * Text in a payload of Slack that stays as it is. The `value` of a button or option names a row of ours; that of an
 * input is what somebody typed. A `response_url` lets us answer for half an hour, and only the inbox has it.
 */
export function keptInSlack(key: string, parent: Readonly<Record<string, unknown>>): boolean {
  if (key === 'value') return parent.type === 'button' || (parent.type === undefined && 'text' in parent);
  if (key === 'id') return true;
  return machineFields.has(key);
}
