import { type PartId, partIds, type ServiceId } from './part.ts';
import { guide, type PartRow, type WorkloadName } from './table.ts';

type Guide = typeof guide;

/** The same fields with any value of their kind. */
type Widened<T> = T extends WorkloadName
  ? WorkloadName
  : T extends string
    ? string
    : T extends number
      ? number
      : T extends readonly unknown[]
        ? readonly string[]
        : { readonly [Field in keyof T]: Widened<T[Field]> };

/** Facts of a part that no installation changes: the programs themselves decide them. */
type Fixed = 'dependsOn' | 'alsoConnects';

type Row<P extends PartId> = Omit<Widened<Guide['parts'][P]>, Fixed> & {
  /** What people there call it, where that differs from our catalogue of words. */
  readonly name?: string;
  /** Port of its Kubernetes Service, where that is another one than its own. */
  readonly servicePort?: number;
  /** Role of PostgreSQL that it alone uses: no person, no tool, no other service. */
  readonly databaseRole?: string;
};

/** One installation of the platform: the table, with what differs there put over it. */
export type Platform = { readonly parts: { readonly [P in PartId]: Row<P> } } & {
  readonly [Group in Exclude<keyof Guide, 'parts'>]: Widened<Guide[Group]>;
};

type Changed<T> = { readonly [Field in keyof T]?: T[Field] | undefined };

/** What an installation says of itself; what it does not say is as in the guide. */
export type PlatformChanges = {
  readonly parts?: { readonly [P in PartId]?: Changed<Omit<Row<P>, 'spoken' | 'reportedAs'>> | undefined };
} & { readonly [Group in Exclude<keyof Platform, 'parts'>]?: Changed<Platform[Group]> | undefined };

export type ConfigKey = keyof Guide['keys'];
export type TableName = keyof Guide['tables'];
interface Told {
  readonly configured: PlatformChanges;
  readonly seen: PlatformChanges;
}

const told = new WeakMap<Platform, Told>();

/** What the installation itself says of this platform, value by value; empty for one of which nothing is said. */
export function changesOf(platform: Platform): PlatformChanges {
  return told.get(platform)?.configured ?? {};
}

/** What was seen of it, value by value; empty without a look. Some of it may be overridden by `changesOf`. */
export function seenOf(platform: Platform): PlatformChanges {
  return told.get(platform)?.seen ?? {};
}

/**
 * The platform of an installation: what it says of itself, over what was seen of it, over the table. Other names of a
 * part are added to those in the table.
 */
export function platformOf(changes: PlatformChanges = {}, seen: PlatformChanges = {}): Platform {
  const parts = partIds.map((part) => {
    const own: Record<string, unknown> = { ...guide.parts[part] };
    const changed = { ...seen.parts?.[part], ...changes.parts?.[part] };
    const aliases = [guide.parts[part].aliases, seen.parts?.[part]?.aliases, changes.parts?.[part]?.aliases];
    return [
      part,
      { ...own, ...changed, aliases: [...new Set(aliases.flatMap((some) => some ?? []))] },
    ] as const;
  });
  const groups = Object.entries(guide).flatMap(([name, facts]) => {
    const group = name as Exclude<keyof Platform, 'parts'> | 'parts';
    return group === 'parts' ? [] : [[group, { ...facts, ...seen[group], ...changes[group] }]];
  });
  const platform = { ...Object.fromEntries(groups), parts: Object.fromEntries(parts) } as Platform;
  told.set(platform, { configured: changes, seen });
  return platform;
}

/** An installation of which nothing else is said. */
export const asInGuide: Platform = platformOf();

/** Environments by name, as readers that serve several of them are given them. */
export type PlatformOf = (environment: string) => Platform;

/** Those of the configuration. A run may be of an environment that is no longer in it. */
export function platformsIn(
  environments: Readonly<Record<string, { readonly platform: Platform }>>,
): PlatformOf {
  return (name) =>
    (Object.hasOwn(environments, name) ? environments[name]?.platform : undefined) ?? asInGuide;
}

/** What any part may have, for readers that take one by its id. */
export type PartFacts = Omit<PartRow, 'dependsOn' | 'alsoConnects'> & {
  readonly name?: string;
  readonly servicePort?: number;
  readonly databaseRole?: string;
};

export function factsOf(platform: Platform, part: PartId): PartFacts {
  return platform.parts[part];
}

/** `agent-manager` of `deployment/agent-manager`. */
export function bareName(workload: WorkloadName): string {
  return workload.slice(workload.indexOf('/') + 1);
}

/** The bare name of a part's workload; what carries the parts has no workload. */
export function workloadOf(platform: Platform, part: PartId): string {
  const { workload } = factsOf(platform, part);
  return workload === undefined ? part : bareName(workload);
}

/** The name under which other parts find this one. */
export function hostOf(
  platform: Platform,
  part: Exclude<PartId, 'runtime'>,
  on: 'kubernetes' | 'compose',
): string {
  const { service, composeService } = platform.parts[part];
  return on === 'kubernetes' ? service : composeService;
}

/** Address of a service for a request from another part's container. */
export function addressOf(platform: Platform, part: ServiceId, on: 'kubernetes' | 'compose'): string {
  const { port, servicePort = port } = platform.parts[part];
  return `http://${hostOf(platform, part, on)}:${on === 'kubernetes' ? servicePort : port}`;
}

/** Keys in Redis with this prefix. */
export function keysOf(platform: Platform, cache: Exclude<keyof Platform['cache'], 'more'>): string {
  return `${platform.cache[cache]}*`;
}

/** Prefixes of all keys that are a cache's: lost, they are made again by their users. */
export function cachePrefixes({ cache }: Platform): readonly string[] {
  return [cache.agents, cache.disposable, ...cache.more];
}
