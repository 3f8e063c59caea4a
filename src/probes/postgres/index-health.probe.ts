import { z } from 'zod';
import { TargetError } from '../../domain/kernel/errors.ts';
import { shortened } from '../../domain/kernel/text.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import type { FindingCode } from '../../domain/probe/findings.ts';
import { defineProbe } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';

const databaseIds = ['agentManager', 'orchestrator'] as const;
/** Indexes smaller than this are not worth a rebuild, however bloated. */
const WORTH_BYTES = 4 * 1024 * 1024;
/** Share of live content in the leaf pages (`pgstatindex.avg_leaf_density`); a fresh b-tree has about 90. */
const DENSITY_PERCENT = 45;
/** Largest index that amcheck reads in one run. */
const CHECK_BYTES = 512 * 1024 * 1024;

interface IndexRow {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly table: string;
  readonly bytes: string;
  readonly valid: boolean;
}

const INDEXES = `
SELECT i.indexrelid::text AS oid, n.nspname AS schema, c.relname AS name, t.relname AS table,
       pg_relation_size(i.indexrelid)::text AS bytes, i.indisvalid AS valid
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_am a ON a.oid = c.relam
 WHERE a.amname = 'btree' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%'
 ORDER BY pg_relation_size(i.indexrelid) DESC LIMIT 50`;

export const postgresIndexHealth = defineProbe({
  id: 'postgres.index-health',
  doc: `Are the b-tree indexes of a database sound and compact?

Checks each with \`amcheck\` and measures leaf density with \`pgstattuple\`, where these extensions are installed.
An index that PostgreSQL itself marks invalid is named without them.`,
  params: z.strictObject({
    database: z.enum(databaseIds).default('agentManager').describe('The database to check.'),
  }),
  part: 'postgres',
  needs: ['postgres'],
  timeoutMs: 30_000,
  emits: ['INDEX_CORRUPT', 'INDEX_BLOATED', 'INDEX_INVALID'],
  async run({ database }, { deps, signal }: { deps: With<'postgres'>; signal: AbortSignal }) {
    const { postgres } = deps;
    const databaseName = postgres.databaseName(database);
    if (databaseName === undefined) return { status: 'skipped', reason: 'not-configured' };
    const query = <Row extends object>(sql: string, values: readonly unknown[] = []) =>
      postgres.query<Row>(database, sql, values, { signal, timeoutMs: 20_000 });
    const installed = new Set(
      (
        await query<{ extname: string }>(
          `SELECT extname FROM pg_extension WHERE extname IN ('amcheck', 'pgstattuple')`,
        )
      ).map((row) => row.extname),
    );
    const indexes = await query<IndexRow>(INDEXES);
    const findings: Finding[] = [];
    for (const index of indexes) {
      const facts = {
        database: databaseName,
        databaseId: database,
        table: index.table,
        index: index.name,
        schema: index.schema,
        mib: Math.round(Number(index.bytes) / 104_857.6) / 10,
      };
      const finding = (
        code: FindingCode,
        severity: Finding['severity'],
        more: Finding['facts'] = {},
      ): Finding => ({
        code,
        severity,
        part: 'postgres',
        subject: `${index.schema}.${index.name}`,
        facts: { ...facts, ...more },
      });
      if (!index.valid) {
        findings.push(finding('INDEX_INVALID', 'warning'));
        continue;
      }
      const fault =
        installed.has('amcheck') && Number(index.bytes) <= CHECK_BYTES
          ? await corruption(query, index.oid)
          : undefined;
      if (fault !== undefined) findings.push(finding('INDEX_CORRUPT', 'critical', { error: fault }));
      else if (installed.has('pgstattuple') && Number(index.bytes) >= WORTH_BYTES) {
        const [stat] = await query<{ density: number }>(
          'SELECT avg_leaf_density AS density FROM pgstatindex($1::oid::regclass)',
          [index.oid],
        );
        if (stat !== undefined && stat.density < DENSITY_PERCENT) {
          findings.push(finding('INDEX_BLOATED', 'warning', { densityPercent: Math.round(stat.density) }));
        }
      }
    }
    const facts = {
      indexes: indexes.length,
      amcheck: installed.has('amcheck'),
      pgstattuple: installed.has('pgstattuple'),
    };
    const [first, ...more] = findings;
    if (first !== undefined) return { status: 'unhealthy', facts, findings: [first, ...more] };
    return installed.size === 0
      ? { status: 'skipped', reason: 'not-installed', facts }
      : { status: 'healthy', facts };
  },
});

/**
 * amcheck raises an error when an index does not match its table: SQLSTATE XX002 or XX001 (verify_nbtree.c). Every
 * other error means that it could not check.
 */
async function corruption(
  query: (sql: string, values: readonly unknown[]) => Promise<readonly object[]>,
  oid: string,
): Promise<string | undefined> {
  try {
    await query('SELECT bt_index_check($1::oid::regclass, true)', [oid]);
    return undefined;
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    const { sqlstate, detail } = error.facts;
    if (sqlstate === 'XX002' || sqlstate === 'XX001') return shortened(String(detail ?? error.message), 200);
    throw error;
  }
}
