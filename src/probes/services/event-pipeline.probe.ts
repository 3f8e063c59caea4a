import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { guide } from '../../domain/platform/table.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import type { FindingCode } from '../../domain/probe/findings.ts';
import { defineProbe } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import {
  lacking,
  meanBetween,
  metricsAbsent,
  rate,
  refuseFallen,
  round,
  type Scrape,
  scrape,
  scrapeAgain,
} from '../support/metrics.ts';

/** Seconds from an event's own time to its commit above which people notice. */
const LATENCY_SECONDS = 3;
/** Share of the queue in use that counts as a backlog. */
const BACKLOG_SHARE = 0.5;
/** Batches this full are full: the pace of the writer is the limit. */
const FULL_BATCH_SHARE = 0.9;
/** Share of all time in the pipeline above which one stage is the bottleneck. */
const DOMINANT_SHARE = 0.5;
/** Share of the time that the one writer may spend in commits before it is what everything waits for. */
const WRITER_SHARE = 0.75;

/**
 * Samples more, where no batch came to its end between the first two and nothing shows that one is being written; and
 * seconds that the whole look may last with them, within the probe's own time.
 */
const MORE_SAMPLES = 2;
const MOST_SECONDS = 30;

/** What only rises while one process runs. */
const counters = [
  ['event_processing_total', { outcome: 'received' }],
  ['event_processing_total', { outcome: 'stored' }],
  ['event_processing_stage_seconds_count', { stage: 'enrich' }],
  ['event_processing_stage_seconds_count', { stage: 'write' }],
  ['event_processing_stage_seconds_sum', { stage: 'write' }],
  ['event_batch_size_count'],
  ['event_processing_seconds_count'],
] as const;

/** Only these show whether waiting events are a backlog. */
const symptoms = [
  ['event_queue_capacity'],
  ['event_processing_total'],
  ['event_processing_seconds_count'],
] as const;
/** Only these show what a backlog waits for. */
const stages = [
  ['event_workers'],
  ['event_workers_busy'],
  ['event_batch_limit'],
  ['event_batch_size_count'],
  ['event_processing_stage_seconds_count', { stage: 'enrich' }],
  ['event_processing_stage_seconds_count', { stage: 'write' }],
] as const;

interface Pipeline {
  readonly facts: Facts;
  readonly latency: number;
  /** Events were in the queue at both samples. */
  readonly waiting: boolean;
  readonly backlog: boolean;
  readonly growing: boolean;
  readonly workersBusy: boolean;
  /** Whatever the writer does: more comes in than they can take. */
  readonly workersLack: boolean;
  /** No more comes in, so that nobody sees how much would. */
  readonly full: boolean;
  readonly fullBatches: boolean;
  readonly enrich: number;
  readonly write: number;
  /** Writes are measured at all: where they are not, the other stage dominates nothing. */
  readonly writeKnown: boolean;
  readonly commitsWait: boolean;
  /**
   * The batches that ended do not account for the time, and a write in progress cannot be measured: what events wait
   * for is unknown.
   */
  readonly writerUnseen: boolean;
}

/** `before` and `after` are the ends of the look; `previous` is the last sample before `after`. */
function read(before: Scrape, after: Scrape, previous = before): Pipeline {
  const size = after.value('event_queue_size') ?? 0;
  const capacity = after.value('event_queue_capacity') ?? 0;
  const workers = after.value('event_workers') ?? 0;
  const busy = Math.min(before.value('event_workers_busy') ?? 0, after.value('event_workers_busy') ?? 0);
  const limit = after.value('event_batch_limit') ?? 0;
  const timeout = after.value('event_batch_timeout_seconds') ?? 0;
  const received = rate(before, after, 'event_processing_total', { outcome: 'received' }) ?? 0;
  const stored = rate(before, after, 'event_processing_total', { outcome: 'stored' }) ?? 0;
  const enrich = meanBetween(before, after, 'event_processing_stage_seconds', { stage: 'enrich' }) ?? 0;
  const write = meanBetween(before, after, 'event_processing_stage_seconds', { stage: 'write' }) ?? 0;
  // Seconds in commits a second: the mean alone is small when a slow, full batch and a quick, small one take turns.
  const writing = rate(before, after, 'event_processing_stage_seconds_sum', { stage: 'write' }) ?? 0;
  const batch = meanBetween(before, after, 'event_batch_size') ?? 0;
  const seconds = (after.at - before.at) / 1000;
  const inUse = (scrape: Scrape) => scrape.value('database_connections_in_use');
  const connections = (scrape: Scrape) => inUse(scrape) ?? 0;
  const waiting = Math.min(before.value('event_queue_size') ?? 0, size) > 0;
  // Not one batch came to its end while a connection was held all the time: the writer is inside a statement.
  // (A full queue takes no more events in.)
  const lastStored = rate(previous, after, 'event_processing_total', { outcome: 'stored' }) ?? 0;
  const lastSeconds = (after.at - previous.at) / 1000;
  const stuck =
    (received > 0 || waiting) &&
    lastStored === 0 &&
    lastSeconds > 2 * timeout &&
    Math.min(connections(previous), connections(after)) > 0;
  const stuckSeconds = stored === 0 ? seconds : lastSeconds;
  const slope = (size - (before.value('event_queue_size') ?? size)) / seconds;
  const writeKnown = after.value('event_processing_stage_seconds_count', { stage: 'write' }) !== undefined;
  const commits = rate(before, after, 'event_processing_stage_seconds_count', { stage: 'write' }) ?? 0;
  // One commit at a time, at most a pause of one timeout before each: what is left of the time, the writer was either
  // idle or inside a write that has not ended. A quick batch before that one would make the mean look quick.
  const unaccounted = seconds * (1 - writing) - (commits * seconds + 1) * timeout;
  const writeInProgress = unaccounted > Math.max(timeout, 0.25) && inUse(after) !== 0;
  // What came in at the first sample is not stored at the second: it is at least that late.
  const latency = Math.max(
    meanBetween(before, after, 'event_processing_seconds') ?? 0,
    stuck ? stuckSeconds : 0,
  );
  // A write that takes longer than the pace allows is what everything waits for.
  const commitsWait = stuck || writing >= WRITER_SHARE || (timeout > 0 && write > Math.max(timeout, 0.25));
  return {
    facts: {
      seconds: round(seconds),
      queue: size,
      queueCapacity: capacity,
      queueSlopePerSecond: round(slope),
      receivedPerSecond: round(received),
      storedPerSecond: round(stored),
      latencySeconds: round(latency),
      workers,
      workersBusy: busy,
      batchSize: round(batch),
      batchLimit: limit,
      batchTimeoutMs: Math.round(timeout * 1000),
      enrichSeconds: round(enrich),
      writeSeconds: round(stuck ? stuckSeconds : write),
      goroutines: after.value('go_goroutines') ?? null,
    },
    latency,
    waiting,
    backlog: capacity > 0 && size >= capacity * BACKLOG_SHARE,
    growing: slope > 0 && received > stored,
    workersBusy: workers > 0 && busy >= workers,
    workersLack: enrich > 0 && received * enrich >= workers,
    full: capacity > 0 && size >= capacity,
    fullBatches: limit > 0 && batch >= limit * FULL_BATCH_SHARE,
    enrich,
    write,
    writeKnown,
    commitsWait,
    writerUnseen: writeKnown && !commitsWait && (commits === 0 || writeInProgress),
  };
}

const isLate = ({ latency }: Pipeline): boolean => latency >= LATENCY_SECONDS;
const isBehind = (pipeline: Pipeline): boolean => isLate(pipeline) || pipeline.backlog || pipeline.growing;

const noBatchEnded = ({ seconds = null, queue = null }: Facts): AppError =>
  new AppError('DEPENDENCY_UNAVAILABLE', 'no batch was stored during the check', {
    facts: { reason: 'no-batch-ended', seconds, queue },
  });

/** What a pipeline that is behind waits for. */
function bottleneckOf(pipeline: Pipeline): FindingCode | undefined {
  if (pipeline.commitsWait) return 'EVENT_WRITES_SLOW';
  if (pipeline.fullBatches) return 'EVENT_BATCHES_FULL';
  const { enrich, write, writeKnown, writerUnseen, workersBusy, workersLack } = pipeline;
  if (!workersBusy || !writeKnown || writerUnseen) return undefined;
  const enrichDominates = enrich > 0 && enrich / (enrich + write) >= DOMINANT_SHARE;
  return enrichDominates || workersLack ? 'EVENT_WORKERS_SATURATED' : undefined;
}

export const servicesEventPipeline = defineProbe({
  id: 'services.event-pipeline',
  doc: `Does agent-manager keep up with its events, and if not, which stage is the bottleneck?

Reads \`${guide.paths.metrics}\` twice, so that counters become rates.
It compares received with stored events, the queue and its slope, how busy the workers are, and how full the batches are.
It also compares the mean time of the stages enrich and write.
Where writes are slow and the workers cannot take what comes in, both are told.
Samples of different replicas are not compared.
Where events wait and a deciding metric is absent, the answer is inconclusive.
Where no batch ends between the samples, it reads up to twice more: without a sign of the writer's work, the reason for the wait is unknown.`,
  params: z.strictObject({
    seconds: z.number().positive().max(30).default(4).describe('Time between the two samples, in seconds.'),
  }),
  part: 'agent-manager',
  needs: ['services'],
  timeoutMs: 40_000,
  emits: [
    'EVENT_LATENCY_HIGH',
    'EVENT_QUEUE_BACKLOG',
    'EVENT_WORKERS_BUSY',
    'EVENT_WORKERS_SATURATED',
    'EVENT_BATCHES_FULL',
    'EVENT_WRITES_SLOW',
  ],
  async run({ seconds }, context) {
    const { services } = context.deps as With<'services'>;
    const before = await scrape(services, 'agent-manager', context);
    if (before === undefined) return { status: 'skipped', reason: 'no-data' };
    if (before.value('event_queue_size') === undefined) return { status: 'skipped', reason: 'not-installed' };
    await context.wait(seconds * 1000);
    let after = await scrapeAgain(before, services, 'agent-manager', context);
    if (after === undefined) return { status: 'skipped', reason: 'no-data' };
    refuseFallen(before, after, 'agent-manager', counters);

    let pipeline = read(before, after);
    // The first sample may have met the writer between two batches, each of which takes longer than the look.
    const most = Math.min(MORE_SAMPLES, Math.floor(MOST_SECONDS / seconds) - 1);
    for (let more = 0; more < most && isBehind(pipeline) && pipeline.writerUnseen; more += 1) {
      await context.wait(seconds * 1000);
      const later = await scrapeAgain(before, services, 'agent-manager', context);
      if (later === undefined) return { status: 'skipped', reason: 'no-data' };
      refuseFallen(after, later, 'agent-manager', counters);
      pipeline = read(before, later, after);
      after = later;
    }
    const { facts } = pipeline;
    const late = isLate(pipeline);
    const behind = isBehind(pipeline);
    const finding = (code: FindingCode, severity: Finding['severity']): Finding => ({
      code,
      severity,
      part: 'agent-manager',
      subject: 'event pipeline',
      facts,
    });
    const bottleneck = bottleneckOf(pipeline);
    // A backlog alone would rule out every cause of it.
    const decides = behind ? (bottleneck === undefined ? stages : []) : pipeline.waiting ? symptoms : [];
    const absent = lacking(after, decides);
    if (absent.length > 0)
      return { status: 'inconclusive', cause: metricsAbsent('agent-manager', absent), facts };
    // A backlog alone rules out nothing either where the writer was not seen at work.
    if (behind && bottleneck === undefined && pipeline.writerUnseen)
      return { status: 'inconclusive', cause: noBatchEnded(facts), facts };
    const findings: Finding[] = [];
    if (late) findings.push(finding('EVENT_LATENCY_HIGH', 'warning'));
    if (pipeline.backlog || pipeline.growing) findings.push(finding('EVENT_QUEUE_BACKLOG', 'warning'));
    if (behind && bottleneck !== undefined) findings.push(finding(bottleneck, 'warning'));
    const mayLack = pipeline.workersBusy && (pipeline.workersLack || pipeline.full);
    if (behind && bottleneck === 'EVENT_WRITES_SLOW' && mayLack)
      findings.push(finding('EVENT_WORKERS_BUSY', 'info'));
    const [first, ...more] = findings;
    return first === undefined
      ? { status: 'healthy', facts }
      : { status: 'unhealthy', findings: [first, ...more], facts };
  },
});
