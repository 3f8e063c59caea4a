import { TargetError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import type { DatabaseId, PostgresTarget } from '../../domain/probe/targets/postgres.ts';
import { refused } from '../shared/stale.ts';

/** Quoted for a statement that takes no parameters: it means this very name and nothing else. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Which of the two databases a plan is for. */
export function databaseOf(params: Facts): DatabaseId {
  return params.database === 'orchestrator' ? 'orchestrator' : 'agentManager';
}

/** Our own id of the database of a finding, by which a remediation names it; undefined for one that is not ours. */
export function databaseIdOf({ databaseId }: Facts): DatabaseId | undefined {
  return databaseId === 'agentManager' || databaseId === 'orchestrator' ? databaseId : undefined;
}

/** What PostgreSQL itself stands on is nobody's to be mended from here: `pg_` is kept for its own schemas. */
export function mayChangeIn(schema: string): void {
  if (schema.startsWith('pg_') || schema === 'information_schema') throw refused('system-schema', { schema });
}

/** A right that PostgreSQL gives, said as those of Kubernetes are. */
export function missingRight(verb: string, resource: string) {
  return refused('missing-right', { verb, resource, namespace: 'PostgreSQL' });
}

/** The name of the database, for the target of a plan. */
export function nameOf(postgres: PostgresTarget, id: DatabaseId): string {
  return postgres.databaseName(id) ?? id;
}

/** Asked again, it does no harm: what was certainly or perhaps not done is done again. */
export function mayRepeat(error: unknown): boolean {
  return error instanceof TargetError && ['no-answer', 'closed', 'refused'].includes(error.stage);
}
