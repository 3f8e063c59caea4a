/**
 * What of this machine is the lab's, so that two moments can be compared. Somebody else's servers of the same kind are
 * not: everything counted here bears a mark of the lab.
 */

import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { stateDir } from './components/cache.ts';
import { instance } from './components/instance.ts';
import { markVariable, parentOf, run } from './components/process.ts';

export interface Snapshot {
  readonly processes: readonly string[];
  readonly mounts: readonly string[];
  readonly interfaces: readonly string[];
  readonly routes: readonly string[];
  readonly firewall: readonly string[];
  readonly namespaces: readonly string[];
  readonly cgroups: readonly string[];
  /** Folders of what runs, and of clients that behave badly. */
  readonly folders: readonly string[];
}

/** One for each process that compares: what started it may compare as well, and has a mark of its own. */
const ownMark = randomUUID();

/** How this lab is known on the machine; another instance has other names. */
interface Marks {
  /** Folders of all that a running platform writes. */
  readonly folders: readonly string[];
  readonly interfaces: readonly string[];
  readonly cgroups: readonly string[];
  /** Addresses, networks and interfaces, as they stand in routes and firewall rules. */
  readonly networks: readonly string[];
}

function marks(): Marks {
  const { number, kubernetes, docker } = instance();
  const names = (...keys: readonly string[]) =>
    [kubernetes, docker].flatMap((settings) => keys.flatMap((key) => settings[key] ?? []));
  return {
    folders: [
      ...names('STATE'),
      stateDir(number === 0 ? 'processes' : `processes-${number}`),
      stateDir(`helpers-${number}`),
    ],
    interfaces: names('HOST_IF'),
    cgroups: names('CGROUP'),
    networks: [
      ...names('HOST_IF', 'NODE_IP', 'HOST_IP', 'POD_CIDR', 'SVC_CIDR', 'POOL'),
      // An address and its mask; rules name the network.
      ...names('BRIDGE').map((address) => address.replace(/\.\d+\//, '.0/')),
    ],
  };
}

/**
 * Reads the lists. From the first call on, what this process starts is known by a variable in its environment, whatever
 * it is called and wherever it runs; this process and those above it do not count.
 */
export async function snapshot(): Promise<Snapshot> {
  process.env[markVariable] = ownMark;
  const own = marks();
  const { processes, namespaces } = processList(own.folders);
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
      .filter((line) => own.folders.some((folder) => line.includes(folder)))
      .toSorted(),
    interfaces: interfaces
      .map((line) => line.split(':')[1]?.trim() ?? line)
      .filter((name) => own.interfaces.includes(name.split('@')[0] ?? ''))
      .toSorted(),
    routes: routes.filter((line) => names(line, own.networks)).toSorted(),
    firewall: withoutIdleTables(firewall).filter((line) => names(line, own.networks)),
    cgroups: cgroups().filter((path) => own.cgroups.includes(path.split('/').at(-1) ?? '')),
    folders: own.folders.filter((folder) => existsSync(folder)),
  };
}

/** Whether one of these stands in the line as a word: `lab1` is not `lab10`, `10.200.0.1` not `10.200.0.10`. */
function names(line: string, words: readonly string[]): boolean {
  const own = line.split(/[\s"=,{}]+/);
  // A rule writes an address of one host with its mask.
  return words.some((word) => own.includes(word) || own.includes(`${word}/32`));
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

/**
 * Processes that bear our variable, and the first process of a node of ours: the kernel ends with it whatever runs in
 * there, containers without any mark included. With the namespaces that they live in.
 */
function processList(folders: readonly string[]): { processes: string[]; namespaces: string[] } {
  const mark = `${markVariable}=${ownMark}`;
  const nodes = folders.map((folder) => `lab-node:${folder} `);
  const processes: string[] = [];
  const namespaces = new Set<string>();
  const above = new Set(ancestors(process.pid));
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry) || above.has(Number(entry))) continue;
    try {
      const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ');
      if (command.trim() === '') continue;
      const marked = readFileSync(`/proc/${entry}/environ`, 'utf8').split('\0').includes(mark);
      if (!marked && !nodes.some((node) => command.includes(node))) continue;
      processes.push(`${entry} ${command.trim().slice(0, 160)}`);
      for (const kind of ['net', 'mnt', 'pid']) namespaces.add(readlinkSync(`/proc/${entry}/ns/${kind}`));
    } catch {
      // it ended while we looked, or belongs to somebody whose environment is not ours to read
    }
  }
  return { processes, namespaces: [...namespaces].toSorted() };
}

/** A process and all above it. */
function ancestors(pid: number): readonly number[] {
  const parent = pid <= 1 ? undefined : parentOf(pid);
  return [pid, ...(parent === undefined ? [] : ancestors(parent))];
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
