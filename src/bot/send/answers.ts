import type { AnyBlock } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import type { Logger } from '../../domain/kernel/clock.ts';
import { visibleJson } from '../../domain/kernel/text.ts';
import type { Rendered } from '../../domain/message/rendered.ts';
import type { Delivery } from '../receive/delivery.ts';

export interface Answers {
  /** Only the person sees it. */
  privately(delivery: Delivery, rendered: Rendered): Promise<void>;
  /** Everybody in the place it was asked in sees it. */
  inPlace(delivery: Delivery, rendered: Rendered): Promise<void>;
  /** A direct message. */
  tell(userId: string, text: string): Promise<void>;
}

/**
 * Immediate answers to one delivery, through its `response_url` while Slack takes it (5 uses, 30 minutes), else
 * where it was asked. What reports a state is not said here but through the outbox (R-S3).
 */
export function createAnswers(options: {
  readonly client: WebClient;
  readonly logger: Logger;
  /** What takes secrets out of all that is sent (ADR 0015). */
  readonly gate: {
    readonly fetch: typeof fetch;
    clean<T>(payload: T, channel: string | undefined): T;
  };
}): Answers {
  const { client, logger } = options;

  const viaUrl = async (
    url: string,
    rendered: Rendered,
    type: 'ephemeral' | 'in_channel',
  ): Promise<boolean> => {
    try {
      const answer = await options.gate.fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify(
          visibleJson(
            options.gate.clean(
              { response_type: type, replace_original: false, ...content(rendered) },
              undefined,
            ),
          ),
        ),
        redirect: 'error',
        signal: AbortSignal.timeout(5000),
      });
      if (!answer.ok) logger.info({ status: answer.status }, 'a response_url no longer accepts an answer');
      return answer.ok;
    } catch (err) {
      logger.info({ err }, 'a response_url does not answer');
      return false;
    }
  };

  const place = (delivery: Delivery) =>
    delivery.threadTs === undefined ? {} : { thread_ts: delivery.threadTs };

  return {
    async privately(delivery, rendered) {
      const { responseUrl, channel, person } = delivery;
      if (responseUrl !== undefined && (await viaUrl(responseUrl, rendered, 'ephemeral'))) return;
      if (person === undefined) return;
      if (channel === undefined) {
        await client.chat.postMessage({ channel: person.userId, ...content(rendered) });
        return;
      }
      await client.chat.postEphemeral({
        channel,
        user: person.userId,
        // In a thread that is not open yet, the message would not be seen.
        ...(delivery.opensThread === true ? {} : place(delivery)),
        ...content(rendered),
      });
    },
    async inPlace(delivery, rendered) {
      const { responseUrl, channel } = delivery;
      if (responseUrl !== undefined && (await viaUrl(responseUrl, rendered, 'in_channel'))) return;
      if (channel === undefined) return;
      await client.chat.postMessage({ channel, ...place(delivery), ...content(rendered) });
    },
    async tell(userId, text) {
      await client.chat.postMessage({ channel: userId, text });
    },
  };
}

function content(rendered: Rendered): { text: string; blocks: AnyBlock[] } {
  return { text: rendered.text, blocks: [...(rendered.blocks ?? [])] as AnyBlock[] };
}
