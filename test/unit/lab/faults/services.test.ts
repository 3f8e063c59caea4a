import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { agentSays } from '../../../../lab/faults/s2.agent-registration.fault.ts';
import { answersHttp, saidOfGraph, submit } from '../../../../lab/faults/services.ts';
import type { Lab } from '../../../../lab/types.ts';

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((one) => new Promise((resolve) => one.close(resolve))));
});

/** A platform whose services give this body on each path. */
const lab = (body: string, status = 200): Promise<Lab> =>
  on(
    createServer((_, response) => {
      response.statusCode = status;
      response.end(body);
    }),
  );

/** A platform with this for each of its services. */
async function on(server: Server): Promise<Lab> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const url = `http://127.0.0.1:${address.port}`;
  return {
    runtime: 'compose',
    names: { cluster: 'harbour-1', path: (path: string) => path },
    endpoints: async () => ({ agentManager: url, orchestrator: url, reasoning: url }),
    logs: async () => 'neo4j: AuthError of the log',
  } as unknown as Lab;
}

describe('a service of an installation', () => {
  it.each(['OK\n', '{"status":"UP"}', ''])('answers with %j', async (body) => {
    expect(await answersHttp(await lab(body), 'agent-manager')).toBe(true);
  });

  it('does not answer with another status than 200', async () => {
    expect(await answersHttp(await lab('OK\n', 503), 'agent-manager')).toBe(false);
  });

  it.each(['UNAVAILABLE\n', '{"status":"DOWN","components":{"neo4j":{"status":"DOWN"}}}', '{"code":1}'])(
    'says in its log what %j has no room for',
    async (body) => {
      expect(await saidOfGraph(await lab(body, 503))).toContain('AuthError of the log');
    },
  );

  it.each([
    '{"dependencies":{"neo4j":{"status":"up"}}}',
    '{"healthy":true,"checks":[{"name":"neo4j","pass":true,"output":""}]}',
  ])('says in its status %s what old lines of its log do not', async (body) => {
    expect(await saidOfGraph(await lab(body))).toBe(body);
  });
});

it('submits an execution for the cluster that the installation has', async () => {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => bodies.push(chunk.toString()));
    request.on('end', () => {
      response.statusCode = 202;
      response.end('{}');
    });
  });

  await submit(await on(server), 'diagnose-crash-loop', 'S4.a');

  expect(bodies.map((body) => JSON.parse(body) as unknown)).toEqual([
    { workflow_id: 'diagnose-crash-loop', input: { cluster_id: 'harbour-1', lab: 'S4.a' } },
  ]);
});

it.each([
  '2026-01-01T00:00:00.000Z ERROR register: registration failed: token mismatch subject=a.b',
  '{"level":"error","msg":"registration failed: token mismatch","component":"register","subject":"a.b"}',
])('reads what an agent says of its registration: %s', async (line) => {
  const one = { ...(await lab('OK\n')), logs: async () => `${line}\nheartbeat: sent\n` };

  expect(await agentSays(one, /registration failed: token mismatch/)).toBe(true);
});
