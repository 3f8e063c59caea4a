import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What a process measures. Labels are from closed sets: never a user, a channel or a text. */
export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
  delivery(kind: string, outcome: string): void;
  ack(kind: string, ms: number): void;
  sent(method: string, ms: number): void;
  sendFailed(method: string, failure: string): void;
  job(report: {
    readonly kind: string;
    readonly environment: string;
    readonly via: string;
    readonly outcome: string;
    readonly durationMs: number;
  }): void;
  unfetched(where: { readonly kind: string; readonly environment: string }): void;
  /** Read when asked for. */
  gauge(name: string, help: string, read: () => number | Promise<number>): void;
}

const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 10, 30];

export function createMetrics(role: string): Metrics {
  const registers = [new Registry()];
  const registry = registers[0] as Registry;
  registry.setDefaultLabels({ role });
  collectDefaultMetrics({ register: registry, prefix: 'aetherius_' });
  const deliveries = new Counter({
    name: 'aetherius_slack_deliveries_total',
    help: 'Deliveries from Slack by kind and what became of them.',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const acks = new Histogram({
    name: 'aetherius_slack_ack_seconds',
    help: 'From receiving a delivery to its acknowledgement.',
    labelNames: ['kind'],
    buckets: secondsBuckets,
    registers,
  });
  const sends = new Histogram({
    name: 'aetherius_slack_send_seconds',
    help: 'Calls to Slack by method of the outbox.',
    labelNames: ['method'],
    buckets: secondsBuckets,
    registers,
  });
  const failures = new Counter({
    name: 'aetherius_slack_send_failures_total',
    help: 'Calls to Slack that failed, by what that means.',
    labelNames: ['method', 'failure'],
    registers,
  });
  const jobs = new Histogram({
    name: 'aetherius_job_seconds',
    help: 'Jobs by kind, environment, way and outcome.',
    labelNames: ['kind', 'environment', 'via', 'outcome'],
    buckets: secondsBuckets,
    registers,
  });
  const unfetched = new Counter({
    name: 'aetherius_jobs_unfetched_total',
    help: 'Times that work lay in Redis which this process did not get from it and did from PostgreSQL.',
    labelNames: ['kind', 'environment'],
    registers,
  });
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    delivery: (kind, outcome) => deliveries.inc({ kind, outcome }),
    ack: (kind, ms) => acks.observe({ kind }, ms / 1000),
    sent: (method, ms) => sends.observe({ method }, ms / 1000),
    sendFailed: (method, failure) => failures.inc({ method, failure }),
    job: ({ kind, environment, via, outcome, durationMs }) =>
      jobs.observe({ kind, environment, via, outcome }, durationMs / 1000),
    unfetched: (where) => unfetched.inc({ ...where }),
    gauge(name, help, read) {
      const gauge: Gauge = new Gauge({
        name,
        help,
        registers,
        async collect() {
          try {
            gauge.set(await read());
          } catch {
            // A value that cannot be read is absent, not zero.
            gauge.reset();
          }
        },
      });
    },
  };
}
