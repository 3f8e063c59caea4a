import { z } from 'zod';
import { TargetError } from '../../domain/kernel/errors.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import type { FindingCode } from '../../domain/probe/findings.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { confirmedLatency, endpointCodes, endpointFinding, timed, verdict } from '../support.ts';
import { databases, mustKnow } from './databases.ts';

const params = z.strictObject({
  database: z.enum(databases).default('agentManager').meta({ description: 'Which of the two databases.' }),
  slowMs: z
    .number()
    .positive()
    .default(500)
    .meta({ description: 'Latency above which it is degraded, in milliseconds.' }),
});
type Params = z.output<typeof params>;
type Deps = Pick<With<'postgres'>, 'postgres'>;

export const postgresConnection = defineProbe({
  id: 'postgres.connection',
  doc: `Connects to a database of the platform with its credentials and runs one statement.
It distinguishes a missing database, a server that is starting up, and one without a free connection.`,
  params,
  part: 'postgres',
  needs: ['postgres'],
  timeoutMs: 8_000,
  emits: [...endpointCodes, 'PG_DATABASE_MISSING', 'PG_STARTING', 'PG_TOO_MANY_CONNECTIONS', 'PG_SLOW'],
  async run({ database, slowMs }: Params, { deps, signal, watch }: ProbeContext<Deps>) {
    const name = deps.postgres.databaseName(database);
    if (name === undefined) return { status: 'skipped', reason: 'not-configured' };
    const ask = () =>
      deps.postgres.query<{ version: string; standby: boolean }>(
        database,
        `SELECT current_setting('server_version') AS version, pg_is_in_recovery() AS standby`,
        [],
        { signal },
      );
    try {
      const first = await timed(ask, { watch });
      const { latencyMs, slow } = await confirmedLatency(
        first.ms,
        slowMs,
        async () => (await timed(ask, { watch })).ms,
      );
      const facts = {
        latencyMs,
        database: name,
        version: first.value[0]?.version ?? '',
        standby: first.value[0]?.standby ?? false,
      };
      const finding: Finding = {
        code: 'PG_SLOW',
        severity: 'warning',
        part: 'postgres',
        subject: name,
        facts: { latencyMs, thresholdMs: slowMs },
      };
      return verdict(slow ? [finding] : [], facts);
    } catch (error) {
      const told = bySqlState(error, name);
      if (told?.code === 'PG_DATABASE_MISSING') mustKnow(deps.postgres, database, name);
      return verdict([told ?? endpointFinding(error, 'postgres', { database: name })]);
    }
  },
});

const codes: Readonly<Record<string, FindingCode>> = {
  '3D000': 'PG_DATABASE_MISSING',
  '57P03': 'PG_STARTING',
  '53300': 'PG_TOO_MANY_CONNECTIONS',
};

function bySqlState(error: unknown, database: string): Finding | undefined {
  const state = error instanceof TargetError ? error.facts.sqlstate : undefined;
  const code = typeof state === 'string' ? codes[state] : undefined;
  if (code === undefined) return undefined;
  return {
    code,
    severity: 'critical',
    part: 'postgres',
    subject: database,
    facts: { database, sqlstate: state ?? '' },
  };
}
