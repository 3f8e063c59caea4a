/** Between two recordings: what a fault left in logs and connections must not be told of the next one. */

import type { Fault, Lab } from '../../lab/types.ts';
import { dependencies } from '../../src/domain/platform/dependencies.ts';
import { serviceIds } from '../../src/domain/platform/part.ts';
import { touchOf } from './combinations.ts';

/** Starts the services anew that the fault has touched by one of the parts that they stand on. */
export async function refresh(lab: Lab, fault: Fault): Promise<void> {
  const { parts } = touchOf(fault);
  for (const service of serviceIds)
    if ([service, ...dependencies[service]].some((part) => parts.has(part))) await lab.restart(service);
  await lab.healthy(90);
}
