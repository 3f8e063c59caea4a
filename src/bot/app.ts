import { App, type Receiver } from '@slack/bolt';
import type { WebClientOptions } from '@slack/web-api';
import type { Logger } from '../domain/kernel/clock.ts';
import type { Secret } from '../domain/kernel/secret.ts';
import { boltLogger } from './bolt-logger.ts';
import { catchAll } from './middleware/catch-all.ts';
import { type BoundaryDeps, errorBoundary } from './middleware/error-boundary.ts';

export interface BoltAppOptions extends BoundaryDeps {
  readonly receiver: Receiver;
  readonly botToken: Secret;
  readonly self: { readonly botId: string; readonly botUserId: string; readonly teamId: string };
  /** An object of its own: the Socket Mode client must not write into it (R-SLACK1). */
  readonly clientOptions: WebClientOptions;
  readonly logger: Logger;
}

/**
 * The Bolt app without any handler. One workspace, so nothing is asked of Slack to authorise a delivery: a Slack
 * that does not answer must not keep a command from being acknowledged.
 */
export function createBoltApp(options: BoltAppOptions): App {
  const { botId, botUserId, teamId } = options.self;
  const app = new App({
    receiver: options.receiver,
    authorize: () => Promise.resolve({ botToken: options.botToken.reveal(), botId, botUserId, teamId }),
    clientOptions: { ...options.clientOptions },
    logger: boltLogger(options.logger, options.botToken),
    extendedErrorHandler: true,
  });
  app.error(errorBoundary(options));
  catchAll(app, options.logger);
  return app;
}
