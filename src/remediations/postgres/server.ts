import { TargetError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import type { DatabaseId, PostgresTarget } from '../../domain/probe/targets/postgres.ts';
import { refused } from '../stale.ts';

/** Quoted for a statement that takes no parameters: it means this very name and nothing else. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Which of the two databases a plan is for. */
export function databaseOf(params: Facts): DatabaseId {
  return params['database'] === 'orchestrator' ? 'orchestrator' : 'agentManager';
}

/** Our own id of the database of a finding, by which a remediation names it; undefined for one that is not ours. */
export function databaseIdOf({ databaseId }: Facts): DatabaseId | undefined {
  return databaseId === 'agentManager' || databaseId === 'orchestrator' ? databaseId : undefined;
}

/** A right that PostgreSQL gives, said as those of Kubernetes are. */
export function missingRight(verb: string, resource: string) {
  return refused('missing-right', { verb, resource, namespace: 'PostgreSQL' });
}

/** The name of the database, for the target of a plan. */
export function nameOf(postgres: PostgresTarget, id: DatabaseId): string {
  return postgres.databaseName(id) ?? id;
}

/** An index or table that is larger takes longer than a step may: people do that by hand (bytes). */
export const mostBytes = 2 * 1024 ** 3;

/**
 * Work on an index takes no lock that reads or writes wait for. It waits itself: for others that change the table, and
 * for transactions that are older than it. Milliseconds; a step has 45 s in all, and what failed is cleaned up in it.
 */
export const concurrently = { timeoutMs: 30_000, lockTimeoutMs: 5_000 } as const;
export const cleanUp = { timeoutMs: 10_000, lockTimeoutMs: 2_000 } as const;
export const indexStepMs = 45_000;

/** SQLSTATE of what the server itself ended: lock_timeout, statement_timeout. */
const ended: ReadonlySet<unknown> = new Set(['55P03', '57014']);

/** An answer, and no silence: the server gave up, so nothing of it took effect. Other errors stay as they are. */
export function gaveUp(error: unknown): unknown {
  if (!(error instanceof TargetError) || !ended.has(error.facts['sqlstate'])) return error;
  return new TargetError('limit', 'the server gave up waiting for a lock, or took too long', {
    cause: error,
    facts: error.facts,
  });
}
