import type { Request } from '../bot/middleware/request.ts';
import { noTimeline, timelineAnswer, timelineFile } from '../bot/views/timeline.view.ts';
import { AppError } from '../domain/kernel/errors.ts';
import { present } from '../domain/kernel/present.ts';
import type { Rendered } from '../domain/message/rendered.ts';
import type { TimelineFact } from '../domain/timeline/timeline.ts';
import type { Words } from '../text/words.ts';
import type { HandlerDeps } from './deps.ts';
import { plainText } from './grammar/command.ts';
import { environmentFor, threadIn, usualEnvironment } from './place.ts';

/**
 * The facts of an incident in order: to the asker in their language, and as a file where it was asked. What is read
 * first tells which environment it is; nothing of it is shown before the door has let the asker read that one there.
 */
export async function answerTimeline(
  deps: HandlerDeps,
  { request, words }: { readonly request: Request; readonly words: Words },
  environment: string | undefined,
): Promise<Rendered> {
  const { channel } = request.delivery;
  const thread = threadIn(request);
  const shownIn = present({ shownIn: channel });
  const { timelines } = await deps.door.enter(request, {
    right: 'read',
    ...shownIn,
    ...present({ environment }),
  });
  const usual = environment ?? usualEnvironment(deps.settings, channel);
  // Everything that is typed is typed somewhere.
  if (channel === undefined) throw new AppError('INVALID_INPUT', 'a delivery names no channel');
  const found = await timelines.find({
    place: { channel, ...present({ threadTs: thread?.threadTs }) },
    ...present({ environment, usual }),
  });
  if (found === undefined) {
    const meant = environmentFor(deps.settings, usual, channel);
    await deps.door.enter(request, { right: 'read', environment: meant, ...shownIn });
    return noTimeline(meant, words);
  }
  await deps.door.enter(request, { right: 'read', environment: found.environment, ...shownIn });
  const timeline = { ...found, facts: found.facts.map(asTyped), inThread: thread !== undefined };
  const name = `timeline-${found.environment}.md`;
  await timelines.attach(found, { name, text: timelineFile(timeline, words) });
  return timelineAnswer(timeline, name, words);
}

/** A pinned message as it was typed, without Slack's escapes. */
function asTyped(fact: TimelineFact): TimelineFact {
  if (fact.kind !== 'pinned') return fact;
  const { message } = fact;
  return { ...fact, message: { ...message, text: plainText(message.text) } };
}
