import type { Problem } from '../blocks.ts';
import { describeProblem, errorsOf } from '../blocks.ts';
import { isObject } from '../check.ts';
import { SlackRefusal } from '../refusal.ts';
import type { JsonObject, SlackChannel, SlackMessage, TokenRecord } from '../types.ts';
import type { World } from '../world.ts';

/** What one Web API call has at hand. */
export interface ApiCall {
  readonly world: World;
  /** Decoded arguments; values are strings when the request was form-encoded. */
  readonly args: JsonObject;
  readonly token: TokenRecord;
  /** `http://127.0.0.1:PORT/` */
  readonly baseUrl: string;
  /** Tells the app about an event, if it subscribed to it. */
  readonly emit: (subscription: string, event: JsonObject) => void;
  /** A new single-use Socket Mode URL. */
  readonly openSocketUrl: () => string;
}

export interface ApiMethod {
  /** Any one of these bot scopes opens the method; none: any valid token. */
  readonly scopes: readonly string[];
  readonly token: 'bot' | 'app' | 'any';
  readonly run: (call: ApiCall) => JsonObject;
}

/** A string argument; absent and empty count the same, as Slack's parameter parsing does. */
export function optional(args: JsonObject, name: string): string | undefined {
  const value = args[name];
  if (value === undefined || value === null || value === '') return undefined;
  return typeof value === 'string'
    ? value
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value as number | boolean);
}

export function required(args: JsonObject, name: string): string {
  const value = optional(args, name);
  if (value === undefined) throw missing(name);
  return value;
}

export const missing = (name: string): SlackRefusal =>
  new SlackRefusal('invalid_arguments', {
    response_metadata: { messages: [`[ERROR] missing required field: ${name}`] },
  });

export function flag(args: JsonObject, name: string): boolean | undefined {
  const value = optional(args, name);
  return value === undefined ? undefined : value === 'true' || value === '1';
}

export function integer(args: JsonObject, name: string, fallback: number): number {
  const value = Number(optional(args, name) ?? fallback);
  if (!Number.isInteger(value)) throw new SlackRefusal('invalid_arguments');
  return value;
}

/** An argument that is JSON: an object in a JSON request, a string in a form. */
export function json(args: JsonObject, name: string, refusal: string): unknown {
  const value = args[name];
  if (typeof value !== 'string') return value ?? undefined;
  if (value === '') return undefined;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    throw new SlackRefusal(refusal);
  }
}

export function jsonObject(args: JsonObject, name: string, refusal: string): JsonObject | undefined {
  const value = json(args, name, refusal);
  if (value === undefined || isObject(value)) return value;
  throw new SlackRefusal(refusal);
}

export function jsonList(args: JsonObject, name: string, refusal: string): readonly unknown[] | undefined {
  const value = json(args, name, refusal);
  if (value === undefined || Array.isArray(value)) return value;
  throw new SlackRefusal(refusal);
}

/** Throws the refusal that fits the first error among the problems; `as` overrides its code. */
export function refuseProblems(problems: readonly Problem[], as?: (code: string) => string): void {
  const errors = errorsOf(problems);
  const first = errors[0];
  if (!first) return;
  throw new SlackRefusal(as ? as(first.code) : first.code, {
    errors: errors.map((problem) => `${problem.message} [json-pointer:${problem.pointer}]`),
    response_metadata: { messages: errors.map(describeProblem) },
  });
}

/** The warnings of a call that went through, in Slack's shape. */
export function warningsOf(problems: readonly Problem[]): JsonObject {
  const codes = [
    ...new Set(problems.filter(({ severity }) => severity === 'warning').map(({ code }) => code)),
  ];
  return codes.length === 0 ? {} : { warning: codes.join(','), response_metadata: { warnings: codes } };
}

/** The conversation an argument names, when the bot may know of it. */
export function knownChannel(call: ApiCall, name = 'channel'): SlackChannel {
  const given = optional(call.args, name);
  if (given === undefined) throw new SlackRefusal('channel_not_found');
  const bare = given.replace(/^#/, '');
  const channel =
    call.world.channels.get(given) ??
    [...call.world.channels.values()].find((entry) => entry.name !== '' && entry.name === bare);
  // A private channel the bot is not in does not exist for it.
  if (!channel || (channel.kind !== 'public' && !isMember(call, channel)))
    throw new SlackRefusal('channel_not_found');
  return channel;
}

export const isMember = (call: ApiCall, channel: SlackChannel): boolean =>
  channel.members.has(call.world.app.botUserId);

/** The conversation, when the bot is in it. */
export function joinedChannel(call: ApiCall, name = 'channel'): SlackChannel {
  const channel = knownChannel(call, name);
  if (!isMember(call, channel)) throw new SlackRefusal('not_in_channel');
  return channel;
}

/** Where a message may be posted: a conversation, or a user id for a direct message. */
export function postableChannel(call: ApiCall, name = 'channel'): SlackChannel {
  const given = optional(call.args, name);
  const user = given === undefined ? undefined : call.world.users.get(given);
  const channel = user ? call.world.directChannel(user.id) : knownChannel(call, name);
  if (channel.isArchived) throw new SlackRefusal('is_archived');
  const publicWithoutJoining =
    channel.kind === 'public' && (call.token.scopes?.has('chat:write.public') ?? false);
  if (!isMember(call, channel) && !publicWithoutJoining) throw new SlackRefusal('not_in_channel');
  if (channel.isReadOnly) throw new SlackRefusal('restricted_action_read_only_channel');
  return channel;
}

/** A message in the conversation that is in its history (ephemeral ones are not). */
export function storedMessage(call: ApiCall, channel: SlackChannel, ts: string): SlackMessage {
  const message = call.world.findMessage(channel.id, ts);
  if (!message || message.deleted || message.ephemeralFor !== null)
    throw new SlackRefusal('message_not_found');
  return message;
}

/** One page of a list. Slack's cursors are opaque; ours hold the offset. */
export function page<T>(
  items: readonly T[],
  args: JsonObject,
  fallback: number,
): { readonly items: readonly T[]; readonly next: JsonObject } {
  const limit = Math.max(1, integer(args, 'limit', fallback));
  const cursor = optional(args, 'cursor');
  const offset =
    cursor === undefined ? 0 : Number(Buffer.from(cursor, 'base64').toString().replace('next:', ''));
  if (!Number.isInteger(offset) || offset < 0) throw new SlackRefusal('invalid_cursor');
  const more = offset + limit < items.length;
  return {
    items: items.slice(offset, offset + limit),
    next: { next_cursor: more ? Buffer.from(`next:${offset + limit}`).toString('base64') : '' },
  };
}
