import { present } from '../../../domain/kernel/present.ts';
import { within } from '../../../domain/kernel/within.ts';
import type { Discovered, SeenPart } from '../../../domain/platform/discovered.ts';
import type { TargetsFactory } from '../../../domain/probe/targets/targets.ts';
import type { EnvironmentConfig } from '../../../domain/settings/environment.ts';
import { withSeen } from '../../../domain/settings/installed.ts';

/** How old what was seen may be before a run looks again. */
const freshMs = 2 * 60_000;

export interface Installations {
  /** Each environment as configured, with what was last seen of it beneath that. */
  readonly environments: Readonly<Record<string, EnvironmentConfig>>;
  /** Looks, unless the last look is fresh enough; several that ask at once share one look. */
  look(name: string): Promise<void>;
}

/** What this process has seen of its environments, in memory: a new process looks again. */
export function createInstallations(
  configured: Readonly<Record<string, EnvironmentConfig>>,
  observe: (config: EnvironmentConfig) => Promise<Discovered>,
  now: () => number,
): Installations {
  const seen = new Map<string, { readonly at: number; readonly config: EnvironmentConfig }>();
  const looking = new Map<string, Promise<void>>();
  const environments = {};
  for (const [name, config] of Object.entries(configured))
    Object.defineProperty(environments, name, {
      enumerable: true,
      get: () => seen.get(name)?.config ?? config,
    });
  return {
    environments,
    async look(name) {
      const config = configured[name];
      const last = seen.get(name);
      if (config === undefined || (last !== undefined && now() - last.at < freshMs)) return;
      const running =
        looking.get(name) ??
        observe(config)
          .then((discovered) => {
            const kept = remember(last?.config.discovered, discovered);
            seen.set(name, { at: now(), config: withSeen(config, kept) });
          })
          .finally(() => looking.delete(name));
      looking.set(name, running);
      await running;
    },
  };
}

/** A part that was seen and is not there any more keeps its name: now it is missing. */
function remember(before: Discovered | undefined, now: Discovered): Discovered {
  if (before === undefined) return now;
  const had = (part: SeenPart) => before.parts.find((one) => one.part === part.part);
  const nothing = now.parts.length === 0;
  const gone = before.parts.filter(
    ({ part, found }) =>
      found !== undefined && now.parts.every((one) => one.part !== part || one.candidates.length === 0),
  );
  const rows = Object.fromEntries(gone.map(({ part }) => [part, before.platform.parts?.[part]]));
  return {
    ...now,
    platform: {
      ...(nothing ? before.platform : now.platform),
      parts: { ...rows, ...now.platform.parts },
    },
    parts: nothing
      ? before.parts
      : now.parts.map((part) => (part.candidates.length === 0 ? (had(part) ?? part) : part)),
    healthPaths: { ...before.healthPaths, ...now.healthPaths },
    ...(nothing ? present({ withoutHttp: before.withoutHttp, unchecked: before.unchecked }) : {}),
    ...(now.databases === undefined && before.databases !== undefined ? { databases: before.databases } : {}),
  };
}

/** Targets that look at the installation before a run is given them. */
export function lookingFirst(factory: TargetsFactory, { look }: Pick<Installations, 'look'>): TargetsFactory {
  return {
    async forRun(environment, signal) {
      // Without the look the run has less to go by; it tells itself that it was ended.
      await within(Number.POSITIVE_INFINITY, look(environment), { signal }).catch(() => undefined);
      return factory.forRun(environment, signal);
    },
    close: () => factory.close(),
  };
}
