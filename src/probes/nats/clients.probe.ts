import { z } from 'zod';
import type { PartId } from '../../domain/platform/part.ts';
import { partNamed } from '../../domain/platform/part-names.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import { ownClient } from '../../domain/probe/targets/nats.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
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
It is a witness for health: a service or agent that holds a connection runs.`,
  params,
  part: 'nats',
  needs: ['nats'],
  timeoutMs: 8_000,
  emits: [],
  async run(_params: z.output<typeof params>, { deps, signal }: ProbeContext<Deps>) {
    if (!deps.nats.hasMonitor) return { status: 'skipped', reason: 'not-configured' };
    const counts = new Map<PartId, number>();
    let total = 0;
    for (let page = 0; page < maxPages; page += 1) {
      const connz = await deps.nats.monitor<Connz>(`/connz?limit=${pageSize}&offset=${page * pageSize}`, {
        signal,
      });
      const connections = connz.connections ?? [];
      for (const { name = '' } of connections) {
        if (name === ownClient) continue;
        total += 1;
        count(counts, partNamed(name, deps.platform));
      }
      if (connections.length < pageSize) break;
    }
    return verdict([], { total, ...sessionFacts(counts) });
  },
});
