import { z } from 'zod';
import { present } from '../../domain/kernel/present.ts';
import { similarTo } from '../../domain/kernel/similar.ts';
import { type ServiceId, serviceIds } from '../../domain/platform/part.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { PostgresTarget } from '../../domain/probe/targets/postgres.ts';
import { excerpt, logLines } from '../support/log-lines.ts';
import { exitText, failingInstance, type StartupDeps } from '../support/startup.ts';
import { verdict } from '../support.ts';

const params = z.strictObject({});
type Deps = StartupDeps & { readonly postgres?: PostgresTarget };

/** PostgreSQL's own words (SQLSTATE 3D000), whoever repeats them. */
const absent = /database \\?"([^"\\]+)\\?" does not exist/i;

export const runtimeExpectedDatabases = defineProbe({
  id: 'runtime.expected-databases',
  doc: `Does a program end because PostgreSQL does not have the database that it wants?
Reads the last lines of a service that fails to start, and asks PostgreSQL which databases it has.
A database that is there by now is no finding.`,
  params,
  part: 'runtime',
  needs: ['runtime'],
  timeoutMs: 25_000,
  emits: ['EXPECTED_DATABASE_MISSING'],
  async run(_params: z.output<typeof params>, context: ProbeContext<Deps>) {
    const { deps, signal } = context;
    // An agent has no connection to PostgreSQL, and a second look at a young one costs a request.
    const wanted = (await Promise.all(serviceIds.map((part) => wantedBy(part, context)))).flat();
    if (wanted.length === 0) return verdict([]);
    // Where PostgreSQL does not answer us, what it told the program is all there is.
    const known = await databasesOf(deps.postgres, signal).catch(() => undefined);
    const findings = wanted
      .filter(({ database }) => known?.includes(database) !== true)
      .map(
        ({ part, database, container, line }): Finding => ({
          code: 'EXPECTED_DATABASE_MISSING',
          severity: 'critical',
          part,
          subject: database,
          facts: {
            ...{ database, container, known: known?.join(', ') ?? '–' },
            similar: similarTo(database, known ?? []).similar ?? '–',
          },
          ...present({ excerpts: line === undefined ? undefined : [line] }),
        }),
      );
    return verdict(findings, { wanted: wanted.length });
  },
});

async function wantedBy(part: ServiceId, context: ProbeContext<Deps>) {
  const { deps, signal } = context;
  const instances = await deps.runtime.instances(part, { signal });
  const instance = instances.length === 0 ? undefined : await failingInstance(instances, context);
  if (instance === undefined) return [];
  const lines = logLines(await exitText(deps.runtime, instance, signal, (text) => absent.test(text)));
  // The last word counts: what was overcome is no reason.
  const last = lines.findLast(({ raw }) => absent.test(raw));
  const database = absent.exec(last?.raw ?? '')?.[1];
  if (database === undefined) return [];
  return [{ part, database, container: instance.name, line: excerpt(`log ${instance.name}`, lines, absent) }];
}

async function databasesOf(
  postgres: PostgresTarget | undefined,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  if (postgres === undefined) return undefined;
  const id = (['agentManager', 'orchestrator'] as const).find(
    (one) => postgres.databaseName(one) !== undefined,
  );
  const rows = await postgres.query<{ datname: string }>(
    id ?? 'agentManager',
    'SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY datname',
    [],
    { signal },
  );
  return rows.map(({ datname }) => datname);
}
