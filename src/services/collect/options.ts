import type { HealthRules } from '../../domain/health/rules.ts';
import type { Clock } from '../../domain/kernel/clock.ts';
import type { GatherOptions } from '../diagnosis/diagnose.service.ts';

export interface CollectOptions extends GatherOptions {
  readonly rules: HealthRules;
  readonly clock: Clock;
  /** Whether a probe gives the part work to do. */
  readonly givesWork: (probe: string) => boolean;
  /** Version of the bot. */
  readonly version: string;
}
