/** What a seed draws: a state of a platform, and what is broken in it. */

import { random } from '../../lab/platform/generated/installation.ts';
import { type ClusterDrawn, podStates, refusable, refusals } from './cluster.ts';
import { type Breakable, breakables } from './faults.ts';

export const servicesDrawn = ['agent-manager', 'orchestrator-service', 'reasoning-service'] as const;
export type ServiceDrawn = (typeof servicesDrawn)[number];
const stores = ['postgres', 'redis', 'nats'] as const;

export interface Draw {
  readonly seed: number;
  /** Parts that the bot is told of. The platform has all of them. */
  readonly configured: readonly string[];
  readonly rights: {
    readonly postgres: 'superuser' | 'monitor' | 'plain';
    /** What the bot's user in Redis may do. */
    readonly redis: 'all' | 'reads' | 'ping';
    /** Whether its user in NATS may listen to everything. */
    readonly nats: 'all' | 'own-inbox';
    readonly monitor: boolean;
    /** Whether it is told the names of the databases. */
    readonly databases: boolean;
  };
  /** `young`: everything has just started. */
  readonly age: 'young' | 'old';
  readonly agents: 'none' | 'fresh' | 'stale';
  /** Ids of what is broken, with the number by which each draws its details. */
  readonly faults: readonly { readonly id: string; readonly detail: number }[];
  /** The API server beside it; undefined: no runtime. */
  readonly cluster?: ClusterDrawn;
}

/** The same for the same seed, as long as the lists stay. */
export function drawOf(seed: number): Draw {
  const next = random(seed);
  const one = <T>(all: readonly [T, ...T[]]): T => all[Math.floor(next() * all.length)] ?? all[0];
  const chance = (share: number) => next() < share;
  const configured = [...stores, ...servicesDrawn].filter(() => chance(0.8));
  const told = configured.length === 0 ? ['redis'] : configured;
  const rights = {
    postgres: one(['superuser', 'monitor', 'plain'] as const),
    redis: one(['all', 'all', 'reads', 'ping'] as const),
    nats: one(['all', 'all', 'own-inbox'] as const),
    monitor: chance(0.75),
    databases: chance(0.7),
  };
  const age = one(['young', 'old'] as const);
  const agents = one(['fresh', 'fresh', 'stale', 'none'] as const);
  const count = one([0, 1, 1, 1, 2, 2, 3] as const);
  const faults: { id: string; detail: number }[] = [];
  // One fault a part: what stands in the way of another one is not there to be found.
  const free = breakables.filter(({ part }) => told.includes(part) || chance(0.25));
  const taken = new Set<string>();
  while (faults.length < count) {
    const left: readonly Breakable[] = free.filter(({ part }) => !taken.has(part));
    const fault = left[Math.floor(next() * left.length)];
    if (fault === undefined) break;
    taken.add(fault.part);
    faults.push({ id: fault.id, detail: Math.floor(next() * 2 ** 31) });
  }
  const drawn = { seed, configured: told, rights, age, agents, faults };
  if (!chance(0.4)) return drawn;
  // A service whose Pod does not run is broken by that.
  const whole = servicesDrawn.filter((part) => !taken.has(part));
  const pods = Object.fromEntries(
    whole
      .filter(() => chance(0.4))
      .map((part) => [part, podStates[Math.floor(next() * podStates.length)] ?? '']),
  );
  const refuses = Object.fromEntries(
    refusable
      .filter(() => chance(0.08))
      .map((kind) => [kind, refusals[Math.floor(next() * refusals.length)] ?? '']),
  );
  return { ...drawn, cluster: { pods, refuses } };
}

const inOrder = (all: Readonly<Record<string, string>>) =>
  Object.entries(all).map(([name, what]) => `${name} ${what}`);

export const inWords = ({ seed, configured, rights, age, agents, faults, cluster }: Draw): string =>
  [
    `seed ${seed}`,
    `knows ${configured.join(', ')}`,
    `may ${rights.postgres}/${rights.redis}/${rights.nats}${rights.monitor ? '' : ', no monitor'}${rights.databases ? '' : ', no names of databases'}`,
    `${age}, agents ${agents}`,
    ...(cluster === undefined
      ? []
      : [`Kubernetes: ${[...inOrder(cluster.pods), ...inOrder(cluster.refuses)].join(', ') || 'well'}`]),
    faults.length === 0 ? 'healthy' : faults.map(({ id, detail }) => `${id} (${detail})`).join(' + '),
  ].join('; ');
