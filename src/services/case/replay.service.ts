import { compareCase } from '../../domain/case/case.ts';
import type { Platform } from '../../domain/platform/platform.ts';
import type { ProbeOutcome } from '../../domain/probe/probe.ts';
import type { Targets } from '../../domain/probe/targets/targets.ts';
import { answered } from '../diagnosis/answered.ts';
import { diagnose, type GatherOptions } from '../diagnosis/diagnose.service.ts';
import { diagnosisById } from '../diagnosis/diagnose-here.service.ts';
import type { ReplayHere } from './contract.ts';

export interface ReplayOptions extends Omit<GatherOptions, 'targets' | 'probes'> {
  readonly platform: Platform;
}

/** Judges cases by the code that judges a live run; nothing is asked of any target. */
export function createReplayHere({ platform, ...judging }: ReplayOptions): ReplayHere {
  return {
    async replay(kept, signal) {
      const { environment, time } = kept.run;
      const targets: Targets = { environment, platform, configured: new Set(), withoutHttp: [] };
      const outcomes = kept.outcomes as unknown as readonly ProbeOutcome[];
      const { judgements } = await diagnose(
        {
          ...judging,
          probes: answered(outcomes, new Date(time), 'not in the case'),
          targets: { forRun: () => Promise.resolve(targets), close: () => Promise.resolve() },
        },
        {
          diagnoses: kept.diagnoses.flatMap((id) => diagnosisById(judging, id, kept.part) ?? []),
          ...{ environment, targets, signal },
        },
      );
      return compareCase(kept, judgements);
    },
  };
}
