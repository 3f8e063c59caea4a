import type { WebClient } from '@slack/web-api';
import { LogPicture } from '../../domain/logs/picture.ts';
import type { FileDrawn } from '../../domain/message/outbox.ts';
import { SendRefused } from '../slack/failure.ts';
import type { SlackGate } from '../slack/gate.ts';
import { type FileWay, sendOnce, type Upload } from './file-once.ts';
import type { Sent } from './send.ts';

export interface PicturesOnTheWay {
  /** Slack has the bytes of this item's file. */
  given(itemId: string, fileId: string): Promise<void>;
  /** The IANA zone of somebody; undefined where Slack does not say it in time. */
  zoneOf(userId: string): Promise<string | undefined>;
}

/** Draws a picture and gives it to Slack, once (ADR 0037). SendRefused `picture-unreadable` for invalid numbers. */
export async function sendPicture(
  client: WebClient,
  item: Upload,
  { picture: numbers, alt, reader }: FileDrawn,
  way: PicturesOnTheWay & { readonly gate: SlackGate },
  lost: AbortSignal,
): Promise<Sent> {
  const picture = LogPicture.safeParse(numbers);
  if (!picture.success) throw new SendRefused('picture-unreadable');
  const file: FileWay = {
    ...{ fileId: item.fileId, alt },
    async bytes() {
      const zone = reader === undefined ? undefined : await way.zoneOf(reader);
      return way.gate.draw(picture.data, zone);
    },
    give: (url, bytes, signal) => way.gate.picture(url, bytes, signal),
    given: (fileId) => way.given(item.id, fileId),
    done: () => Promise.resolve(),
  };
  return sendOnce(client, item, file, lost);
}
