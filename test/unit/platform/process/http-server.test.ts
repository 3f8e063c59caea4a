import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpRoute } from '../../../../src/domain/ports/http.ts';
import {
  createHttpServer,
  type HttpServer,
  type HttpServerOptions,
} from '../../../../src/platform/process/http-server.ts';
import { createMemoryLogger } from '../../../support/logger.ts';
import { until } from '../../../support/until.ts';

const open: HttpServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.stop();
});

async function serve(routes: readonly HttpRoute[], more: Partial<HttpServerOptions> = {}) {
  const logger = createMemoryLogger();
  const server = createHttpServer({ host: '127.0.0.1', port: 0, routes, logger, ...more });
  await server.start();
  open.push(server);
  const at = (path: string) => `http://127.0.0.1:${server.port()}${path}`;
  return {
    server,
    logger,
    get: (path: string, init?: RequestInit) => fetch(at(path), init),
    post: (path: string, body: NonNullable<RequestInit['body']>) =>
      fetch(at(path), { method: 'POST', body, duplex: 'half' } as RequestInit),
    /** A client of bare bytes: what it was answered stands in `said`. */
    async raw(text: string) {
      const socket = connect(server.port(), '127.0.0.1');
      await once(socket, 'connect');
      const client = { socket, said: '', ended: false };
      socket.on('data', (part: Buffer) => (client.said += part.toString()));
      socket.on('close', () => (client.ended = true));
      socket.on('error', () => undefined);
      socket.write(text);
      return client;
    },
  };
}

const route = (more: Partial<HttpRoute> = {}): HttpRoute => ({
  method: 'POST',
  path: '/here',
  maxBodyBytes: 1_000,
  answerWithinMs: 5_000,
  handle: (request) => Promise.resolve({ status: 200, body: request.body.toString() }),
  ...more,
});

describe('a route', () => {
  it('that asks who comes reads no body of whom it does not let in', async () => {
    const bodies: string[] = [];
    const { post, raw, server } = await serve([
      route({
        admit: ({ header }) =>
          Promise.resolve(
            header('authorization') === 'yes' ? undefined : { status: 401, body: { error: 'no' } },
          ),
        handle: ({ body }) => {
          bodies.push(body.toString());
          return Promise.resolve({ status: 200 });
        },
      }),
    ]);
    expect((await post('/here', 'x')).status).toBe(401);
    // It is answered before its body has arrived.
    const stranger = await raw('POST /here HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\nx');
    await until(() => stranger.said.includes('401'));
    const friend = await fetch(`http://127.0.0.1:${server.port()}/here`, {
      ...{ method: 'POST', body: 'y', headers: { authorization: 'yes' } },
    });

    expect(friend.status).toBe(200);
    expect(bodies).toEqual(['y']);
    stranger.socket.destroy();
  });

  it('is found by its whole path, whatever the query says', async () => {
    const page = route({
      method: 'GET',
      handle: ({ path }) => Promise.resolve({ status: 200, body: { path } }),
    });
    const { get, raw } = await serve([page]);

    const found = await get('/here?a=b');
    expect(found.status).toBe(200);
    expect(found.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(found.headers.get('cache-control')).toBe('no-store');
    expect(await found.json()).toEqual({ path: '/here' });
    expect((await get('/here/below')).status).toBe(404);
    expect((await get('/')).status).toBe(404);
    expect((await get('//')).status).toBe(404);

    const proxied = await raw('GET http://bot.example/here?x HTTP/1.1\r\nhost: bot.example\r\n\r\n');
    await until(() => proxied.said.includes('{"path":"/here"}'));
    proxied.socket.destroy();
  });

  it('takes its own method alone, and says which', async () => {
    const { get } = await serve([route(), route({ method: 'GET', path: '/other' })]);

    const refused = await get('/here');

    expect(refused.status).toBe(405);
    expect(refused.headers.get('allow')).toBe('POST');
  });

  it('gets the body whole, and headers that came once', async () => {
    const seen: (string | undefined)[] = [];
    const { get } = await serve([
      route({
        handle: (request) => {
          seen.push(request.body.toString(), request.header('x-one'), request.header('x-none'));
          return Promise.resolve({ status: 204 });
        },
      }),
    ]);

    const answer = await get('/here', { method: 'POST', body: '审批', headers: { 'X-One': '1' } });

    expect(answer.status).toBe(204);
    expect(seen).toEqual(['审批', '1', undefined]);
  });

  it('gets no body beyond its limit, told or not told before', async () => {
    const asked: number[] = [];
    const handle: HttpRoute['handle'] = ({ body }) => {
      asked.push(body.length);
      return Promise.resolve({ status: 200 });
    };
    const { post } = await serve([route({ handle })]);
    const inParts = (size: number) =>
      new ReadableStream<Uint8Array>({
        start(controller) {
          for (let sent = 0; sent < size; sent += 500) controller.enqueue(new Uint8Array(500));
          controller.close();
        },
      });

    expect((await post('/here', 'x'.repeat(1_000))).status).toBe(200);
    expect((await post('/here', 'x'.repeat(1_001))).status).toBe(413);
    expect((await post('/here', 'x'.repeat(3_000_000))).status).toBe(413);
    expect((await post('/here', inParts(1_000))).status).toBe(200);
    expect((await post('/here', inParts(1_500))).status).toBe(413);
    expect(asked).toEqual([1_000, 1_000]);
  });

  it('that fails is a failure of the server, and is written down', async () => {
    const { post, logger } = await serve([
      route({ handle: () => Promise.reject(new Error('the secret reason')) }),
    ]);

    const answer = await post('/here', '');

    expect(answer.status).toBe(500);
    expect(await answer.text()).toBe('');
    expect(logger.lines).toMatchObject([{ level: 'error', message: 'a request failed' }]);
  });

  it('that does not answer in time is busy, and its caller does not wait', async () => {
    const { post, logger } = await serve([
      route({ answerWithinMs: 50, handle: () => new Promise(() => undefined) }),
    ]);

    expect((await post('/here', '')).status).toBe(503);
    expect(logger.lines).toEqual([]);
  });
});

describe('a request that trickles', () => {
  /** Says a byte of its body now and then, and never the last. */
  function drip(socket: Socket): NodeJS.Timeout {
    return setInterval(() => socket.write('x'), 20);
  }

  it('ends when its body has not arrived in time, and never reaches the route', async () => {
    let asked = 0;
    const { raw, logger } = await serve(
      [
        route({
          handle: () => {
            asked += 1;
            return Promise.resolve({ status: 200 });
          },
        }),
      ],
      { requestMs: 400 },
    );
    const client = await raw('POST /here HTTP/1.1\r\nhost: a\r\ncontent-length: 900\r\n\r\n');
    const dripping = drip(client.socket);

    await until(() => client.ended, 10_000);
    clearInterval(dripping);

    // A byte that was on its way may reset the connection before the answer is read.
    expect(client.said).toMatch(/^(?:HTTP\/1\.1 408 |$)/);
    expect(asked).toBe(0);
    expect(logger.lines).toEqual([]);
  });

  it.each([
    ['its headers', 'POST /here HTTP/1.1\r\nhost: a\r\nx-slow: '],
    ['its body', 'POST /here HTTP/1.1\r\nhost: a\r\ncontent-length: 900\r\n\r\nxx'],
  ])('is told so when %s stop in the middle', async (_what, begun) => {
    const { raw } = await serve([route()], { requestMs: 400 });
    const client = await raw(begun);

    await until(() => client.ended, 10_000);

    expect(client.said).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('that its client leaves is no failure', async () => {
    const { raw, get, logger } = await serve([route(), route({ method: 'GET', path: '/other' })]);
    const client = await raw('POST /here HTTP/1.1\r\nhost: a\r\ncontent-length: 900\r\n\r\nxx');

    client.socket.destroy();
    await until(() => client.ended);

    expect((await get('/other')).status).toBe(200);
    expect(logger.lines).toEqual([]);
  });
});

describe('a server that stops', () => {
  it('lets an answer that is on its way end, and ends its connection', async () => {
    const answers: (() => void)[] = [];
    const handle: HttpRoute['handle'] = () =>
      new Promise((resolve) => answers.push(() => resolve({ status: 200, body: 'late but whole' })));
    const { server, post, get } = await serve([route({ handle })]);
    const waiting = post('/here', '');
    await until(() => answers.length === 1);

    const stopping = server.stop();
    answers[0]?.();

    const answered = await waiting;
    expect(await answered.text()).toBe('late but whole');
    expect(answered.headers.get('connection')).toBe('close');
    await stopping;
    await expect(get('/here')).rejects.toThrow();
  });

  it('does not wait for a client that does nothing', async () => {
    const { server, raw } = await serve([route()]);
    const idle = await raw('');
    const began = performance.now();

    await server.stop();

    await until(() => idle.ended);
    expect(performance.now() - began).toBeLessThan(2_500);
  });

  it('cuts off what does not end', async () => {
    let asked = 0;
    const handle: HttpRoute['handle'] = () => {
      asked += 1;
      return new Promise(() => undefined);
    };
    const { server, raw } = await serve([route({ handle })]);
    const hanging = await raw('POST /here HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n');
    await until(() => asked === 1);

    await server.stop();

    await until(() => hanging.ended);
    expect(hanging.said).toBe('');
  });
});

it('a server whose port is taken says so', async () => {
  const { server } = await serve([]);
  const second = createHttpServer({
    host: '127.0.0.1',
    port: server.port(),
    routes: [],
    logger: createMemoryLogger(),
  });

  await expect(second.start()).rejects.toThrow('EADDRINUSE');
});
