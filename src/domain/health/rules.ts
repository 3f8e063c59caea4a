import type { ProbeCall, ProbeOutcome } from '../probe/probe.ts';
import type { HealthReport } from './health.ts';

/** What a health check asks and how it is judged: the same for a table that fills in and for a complete one. */
export interface HealthRules {
  /** Every probe of a health check of this environment. */
  calls(environment: string): readonly ProbeCall[];
  judge(input: {
    readonly environment: string;
    readonly calls: readonly ProbeCall[];
    readonly outcomes: readonly ProbeOutcome[];
  }): HealthReport;
}
