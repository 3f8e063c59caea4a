import { z } from 'zod';

/** A parameter of probes that ask for ports: a program that has just started may not have opened them yet. */
export const openAfterSeconds = z
  .number()
  .positive()
  .default(60)
  .meta({ description: 'How long a program may take to open its ports, in seconds.' });
