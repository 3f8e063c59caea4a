import { posix } from 'node:path';
import type { ComposeContainer, ComposeNeighbour } from '../../../domain/probe/targets/compose.ts';
import type { Context } from './containers.ts';

/** What a mount here would be asked before the engine. */
const namesFiles = ['/etc/hosts', '/etc/resolv.conf', '/etc/nsswitch.conf'];

/**
 * Whether a container finds this name, or may find it, by something else than the names of its networks: a network of its
 * host or none with names, name servers or search domains of its own, an extra host, a link, a mounted file of names. The
 * engine gives names on a network that somebody made, and none on its own one (Docker, "Bridge network driver").
 */
export function isFoundElsewhere(host: string, container: ComposeContainer): boolean {
  const { sharedNetwork, networks, ownHosts = [], ownResolver = false, mounted = [] } = container;
  const name = host.toLowerCase();
  return (
    name === 'localhost' ||
    sharedNetwork !== undefined ||
    ownResolver ||
    ownHosts.includes(name) ||
    namesOfOwn(networks).length === 0 ||
    mounted.some(({ destination }) => namesFiles.some((file) => isBelow(file, destination)))
  );
}

const isBelow = (file: string, destination: string) =>
  file === destination || posix.dirname(file) === destination;

/** Networks on which the engine gives names. */
const namesOfOwn = (networks: readonly string[]) => networks.filter((name) => name !== 'bridge');

/** One label that is no address: what has a dot may be a name of anywhere. */
export const isBareName = (host: string): boolean => !host.includes('.') && !/^\d+$/.test(host);

/** Containers that have this name on a network of the container, running or not and of whatever project. */
export async function behindName(
  host: string,
  { networks, networkIds = [] }: ComposeContainer,
  { deps, signal }: Context,
): Promise<readonly ComposeNeighbour[]> {
  const there = await Promise.all(
    networks.map((name, at) => deps.compose.neighbours({ id: networkIds[at] ?? name, name }, { signal })),
  );
  const found = there.flat().filter(({ hosts }) => hosts.includes(host.toLowerCase()));
  return [...new Map(found.map((one) => [`${one.id} ${one.addresses.join(' ')}`, one])).values()];
}
