import type { Person } from '../../domain/kernel/person.ts';
import type { Surface } from '../../domain/run/run.ts';

export interface DigestService {
  now(input: {
    readonly surface: Surface;
    readonly environment: string;
    readonly by: Person;
    readonly dedupeKey?: string;
  }): Promise<{ readonly runId: string }>;
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
