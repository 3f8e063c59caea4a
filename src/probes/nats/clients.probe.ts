import { z } from 'zod';
import type { PartId } from '../../domain/platform/part.ts';
import { partNamed } from '../../domain/platform/part-names.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import { ownClient } from '../../domain/probe/targets/nats.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { type BusClient, clientsOnBus } from '../support/nats-clients.ts';
import { count, sessionFacts, verdict } from '../support.ts';

const params = z.strictObject({});
type Deps = Pick<With<'nats'>, 'nats' | 'platform'>;

interface Connz {
  readonly total?: number;
  readonly connections?: readonly { readonly name?: string }[];
}
/** NATS gives 1,024 connections a page by default; the names on the first pages are enough for a witness. */
const pageSize = 1_024;
const maxPages = 4;

export const natsClients = defineProbe({
  id: 'nats.clients',
  doc: `Counts the clients connected to NATS, by the name that each gave itself, from /connz.
It is a witness for health: a service or agent that holds a connection runs.
An agent with another name is known by the commands for one agent that it listens to.`,
  params,
  part: 'nats',
  needs: ['nats'],
  timeoutMs: 8_000,
  emits: [],
  async run(_params: z.output<typeof params>, { deps, signal }: ProbeContext<Deps>) {
    if (!deps.nats.hasMonitor) return { status: 'skipped', reason: 'not-configured' };
    const counts = new Map<PartId, number>();
    let total = 0;
    let strangers = 0;
    for (let page = 0; page < maxPages; page += 1) {
      const connz = await deps.nats.monitor<Connz>(`/connz?limit=${pageSize}&offset=${page * pageSize}`, {
        signal,
      });
      const connections = connz.connections ?? [];
      for (const { name = '' } of connections) {
        if (name === ownClient) continue;
        total += 1;
        const part = partNamed(name, deps.platform);
        if (part === undefined) strangers += 1;
        count(counts, part);
      }
      if (connections.length < pageSize) break;
    }
    const agents =
      counts.has('collect-agent') || strangers === 0 ? [] : await agentsAmong(deps, signal).catch(() => []);
    count(counts, agents.length === 0 ? undefined : 'collect-agent', agents.length);
    return verdict([], {
      total,
      ...sessionFacts(counts),
      ...(agents.length === 0 ? {} : { agentsFrom: agents.slice(0, mostNamed).map(from).join(', ') }),
    });
  },
});

const mostNamed = 3;
const from = ({ name, ip }: BusClient) => (name === ip ? ip : `${name} (${ip})`);

/** Clients without a name of ours that listen to commands for one agent, which nobody else does (R-PLAT19). */
async function agentsAmong({ nats, platform }: Deps, signal: AbortSignal): Promise<readonly BusClient[]> {
  const clients = await clientsOnBus(nats, signal);
  return clients.filter(
    ({ name, subjects }) => partNamed(name, platform) === undefined && subjects.some(isForOneAgent),
  );
}

function isForOneAgent(subject: string): boolean {
  const tokens = subject.toLowerCase().split('.');
  const has = (word: RegExp) => tokens.some((token) => word.test(token));
  return tokens.length >= 3 && !has(/^[*>]$/) && has(/^agents?$/) && has(/^(?:command|cmd)s?$/);
}
