import type { Logger } from '../../domain/kernel/clock.ts';
import type { Rendered } from '../../domain/message/rendered.ts';
import type { Words } from '../../text/words.ts';

/**
 * Tells the person who asked that an answer could not be posted, through the `response_url` of their command, which
 * works where the bot may not post. Never throws; a run without a requester has no person to tell.
 */
export function lostNotice(options: {
  readonly runOfMessage: (messageId: string) => Promise<string | undefined>;
  readonly responseUrlOf: (runId: string) => Promise<{ readonly url: string } | undefined>;
  readonly respond: (to: { readonly url: string; readonly rendered: Rendered }) => Promise<unknown>;
  readonly words: (channel: string) => Words;
  readonly logger: Logger;
}): (message: { readonly id: string; readonly channel: string }, code: string) => Promise<void> {
  const tell = async (messageId: string, channel: string, code: string): Promise<void> => {
    const runId = await options.runOfMessage(messageId);
    const asked = runId === undefined ? undefined : await options.responseUrlOf(runId);
    if (asked === undefined) return;
    const words = options.words(channel);
    const text = words.lookup(`lost.${code}`) ?? words.say('lost.other');
    await options.respond({ url: asked.url, rendered: { text } });
  };
  return (message, code) =>
    tell(message.id, message.channel, code).catch((err: unknown) =>
      options.logger.warn(
        { err, messageId: message.id },
        'the requester could not be told of a lost message',
      ),
    );
}
