import type { Redactor } from '@aetherius/redact';
import type { BundleContent } from '../../domain/bundle/content.ts';
import type { BundleEntry, BundleManifest } from '../../domain/bundle/manifest.ts';
import type { BundleWriter, Written } from '../../domain/bundle/writer.ts';

export interface CollectProgress {
  readonly done: number;
  readonly of: number;
  /** Sources that gave nothing, or not all. */
  readonly gaps: readonly BundleEntry[];
}

export interface CollectHere {
  /**
   * Gathers what there is of an environment into a bundle. What could not be had is an entry with its reason; it throws
   * for an unknown environment, for a writer that fails and when it is stopped, and drops the bundle then.
   */
  collect(input: {
    readonly id: string;
    readonly environment: string;
    /** Milliseconds since 1970: from then on logs are read. */
    readonly since: number;
    /** Takes secrets out; keyed for this bundle. */
    readonly redactor: Redactor;
    readonly writer: BundleWriter;
    /** The index page. */
    readonly page: (content: BundleContent) => string;
    /** Bytes that the archive may have; what does not fit is left out, and named. Default: any number. */
    readonly mostBytes?: number;
    readonly signal: AbortSignal;
    readonly onProgress?: (progress: CollectProgress) => void;
  }): Promise<{ readonly manifest: BundleManifest; readonly archive: Written }>;
}
