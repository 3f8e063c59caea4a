import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { glance } from '../../../../lab/referee/glance.ts';
import { present } from '../../../../src/domain/kernel/present.ts';

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((one) => new Promise((resolve) => one.close(resolve))));
});

/** The monitor of a server of NATS with these clients; undefined: it is out of order. */
const monitor = (clients: readonly string[] | undefined): Promise<string> =>
  answering({ connections: (clients ?? []).map((name) => ({ name })) }, clients === undefined ? 500 : 200);

async function answering(body: unknown, status = 200): Promise<string> {
  const server = createServer((_, response) => {
    response.statusCode = status;
    response.end(JSON.stringify(body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

/** agent-manager's list of one agent, whose last heartbeat is so old. */
async function listOf(seconds: number): Promise<string> {
  const last = new Date(Date.now() - seconds * 1000).toISOString();
  return answering({ agents: [{ last_heartbeat: last }] });
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

  it.each([
    ['works, connected by its name', 'agent-c', 23, true],
    ['is silent, connected by its name', 'agent-c', 41, false],
    // It may have been stopped since.
    ['may work, without a name', undefined, 23, 'unknown'],
    ['is silent, without a name', undefined, 41, false],
  ] as const)('says that it %s', async (_, agentClient, age, works) => {
    const seen = await glance({
      health: {},
      ...present({ agentClient }),
      agents: await listOf(age),
      postgres: 'postgres://a:b@127.0.0.1:1/c',
      redis: { ...nobody, password: '' },
      nats: { ...nobody, login: { user: '', pass: '' }, monitors: [await monitor(['agent-c1'])] },
    });

    expect(seen.find(({ part }) => part === 'collect-agent')?.works).toBe(works);
  });
});
