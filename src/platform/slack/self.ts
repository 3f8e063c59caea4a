import type { WebClient } from '@slack/web-api';
import { retrying } from '../../domain/kernel/back-off.ts';
import type { Clock, Logger } from '../../domain/kernel/clock.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Secret } from '../../domain/kernel/secret.ts';
import type { Self, SlackDirectory } from './directory.ts';

/** Start-up needs Slack once: without our own ids nothing can be told apart. It is asked until it answers. */
export function whoWeAre(
  directory: Pick<SlackDirectory, 'self'>,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Promise<Self> {
  const ask = async (attempt: number): Promise<Self> => {
    const answer = await directory.self();
    if ('known' in answer) return answer.known;
    logger.warn({ attempt, why: answer.unavailable }, 'Slack does not return our identity yet');
    throw new AppError('DEPENDENCY_UNAVAILABLE', 'Slack did not return our identity');
  };
  return retrying(ask, {
    clock,
    backOff: { firstMs: 500, mostMs: 10_000 },
    again: (error, attempt) => error instanceof AppError && attempt < 30,
  });
}

/** An app-level token names its app (`xapp-1-A0123-…`); else Slack is asked about our own bot. */
export async function ownAppId(options: {
  readonly appToken: Secret | undefined;
  readonly client: WebClient;
  readonly self: Self;
  readonly logger: Logger;
}): Promise<string | undefined> {
  const { appToken, client, self, logger } = options;
  const named = /^xapp-\d-(A[A-Z0-9]{6,})-/.exec(appToken?.reveal() ?? '')?.[1];
  if (named !== undefined) return named;
  try {
    return (await client.bots.info({ bot: self.botId })).bot?.app_id;
  } catch (err) {
    logger.warn({ err }, 'our own app id is not known; deliveries are checked by workspace alone');
    return undefined;
  }
}
