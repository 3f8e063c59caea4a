export { apiMethods } from './api/index.ts';
export { createManualClock, type ManualClock } from './clock.ts';
export type { SayMessage } from './control/speech.ts';
export {
  type Control,
  type ExtraRoute,
  type SlackEmulator,
  type SlackEmulatorOptions,
  startSlackEmulator,
} from './emulator.ts';
export { defaultUsers, groups, people, places } from './seed.ts';
export type { AppManifest, SlackMessage } from './types.ts';
