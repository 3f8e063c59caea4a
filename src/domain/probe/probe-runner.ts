import type { ProbeCall, ProbeOutcome } from './probe.ts';
import type { Targets } from './targets/targets.ts';

/** Runs probes in parallel under the runner's own limits. A probe that cannot look is an outcome, never an exception. */
export interface ProbeRunner {
  run(
    calls: readonly ProbeCall[],
    options: {
      readonly targets: Targets;
      readonly signal: AbortSignal;
      /** Id of the answer that they are run for: the same secret has the same stand-in in all of it. */
      readonly answer?: string;
      /** Called as each probe ends. */
      readonly onOutcome?: (outcome: ProbeOutcome) => void;
    },
  ): Promise<readonly ProbeOutcome[]>;
}
