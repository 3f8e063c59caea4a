import type { Request } from '../bot/middleware/request.ts';
import { faultAnswer } from '../bot/views/answers.view.ts';
import type { CommandFault } from '../bot/views/command-fault.ts';
import { present } from '../domain/kernel/present.ts';
import type { HandlerDeps } from './deps.ts';
import { answerFollowUp } from './follow-up.ts';
import { environmentIn, type ParsedCommand } from './grammar/command.ts';
import { followUpIn } from './grammar/follow-up.ts';
import { commandOf } from './grammar/in-words.ts';
import { threadIn, usualEnvironment } from './place.ts';
import { type Asked, answerCommand, say } from './verbs.ts';

/** What somebody has typed, wherever: a command, or plain words that ask for one. What is wrong with it is told to them alone. */
export async function answerTyped(deps: HandlerDeps, asked: Asked, text: string): Promise<void> {
  const { request } = asked;
  const thread = threadIn(request);
  const follow = thread && followUpIn(text, deps.settings.environments);
  if (thread === undefined || follow === undefined) return answerRequest(deps, asked, text);
  const answer = await answerFollowUp(deps, asked, thread, follow);
  if (answer !== undefined && 'typed' in answer) return answerRequest(deps, asked, answer.typed);
  await say(deps, request, answer);
}

async function answerRequest(deps: HandlerDeps, asked: Asked, text: string): Promise<void> {
  const { request } = asked;
  const parsed = readTyped(deps, request, text);
  if (!parsed.ok) return answerFault(deps, asked, parsed.fault, text);
  await say(deps, request, await answerCommand(deps, asked, parsed.command));
}

/** Names of parts are those of the environment that is meant. */
export function readTyped(deps: HandlerDeps, { delivery }: Request, text: string): ParsedCommand {
  const { settings, catalogue } = deps;
  const usual = usualEnvironment(settings, delivery.channel);
  return commandOf(text, settings.environments, {
    ...catalogue,
    understand: (words, environment) => catalogue.understand(words, environment ?? usual),
    choices: (words, environment) => catalogue.choices(words, environment ?? usual),
    part: (name, environment) => catalogue.part(name, environment ?? usual),
  });
}

export async function answerFault(
  deps: HandlerDeps,
  { request, words }: Pick<Asked, 'request' | 'words'>,
  fault: CommandFault,
  text: string,
): Promise<void> {
  // A hint names environments and symptoms: it is for who may read.
  await deps.door.enter(request, { right: 'read' });
  const environment = environmentIn(text, deps.settings.environments);
  const menu = { offered: deps.catalogue, ...present({ environment }) };
  const answer = faultAnswer(fault, words, menu);
  // What is asked in a direct message stays there; it is private as it is.
  const stays = fault.reason === 'several-symptoms' && request.delivery.channel?.startsWith('D') === true;
  await (stays
    ? deps.answers.inPlace(request.delivery, answer)
    : deps.answers.privately(request.delivery, answer));
}
