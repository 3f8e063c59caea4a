import type { CallOptions } from '../../kernel/call.ts';

/** One server of Redis: what two of its answers say may be compared. */
export interface RedisNode {
  /** Raw reply of one command (strings, numbers, arrays). */
  call(command: string, args?: readonly (string | number)[], options?: CallOptions): Promise<unknown>;
  /** `INFO section` as a map. */
  info(section: string, options?: CallOptions): Promise<Readonly<Record<string, string>>>;
}

/**
 * In a cluster a command about a key goes to the server that holds it, and one about a server always to the same.
 */
export interface RedisTarget extends RedisNode {
  /** The servers that hold the keys: every master of a cluster, by address; else the one there is. */
  nodes(options?: CallOptions): Promise<readonly (RedisNode & { readonly name: string })[]>;
}
