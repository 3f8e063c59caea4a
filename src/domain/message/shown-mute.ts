import type { Quiet } from '../mute/mute.ts';

/** What keeps a finding quiet, as an answer shows it. */
export interface ShownMute {
  readonly by: Quiet;
  /** Button id that lifts it; a mute from the configuration has no button. */
  readonly lift?: string;
}
