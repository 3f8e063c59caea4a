import type { RedisNode, RedisTarget } from '../../src/domain/probe/targets/redis.ts';

export type Info = Readonly<Record<string, string>>;
/** One server that answers INFO with these fields, whatever the section. */
export const server = (
  info: Info | (() => Info),
  call: RedisNode['call'] = () => Promise.resolve(0),
): RedisNode => ({
  call,
  info: () => Promise.resolve(typeof info === 'function' ? info() : info),
});
/** What is asked of no server in particular comes from any of them: no probe may count on it. */
export const cluster = (...nodes: readonly RedisNode[]): RedisTarget => ({
  call: () => Promise.reject(new Error('asked of no server')),
  info: () => Promise.reject(new Error('asked of no server')),
  nodes: () => Promise.resolve(nodes.map((node, index) => ({ ...node, name: `10.0.0.${index + 1}:6379` }))),
});

export const memory = (used: number, policy = 'noeviction') =>
  server({ used_memory: `${used}`, maxmemory: '1000', maxmemory_policy: policy });
