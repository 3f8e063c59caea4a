import type { AllMiddlewareArgs, SlackEventMiddlewareArgs } from '@slack/bolt';
import { deliveryIn } from '../bot/middleware/request.ts';
import type { Delivery } from '../bot/receive/delivery.ts';
import { AppError } from '../domain/kernel/errors.ts';
import { type HandlerDeps, teamOf } from './deps.ts';

/** Events after which decisions in a channel are closed (docs.slack.dev/reference/events). */
export const closingEvents = {
  channel_shared: 'shared',
  channel_archive: 'archived',
  group_archive: 'archived',
  channel_deleted: 'deleted',
  group_deleted: 'deleted',
  channel_left: 'left',
  group_left: 'left',
} as const;
export type ClosingEvent = keyof typeof closingEvents;

/** R-S7: what is open in the channel moves or is cancelled, and its digest ends. */
export function channelClosedEvent(deps: HandlerDeps, why: (typeof closingEvents)[ClosingEvent]) {
  return async ({
    event,
    context,
  }: SlackEventMiddlewareArgs<ClosingEvent> & AllMiddlewareArgs): Promise<void> => {
    const delivery = deliveryOf(context);
    // First of all: who reads there decides from now on what may be said there.
    deps.forgetChannel(event.channel);
    const place = { channel: event.channel, why, ...cause(delivery) };
    const { places, digests } = deps.door.upkeep;
    const done = await places.closed(place);
    const digestEnded = await digests.close({ ...place, teamId: teamOf(delivery) });
    deps.logger.warn(
      { channel: event.channel, why, ...done, digestEnded },
      'a channel is closed to decisions',
    );
  };
}

/** Slack converts a channel: same messages, another id. Whether it is shared by that, it says as well. */
export function channelRenumberedEvent(deps: HandlerDeps) {
  return async ({
    event,
  }: SlackEventMiddlewareArgs<'channel_id_changed'> & AllMiddlewareArgs): Promise<void> => {
    const { old_channel_id: from, new_channel_id: to } = event;
    await deps.door.upkeep.places.renumbered({ from, to });
    deps.logger.warn({ from, to }, 'Slack gave a channel another id');
  };
}

/** Decisions look the channel up each time; what the others have kept of it is forgotten. */
export function channelUnsharedEvent(deps: HandlerDeps) {
  return ({ event }: SlackEventMiddlewareArgs<'channel_unshared'> & AllMiddlewareArgs): Promise<void> => {
    deps.forgetChannel(event.channel);
    deps.logger.info({ channel: event.channel }, 'a channel is shared with fewer organisations');
    return Promise.resolve();
  };
}

/** People cannot be asked in Slack any more. */
export function appGoneEvent(deps: HandlerDeps) {
  return async ({
    event,
    context,
  }: SlackEventMiddlewareArgs<'app_uninstalled' | 'tokens_revoked'> & AllMiddlewareArgs): Promise<void> => {
    // Tokens of people are not our tokens.
    if (event.type === 'tokens_revoked' && (event.tokens.bot ?? []).length === 0) return;
    const why = event.type === 'tokens_revoked' ? 'token-revoked' : 'uninstalled';
    const done = await deps.door.upkeep.places.gone({ why, ...cause(deliveryOf(context)) });
    deps.logger.error(
      { why, ...done },
      'Slack has taken the app or its token away: nothing can be decided there',
    );
  };
}

function deliveryOf(context: Readonly<Record<string, unknown>>): Delivery {
  const delivery = deliveryIn(context);
  if (delivery === undefined) throw new AppError('BUG', 'an event came without its delivery');
  return delivery;
}

function cause({ key, digest }: Delivery) {
  return { requestId: key, payloadDigest: digest };
}
