import type { Language, Run } from '../run/run.ts';
import type { Rendered } from './rendered.ts';

/** A source of a bundle that gave nothing, or not all. */
export interface CollectGap {
  readonly path: string;
  readonly error?: { readonly code: string; readonly detail: string } | undefined;
  readonly leftOut?: { readonly why: string; readonly detail: string } | undefined;
}

export interface CollectView {
  readonly run: Run;
  readonly progress?: { readonly done: number; readonly of: number };
  readonly gaps: readonly CollectGap[];
  /** The bundle is whole, and on its way under this message. */
  readonly whole?: {
    readonly files: number;
    readonly bytes: number;
    /** Lower-case hex, of all of it. */
    readonly sha256: string;
    /** ISO time from which logs are in it. */
    readonly since: string;
    /** Days for which the bot keeps it where Slack does not take it. */
    readonly days: number;
  };
}

/** Why a bundle is given to its person alone. */
export type ElsewhereReason = 'shared' | 'unknown';

/** How a bundle is put into words; implemented by `bot/views/collect.view.ts`. */
export interface CollectRenderer {
  /** The one card: queued, how far it is, whole. */
  collect(view: CollectView, language: Language): Rendered;
  /** Above a file that went to the person, because the channel did not take it. */
  instead(language: Language): string;
  /** Where it was asked for, if it goes to the person alone. */
  elsewhere(view: { readonly run: Run; readonly why: ElsewhereReason }, language: Language): Rendered;
}
