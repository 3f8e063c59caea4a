import type { AllMiddlewareArgs, SlackViewMiddlewareArgs, ViewSubmitAction } from '@slack/bolt';
import { z } from 'zod';
import { inputs } from '../bot/ids.ts';
import { requestOf } from '../bot/middleware/request.ts';
import { present } from '../domain/kernel/present.ts';
import type { HandlerDeps } from './deps.ts';
import { inputText } from './modal-state.ts';
import { surfaceOf } from './place.ts';

/** Client-supplied: a place to answer in, nothing else. */
const Metadata = z.object({ channel: z.string().max(32), threadTs: z.string().max(32).optional() });

export function diagnoseMessageModal(deps: HandlerDeps) {
  return async ({
    ack,
    view,
    context,
  }: SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs): Promise<void> => {
    await ack();
    const request = requestOf(context);
    const environment = inputText(view, inputs.environment);
    const symptom = inputText(view, inputs.symptom);
    const { channel, threadTs } = Metadata.parse(JSON.parse(view.private_metadata));
    const at = { channel, ...present({ threadTs }) };
    const surface = await surfaceOf(deps, request, at);
    const services = await deps.door.enter(request, {
      right: 'start',
      environment,
      shownIn: surface.channel,
    });
    await services.runs.start({
      kind: 'diagnose',
      environment,
      params: { symptom },
      source: 'shortcut',
      requestedBy: request.person,
      surface,
      dedupeKey: request.requestId,
    });
  };
}
