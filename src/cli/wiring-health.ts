import type { Logger } from '../domain/clock.ts';
import type { Config } from '../domain/config.ts';
import { createHealthRules } from '../domain/health-rules.ts';
import { systemClock } from '../platform/clock.ts';
import { watchLateness } from '../platform/lateness.ts';
import { createTargetsFactory } from '../platform/targets/factory.ts';
import { probes } from '../probes/index.ts';
import { createProbeRunner } from '../services/probe-runner.service.ts';

/** What `health` needs to look from this process: no Redis, no PostgreSQL of ours, no Slack. */
export function openHealth({ config, logger }: { readonly config: Config; readonly logger: Logger }) {
  return {
    rules: createHealthRules(config.environments),
    runner: createProbeRunner({ probes, clock: systemClock, logger, lateness: watchLateness }),
    targets: createTargetsFactory(config.environments),
  };
}
