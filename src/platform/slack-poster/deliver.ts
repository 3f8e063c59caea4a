import type { WebClient } from '@slack/web-api';
import type { Logger } from '../../domain/kernel/clock.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Secret } from '../../domain/kernel/secret.ts';
import { isCard, readerOf } from '../../domain/message/cards.ts';
import type { OutboxItem, OutboxMessage } from '../../domain/message/outbox.ts';
import type { Rendered } from '../../domain/message/rendered.ts';
import { movedPurpose, type Urgency } from '../../domain/message/sending.ts';
import { failureOf, SendRefused } from '../slack/failure.ts';
import type { SlackGate } from '../slack/gate.ts';
import { type BundlesOnTheWay, sendBundle } from './bundle.ts';
import type { Upload } from './file-once.ts';
import { sendPage } from './page.ts';
import { type PicturesOnTheWay, sendPicture } from './picture.ts';
import {
  directChannel,
  edit,
  findPosted,
  linkTo,
  post,
  publishHome,
  type Sent,
  sendEphemeral,
  upload,
} from './send.ts';

export interface DeliverOptions {
  /** Separate clients, so that a flood of what is less urgent never queues before what is more urgent. */
  readonly clients: Readonly<Record<Urgency, WebClient>>;
  readonly logger: Logger;
  /** The last look before a message leaves; `rest` is what did not fit and goes into a file. */
  readonly fit: (
    rendered: Rendered,
    channel: string,
  ) => {
    readonly rendered: Rendered;
    readonly rest?: { readonly text: string; readonly filename: string; readonly title: string };
  };
  /** What is left where an answer was expected that came as a post of its own; `link` leads to that post. */
  readonly moved: (channel: string, link?: string) => Rendered;
  readonly gate: SlackGate;
  readonly drawn: Drawn;
  /** Bundles that workers have left in PostgreSQL. */
  readonly bundles: BundlesOnTheWay;
  readonly pictures: PicturesOnTheWay;
  /** Where pages go. */
  readonly pageUrl?: Secret;
}

/** R-A10: what the bot makes of a row that it has not written itself. */
export interface Drawn {
  /** A message with which people decide, from the fix as it is stored now; undefined where there is no such fix. */
  card(message: OutboxMessage): Promise<Rendered | undefined>;
  /** App Home of this person. */
  home(userId: string): Promise<unknown>;
  /** Anything else, in words: nothing in it decides, and it calls no channel. */
  harmless(rendered: Rendered, item: OutboxItem): Rendered;
  text(text: string): string;
  /** A first message with what the bot says above it: what fires, or that it is over. Default: as it is. */
  framed?(rendered: Rendered, message: OutboxMessage): Promise<Rendered>;
}

export interface Delivered extends Sent {
  /** The old message is gone; this `ts` takes its place. */
  readonly replaced?: true;
}

type Render = Extract<OutboxItem, { kind: 'render' }>;

/** Makes the call to Slack that an item stands for; rejects with the error of the call. `signal`: it is another's now. */
export function createDeliverer(
  options: DeliverOptions,
): (item: OutboxItem, signal: AbortSignal) => Promise<Delivered> {
  const { clients, fit } = options;
  /** Messages that were said again because somebody had deleted them. */
  const reposted = new Set<string>();
  return async (taken, signal) => {
    const item = withoutSecrets(
      await framed(await asShown(taken, options.drawn), options.drawn),
      options.gate,
    );
    const client = clients[item.urgency];
    switch (item.kind) {
      case 'ephemeral':
        return sendEphemeral(client, {
          ...item,
          payload: { ...item.payload, rendered: fit(item.payload.rendered, item.payload.channel).rendered },
        });
      case 'home':
        return publishHome(client, item);
      case 'upload':
        return deliverFile(options, client, item, signal);
      case 'page':
        return sendPage(options.gate.fetch, options.pageUrl, item);
      case 'render': {
        if (item.message?.purpose === movedPurpose) return deliverMoved(options, client, item);
        const fitted = fit(item.payload, item.message?.channel ?? item.lane);
        const sent = await deliverDirectly(client, { ...item, payload: fitted.rendered }, reposted);
        if (fitted.rest !== undefined) await attachRest(options, client, item, sent, fitted.rest);
        return sent;
      }
      default:
        // A kind of before, or of a version after ours.
        throw new SendRefused('kind-unknown');
    }
  };
}

/**
 * A row of the bot is shown as it stands there. The copy of a card that one person reads alone is drawn for them: in
 * their language, and with the way into the thread, which are known only when it is sent.
 */
async function asShown(item: OutboxItem, drawn: Drawn): Promise<OutboxItem> {
  if (!item.sealed) return powerless(item, drawn);
  if (item.kind !== 'render' || item.message === undefined) return item;
  if (readerOf(item.message.purpose) === undefined) return item;
  return { ...item, payload: (await drawn.card(item.message)) ?? item.payload };
}

/** What stands above it is as it is now, whenever the row was written. */
async function framed(item: OutboxItem, drawn: Drawn): Promise<OutboxItem> {
  if (item.kind !== 'render' || item.message === undefined || item.message.purpose === movedPurpose)
    return item;
  return { ...item, payload: (await drawn.framed?.(item.payload, item.message)) ?? item.payload };
}

/** What stands in the outbox says what to show; only the bot itself says what people decide with. */
async function powerless(item: OutboxItem, drawn: Drawn): Promise<OutboxItem> {
  switch (item.kind) {
    case 'render': {
      const { message } = item;
      // Its words are the bot's own, whatever stands there.
      if (message?.purpose === movedPurpose) return item;
      const card = message !== undefined && isCard(message.purpose) ? await drawn.card(message) : undefined;
      return { ...item, payload: card ?? drawn.harmless(item.payload, item) };
    }
    case 'ephemeral':
      return { ...item, payload: { ...item.payload, rendered: drawn.harmless(item.payload.rendered, item) } };
    case 'home':
      return { ...item, payload: { ...item.payload, view: await drawn.home(item.payload.userId) } };
    case 'upload': {
      const { payload } = item;
      const comment = payload.comment === undefined ? undefined : drawn.text(payload.comment);
      const told =
        'bundle' in payload && payload.instead !== undefined
          ? { ...payload, instead: drawn.text(payload.instead) }
          : payload;
      return { ...item, payload: { ...told, ...present({ comment }) } };
    }
    default:
      return item;
  }
}

function deliverFile(
  { bundles, pictures, gate }: DeliverOptions,
  client: WebClient,
  item: Upload,
  signal: AbortSignal,
): Promise<Sent> {
  const { payload } = item;
  if ('bundle' in payload) return sendBundle(client, item, payload, { ...bundles, gate }, signal);
  if ('picture' in payload) return sendPicture(client, item, payload, { ...pictures, gate }, signal);
  return upload(client, item, payload);
}

/** Before it is fitted and its bytes are counted. */
function withoutSecrets(item: OutboxItem, gate: SlackGate): OutboxItem {
  const channel = item.message?.channel ?? ('channel' in item.payload ? item.payload.channel : undefined);
  return { ...item, payload: gate.clean(item.payload, channel, item.message?.runId) } as OutboxItem;
}

/** A message for a person goes into the conversation with them, and is found again there. */
async function deliverDirectly(client: WebClient, item: Render, reposted: Set<string>): Promise<Delivered> {
  const { message } = item;
  if (message === undefined || !/^[UW]/.test(message.channel)) return deliverRender(client, item, reposted);
  const channel = await directChannel(client, message.channel);
  const sent = await deliverRender(client, { ...item, message: { ...message, channel } }, reposted);
  return { ...sent, channel };
}

async function deliverRender(client: WebClient, item: Render, reposted: Set<string>): Promise<Delivered> {
  const { message } = item;
  if (message === undefined || (item.version ?? 0) <= message.sentVersion) return {};
  if (message.ts === undefined) return isFirstTry(item) ? post(client, item) : postOnce(client, item);
  try {
    return await edit(client, item, message.ts);
  } catch (error) {
    if (failureOf(error).kind !== 'gone' || reposted.has(message.id)) throw error;
    // Somebody deleted it. State has not changed by that, so it is said again, once.
    reposted.add(message.id);
    return { ...(await post(client, item)), replaced: true };
  }
}

/** Leads on to where the answer stands; where that is nowhere, what was shown last stays. */
async function deliverMoved(options: DeliverOptions, client: WebClient, item: Render): Promise<Delivered> {
  const { message } = item;
  if (message?.ts === undefined || message.parentTs === undefined) return {};
  const { channel, ts } = message;
  const link = await linkTo(client, channel, message.parentTs).catch((err: unknown) => {
    options.logger.warn({ err, outboxId: item.id }, 'Slack gave no link to a message of ours');
    return undefined;
  });
  try {
    return await edit(client, { ...item, payload: options.moved(channel, link) }, ts);
  } catch (error) {
    // Somebody deleted it: there is nothing to lead on from.
    if (failureOf(error).kind === 'gone') return {};
    throw error;
  }
}

async function attachRest(
  { logger }: DeliverOptions,
  client: WebClient,
  item: Render,
  sent: Sent,
  { text, filename, title }: { readonly text: string; readonly filename: string; readonly title: string },
): Promise<void> {
  if (item.message === undefined) return;
  const threadTs = item.message.threadTs ?? sent.ts;
  await client
    .filesUploadV2({
      channel_id: item.message.channel,
      filename,
      title,
      content: text,
      ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
    } as Parameters<WebClient['filesUploadV2']>[0])
    .catch((err: unknown) =>
      logger.error({ err, outboxId: item.id }, 'the full text of a long message was not attached'),
    );
}

function isFirstTry(item: OutboxItem): boolean {
  return item.attempts === 1 && !item.triedBefore;
}

/** The last attempt may have reached Slack: adopt what stands there, remove what stands there twice. */
async function postOnce(client: WebClient, item: Render): Promise<Sent> {
  const before = await findPosted(client, item);
  const sent = before[0] === undefined ? await post(client, item) : await edit(client, item, before[0]);
  const all = before[0] === undefined ? await findPosted(client, item) : before;
  const channel = item.message?.channel ?? item.lane;
  for (const extra of all.filter((ts) => ts !== sent.ts)) await client.chat.delete({ channel, ts: extra });
  return sent;
}
