import { diagnosisRenderer } from '../bot/views/diagnosis.view.ts';
import { renderer } from '../bot/views/renderer.ts';
import { diagnoses } from '../diagnoses/index.ts';
import { ownProbes, pathSteps, unreachable } from '../diagnoses/unreachable.diagnosis.ts';
import { symptomWords } from '../diagnoses/vocabulary.ts';
import { diagnosisOf } from '../domain/diagnosis/diagnosis-of.ts';
import { remediesFor } from '../domain/fix/remedies.ts';
import { createHealthRules } from '../domain/health/health-rules.ts';
import { type RunningWorker, startWorker } from '../jobs/worker.ts';
import { watchLateness } from '../platform/process/lateness.ts';
import { createSelfIdentity } from '../platform/process/self-identity.ts';
import { queuePrefix } from '../platform/queue/bullmq.ts';
import { nextCron } from '../platform/schedule/cron.ts';
import { dailySchedule } from '../platform/schedule/daily-schedule.ts';
import { createTargetsFactory } from '../platform/targets/factory.ts';
import { probes } from '../probes/index.ts';
import { remediations } from '../remediations/index.ts';
import { createDiagnoseRun } from '../services/diagnosis/diagnose-run.service.ts';
import { createSymptomMatcher } from '../services/diagnosis/symptom-match.service.ts';
import { createDigestRun } from '../services/digest/digest.service.ts';
import { createExecutor } from '../services/fix/execute/executor.service.ts';
import { createProposeService } from '../services/fix/propose/propose.service.ts';
import { createProposeRun } from '../services/fix/propose/propose-run.service.ts';
import { createHealthRun } from '../services/health/health-run.service.ts';
import { createProbeRunner } from '../services/run/probe-runner.service.ts';
import { createRunExecutor } from '../services/run/run-executor.service.ts';
import { decisionDeps, digestSettings } from './services.ts';
import type { RoleParts, Shared } from './shared.ts';

/** The worker looks and acts: it holds the credentials of its environments and no Slack token. */
export function workerRole(shared: Shared, environments: readonly string[]): RoleParts {
  const { store, config, clock, ids, logger, policy, metrics } = shared;
  const targets = createTargetsFactory(config.environments);
  const decisions = decisionDeps(shared);
  const runner = createProbeRunner({ probes, clock, logger, lateness: watchLateness });
  const rules = createHealthRules(config.environments);
  const self = createSelfIdentity({
    database: shared.database,
    redis: shared.redis.producer(),
    uids: shared.env.AETHERIUS_SELF_UIDS ?? [],
    now: () => clock.now().getTime(),
  });
  const proposals = createProposeService({
    ...decisions,
    remediations,
    remediesFor: (finding, { kubernetes, compose }) =>
      remediesFor(finding, {
        runtime: kubernetes !== undefined ? 'kubernetes' : compose !== undefined ? 'compose' : 'none',
      }),
    self,
    clock,
  });
  const common = { targets, probes: runner, rules, renderer, clock, ids };
  const runs = createRunExecutor({
    store,
    renderer,
    clock,
    ids,
    logger,
    worker: shared.processId,
    environments,
    handlers: {
      health: createHealthRun({
        ...common,
        offers: proposals,
        diagnosisOf: (finding) => diagnosisOf(finding, diagnoses),
      }),
      digest: createDigestRun({ ...common, settings: digestSettings(shared), schedule: dailySchedule }),
      diagnose: createDiagnoseRun({
        targets,
        probes: runner,
        emitters: new Map(probes.map(({ id, emits }) => [id, emits])),
        diagnoses,
        unreachable,
        pathSteps,
        ownProbes,
        matcher: createSymptomMatcher(symptomWords),
        proposals,
        messages: decisions.messages,
        renderer: diagnosisRenderer,
        clock,
        ids,
      }),
      propose: createProposeRun({ targets, proposals, renderer, messages: decisions.messages, ids }),
    },
  });
  const executor = createExecutor({
    ...decisions,
    targets,
    remediations,
    probes: runner,
    policy,
    self,
    nextCron,
    clock,
    workerId: shared.processId,
    imageVersion: shared.version,
    monotonic: () => performance.now(),
  });
  let worker: RunningWorker | undefined;
  metrics.gauge('aetherius_jobs_active', 'Jobs in hand.', () => worker?.active() ?? 0);
  return {
    components: [
      { name: 'targets', stop: () => targets.close() },
      {
        name: 'worker',
        start() {
          worker = startWorker({
            environments,
            store,
            courier: shared.courier,
            connection: shared.redis.worker(),
            prefix: queuePrefix,
            runs,
            executor,
            clock,
            logger,
            onJob: (report) => metrics.job(report),
          });
        },
        async stop(budgetMs) {
          const left = await worker?.stop(budgetMs);
          if (left !== undefined && left.left > 0)
            logger.warn(left, 'an execution goes on without us being able to wait');
        },
      },
    ],
    checks: {},
  };
}
