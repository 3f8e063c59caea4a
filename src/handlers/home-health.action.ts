import { requestOf } from '../bot/middleware/request.ts';
import { buttonIdIn, findButton } from './button.ts';
import type { HandlerDeps } from './deps.ts';
import { environmentFor, surfaceOf } from './place.ts';
import type { ButtonArgs } from './remediation.action.ts';

/** "Check health" in App Home: the answer comes as a direct message. */
export function homeHealthAction(deps: HandlerDeps) {
  return async ({ ack, body, context }: ButtonArgs): Promise<void> => {
    await ack();
    const request = requestOf(context);
    const button = await findButton(deps.buttons, buttonIdIn(body), ['home-health'], request);
    const { environment: named } = button.data;
    const environment = environmentFor(
      deps.settings,
      typeof named === 'string' ? named : undefined,
      undefined,
    );
    const services = await deps.door.enter(request, { right: 'start', environment });
    const { channel } = await deps.slack.conversations.open({ users: request.person.userId });
    await services.runs.start({
      kind: 'health',
      environment,
      source: 'button',
      requestedBy: request.person,
      surface: await surfaceOf(deps, request, channel?.id === undefined ? {} : { channel: channel.id }),
      dedupeKey: request.requestId,
    });
  };
}
