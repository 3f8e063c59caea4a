import type { PersonGate } from '../cli/guarded.ts';
import { servedRoute } from '../cli/wiring-served.ts';
import { servedExportRoute } from '../cli/wiring-served-export.ts';
import { type Directory, firstAvailable } from '../domain/fix/eligibility.ts';
import { directoryMaxAgeMs } from '../domain/fix/policy.ts';
import type { Person } from '../domain/kernel/person.ts';
import type { HttpRoute } from '../domain/ports/http.ts';
import { createDoor } from '../handlers/door.ts';
import { createHttpServer } from '../platform/process/http-server.ts';
import type { Component } from '../platform/process/lifecycle.ts';
import type { RedactorOf } from '../platform/redact/process-redactor.ts';
import type { SlackDirectory } from '../platform/slack/directory.ts';
import { remediations } from '../remediations/index.ts';
import { storedDirectory } from '../services/fix/decide/remediation-directory.service.ts';
import { accessRules, type Shared } from './shared.ts';
import { createUseCases, tokenService, type UseCaseDeps } from './use-cases.ts';

/**
 * Where the bot answers the command line, as a component of its own; undefined without CLI_PORT. Who people are is asked
 * of Slack, and of what the bot last wrote down where Slack does not answer: on that day people have no other way.
 */
export function cliEndpoint(
  shared: Shared,
  slack: SlackDirectory,
): { readonly component: Component; readonly port: () => number } | undefined {
  const { env, logger, store } = shared;
  if (env.CLI_PORT === undefined || shared.tokenKeys.length === 0) return undefined;
  const directory = firstAvailable(slack.fresh(), storedDirectory(store, directoryMaxAgeMs));
  const stopping = new AbortController();
  const { redactorOf } = shared.redaction;
  const routes = cliRoutes({ ...shared, redactorOf }, directory, stopping.signal);
  const server = createHttpServer({ host: env.HOST, port: env.CLI_PORT, routes, logger });
  return {
    port: () => server.port(),
    component: {
      name: 'command line',
      start: () => server.start(),
      async stop() {
        stopping.abort(new Error('the bot is stopping'));
        await server.stop();
      },
    },
  };
}

/** The routes with everything behind them; `signal` ends what is being answered. */
export function cliRoutes(
  deps: UseCaseDeps & { readonly redactorOf: RedactorOf },
  directory: Directory,
  signal: AbortSignal,
): readonly HttpRoute[] {
  const { config, clock, logger, version } = deps;
  const services = createUseCases(deps, directory);
  const { startsPerMinute } = config.slack;
  const door = createDoor({ services, rules: accessRules(deps), directory, startsPerMinute, clock });
  const gateFor = (person: Person): PersonGate => ({
    async need(wanted) {
      await door.enter({ person, delivery: {} }, wanted);
    },
    readable: () => door.readable(person),
  });
  const tokens = tokenService(deps, directory);
  const commands = servedRoute({
    tokens,
    services,
    gateFor,
    config,
    remediations: remediations.map(({ id }) => id),
    redactor: () => deps.redactorOf('command'),
    clock,
    logger,
    version,
    signal,
  });
  return [commands, servedExportRoute({ tokens, services, logger })];
}
