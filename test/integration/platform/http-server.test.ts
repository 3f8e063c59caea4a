import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { slackRoute } from '../../../src/bot/receive/signed-http.ts';
import { Secret } from '../../../src/domain/kernel/secret.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import { createHttpServer } from '../../../src/platform/process/http-server.ts';
import { silentLogger } from '../../support/logger.ts';

it('a request to Slack’s route whose body trickles ends after ten seconds', async () => {
  const route = slackRoute({
    signingSecrets: [new Secret('right')],
    gate: { processEvent: () => Promise.reject(new Error('not to be reached')) },
    clock: systemClock,
    logger: silentLogger,
  });
  const server = createHttpServer({ host: '127.0.0.1', port: 0, routes: [route], logger: silentLogger });
  await server.start();
  const socket = connect(server.port(), '127.0.0.1');
  await once(socket, 'connect');
  let said = '';
  socket.on('data', (part: Buffer) => (said += part.toString()));
  socket.on('error', () => undefined);
  const began = performance.now();
  socket.write('POST /slack/events HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n');
  const dripping = setInterval(() => socket.write('a'), 100);

  // `once` of node:events would reject with a reset, which is one of the two ends that are allowed here.
  await new Promise((resolve) => socket.once('close', resolve));
  clearInterval(dripping);
  const seconds = (performance.now() - began) / 1000;
  await server.stop();

  // A byte that was on its way may reset the connection before the answer is read.
  expect(said).toMatch(/^(?:HTTP\/1\.1 408 |$)/);
  expect(seconds).toBeGreaterThan(9.5);
  expect(seconds).toBeLessThan(13);
}, 60_000);
