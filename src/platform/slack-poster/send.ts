import type { AnyBlock } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import { visible, visibleJson } from '../../domain/kernel/text.ts';
import type { FileText, OutboxItem } from '../../domain/message/outbox.ts';
import type { Rendered } from '../../domain/message/rendered.ts';

/** What a send left behind. */
export interface Sent {
  readonly ts?: string;
  /** The conversation with a person, when a message was for one. */
  readonly channel?: string;
}

type Item<K extends OutboxItem['kind']> = Extract<OutboxItem, { kind: K }>;

/**
 * `data_visualization` has no type in @slack/types yet, so blocks travel as data; the views are checked
 * against Slack's rules by their tests.
 */
function blocksOf(rendered: Rendered): AnyBlock[] {
  return [...(rendered.blocks ?? [])] as AnyBlock[];
}

/** R-S3: a message whose answer was lost is found by these. */
export function metadataOf(item: Item<'render'>): {
  event_type: string;
  event_payload: Record<string, string | number | boolean>;
} {
  const { metadata } = item.payload;
  const extra = Object.entries(metadata?.payload ?? {}).filter(
    (entry): entry is [string, string | number | boolean] => entry[1] !== null,
  );
  return {
    event_type: metadata?.eventType ?? 'aetherius_message',
    event_payload: {
      ...Object.fromEntries(extra),
      outbox_id: item.id,
      ...present({ message_id: item.message?.id }),
    },
  };
}

export async function post(client: WebClient, item: Item<'render'>): Promise<Sent> {
  const message = item.message;
  if (message === undefined) throw new AppError('BUG', 'a render names no message');
  const answer = await client.chat.postMessage({
    channel: message.channel,
    ...present({ thread_ts: message.threadTs }),
    text: item.payload.text,
    blocks: blocksOf(item.payload),
    metadata: metadataOf(item),
    unfurl_links: false,
    unfurl_media: false,
  });
  return answer.ts === undefined ? {} : { ts: answer.ts };
}

/** Text and blocks always go together: leaving one out would keep old buttons (R-SLACK18). */
export async function edit(client: WebClient, item: Item<'render'>, ts: string): Promise<Sent> {
  const message = item.message;
  if (message === undefined) throw new AppError('BUG', 'a render names no message');
  await client.chat.update({
    channel: message.channel,
    ts,
    text: item.payload.text,
    blocks: blocksOf(item.payload),
    metadata: metadataOf(item),
  });
  return { ts };
}

/** docs.slack.dev/reference/methods/conversations.open: the one conversation with a person, opened or found again. */
export async function directChannel(client: WebClient, userId: string): Promise<string> {
  const { channel } = await client.conversations.open({ users: userId });
  if (channel?.id === undefined) throw new AppError('BUG', 'Slack opened a conversation without an id');
  return channel.id;
}

/** Where a message can be opened. Slack takes hundreds of these calls a minute (page of chat.getPermalink). */
export async function linkTo(client: WebClient, channel: string, ts: string): Promise<string | undefined> {
  return (await client.chat.getPermalink({ channel, message_ts: ts })).permalink;
}

export async function sendEphemeral(client: WebClient, item: Item<'ephemeral'>): Promise<Sent> {
  const { channel, userId, threadTs, rendered } = item.payload;
  await client.chat.postEphemeral({
    channel,
    user: userId,
    ...present({ thread_ts: threadTs }),
    text: rendered.text,
    blocks: blocksOf(rendered),
  });
  return {};
}

export async function publishHome(client: WebClient, item: Item<'home'>): Promise<Sent> {
  const { userId, view } = item.payload;
  await client.views.publish({
    user_id: userId,
    view: view as Parameters<WebClient['views']['publish']>[0]['view'],
  });
  return {};
}

export async function upload(
  client: WebClient,
  item: Item<'upload'>,
  file: Item<'upload'>['payload'] & FileText,
): Promise<Sent> {
  const threadTs =
    item.message?.ts === undefined ? file.threadTs : (item.message.threadTs ?? item.message.ts);
  await client.filesUploadV2({
    channel_id: file.channel,
    filename: file.filename,
    title: file.title,
    file:
      file.encoding === 'base64' ? Buffer.from(file.content, 'base64') : Buffer.from(visible(file.content)),
    ...present({ initial_comment: file.comment, thread_ts: threadTs }),
  } as Parameters<WebClient['filesUploadV2']>[0]);
  return {};
}

/** `response_url`: at most 5 uses in 30 minutes; a refusal is final (R-SLACK15). */
export async function respond(
  fetcher: typeof fetch,
  target: { readonly url: string; readonly rendered: Rendered },
  responseType: 'ephemeral' | 'in_channel' = 'ephemeral',
): Promise<Sent> {
  const answer = await fetcher(target.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(
      visibleJson({
        response_type: responseType,
        replace_original: false,
        text: target.rendered.text,
        ...present({ blocks: target.rendered.blocks }),
      }),
    ),
    redirect: 'error',
    signal: AbortSignal.timeout(5000),
  });
  if (!answer.ok)
    throw new AppError('DEPENDENCY_UNAVAILABLE', 'a response_url did not accept the answer', {
      facts: { status: answer.status },
    });
  return {};
}

/** All messages of ours that carry this outbox item's or message's id, oldest first. */
export async function findPosted(client: WebClient, item: Item<'render'>): Promise<readonly string[]> {
  const message = item.message;
  if (message === undefined) return [];
  // The row's time is the database's, Slack's is its own: allow for a difference.
  const oldest = String(Math.floor(item.createdAt.getTime() / 1000) - 120);
  const common = { channel: message.channel, oldest, limit: 200, include_all_metadata: true } as const;
  const answer =
    message.threadTs === undefined
      ? await client.conversations.history(common)
      : await client.conversations.replies({ ...common, ts: message.threadTs });
  const ours = (answer.messages ?? []).filter((candidate) => {
    const payload = candidate.metadata?.event_payload as Record<string, unknown> | undefined;
    if (candidate.ts === message.movedFrom) return false;
    return payload?.outbox_id === item.id || payload?.message_id === message.id;
  });
  return ours
    .map((candidate) => candidate.ts)
    .filter((ts) => ts !== undefined)
    .sort((a, b) => Number(a) - Number(b));
}
