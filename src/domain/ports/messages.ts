import type { FileDrawn, FileOfRun, FileText, Page } from '../message/outbox.ts';
import type { Rendered } from '../message/rendered.ts';
import type { Urgency } from '../message/sending.ts';

export interface Messages {
  /** A new message of ours and its first render, in this transaction's outbox; nothing where its id is there. Returns its id. */
  post(message: {
    readonly id: string;
    readonly purpose: string;
    readonly channel: string;
    readonly threadTs?: string;
    /** Reply under another message of ours, wherever that lands. */
    readonly parentId?: string;
    readonly runId?: string;
    readonly remediationId?: string;
    readonly rendered: Rendered;
    readonly urgency: Urgency;
    /** Sent no sooner than after so many milliseconds; a newer render that is no progress does not wait. */
    readonly holdMs?: number;
  }): Promise<string>;
  /** A newer render of it (version + 1); pending older ones are superseded (R-S4). */
  update(messageId: string, rendered: Rendered, urgency: Urgency): Promise<void>;
  /** Sends its newest render again, because what the bot draws around it has changed; nothing where that is not kept any more. */
  again(messageId: string, urgency: Urgency): Promise<void>;
  /**
   * It is never sent, nor what hangs on it; `again` then does nothing. False, and nothing is done: Slack has it, or is being
   * given it.
   */
  withhold(messageId: string): Promise<boolean>;
  /** Slack gave a channel another id: edits and replies go there. */
  renumber(from: string, to: string): Promise<void>;
  find(filter: {
    readonly id?: string;
    readonly ids?: readonly string[];
    readonly runId?: string;
    readonly remediationId?: string;
    readonly purpose?: string;
  }): Promise<
    readonly {
      readonly id: string;
      readonly purpose: string;
      readonly channel: string;
      readonly ts?: string;
      readonly threadTs?: string;
      readonly parentId?: string;
      /** Slack will never take it: why. */
      readonly lost?: string;
    }[]
  >;
  ephemeral(
    to: { readonly channel: string; readonly userId: string; readonly threadTs?: string },
    rendered: Rendered,
  ): Promise<void>;
  /** Publishes App Home of a user (`views.publish`). */
  home(to: { readonly userId: string }, view: unknown): Promise<void>;
  /** Calls people outside of Slack, where `approvals.notify.page` says so. */
  page(page: Page): Promise<void>;
  /** A file under a message of ours or in a thread; `content` is UTF-8 text or base64, a bundle is named by its run. */
  upload(
    file: {
      /** The same id is sent once; default a new one. */
      readonly id?: string;
      readonly channel: string;
      readonly threadTs?: string;
      readonly parentId?: string;
      /** The run that it belongs to. */
      readonly runId?: string;
      readonly filename: string;
      readonly title: string;
      readonly comment?: string;
    } & (FileText | FileOfRun | FileDrawn),
  ): Promise<void>;
}
