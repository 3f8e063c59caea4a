import type { CallOptions } from '../../kernel/call.ts';

/** What the operator says of the model: it is this file and no other. */
export interface ModelSource {
  /** Without a user, a password or a query, so that people may see it. */
  readonly url: string;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** A file by what the file system says of it. Writing it again makes another state, and renaming it does not. */
export interface ModelState {
  readonly state: string;
  readonly bytes: number;
  /** Nanoseconds since 1970 at which its content was written, in decimal digits. */
  readonly modifiedNs: string;
}

/** The place of the model on the engine's host. */
export interface ModelPlace {
  /** Absent: there is no such file. */
  readonly file?: ModelState & {
    /** ISO time, by the host's clock, since which it is there under this name. */
    readonly placedAt: string;
  };
  /** Its folder: another one has another time. */
  readonly folder: Pick<ModelState, 'modifiedNs'>;
  /** Why another file cannot be put there; absent: nothing is known that forbids it. */
  readonly unwritable?: 'folder' | 'owner';
  readonly freeBytes: number;
}

/** How far a fetch is; it may take its time, and throws where it may not go on. */
export type Fetched = (bytes: number) => Promise<void>;

/** What the configuration says of the model of reasoning-service. */
export interface ModelOffer {
  readonly source: ModelSource;
  /**
   * Bytes that the address says it gives. AppError CONFLICT `model-…` where it does not answer with a size, answers with
   * another address, or with more than the most that is fetched.
   */
  offered(options?: CallOptions): Promise<number>;
}

/**
 * The model of reasoning-service as the configuration names it, and its place on the engine's host. All paths are the
 * host's; what lies in no given folder is refused as in `HostFilesTarget`.
 */
export interface ModelTarget extends ModelOffer {
  look(path: string, options?: CallOptions): Promise<ModelPlace>;
  /** Whether the file that is there has the named checksum. All of it is read, once for each state. */
  isThere(path: string, options?: CallOptions): Promise<boolean>;
  /** State of the file that a fix has kept beside it; undefined: it has kept no file. */
  kept(path: string, fix: string, options?: CallOptions): Promise<ModelState | undefined>;
  /**
   * Fetches so many bytes beside the file, compares the checksum, keeps the file that is there under a name of the fix,
   * and renames the new one over it. AppError CONFLICT `stale` where `was` is not there any more (undefined: no file);
   * TargetError with `gaveUp` where nothing came of it. Until the rename the file is untouched.
   */
  fetch(
    path: string,
    wanted: { readonly fix: string; readonly bytes: number; readonly was: string | undefined },
    options: { readonly signal: AbortSignal; readonly fetched: Fetched },
  ): Promise<void>;
  /** Renames the file that the fix has kept over the one that is there, where that is of this state. */
  putBack(path: string, fix: string, is: string, options?: CallOptions): Promise<void>;
}
