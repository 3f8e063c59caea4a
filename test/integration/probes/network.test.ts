import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProcess, tail, waitFor } from '../../../lab/components/process.ts';
import { type Firewalled, firewalled, missing } from '../../support/firewall.ts';
import { closedPort, codes, literal, runProbe, scratch } from '../../support/targets.ts';

const lacking = missing();
const folder = scratch('network');

/** Answers after two seconds, whatever is asked. */
const lateService = `require('node:http')
  .createServer((_, response) => setTimeout(() => response.end('{"status":"ok"}'), 2000))
  .listen(8080, () => console.log('listening'));`;

/** Until a SYN to this port is on its way (state 02 of /proc/net/tcp). */
const knocking = (port: number) =>
  waitFor(
    () =>
      new RegExp(`:${port.toString(16).toUpperCase().padStart(4, '0')} 02 `).test(
        readFileSync('/proc/net/tcp', 'utf8'),
      ),
    { seconds: 5, what: 'the first packet', every: 2 },
  );

/** Asks for the way to the Redis at this address; nothing needs to speak Redis there. */
const look = (host: string, port: number) =>
  runProbe(
    'network.path',
    { redis: { kind: 'single', url: literal(`redis://${host}:${port}`) } },
    { part: 'redis' },
  );

describe.skipIf(lacking !== undefined)(
  `network.path${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    let wall: Firewalled;
    beforeAll(async () => {
      wall = await firewalled();
    });
    afterAll(async () => {
      await wall?.remove();
      folder.remove();
    });

    it('calls a port that refuses a way that works', async () => {
      expect(await look('127.0.0.1', await closedPort())).toMatchObject({
        status: 'healthy',
        facts: { answer: 'refused' },
      });
    });

    it('calls a wall that says nothing a silent way', async () => {
      expect(await look(wall.host, 6379)).toMatchObject({
        status: 'unhealthy',
        findings: [{ code: 'NETWORK_SILENT', facts: { host: wall.host, port: 6379 } }],
      });
    });

    it('could not check when the name does not resolve', async () => {
      expect(await look('nowhere.invalid', 6379)).toMatchObject({ status: 'inconclusive' });
    });

    it('waits longer for an answer over a way on which the handshake was slow', async () => {
      const server = await startProcess({
        name: 'a service behind the wall',
        command: 'ip',
        args: ['netns', 'exec', wall.space, process.execPath, '-e', lateService],
        log: join(folder.dir, 'service.log'),
      });
      const config = {
        services: { 'agent-manager': { url: `http://${wall.host}:8080`, healthPaths: ['/health'] } },
      };
      const ask = () =>
        runProbe(
          'http.service-health',
          config,
          { service: 'agent-manager', slowMs: 100 },
          { connectMs: 3_000, callMs: 1_500 },
        );
      try {
        await waitFor(() => tail(server.log).includes('listening'), { seconds: 20, what: 'the service' });
        // The first SYN is lost, so the handshake takes a second: the answer, late as it is, is still waited for.
        const looking = ask();
        await knocking(8080);
        await wall.open();
        const slowWay = await looking;
        const goodWay = await ask();
        await wall.close();

        expect(codes(slowWay)).toEqual(['SERVICE_SLOW']);
        expect(codes(goodWay)).toEqual(['ENDPOINT_HUNG']);
      } finally {
        await server.kill();
      }
    });

    it('makes nothing of one packet that was lost', async () => {
      const looking = look(wall.host, 6379);
      await knocking(6379);
      // The first SYN is on its way and lost; its repetition, a second later, is answered.
      await wall.open();
      const outcome = await looking;
      await wall.close();

      expect(outcome).toMatchObject({ status: 'healthy', facts: { answer: 'refused' } });
    });
  },
);
