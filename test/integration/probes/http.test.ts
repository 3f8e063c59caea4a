import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { asInGuide } from '../../../src/domain/platform/platform.ts';
import type { EnvironmentConfig } from '../../../src/domain/settings/environment.ts';
import { createServicesTarget } from '../../../src/platform/targets/http/services.ts';
import { closedPort, codes, type HttpFake, httpFake, runProbe, silentPort } from '../../support/targets.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
async function service(answers: Readonly<Record<string, Answer>>): Promise<HttpFake> {
  const fake = await httpFake((request, response) => {
    const answer = answers[request.url ?? ''];
    if (answer === undefined) response.writeHead(404).end('no such page');
    else answer(request, response);
  });
  open.push(fake);
  return fake;
}

const says =
  (status: number, body: string): Answer =>
  (_request, response) =>
    response.writeHead(status).end(body);

const config = (
  url: string,
  healthPaths = ['/health', '/health/live', '/health/ready', '/health/status'],
): Partial<EnvironmentConfig> => ({ services: { 'agent-manager': { url, healthPaths } } });
const ask = (url: string, given: Record<string, number> = {}) =>
  runProbe('http.service-health', config(url), { service: 'agent-manager', ...given });

describe('a service that is well', () => {
  for (const [title, body] of [
    ['ok as JSON', '{"status":"ok"}'],
    ['healthy', '{"status":"healthy"}'],
    ['UP, as Spring writes it', '{"status":"UP"}'],
    ['alive as plain text', 'alive'],
    ['ready', '{"state":"ready"}'],
    ['nothing but 200', ''],
    ['a page of its own', '<html>hello</html>'],
    ['JSON without a word', '{"uptime": 4}'],
  ] as const)
    it(`says ${title}`, async () => {
      const { url } = await service({ '/health': says(200, body) });

      expect(await ask(url)).toMatchObject({
        status: 'healthy',
        facts: { path: '/health', httpStatus: 200 },
      });
    });

  it('may serve only the later paths (R-PLAT8)', async () => {
    const { url } = await service({ '/health/ready': says(200, '{"status":"ready"}') });

    expect((await ask(url)).facts).toMatchObject({ path: '/health/ready', word: 'ready' });
  });

  it('that is alive and not ready is not well: liveness alone decides only when nothing else answers', async () => {
    const lively = await service({
      '/health/live': says(200, '{"status":"alive"}'),
      '/health/ready': says(503, '{"status":"degraded"}'),
    });
    const only = await service({ '/health/live': says(200, '{"status":"alive"}') });

    expect(codes(await ask(lively.url))).toEqual(['SERVICE_UNHEALTHY']);
    expect((await ask(only.url)).status).toBe('healthy');
  });

  it('names the state of its dependencies, which are kept as witnesses', async () => {
    const { url } = await service({
      '/health': says(200, '{"status":"ok"}'),
      '/health/status': says(
        200,
        JSON.stringify({
          status: 'ok',
          dependencies: { postgres: { status: 'up' }, redis: { status: 'down' } },
        }),
      ),
    });

    expect((await ask(url)).facts).toMatchObject({ 'dependency.postgres': 'up', 'dependency.redis': 'down' });
  });
});

describe('a service that is not well', () => {
  it('answers 503 with a word', async () => {
    const { url } = await service({ '/health': says(503, '{"status":"degraded"}') });
    const outcome = await ask(url);

    expect(outcome.findings).toMatchObject([
      { code: 'SERVICE_UNHEALTHY', subject: 'agent-manager', facts: { httpStatus: 503, word: 'degraded' } },
    ]);
  });

  it('answers 200 with a word that is not ok, and blames what its body blames (R-PLAT9)', async () => {
    const { url } = await service({
      '/health': says(
        200,
        JSON.stringify({ status: 'degraded', checks: { database: 'error', cache: 'ok' } }),
      ),
    });
    const outcome = await ask(url);

    expect(outcome.findings).toMatchObject([
      { code: 'SERVICE_UNHEALTHY', facts: { word: 'degraded', dependencies: 'postgres' } },
    ]);
    expect(outcome.facts).toMatchObject({ 'dependency.postgres': 'down', 'dependency.redis': 'up' });
  });

  it('is slow twice in a row', async () => {
    const { url } = await service({
      '/health': (_request, response) => setTimeout(() => response.end('ok'), 80),
    });

    expect((await ask(url, { slowMs: 40 })).findings).toMatchObject([
      { code: 'SERVICE_SLOW', facts: { thresholdMs: 40 } },
    ]);
  });

  it('is slow once and is not reported', async () => {
    let calls = 0;
    const { url } = await service({
      '/health': (_request, response) => {
        calls += 1;
        setTimeout(() => response.end('ok'), calls === 1 ? 800 : 0);
      },
    });

    expect((await ask(url, { slowMs: 600 })).status).toBe('healthy');
  });

  it('refuses the connection', async () => {
    const port = await closedPort();

    expect((await ask(`http://127.0.0.1:${port}`)).findings).toMatchObject([
      { code: 'ENDPOINT_REFUSED', subject: `127.0.0.1:${port}` },
    ]);
  });

  it('accepts and is silent on every path: hung', async () => {
    const fake = await silentPort();
    open.push(fake);

    expect(codes(await ask(fake.url))).toEqual(['ENDPOINT_HUNG']);
  });

  it('is silent on its health path while it is alive: something it needs hangs', async () => {
    const { url } = await service({
      '/health': () => undefined,
      '/health/live': says(200, 'alive'),
    });

    expect(codes(await ask(url))).toEqual(['SERVICE_HEALTH_STALLED']);
  });

  it('closes the connection instead of an answer', async () => {
    const { url } = await service({ '/health': (request) => request.socket.destroy() });

    expect(codes(await ask(url))).toEqual(['ENDPOINT_CLOSED']);
  });

  it('has none of the health paths', async () => {
    const { url } = await service({});

    expect(codes(await ask(url))).toEqual(['SERVICE_NO_HEALTH_PATH']);
  });
});

describe('what could not be checked', () => {
  it('is not shown as down: no such name', async () => {
    expect(await ask('http://nowhere.invalid:8080')).toMatchObject({
      status: 'inconclusive',
      cause: { code: 'dns' },
      findings: [],
    });
  });

  it('is not shown as down: the health path wants credentials', async () => {
    const { url } = await service({ '/health': says(401, '') });

    expect(await ask(url)).toMatchObject({ status: 'inconclusive', cause: { code: 'forbidden' } });
  });

  it('is not shown as down: plain HTTP where TLS is expected', async () => {
    const { port } = await service({ '/health': says(200, 'ok') });

    expect(await ask(`https://127.0.0.1:${port}`)).toMatchObject({
      status: 'inconclusive',
      cause: { code: 'tls' },
    });
  });

  it('that is not configured is skipped', async () => {
    const outcome = await runProbe('http.service-health', config('http://127.0.0.1:1'), {
      service: 'reasoning-service',
    });

    expect(outcome).toMatchObject({ status: 'skipped', reason: 'not-configured' });
  });
});

describe('a service that could not be reached', () => {
  it('is not tried again in the same run, unless somebody asks for it', async () => {
    const tried: unknown[] = [];
    const { url } = await service({
      '/health': (request) => {
        tried.push(request.url);
        request.socket.destroy();
      },
    });
    const target = createServicesTarget({ 'agent-manager': { url, healthPaths: [] } }, asInGuide.paths);
    const closed = { stage: 'closed' };

    await expect(target.request(`${url}/health`)).rejects.toMatchObject(closed);
    await expect(target.request(`${url}/health`)).rejects.toMatchObject(closed);
    expect(tried).toHaveLength(1);
    await expect(target.request(`${url}/health`, { anew: true })).rejects.toMatchObject(closed);
    expect(tried).toHaveLength(2);
  });

  it('is found when it is tried again after it came back on its port', async () => {
    const port = await closedPort();
    const url = `http://127.0.0.1:${port}`;
    const target = createServicesTarget({ 'agent-manager': { url, healthPaths: [] } }, asInGuide.paths);
    const refused = { stage: 'refused' };

    await expect(target.request(`${url}/health`)).rejects.toMatchObject(refused);
    open.push(await httpFake(says(200, 'ok'), port));
    await expect(target.request(`${url}/health`)).rejects.toMatchObject(refused);
    expect((await target.request(`${url}/health`, { anew: true })).status).toBe(200);
  });
});

describe('what is asked of a service over one connection', () => {
  const answered = async (headers: Readonly<Record<string, string>> = {}) => {
    const connections = new Set<unknown>();
    const { url } = await service({
      '/metrics': (request, response) => {
        connections.add(request.socket);
        response.writeHead(200, headers).end('up 1\n');
      },
    });
    const target = createServicesTarget({ 'agent-manager': { url, healthPaths: [] } }, asInGuide.paths);
    return { connections, target, url: `${url}/metrics` };
  };

  it('reaches the process at its other end, each time', async () => {
    const { connections, target, url } = await answered();

    const kept = await target.overOneConnection(async (one, isKept) => {
      for (let look = 0; look < 3; look += 1) expect((await one.request(url)).status).toBe(200);
      return isKept();
    });

    expect([kept, connections.size]).toEqual([true, 1]);
    await target.request(url);
    expect(connections.size).toBe(2);
  });

  it('is known not to where the service closes its connections', async () => {
    const { connections, target, url } = await answered({ connection: 'close' });

    const kept = await target.overOneConnection(async (one, isKept) => {
      for (let look = 0; look < 2; look += 1) await one.request(url);
      return isKept();
    });

    expect([kept, connections.size]).toEqual([false, 2]);
  });
});

describe('a service that half of the connections reach', () => {
  const looks = (url: string) => runProbe('http.several-looks', config(url), { service: 'agent-manager' });
  /** What a Service does that leads to two Pods: each second connection goes to the other one. */
  const halved = async (other: (socket: Socket) => void, behind: string) => {
    let next = 0;
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      next += 1;
      if (next % 2 === 0) return other(socket);
      const { hostname, port } = new URL(behind);
      const through = connect(Number(port), hostname);
      through.on('error', () => socket.destroy());
      socket.pipe(through).pipe(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push({ close: () => new Promise((resolve) => server.close(() => resolve())) });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  it('is told, with the count of looks that were cut off', async () => {
    const { url } = await service({ '/health': says(200, 'ok') });
    const outcome = await looks(await halved((socket) => socket.resetAndDestroy(), url));

    expect(outcome.findings).toMatchObject([
      {
        code: 'SERVICE_ANSWERS_IN_PART',
        severity: 'critical',
        facts: { looks: 16, refused: 8, answered: 8 },
      },
    ]);
    expect((await looks(url)).status).toBe('healthy');
  });

  it('is told where a stranger answers the others', async () => {
    const { url } = await service({ '/health': says(200, 'ok') });
    const stranger = (socket: Socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n'));
    const outcome = await looks(await halved(stranger, url));

    expect(outcome.findings).toMatchObject([
      { code: 'SERVICE_ANSWERS_IN_PART', facts: { refused: 0, other: 8, httpStatus: 200, otherStatus: 404 } },
    ]);
  });
});
