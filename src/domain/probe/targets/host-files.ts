import type { CallOptions } from '../../kernel/call.ts';

/** A file of the engine's host, as it is now. What stands in it may be secret, and so may its digest. */
export interface HostFile {
  readonly text: string;
  /** Which file it is and which state of it, by the file system: another writing of the same text makes another one. */
  readonly version: string;
  readonly bytes: number;
  /** ISO time, by the host's clock, since which it is there as it is. */
  readonly writtenAt: string;
  /** Why another one cannot be put in its place; absent: nothing is known that forbids it. */
  readonly unwritable?: 'folder' | 'owner';
}

/** A Git work tree that holds a file. */
export interface WorkTree {
  /** Its folder, as the host calls it. */
  readonly folder: string;
  /** The file says there what it says now: a checkout writes the same. */
  readonly same: boolean;
}

/** A folder of the engine's host that the operator gives the worker. */
export interface GivenFolder {
  /** As the host calls it. */
  readonly host: string;
  /** As the worker does. */
  readonly worker: string;
}

/** What a look at a given folder came to. */
export interface TriedFolder extends GivenFolder {
  /** Why it cannot be read. */
  readonly unread?: string;
  /** Folders of it with files that may not be replaced. */
  readonly unwritable: readonly string[];
}

/**
 * Files of the engine's host, and only those in folders that are given: a link that leads out of them leads nowhere. All
 * paths are the host's.
 */
export interface HostFilesTarget {
  readonly folders: readonly GivenFolder[];
  /** Each given folder, with those directly in it. */
  tried(options?: CallOptions): Promise<readonly TriedFolder[]>;
  /**
   * AppError CONFLICT `file-…` where it lies in no given folder, is no plain text file of its own, or cannot be read; the
   * fact `file` names it.
   */
  read(path: string, options?: CallOptions): Promise<HostFile>;
  /**
   * Puts another text in its place, at once and as a whole, with the same mode and owner. AppError CONFLICT `stale` unless
   * it is of this version; TargetError `forbidden` where it may not be written.
   */
  replace(path: string, text: string, version: string, options?: CallOptions): Promise<void>;
  /** Undefined: it is seen in no work tree. Looked for from its folder upwards, as far as the worker sees. */
  workTree(path: string, options?: CallOptions): Promise<WorkTree | undefined>;
}
