/** M1: parts that do not fit together. What else M1 names is so on the services as they are, without any fault. */

import type { Fault } from '../types.ts';
import { selectsNothing } from './n1.no-connection.fault.ts';

export const contractDrift: readonly Fault[] = [
  selectsNothing('M1.e', 'a Service does not fit the Pod that it is meant for'),
];
