import type { PinnedMessage } from '../message/pinned.ts';

/** `no-scope`: the app was installed without `pins:read`; `unavailable`: Slack did not say. */
export type Pinned =
  | { readonly kind: 'seen'; readonly messages: readonly PinnedMessage[] }
  | { readonly kind: 'no-scope' }
  | { readonly kind: 'unavailable' };

/** Messages that people have pinned in their channel. */
export interface Pins {
  /** Those of these threads, apart from the bot's own. Never throws. */
  inThreads(threads: readonly { readonly channel: string; readonly threadTs: string }[]): Promise<Pinned>;
}
