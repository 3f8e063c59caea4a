/** What a new platform needs before its services start: databases, tables, the stream. */

import { readFileSync } from 'node:fs';
import { connect, RetentionPolicy } from 'nats';
import neo4j from 'neo4j-driver';
import { Client } from 'pg';
import type { Endpoints } from '../types.ts';
import { databases, eventStream, secrets } from './platform.ts';

export interface SeedTargets {
  /** Connection URL of the database `postgres`. */
  readonly postgres: string;
  /** `nats://host:port`, without credentials. */
  readonly nats: string;
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function seedDatabase(base: string, name: string, tables: string = name): Promise<void> {
  await withClient(base, async (client) => {
    const known = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (known.rowCount === 0) await client.query(`CREATE DATABASE ${name}`);
  });
  const url = new URL(base);
  url.pathname = `/${name}`;
  await withClient(url.href, async (client) => {
    for (const extension of ['pg_stat_statements', 'amcheck', 'pgstattuple'])
      await client.query(`CREATE EXTENSION IF NOT EXISTS ${extension}`);
    await client.query(readFileSync(new URL(`sql/${tables}.sql`, import.meta.url), 'utf8'));
  });
}

export interface StreamSeed {
  readonly server: string;
  readonly user: string;
  readonly password: string;
  readonly tls: boolean;
  readonly name: string;
  readonly subjects: readonly string[];
}

async function seedStream(stream: StreamSeed): Promise<void> {
  const connection = await connect({
    servers: stream.server,
    user: stream.user,
    pass: stream.password,
    ...(stream.tls ? { tls: { rejectUnauthorized: false } as object } : {}),
    name: 'lab-seed',
    timeout: 5000,
  });
  try {
    const manager = await connection.jetstreamManager();
    const known = await manager.streams.list().next();
    if (known.some((one) => one.config.name === stream.name)) return;
    await manager.streams.add({
      name: stream.name,
      subjects: [...stream.subjects],
      retention: RetentionPolicy.Limits,
      max_age: eventStream.maxAgeHours * 3600 * 1e9,
    });
  } finally {
    await connection.close();
  }
}

/** Creates what is not there yet; changes nothing that is. */
export async function seedPlatform(targets: SeedTargets): Promise<void> {
  for (const name of Object.values(databases)) await seedDatabase(targets.postgres, name);
  await seedStream({ server: targets.nats, ...secrets.nats, tls: false, ...eventStream });
}

/** Makes the bot's own user, where it has one; a user outlives every start. In the Community edition each may do everything. */
export async function seedGraph({ url, user, password, bot }: Endpoints['neo4j']): Promise<void> {
  if (bot === undefined) return;
  const driver = neo4j.driver(url, neo4j.auth.basic(user, password), { connectionTimeout: 4000 });
  try {
    const text = `CREATE USER ${bot.user} IF NOT EXISTS SET PASSWORD $password CHANGE NOT REQUIRED`;
    await driver.executeQuery(text, { password: bot.password }, { database: 'system' });
  } finally {
    await driver.close();
  }
}

/** The same for a platform with other names; `databases` are the names of the two. */
export async function seedNamed(
  postgres: string,
  names: { readonly agentManager: string; readonly orchestrator: string },
  stream: StreamSeed,
): Promise<void> {
  await seedDatabase(postgres, names.agentManager, databases.agentManager);
  await seedDatabase(postgres, names.orchestrator, databases.orchestrator);
  await seedStream(stream);
}
