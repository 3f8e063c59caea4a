import { requestOf } from '../bot/middleware/request.ts';
import { present } from '../domain/kernel/present.ts';
import { buttonIdIn, findButton } from './button.ts';
import { startCollect } from './collect.ts';
import type { HandlerDeps } from './deps.ts';
import type { ButtonArgs } from './remediation.action.ts';
import { say } from './verbs.ts';

/**
 * "Collect logs" under a diagnosis: a bundle in its thread, with logs from before what it found. A bundle takes minutes,
 * so a button makes one: another press tells how to get another.
 */
export function collectAction(deps: HandlerDeps) {
  return async ({ ack, body, context }: ButtonArgs): Promise<void> => {
    await ack();
    const request = requestOf(context);
    const button = await findButton(deps.buttons, buttonIdIn(body), ['collect'], request);
    const { since, environment } = button.data;
    const { channel, threadTs = body.message?.ts } = request.delivery;
    const answer = await startCollect(deps, request, {
      source: 'button',
      words: await deps.words(request.person.userId),
      at: present({ channel, threadTs }),
      dedupeKey: `collect ${button.id}`,
      ...(typeof since === 'string' ? { since } : {}),
      ...(typeof environment === 'string' ? { environment } : {}),
    });
    await say(deps, request, answer);
  };
}
