import { AppError } from '../../src/domain/kernel/errors.ts';
import { asInGuide } from '../../src/domain/platform/platform.ts';
import type { HttpAnswer, ServicesTarget } from '../../src/domain/probe/targets/http.ts';
import type { NatsTarget } from '../../src/domain/probe/targets/nats.ts';
import type { PostgresTarget } from '../../src/domain/probe/targets/postgres.ts';
import type { RedisNode, RedisTarget } from '../../src/domain/probe/targets/redis.ts';

/** What a probe gets besides its parameters, with a clock that `wait` moves. */
export function probeContext<Deps extends object>(deps: Deps, start = '2026-03-01T10:05:00Z') {
  let at = Date.parse(start);
  return {
    deps: { environment: 'test', platform: asInGuide, ...deps },
    signal: new AbortController().signal,
    now: () => new Date(at),
    wait: (ms: number) => {
      at += ms;
      return Promise.resolve();
    },
  };
}

export function httpAnswer(body: string | Uint8Array, status = 200): HttpAnswer {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return { status, headers: {}, body: bytes, text: () => Buffer.from(bytes).toString('utf8'), latencyMs: 3 };
}

/** Services that answer each path in turn with the answers given for it; the last one stays. */
export function fakeServices(paths: Readonly<Record<string, readonly HttpAnswer[]>>): ServicesTarget {
  const asked = new Map<string, number>();
  const services: ServicesTarget = {
    overOneConnection: (work) => work(services, () => true),
    find: (id) => ({ id, url: `http://${id}`, healthPaths: ['/health'], paths: asInGuide.paths }),
    async request(url) {
      const key = url.replace(/^http:\/\/[^/]+/, '');
      const answers = paths[key];
      if (answers === undefined) return httpAnswer('', 404);
      const index = asked.get(key) ?? 0;
      asked.set(key, index + 1);
      const answer = answers[Math.min(index, answers.length - 1)];
      if (answer === undefined) throw new Error(`no answer for ${key}`);
      return answer;
    },
  };
  return services;
}

/**
 * A PostgreSQL that gives these rows to whatever is asked: what a probe makes of rows is judged here. That its
 * questions get such rows is proved on a real server, in `test/integration/probes`.
 */
export function fakePostgres(rows: (values: readonly unknown[]) => readonly object[]): PostgresTarget {
  return {
    databaseName: (id) => (id === 'agentManager' ? 'agent_manager' : 'orchestrator'),
    query: async <Row extends object>(_database: unknown, _sql: string, values: readonly unknown[] = []) =>
      rows(values) as readonly Row[],
    execute: () => Promise.reject(new AppError('BUG', 'a probe may not write')),
  };
}

/** The same with the rows of each question in turn; one question more than that is an error. */
export function postgresInTurn(...answers: readonly (readonly object[])[]): PostgresTarget {
  const left = [...answers];
  return fakePostgres(() => {
    const rows = left.shift();
    if (rows === undefined) throw new Error(`more than ${answers.length} questions`);
    return rows;
  });
}

/** A Redis made of answers by command; INFO by section. */
export function fakeRedis(
  call: (command: string, args: readonly (string | number)[]) => unknown,
  info: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
): RedisTarget {
  const node: RedisNode = {
    call: (command, args = []) => Promise.resolve(call(command, args)),
    info: (section) => Promise.resolve(info[section] ?? {}),
  };
  return { ...node, nodes: () => Promise.resolve([{ ...node, name: 'redis:6379' }]) };
}

/** A NATS with a monitor that answers nothing but what a test gives. */
export const fakeNats = (more: Partial<NatsTarget>): NatsTarget => ({
  hasMonitor: true,
  connect: () =>
    Promise.resolve({ latencyMs: 1, serverId: 'N', serverName: 'n', version: '2', jetstream: true }),
  monitor: () => Promise.reject(new Error('not asked')),
  listen: () => Promise.resolve({}),
  shapes: () => Promise.resolve({}),
  jetstream: () => Promise.reject(new Error('not asked')),
  ...more,
});
