import type { Installation } from '../../domain/fix/eligibility.ts';
import { sha256 } from '../../domain/kernel/canonical.ts';
import type { Person } from '../../domain/kernel/person.ts';
import { present } from '../../domain/kernel/present.ts';
import { wholeJson } from '../../domain/kernel/text.ts';

/** What Slack sends us, told apart by shape. */
export const deliveryKinds = [
  'command',
  'event',
  'block_actions',
  'message_action',
  'shortcut',
  'view_submission',
  'view_closed',
  'other',
] as const;
export type DeliveryKind = (typeof deliveryKinds)[number];

/** One verified delivery. `person` is made from the payload's ids alone (R-A2): no names, no values, no metadata. */
export interface Delivery {
  readonly kind: DeliveryKind;
  /** Same delivery, same key (R-S2): `(app, trigger_id)`, `(app, event_id)`. */
  readonly key: string;
  /** SHA-256 of the body without its tokens: what the audit keeps. */
  readonly digest: string;
  readonly appId?: string;
  /** The workspaces this delivery was made for. */
  readonly teamIds: readonly string[];
  readonly enterpriseId?: string;
  readonly person?: Person;
  /** R-A12: an app posted it, be it in a person's name; then it is no person's request, and `person` is absent. */
  readonly byApp: boolean;
  readonly channel?: string;
  /** Where an answer belongs when there is a thread. */
  readonly threadTs?: string;
  /** The thread is not there yet: the first answer that stays opens it (R-SLACK21). */
  readonly opensThread?: true;
  readonly responseUrl?: string;
  /** Of a click: the message in which it was made. */
  readonly messageTs?: string;
  /** It was made in App Home. */
  readonly inHome?: true;
}

type Body = Readonly<Record<string, unknown>>;

export function isBody(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function deliveryOf(given: Body): Delivery {
  // A hostile body is accepted as every other is, and is known again by the same digest.
  const body = wholeJson(given);
  const kind = kindOf(body);
  const digest = sha256(withoutTokens(body));
  const appId = text(body.api_app_id);
  const enterpriseId = text(body.enterprise_id) ?? text(at(body, 'enterprise', 'id'));
  const byApp = isByApp(kind, body);
  const person = byApp ? undefined : personOf(kind, body);
  const channel = channelOf(kind, body);
  const threadTs = threadOf(kind, body);
  const responseUrl = text(body.response_url);
  return {
    kind,
    key: `${kind === 'event' ? 'event' : 'trigger'}:${appId ?? '-'}:${identityOf(kind, body) ?? digest}`,
    digest,
    byApp,
    teamIds: teamsOf(kind, body),
    ...present({ appId, enterpriseId, person, channel, threadTs, responseUrl }),
    ...(kind === 'block_actions' ? pressedIn(body) : {}),
    ...(kind === 'event' && text(at(body, 'event', 'thread_ts')) === undefined && threadTs !== undefined
      ? { opensThread: true as const }
      : {}),
  };
}

/** Made for a workspace or organisation in which the app is installed, and for this app. */
export function isOurs(delivery: Delivery, appId: string | undefined, installed: Installation): boolean {
  if (appId !== undefined && delivery.appId !== appId) return false;
  if (delivery.teamIds.some((team) => installed.teamIds.includes(team))) return true;
  return delivery.enterpriseId !== undefined && installed.enterpriseIds.includes(delivery.enterpriseId);
}

/** Bodies are kept for a restart; the verification token and the like are not needed for that. */
export function withoutTokens(body: Body): Body {
  const { token: _token, bot_access_token: _bot, ...rest } = body;
  return rest;
}

function kindOf(body: Body): DeliveryKind {
  if (typeof body.command === 'string') return 'command';
  if (isBody(body.event)) return 'event';
  const type = body.type;
  return deliveryKinds.find((kind) => kind === type && kind !== 'command' && kind !== 'event') ?? 'other';
}

function identityOf(kind: DeliveryKind, body: Body): string | undefined {
  if (kind === 'event') return text(body.event_id);
  const trigger = text(body.trigger_id);
  if (trigger !== undefined) return trigger;
  const view = text(at(body, 'view', 'id'));
  return view === undefined ? undefined : `${kind}-${view}-${text(at(body, 'view', 'hash')) ?? ''}`;
}

function teamsOf(kind: DeliveryKind, body: Body): readonly string[] {
  const authorizations = Array.isArray(body.authorizations) ? body.authorizations : [];
  const candidates =
    kind === 'event'
      ? [
          ...authorizations.map((entry) => (isBody(entry) ? text(entry.team_id) : undefined)),
          text(body.team_id),
        ]
      : [text(body.team_id), text(at(body, 'team', 'id'))];
  return candidates.filter((team) => team !== undefined);
}

/** Subtypes of messages that people write; every other one is made by an app or by Slack itself. */
const written: readonly unknown[] = [undefined, 'file_share', 'me_message', 'thread_broadcast'];

/** docs.slack.dev/reference/events/message: what an app posts, with a person's token too, carries these fields. */
function isByApp(kind: DeliveryKind, body: Body): boolean {
  const event = body.event;
  if (kind !== 'event' || !isBody(event)) return false;
  const marks = [event.bot_id, event.app_id, event.bot_profile];
  return marks.some((mark) => mark !== undefined && mark !== null) || !written.includes(event.subtype);
}

/** `user.team_id`, never the workspace in which the message stands. */
function personOf(kind: DeliveryKind, body: Body): Person | undefined {
  const { userId, teamId, enterpriseId } = identity(kind, body);
  if (userId === undefined) return undefined;
  return {
    userId,
    // Without a workspace, membership is unknown: every decision is then refused.
    teamId: teamId ?? '',
    ...present({ enterpriseId }),
    via: 'slack',
  };
}

function identity(
  kind: DeliveryKind,
  body: Body,
): { userId?: string; teamId?: string; enterpriseId?: string } {
  const pick = (userId?: string, teamId?: string, enterpriseId?: string) =>
    present({ userId, teamId, enterpriseId });
  if (kind === 'command') return pick(text(body.user_id), text(body.team_id), text(body.enterprise_id));
  if (kind === 'event') {
    const event = isBody(body.event) ? body.event : {};
    return pick(
      text(event.user),
      text(event.user_team) ?? text(event.team) ?? text(body.team_id),
      text(body.enterprise_id),
    );
  }
  const user = isBody(body.user) ? body.user : {};
  // A payload that knows an organisation but not the user's own is no proof of membership in it.
  return pick(
    text(user.id),
    text(user.team_id),
    text(at(user, 'enterprise_user', 'enterprise_id')) ?? text(user.enterprise_id),
  );
}

function channelOf(kind: DeliveryKind, body: Body): string | undefined {
  if (kind === 'command') return text(body.channel_id);
  if (kind === 'event') return text(at(body, 'event', 'channel'));
  return text(at(body, 'channel', 'id')) ?? text(at(body, 'container', 'channel_id'));
}

function pressedIn(body: Body): Pick<Delivery, 'messageTs' | 'inHome'> {
  if (text(at(body, 'view', 'type')) === 'home') return { inHome: true };
  const messageTs = text(at(body, 'container', 'message_ts')) ?? text(at(body, 'message', 'ts'));
  return present({ messageTs });
}

function threadOf(kind: DeliveryKind, body: Body): string | undefined {
  if (kind === 'event') return text(at(body, 'event', 'thread_ts')) ?? text(at(body, 'event', 'ts'));
  return text(at(body, 'container', 'thread_ts')) ?? text(at(body, 'message', 'thread_ts'));
}

function at(body: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((value, name) => (isBody(value) ? value[name] : undefined), body);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
