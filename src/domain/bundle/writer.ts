/** Takes the files of a bundle one after the other; nothing of it is kept in memory. */
export interface BundleWriter {
  /** Resolves when the archive took it and may be given more. Text is written as UTF-8. */
  add(path: string, content: string | Uint8Array): Promise<Written>;
  /** Bytes that the archive has by now at the most, for one that may not have any size. */
  bytesAtMost?(): number;
  /** About as many as a text takes in it; costs as much as adding it. */
  packed?(content: string | Uint8Array): Promise<number>;
  /** Closes the archive; what it is as a whole. */
  end(): Promise<Written>;
  /** Deletes all that was written. */
  drop(): Promise<void>;
}

export interface Written {
  readonly bytes: number;
  readonly sha256: string;
}
