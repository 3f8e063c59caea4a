import type { Request } from '../bot/middleware/request.ts';
import { plainAnswer } from '../bot/views/answers.view.ts';
import { present } from '../domain/kernel/present.ts';
import type { Rendered } from '../domain/message/rendered.ts';
import type { RunSource, Surface } from '../domain/run/run.ts';
import type { Words } from '../text/words.ts';
import { type HandlerDeps, teamOf } from './deps.ts';
import { environmentFor, surfaceOf } from './place.ts';

export interface CollectWish {
  readonly source: RunSource;
  readonly words: Words;
  /** As it was typed, or an ISO time. */
  readonly since?: string;
  readonly environment?: string;
  /** Default: where it was asked. */
  readonly at?: { readonly channel?: string; readonly threadTs?: string };
  /** Same key, same bundle, and a second request gets a message that says so; default one for each delivery. */
  readonly dedupeKey?: string;
}

/**
 * Starts a bundle for somebody who may start runs. It goes into the thread where its environment's insides may be shown
 * (R-A11), else to the person; the place where it was asked is told so. Returns what is said at once.
 */
export async function startCollect(
  deps: HandlerDeps,
  request: Request,
  { source, words, since, environment: named, at, dedupeKey }: CollectWish,
): Promise<{ readonly rendered: Rendered; readonly audience: 'private' | 'place' } | undefined> {
  const { channel } = request.delivery;
  const environment = environmentFor(deps.settings, named, channel);
  const asked = await surfaceOf(deps, request, at);
  const { runs } = await deps.door.enter(request, { right: 'start', environment });
  const entry = await deps.door.shows(environment, asked.channel);
  const own: Surface = {
    teamId: teamOf(request.delivery),
    channel: request.person.userId,
    language: words.language,
  };
  const started = await runs.start({
    ...{ kind: 'collect', environment, source, requestedBy: request.person },
    ...{ params: present({ since }), dedupeKey: dedupeKey ?? request.requestId },
    surface: entry.ok ? asked : own,
    ...(entry.ok
      ? {}
      : { elsewhere: { at: asked, why: entry.why === 'shared-channel' ? 'shared' : 'unknown' } }),
  });
  if (started.duplicate && dedupeKey !== undefined)
    return { rendered: plainAnswer(words.say('collect.again'), words), audience: 'private' };
  if (started.courier === 'ok') return undefined;
  const reference = started.runId.slice(-8);
  return { rendered: plainAnswer(words.say('run.courier-down', { reference }), words), audience: 'place' };
}
