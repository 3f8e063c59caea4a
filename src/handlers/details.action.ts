import { requestOf } from '../bot/middleware/request.ts';
import { causeLines, detailLines } from '../bot/views/details.view.ts';
import { partLines } from '../bot/views/health.view.ts';
import { detailsModal } from '../bot/views/modals.view.ts';
import { isHealthReport } from '../domain/health/health.ts';
import type { RunWithOutcomes } from '../domain/run/run.ts';
import type { Words } from '../text/words.ts';
import { buttonIdIn, findButton } from './button.ts';
import type { HandlerDeps } from './deps.ts';
import type { ButtonArgs } from './remediation.action.ts';

/** Everything a run saw, page by page, for the one who wants the numbers. */
export function detailsAction(deps: HandlerDeps) {
  return async ({ ack, body, context }: ButtonArgs): Promise<void> => {
    await ack();
    const request = requestOf(context);
    const words = await deps.words(request.person.userId);
    const services = await deps.door.enter(request, { right: 'read' });
    const button = await findButton(deps.buttons, buttonIdIn(body), ['details'], request);
    const run = button.runId === undefined ? undefined : await services.runs.get(button.runId);
    if (run !== undefined) await deps.door.enter(request, { right: 'read', environment: run.environment });
    const lines = run === undefined ? [] : linesOf(run, words);
    await deps.slack.views.open({
      trigger_id: body.trigger_id,
      view: detailsModal(lines, words),
    });
  };
}

/** What it came to, part by part or cause by cause; then each look. */
function linesOf({ summary, outcomes }: RunWithOutcomes, words: Words): readonly string[] {
  const head = isHealthReport(summary) ? partLines(summary, words) : causeLines(summary, outcomes, words);
  return [...head, ...(head.length === 0 ? [] : ['']), ...detailLines(outcomes, words)];
}
