import { type Place, placeOfRuntime } from '../domain/diagnosis/place.ts';
import type { ConfiguredKnown } from '../domain/mute/mute.ts';
import { platformsIn } from '../domain/platform/platform.ts';
import type { Config } from '../domain/settings/config.ts';
import type { Words } from '../text/words.ts';
import type { CliContext, Terminal } from './context.ts';
import { UsageFault, unknownOf } from './faults.ts';

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
    throw unknownOf('environment', named, known);
  }
  const [first, ...others] = known;
  const chosen = config.slack.defaultEnvironment ?? (others.length === 0 ? first : undefined);
  if (chosen === undefined) throw new UsageFault('cli.fault.environment-needed', { known: known.join(', ') });
  return chosen;
}

/** What is looked at: an environment of the configuration as it is now, or one in a bundle as it was. */
export async function subjectOf(
  context: CliContext,
  named: string | undefined,
): Promise<{
  readonly environment: string;
  readonly place: Place;
  readonly at?: Date;
  readonly words: Words;
  /** What the configuration accepts for good; a bundle has no configuration. */
  readonly known: readonly ConfiguredKnown[];
}> {
  const { words } = context;
  const recorded = await context.recorded();
  if (recorded !== undefined) {
    const { environment, place, at } = recorded;
    if (named !== undefined && named !== environment)
      throw new UsageFault('cli.fault.environment-unknown', { environment: named, known: environment });
    return { environment, place, at, words, known: [] };
  }
  const config = await context.config();
  const environment = chooseEnvironment(config, named);
  const runtime = config.environments[environment]?.runtime;
  return {
    environment,
    place: runtime === undefined ? { kind: 'none' } : placeOfRuntime(runtime),
    words: words.about(platformsIn(config.environments)(environment)),
    known: config.environments[environment]?.known ?? [],
  };
}
