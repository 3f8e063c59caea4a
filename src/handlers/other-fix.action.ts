import type {
  AllMiddlewareArgs,
  BlockAction,
  SlackActionMiddlewareArgs,
  StaticSelectAction,
} from '@slack/bolt';
import { z } from 'zod';
import { requestOf } from '../bot/middleware/request.ts';
import { buttonIdIn, findButton } from './button.ts';
import type { HandlerDeps } from './deps.ts';
import { environmentFor, surfaceOf } from './place.ts';

type SelectArgs = SlackActionMiddlewareArgs<BlockAction<StaticSelectAction>> & AllMiddlewareArgs;

const Params = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** An entry of the menu of other fixes: what typing it with these values would do, in the same thread. */
export function otherFixAction(deps: HandlerDeps) {
  return async ({ ack, body, context }: SelectArgs): Promise<void> => {
    await ack();
    const request = requestOf(context);
    const { data } = await findButton(deps.buttons, buttonIdIn(body), ['other'], request);
    const named = typeof data.environment === 'string' ? data.environment : undefined;
    const environment = environmentFor(deps.settings, named, request.delivery.channel);
    const surface = await surfaceOf(deps, request);
    const { runs } = await deps.door.enter(request, {
      right: 'start',
      environment,
      shownIn: surface.channel,
    });
    const params = Params.parse(JSON.parse(String(data.params ?? '{}')));
    await runs.start({
      kind: 'propose',
      environment,
      params: { ...params, remediation: String(data.remediation ?? '') },
      source: 'button',
      requestedBy: request.person,
      surface,
      dedupeKey: request.requestId,
    });
  };
}
