import { z } from 'zod';
import type { PartId } from '../../domain/platform/part.ts';
import { partNamed } from '../../domain/platform/part-names.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { count, sessionFacts, verdict } from '../support.ts';

const params = z.strictObject({});
type Deps = Pick<With<'redis'>, 'redis' | 'platform'>;

export const redisClients = defineProbe({
  id: 'redis.clients',
  doc: `Counts the clients connected to Redis, by the name that each gave itself.
It is a witness for health: a service that holds a connection runs.`,
  params,
  part: 'redis',
  needs: ['redis'],
  timeoutMs: 8_000,
  emits: [],
  async run(_params: z.output<typeof params>, { deps, signal }: ProbeContext<Deps>) {
    const lists = await Promise.all(
      (await deps.redis.nodes({ signal })).map(async (node) =>
        String(await node.call('CLIENT', ['LIST'], { signal })),
      ),
    );
    const counts = new Map<PartId, number>();
    let total = 0;
    for (const line of lists.join('\n').split('\n')) {
      if (line.trim() === '') continue;
      const name = /(?:^| )name=([^ ]*)/.exec(line)?.[1] ?? '';
      if (name === 'aetherius-bot') continue;
      total += 1;
      count(counts, partNamed(name, deps.platform));
    }
    return verdict([], { total, ...sessionFacts(counts) });
  },
});
