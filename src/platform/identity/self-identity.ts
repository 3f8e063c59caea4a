import { readFile } from 'node:fs/promises';
import { Client } from 'pg';
import type { RedisClient } from '../queue/bullmq.ts';
import { clientConfig, type DatabaseConfig } from '../store/connection.ts';
import { translate } from '../store/errors.ts';

export interface SelfIdentityOptions {
  readonly database: DatabaseConfig;
  readonly redis: RedisClient;
  /** UIDs of this Pod and its owners, from the downward API (`AETHERIUS_SELF_UIDS`). */
  readonly uids: readonly string[];
  readonly now: () => number;
  readonly cgroupFile?: string;
}

const cacheMs = 30_000;

/**
 * Who we are and what we stand on, for the self-target rule (R-X14): by identity, because one server has many
 * names. Throws when our PostgreSQL or Redis cannot be identified; the caller then plans nothing.
 */
export function createSelfIdentity(options: SelfIdentityOptions): () => Promise<ReadonlySet<string>> {
  let known: { readonly at: number; readonly claims: ReadonlySet<string> } | undefined;
  return async () => {
    if (known !== undefined && options.now() - known.at < cacheMs) return known.claims;
    const [database, runId, container] = await Promise.all([
      systemIdentifier(options.database),
      redisRunId(options.redis),
      containerId(options.cgroupFile ?? '/proc/self/mountinfo'),
    ]);
    const claims = new Set([
      `system_identifier=${database}`,
      `run_id=${runId}`,
      ...options.uids.map((uid) => `uid=${uid}`),
      ...(container === undefined ? [] : [`container_id=${container}`]),
    ]);
    known = { at: options.now(), claims };
    return claims;
  };
}

async function systemIdentifier(database: DatabaseConfig): Promise<string> {
  const client = new Client(clientConfig(database, { statement_timeout: 2000 }));
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ id: string }>(
      'SELECT system_identifier::text AS id FROM pg_control_system()',
    );
    const id = rows[0]?.id;
    if (id === undefined) throw new Error('PostgreSQL does not report its identity');
    return id;
  } catch (error) {
    throw translate(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function redisRunId(redis: RedisClient): Promise<string> {
  const info = await redis.info('server');
  const id = /^run_id:([0-9a-f]{40})\r?$/m.exec(info)?.[1];
  if (id === undefined) throw new Error('Redis does not report its identity');
  return id;
}

/** Docker and containerd mount files out of a folder that is named after the container. */
async function containerId(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return /\/(?:containers|sandboxes)\/([0-9a-f]{64})\//.exec(text)?.[1];
}
