import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missing } from '../../lab/components/neo4j.ts';
import { waitFor } from '../../lab/components/process.ts';
import type { HealthReport } from '../../src/domain/health/health.ts';
import { createHealthRules, rootFindings } from '../../src/domain/health/health-rules.ts';
import { dependencies } from '../../src/domain/platform/dependencies.ts';
import { type PartId, partIds } from '../../src/domain/platform/part.ts';
import type { EnvironmentConfig } from '../../src/domain/settings/environment.ts';
import { systemClock } from '../../src/platform/process/clock.ts';
import { createTargetsFactory } from '../../src/platform/targets/factory.ts';
import { probes } from '../../src/probes/index.ts';
import { createSecondLook } from '../../src/services/health/second-look.service.ts';
import { createProbeRunner } from '../../src/services/run/probe-runner.service.ts';
import { firewalled, missing as noFirewall } from '../support/firewall.ts';
import { silentLogger } from '../support/logger.ts';
import { type SmallPlatform, startSmallPlatform } from '../support/small-platform.ts';
import { closedPort, environment, literal, slowProxy } from '../support/targets.ts';

const lacking = missing() ?? noFirewall();
let platform: SmallPlatform;

/** A generous limit for "slow", so that a busy machine is not taken for a slow part. */
const thresholds = {
  ...environment().thresholds,
  ...{ httpSlowMs: 2_500, postgresSlowMs: 2_000, redisSlowMs: 2_000, natsSlowMs: 2_000, neo4jSlowMs: 4_000 },
};

async function check(change: Partial<EnvironmentConfig> = {}): Promise<HealthReport> {
  const config = environment({ ...platform.config(), thresholds, ...change });
  const factory = createTargetsFactory({ test: config }, { connectMs: 3_000, callMs: 4_000 });
  const rules = createHealthRules({ test: config });
  const runner = createProbeRunner({ probes, clock: systemClock, logger: silentLogger, concurrency: 32 });
  try {
    const calls = rules.calls('test');
    const targets = await factory.forRun('test');
    const { signal } = new AbortController();
    const first = await runner.run(calls, { targets, signal });
    const again = createSecondLook({ rules, probes: runner, targets: factory });
    const asked = { environment: 'test', calls, targets, signal };
    const outcomes = [...first, ...(await again({ ...asked, outcomes: first }))];
    return rules.judge({ environment: 'test', calls, outcomes });
  } finally {
    await factory.close();
  }
}

/** Every row that is not up, as `part state fact [< root]`, in the order of the table. */
function bad(report: HealthReport): readonly string[] {
  return report.rows
    .filter((row) => row.state !== 'up' && row.state !== 'not-configured')
    .map(
      (row) =>
        `${row.part} ${row.state} ${row.fact.key}${row.consequenceOf === undefined ? '' : ` < ${row.consequenceOf}`}`,
    );
}

interface Fault {
  readonly part: PartId;
  readonly how: 'stopped' | 'paused';
  plant(): Promise<void> | void;
  clear(): Promise<void> | void;
  /** The table with this fault alone. */
  readonly rows: readonly string[];
}

const serviceFault = (
  part: 'agent-manager' | 'orchestrator-service' | 'reasoning-service',
  how: Fault['how'],
  rows: readonly string[],
): Fault => ({
  part,
  how,
  rows,
  plant: () => (how === 'stopped' ? platform.services[part].stop() : platform.services[part].hang()),
  clear: () => (how === 'stopped' ? platform.services[part].start() : platform.services[part].resume()),
});
const paused = (part: 'postgres' | 'redis' | 'nats' | 'neo4j', rows: readonly string[]): Fault => ({
  part,
  how: 'paused',
  rows,
  plant: () => platform[part].pause(),
  clear: () => platform[part].resume(),
});

const faults: readonly Fault[] = [
  paused('postgres', [
    'postgres down hung',
    'agent-manager degraded SERVICE_UNHEALTHY < postgres',
    'orchestrator-service degraded SERVICE_UNHEALTHY < postgres',
    'collect-agent unknown blind-no-answer < postgres',
  ]),
  paused('redis', ['redis down hung', 'agent-manager degraded SERVICE_UNHEALTHY < redis']),
  paused('nats', ['nats down hung', 'agent-manager degraded SERVICE_UNHEALTHY < nats']),
  paused('neo4j', ['neo4j down hung', 'reasoning-service degraded SERVICE_UNHEALTHY < neo4j']),
  serviceFault('agent-manager', 'stopped', [
    'agent-manager down ENDPOINT_REFUSED',
    'orchestrator-service degraded SERVICE_UNHEALTHY < agent-manager',
  ]),
  serviceFault('agent-manager', 'paused', [
    'agent-manager down hung',
    'orchestrator-service degraded SERVICE_UNHEALTHY < agent-manager',
  ]),
  // Nobody asks it: our second look is the witness.
  serviceFault('orchestrator-service', 'stopped', ['orchestrator-service down ENDPOINT_REFUSED']),
  serviceFault('orchestrator-service', 'paused', ['orchestrator-service down hung']),
  serviceFault('reasoning-service', 'stopped', ['reasoning-service down ENDPOINT_REFUSED']),
  serviceFault('reasoning-service', 'paused', ['reasoning-service down hung']),
];

/** Parts that may be behind one of these, directly or not. */
function above(parts: readonly PartId[]): ReadonlySet<PartId> {
  const found = new Set<PartId>();
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const part of partIds)
      if (dependencies[part].some((below) => parts.includes(below) || found.has(below))) found.add(part);
  }
  return found;
}

async function healthyAgain(): Promise<void> {
  await waitFor(async () => (await check()).overall === 'healthy', {
    seconds: 60,
    every: 200,
    what: 'the platform to be healthy again',
  });
}

describe.skipIf(lacking !== undefined)(
  `a platform${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    beforeAll(async () => {
      platform = await startSmallPlatform();
      await healthyAgain();
    });
    afterAll(async () => {
      await platform.stop();
    });

    it('that is healthy has no finding and nothing unknown', async () => {
      const report = await check();

      expect(bad(report)).toEqual([]);
      expect(report).toMatchObject({ overall: 'healthy', complete: true, roots: [] });
      expect(rootFindings(report)).toEqual([]);
    });

    for (const fault of faults)
      it(`with ${fault.part} ${fault.how} names exactly that, and what is behind it`, async () => {
        await fault.plant();
        try {
          expect(bad(await check()).join('\n')).toBe(fault.rows.join('\n'));
        } finally {
          await fault.clear();
          await healthyAgain();
        }
      });

    it('reached over slow ways is degraded part by part, with the rest healthy', async () => {
      const proxies = await Promise.all(
        [platform.postgres, platform.redis, platform.nats].map((server) => slowProxy(server)),
      );
      for (const proxy of proxies) proxy.delayMs = 150;
      const [postgres, redis, nats] = proxies.map((proxy) => proxy.port);
      const at = (text: string, port: number | undefined) => {
        const url = new URL(text);
        url.port = `${port}`;
        return literal(url.href);
      };
      const slow = { ...thresholds, postgresSlowMs: 250, redisSlowMs: 250, natsSlowMs: 250 };
      try {
        const report = await check({
          thresholds: slow,
          postgres: {
            url: at(platform.postgres.url(), postgres),
            databases: { agentManager: 'agent_manager', orchestrator: 'orchestrator' },
          },
          redis: { kind: 'single', url: at(platform.redis.url, redis) },
          nats: { url: at(platform.nats.url, nats), monitorUrl: platform.nats.monitorUrl },
        });

        expect(bad(report)).toEqual([
          'postgres degraded PG_SLOW',
          'redis degraded REDIS_SLOW',
          'nats degraded NATS_SLOW',
        ]);
        expect(report.rows[0]?.findings[0]?.facts).toMatchObject({ thresholdMs: 250 });
      } finally {
        await Promise.all(proxies.map((proxy) => proxy.close()));
      }
    });

    it('W5 that refuses our credentials could not be checked, part by part, and nothing is said of it', async () => {
      const wrong = (text: string) => {
        const url = new URL(text);
        url.password = 'wrong-pass';
        return literal(url.href);
      };
      const report = await check({
        postgres: {
          url: wrong(platform.postgres.url()),
          databases: { agentManager: 'agent_manager', orchestrator: 'orchestrator' },
        },
        redis: { kind: 'single', url: wrong(platform.redis.url) },
        nats: { url: wrong(platform.nats.url), monitorUrl: platform.nats.monitorUrl },
        neo4j: { url: literal(platform.neo4j.url), user: 'neo4j', password: literal('wrong-pass') },
      });

      expect(bad(report)).toEqual(
        ['postgres', 'redis', 'nats', 'neo4j'].map((part) => `${part} unknown blind-auth`),
      );
      expect(report.rows.flatMap(({ findings }) => findings)).toEqual([]);
      expect(JSON.stringify(report)).not.toContain('wrong-pass');
    });

    it('whose ports are closed only to us is not down: others reach it', async () => {
      const port = await closedPort();
      const report = await check({
        postgres: {
          url: literal(`postgres://a:b@127.0.0.1:${port}/x`),
          databases: { agentManager: 'agent_manager', orchestrator: 'orchestrator' },
        },
        redis: { kind: 'single', url: literal(`redis://127.0.0.1:${port}`) },
        neo4j: { url: literal(`bolt://127.0.0.1:${port}`), user: 'neo4j', password: literal('x') },
      });

      expect(bad(report)).toEqual(
        ['postgres', 'redis', 'neo4j'].map((part) => `${part} unknown refused-here-only`),
      );
      expect(report.overall).toBe('unknown');
    });

    it('whose names do not resolve could not be checked, and is neither down nor fine', async () => {
      const report = await check({
        redis: { kind: 'single', url: literal('redis://nowhere.invalid:6379') },
        neo4j: { url: literal('bolt://nowhere.invalid:7687'), user: 'neo4j', password: literal('x') },
      });

      expect(bad(report)).toEqual(['redis unknown blind-dns', 'neo4j unknown blind-dns']);
    });

    it('behind a firewall that drops what we send could not be checked, and is neither down nor fine', async () => {
      const wall = await firewalled();
      const behind = (text: string) => {
        const url = new URL(text);
        url.hostname = wall.host;
        return url.href;
      };
      try {
        const stores = {
          postgres: {
            url: literal(behind(platform.postgres.url())),
            databases: { agentManager: 'agent_manager', orchestrator: 'orchestrator' },
          },
          redis: { kind: 'single', url: literal(behind(platform.redis.url)) },
          nats: {
            url: literal(behind(platform.nats.url)),
            monitorUrl: behind(platform.nats.monitorUrl),
          },
          neo4j: { url: literal(behind(platform.neo4j.url)), user: 'neo4j', password: literal('neo4j') },
        } as const;
        const services = Object.fromEntries(
          Object.entries(platform.config().services ?? {}).map(([name, service]) => [
            name,
            { ...service, url: behind(String(service.url)) },
          ]),
        );

        const aboutStores = await check(stores);
        const aboutAll = await check({ ...stores, services });

        const unseen = ['postgres', 'redis', 'nats', 'neo4j'].map(
          (part) => `${part} unknown blind-connect-timeout`,
        );
        expect(bad(aboutStores)).toEqual(unseen);
        expect(bad(aboutAll)).toEqual([
          ...unseen,
          ...['agent-manager', 'reasoning-service', 'orchestrator-service', 'collect-agent'].map(
            (part) => `${part} unknown blind-connect-timeout`,
          ),
        ]);
        expect(aboutAll).toMatchObject({ overall: 'unknown', roots: [] });
      } finally {
        await wall.remove();
      }
    });

    // Stores paused, services stopped: each part once, each two of them together.
    const chosen = faults.filter((fault) => (fault.how === 'stopped') === fault.part.includes('-'));
    const pairs = chosen.flatMap((first, at) =>
      chosen
        .slice(at + 1)
        .flatMap((second) => (first.part === second.part ? [] : [[first, second] as const])),
    );
    it(`names both roots and nothing else, in each of ${pairs.length} pairs`, async () => {
      for (const [first, second] of pairs) {
        const title = `${first.part} ${first.how} and ${second.part} ${second.how}`;
        await first.plant();
        await second.plant();
        try {
          const report = await check();
          const planted = [first.part, second.part].sort();
          const down = report.rows.filter((row) => row.state === 'down').map((row) => row.part);
          const others = report.rows.filter(
            (row) => !planted.includes(row.part) && row.state !== 'not-configured',
          );
          const behind = above(planted);

          const told = `${title}: ${bad(report).join('; ')}`;
          // Where the only other witness is the other broken part, our second look is one.
          expect([...report.roots].sort(), told).toEqual(planted);
          expect([...down].sort(), told).toEqual(planted);
          for (const row of others)
            expect([
              title,
              row.part,
              row.state === 'up' || (behind.has(row.part) && row.consequenceOf !== undefined),
            ]).toEqual([title, row.part, true]);
        } finally {
          // Stores come first in the list: a service cannot start before what it needs.
          await first.clear();
          await second.clear();
        }
        await healthyAgain();
      }
    }, 900_000);

    // Last, because nothing starts these again: each stop adds one root, and what stands behind it.
    it('loses its stores one after another, and each is named when it goes', async () => {
      const gone: PartId[] = [];
      for (const part of ['neo4j', 'redis', 'nats', 'postgres'] as const) {
        await platform[part].stop();
        gone.push(part);
        const report = await check();
        const down = report.rows.filter((row) => row.state === 'down').map((row) => row.part);
        const behind = above(gone);

        expect([part, [...report.roots].sort()]).toEqual([part, [...gone].sort()]);
        expect([part, [...down].sort()]).toEqual([part, [...gone].sort()]);
        for (const row of report.rows.filter((one) => !gone.includes(one.part)))
          expect([
            part,
            row.part,
            row.state === 'up' || row.state === 'not-configured' || behind.has(row.part),
          ]).toEqual([part, row.part, true]);
      }
    }, 300_000);
  },
);
