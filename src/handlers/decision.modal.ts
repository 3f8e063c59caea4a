import type { AllMiddlewareArgs, SlackViewMiddlewareArgs, ViewOutput, ViewSubmitAction } from '@slack/bolt';
import { z } from 'zod';
import { inputs } from '../bot/ids.ts';
import { requestOf } from '../bot/middleware/request.ts';
import { present } from '../domain/kernel/present.ts';
import type { Decided, DecisionInput } from '../services/fix/contract.ts';
import { decidingButton } from './button.ts';
import type { HandlerDeps } from './deps.ts';
import type { Deciding } from './door.ts';
import { inputText } from './modal-state.ts';
import { decidedAnswer, decision, outcomes } from './verbs.ts';

/** Client-supplied: it names a button and a place to answer in, and carries no authority. */
const Metadata = z.object({
  button: z.string().max(64),
  channel: z.string().max(32).optional(),
  threadTs: z.string().max(32).optional(),
  /** Where its button was pressed; a window of before says nothing of it. */
  place: z
    .union([
      z.object({ home: z.literal(true) }),
      z.object({ channel: z.string().max(32), ts: z.string().max(32) }).partial(),
    ])
    .default({}),
});

type Reasoned = DecisionInput & { readonly reason: string };

/** Submission of a modal that asked for a reason: one decision, told to who decided only when it changed nothing. */
function decisionModal(
  deps: HandlerDeps,
  purpose: string,
  decide: (input: Reasoned, services: Deciding, view: ViewOutput) => Promise<Decided>,
) {
  return async ({
    ack,
    view,
    context,
  }: SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs): Promise<void> => {
    await ack();
    const request = requestOf(context);
    const reason = inputText(view, inputs.reason);
    const {
      button: id,
      channel,
      threadTs,
      place: pressed,
    } = Metadata.parse(JSON.parse(view.private_metadata));
    const where = 'home' in pressed ? pressed : present(pressed);
    const button = await decidingButton(deps.buttons, id, purpose, request, where);
    const input = {
      ...decision(request, button.remediationId),
      reason,
      ...present({ channel, planHash: button.planHash }),
    };
    const decided = await decide(input, deps.door.deciding, view);
    if (decided.moved) return;
    const words = await deps.words(request.person.userId);
    const place = {
      ...request.delivery,
      ...present({ channel, threadTs }),
    };
    await deps.answers.privately(place, decidedAnswer(decided, words));
  };
}

export function requestRemediationModal(deps: HandlerDeps) {
  return decisionModal(deps, 'request', (input, { remediations }) => remediations.request(input));
}

export function rejectRemediationModal(deps: HandlerDeps) {
  return decisionModal(deps, 'reject', (input, { remediations }) => remediations.reject(input));
}

export function breakGlassModal(deps: HandlerDeps) {
  return decisionModal(deps, 'break-glass', (input, { remediations }) => remediations.breakGlass(input));
}

export function resolveRemediationModal(deps: HandlerDeps) {
  return decisionModal(deps, 'resolve', (input, { remediations }, view) => {
    const outcome = z.enum(['worked', 'failed']).parse(inputText(view, inputs.outcome));
    return remediations.resolve({ ...input, to: outcomes[outcome] });
  });
}
