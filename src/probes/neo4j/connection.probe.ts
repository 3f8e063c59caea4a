import { z } from 'zod';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { confirmedLatency, endpointCodes, endpointFinding, verdict } from '../support.ts';

const params = z.strictObject({
  slowMs: z
    .number()
    .positive()
    .default(2_000)
    .meta({ description: 'Latency above which it is degraded, in milliseconds.' }),
});
type Params = z.output<typeof params>;
type Deps = Pick<With<'neo4j'>, 'neo4j'>;

export const neo4jConnection = defineProbe({
  id: 'neo4j.connection',
  doc: `Opens a Bolt connection to Neo4j with its credentials.
It distinguishes wrong credentials, a database that is still starting, and an unresponsive server.`,
  params,
  part: 'neo4j',
  needs: ['neo4j'],
  timeoutMs: 9_000,
  emits: [...endpointCodes, 'NEO4J_SLOW'],
  async run({ slowMs }: Params, { deps, signal }: ProbeContext<Deps>) {
    try {
      const seen = await deps.neo4j.verify({ signal });
      const { latencyMs, slow } = await confirmedLatency(
        seen.latencyMs,
        slowMs,
        async () => (await deps.neo4j.verify({ signal })).latencyMs,
      );
      const finding: Finding = {
        code: 'NEO4J_SLOW',
        severity: 'warning',
        part: 'neo4j',
        subject: 'neo4j',
        facts: { latencyMs, thresholdMs: slowMs },
      };
      return verdict(slow ? [finding] : [], { latencyMs, version: seen.version, address: seen.address });
    } catch (error) {
      return verdict([endpointFinding(error, 'neo4j')]);
    }
  },
});
