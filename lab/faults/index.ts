/** Every fault of the lab. A new fault adds one import and one line. */

import type { Fault } from '../types.ts';
import { partPaused } from './part.paused.fault.ts';
import { partSlow } from './part.slow.fault.ts';
import { partStopped } from './part.stopped.fault.ts';
import { partUnreachable } from './part.unreachable.fault.ts';

export const faults: readonly Fault[] = [...partStopped, ...partPaused, ...partSlow, ...partUnreachable];

/** The fault of an id; throws with the ids that begin alike. */
export function faultById(id: string): Fault {
  const found = faults.find((one) => one.id === id);
  if (found !== undefined) return found;
  const [start = ''] = id.split('.');
  const near = faults.map((one) => one.id).filter((one) => one.startsWith(start));
  throw new Error(`no fault ${id}${near.length === 0 ? '' : `; there are ${near.join(', ')}`}`);
}
