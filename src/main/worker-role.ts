import { collectRendererOf } from '../bot/views/collect.view.ts';
import { diagnosisRendererOf } from '../bot/views/diagnosis.view.ts';
import { logsRendererOf } from '../bot/views/logs.view.ts';
import { rendererOf } from '../bot/views/renderer.ts';
import { contractDrift, driftCodes } from '../diagnoses/contract-drift.diagnosis.ts';
import { environmentsBeside } from '../domain/access/access.ts';
import { brokenHead, heldWhy, trustedMarks } from '../domain/audit/record.ts';
import { diagnosisOf } from '../domain/diagnosis/diagnosis-of.ts';
import { AppError } from '../domain/kernel/errors.ts';
import { every, type Periodic } from '../domain/kernel/every.ts';
import { present } from '../domain/kernel/present.ts';
import { platformsIn } from '../domain/platform/platform.ts';
import type { TxOf } from '../domain/ports/store.ts';
import { questionsOf } from '../domain/probe/question.ts';
import { type RunningWorker, startWorker } from '../jobs/worker.ts';
import { writeBundlePieces } from '../platform/bundle/write.ts';
import { createSelfIdentity } from '../platform/identity/self-identity.ts';
import type { Component } from '../platform/process/lifecycle.ts';
import { queuePrefix } from '../platform/queue/bullmq.ts';
import { nextCron } from '../platform/schedule/cron.ts';
import { dailySchedule } from '../platform/schedule/daily-schedule.ts';
import { kubeLogins } from '../platform/settings/config.ts';
import { takeInventory } from '../platform/targets/discovery/inventory.ts';
import { defaultTimeouts } from '../platform/targets/failure.ts';
import type { KubeLogins } from '../platform/targets/kubernetes/kube-config.ts';
import { ownPodUids } from '../platform/targets/kubernetes/own-pod.ts';
import { probes } from '../probes/index.ts';
import { remediations } from '../remediations/index.ts';
import { createCollectRun } from '../services/collect/collect-run.service.ts';
import { createAskAgain } from '../services/diagnosis/ask-again.service.ts';
import { createDiagnoseRun } from '../services/diagnosis/diagnose-run.service.ts';
import { createDigestRun } from '../services/digest/digest.service.ts';
import { createEndOffers } from '../services/fix/decide/end-offers.ts';
import { createEndedUnder } from '../services/fix/execute/ended-under.service.ts';
import { createExecutor } from '../services/fix/execute/executor.service.ts';
import { createHourAfter } from '../services/fix/execute/hour-after.service.ts';
import { createTemporaryKeeper } from '../services/fix/execute/temporary.service.ts';
import { createProposeService } from '../services/fix/propose/propose.service.ts';
import { createProposeRun } from '../services/fix/propose/propose-run.service.ts';
import { createHealthRun } from '../services/health/health-run.service.ts';
import { stagesBeside } from '../services/inventory/inventory.service.ts';
import { createInventoryKeeper } from '../services/inventory/keep-inventory.service.ts';
import { createRanImages } from '../services/inventory/ran-images.service.ts';
import { createLogsRun } from '../services/logs/logs-run.service.ts';
import { createRunExecutor } from '../services/run/run-executor.service.ts';
import { createWatch, type WatchOptions } from '../services/watch/watch.service.ts';
import { bundlePage } from '../text/bundle-page.ts';
import { wordsIn } from '../text/words.ts';
import { openChecks } from './checks.ts';
import { diagnoses } from './registries.ts';
import type { RoleParts, Shared } from './shared.ts';
import { decisionDeps, digestSettings } from './use-cases.ts';

/** What the chart or the Compose file says of the bot itself. */
function installed(
  { env }: Shared,
  { around }: KubeLogins,
): Partial<Parameters<typeof createSelfIdentity>[0]> {
  const { AETHERIUS_SELF_NAMESPACE: namespace, AETHERIUS_SELF_POD: name } = env;
  const release = env.AETHERIUS_SELF_RELEASE;
  return present({
    project: env.AETHERIUS_SELF_PROJECT,
    release: namespace === undefined || release === undefined ? undefined : `${namespace}/${release}`,
    owners:
      namespace === undefined || name === undefined
        ? undefined
        : () => ownPodUids({ namespace, name }, around),
  });
}

/** The worker looks and acts: it holds the credentials of its environments and no Slack token. */
export function workerRole(shared: Shared, environments: readonly string[]): RoleParts {
  const { store, config, clock, ids, logger, policy, metrics } = shared;
  const decisions = decisionDeps({ ...shared, withoutButtons: shared.seal === undefined });
  const platformOf = platformsIn(config.environments);
  const renderer = rendererOf(platformOf);
  const { redaction } = shared;
  const logins = kubeLogins(undefined, redaction.learn);
  const { targets, runner, rules, again, diagnosing, logs, collect } = openChecks({
    config,
    logger,
    clock,
    logins,
    redactorOf: redaction.redactorOf,
    version: shared.version,
    record: {
      endedUnder: createEndedUnder({ store, logger }),
      ran: createRanImages({ store, logger }),
    },
  });
  const self = createSelfIdentity({
    database: shared.database,
    redis: shared.redis.producer(),
    uids: shared.env.AETHERIUS_SELF_UIDS ?? [],
    ...installed(shared, logins),
    now: () => clock.now().getTime(),
  });
  const proposals = createProposeService({
    ...decisions,
    remediations,
    self,
    clock,
    holdsSecret: (value) => redaction.redactor.holdsSecret(value),
  });
  const mending = { endOffers: createEndOffers(decisions), questionOf: questionsOf(probes) };
  const common = { targets, probes: runner, rules, again, renderer, mending, clock, ids };
  const asking = createAskAgain({
    ...{ store, probes: runner, diagnoses, remediations, emitters: diagnosing.emitters },
    ...{ unreachable: diagnosing.unreachable, healthCalls: (name) => rules.calls(name) },
    givesWork: new Set(probes.filter(({ givesWork }) => givesWork === true).map(({ id }) => id)),
  });
  const held = async (tx: TxOf<'audit'>) =>
    brokenHead(await tx.audit.end()) ?? heldWhy(trustedMarks(await tx.audit.marks(), shared.auditKeys.all));
  const beside = environmentsBeside(config.environments);
  const known = (environment: string) => config.environments[environment]?.known ?? [];
  const quiet = { known, emitters: diagnosing.emitters };
  const runs = createRunExecutor({
    store,
    renderer,
    clock,
    ids,
    logger,
    worker: shared.processId,
    environments,
    redactorOf: redaction.redactorOf,
    handlers: {
      health: createHealthRun({
        ...common,
        offers: proposals,
        diagnosisOf: (finding) => diagnosisOf(finding, diagnoses),
        held,
        quiet,
      }),
      digest: createDigestRun({
        ...common,
        settings: digestSettings(shared),
        schedule: dailySchedule,
        held,
        quiet,
        beside,
        drift: { calls: contractDrift.evidence, codes: driftCodes },
      }),
      diagnose: createDiagnoseRun({
        ...diagnosing,
        proposals,
        messages: decisions.messages,
        renderer: diagnosisRendererOf(platformOf),
        known,
        mending,
        stages: {
          diagnosis: contractDrift.id,
          of: (tx, { environment, surface }) =>
            stagesBeside(tx, environment, beside(environment, surface?.channel)),
        },
        clock,
        ids,
      }),
      logs: createLogsRun({
        logs,
        renderer: logsRendererOf(platformOf),
        redactorOf: redaction.redactorOf,
        clock,
        ids,
      }),
      collect: createCollectRun({
        collect,
        renderer: collectRendererOf(platformOf),
        page: (content, language) => bundlePage(content, wordsIn(language)),
        pieces: (folder, take) => writeBundlePieces(folder, () => clock.now(), take),
        redactorOf: redaction.redactorOf,
        mostBytes: config.slack.bundles.mostMiB * 2 ** 20,
        keptMs: config.retention.bundles,
        clock,
      }),
      propose: createProposeRun({
        ...{ targets, proposals, renderer, messages: decisions.messages, ids, logger },
        measure: asking.measure,
      }),
    },
  });
  const executor = createExecutor({
    ...decisions,
    store,
    targets,
    remediations,
    probes: runner,
    askAgain: asking.again,
    policy,
    self,
    nextCron,
    clock,
    workerId: shared.processId,
    imageVersion: shared.version,
    monotonic: () => performance.now(),
    ...present({ stableAtMostMs: shared.stableAtMostMs }),
  });
  const inventory = keepingInventory(shared, environments, logins);
  const temporaries = createTemporaryKeeper({
    ...{ store, targets, remediations, clock, logger, environments },
    messages: decisions.messages,
  });
  const hourAfter = createHourAfter({
    ...{ store, targets, remediations, probes: runner, clock, logger, environments },
    ...{ askAgain: asking.again, messages: decisions.messages },
  });
  let ending: Periodic | undefined;
  let lookingAgain: Periodic | undefined;
  let worker: RunningWorker | undefined;
  metrics.gauge('aetherius_jobs_active', 'Jobs in hand.', () => worker?.active() ?? 0);
  return {
    components: [
      { name: 'targets', stop: () => targets.close() },
      inventory,
      watching(shared, environments, { targets, probes: runner, rules, again, quiet, mending }),
      {
        name: 'temporary-changes',
        start() {
          ending = every(endsMs, (signal) => temporaries.round(signal), {
            clock,
            onError: (err) => logger.warn({ err }, 'temporary changes cannot be looked at'),
          });
        },
        stop: () => ending?.stop(),
      },
      {
        name: 'applied-fixes',
        start() {
          lookingAgain = every(againMs, (signal) => hourAfter.round(signal), {
            clock,
            onError: (err) => logger.warn({ err }, 'fixes that were applied cannot be looked at again'),
          });
        },
        stop: () => lookingAgain?.stop(),
      },
      {
        name: 'worker',
        start() {
          worker = startWorker({
            environments,
            store,
            courier: shared.courier,
            redis: shared.redis,
            prefix: queuePrefix,
            runs,
            executor,
            clock,
            logger,
            onJob: (report) => metrics.job(report),
            onUnfetched: (where) => metrics.unfetched(where),
          });
        },
        async stop(budgetMs) {
          const left = await worker?.stop(budgetMs);
          if (left !== undefined && left.left > 0) logger.warn(left, 'a fix is still running at shutdown');
        },
      },
    ],
    checks: {},
  };
}

/** How often a worker asks PostgreSQL which temporary changes are over their time. */
const endsMs = 10_000;
/** How often it asks which applied fix is to be looked at again. */
const againMs = 10_000;

/** How often a worker looks at what there is; after a fix it does so at once, though not more often than the second. */
const lookMs = 15 * 60_000;
const lookRestMs = 2 * 60_000;

/** Looks at its environments at the start, after each fix and now and then, and keeps what it finds. */
function keepingInventory(
  { store, config, clock, logger }: Shared,
  environments: readonly string[],
  logins: KubeLogins,
): Component {
  const keeper = createInventoryKeeper({
    ...{ store, environments, logger },
    look(name) {
      const environment = config.environments[name];
      if (environment === undefined)
        throw new AppError('NOT_FOUND', 'no such environment', { facts: { name } });
      return takeInventory(environment, { logins, timeouts: defaultTimeouts, now: () => clock.now() });
    },
  });
  let looking: Periodic | undefined;
  let fixes: { stop(): Promise<void> } | undefined;
  return {
    name: 'inventory',
    async start() {
      looking = every(lookMs, (signal) => keeper.round(signal), {
        ...{ clock, restMs: lookRestMs },
        onError: (err) => logger.warn({ err }, 'what is there could not be looked at'),
      });
      fixes = await store.listen('remediations', () => looking?.wake());
    },
    async stop() {
      await fixes?.stop();
      await looking?.stop();
    },
  };
}

/** How often a worker asks PostgreSQL whether a look of a watched environment is due. */
const watchMs = 5_000;

/** Looks by itself at those of its environments that are watched. */
function watching(
  { store, config, clock, logger }: Shared,
  environments: readonly string[],
  looking: Pick<WatchOptions, 'targets' | 'probes' | 'rules' | 'again' | 'quiet' | 'mending'>,
): Component {
  const watched = environments.flatMap((name) => {
    const pauseMs = config.environments[name]?.watch?.every;
    return pauseMs === undefined ? [] : [[name, pauseMs] as const];
  });
  const watch = createWatch({
    ...{ ...looking, store, logger, environments: Object.fromEntries(watched) },
    diagnosisOf: (finding) => diagnosisOf(finding, diagnoses),
  });
  let running: Periodic | undefined;
  return {
    name: 'watch',
    start() {
      if (watched.length === 0) return;
      running = every(watchMs, (signal) => watch.round(signal), {
        clock,
        onError: (err) => logger.warn({ err }, 'watched environments cannot be looked at'),
      });
    },
    stop: () => running?.stop(),
  };
}
