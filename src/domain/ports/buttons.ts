import type { Facts } from '../kernel/facts.ts';

export interface Button {
  readonly id: string;
  readonly purpose: string;
  readonly runId?: string;
  readonly remediationId?: string;
  readonly planHash?: string;
  readonly data: Facts;
  readonly expired: boolean;
  /** Of one that decides: ids of the messages of ours in which it stands, or `home`. */
  readonly places: readonly string[];
  /** R-A10: the bot has made it, for these places and this plan; false also in a process that cannot tell. */
  readonly sealed: boolean;
  /** It was there before the bot sealed any. */
  readonly ofBefore: boolean;
}

export interface Buttons {
  create(button: {
    readonly id: string;
    readonly purpose: string;
    readonly runId?: string;
    readonly remediationId?: string;
    readonly planHash?: string;
    readonly data?: Facts;
    /** Of one that decides; it is sealed where this process can. */
    readonly places?: readonly string[];
    readonly ttlMs: number;
  }): Promise<void>;
  get(id: string): Promise<Button | undefined>;
  /** The one of a fix that was made last. */
  newestOf(remediationId: string): Promise<Button | undefined>;
}
