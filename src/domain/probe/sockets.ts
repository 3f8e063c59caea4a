/** TCP sockets of a container's network, as the kernel tells them in /proc/net/tcp and tcp6 (proc(5)). */
export interface Sockets {
  readonly listening: ReadonlySet<number>;
  /** The other ends of established connections, as `10.0.0.4:5432`. */
  readonly peers: ReadonlySet<string>;
}

/** Prints what `socketsIn` reads. */
export const socketsCommand = ['cat', '/proc/net/tcp', '/proc/net/tcp6'] as const;

const ESTABLISHED = '01';
const LISTEN = '0A';

/**
 * Reads both files of /proc; lines of any other form are passed over. Undefined without the heading that the kernel puts
 * over them: where a container has no `cat`, Docker writes its complaint where the answer would stand.
 */
export function socketsIn(text: string): Sockets | undefined {
  if (!/^\s*sl\s+local_address\s/m.test(text)) return undefined;
  const listening = new Set<number>();
  const peers = new Set<string>();
  for (const line of text.split('\n')) {
    const [, local = '', remote = '', state = ''] =
      /^\s*\d+: ([0-9A-F]+:[0-9A-F]{4}) ([0-9A-F]+:[0-9A-F]{4}) ([0-9A-F]{2})\b/.exec(line) ?? [];
    if (state === LISTEN && !isResolver(local)) listening.add(Number.parseInt(local.split(':')[1] ?? '', 16));
    if (state === ESTABLISHED) peers.add(addressIn(remote));
  }
  return { listening, peers };
}

/** Docker puts a name server of its own on 127.0.0.11 of each container (Docker, "Embedded DNS server"). */
const isResolver = (local: string) => local.startsWith('0B00007F:');

/** `0400000A:1538` is 10.0.0.4:5432: the address stands in the order of the machine, at the end of a mapped one. */
function addressIn(hex: string): string {
  const [address = '', port = ''] = hex.split(':');
  const last = /.{8}$/.exec(address)?.[0] ?? '';
  const bytes = (last.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16));
  return `${bytes.toReversed().join('.')}:${Number.parseInt(port, 16)}`;
}
