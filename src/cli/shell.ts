/** The terminal, or what stands in for it in a test. */
export interface Shell {
  out(text: string): void;
  err(text: string): void;
  /** Resolves when what was written to `out` may be followed by more; default: at once. */
  drained?(): Promise<void>;
  /** Standard input; default: empty. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
  readonly version: string;
  /** Locale of the terminal, such as `zh-CN`. */
  readonly locale: string;
  /** Default: that of the process. */
  readonly env?: Readonly<Record<string, string>>;
}
