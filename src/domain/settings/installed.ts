import type { Discovered } from '../platform/discovered.ts';
import type { ServiceId } from '../platform/part.ts';
import { changesOf, platformOf } from '../platform/platform.ts';
import { factOf, type Sourced } from '../platform/source.ts';
import { type PlatformDatabase, usual } from '../platform/table.ts';
import type { EnvironmentConfig } from './environment.ts';

/** The environment with what was seen of it beneath what is configured: configured, observed, documented (R-PLAT1). */
export function withSeen(config: EnvironmentConfig, discovered: Discovered): EnvironmentConfig {
  const seen = (discovered.withoutHttp ?? []).filter((id) => config.services[id] === undefined);
  return {
    ...config,
    withoutHttp: [...new Set([...config.withoutHttp, ...seen])],
    platform: platformOf(changesOf(config.platform), discovered.platform),
    discovered,
  };
}

const databaseIds = ['agentManager', 'orchestrator'] as const satisfies readonly PlatformDatabase[];

/**
 * The databases that are looked at, with their sources. One that is only documented is left out where a look at the
 * server found none and nothing of its part is here.
 */
export function databasesOf(
  config: EnvironmentConfig,
): Readonly<Partial<Record<PlatformDatabase, Sourced<string>>>> {
  const { postgres, discovered } = config;
  if (postgres === undefined) return {};
  const entries = databaseIds.flatMap((id): readonly (readonly [PlatformDatabase, Sourced<string>])[] => {
    if (postgres.databases !== undefined) {
      const value = postgres.databases[id];
      return value === undefined ? [] : [[id, { value, source: 'configured' }]];
    }
    const seen = discovered?.databases?.[id];
    if (seen !== undefined) return [[id, { value: seen, source: 'observed' }]];
    if (id === 'orchestrator' && discovered?.databases !== undefined && !orchestrates(config)) return [];
    return [[id, { value: usual.databases[id], source: 'documented' }]];
  });
  return Object.fromEntries(entries);
}

function orchestrates({ services, withoutHttp, discovered }: EnvironmentConfig): boolean {
  const id = 'orchestrator-service';
  return (
    services[id] !== undefined ||
    withoutHttp.includes(id) ||
    discovered?.parts.some(({ part, candidates }) => part === id && candidates.length > 0) === true
  );
}

/**
 * The health paths of a service, in the order in which they are tried. They are documented as long as neither the
 * configuration nor the service's own health check names one.
 */
export function healthPathsOf(config: EnvironmentConfig, service: ServiceId): Sourced<readonly string[]> {
  const own = config.services[service]?.healthPaths;
  if (own !== undefined) return { value: own, source: 'configured' };
  const seen = config.discovered?.healthPaths[service];
  const named = (['health', 'live', 'ready', 'status'] as const).map((kind) =>
    factOf(config.platform, 'paths', kind),
  );
  const [health, ...others] = named.map(({ value }) => value);
  const value = [health, seen?.ready, seen?.live, ...others].filter((path) => path !== undefined);
  const configured = named.some(({ source }) => source === 'configured');
  return {
    value: [...new Set(value)],
    source: configured ? 'configured' : seen === undefined ? 'documented' : 'observed',
  };
}
