import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { glance } from '../../../../lab/referee/glance.ts';

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((one) => new Promise((resolve) => one.close(resolve))));
});

/** The monitor of a server of NATS with these clients; undefined: it is out of order. */
async function monitor(clients: readonly string[] | undefined): Promise<string> {
  const server = createServer((_, response) => {
    response.statusCode = clients === undefined ? 500 : 200;
    response.end(JSON.stringify({ connections: (clients ?? []).map((name) => ({ name })) }));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

const nobody = { host: '127.0.0.1', port: 1 };

describe('the look at the collect agent', () => {
  it.each([
    ['the second of two', [['agent-manager'], ['agent-c']], 'unknown'],
    ['none of two', [['agent-manager'], []], false],
    ['perhaps the one that does not answer', [['agent-manager'], undefined], 'unknown'],
  ] as const)('finds its client on %s servers that know of no other', async (_, clients, works) => {
    const seen = await glance({
      health: {},
      agentClient: 'agent-c',
      postgres: 'postgres://a:b@127.0.0.1:1/c',
      redis: { ...nobody, password: '' },
      nats: { ...nobody, login: { user: '', pass: '' }, monitors: await Promise.all(clients.map(monitor)) },
    });

    expect(seen.find(({ part }) => part === 'collect-agent')?.works).toBe(works);
  });
});
