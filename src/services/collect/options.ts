import type { Place } from '../../domain/diagnosis/place.ts';
import type { EnvironmentShape } from '../../domain/health/health-calls.ts';
import type { HealthRules } from '../../domain/health/rules.ts';
import type { Clock } from '../../domain/kernel/clock.ts';
import type { CountLogs } from '../../domain/ports/log-files.ts';
import type { Probe } from '../../domain/probe/probe.ts';
import type { ProbeRunner } from '../../domain/probe/probe-runner.ts';
import type { GatherOptions } from '../diagnosis/diagnose.service.ts';

export interface CollectOptions extends GatherOptions {
  readonly registry: readonly Probe[];
  /** A runner of other probes, with the limits of the usual one. */
  readonly runnerOf: (probes: readonly Probe[]) => ProbeRunner;
  /** What of an environment must be known to judge it again elsewhere. */
  readonly describe: (environment: string) => { readonly shape: EnvironmentShape; readonly place: Place };
  readonly rules: HealthRules;
  readonly clock: Clock;
  readonly count: CountLogs;
  /** Version of the bot. */
  readonly version: string;
}
