import type { AllMiddlewareArgs, SlackViewMiddlewareArgs, ViewSubmitAction } from '@slack/bolt';
import { z } from 'zod';
import { inputs } from '../bot/ids.ts';
import { requestOf } from '../bot/middleware/request.ts';
import { diagnoseModal } from '../bot/views/modals.view.ts';
import { present } from '../domain/kernel/present.ts';
import type { HandlerDeps } from './deps.ts';
import { inputText, optionalText } from './modal-state.ts';
import { surfaceOf } from './place.ts';

/** Client-supplied: a place to answer in, nothing else. */
const Metadata = z.object({ channel: z.string().max(32), threadTs: z.string().max(32).optional() });

/** What was chosen goes before what was typed. */
function askedIn(view: SlackViewMiddlewareArgs<ViewSubmitAction>['view']): string | undefined {
  const chosen = optionalText(view, inputs.choice);
  return chosen?.replace(/^diagnose /, '') ?? optionalText(view, inputs.symptom);
}

export function diagnoseMessageModal(deps: HandlerDeps) {
  return async ({
    ack,
    view,
    context,
  }: SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs): Promise<void> => {
    const request = requestOf(context);
    const environment = inputText(view, inputs.environment);
    const symptom = askedIn(view);
    const { understand, choices } = deps.catalogue;
    // Nothing starts that can only fail: the window stays, and says so.
    const meant = symptom === undefined ? undefined : understand(symptom, environment);
    if (symptom === undefined || meant !== 'symptom') {
      const words = await deps.words(request.person.userId);
      if (symptom !== undefined && meant === 'choice') {
        // The same window asks which: the channel need not read that it is not clear.
        const { environments } = deps.settings;
        const asked = { metadata: view.private_metadata, text: symptom, environments, initial: environment };
        const several = { offered: deps.catalogue, choices: choices(symptom, environment) };
        await ack({ response_action: 'update', view: diagnoseModal({ ...asked, ...several }, words) });
        return;
      }
      const why =
        meant === undefined
          ? words.plain('modal.diagnose.unknown')
          : words.plain('modal.diagnose.other-command', { command: meant });
      await ack({ response_action: 'errors', errors: { [inputs.symptom]: why } });
      return;
    }
    await ack();
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
