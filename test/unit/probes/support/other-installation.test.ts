import { describe, expect, it } from 'vitest';
import { symptomOf } from '../../../../src/domain/diagnosis/symptom.ts';
import { type PlatformChanges, platformOf } from '../../../../src/domain/platform/platform.ts';
import { natsRegistrationTraffic } from '../../../../src/probes/nats/registration-traffic.probe.ts';
import { postgresUnprocessedEvents } from '../../../../src/probes/postgres/unprocessed-events.probe.ts';
import { redisAgentCache } from '../../../../src/probes/redis/agent-cache.probe.ts';
import { runtimeConfigOverrides } from '../../../../src/probes/runtime/config-overrides.probe.ts';
import { runtimeConnection } from '../../../../src/probes/runtime/connection.probe.ts';
import { runtimeNameLookup } from '../../../../src/probes/runtime/name-lookup.probe.ts';
import { runtimeStartupLog } from '../../../../src/probes/runtime/startup-log.probe.ts';
import { runtimeWorkflowFiles } from '../../../../src/probes/runtime/workflow-files.probe.ts';
import { servicesWorkflowExecutions } from '../../../../src/probes/services/workflow-executions.probe.ts';
import { fakeRuntime } from '../../../support/fake-runtime.ts';
import {
  fakeNats,
  fakePostgres,
  fakeRedis,
  fakeServices,
  probeContext,
} from '../../../support/probe-context.ts';

/** What a probe asks for in an installation that differs. */
const at = <Deps extends object>(changes: PlatformChanges, deps: Deps) =>
  probeContext({ platform: platformOf(changes), ...deps });

describe('a probe of an installation that differs (R-PLAT25)', () => {
  it('asks another service by its name, port and path there', async () => {
    const url = 'http://flows:9081/livez';
    const runtime = fakeRuntime({
      'agent-manager': [{ commands: { [`wget -q -O - -T 4 ${url}`]: { code: 0 } } }],
    });
    const context = at(
      { parts: { 'orchestrator-service': { service: 'flows', port: 9081 } }, paths: { live: '/livez' } },
      { runtime },
    );

    expect(
      await runtimeConnection.run({ from: 'agent-manager', to: 'orchestrator-service' }, context),
    ).toMatchObject({ status: 'healthy', facts: { url } });
  });

  it('looks up the name that a store has there', async () => {
    const commands = {
      'nslookup pg-main': { code: 0, stdout: 'Name: pg-main\nAddress: 10.0.0.1' },
      'nslookup kubernetes.default.svc.cluster.local': { code: 0 },
    };
    const context = at(
      { parts: { postgres: { service: 'pg-main' } } },
      { runtime: fakeRuntime({ 'agent-manager': [{ commands }] }) },
    );

    expect(await runtimeNameLookup.run({ part: 'agent-manager' }, context)).toMatchObject({
      status: 'healthy',
      facts: { name: 'pg-main' },
    });
  });

  it('reads the configuration file and the variables that it has', async () => {
    const runtime = fakeRuntime({
      'agent-manager': [
        { files: { '/app/c.yaml': 'event: { workers: 20 }' }, env: { ACME_EVENT_WORKERS: '5' } },
      ],
    });
    const context = at(
      { parts: { 'agent-manager': { configFile: '/app/c.yaml' } }, variables: { prefix: 'ACME_' } },
      { runtime },
    );

    expect(await runtimeConfigOverrides.run({ part: 'agent-manager' }, context)).toMatchObject({
      status: 'unhealthy',
      findings: [{ subject: 'event.workers', facts: { name: 'ACME_EVENT_WORKERS' } }],
    });
  });

  it('lists the folder of workflows that it has', async () => {
    const runtime = fakeRuntime({
      'orchestrator-service': [{ files: { '/flows/a.yaml': 'description: "open\nsteps: []\n' } }],
    });

    expect(
      await runtimeWorkflowFiles.run(
        { pendingSeconds: 10 },
        at({ files: { workflows: '/flows' } }, { runtime }),
      ),
    ).toMatchObject({ findings: [{ code: 'WORKFLOW_FILE_BROKEN', facts: { file: '/flows/a.yaml' } }] });
  });

  it('knows its database by the port in a log', async () => {
    const log = 'fatal: dial tcp 10.0.0.7:6432: connect: connection refused';
    const runtime = fakeRuntime({
      'agent-manager': [
        { phase: 'terminated', ready: false, log, terminated: { exitCode: 1, reason: 'Error' } },
      ],
    });
    const run = (changes: PlatformChanges) =>
      runtimeStartupLog.run({ part: 'agent-manager' }, at(changes, { runtime }));

    expect(await run({ parts: { postgres: { port: 6432 } } })).toMatchObject({
      findings: [{ code: 'STARTUP_DATABASE_UNREACHABLE' }],
    });
    expect(await run({})).toMatchObject({ findings: [{ code: 'STARTUP_REASON_UNKNOWN' }] });
  });

  it('listens on the subjects that its agents use', async () => {
    const heard: string[] = [];
    const nats = fakeNats({
      hasMonitor: false,
      listen: (subject) => {
        heard.push(subject);
        return Promise.resolve({ 'agent.register.c1': 2 });
      },
    });
    const context = at(
      { subjects: { agents: 'agent.>', registration: 'agent.register.{cluster_id}' } },
      { nats },
    );

    expect(await natsRegistrationTraffic.run({ seconds: 1, silentSeconds: 0 }, context)).toMatchObject({
      facts: { registrations: 2, heartbeats: 0 },
    });
    expect(heard).toEqual(['>']);
  });

  it('asks the tables and the keys that it has', async () => {
    const asked: string[] = [];
    const postgres = {
      ...fakePostgres(() => []),
      query: async <Row extends object>(_database: unknown, sql: string) => {
        asked.push(sql);
        return (sql.includes('count(*)') ? [{ count: '3', oldest: null }] : []) as unknown as readonly Row[];
      },
    };
    const redis = fakeRedis((command, args) => {
      asked.push([command, ...args].join(' '));
      return ['0', []];
    });
    const context = at(
      { tables: { events: 'event_log', agents: 'fleet' }, cache: { agents: 'agents/' } },
      { postgres, redis },
    );

    expect(await postgresUnprocessedEvents.run({ olderThanSeconds: 9 }, context)).toMatchObject({
      findings: [{ subject: 'event_log' }],
    });
    await redisAgentCache.run({}, context);
    expect(asked.filter((one) => /FROM event_log|MATCH agents\/\* |FROM fleet/.test(one))).toHaveLength(3);
  });

  it('asks a service by its paths', async () => {
    const platform = platformOf({ paths: { executions: '/v2/runs' } });
    const asked: string[] = [];
    const services = {
      ...fakeServices({}),
      find: (id: 'orchestrator-service') => ({ id, url: 'http://o', healthPaths: [], paths: platform.paths }),
      request: (url: string) => {
        asked.push(url);
        return Promise.reject(new Error('enough'));
      },
    } as unknown as ReturnType<typeof fakeServices>;

    await expect(
      servicesWorkflowExecutions.run(servicesWorkflowExecutions.params.parse({}), at({}, { services })),
    ).rejects.toThrow('enough');
    expect(asked[0]).toMatch(/^http:\/\/o\/v2\/runs/);
  });
});

describe('words of somebody there', () => {
  const matcher = {
    match: () => ({ candidates: [], sure: false }),
    suspects: { redis: ['D3'], 'agent-manager': ['S1'], runtime: ['N1'] } as never,
  };
  const diagnoses = ['D3', 'S1', 'N1'].map((id) => ({ id, slug: id, part: 'redis' })) as never;
  const read = (text: string, changes: PlatformChanges) =>
    symptomOf(text, diagnoses, matcher, platformOf(changes));

  it('name parts by the ports and names that they have', () => {
    const here = { parts: { redis: { port: 7001 }, 'agent-manager': { name: 'Fleet Desk' } } };

    expect(read('connection refused 10.0.0.3:7001', here)).toMatchObject({ part: 'redis' });
    expect(read('connection refused 10.0.0.3:7001', {})).not.toHaveProperty('part');
    expect(read('fleet desk: connection refused', here)).toMatchObject({ part: 'agent-manager' });
  });
});
