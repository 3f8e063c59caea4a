import type { Request } from '../bot/middleware/request.ts';
import { AppError } from '../domain/kernel/errors.ts';
import { present } from '../domain/kernel/present.ts';
import type { Surface } from '../domain/run/run.ts';
import { type HandlerDeps, type HandlerSettings, teamOf } from './deps.ts';

/** Without a named one: the channel's, else the default, else the only one. */
export function usualEnvironment(settings: HandlerSettings, channel: string | undefined): string | undefined {
  const only = settings.environments.length === 1 ? settings.environments[0] : undefined;
  const ofChannel = channel === undefined ? undefined : settings.channel(channel).environment;
  return ofChannel ?? settings.defaultEnvironment ?? only;
}

/** Named, else the usual one. AppError INVALID_INPUT without both. */
export function environmentFor(
  settings: HandlerSettings,
  named: string | undefined,
  channel: string | undefined,
): string {
  const environment = named ?? usualEnvironment(settings, channel);
  if (environment !== undefined) return environment;
  throw new AppError('INVALID_INPUT', 'no environment was named and there is no default', {
    facts: { reason: 'no-environment', known: settings.environments.join(', ') },
  });
}

/** Where the answer goes, in the channel's language; in a direct message that is the reader's. */
export async function surfaceOf(
  deps: HandlerDeps,
  { delivery, person }: Request,
  at: { readonly channel?: string; readonly threadTs?: string } = delivery,
): Promise<Surface> {
  const { channel, threadTs } = at;
  if (channel === undefined) throw new AppError('INVALID_INPUT', 'a delivery names no channel');
  const language = channel.startsWith('D')
    ? (await deps.words(person.userId)).language
    : deps.settings.channel(channel).language;
  return {
    teamId: teamOf(delivery),
    channel,
    language,
    ...present({ threadTs }),
  };
}

/** A thread, as a delivery names it. */
export interface Thread {
  readonly channel: string;
  readonly threadTs: string;
}

/** Of a delivery in a thread that is there already. */
export function threadIn({ delivery }: Pick<Request, 'delivery'>): Thread | undefined {
  const { channel, threadTs, opensThread } = delivery;
  return channel === undefined || threadTs === undefined || opensThread === true
    ? undefined
    : { channel, threadTs };
}
