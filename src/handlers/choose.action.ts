import type {
  AllMiddlewareArgs,
  BlockAction,
  SlackActionMiddlewareArgs,
  StaticSelectAction,
} from '@slack/bolt';
import { requestOf } from '../bot/middleware/request.ts';
import { AppError } from '../domain/kernel/errors.ts';
import { buttonIdIn } from './button.ts';
import type { HandlerDeps } from './deps.ts';
import { answerFault, readTyped } from './typed.ts';
import { answerCommand, say } from './verbs.ts';

type Args = SlackActionMiddlewareArgs<BlockAction<StaticSelectAction>> & AllMiddlewareArgs;

/** What an entry of a menu may ask for; nothing of these decides. */
const mayBeChosen: ReadonlySet<string> = new Set(['diagnose', 'fix', 'logs']);

/** An entry of a menu of symptoms, parts or fixes: it is what somebody would have typed. */
export function chooseAction(deps: HandlerDeps) {
  return async ({ ack, body, context }: Args): Promise<void> => {
    await ack();
    const request = requestOf(context);
    const words = await deps.words(request.person.userId);
    const text = buttonIdIn(body);
    const parsed = readTyped(deps, request, text);
    if (!parsed.ok) return answerFault(deps, { request, words }, parsed.fault, text);
    if (!mayBeChosen.has(parsed.command.kind))
      throw new AppError('INVALID_INPUT', 'no entry of a menu of ours', {
        facts: { reason: 'button-shape' },
      });
    const asked = { request, source: 'button', words } as const;
    await say(deps, request, await answerCommand(deps, asked, parsed.command));
  };
}
