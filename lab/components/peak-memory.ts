/** How much memory a process took. */

import { readFileSync } from 'node:fs';

/**
 * The most that was ever resident of a process, in MiB (`VmHWM` of proc(5)). The `maxRSS` of getrusage(2) is another
 * number: Linux counts in what the process that started it held at that moment.
 */
export function peakMiB(pid: number | 'self' = 'self'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}
