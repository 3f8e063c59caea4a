/** The command line with one kind of evidence taken away: which kind, fault and seed say. */

import type { Fault, Lab } from '../../lab/types.ts';
import { deprive } from './deprived.ts';
import { takenAway } from './deprived-trial.ts';
import { Shell } from './shell.ts';

export interface DeprivedShells {
  /** Both undefined: nothing that can be taken away here bears on this fault. */
  of(fault: Fault, seed: number): { readonly asked?: Shell; readonly without?: string };
  close(): Promise<void>;
}

/** `told`: the environment's block of whoever sees all. */
export async function deprivedShells(
  lab: Lab,
  told: Readonly<Record<string, unknown>>,
): Promise<DeprivedShells> {
  const deprived = await deprive(lab, told);
  const all = new Map(Object.entries(deprived.environments).map(([name, block]) => [name, new Shell(block)]));
  return {
    of(fault, seed) {
      const without = takenAway([...all.keys()], fault, seed);
      const asked = without === undefined ? undefined : all.get(without);
      return without === undefined || asked === undefined ? {} : { asked, without };
    },
    async close() {
      for (const shell of all.values()) shell.close();
      await deprived.stop();
    },
  };
}
