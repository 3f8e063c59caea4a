import type { AllMiddlewareArgs, SlackViewMiddlewareArgs, ViewSubmitAction } from '@slack/bolt';
import { inputs } from '../bot/ids.ts';
import { requestOf } from '../bot/middleware/request.ts';
import type { HandlerDeps } from './deps.ts';
import { inputText } from './modal-state.ts';
import { surfaceOf } from './place.ts';

export function healthModalSubmission(deps: HandlerDeps) {
  return async ({
    ack,
    view,
    context,
  }: SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs): Promise<void> => {
    await ack();
    const request = requestOf(context);
    const channel = inputText(view, inputs.channel);
    const environment = inputText(view, inputs.environment);
    const depth = inputText(view, inputs.depth);
    const surface = await surfaceOf(deps, request, { channel });
    const services = await deps.door.enter(request, {
      right: 'start',
      environment,
      shownIn: surface.channel,
    });
    await services.runs.start({
      kind: 'health',
      environment,
      params: { depth },
      source: 'shortcut',
      requestedBy: request.person,
      surface,
      dedupeKey: request.requestId,
    });
  };
}
