import type { Redactor } from '@aetherius/redact';
import type { Recording } from '../domain/bundle/replay.ts';
import type { Logger } from '../domain/kernel/clock.ts';
import { probes } from '../probes/index.ts';
import { createProbeRunner } from '../services/run/probe-runner.service.ts';
import { openChecks } from './checks.ts';

/** The same as `openChecks`, of a recording: the same probes, diagnoses and rules, and no connection to anything. */
export function openRecorded({
  recording,
  logger,
  redactorOf,
}: {
  readonly recording: Recording;
  readonly logger: Logger;
  readonly redactorOf: (answer: string | undefined) => Redactor;
}) {
  const { clock, targets, rules } = recording;
  return openChecks({
    ...{ config: { environments: {} }, logger, clock, redactorOf, targets, rules },
    runner: createProbeRunner({ probes: recording.probes(probes), clock, logger, redactorOf }),
  });
}
