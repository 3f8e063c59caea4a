/** Every part as it was made: what one fault broke must not be blamed on the next. */

import { type Lab, labParts } from '../../lab/types.ts';

/** Resets stores and services; what does not come back in time is printed, and shows in the next trial. */
export async function putBack(lab: Lab, print: (line: string) => void, seconds: number): Promise<void> {
  await Promise.allSettled(labParts.slice(4).map((part) => lab.reset(part)));
  await Promise.allSettled(labParts.slice(0, 4).map((part) => lab.reset(part)));
  await lab.healthy(seconds).catch((error: unknown) => print(`   ${String(error)}`));
}
