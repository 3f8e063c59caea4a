import { z } from 'zod';
import { guideIndexes } from '../../domain/platform/table.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { verdict } from '../support.ts';

const params = z.strictObject({
  database: z
    .enum(['agentManager', 'orchestrator'])
    .default('agentManager')
    .meta({ description: 'The database to check.' }),
});
type Deps = Pick<With<'postgres'>, 'postgres' | 'platform'>;
interface Row {
  readonly table: string;
  readonly column: string;
}
interface Size {
  readonly table: string;
  readonly rows: number;
  readonly mib: number;
}

export const postgresMissingIndexes = defineProbe({
  id: 'postgres.missing-indexes',
  doc: `Do the indexes exist that the platform's queries need?
Looks for a valid index whose first column is the wanted one; its name does not matter.
Reports how large the table without it is.`,
  params,
  part: 'postgres',
  needs: ['postgres'],
  timeoutMs: 8_000,
  emits: ['PG_INDEX_MISSING'],
  async run({ database }: z.output<typeof params>, { deps, signal }: ProbeContext<Deps>) {
    const { postgres, platform } = deps;
    const indexes = guideIndexes[database].map((index) => ({
      ...index,
      table: platform.tables[index.table],
    }));
    const name = postgres.databaseName(database);
    if (name === undefined) return { status: 'skipped', reason: 'not-configured' };
    const tables = [...new Set(indexes.map((index) => index.table))];
    const present = await postgres.query<Row>(
      database,
      `SELECT t.relname AS table, a.attname AS column
         FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
         JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
        WHERE i.indisvalid AND i.indpred IS NULL AND t.relname = ANY($1)`,
      [tables],
      { signal },
    );
    const sizes = await postgres.query<Size>(
      database,
      `SELECT relname AS table, greatest(reltuples, 0)::float8 AS rows, pg_total_relation_size(oid) / 1048576.0 AS mib
         FROM pg_class WHERE relkind IN ('r', 'p') AND relname = ANY($1)`,
      [tables],
      { signal },
    );
    if (sizes.length === 0) return { status: 'skipped', reason: 'no-data' };
    const findings = indexes
      .filter((index) => sizes.some((size) => size.table === index.table))
      .filter((index) => !present.some((row) => row.table === index.table && row.column === index.column))
      .map((index): Finding => {
        const size = sizes.find((candidate) => candidate.table === index.table);
        return {
          code: 'PG_INDEX_MISSING',
          severity: 'warning',
          part: 'postgres',
          subject: `${index.table}(${index.column})`,
          facts: {
            database: name,
            databaseId: database,
            index: index.name,
            table: index.table,
            column: index.column,
            rows: Math.round(Number(size?.rows ?? 0)),
            mib: Math.round(Number(size?.mib ?? 0)),
          },
        };
      });
    return verdict(findings, { database: name, wanted: indexes.length, missing: findings.length });
  },
});
