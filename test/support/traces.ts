/** Where a value that nobody may see would be found, and what was written to Secrets. */
import type { KubernetesTarget } from '../../src/domain/probe/targets/kubernetes.ts';
import type { TestDatabase } from './postgres.ts';

/** Every row of every table, as text. */
export async function allRows({ sql }: TestDatabase): Promise<readonly string[]> {
  const tables = await sql<{ name: string }>(
    "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
  );
  const rows: string[] = [];
  for (const { name } of tables)
    rows.push(
      ...(await sql<{ row: string }>(`SELECT to_jsonb(t)::text AS row FROM ${name} t`)).map(({ row }) => row),
    );
  return rows;
}

/** Lines of a log as one text, with what errors hide from JSON; an object that is met again is left out. */
export function wholeLog(lines: readonly unknown[]): string {
  const met = new Set<unknown>();
  return JSON.stringify(lines, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    if (met.has(value)) return undefined;
    met.add(value);
    return value instanceof Error
      ? { ...value, message: value.message, stack: value.stack, cause: value.cause }
      : value;
  });
}

/** The same target, which notes what it changes of Secrets: `patch agent-auth-token`. */
export function noting(kubernetes: KubernetesTarget, written: string[]): KubernetesTarget {
  const note = (verb: string, kind: string, name: string, dryRun = false) => {
    if (kind === 'secrets' && !dryRun) written.push(`${verb} ${name}`);
  };
  return {
    ...kubernetes,
    patch(kind, place, name, body, options) {
      note('patch', kind, name, options?.dryRun);
      return kubernetes.patch(kind, place, name, body, options);
    },
    create(kind, place, body, options) {
      const { metadata } = body as { readonly metadata: { readonly name: string } };
      note('create', kind, metadata.name, options?.dryRun);
      return kubernetes.create(kind, place, body, options);
    },
    remove(kind, place, name, only, options) {
      note('delete', kind, name);
      return kubernetes.remove(kind, place, name, only, options);
    },
  };
}
