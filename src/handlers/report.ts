import type { Request } from '../bot/middleware/request.ts';
import { plainAnswer } from '../bot/views/answers.view.ts';
import { fitsInAnswer, reportAnswer, reportAttached } from '../bot/views/report.view.ts';
import { present } from '../domain/kernel/present.ts';
import type { Rendered } from '../domain/message/rendered.ts';
import type { HandlerDeps } from './deps.ts';

/** X1 for one person: the text to copy, or where the file with it is. In the reader's language. */
export async function reportFor(
  deps: HandlerDeps,
  request: Request,
  which: { readonly run?: string; readonly environment?: string },
): Promise<Rendered> {
  const words = await deps.words(request.person.userId);
  const { channel, threadTs } = request.delivery;
  const { environment } = which;
  const { reports } = await deps.door.enter(request, { right: 'read', ...present({ environment }) });
  const made = await reports.make({
    ...which,
    ...present({ place: channel === undefined ? undefined : { channel, ...present({ threadTs }) } }),
    by: request.person,
    language: words.language,
  });
  if (made === undefined) {
    const { run } = which;
    return plainAnswer(
      run === undefined ? words.say('report.none') : words.say('report.unknown-run', { run }),
      words,
    );
  }
  const { report, text } = made;
  await deps.door.enter(request, { right: 'read', environment: report.run.environment });
  if (fitsInAnswer(text)) return reportAnswer(report, text, words);
  const attached = await reports.attach(made);
  return attached === undefined
    ? reportAnswer(report, text, words, 'report.cut')
    : reportAttached(report, attached.channel, words);
}
