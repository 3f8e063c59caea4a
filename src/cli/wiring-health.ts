import { createHealthRules } from '../domain/health/health-rules.ts';
import type { Logger } from '../domain/kernel/clock.ts';
import type { Config } from '../domain/settings/config.ts';
import { systemClock } from '../platform/process/clock.ts';
import { watchLateness } from '../platform/process/lateness.ts';
import { createTargetsFactory } from '../platform/targets/factory.ts';
import { probes } from '../probes/index.ts';
import { createProbeRunner } from '../services/run/probe-runner.service.ts';

/** What `health` needs to look from this process: no Redis, no PostgreSQL of ours, no Slack. */
export function openHealth({ config, logger }: { readonly config: Config; readonly logger: Logger }) {
  return {
    rules: createHealthRules(config.environments),
    runner: createProbeRunner({ probes, clock: systemClock, logger, lateness: watchLateness }),
    targets: createTargetsFactory(config.environments),
  };
}
