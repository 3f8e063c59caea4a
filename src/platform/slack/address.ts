/** Hosts of Slack's own: the Web API, hooks, and where files lie in the plans that there are. */
const slacks = /(?:^|\.)(?:slack|slack-gov|slack-files)\.com$/;

/** Whether this leads to Slack; `apiUrl`: another root of the Web API (`SLACK_API_URL`), whose host counts as well. */
export function isSlacks(url: string, apiUrl: string | undefined): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, origin } = new URL(url);
  if (apiUrl !== undefined && origin === new URL(apiUrl).origin) return true;
  return protocol === 'https:' && slacks.test(hostname);
}
