import { z } from 'zod';
import { serviceIds } from '../../domain/platform/part.ts';
import { guide } from '../../domain/platform/table.ts';
import type { FindingCode } from '../../domain/probe/findings.ts';
import { defineProbe } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { rate, refuseFallen, round, type Scrape, scrape, scrapeAgain } from '../support/metrics.ts';

const MIB = 1024 * 1024;
const SAMPLES = 4;
/** How many there are at most, while one step up may be the first of several: a process gets its memory in pieces. */
const MOST_SAMPLES = 10;
/** Cores in use above which a service is called busy, when no limit says more. */
const BUSY_CORES = 0.4;
/** Growth in MiB a minute that is no noise of a garbage collector. */
const LEAK_MIB_PER_MINUTE = 6;
/** A process fills its pools and caches for a while after its start: only much more than that is a leak. */
const WARM_UP_SECONDS = 180;
const LEAK_MIB_PER_MINUTE_AT_START = 40;
/**
 * Share of its memory by which reasoning-service must grow: its trend is the only evidence, since no heap profile names
 * what keeps the memory, and a working model moves by some percent.
 */
const LEAK_SHARE_WITHOUT_PROFILE = 0.1;

/** Least-squares slope of y over x. */
function slope(points: readonly (readonly [number, number])[]): number {
  const n = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / n;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / n;
  const over = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const under = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return under === 0 ? 0 : over / under;
}

const stepsOf = (values: readonly number[]): readonly number[] =>
  values.slice(1).map((value, index) => value - (values[index] ?? value));

/** Minutes, and MiB of resident memory. */
const memoryOf = (samples: readonly Scrape[]): readonly (readonly [number, number])[] =>
  samples.map((sample) => [sample.at / 60_000, (sample.value('process_resident_memory_bytes') ?? 0) / MIB]);

/** One step up so far, and with it more than a leak's pace: what comes next tells. */
function mayBeFirstStep(samples: readonly Scrape[]): boolean {
  const memory = memoryOf(samples);
  const up = stepsOf(memory.map(([, mib]) => mib)).filter((step) => step > 0);
  return up.length === 1 && slope(memory) >= LEAK_MIB_PER_MINUTE;
}

/**
 * Up in two steps or more, and never down by more than half of the way: the heap profile that is taken beside this makes
 * the process collect its garbage, and some of it goes back to the system.
 */
function keepsRising(values: readonly number[]): boolean {
  const steps = stepsOf(values);
  const way = (values.at(-1) ?? 0) - (values[0] ?? 0);
  return steps.filter((step) => step > 0).length >= 2 && steps.every((step) => step >= -way / 2);
}

export const servicesProcessTrend = defineProbe({
  id: 'services.process-trend',
  doc: `How much CPU does a service use, and does its memory grow?

Reads \`${guide.paths.metrics}\` several times: CPU seconds become cores in use, resident memory becomes a slope in MiB a minute.
Memory counts as growth when it rises in two steps or more and falls by less than half of that.
After a single increase it observes for up to three times as long; the increase counts only if it repeats.
The warm-up of a process that started moments ago does not count.
For reasoning-service, which has no heap profile, growth below a tenth does not count.
All samples come from one process, even where several replicas answer.`,
  params: z.strictObject({
    service: z.enum(serviceIds).describe('The service to check.'),
    seconds: z.number().positive().max(120).default(9).describe('Length of the observation, in seconds.'),
  }),
  part: ({ service }) => service,
  needs: ['services'],
  ofHttp: true,
  measuresLoad: true,
  timeoutMs: 150_000,
  emits: ['CPU_HIGH', 'MEMORY_GROWS'],
  async run({ service: id, seconds }, context) {
    const { services } = context.deps as With<'services'>;
    const samples: Scrape[] = [];
    for (let index = 0; index < (mayBeFirstStep(samples) ? MOST_SAMPLES : SAMPLES); index += 1) {
      if (index > 0) await context.wait((seconds * 1000) / (SAMPLES - 1));
      const [earliest] = samples;
      const sample =
        earliest === undefined
          ? await scrape(services, id, context)
          : await scrapeAgain(earliest, services, id, context);
      if (sample === undefined) return { status: 'skipped', reason: 'no-data' };
      refuseFallen(samples.at(-1) ?? sample, sample, id, [['process_cpu_seconds_total']]);
      samples.push(sample);
    }
    const [first, last] = [samples[0], samples.at(-1)];
    if (
      first === undefined ||
      last === undefined ||
      first.value('process_resident_memory_bytes') === undefined
    ) {
      return { status: 'skipped', reason: 'not-installed' };
    }
    const memory = memoryOf(samples);
    const perMinute = slope(memory);
    const rises = keepsRising(memory.map(([, mib]) => mib));
    const [from, to] = [memory[0]?.[1] ?? 0, memory.at(-1)?.[1] ?? 0];
    const enough = id !== 'reasoning-service' || to - from >= from * LEAK_SHARE_WITHOUT_PROFILE;
    const cores = rate(first, last, 'process_cpu_seconds_total');
    const facts = {
      seconds: round((last.at - first.at) / 1000),
      cores: cores === undefined ? null : round(cores),
      memoryMiB: Math.round(to),
      memoryFromMiB: Math.round(from),
      growthMiBPerMinute: round(perMinute),
      goroutines: last.value('go_goroutines') ?? null,
    };
    const started = last.value('process_start_time_seconds');
    const age = started === undefined ? Number.POSITIVE_INFINITY : last.at / 1000 - started;
    const warm = age < 0 || age > WARM_UP_SECONDS;
    const leak = warm ? LEAK_MIB_PER_MINUTE : LEAK_MIB_PER_MINUTE_AT_START;
    const finding = (code: FindingCode) =>
      ({ code, severity: 'warning', part: id, subject: id, facts }) as const;
    const findings = [
      ...(cores !== undefined && cores >= BUSY_CORES ? [finding('CPU_HIGH')] : []),
      ...(rises && enough && perMinute >= leak ? [finding('MEMORY_GROWS')] : []),
    ];
    const [one, ...more] = findings;
    return one === undefined
      ? { status: 'healthy', facts }
      : { status: 'unhealthy', facts, findings: [one, ...more] };
  },
});
