import type { Request } from '../bot/middleware/request.ts';
import { plainAnswer } from '../bot/views/answers.view.ts';
import { type ListedMute, mutesAnswer } from '../bot/views/mute.view.ts';
import { AppError } from '../domain/kernel/errors.ts';
import { present } from '../domain/kernel/present.ts';
import type { Rendered } from '../domain/message/rendered.ts';
import { knownLines } from '../domain/mute/known-lines.ts';
import type { Mute } from '../domain/mute/mute.ts';
import type { PartId } from '../domain/platform/part.ts';
import type { Words } from '../text/words.ts';
import type { HandlerDeps, HandlerSettings } from './deps.ts';
import type { MuteChange } from './grammar/command.ts';
import { environmentFor } from './place.ts';

/** More are not listed at once. */
const most = 20;

/** `/aetherius mute …`: what is muted, and the same by word as by the button of a finding. */
export async function answerMute(
  deps: HandlerDeps,
  { request, words }: { readonly request: Request; readonly words: Words },
  { change, environment: named }: { readonly change: MuteChange; readonly environment?: string },
): Promise<Rendered> {
  const { channel, threadTs } = request.delivery;
  if (change.what === 'show' || change.what === 'export') {
    const mutes = await mutesFor(deps, request, named);
    if (change.what === 'show') {
      const readable = await deps.door.readable(request.person, channel);
      const shown = named === undefined ? readable : readable.filter((name) => name === named);
      return mutesAnswer(await listed(deps, mutes), acceptedIn(deps.settings, shown), words);
    }
    const lines = knownLines(mutes);
    const text = lines.length === 0 ? words.say('mute.export.none') : words.say('mute.export');
    return plainAnswer([text, ...(lines.length === 0 ? [] : ['```', ...lines, '```'])].join('\n'), words);
  }
  const environment = environmentFor(deps.settings, named, channel);
  const part = deps.catalogue.partNamed(change.part, environment);
  if (part === undefined)
    throw new AppError('INVALID_INPUT', 'there is no such part', {
      facts: { reason: 'no-part', word: change.part },
    });
  const asked = { ...askedBy(deps, request, { channel, threadTs }) };
  if (change.what === 'lift') {
    const which = { environment, part, cause: change.cause };
    const { cause } = await deps.door.deciding.mutes.lift({ ...asked, which });
    return plainAnswer(words.say('mute.done.lifted', { cause, part: partWord(part, words) }), words);
  }
  const { cause } = await deps.door.deciding.mutes.set({
    ...{ ...asked, environment, part, cause: change.cause, kind: change.what, reason: change.reason },
    ...present({ forMs: change.forMs }),
  });
  const done = change.what === 'known' ? 'mute.done.known' : 'mute.done';
  return plainAnswer(words.say(done, { cause, part: partWord(part, words) }), words);
}

export const partWord = (part: PartId, words: Words): string => words.lookupPlain(`part.${part}`) ?? part;

/** Those of environments that this person may read. */
async function mutesFor(
  { door }: HandlerDeps,
  request: Request,
  environment: string | undefined,
): Promise<readonly Mute[]> {
  const { mutes } = await door.enter(request, { right: 'read', ...present({ environment }) });
  const readable = await door.readable(request.person, request.delivery.channel);
  return (await mutes.list(environment)).filter((mute) => readable.includes(mute.environment));
}

/** What the configuration accepts for good, with its environment. */
export const acceptedIn = ({ known }: Pick<HandlerSettings, 'known'>, environments: readonly string[]) =>
  environments.flatMap((environment) => known(environment).map((one) => ({ ...one, environment })));

/** Each with the button that lifts it. */
export function listed(
  { buttons }: Pick<HandlerDeps, 'buttons'>,
  mutes: readonly Mute[],
): Promise<readonly ListedMute[]> {
  return Promise.all(
    mutes
      .slice(0, most)
      .map(async (mute) => ({ mute, lift: await buttons.make({ purpose: 'mute-lift', mute: mute.id }) })),
  );
}

/** Who asks, and where it is said what they did. */
export function askedBy(
  { settings }: HandlerDeps,
  { person: by, requestId, payloadDigest }: Request,
  { channel, threadTs }: { readonly channel?: string | undefined; readonly threadTs?: string | undefined },
) {
  // What is said in a direct message is said to the person already.
  const told =
    channel === undefined || channel.startsWith('D')
      ? {}
      : { channel, language: settings.channel(channel).language, ...present({ threadTs }) };
  return { by, requestId, payloadDigest, ...told };
}
