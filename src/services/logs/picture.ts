import { namedId } from '../../domain/kernel/named-id.ts';
import { present } from '../../domain/kernel/present.ts';
import { pictureOf } from '../../domain/logs/picture.ts';
import type { LogsRenderer, LogsView } from '../../domain/message/logs-view.ts';
import type { TxOf } from '../../domain/ports/store.ts';
import type { Run } from '../../domain/run/run.ts';

/**
 * Orders the picture of an answer's timeline, under the answer and once for it. The bot draws it when it sends it: here
 * are its numbers alone. Nothing where there is nothing to see.
 */
export async function orderPicture(
  tx: TxOf<'messages'>,
  messageId: string,
  view: LogsView,
  { pictureWords }: Pick<LogsRenderer, 'pictureWords'>,
  run: Pick<Run, 'surface' | 'requestedBy'>,
): Promise<void> {
  const { surface, requestedBy } = run;
  const picture = view.read && pictureOf(view.read.report);
  if (picture === undefined || surface === undefined) return;
  await tx.messages.upload({
    ...{ id: namedId(`picture ${messageId}`), parentId: messageId, channel: surface.channel, picture },
    ...{ filename: 'timeline.png', ...pictureWords(view, surface.language) },
    ...present({
      reader: requestedBy?.userId,
      runId: view.attached === true ? undefined : view.run.id,
    }),
  });
}
