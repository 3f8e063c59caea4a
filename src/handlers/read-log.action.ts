import { requestOf } from '../bot/middleware/request.ts';
import { present } from '../domain/kernel/present.ts';
import { buttonIdIn, findButton } from './button.ts';
import type { HandlerDeps } from './deps.ts';
import { environmentFor, surfaceOf } from './place.ts';
import type { ButtonArgs } from './remediation.action.ts';

/** "Read its log": what the log of the part says is wrong, in the thread of the finding. */
export function readLogAction(deps: HandlerDeps) {
  return async ({ ack, body, context }: ButtonArgs): Promise<void> => {
    await ack();
    const request = requestOf(context);
    const button = await findButton(deps.buttons, buttonIdIn(body), ['read-log'], request);
    const { part, since, environment: named } = button.data;
    const { channel, threadTs = body.message?.ts } = request.delivery;
    const environment = environmentFor(deps.settings, typeof named === 'string' ? named : undefined, channel);
    const surface = await surfaceOf(deps, request, present({ channel, threadTs }));
    const services = await deps.door.enter(request, {
      right: 'start',
      environment,
      shownIn: surface.channel,
    });
    await services.runs.start({
      kind: 'logs',
      environment,
      params: { part: String(part ?? ''), ...(typeof since === 'string' ? { since } : {}) },
      source: 'button',
      requestedBy: request.person,
      surface,
      dedupeKey: request.requestId,
    });
  };
}
