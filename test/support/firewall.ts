import { existsSync } from 'node:fs';
import { must, run } from '../../lab/components/process.ts';

/** Why no network namespace can be made here, in one line; undefined when it can. */
export function missing(): string | undefined {
  if (process.getuid?.() !== 0) return 'a firewall: needs root for a network namespace';
  return existsSync('/sbin/ip') || existsSync('/usr/sbin/ip') || existsSync('/bin/ip')
    ? undefined
    : 'a firewall: needs iproute2';
}

export interface Firewalled {
  /** An address to which packets go and from which none comes back. */
  readonly host: string;
  /** Its name, for `ip netns exec`. */
  readonly space: string;
  /** Lets answers through; a port on which nobody listens then refuses. */
  open(): Promise<void>;
  close(): Promise<void>;
  remove(): Promise<void>;
}

/** A network namespace of its own whose answers are dropped: as seen from here, a firewall that says nothing. */
export async function firewalled(): Promise<Firewalled> {
  const id = `${process.pid % 100_000}`;
  const [space, here, there] = [`aeth-fw-${id}`, `afw${id}`, `afp${id}`];
  const net = `10.213.${process.pid % 250}`;
  const route = (change: 'add' | 'del') =>
    must('ip', ['-n', space, 'route', change, 'blackhole', `${net}.1/32`]);
  const remove = async () => {
    // The pair of interfaces goes with its namespace.
    await run('ip', ['netns', 'del', space]);
    await run('ip', ['link', 'del', here]);
  };
  try {
    await must('ip', ['netns', 'add', space]);
    await must('ip', ['link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', space]);
    await must('ip', ['addr', 'add', `${net}.1/30`, 'dev', here]);
    await must('ip', ['link', 'set', here, 'up']);
    await must('ip', ['-n', space, 'addr', 'add', `${net}.2/30`, 'dev', there]);
    await must('ip', ['-n', space, 'link', 'set', there, 'up']);
    await route('add');
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    host: `${net}.2`,
    space,
    open: async () => void (await route('del')),
    close: async () => void (await route('add')),
    remove,
  };
}
