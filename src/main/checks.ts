import { availableParallelism } from 'node:os';
import type { Redactor } from '@aetherius/redact';
import { instructionLines } from '../diagnoses/instructions/commands.ts';
import { ownProbes, pathSteps, unreachable } from '../diagnoses/unreachable.diagnosis.ts';
import type { Place } from '../domain/diagnosis/place.ts';
import { placeOfRuntime } from '../domain/diagnosis/place.ts';
import { temporaryForMs } from '../domain/fix/policy.ts';
import type { RemedyCall } from '../domain/fix/remediation.ts';
import { once, remediesOfCause, type WantedFix } from '../domain/fix/remedies.ts';
import { shapeOf } from '../domain/health/health-calls.ts';
import { createHealthRules } from '../domain/health/health-rules.ts';
import type { HealthRules } from '../domain/health/rules.ts';
import type { Clock, Logger } from '../domain/kernel/clock.ts';
import { AppError } from '../domain/kernel/errors.ts';
import { present } from '../domain/kernel/present.ts';
import type { CountLogs } from '../domain/ports/log-files.ts';
import type { Finding } from '../domain/probe/finding.ts';
import type { Probe } from '../domain/probe/probe.ts';
import type { ProbeRunner } from '../domain/probe/probe-runner.ts';
import type { TargetsFactory } from '../domain/probe/targets/targets.ts';
import type { Config } from '../domain/settings/config.ts';
import type { EnvironmentConfig } from '../domain/settings/environment.ts';
import { logThreads } from '../platform/logs/log-threads.ts';
import { createSideBySide } from '../platform/logs/side-by-side.ts';
import { eventLoopQuiet, watchEventLoopDelay } from '../platform/process/event-loop-delay.ts';
import { kubeLogins } from '../platform/settings/config.ts';
import { createInstallations, lookingFirst } from '../platform/targets/discovery/installations.ts';
import { observe } from '../platform/targets/discovery/observe.ts';
import { createTargetsFactory, type KeptRecord } from '../platform/targets/factory.ts';
import { defaultTimeouts } from '../platform/targets/failure.ts';
import type { KubeLogins } from '../platform/targets/kubernetes/kube-config.ts';
import { probes } from '../probes/index.ts';
import { remediations } from '../remediations/index.ts';
import { createCollectHere } from '../services/collect/collect.service.ts';
import { createDiagnoseHere } from '../services/diagnosis/diagnose-here.service.ts';
import { createPlanHere } from '../services/fix/propose/plan-here.service.ts';
import { createSecondLook } from '../services/health/second-look.service.ts';
import { createLogsFollowed } from '../services/logs/follow-part.service.ts';
import { createLogsHere } from '../services/logs/read-part.service.ts';
import { createProbeRunner } from '../services/run/probe-runner.service.ts';
import { diagnoses } from './registries.ts';
import { matcherOfSymptoms } from './understanding.ts';

/**
 * All that looks at environments, composed once for workers and for the command line: the registries, the runner and
 * the rules. It holds the credentials of the environments that the configuration was loaded with.
 */
export function openChecks({
  config,
  logger,
  clock,
  logins = kubeLogins(),
  redactorOf,
  version = 'unknown',
  record,
  targets: givenTargets,
  rules: givenRules,
  runner: givenRunner,
}: {
  readonly config: Pick<Config, 'environments'> & Partial<Pick<Config, 'approvals'>>;
  readonly logger: Logger;
  readonly clock: Clock;
  /** To clusters; default: those that this process would be given by kubectl's own rules. */
  readonly logins?: KubeLogins;
  /** Takes secrets out of what is seen, by the answer that it is seen for. */
  readonly redactorOf?: (answer: string | undefined) => Redactor;
  /** Version of the bot, as a bundle names it. */
  readonly version?: string;
  /** What the bot has kept, where it keeps anything. */
  readonly record?: KeptRecord;
  readonly targets?: TargetsFactory;
  readonly rules?: HealthRules;
  readonly runner?: ProbeRunner;
}) {
  const runnerOf = (registry: readonly Probe[]): ProbeRunner =>
    createProbeRunner({
      ...{ probes: registry, clock, logger },
      ...{ eventLoopDelay: watchEventLoopDelay, quiet: eventLoopQuiet },
      ...present({ redactorOf }),
    });
  const runner = givenRunner ?? runnerOf(probes);
  const installations = createInstallations(
    config.environments,
    (environment) => observe(environment, { logins, timeouts: defaultTimeouts, now: () => clock.now() }),
    () => clock.now().getTime(),
  );
  const { environments } = installations;
  const targets =
    givenTargets ??
    lookingFirst(createTargetsFactory(environments, undefined, logins, record), installations);
  const diagnosing = {
    targets,
    probes: runner,
    emitters: new Map(probes.map(({ id, emits }) => [id, emits])),
    diagnoses,
    unreachable,
    pathSteps,
    ownProbes,
    matcher: matcherOfSymptoms(),
    instructionLines,
  };
  const rules = givenRules ?? createHealthRules(environments);
  return {
    targets,
    runner,
    rules,
    again: createSecondLook({ rules, probes: runner, targets }),
    collect: createCollectHere({
      ...{ ...diagnosing, rules, clock, version },
      // Beside the one that cleans the logs.
      count: countIn(1),
      ...{ registry: probes, runnerOf, describe: describeIn(environments) },
    }),
    environments,
    diagnosing,
    diagnosis: createDiagnoseHere(diagnosing),
    logs: createLogsHere({ targets, clock, count: countIn(Math.min(MOST_THREADS, availableParallelism())) }),
    following: createLogsFollowed({ targets, clock }),
    plans: createPlanHere({
      ...{ remediations, targets, clock, logger },
      policy: { temporaryForMs: temporaryForMs(config.approvals) },
    }),
    instructionLines,
    /** The calls of what a cause asks for, as they are offered where there is a bot. */
    fixesOf: (
      findings: readonly Finding[],
      wanted: readonly WantedFix[],
      { kind }: Place,
    ): readonly RemedyCall[] => {
      const here = kind === 'none' ? {} : { [kind]: {} as never };
      return once(remediesOfCause(findings, wanted, remediations, here)).map(({ call }) => call);
    },
  };
}

/** Logs that are no longer than this are counted at once. */
const AT_ONCE_BYTES = 256 * 1024;
/** They have the same cores as everything else here. */
const MOST_THREADS = 2;

const countIn =
  (count: number): CountLogs =>
  (options, signal) =>
    createSideBySide(options, { threads: logThreads, count, signal, aloneBytes: AT_ONCE_BYTES });

const describeIn = (environments: Readonly<Record<string, EnvironmentConfig>>) => (name: string) => {
  const config = environments[name];
  if (config === undefined)
    throw new AppError('NOT_FOUND', 'no such environment', { facts: { environment: name } });
  return { shape: shapeOf(config), place: placeOfRuntime(config.runtime) };
};
