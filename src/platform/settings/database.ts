import { readFileSync } from 'node:fs';
import { present } from '../../domain/kernel/present.ts';
import type { Secret } from '../../domain/kernel/secret.ts';
import type { ProcessEnv } from '../../domain/settings/process-env.ts';
import type { DatabaseConfig } from '../store/connection.ts';

type Variables = Pick<
  ProcessEnv,
  | 'DATABASE_DIRECT_URL'
  | 'DATABASE_TLS_MODE'
  | 'DATABASE_CA_FILE'
  | 'DATABASE_CERT_FILE'
  | 'DATABASE_KEY_FILE'
>;

/** Our own PostgreSQL under one of its URLs; the TLS variables win over what the URLs say. */
export function databaseOf(url: Secret, env: Variables, applicationName: string): DatabaseConfig {
  const file = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : readFileSync(path, 'utf8');
  const values = {
    mode: env.DATABASE_TLS_MODE,
    ca: file(env.DATABASE_CA_FILE),
    cert: file(env.DATABASE_CERT_FILE),
    key: file(env.DATABASE_KEY_FILE),
  };
  const tls = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  return {
    url: url.reveal(),
    applicationName,
    ...present({ directUrl: env.DATABASE_DIRECT_URL?.reveal() }),
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
  };
}
