import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Firewalled, firewalled, missing } from '../../support/firewall.ts';
import { closedPort, literal, runProbe } from '../../support/targets.ts';

const lacking = missing();

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
    afterAll(() => wall?.remove());

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

    it('could not look when the name does not resolve', async () => {
      expect(await look('nowhere.invalid', 6379)).toMatchObject({ status: 'inconclusive' });
    });

    it('makes nothing of one packet that was lost', async () => {
      const looking = look(wall.host, 6379);
      // The first SYN is on its way and lost; its repetition, a second later, is answered.
      await wall.open();
      const outcome = await looking;
      await wall.close();

      expect(outcome).toMatchObject({ status: 'healthy', facts: { answer: 'refused' } });
    });
  },
);
