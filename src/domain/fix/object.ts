import type { PartId } from '../platform/part.ts';
import { partOfWorkload } from '../platform/part-names.ts';
import { factsOf, type Platform } from '../platform/platform.ts';

/** The very thing that a plan changes, as it was found just now: what the self-target rule compares (R-X14). */
export interface ObjectIdentity {
  /**
   * `key=value` for all by which the bot knows what it stands on: `uid`, `container_id`, `release`, `compose_project`,
   * `system_identifier`, `run_id`, and `address` and `host_port` of what listens there.
   */
  readonly claims: readonly string[];
  /** Whether these suffice to tell it from the bot's own: not for what runs and shows no address, or names no server. */
  readonly comparable: boolean;
}

/** What a workload or a container shows of the part that it is. */
export interface PartSigns {
  /** Its own name, and those in its labels. */
  readonly names: readonly string[];
  readonly images: readonly string[];
  /** TCP ports that its containers declare. */
  readonly ports: readonly number[];
}

/** `named`: it is the part that was named. `other`: it shows itself as another one. `unknown`: it shows none. */
export type Kin =
  | { readonly kind: 'named' }
  | { readonly kind: 'other'; readonly part: PartId; readonly sign: 'name' | 'image' | 'port' }
  | { readonly kind: 'unknown' };

const stores = ['postgres', 'redis', 'nats', 'neo4j'] as const satisfies readonly PartId[];

/**
 * Whether a thing is the part that somebody named, by the table of the platform with what the installation says of
 * itself. Any name of another part speaks against it; so do images that are all of other parts. A port says nothing
 * for a part, for many things have the same; a data store's port speaks against another part where nothing else tells.
 */
export function kinOf(part: PartId, signs: PartSigns, platform: Platform): Kin {
  const named = partsIn(signs.names, platform);
  const imaged = partsIn(signs.images.map(imageName), platform);
  const otherName = named.find((one) => one !== part);
  if (otherName !== undefined) return { kind: 'other', part: otherName, sign: 'name' };
  const [image] = imaged;
  // A helper beside a program of unknown image says nothing of that program.
  if (image !== undefined && !imaged.includes(part) && imaged.length === signs.images.length)
    return { kind: 'other', part: image, sign: 'image' };
  if (named.length > 0 || imaged.includes(part)) return { kind: 'named' };
  const store = stores.find((one) => one !== part && signs.ports.includes(platform.parts[one].port));
  const own = factsOf(platform, part).port;
  return store === undefined || (own !== undefined && signs.ports.includes(own))
    ? { kind: 'unknown' }
    : { kind: 'other', part: store, sign: 'port' };
}

function partsIn(names: readonly string[], platform: Platform): readonly PartId[] {
  return names.map((name) => partOfWorkload(name, platform)).filter((part) => part !== undefined);
}

/** `agent-manager` of `registry:5000/aetherius/agent-manager:1.2@sha256:…`. */
function imageName(image: string): string {
  return (image.split('@')[0]?.split('/').at(-1) ?? '').replace(/:.*$/, '');
}

/** An address without the prefix of IPv4 in IPv6; undefined for a loopback, which names no machine. */
export function addressOfServer(address: string | null | undefined): string | undefined {
  const plain = (address ?? '').replace(/^::ffff:/i, '').toLowerCase();
  return plain === '' || plain === '::1' || plain.startsWith('127.') ? undefined : plain;
}

/** The server's end of a connection in the answer of Redis to CLIENT INFO (since 6.2), `laddr=10.0.0.7:6379`. */
export function serverEndOf(clientInfo: string): string | undefined {
  return /(?:^| )laddr=\[?([0-9a-fA-F.:]+?)\]?:\d+(?: |$)/.exec(clientInfo.trim())?.[1];
}
