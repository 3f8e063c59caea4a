import type { CallOptions } from '../../kernel/call.ts';

/** Files of a folder that somebody gives us: manifests, alert rules, a scrape configuration. */
export interface ManifestsTarget {
  /** Each YAML file below the folder, by its path there. AppError NOT_FOUND where the folder cannot be read. */
  files(options?: CallOptions): Promise<readonly { readonly name: string; readonly text: string }[]>;
}
