import { type DestinationKey, settingOfDestination } from '../../../domain/fix/destination-advice.ts';
import type { ConfiguredId } from '../../../domain/platform/part.ts';
import { factsOf } from '../../../domain/platform/platform.ts';
import type { ComposeContainer, ComposeNeighbour } from '../../../domain/probe/targets/compose.ts';
import { refused } from '../../shared/stale.ts';
import { clientsSeen } from '../../shared/store-clients.ts';
import { addressIn } from '../../values/destination.ts';
import type { Others } from '../../values/destination-of-others.ts';
import type { Context } from '../container/containers.ts';
import { mustCount, readSource, type Source, sourceOf } from '../container/file-source.ts';
import { behindName, isBareName, isFoundElsewhere } from '../container/names.ts';
import { type DestinationSpot, destinationAt } from './destination-in-file.ts';
import { hasRead } from './file-change.ts';

/** A key of a part, and where it stands: its containers, and the file on the host. */
export interface Standing {
  readonly source: Source;
  readonly spot: DestinationSpot;
  readonly value: string;
}

interface Named {
  readonly part: ConfiguredId;
  readonly service?: string;
}

/**
 * What a part's file says for a key. AppError CONFLICT where something hides it, and, for the part that is to be changed,
 * where another file may not take its place.
 */
export async function standingDestination(
  named: Named,
  key: DestinationKey,
  look: 'change' | 'copy',
  context: Context,
): Promise<Standing> {
  const { platform } = context.deps;
  const { configFile: inside = '' } = factsOf(platform, named.part);
  const setting = platform.keys[key];
  const source = await (look === 'change' ? sourceOf : readSource)(named, inside, context);
  mustCount(source, named.part, setting, inside, context);
  const spot = { file: source.path, form: 'yaml', setting, key } as const;
  return { source, spot, value: destinationAt(source.file.text, spot).value };
}

/** The destinations of the other parts, by their containers. */
export function othersIn(
  { key, part }: Named & { readonly key: DestinationKey },
  context: Context,
): Others<Standing> {
  return {
    destination: ({ value, spot: { setting } }) => ({ value, setting }),
    standing: (one) => standingDestination({ part: one }, key, 'copy', context),
    mustLeadNowhere: (own) => mustLeadNowhere(own, context),
    inEffect: ({ source: { containers, file } }) =>
      Promise.resolve(containers.every((one) => one.state === 'running' && hasRead(one, file))),
    isProved: (shown, own) => isProved(shown, own, key, part, context),
  };
}

/**
 * An address is wrong only where nothing can be behind it: no container has the name on a network of the part, and the
 * part finds it by nothing else. What has a dot may be of anywhere, and may be meant.
 */
async function mustLeadNowhere({ source, spot, value }: Standing, context: Context): Promise<void> {
  const { host } = addressIn(value);
  const facts = { key: spot.setting, address: value };
  if (!isBareName(host) || source.containers.some((one) => isFoundElsewhere(host, one)))
    throw refused('host-outside', { ...facts, service: source.service });
  for (const one of source.containers) {
    const [there] = await behindName(host, one, context);
    if (there !== undefined) throw refused('host-leads-somewhere', { ...facts, container: there.name });
  }
}

/**
 * The part runs with it, the name leads both parts to the same containers, and the store itself sees the part connected;
 * PostgreSQL also says that it is one of these.
 */
async function isProved(
  { source, value }: Standing,
  own: Standing,
  key: DestinationKey,
  owner: ConfiguredId,
  context: Context,
): Promise<boolean> {
  const { host } = addressIn(value);
  const all = [...source.containers, ...own.source.containers];
  if (all.some((one) => isFoundElsewhere(host, one))) return false;
  const [first = [], ...rest] = await Promise.all(all.map((one) => behindName(host, one, context)));
  const ids = idsOf(first);
  if (ids === '' || rest.some((found) => idsOf(found) !== ids)) return false;
  const { clients, server } = await clientsSeen(key, owner, context);
  const ends = first.flatMap(({ addresses }) => addresses);
  if (settingOfDestination(key).store === 'postgres' && (server === undefined || !ends.includes(server)))
    return false;
  return source.containers.some((one) => isAmong(clients, one));
}

const idsOf = (found: readonly ComposeNeighbour[]) =>
  [...new Set(found.map(({ id }) => id))].toSorted().join(' ');
const isAmong = (clients: readonly string[], { addresses = [] }: ComposeContainer) =>
  addresses.some((address) => clients.includes(address));

/** Whether the store lists a connection from each of these containers. */
export async function areConnected(
  key: DestinationKey,
  containers: readonly ComposeContainer[],
  owner: ConfiguredId,
  context: Context,
): Promise<boolean> {
  const { clients } = await clientsSeen(key, owner, context);
  return containers.every((one) => isAmong(clients, one));
}
