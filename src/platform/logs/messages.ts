import type { LogState, LogTally } from '../../domain/logs/analysis.ts';
import type { LogSource } from '../../domain/logs/report.ts';
import type { PartId } from '../../domain/platform/part.ts';
import type { FilePiece } from '../../domain/ports/log-files.ts';

/** What the thread that counts is sent. */
export type ToThread =
  | { readonly kind: 'source'; readonly name: string; readonly part?: PartId }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'piece'; readonly name: string; readonly piece: FilePiece }
  | { readonly kind: 'end'; readonly outcome: Pick<LogSource, 'failed' | 'facts'> }
  | { readonly kind: 'tally' }
  | { readonly kind: 'state' };

/** What it answers: for each piece of bytes `taken`, and at the end the tally, or all that was counted. */
export type FromThread =
  | { readonly kind: 'taken'; readonly more: boolean }
  | { readonly kind: 'tally'; readonly tally: LogTally }
  | { readonly kind: 'state'; readonly state: LogState };
