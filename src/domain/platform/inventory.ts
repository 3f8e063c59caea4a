import { present } from '../kernel/present.ts';
import type { Discovered } from './discovered.ts';
import { type PartId, partIds } from './part.ts';
import { databaseOwners, type PlatformDatabase } from './table.ts';

/** What is looked at together: it is seen as a whole, or not at all. */
export const inventoryAreas = ['runtime', 'databases', 'messages'] as const;
export type InventoryArea = (typeof inventoryAreas)[number];

/** What is kept of a look: names, and never a value of a variable or of a Secret. */
export const thingKinds = [
  'workload',
  'image',
  'service',
  'port',
  'file',
  'config-map',
  'health-path',
  'variable',
  'database',
  'client',
  'subject',
] as const;
export type ThingKind = (typeof thingKinds)[number];

/** Which area shows a kind. */
const areaOf: Readonly<Record<ThingKind, InventoryArea>> = {
  workload: 'runtime',
  image: 'runtime',
  service: 'runtime',
  port: 'runtime',
  file: 'runtime',
  'config-map': 'runtime',
  'health-path': 'runtime',
  variable: 'runtime',
  database: 'databases',
  client: 'messages',
  subject: 'messages',
};

/** One thing that was seen, by its name: the workload of Redis, a database, a subject that somebody listens to. */
export interface Thing {
  readonly kind: ThingKind;
  /** Of a part; absent when it belongs to no part. */
  readonly part?: PartId;
  readonly name: string;
  /** Of an image with which its container was seen to run well: the engine's id, by which nothing is compared. */
  readonly ran?: string;
}

/** What one look saw of an area. */
export interface SeenArea {
  readonly things: readonly Thing[];
  /** What of it could not be looked at, by name; with one of these missing nothing is called gone. */
  readonly unseen: readonly string[];
}

/** An area that is absent could not be looked at. */
export interface InventoryLook {
  /** ISO time. */
  readonly at: string;
  readonly areas: Readonly<Partial<Record<InventoryArea, SeenArea>>>;
}

/** What is known of an environment: of each area the last look that saw it. */
export interface Inventory {
  readonly areas: Readonly<Partial<Record<InventoryArea, SeenArea>>>;
  /** ISO time of that look. */
  readonly seenAt: Readonly<Partial<Record<InventoryArea, string>>>;
  /** ISO time of the last look, whatever it saw. */
  readonly triedAt: string;
}

/** An inventory as it stood for a while. */
export interface KeptInventory extends Inventory {
  /** From when on it was so. */
  readonly since: Date;
  /** The last look that saw it so, or tried to. */
  readonly lookedAt: Date;
}

/** What an inventory has to say beside an earlier one. */
export interface InventoryNews {
  readonly lookedAt: Date;
  /** Of what was seen. */
  readonly counts: Readonly<Partial<Record<ThingKind, number>>>;
  /** What it is compared with stood then. */
  readonly since: Date;
  readonly changes: readonly InventoryChange[];
  /** What the one workload of a part runs. */
  readonly images: Readonly<Partial<Record<PartId, string>>>;
  /** Areas that the last look did not see, with the time of the one that did. */
  readonly late: readonly { readonly area: InventoryArea; readonly seenAt: string }[];
}

/** One thing that is other than before: new without `before`, gone without `now`. */
export interface InventoryChange {
  readonly kind: ThingKind;
  readonly part?: PartId;
  readonly before?: string;
  readonly now?: string;
}

/** More than this is no help to anybody, and a row of the database has an end. */
const mostThings = 500;

/** The things of a look at the runtime and the databases. */
export function thingsOf(found: Discovered): Readonly<Record<'runtime' | 'databases', readonly Thing[]>> {
  const runtime = found.parts.flatMap(({ part, candidates }): readonly Thing[] => {
    const row = (found.platform.parts?.[part as keyof typeof found.platform.parts] ?? {}) as {
      readonly service?: string;
      readonly port?: number;
      readonly configFile?: string;
      readonly configMap?: string;
    };
    const paths = found.healthPaths[part as keyof typeof found.healthPaths] ?? {};
    const named = (kind: ThingKind, name: string | number | undefined): readonly Thing[] =>
      name === undefined ? [] : [{ kind, part, name: `${name}` }];
    return [
      ...candidates.flatMap((name) => named('workload', name)),
      ...named('image', found.images?.[part]).map((one) => ({
        ...one,
        ...present({ ran: found.ran?.[part] }),
      })),
      ...named('service', row.service),
      ...named('port', row.port),
      ...named('file', row.configFile),
      ...named('config-map', row.configMap),
      ...[...new Set([paths.ready, paths.live])].flatMap((path) => named('health-path', path)),
    ];
  });
  const token = found.platform.variables?.token;
  const databases = Object.entries(found.databases ?? {}).map(
    ([id, name]): Thing => ({ kind: 'database', part: databaseOwners[id as PlatformDatabase], name }),
  );
  return {
    runtime: token === undefined ? runtime : [...runtime, { kind: 'variable', name: token }],
    databases,
  };
}

/** What could not be looked at for so long is not held against what can be looked at now. */
const staleMs = 24 * 60 * 60_000;

/**
 * What is known after a look. An area that could not be looked at stays as it was, and so does for a day one of which less
 * could be looked at than before: what was not looked at is not gone.
 */
export function inventoryAfter(before: Inventory | undefined, look: InventoryLook): Inventory {
  const areas: Partial<Record<InventoryArea, SeenArea>> = {};
  const seenAt: Partial<Record<InventoryArea, string>> = {};
  for (const area of inventoryAreas) {
    const [old, now] = [before?.areas[area], look.areas[area]];
    const age = Date.parse(look.at) - Date.parse(before?.seenAt[area] ?? look.at);
    if (now !== undefined && (old === undefined || within(now.unseen, old.unseen) || age > staleMs)) {
      areas[area] = { things: inOrder(now.things), unseen: now.unseen.toSorted() };
      seenAt[area] = look.at;
    } else if (old !== undefined) {
      areas[area] = old;
      const at = before?.seenAt[area];
      if (at !== undefined) seenAt[area] = at;
    }
  }
  return { areas, seenAt, triedAt: look.at };
}

/**
 * What is other than it was, area by area. Only what both knew is compared: what somebody could not look at then is not
 * new, and what cannot be looked at now is not gone. One name in place of another is a change.
 */
export function inventoryChanges(before: Inventory, now: Inventory): readonly InventoryChange[] {
  return inventoryAreas.flatMap((area) => {
    const [old, fresh] = [before.areas[area], now.areas[area]];
    if (old === undefined || fresh === undefined) return [];
    const came = within(old.unseen, fresh.unseen) ? without(fresh.things, old.things) : [];
    const went = within(fresh.unseen, old.unseen) ? without(old.things, fresh.things) : [];
    const keys = new Map([...went, ...came].map((thing) => [`${thing.kind} ${thing.part ?? ''}`, thing]));
    return [...keys.values()].flatMap(({ kind, part }) => {
      const own = (things: readonly Thing[]) =>
        things.flatMap((one) => (one.kind === kind && one.part === part ? [one.name] : []));
      const of = part === undefined ? { kind } : { kind, part };
      const [gone, come] = [own(went), own(came)];
      const [first, second] = [gone[0], come[0]];
      // What belongs to no part is no other name of the same thing.
      if (
        part !== undefined &&
        gone.length === 1 &&
        come.length === 1 &&
        first !== undefined &&
        second !== undefined
      )
        return [{ ...of, before: first, now: second }];
      return [
        ...gone.map((name) => ({ ...of, before: name })),
        ...come.map((name) => ({ ...of, now: name })),
      ];
    });
  });
}

/** What is known now, beside what was known at `since`. */
export function inventoryNews(now: KeptInventory, before: KeptInventory, since: Date): InventoryNews {
  return {
    lookedAt: now.lookedAt,
    counts: countsOf(now),
    // There was no look then: it is compared with the first look.
    since: before.since > since ? before.since : since,
    changes: inventoryChanges(before, now),
    images: imagesOf(now),
    late: inventoryAreas.flatMap((area) => {
      const seenAt = now.seenAt[area];
      if (seenAt === undefined || seenAt === now.triedAt) return [];
      return [{ area, seenAt }];
    }),
  };
}

/** What the one workload of a part runs. */
export function imagesOf({ areas }: Pick<Inventory, 'areas'>): InventoryNews['images'] {
  return Object.fromEntries(
    (areas.runtime?.things ?? []).flatMap(({ kind, part, name }) =>
      kind === 'image' && part !== undefined ? [[part, name]] : [],
    ),
  );
}

/** A part that does not run the same in all environments that have it. */
export interface StageDifference {
  readonly part: PartId;
  readonly images: readonly { readonly environment: string; readonly image: string }[];
}

/**
 * Parts whose images differ between environments, by the name and the tag or digest: a stage may have a registry of its
 * own. An environment in which the part was not seen, or not told from another, says nothing.
 */
export function stageDifferences(
  stages: readonly { readonly environment: string; readonly images: InventoryNews['images'] }[],
): readonly StageDifference[] {
  return partIds.flatMap((part) => {
    const images = stages.flatMap(({ environment, images: own }) => {
      const image = own[part];
      return image === undefined ? [] : [{ environment, image: image.slice(image.lastIndexOf('/') + 1) }];
    });
    return new Set(images.map(({ image }) => image)).size > 1 ? [{ part, images }] : [];
  });
}

/** How many things of each kind there are, of what was seen: an unseen area is left out. */
export function countsOf({ areas }: Pick<Inventory, 'areas'>): InventoryNews['counts'] {
  const counts: Partial<Record<ThingKind, number>> = {};
  for (const kind of thingKinds) {
    const seen = areas[areaOf[kind]];
    if (seen !== undefined) counts[kind] = seen.things.filter((thing) => thing.kind === kind).length;
  }
  return counts;
}

/** A name of which each process has its own: letters and digits of an id are one `*`. */
export function steadySubject(subject: string): string {
  return subject
    .split('.')
    .map((token) => (isPersonal(token) ? '*' : token))
    .join('.');
}

const isPersonal = (token: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-/i.test(token) ||
  /^\d{4,}$/.test(token) ||
  (/^[0-9a-f]{8,}$/i.test(token) && /\d/.test(token)) ||
  (/^[0-9a-zA-Z]{20,}$/.test(token) && /\d/.test(token));

const within = (some: readonly string[], all: readonly string[]) => some.every((one) => all.includes(one));

const keyOf = ({ kind, part, name }: Thing) => `${kind} ${part ?? ''} ${name}`;

function without(some: readonly Thing[], others: readonly Thing[]): readonly Thing[] {
  const known = new Set(others.map(keyOf));
  return some.filter((thing) => !known.has(keyOf(thing)));
}

/** Each once, in an order that does not depend on who answered first. */
function inOrder(things: readonly Thing[]): readonly Thing[] {
  const rank = ({ kind, part }: Thing) =>
    thingKinds.indexOf(kind) * 100 + (part === undefined ? partIds.length : partIds.indexOf(part));
  const once = new Map(things.map((thing) => [keyOf(thing), thing]));
  return [...once.values()]
    .toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))
    .slice(0, mostThings);
}
