import { requestOf } from '../bot/middleware/request.ts';
import { buttonIdIn, findButton } from './button.ts';
import type { HandlerDeps } from './deps.ts';
import type { ButtonArgs } from './remediation.action.ts';
import { reportFor } from './report.ts';

/** "Report" under an answer: an issue made of exactly that run, for the one who pressed. */
export function reportAction(deps: HandlerDeps) {
  return async ({ ack, body, context }: ButtonArgs): Promise<void> => {
    await ack();
    const request = requestOf(context);
    const { runId } = await findButton(deps.buttons, buttonIdIn(body), ['report'], request);
    await deps.answers.privately(
      request.delivery,
      await reportFor(deps, request, runId === undefined ? {} : { run: runId }),
    );
  };
}
