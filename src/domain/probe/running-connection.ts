import { isIPv4 } from 'node:net';
import type { ConfigKey, Platform } from '../platform/platform.ts';
import { guideSettings } from '../platform/table.ts';
import { fileValue } from './config-layers.ts';
import type { Sockets } from './sockets.ts';

/** Keys of an address or a port: which value is used, sockets show. */
const address = /(?:^|\.)(?:port|host|addr|address|url|uri|endpoint)$/;
export const isAddressKey = (key: string): boolean => address.test(key);

/** How the connections of one process are looked at. */
export interface ConnectionLook {
  /** Absent: they could not be seen. */
  readonly sockets?: Sockets | undefined;
  /** The parsed file: a host stands beside its port there. */
  readonly file: unknown;
  /** Address of a host name inside the platform; undefined for an unknown one. */
  resolve(name: string): Promise<string | undefined>;
}

/** Whether a process is connected, or listens, where this value leads; undefined: it cannot be told. */
export async function isConnectedBy(
  key: string,
  value: string,
  { sockets, file, resolve }: ConnectionLook,
  { keys }: Platform,
): Promise<boolean | undefined> {
  if (sockets === undefined) return undefined;
  const named = /(?:^|:)(\d{1,5})(?:\/.*)?$/.exec(value)?.[1];
  if (key === keys['server.port']) return sockets.listening.has(Number(named));
  const host = hostIn(value);
  const port = named ?? fileValue(file, key.replace(/[^.]*$/, 'port'));
  const at = host === 'localhost' ? '127.0.0.1' : await resolve(host);
  const peers = [...sockets.peers].filter((peer) => port === undefined || peer.endsWith(`:${port}`));
  if (at !== undefined && isIPv4(at)) return peers.some((peer) => peer.startsWith(`${at}:`));
  // On Compose a known name has no address here: its port is enough, as long as the two differ in it or in the host.
  if (at === undefined || port === undefined) return undefined;
  return peers.some((peer) => !peer.startsWith('127.'));
}

const hostIn = (value: string) => /^(?:[a-z0-9+]+:\/\/)?(?:[^@/]*@)?([^:/]*)/i.exec(value)?.[1] ?? '';
/** Each container has a loopback of its own: what another one finds there says nothing of this one. */
const isLoopback = (value: string) => /^(?:localhost|127\.|\[?::1)/.test(hostIn(value));

/** A key that something gives past the file. */
export interface Overridden {
  readonly key: string;
  readonly value: string;
  readonly fileValue: string;
}

/**
 * Which of the two values works, by the connections that are open now: the one by which the program itself is connected,
 * or the file's where the program is not connected by the other and another part is by the file's. Undefined: nothing
 * tells.
 */
export async function whichWorks(
  { key, value, fileValue: written }: Overridden,
  own: ConnectionLook,
  others: () => Promise<readonly ConnectionLook[]>,
  platform: Platform,
): Promise<'override' | 'file' | undefined> {
  if (!isAddressKey(key)) return undefined;
  const theirs = await isConnectedBy(key, value, own, platform);
  if (theirs === undefined) return undefined;
  const files = await isConnectedBy(key, written, own, platform);
  if (theirs) return files === true ? undefined : 'override';
  if (files === true) return 'file';
  if (key === platform.keys['server.port'] || isLoopback(written)) return undefined;
  for (const other of await others()) {
    if ((await isConnectedBy(key, written, other, platform)) !== true) continue;
    if ((await isConnectedBy(key, value, other, platform)) === false) return 'file';
  }
  return undefined;
}

/**
 * Whether the file's value is surely one with which the program runs, so that what hides it may be taken away: a number
 * of the guide within its bounds, or an address that the open connections prove.
 */
export function fileValueRuns(
  { key, fileValue: written }: Pick<Overridden, 'key' | 'fileValue'>,
  works: 'override' | 'file' | undefined,
  { keys }: Platform,
): boolean {
  const setting = (Object.keys(guideSettings) as (keyof typeof guideSettings & ConfigKey)[]).find(
    (one) => keys[one] === key,
  );
  if (setting === undefined) return works === 'file';
  const { least, most } = guideSettings[setting];
  const number = /^\d+$/.test(written.trim()) ? Number(written) : Number.NaN;
  return number >= least && number <= most;
}
