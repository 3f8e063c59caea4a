import { requestOf } from '../bot/middleware/request.ts';
import { rejectModal } from '../bot/views/modals.view.ts';
import { buttonIdIn } from './button.ts';
import type { HandlerDeps } from './deps.ts';
import type { ButtonArgs } from './remediation.action.ts';

/** "Reject …" asks for the reason first: a trigger lives 3 seconds, so the modal opens before anything is looked up (R-SLACK14). */
export function rejectRemediationAction(deps: HandlerDeps) {
  return async ({ ack, body, context }: ButtonArgs): Promise<void> => {
    await ack();
    const request = requestOf(context);
    const words = await deps.words(request.person.userId);
    const { channel, threadTs } = request.delivery;
    const metadata = JSON.stringify({ button: buttonIdIn(body), channel, threadTs });
    await deps.slack.views.open({ trigger_id: body.trigger_id, view: rejectModal(metadata, [], words) });
  };
}
