import { present } from '../domain/kernel/present.ts';
import type { Screen } from './screen.ts';

/** The terminal, or what stands in for it in a test. */
export interface Shell {
  out(text: string): void;
  err(text: string): void;
  /** Resolves when what was written to `out` may be followed by more; default: at once. */
  drained?(): Promise<void>;
  /** Standard input; default: empty. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** Asks the person at the terminal for one line, not shown where it is `hidden`; absent without a person at the terminal. */
  ask?(question: string, hidden?: boolean): Promise<string>;
  /** Columns of the terminal; absent where the answer goes into a pipe or a file. */
  readonly columns?: number;
  /** Whether the terminal shows colours, and its person wants them. */
  readonly colours?: boolean;
  /** Shows a line in the place of the one before, and without a line removes it; absent without a terminal. */
  progress?(line: string): void;
  readonly signal: AbortSignal;
  readonly version: string;
  /** Locale of the terminal, such as `zh-CN`. */
  readonly locale: string;
  /** Default: that of the process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** As what shows the answer is. */
export const screenOf = ({ columns, colours = false }: Shell): Screen => ({
  colours,
  ...present({ columns }),
});
