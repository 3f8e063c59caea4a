import type { Person } from '../kernel/person.ts';
import type { Mute, MuteKind } from '../mute/mute.ts';

/** A mute, and how it ended. */
export interface PastMute extends Mute {
  readonly endedAt?: Date;
  readonly ended?: 'lifted' | 'replaced' | 'gone' | 'rose';
}

export interface Mutes {
  /** Those that have not ended, by the database clock; the newest first. */
  active(environment?: string): Promise<readonly Mute[]>;
  get(id: string): Promise<Mute | undefined>;
  /** Those that began or ended within this time, the oldest first. */
  within(
    environment: string,
    time: { readonly from: Date; readonly to: Date },
    limit: number,
  ): Promise<readonly PastMute[]>;
  /** One that is there for the same cause of the same part ends with it. */
  add(
    mute: Pick<
      Mute,
      'id' | 'environment' | 'part' | 'cause' | 'evidence' | 'severity' | 'reason' | 'whileThere'
    > & {
      readonly kind: MuteKind;
      readonly by: Person;
      /** Absent for what is accepted for good. */
      readonly forMs?: number;
    },
  ): Promise<void>;
  /** False: it has ended before. */
  end(id: string, why: 'lifted' | 'gone' | 'rose'): Promise<boolean>;
}
