import { parse, stringify } from 'node:querystring';
import { createRedactor, type Redactor, withheld } from '@aetherius/redact';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Secret } from '../../domain/kernel/secret.ts';
import type { LogPicture } from '../../domain/logs/picture.ts';
import { keptInSlack } from '../../domain/message/slack-fields.ts';
import { isSlacks } from './address.ts';
import { SendRefused } from './failure.ts';

export interface SlackGateOptions {
  /** Other root of the Web API (`SLACK_API_URL`). */
  readonly apiUrl?: string | undefined;
  /** Where pages go: the one address that is not Slack's, and the operator's own. */
  readonly pageUrl?: Secret | undefined;
  /** That of the process, which knows its secrets; default: one that knows no secrets. */
  readonly redactor?: Redactor;
  /** By the id of a run; its stand-ins are then the same in each post, edit and file. Default: those of `redactor`. */
  readonly redactorOf?: (answer: string) => Redactor;
  /** What people read where a text was withheld, in the language of the channel. */
  readonly words?: (channel: string | undefined) => string;
  /** What is wrong with a bundle; without it no bundle is sent. */
  readonly bundleFlaw?: (
    bytes: Uint8Array,
    expected: { readonly runId: string; readonly sha256: string },
    knows: (text: string) => boolean,
    signal: AbortSignal,
  ) => Promise<'altered' | 'secret' | undefined>;
  /** Draws a picture as a PNG; without it no picture is sent. */
  readonly draw?: (picture: LogPicture, zone?: string) => Promise<Uint8Array>;
}

export interface SlackGate {
  /**
   * Everything that is sent to Slack passes it: calls of the Web API, files, answers through a `response_url`. SendRefused
   * `not-slacks` for any other address, no matter where it comes from: nothing that stands in the database says where the bot posts.
   */
  readonly fetch: typeof fetch;
  /**
   * The one way of bytes that are no text: a bundle of ours, which was cleaned when it was made, is looked through and
   * sent as it is (ADR 0035). BundleRefused for one that is not as it was made, or has a secret that this process knows.
   */
  bundle(url: string, file: SlackBundle, signal: AbortSignal): Promise<Response>;
  /** A picture, drawn from numbers alone (ADR 0037): nothing that anybody has written can be in it. */
  draw(picture: LogPicture, zone?: string): Promise<Uint8Array>;
  /** The one way of a picture: one that this gate has drawn, and no other bytes. */
  picture(url: string, bytes: Uint8Array, signal: AbortSignal): Promise<Response>;
  /** The same for a payload, before it is fitted into Slack's limits; `answer` is the run that it belongs to. */
  clean<T>(payload: T, channel: string | undefined, answer?: string): T;
}

export interface SlackBundle {
  readonly bytes: Uint8Array;
  readonly runId: string;
  /** Lower-case hex of its bytes, by its maker. */
  readonly sha256: string;
}

/** Final: it is not sent, now or later. */
export class BundleRefused extends Error {
  override readonly name = 'BundleRefused';
  readonly flaw: 'altered' | 'secret';
  constructor(flaw: 'altered' | 'secret') {
    super(`a bundle is not sent: ${flaw}`);
    this.flaw = flaw;
  }
}

/** The gate to Slack, at the last place that all ways there share (ADR 0015). */
export function createSlackGate(options: SlackGateOptions = {}): SlackGate {
  const { redactor = createRedactor(), redactorOf = () => redactor, words = () => withheld } = options;
  const drawn = new WeakSet<Uint8Array>();
  const clean = (payload: unknown, channel: string | undefined, answer?: string): unknown => {
    const own = answer === undefined ? redactor : redactorOf(answer);
    return worded(own.leaves(payload, keptInSlack), words(channel));
  };
  const mayGo = (url: string): void => {
    if (isSlacks(url, options.apiUrl) || url === options.pageUrl?.reveal()) return;
    throw new SendRefused('not-slacks');
  };
  return {
    fetch: async (input, init = {}) => {
      mayGo(input instanceof Request ? input.url : String(input));
      const body = await cleanBody(init.body ?? undefined, clean, redactor);
      return fetch(input, body === undefined ? init : { ...init, body });
    },
    async bundle(url, { bytes, ...expected }, signal) {
      const { bundleFlaw = () => Promise.resolve('altered' as const) } = options;
      const flaw = await bundleFlaw(bytes, expected, (text) => redactor.holdsKnown(text), signal);
      if (flaw !== undefined) throw new BundleRefused(flaw);
      mayGo(url);
      return giveBytes(url, bytes, signal);
    },
    async draw(picture, zone) {
      if (options.draw === undefined) throw unreadable();
      const bytes = await options.draw(picture, zone);
      drawn.add(bytes);
      return bytes;
    },
    async picture(url, bytes, signal) {
      if (!drawn.has(bytes)) throw unreadable();
      mayGo(url);
      return giveBytes(url, bytes, signal);
    },
    clean: <T>(payload: T, channel: string | undefined, answer?: string) =>
      clean(payload, channel, answer) as T,
  };
}

/** docs.slack.dev/reference/methods/files.getUploadURLExternal: the raw bytes, by POST. */
function giveBytes(url: string, bytes: Uint8Array, signal: AbortSignal): Promise<Response> {
  const body = new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
  const headers = { 'content-type': 'application/octet-stream' };
  return fetch(url, { method: 'POST', headers, body, redirect: 'error', signal });
}

type Clean = (payload: unknown, channel: string | undefined) => unknown;

async function cleanBody(
  body: RequestInit['body'],
  clean: Clean,
  redactor: Redactor,
): Promise<string | FormData | undefined> {
  if (body === undefined || body === null) return undefined;
  if (body instanceof FormData) {
    await checkFile(body, redactor);
    return body;
  }
  if (typeof body !== 'string') throw unreadable();
  if (body.startsWith('{')) return JSON.stringify(cleanFields(parsed(body), clean));
  const fields = Object.entries(parse(body)).map(([name, value]) => [name, decoded(value)] as const);
  const cleaned = Object.entries(cleanFields(Object.fromEntries(fields), clean)).map(([name, value]) => [
    name,
    typeof value === 'object' ? JSON.stringify(value) : value,
  ]);
  return stringify(Object.fromEntries(cleaned) as Record<string, string>);
}

function cleanFields(payload: unknown, clean: Clean): Readonly<Record<string, unknown>> {
  if (typeof payload !== 'object' || payload === null) throw unreadable();
  const { channel, channel_id: channelId } = payload as Readonly<Record<string, unknown>>;
  const place = [channel, channelId].find((id) => typeof id === 'string');
  const cleaned = clean(payload, place);
  // Withheld as a whole, it is no payload.
  if (typeof cleaned !== 'object' || cleaned === null) throw unreadable();
  return cleaned as Readonly<Record<string, unknown>>;
}

/** The Web API takes lists and objects as JSON in a form. */
function decoded(value: string | readonly string[] | undefined): unknown {
  return typeof value === 'string' && /^[[{]/.test(value) ? (parsed(value) ?? value) : value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The bytes of a file were cleaned before Slack was told how many they are; here they may not change any more. */
async function checkFile(body: FormData, redactor: Redactor): Promise<void> {
  for (const value of body.values()) {
    const bytes =
      typeof value === 'string' ? new TextEncoder().encode(value) : new Uint8Array(await value.arrayBuffer());
    if (withPlainStandIns(Buffer.from(redactor.bytes(bytes))) !== withPlainStandIns(bytes))
      throw unreadable();
  }
}

/** Whatever a secret was replaced by, with or without the mark of its run, says the same. */
function withPlainStandIns(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('latin1')
    .replace(/\[secret:[0-9a-f]+\]/g, '[secret]');
}

function unreadable(): AppError {
  return new AppError('BUG', 'what goes to Slack cannot be checked for secrets, so it is not sent');
}

/** Kinds of text that have room for a sentence; a button or title has no room. */
const roomy: ReadonlySet<unknown> = new Set(['mrkdwn', 'markdown', 'raw_text', 'text', undefined]);

/** Says in words what was withheld. */
function worded(value: unknown, words: string): unknown {
  if (Array.isArray(value)) return value.map((item) => worded(item, words));
  if (typeof value !== 'object' || value === null) return value;
  const own = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(own).map(([name, item]) => [
      name,
      typeof item === 'string'
        ? roomy.has(own.type) && item.includes(withheld) && !keptInSlack(name, own)
          ? item.replaceAll(withheld, words)
          : item
        : worded(item, words),
    ]),
  );
}
