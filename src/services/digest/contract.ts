import type { Person } from '../../domain/kernel/person.ts';
import type { Surface } from '../../domain/run/run.ts';

export interface DigestService {
  now(input: {
    readonly surface: Surface;
    readonly environment: string;
    readonly by: Person;
    readonly dedupeKey?: string;
  }): Promise<{ readonly runId: string }>;
  /**
   * R-S7: nobody may read the digest of this channel any more, or others do. Off until somebody switches it on.
   * False: it was off, or the channel may be read by others.
   */
  close(input: {
    readonly channel: string;
    readonly teamId: string;
    readonly why: 'shared' | 'archived' | 'deleted' | 'left';
    readonly requestId: string;
    readonly payloadDigest: string;
  }): Promise<boolean>;
  configure(input: {
    readonly channel: string;
    readonly teamId: string;
    readonly by: Person;
    readonly enabled?: boolean;
    readonly at?: string;
    /** Of the delivery, for the audit. */
    readonly requestId?: string;
    readonly payloadDigest?: string;
  }): Promise<{
    readonly enabled: boolean;
    readonly at: string;
    readonly timezone: string;
    readonly next?: Date;
  }>;
}
