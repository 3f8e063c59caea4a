/** As `chat.getPermalink` gives it, without asking Slack (docs.slack.dev/reference/methods/chat.getPermalink). */
export function permalink(
  workspace: string,
  message: { readonly channel: string; readonly ts: string; readonly threadTs?: string },
): string {
  const { channel, ts, threadTs } = message;
  const link = `${workspace.replace(/\/?$/, '/')}archives/${channel}/p${ts.replace('.', '')}`;
  return threadTs === undefined || threadTs === ts ? link : `${link}?thread_ts=${threadTs}&cid=${channel}`;
}
