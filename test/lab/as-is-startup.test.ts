/** agent-manager as it is, ended at its start by real stores: what the product makes of its own last lines. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type PostgresServer, query, startPostgres } from '../../lab/components/postgres.ts';
import { freePort, run } from '../../lab/components/process.ts';
import { type RedisServer, startRedis } from '../../lab/components/redis.ts';
import { buildServices } from '../../lab/runtimes/images.ts';
import { agentManagerStartup } from '../../src/diagnoses/agent-manager-startup.diagnosis.ts';
import { asInGuide } from '../../src/domain/platform/platform.ts';
import { systemClock } from '../../src/platform/process/clock.ts';
import { probes } from '../../src/probes/index.ts';
import { createProbeRunner } from '../../src/services/run/probe-runner.service.ts';
import { outcomesOf, verdictsOf } from '../support/diagnosis.ts';
import { fakeRuntime } from '../support/fake-runtime.ts';
import { silentLogger } from '../support/logger.ts';
import { scratch } from '../support/targets.ts';

const folder = scratch('as-is-startup');
let program: string;
let postgres: PostgresServer;
let redis: RedisServer;

beforeAll(async () => {
  const [services, database, cache] = await Promise.all([
    buildServices(() => undefined),
    startPostgres({ dir: join(folder.dir, 'postgres'), databases: ['aetherius', 'frozen'] }),
    startRedis({ dir: join(folder.dir, 'redis'), password: 'redis_pass' }),
  ]);
  program = join(services, 'bin/asis-agent-manager');
  postgres = database;
  redis = cache;
});
afterAll(async () => {
  await Promise.all([postgres.stop(), redis.stop()]);
  folder.remove();
});

/** The file of the manifests: keys that the program knows, under the sections that it reads. */
const configuration = () => ({
  server: { host: '127.0.0.1', port: 0 },
  database: {
    ...{ host: postgres.host, port: postgres.port, user: postgres.user, password: postgres.password },
    ...{ database: 'aetherius', ssl_mode: 'disable', max_open_conns: 5 },
  },
  redis: { addr: `${redis.host}:${redis.port}`, password: redis.password, dial_timeout: '200ms' },
  nats: { url: 'nats://127.0.0.1:1' },
  logging: { level: 'info', format: 'json' },
});

/** Starts the program with this file, until it ends; what the two probes of a start say of its own output. */
async function started(file: Readonly<Record<string, unknown>>, env: Readonly<Record<string, string>> = {}) {
  const path = join(folder.dir, 'config.yaml');
  writeFileSync(path, stringify(file));
  const { code, stdout, stderr } = await run(program, ['-config', path], { seconds: 30, env });
  return ended(code, `${stdout}${stderr}`, stringify(file));
}

/** What the two probes of a start, and S1, make of a program that ended so. */
async function ended(exitCode: number, log: string, file?: string) {
  const runtime = fakeRuntime({
    'agent-manager': [
      {
        ...{ phase: 'terminated', ready: false, log },
        ...(file === undefined ? {} : { files: { [asInGuide.parts['agent-manager'].configFile]: file } }),
        terminated: { exitCode, reason: 'Error' },
      },
    ],
  });
  const answers = await createProbeRunner({ probes, clock: systemClock, logger: silentLogger }).run(
    [
      { probe: 'runtime.startup', with: { part: 'agent-manager' } },
      { probe: 'runtime.startup-log', with: { part: 'agent-manager' } },
      { probe: 'runtime.expected-databases' },
    ],
    {
      targets: { environment: 'test', platform: asInGuide, runtime },
      signal: new AbortController().signal,
    },
  );
  const outcomes = answers.slice(0, 2);
  const missing = answers[2]?.findings ?? [];
  const seen = outcomes.map((outcome) => outcome.key);
  const others = outcomesOf(agentManagerStartup, []).filter(({ key }) => !seen.includes(key));
  const findings = outcomes.flatMap((outcome) => outcome.findings);
  const verdicts = verdictsOf(agentManagerStartup, [...outcomes, ...others]);
  return {
    missing: missing.map(({ code: one, subject }) => [one, subject]),
    codes: findings.map(({ code: one }) => one),
    confirmed: Object.keys(verdicts).filter((id) => verdicts[id] === 'confirmed'),
    lines: findings.flatMap(({ excerpts = [] }) => excerpts.flatMap(({ lines }) => lines)),
  };
}

describe('W7 agent-manager as it is says why it ends, and S1 names that', () => {
  it('F11 S1.a: DATABASE_PASSWORD is right, and the program reads DB_PASSWORD', async () => {
    const database = { ...configuration().database, password: 'another' };
    const file = { ...configuration(), database };
    const { codes, confirmed } = await started(file, { DATABASE_PASSWORD: postgres.password });
    const read = await started(file, { DB_PASSWORD: postgres.password });

    expect(codes).toEqual(['SERVICE_EXITS_AT_START', 'STARTUP_DATABASE_CREDENTIALS']);
    expect(confirmed).toEqual(['S1.a']);
    // It gets as far as NATS, which is not there.
    expect(read.codes).toEqual(['SERVICE_EXITS_AT_START', 'STARTUP_NATS_UNREACHABLE']);
  });

  it('S1.d: Redis cannot be reached', async () => {
    const { codes, confirmed } = await started({
      ...configuration(),
      redis: { ...configuration().redis, addr: `127.0.0.1:${await freePort()}` },
    });

    expect(codes).toEqual(['SERVICE_EXITS_AT_START', 'STARTUP_REDIS_UNREACHABLE']);
    expect(confirmed).toEqual(['S1.d']);
  });

  it.each(['wrong', ''])('S1.e: Redis refuses the password "%s"', async (password) => {
    const { codes, confirmed } = await started({
      ...configuration(),
      redis: { ...configuration().redis, password },
    });

    expect(codes).toEqual(['SERVICE_EXITS_AT_START', 'STARTUP_REDIS_CREDENTIALS']);
    expect(confirmed).toEqual(['S1.e']);
  });

  it('S1.f: Redis is full, in the words of Redis that a program repeats', async () => {
    const client = new Redis(redis.url, { lazyConnect: true });
    await client.connect();
    await client.config('SET', 'maxmemory', '1');
    const refused = await client.set('agent:a', 'x').then(
      () => 'stored',
      (error: unknown) => String(error),
    );
    await client.config('SET', 'maxmemory', '0');
    await client.quit();
    const { codes, confirmed } = await ended(1, `fatal: cannot cache agents: ${refused}`);

    expect(codes).toEqual(['SERVICE_EXITS_AT_START', 'STARTUP_REDIS_FULL']);
    expect(confirmed).toEqual(['S1.f']);
  });

  it('S1.g: the file of the manifests has keys that the program does not know (F12)', async () => {
    const { logging: _, ...rest } = configuration();
    const { codes, confirmed, lines } = await started({ ...rest, log_level: 'info' });

    expect(codes).toEqual(['SERVICE_EXITS_AT_START', 'STARTUP_CONFIG_REFUSED']);
    expect(confirmed).toEqual(['S1.g']);
    expect(lines).toEqual([
      'Failed to initialize logger: no encoder name specified',
      'log_level → logging.level',
    ]);
  });

  it('S1.h: one stored row stops every later start (F8)', async () => {
    const url = postgres.url('aetherius');
    // The first start makes the table, and ends for want of NATS.
    expect((await started(configuration())).codes).toContain('STARTUP_NATS_UNREACHABLE');
    await query(url, `INSERT INTO agents (id, cluster_id, capabilities) VALUES ('a', 'c', '["logs"]')`);
    const { codes, confirmed } = await started(configuration());
    await query(url, 'DELETE FROM agents');

    expect(codes).toEqual(['SERVICE_EXITS_AT_START', 'STARTUP_ROW_UNREADABLE']);
    expect(confirmed).toEqual(['S1.h']);
  });

  it('S1.i, M1.f: a database that nobody creates (F13)', async () => {
    const { codes, confirmed, missing } = await started({
      ...configuration(),
      database: { ...configuration().database, database: 'aetherius_agent_manager' },
    });

    expect(codes).toEqual(['SERVICE_EXITS_AT_START', 'STARTUP_DATABASE_MISSING']);
    expect(confirmed).toEqual(['S1.i']);
    expect(missing).toEqual([['EXPECTED_DATABASE_MISSING', 'aetherius_agent_manager']]);
  });

  it('a last line that no cause knows stands in the answer, and rules nothing out', async () => {
    await query(postgres.url(), 'ALTER DATABASE frozen SET default_transaction_read_only = on');
    const { codes, confirmed, lines } = await started({
      ...configuration(),
      database: { ...configuration().database, database: 'frozen' },
    });

    expect(codes).toEqual(['SERVICE_EXITS_AT_START', 'STARTUP_REASON_UNKNOWN']);
    expect(confirmed).toEqual([]);
    expect(lines.at(-1)).toContain('cannot execute CREATE TABLE in a read-only transaction');
  });
});
