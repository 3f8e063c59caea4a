/** A bundle on its way from the worker to the bot, by the id of its run. */
export interface StoredBundle {
  readonly bytes: number;
  /** Lower-case hex SHA-256 of all of it. */
  readonly sha256: string;
  /** Slack's id of the file: bytes were given to Slack, and it may stand there already. */
  readonly fileId?: string;
}

export interface Bundles {
  /** The worker begins, or begins again: nothing of an earlier attempt is left. */
  begin(runId: string): Promise<void>;
  /** The piece at this place, counted from 0; nothing where it is there. */
  add(runId: string, at: number, piece: Uint8Array): Promise<void>;
  /** It is whole, and stays as it is. */
  finish(runId: string, whole: Pick<StoredBundle, 'bytes' | 'sha256'>): Promise<void>;
  /** Undefined: there is no bundle, or it is not whole. */
  get(runId: string): Promise<StoredBundle | undefined>;
  /** Undefined: there is no piece at this place, or not any more. */
  piece(runId: string, at: number): Promise<Uint8Array | undefined>;
  /** Slack has its bytes under this id; undefined: they have to be sent again. */
  given(runId: string, fileId: string | undefined): Promise<void>;
  /** Slack shows it: the pieces are needed no more. */
  forget(runId: string): Promise<void>;
}
