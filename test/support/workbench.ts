/** The product's use cases over a real store and Redis, with probes that tests hold in their hand. */

import type { Executor } from '../../src/domain/fix/executor.ts';
import type { HealthReport, PartRow } from '../../src/domain/health/health.ts';
import type { HealthRules } from '../../src/domain/health/rules.ts';
import type { Clock } from '../../src/domain/kernel/clock.ts';
import { AppError } from '../../src/domain/kernel/errors.ts';
import type { Rendered } from '../../src/domain/message/rendered.ts';
import type { Renderer } from '../../src/domain/message/renderer.ts';
import { asInGuide } from '../../src/domain/platform/platform.ts';
import type { RunHandler } from '../../src/domain/ports/lease.ts';
import type { Repository } from '../../src/domain/ports/store.ts';
import type { ProbeCall, ProbeOutcome } from '../../src/domain/probe/probe.ts';
import type { ProbeRunner } from '../../src/domain/probe/probe-runner.ts';
import type { RunKind } from '../../src/domain/run/run.ts';
import { createCourier, type JobCourier } from '../../src/jobs/courier.ts';
import { type RunningWorker, startWorker, type WorkerOptions } from '../../src/jobs/worker.ts';
import { systemClock, systemIds } from '../../src/platform/process/clock.ts';
import { queuePrefix, type RedisConnections } from '../../src/platform/queue/bullmq.ts';
import type { PostgresStore } from '../../src/platform/store/store.ts';
import { createHealthRun } from '../../src/services/health/health-run.service.ts';
import { createRunService } from '../../src/services/run/run.service.ts';
import { createRunExecutor } from '../../src/services/run/run-executor.service.ts';
import { silentLogger } from './logger.ts';

/** Words that show what a message was made of; `data` travels as metadata. */
export const plainRenderer: Renderer = {
  health: ({ run, report }) =>
    said(`health ${run.environment} ${report.complete ? 'complete' : 'looking'} ${known(report)}`),
  finding: ({ finding }) => said(`finding ${finding.code}`),
  runFailed: ({ error, reference }) =>
    said(`failed ${error instanceof AppError ? error.code : 'BUG'} ${reference}`),
  otherFixes: ({ choices }) => said(`others ${choices.length}`),
  offerRefused: ({ reason }) => said(`refused ${reason}`),
  remediation: ({ remediation }) => said(`card ${remediation.state}`),
  page: (event, row) => `${event} ${row.handle}`,
  remediationEvent: ({ kind }) => said(`event ${kind}`),
  digest: ({ difference, followUps = [] }) =>
    said(
      `digest ${difference.localDate}${difference.lateSince === undefined ? '' : ' late'} ` +
        `new=${difference.fresh.length} still=${difference.still.length} fixed=${difference.fixed.length}` +
        (difference.inventory?.changes ?? [])
          .map(({ before, now }) => ` ${before ?? ''}→${now ?? ''}`)
          .join('') +
        (difference.inventory !== undefined && !difference.quiet ? ' told' : '') +
        (difference.stages ?? [])
          .map(
            ({ part, images }) => ` ${part} ${images.map((one) => Object.values(one).join(':')).join('/')}`,
          )
          .join('') +
        followUps.map(({ handle, people }) => ` ${handle} of ${people.join(', ')}`).join(''),
    ),
};

function said(text: string): Rendered {
  return { text };
}

function known(report: HealthReport): string {
  return `${report.rows.filter((row) => row.pending === 0).length}/${report.rows.length}`;
}

const parts = ['postgres', 'redis', 'nats', 'neo4j'] as const;

export const plainRules: HealthRules = {
  calls: () => parts.map((part) => ({ probe: `${part}.ping` })),
  doubts: () => [],
  judge({ environment, calls, outcomes }) {
    const rows = parts.map((part): PartRow => {
      const outcome = outcomes.find((one) => one.part === part);
      const findings = outcome?.findings ?? [];
      return {
        part,
        state:
          outcome === undefined || outcome.status === 'inconclusive'
            ? 'unknown'
            : findings.length > 0
              ? 'degraded'
              : 'up',
        fact: { key: 'ok', facts: {} },
        witnesses: [],
        findings,
        pending: outcome === undefined ? 1 : 0,
      };
    });
    const complete = outcomes.length >= calls.length;
    return { environment, rows, overall: 'healthy', roots: [], complete };
  },
};

export function outcomeOf(call: ProbeCall, more: Partial<ProbeOutcome> = {}): ProbeOutcome {
  const part = parts.find((one) => call.probe.startsWith(one)) ?? 'runtime';
  return {
    key: call.probe,
    probe: call.probe,
    part,
    status: 'healthy',
    findings: [],
    facts: {},
    startedAt: new Date().toISOString(),
    durationMs: 1,
    ...more,
  };
}

/** Answers every call at once, unless `answer` says otherwise. */
export function plainProbes(
  answer: (call: ProbeCall, signal: AbortSignal) => Promise<ProbeOutcome> | ProbeOutcome = (call) =>
    outcomeOf(call),
): ProbeRunner & { readonly ran: number } {
  let ran = 0;
  return {
    get ran() {
      return ran;
    },
    async run(calls, { signal, onOutcome }) {
      ran += 1;
      return Promise.all(
        calls.map(async (call) => {
          const outcome = await answer(call, signal);
          onOutcome?.(outcome);
          return outcome;
        }),
      );
    },
  };
}

export interface BenchOptions {
  readonly store: PostgresStore;
  readonly redis: RedisConnections;
  readonly environments?: readonly string[];
  readonly probes?: ProbeRunner;
  readonly handlers?: Readonly<Partial<Record<RunKind, RunHandler<Repository>>>>;
  readonly executor?: Executor;
  readonly leaseMs?: number;
  readonly clock?: Clock;
}

let workers = 0;

/** One process: its courier, its services, and a worker when `start` is called. */
export function workbench(options: BenchOptions) {
  const { store, redis, environments = ['prod'], probes = plainProbes(), clock = systemClock } = options;
  const courier: JobCourier = createCourier({
    client: redis.producer(),
    prefix: queuePrefix,
    logger: silentLogger,
  });
  const runs = createRunService({
    store,
    courier,
    renderer: plainRenderer,
    clock,
    ids: systemIds,
    environments: ['prod', 'staging'],
  });
  const targets = {
    forRun: (environment: string) => Promise.resolve({ environment, platform: asInGuide }),
    close: () => Promise.resolve(),
  };
  const health = createHealthRun({
    quiet: { known: () => [], emitters: new Map() },
    mending: { endOffers: () => Promise.resolve(), questionOf: ({ key }) => key },
    targets,
    probes,
    rules: plainRules,
    offers: {
      show: () => Promise.resolve(),
      showOthers: () => Promise.resolve(),
      prepare: ({ findings }) =>
        Promise.resolve(
          findings.map((finding) => ({
            finding,
            parts: [],
            save: () => Promise.resolve({ offers: [], refused: [], others: [] }),
          })),
        ),
    },
    renderer: plainRenderer,
    clock,
    ids: systemIds,
  });
  workers += 1;
  const executor = createRunExecutor({
    store,
    renderer: plainRenderer,
    clock,
    ids: systemIds,
    logger: silentLogger,
    worker: `worker-${workers}`,
    environments,
    handlers: { health, ...options.handlers },
    leaseMs: options.leaseMs ?? 15_000,
  });
  return {
    store,
    courier,
    runs,
    targets,
    probes,
    executor,
    start(more: Partial<WorkerOptions> = {}): RunningWorker {
      return startWorker({
        environments,
        store,
        courier,
        redis,
        prefix: queuePrefix,
        runs: executor,
        executor: options.executor ?? { execute: () => Promise.resolve() },
        clock,
        logger: silentLogger,
        pollMs: 100,
        graceMs: 300,
        ...more,
      });
    },
    startHealth: (environment = 'prod', channel = 'C1') =>
      runs.start({
        kind: 'health',
        environment,
        source: 'slash',
        surface: { teamId: 'T1', channel, language: 'en' },
      }),
  };
}
