/** Many Pods beside the real node, and many agents. */

import type { Progress } from '../runtimes/shared.ts';
import type { Lab } from '../types.ts';

export async function scalePods(_lab: Lab, _count: number, _progress: Progress): Promise<void> {
  throw new Error('placeholder');
}
export async function scaleAgents(_lab: Lab, _count: number, _progress: Progress): Promise<void> {
  throw new Error('placeholder');
}
