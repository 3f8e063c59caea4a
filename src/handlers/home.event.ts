import type { AllMiddlewareArgs, SlackEventMiddlewareArgs } from '@slack/bolt';
import { requestOf } from '../bot/middleware/request.ts';
import { type HandlerDeps, teamOf } from './deps.ts';
import { publishHome } from './home.ts';

export function homeOpenedEvent(deps: HandlerDeps) {
  return async ({
    event,
    context,
  }: SlackEventMiddlewareArgs<'app_home_opened'> & AllMiddlewareArgs): Promise<void> => {
    if (event.tab !== 'home') return;
    const request = requestOf(context);
    await deps.home.opened(request.person.userId, teamOf(request.delivery));
    await publishHome(deps, request.person);
  };
}
