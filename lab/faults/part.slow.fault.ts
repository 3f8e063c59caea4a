/** `part.<part>.slow`: every packet on the way to the part (from it, for the collect agent) takes long. */

import { performance } from 'node:perf_hooks';
import { type Fault, type Lab, type LabPart, labParts } from '../types.ts';
import { connectTime, defineFault, delayPackets, undelayPackets, use, within } from './support.ts';

const milliseconds: Readonly<Record<string, number>> = { '1200ms': 1200, '1800ms': 1800 };

/** Milliseconds of a connection to the part, or of a question to an agent; undefined if there is no answer. */
async function duration(lab: Lab, part: LabPart, limit: number): Promise<number | undefined> {
  if (part !== 'collect-agent') return connectTime(lab, part, limit);
  const started = performance.now();
  const outcome = await within(use(lab, part), limit);
  return outcome === 'done' ? performance.now() - started : undefined;
}

const slow = (part: LabPart): Fault =>
  defineFault({
    id: `part.${part}.slow`,
    title: `${part} answers, but late`,
    variants: ['1200ms', '1800ms'],
    runtimes: ['kubernetes', 'compose'],
    within: 30,
    plant: (lab, variant) => delayPackets(lab, part, milliseconds[variant] ?? 1200),
    async check(lab, variant) {
      const took = await duration(lab, part, 15_000);
      return took !== undefined && took >= (milliseconds[variant] ?? 1200) * 0.9;
    },
    clear: (lab) => undelayPackets(lab, part),
  });

export const partSlow: readonly Fault[] = labParts.map(slow);
