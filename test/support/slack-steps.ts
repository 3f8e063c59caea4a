/** What people do in Slack again and again, and what they then see. */
import type { Control, SlackMessage } from '@aetherius/slack-emulator';
import { people, places } from './slack-product.ts';

export interface Asking {
  readonly user?: string;
  readonly channel?: string;
  readonly text?: string;
}

export const isRoot = ({ threadTs, ts }: SlackMessage): boolean => threadTs === null || threadTs === ts;

/** How the first line of a health check begins that has seen something. */
const seen = /^:(?:octagonal_sign|large_orange_diamond|warning|large_green_circle|grey_question): \*/;
export const isAnswered = ({ text }: SlackMessage): boolean => seen.test(text);

export async function askForHealth(
  control: Control,
  { user = people.requester, channel = places.incidents, text = '/aetherius health prod' }: Asking = {},
): Promise<SlackMessage> {
  const typed = await control.command({ user, channel, text });
  if (!typed.ok) throw new Error(`the command failed: ${JSON.stringify(typed)}`);
  return control.waitForMessage(
    { channel, where: (message) => isRoot(message) && isAnswered(message) },
    { timeoutMs: 15_000 },
  );
}

/** Health, then "Apply fix" on the finding: the table, the finding and the card that waits for approval. */
export async function askForFix(
  control: Control,
  { user = people.requester, channel = places.incidents }: Asking = {},
): Promise<{ readonly table: SlackMessage; readonly finding: SlackMessage; readonly card: SlackMessage }> {
  const table = await askForHealth(control, { user, channel });
  const finding = await control.waitForMessage(
    { channel, threadTs: table.ts, contains: 'remediation.request' },
    { timeoutMs: 15_000 },
  );
  const clicked = await control.click({
    user,
    channel,
    ts: finding.ts,
    actionId: 'remediation.request',
    confirm: true,
  });
  if (!clicked.ok) throw new Error(`the click failed: ${JSON.stringify(clicked)}`);
  const card = await control.waitForMessage(
    { channel, threadTs: table.ts, contains: 'remediation.approve' },
    { timeoutMs: 15_000 },
  );
  return { table, finding, card };
}
