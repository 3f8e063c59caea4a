import { requestOf } from '../bot/middleware/request.ts';
import { buttonIdIn, findButton } from './button.ts';
import type { HandlerDeps } from './deps.ts';
import { environmentFor, surfaceOf } from './place.ts';
import type { ButtonArgs } from './remediation.action.ts';

/** "Diagnose" on a finding: the matching diagnosis, in the same thread. */
export function diagnoseAction(deps: HandlerDeps) {
  return async ({ ack, body, context }: ButtonArgs): Promise<void> => {
    await ack();
    const request = requestOf(context);
    const button = await findButton(deps.buttons, buttonIdIn(body), ['diagnose'], request);
    const { symptom, environment: named } = button.data;
    const environment = environmentFor(
      deps.settings,
      typeof named === 'string' ? named : undefined,
      request.delivery.channel,
    );
    const surface = await surfaceOf(deps, request);
    const services = await deps.door.enter(request, {
      right: 'start',
      environment,
      shownIn: surface.channel,
    });
    await services.runs.start({
      kind: 'diagnose',
      environment,
      params: { symptom: String(symptom ?? '') },
      source: 'button',
      requestedBy: request.person,
      surface,
      dedupeKey: request.requestId,
    });
  };
}
