import { TargetError } from '../../domain/kernel/errors.ts';
import type { FactValue } from '../../domain/kernel/facts.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Instance, RuntimeTarget } from '../../domain/probe/targets/runtime.ts';

/** TCP sockets of a container's network, as the kernel tells them in /proc/net/tcp and tcp6 (proc(5)). */
export interface Sockets {
  readonly listening: ReadonlySet<number>;
  /** The other ends of established connections, as `10.0.0.4:5432`. */
  readonly peers: ReadonlySet<string>;
}

const ESTABLISHED = '01';
const LISTEN = '0A';

/** Reads both files of /proc; lines of any other form are passed over. */
export function socketsIn(text: string): Sockets {
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

/** Why the sockets were not seen, where somebody can allow it. */
export interface Unasked {
  readonly allowedBy?: FactValue;
}

/** Sockets of an instance; where its container has no `cat`, or may not be asked, what would allow it. */
export async function socketsOf(
  runtime: RuntimeTarget,
  instance: Instance,
  signal: AbortSignal,
): Promise<Sockets | Unasked> {
  if (instance.phase !== 'running') return {};
  const answer = await runtime
    .exec(instance, ['cat', '/proc/net/tcp', '/proc/net/tcp6'], { signal })
    .catch(allowance);
  if (!('stdout' in answer)) return answer;
  return answer.stdout === '' ? {} : socketsIn(answer.stdout);
}

/** What would have allowed something, from its refusal. */
export function allowance(error: unknown): Unasked {
  return present({ allowedBy: error instanceof TargetError ? error.facts['allowedBy'] : undefined });
}
