import type { LogTally } from '../../domain/logs/analysis.ts';
import type { LogSource } from '../../domain/logs/report.ts';

/** What the thread that counts is sent. */
export type ToThread =
  | { readonly kind: 'source'; readonly name: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'end'; readonly outcome: Pick<LogSource, 'failed' | 'facts'> }
  | { readonly kind: 'tally' };

/** What it answers: for each piece of bytes `taken`, and at the end the tally. */
export type FromThread =
  | { readonly kind: 'taken'; readonly more: boolean }
  | { readonly kind: 'tally'; readonly tally: LogTally };
