import parsePrometheus from 'parse-prometheus-text-format';
import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import type { ServiceId } from '../../domain/platform/part.ts';
import type { ServicesTarget } from '../../domain/probe/targets/http.ts';

type Labels = Readonly<Record<string, string>>;
type Metric = readonly [name: string, labels?: Labels];

/** One scrape of `/metrics`. */
export interface Scrape {
  /** Milliseconds since 1970 of the scrape. */
  readonly at: number;
  /** Sum over the samples with these labels; undefined when the metric is absent. */
  value(name: string, labels?: Labels): number | undefined;
  /** Sum and count of a histogram or summary. */
  histogram(name: string, labels?: Labels): { readonly sum: number; readonly count: number } | undefined;
}

interface Family {
  readonly name: string;
  readonly metrics: readonly Readonly<Record<string, unknown>>[];
}

function matches(sample: Readonly<Record<string, unknown>>, labels: Labels): boolean {
  const own = (sample.labels ?? {}) as Labels;
  return Object.entries(labels).every(([name, value]) => own[name] === value);
}

/**
 * Types and buckets left out: the parser would fold a histogram's series into one and lose their labels, while
 * without a type `_sum` and `_count` are samples like any other.
 */
function asSamples(text: string): string {
  return text
    .split('\n')
    .filter((line) => !line.startsWith('#') && !/^\w+_bucket\{/.test(line))
    .join('\n');
}

/** Parses the Prometheus text format. */
export function parseScrape(text: string, at: number): Scrape {
  const samples = new Map<string, Family['metrics'][number][]>();
  for (const { name, metrics } of parsePrometheus(asSamples(text)) as readonly Family[])
    samples.set(name, [...(samples.get(name) ?? []), ...metrics]);
  const value = (name: string, labels: Labels = {}) => {
    const own = samples.get(name)?.filter((sample) => matches(sample, labels)) ?? [];
    return own.length === 0 ? undefined : own.reduce((total, sample) => total + Number(sample.value), 0);
  };
  return {
    at,
    value,
    histogram(name, labels = {}) {
      const total = value(`${name}_sum`, labels);
      const count = value(`${name}_count`, labels);
      return total === undefined || count === undefined ? undefined : { sum: total, count };
    },
  };
}

/** Scrapes a service; undefined when it is not configured or has no such page. Throws TargetError when it does not answer. */
export async function scrape(
  services: ServicesTarget,
  id: ServiceId,
  context: { readonly signal: AbortSignal; now(): Date },
): Promise<Scrape | undefined> {
  const service = services.find(id);
  if (service === undefined) return undefined;
  const answer = await services.request(`${service.url}${service.paths.metrics}`, {
    signal: context.signal,
    maxBytes: 8 << 20,
  });
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) {
    throw new TargetError('protocol', 'metrics page answers with an error', {
      facts: { status: answer.status },
    });
  }
  return parseScrape(answer.text(), context.now().getTime());
}

type Sampling = Parameters<typeof scrape>[2];

/** How often a later sample is taken again to meet the process of the first one. */
const MORE_LOOKS = 4;

/** Two samples are of one process by its start; a service that does not tell the start is taken for one process. */
export function ofOneProcess(one: Scrape | undefined, other: Scrape | undefined): boolean {
  const start = (sample: Scrape | undefined) => sample?.value('process_start_time_seconds');
  return start(one) === start(other);
}

/** What the samples of two processes are: nothing to compare. */
export function anotherReplica(service: ServiceId): AppError {
  return new AppError('DEPENDENCY_UNAVAILABLE', 'samples are of different processes', {
    facts: { reason: 'another-replica', service },
  });
}

/**
 * A later sample of the process that `first` is of. Behind one address each connection may reach another replica, so it
 * is taken again a few times, at once. AppError `another-replica` when that process is not met; otherwise as `scrape`.
 */
export async function scrapeAgain(
  first: Scrape,
  services: ServicesTarget,
  id: ServiceId,
  context: Sampling,
): Promise<Scrape | undefined> {
  for (let look = 0; look <= MORE_LOOKS; look += 1) {
    const sample = await scrape(services, id, context);
    if (sample === undefined || ofOneProcess(first, sample)) return sample;
  }
  throw anotherReplica(id);
}

/**
 * AppError `another-replica` when one of these counters fell between the samples: then they are of different
 * processes, even when their start times agree.
 */
export function refuseFallen(
  before: Scrape,
  after: Scrape,
  service: ServiceId,
  counters: readonly Metric[],
): void {
  const fell = counters.some(([name, labels]) => {
    const [from, to] = [before.value(name, labels), after.value(name, labels)];
    return from !== undefined && to !== undefined && to < from;
  });
  if (fell) throw anotherReplica(service);
}

/** Names of those of these metrics that a page lacks. */
export const lacking = (sample: Scrape, metrics: readonly Metric[]): readonly string[] =>
  metrics.flatMap(([name, labels]) => (sample.value(name, labels) === undefined ? [name] : []));

/** What a probe says when something waits and its metrics do not tell why. */
export function metricsAbsent(service: ServiceId, names: readonly string[]): AppError {
  return new AppError('DEPENDENCY_UNAVAILABLE', 'metrics that decide are absent', {
    facts: { reason: 'metrics-absent', service, metrics: names.join(', ') },
  });
}

/** What a probe says when the metrics lack what would tell whether commands wait or time out. */
export function commandMetricsAbsent(names: readonly string[]): AppError {
  return new AppError('DEPENDENCY_UNAVAILABLE', 'metrics of commands are absent', {
    facts: { reason: 'command-metrics-absent', metrics: names.join(', ') },
  });
}

/** Change per second of a counter between two scrapes; undefined when it is absent or was reset. */
export function rate(before: Scrape, after: Scrape, name: string, labels: Labels = {}): number | undefined {
  const from = before.value(name, labels);
  const to = after.value(name, labels);
  const seconds = (after.at - before.at) / 1000;
  if (from === undefined || to === undefined || to < from || seconds <= 0) return undefined;
  return (to - from) / seconds;
}

/** Mean of a histogram's observations between two scrapes; undefined without observations. */
export function meanBetween(
  before: Scrape,
  after: Scrape,
  name: string,
  labels: Labels = {},
): number | undefined {
  const from = before.histogram(name, labels);
  const to = after.histogram(name, labels);
  if (from === undefined || to === undefined || to.count <= from.count) return undefined;
  return (to.sum - from.sum) / (to.count - from.count);
}

/** Two decimals: enough for people, stable for comparisons. */
export const round = (value: number): number => Math.round(value * 100) / 100;
