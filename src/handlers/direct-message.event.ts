import type { AllMiddlewareArgs, SlackEventMiddlewareArgs } from '@slack/bolt';
import { deliveryIn, type Request, requestOf } from '../bot/middleware/request.ts';
import type { CommandFault } from '../bot/views/command-fault.ts';
import type { HandlerDeps } from './deps.ts';
import { type ParsedCommand, withoutMention } from './grammar/command.ts';
import { messageText } from './message-text.ts';
import { answerTyped, readTyped } from './typed.ts';

/** Slack was told already: it may take a moment to read a file. */
const patienceMs = 10_000;

/** What is forwarded, and what a file says, is asked where the words beside it ask for nothing, or there are no words. */
async function withBeside(
  deps: HandlerDeps,
  request: Request,
  text: string,
  event: unknown,
): Promise<string> {
  const { texts, fileIds } = messageText(event);
  const beside = text === '' ? texts : texts.slice(1);
  if (beside.length === 0 && fileIds.length === 0) return text;
  if (text !== '' && !asksNothing(readTyped(deps, request, text))) return text;
  const { attachedLogs } = await deps.door.enter(request, { right: 'start' });
  const inFiles = fileIds.length === 0 ? '' : await attachedLogs.skim(fileIds, patienceMs);
  const said = [...beside, inFiles].filter((one) => one !== '');
  if (said.length === 0) return text;
  // What is forwarded begins with no verb.
  const together = ['diagnose', text, ...said].filter((one) => one !== '').join('\n');
  // Small talk beside it must not turn it into another request.
  return text === '' || readTyped(deps, request, together).ok ? together : ['diagnose', ...said].join('\n');
}

/** “Look at this” beside a file asks for no other command: it is the file that is meant. */
const nothingAsked: ReadonlySet<CommandFault['reason']> = new Set([
  ...(['unknown-verb', 'unknown-symptom', 'other-command'] as const),
]);
const asksNothing = (parsed: ParsedCommand): boolean => !parsed.ok && nothingAsked.has(parsed.fault.reason);

/**
 * A direct message is a request like a mention. What the bot itself or another app writes, and what Slack says of edits and
 * deletions, does not come through the gate (R-A12).
 */
export function directMessageEvent(deps: HandlerDeps) {
  return async ({
    event,
    context,
  }: SlackEventMiddlewareArgs<'message'> & AllMiddlewareArgs): Promise<void> => {
    if (event.channel_type !== 'im' || !('text' in event) || deliveryIn(context)?.person === undefined)
      return;
    const request = requestOf(context);
    if (request.person.userId === deps.botUserId) return;
    const text = withoutMention(event.text ?? '', deps.botUserId);
    const asked = await withBeside(deps, request, text, event);
    // A picture alone asks for nothing that words would say.
    if (asked === '') return;
    const words = await deps.words(request.person.userId);
    await answerTyped(deps, { request, source: 'mention', words }, asked);
  };
}
