/** What real exporters say of real servers: with it the alerting rules fire when something is planted, and not before. */

import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ExporterName,
  missing,
  type RunningExporter,
  startExporter,
} from '../../../lab/components/exporters.ts';
import { type PostgresServer, startPostgres } from '../../../lab/components/postgres.ts';
import { run, waitFor } from '../../../lab/components/process.ts';
import { missing as missingTool, prometheusTool } from '../../../lab/components/prometheus.ts';
import { alertMetrics, recorded } from '../../../scripts/docs/alert-metrics.ts';
import { ruleTest, shippedRules } from '../../support/promtool.ts';
import { useRedis } from '../../support/redis.ts';
import { scratch } from '../../support/targets.ts';
import { until } from '../../support/until.ts';

const lacking = missing() ?? missingTool('promtool');
const rules = shippedRules();

/** Of Debian 12 is 0.11.1: the tables came with 0.12, waits with 0.17, and each series had the server's address until 0.20. */
const newer = {
  metrics: ['pg_stat_user_tables_idx_scan', 'pg_stat_user_tables_n_live_tup', 'pg_stat_user_tables_seq_scan'],
  former: ['server'],
  // Of no use to a rule.
  ofRedis: ['redis_build_id', 'process_id', 'run_id', 'tcp_port', 'master_replid'],
};

/** What a replica alone has. */
const ofReplica = ['redis_master_link_up'];

/** The series of these metrics in what an exporter says, with the address that Prometheus adds. */
function seriesOf(text: string, instance: string): Readonly<Record<string, string>> {
  const lines = [...text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)].filter(
    ([, name = '']) => alertMetrics[name] !== undefined,
  );
  return Object.fromEntries(
    lines.map(([, name = '', labels = '', value = '']) => [
      `${name}{${labels}${labels === '' ? '' : ','}instance="${instance}"}`,
      // As Prometheus would have read it for a quarter of an hour.
      `${Number(value)}x20`,
    ]),
  );
}

describe.skipIf(lacking !== undefined)(
  `the exporters of Debian${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    const place = scratch('alert-exporters');
    const redis = useRedis(['--maxmemory', '3mb']);
    let postgres: PostgresServer;
    let exporters: Readonly<Record<ExporterName, RunningExporter>>;
    let promtool: string;
    beforeAll(async () => {
      chmodSync(place.dir, 0o755);
      const { dir } = place;
      postgres = await startPostgres({ dir, settings: { max_connections: '20' } });
      exporters = {
        postgres: await startExporter('postgres', { dir, url: postgres.url() }),
        redis: await startExporter('redis', { dir, url: redis.server.url }),
      };
      promtool = await prometheusTool('promtool');
    }, 600_000);
    afterAll(async () => {
      await Promise.all(Object.values(exporters ?? {}).map((exporter) => exporter.stop()));
      await postgres?.stop();
      place.remove();
    });

    /**
     * Ten minutes of what the exporter says now, by Prometheus's own tool: each rule fires for its symptom, or is silent
     * where none is named. Gives what the tool says against it.
     */
    async function against(name: ExporterName, alerts: Readonly<Record<string, string | undefined>>) {
      const series = seriesOf(await exporters[name].metrics(), name);
      const files = Object.entries(alerts).map(([alert, symptom]) => {
        const rule = rules.find((one) => one.alert === alert);
        if (rule === undefined) throw new Error(`There is no rule ${alert}`);
        const fires = symptom === undefined ? {} : { fires: { symptom, labels: { instance: name } } };
        return ruleTest(place.dir, rule, [{ name: 'now', series, minute: 10, ...fires }]);
      });
      const { code, stdout, stderr } = await run(promtool, ['test', 'rules', ...files], { seconds: 60 });
      return code === 0 ? '' : stdout + stderr;
    }

    it('have the metrics that are recorded, with those labels', async () => {
      const texts = await Promise.all([exporters.postgres.metrics(), exporters.redis.metrics()]);
      const given = new Map<string, Set<string>>();
      for (const [, name = '', labels = ''] of texts.join('\n').matchAll(/^(\w+)(?:\{(.*)\})? /gm)) {
        const known = given.get(name) ?? new Set();
        for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label);
        given.set(name, known);
      }
      const own = Object.entries(alertMetrics).filter(([, { exporter }]) =>
        ['postgres_exporter', 'redis_exporter'].includes(exporter.name),
      );

      expect(own.flatMap(([name]) => (given.has(name) ? [] : [name]))).toEqual([
        ...newer.metrics,
        ...ofReplica,
      ]);
      for (const [name] of own.filter(([metric]) => given.has(metric)))
        expect(
          [...(given.get(name) ?? [])].filter(
            (label) => ![...recorded(name).labels, ...newer.former, ...newer.ofRedis].includes(label),
          ),
          name,
        ).toEqual([]);
    });

    it('tell of a Redis that cannot save, and of one whose master is gone', async () => {
      const healthy = { AetheriusRedisMasterGone: undefined, AetheriusRedisSaveFailed: undefined };
      expect(await against('redis', healthy)).toBe('');

      const settingOf = async (name: string) =>
        ((await redis.call('CONFIG', 'GET', name)) as readonly [string, string])[1];
      // The name of the save is taken by a folder.
      mkdirSync(join(await settingOf('dir'), await settingOf('dbfilename')));
      await redis.call('BGSAVE');
      const persistence = async () => String(await redis.call('INFO', 'persistence'));
      await until(async () => (await persistence()).includes('rdb_last_bgsave_status:err'));
      expect(await against('redis', { ...healthy, AetheriusRedisSaveFailed: 'D3' })).toBe('');

      await redis.call('REPLICAOF', '127.0.0.1', '1');
      const both = { AetheriusRedisMasterGone: 'D3', AetheriusRedisSaveFailed: 'D3' };
      expect(await against('redis', both)).toBe('');
      await redis.call('REPLICAOF', 'NO', 'ONE');
      await redis.call('CONFIG', 'SET', 'stop-writes-on-bgsave-error', 'no');
    });

    it('tell of a Redis that is full and evicts nothing', async () => {
      const healthy = { AetheriusRedisRefusesWrites: undefined, AetheriusRedisDown: undefined };
      expect(await against('redis', healthy)).toBe('');

      const block = 'x'.repeat(64 * 1024);
      const refused = async () => {
        for (let key = 0; key < 100; key += 1) await redis.call('SET', `key-${key}`, block);
      };
      await expect(refused()).rejects.toThrow(/OOM/);

      expect(await against('redis', { ...healthy, AetheriusRedisRefusesWrites: 'D3' })).toBe('');
      await redis.call('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
      expect(await against('redis', healthy)).toBe('');
      await redis.kill();
      expect(await against('redis', { AetheriusRedisDown: 'H2 redis' })).toBe('');
    });

    it('tell of a PostgreSQL that has few connections left, and of one that is down', async () => {
      const healthy = {
        ...{ AetheriusPostgresConnectionsHigh: undefined, AetheriusPostgresLimitLow: undefined },
        AetheriusPostgresDown: undefined,
      };
      expect(await against('postgres', healthy)).toBe('');

      // Of twenty three are kept for superusers, of which the exporter is one.
      const clients = Array.from({ length: 17 }, () => new Client({ connectionString: postgres.url() }));
      for (const client of clients) {
        client.on('error', () => undefined);
        await client.connect();
      }
      const low = { AetheriusPostgresConnectionsHigh: 'D1', AetheriusPostgresLimitLow: 'D1' };
      expect(await against('postgres', { ...healthy, ...low })).toBe('');

      await Promise.all(clients.map((client) => client.end()));
      await waitFor(async () => (await against('postgres', healthy)) === '', {
        seconds: 30,
        what: 'the sessions to be gone',
      });
      await postgres.stop();
      expect(await against('postgres', { AetheriusPostgresDown: 'H2 postgres' })).toBe('');
    });
  },
);
