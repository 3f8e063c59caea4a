import type { Facts } from '../kernel/facts.ts';

/** A Slack payload as data: `chat.postMessage` arguments without channel and thread. */
export interface Rendered {
  readonly text: string;
  readonly blocks?: readonly unknown[];
  readonly metadata?: { readonly eventType: string; readonly payload: Facts };
}
