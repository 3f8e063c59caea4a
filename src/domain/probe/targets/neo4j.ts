import type { CallOptions } from '../../kernel/call.ts';

/** Credentials of a user of Neo4j. */
export interface Neo4jLogin {
  readonly user: string;
  readonly password: string;
}

export interface Neo4jTarget {
  /** Bolt handshake and authentication with the configured credentials. */
  verify(
    options?: CallOptions,
  ): Promise<{ readonly latencyMs: number; readonly address: string; readonly version: string }>;
  run<Row extends object>(
    cypher: string,
    params?: Readonly<Record<string, unknown>>,
    options?: CallOptions,
  ): Promise<readonly Row[]>;
  /**
   * Whether Neo4j takes these credentials now, over a connection of its own. One that locks the user out for a while
   * after wrong tries is asked again; TargetError `limit` where it still does. Nothing of them is in an error.
   */
  accepts(login: Neo4jLogin, options?: CallOptions): Promise<boolean>;
  /** Whether the configured credentials are those of this user, and Neo4j takes them now. */
  isOwnLogin(user: string, options?: CallOptions): Promise<boolean>;
  /** Sets another password for the user of these credentials, with the old one as Neo4j wants it. */
  changePassword(login: Neo4jLogin, to: string, options?: CallOptions): Promise<void>;
  /** Text for a new password, at random: 32 letters, digits, `-` and `_`. */
  drawPassword(options?: CallOptions): Promise<string>;
}
