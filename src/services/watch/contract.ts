import type { WatchedLook } from '../../domain/watch/now.ts';

export interface WatchedService {
  /** What the last look without anybody asking saw; undefined: there was none. */
  last(environment: string): Promise<WatchedLook | undefined>;
}
