import neo4j from 'neo4j-driver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missing, type Neo4jServer, startNeo4j } from '../../../lab/components/neo4j.ts';
import type { EnvironmentConfig } from '../../../src/domain/settings/environment.ts';
import { createNeo4jTarget } from '../../../src/platform/targets/stores/neo4j.ts';
import { SharedConnections } from '../../../src/platform/targets/stores/shared-connection.ts';
import { runtimeGraphLog } from '../../../src/probes/runtime/graph-log.probe.ts';
import { fakeRuntime } from '../../support/fake-runtime.ts';
import { probeContext } from '../../support/probe-context.ts';
import { closedPort, codes, literal, runProbe, scratch, slowProxy } from '../../support/targets.ts';

const folder = scratch('probes-neo4j');
let server: Neo4jServer;

const config = (
  port: number = server.port,
  password: string = server.password,
): Partial<EnvironmentConfig> => ({
  neo4j: { url: literal(`bolt://127.0.0.1:${port}`), user: server.user, password: literal(password) },
});

const lacking = missing();
describe.skipIf(lacking !== undefined)(
  `Neo4j${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    beforeAll(async () => {
      server = await startNeo4j({ dir: folder.dir });
      // The first statement of a fresh server takes seconds; what is tested comes after that.
      const driver = neo4j.driver(server.url, neo4j.auth.basic(server.user, server.password));
      await driver.executeQuery('CALL dbms.listConnections() YIELD connector RETURN count(connector)');
      await driver.close();
    });
    afterAll(async () => {
      await server.stop();
      folder.remove();
    });

    it('that is healthy has nothing to report', async () => {
      const outcome = await runProbe('neo4j.connection', config(), { slowMs: 5000 });

      expect([outcome.status, outcome.cause]).toEqual(['healthy', undefined]);
      expect(outcome.facts.version).toMatch(/^Neo4j\/5\./);
    });

    it('W5 that refuses our password is our own trouble and no finding, and the password stays hidden', async () => {
      const outcome = await runProbe('neo4j.connection', config(server.port, 'wrong-pass-c04'));

      expect(outcome).toMatchObject({ status: 'inconclusive', cause: { code: 'auth' }, findings: [] });
      expect(JSON.stringify(outcome)).not.toContain('wrong-pass-c04');
    });

    it('that nobody listens for is refused', async () => {
      const port = await closedPort();
      const outcome = await runProbe('neo4j.connection', config(port));

      expect(outcome.findings).toMatchObject([{ code: 'ENDPOINT_REFUSED', subject: `127.0.0.1:${port}` }]);
    });

    it('whose name does not resolve could not be checked', async () => {
      const outcome = await runProbe('neo4j.connection', {
        neo4j: { url: literal('bolt://nowhere.invalid:7687'), user: 'neo4j', password: literal('x') },
      });

      expect(outcome).toMatchObject({ status: 'inconclusive', cause: { code: 'dns' } });
    });

    it('that is stopped with SIGSTOP accepts and is silent: hung', async () => {
      server.pause();
      try {
        const outcome = await runProbe('neo4j.connection', config());

        expect(codes(outcome)).toEqual(['ENDPOINT_HUNG']);
      } finally {
        server.resume();
      }
    });

    it('behind a slow way is slow, with the threshold', async () => {
      const proxy = await slowProxy(server);
      try {
        proxy.delayMs = 40;
        const slow = await runProbe('neo4j.connection', config(proxy.port), { slowMs: 60 });

        expect(slow.findings).toMatchObject([{ code: 'NEO4J_SLOW', facts: { thresholdMs: 60 } }]);
      } finally {
        await proxy.close();
      }
    });

    it('bears out what reasoning-service claims of its connection, once it has let it in', async () => {
      const complaint = { time: new Date().toISOString(), level: 'error', msg: 'Neo4j connection failed' };
      const claim = { ...complaint, level: 'info', msg: 'Connected to Neo4j' };
      const runtime = fakeRuntime({
        'reasoning-service': [{ log: `${JSON.stringify(complaint)}\n${JSON.stringify(claim)}` }],
      });
      const target = createNeo4jTarget(
        { url: server.url, user: server.user, password: server.password },
        new SharedConnections(),
      );
      const said = () => runtimeGraphLog.run({ minutes: 10 }, probeContext({ runtime, neo4j: target }));
      const connectAs = (password: string) =>
        neo4j.driver(server.url, neo4j.auth.basic(server.user, password), { userAgent: 'neo4j-python/5' });
      const [refused, taken] = [connectAs('another'), connectAs(server.password)];
      try {
        await expect(refused.verifyConnectivity()).rejects.toThrow();
        await expect(said()).rejects.toMatchObject({ facts: { reason: 'graph-claim' } });
        await taken.verifyConnectivity();
        expect(await said()).toMatchObject({ status: 'healthy' });
      } finally {
        await Promise.all([refused.close(), taken.close()]);
      }
    });

    it('shows who else is connected', async () => {
      const driver = neo4j.driver(server.url, neo4j.auth.basic(server.user, server.password), {
        userAgent: 'neo4j-python/5',
      });
      try {
        const before = await runProbe('neo4j.clients', config());
        await driver.verifyConnectivity();
        const after = await runProbe('neo4j.clients', config());

        expect([before.cause, before.reason]).toEqual([undefined, undefined]);
        expect(before.facts['sessions.reasoning-service']).toBe(0);
        expect(after.facts['sessions.reasoning-service']).toBe(1);
      } finally {
        await driver.close();
      }
    });
  },
);
