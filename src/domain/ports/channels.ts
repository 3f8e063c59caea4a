import type { Person } from '../kernel/person.ts';

export interface ChannelSettings {
  readonly channel: string;
  readonly teamId: string;
  readonly digestEnabled?: boolean;
  /** `HH:MM` */
  readonly digestAt?: string;
  readonly digestTimezone?: string;
  /** Set by the store. */
  readonly updatedAt?: Date;
}

export interface Channels {
  get(channel: string): Promise<ChannelSettings | undefined>;
  all(): Promise<readonly ChannelSettings[]>;
  /** `by` undefined: the bot itself. */
  save(settings: ChannelSettings, by: Person | undefined): Promise<void>;
}
