import { chmodSync, chownSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NatsServer, startNats } from '../../../lab/components/nats.ts';
import { type PostgresServer, startPostgres, unprivileged } from '../../../lab/components/postgres.ts';
import { freePort, listens, must, startProcess, waitFor } from '../../../lab/components/process.ts';
import { redisProgram } from '../../../lab/components/redis.ts';
import type { EnvironmentConfig } from '../../../src/domain/settings/environment.ts';
import type { Tls } from '../../../src/domain/settings/urls.ts';
import { codes, literal, runProbe, scratch } from '../../support/targets.ts';

const folder = scratch('probes-tls');
const pki = join(folder.dir, 'pki');
let postgres: PostgresServer;
let nats: NatsServer;
let redis: { readonly port: number; stop(): Promise<void> };

/** A certificate for 127.0.0.1 that signs itself. */
async function certificate(): Promise<void> {
  mkdirSync(pki);
  await must('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30'],
    ...['-subj', '/CN=lab', '-addext', 'subjectAltName=IP:127.0.0.1'],
    ...['-keyout', join(pki, 'key.pem'), '-out', join(pki, 'cert.pem')],
  ]);
  chmodSync(join(pki, 'key.pem'), 0o600);
  // PostgreSQL does not run as root, and takes only a key that is its own.
  if (process.getuid?.() === 0) chownSync(join(pki, 'key.pem'), unprivileged, unprivileged);
}

async function startRedisWithTls(): Promise<typeof redis> {
  const program = await redisProgram();
  const port = await freePort();
  const server = await startProcess({
    name: 'redis',
    command: program.command,
    args: [
      ...['--port', '0', '--tls-port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder.dir],
      ...['--tls-cert-file', join(pki, 'cert.pem'), '--tls-key-file', join(pki, 'key.pem')],
      ...['--tls-ca-cert-file', join(pki, 'cert.pem'), '--tls-auth-clients', 'no'],
    ],
    env: program.env,
    log: join(folder.dir, 'redis.log'),
  });
  await waitFor(() => listens(port), { seconds: 10, what: 'Redis with TLS' });
  return { port, stop: () => server.stop() };
}

beforeAll(async () => {
  await certificate();
  postgres = await startPostgres({
    dir: folder.dir,
    databases: ['agent_manager'],
    settings: {
      ssl: 'on',
      ssl_cert_file: join(pki, 'cert.pem'),
      ssl_key_file: join(pki, 'key.pem'),
    },
  });
  redis = await startRedisWithTls();
  nats = await startNats({
    dir: join(folder.dir, 'nats'),
    config: `tls: { cert_file: "${join(pki, 'cert.pem')}", key_file: "${join(pki, 'key.pem')}" }`,
  });
});
afterAll(async () => {
  await nats.stop();
  await redis.stop();
  await postgres.stop();
  folder.remove();
});

const trusted = (): Tls => ({
  mode: 'verify-full',
  ca: literal(readFileSync(join(pki, 'cert.pem'), 'utf8')),
});
const overPostgres = (tls: Tls): Partial<EnvironmentConfig> => ({
  postgres: { url: literal(postgres.url()), databases: { agentManager: 'agent_manager' }, tls },
});
const overRedis = (tls: Tls): Partial<EnvironmentConfig> => ({
  redis: { kind: 'single', url: literal(`rediss://127.0.0.1:${redis.port}`), tls },
});
const overNats = (tls: Tls): Partial<EnvironmentConfig> => ({
  nats: { url: literal(nats.url), tls },
});

for (const [name, probe, over] of [
  ['PostgreSQL', 'postgres.connection', overPostgres],
  ['Redis', 'redis.connection', overRedis],
  ['NATS', 'nats.server', overNats],
] as const)
  describe(`${name} with TLS`, () => {
    it('is looked at over an encrypted connection whose other end is known', async () => {
      const outcome = await runProbe(probe, over(trusted()), { slowMs: 5_000 });

      expect([outcome.status, outcome.cause]).toEqual(['healthy', undefined]);
    });

    it('whose certificate nobody vouches for could not be checked', async () => {
      const outcome = await runProbe(probe, over({ mode: 'verify-full' }));

      expect(outcome).toMatchObject({ status: 'inconclusive', cause: { code: 'tls' }, findings: [] });
    });

    it('is used without a check of who answers when that is asked for', async () => {
      expect((await runProbe(probe, over({ mode: 'require' }), { slowMs: 5_000 })).status).toBe('healthy');
    });
  });

describe('a server that knows no TLS', () => {
  it('could not be checked when TLS is demanded', async () => {
    const plain = await startPostgres({ dir: join(folder.dir, 'plain'), databases: ['agent_manager'] });
    try {
      const outcome = await runProbe('postgres.connection', {
        postgres: { url: literal(plain.url()), databases: { agentManager: 'agent_manager' }, tls: trusted() },
      });

      expect([outcome.status, outcome.cause?.code, codes(outcome)]).toEqual(['inconclusive', 'tls', []]);
    } finally {
      await plain.stop();
    }
  });
});
