import { platformsIn } from '../domain/platform/platform.ts';
import type { Config } from '../domain/settings/config.ts';
import type { Terminal } from './context.ts';
import { UsageFault } from './faults.ts';

/** The same context, with words about the installation of this environment. */
export function inEnvironment<T extends Pick<Terminal, 'words'>>(
  context: T,
  config: Config,
  environment: string,
): T {
  const platform = platformsIn(config.environments)(environment);
  return { ...context, words: context.words.about(platform) };
}

/** The environment meant: named, else the default of Slack, else the only one. UsageFault when these do not decide. */
export function chooseEnvironment(config: Config, named: string | undefined): string {
  const known = Object.keys(config.environments);
  if (named !== undefined) {
    if (known.includes(named)) return named;
    throw new UsageFault('cli.fault.environment-unknown', { environment: named, known: known.join(', ') });
  }
  const [first, ...others] = known;
  const chosen = config.slack.defaultEnvironment ?? (others.length === 0 ? first : undefined);
  if (chosen === undefined) throw new UsageFault('cli.fault.environment-needed', { known: known.join(', ') });
  return chosen;
}
