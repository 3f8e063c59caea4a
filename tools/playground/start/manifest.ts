import { readFileSync } from 'node:fs';
import type { AppManifest } from '@aetherius/slack-emulator';
import { parse } from 'yaml';
import { PlaygroundFault, reasonOf } from './fault.ts';

/** The manifest that is imported into Slack: its commands, shortcuts, scopes and events are those of the emulator. */
export function readManifest(path: string): AppManifest {
  try {
    return parse(readFileSync(path, 'utf8')) as AppManifest;
  } catch (error) {
    throw new PlaygroundFault(`${path} cannot be read as a Slack manifest: ${reasonOf(error)}`, 1);
  }
}
