import type { CallOptions } from '../../kernel/call.ts';
import type { PartId } from '../../platform/part.ts';

/** What a bare TCP handshake showed, below every protocol. */
export interface Handshake {
  readonly host: string;
  readonly port: number;
  /** Only the other end can have refused; `silent` is no answer at all within the time. */
  readonly answer: 'open' | 'refused' | 'closed' | 'silent';
  /** Milliseconds until then. */
  readonly ms: number;
}

/** The ways to the configured parts. */
export interface NetworkTarget {
  /** Whether a part has an address at all. */
  knows(part: PartId): boolean;
  /** Other parts whose address is at the same host or in the same network; absent where that cannot be told. */
  near?(part: PartId): Promise<readonly PartId[]>;
  /** Host and (first) port of the part, as configured, for people; rejects where its URL cannot be read. */
  address?(part: PartId): Promise<string | undefined>;
  /** Opens a connection to the part's (first) address and closes it. TargetError `dns` or `aborted`. */
  handshake(
    part: PartId,
    options: CallOptions & {
      readonly timeoutMs: number;
      /** An address of this part's own, instead of the configured one. */
      readonly at?: { readonly host: string; readonly port: number };
    },
  ): Promise<Handshake>;
}
