import type { WebClient } from '@slack/web-api';
import type { Logger } from '../../domain/kernel/clock.ts';
import { present } from '../../domain/kernel/present.ts';
import type { PinnedMessage } from '../../domain/message/pinned.ts';
import type { Pinned, Pins } from '../../domain/ports/pins.ts';
import { failureOf } from './failure.ts';

export interface PinsOptions {
  readonly client: Pick<WebClient, 'pins'>;
  readonly logger: Logger;
  readonly botUserId: string;
}

/**
 * docs.slack.dev/reference/methods/pins.list: all pins of one channel, with the whole message of each. It needs `pins:read`,
 * and answers `missing_scope` where the app was installed without it.
 */
export function createPins({ client, logger, botUserId }: PinsOptions): Pins {
  const inChannel = async (channel: string, threads: ReadonlySet<string>): Promise<Pinned> => {
    try {
      const { items = [] } = await client.pins.list({ channel });
      const messages = items.flatMap(({ message }): readonly PinnedMessage[] => {
        const ts = message?.ts;
        if (ts === undefined || message?.user === botUserId || !threads.has(message?.thread_ts ?? ts))
          return [];
        return [
          { at: new Date(Number(ts) * 1000), text: message?.text ?? '', ...present({ by: message?.user }) },
        ];
      });
      return { kind: 'seen', messages };
    } catch (error) {
      const failure = failureOf(error);
      const code = 'code' in failure ? failure.code : undefined;
      logger.warn({ failure: failure.kind, code }, 'Slack could not say what is pinned');
      return { kind: code === 'missing_scope' ? 'no-scope' : 'unavailable' };
    }
  };
  return {
    async inThreads(threads) {
      const channels = [...new Set(threads.map(({ channel }) => channel))];
      const all = await Promise.all(
        channels.map((channel) =>
          inChannel(
            channel,
            new Set(threads.flatMap((thread) => (thread.channel === channel ? [thread.threadTs] : []))),
          ),
        ),
      );
      const failed = all.find(({ kind }) => kind !== 'seen');
      return (
        failed ?? { kind: 'seen', messages: all.flatMap((one) => (one.kind === 'seen' ? one.messages : [])) }
      );
    },
  };
}
