import { z } from 'zod';
import { TargetError } from '../../domain/kernel/errors.ts';
import { serviceIds } from '../../domain/platform/part.ts';
import { defineProbe } from '../../domain/probe/probe.ts';
import type { ServicesTarget, ServiceTarget } from '../../domain/probe/targets/http.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { anotherReplica, ofOneProcess, type Scrape, scrape } from '../support/metrics.ts';
import { type HotFunction, type ProfileSummary, readProfile } from '../support/pprof.ts';

const MIB = 1024 * 1024;
/** Growth of one function's live heap between the samples that is no noise. */
const GROWTH_BYTES = 1 * MIB;
/** Share of the live heap in one function that is suspicious together with growth. */
const HELD_SHARE = 0.3;

/** How often the second profile is tried for: of three replicas, each look misses the first one's two times in three. */
const LOOKS = 16;
/** Looks at a service that keeps no connection, all of which have to meet one process. */
const LOOKS_UNKEPT = 4;

interface HeapSample {
  readonly heap: ProfileSummary;
  readonly allocated: ProfileSummary;
  /** Metrics of the profiled process, which contain its start time; undefined when it has no metrics. */
  readonly process: Scrape | undefined;
}

type Sampling = Parameters<typeof scrape>[2];

/**
 * A profile does not say whose it is, so it is taken between two looks at the metrics of the same connection, which tell
 * when the process was started. With `of`, connections are made until one reaches that process. Undefined: no profiles.
 */
async function take(
  services: ServicesTarget,
  { id, url, paths }: ServiceTarget,
  context: Sampling,
  of?: Scrape,
): Promise<HeapSample | undefined> {
  for (let look = 0; look < LOOKS; look += 1) {
    const seen = await services.overOneConnection(async (one, kept) => {
      const process = await scrape(one, id, context);
      if (of !== undefined && !ofOneProcess(of, process)) return 'another';
      const answer = await one.request(`${url}${paths.heapProfile}?gc=1`, {
        maxBytes: 32 << 20,
        timeoutMs: 10_000,
        signal: context.signal,
      });
      if (answer.status === 404) return undefined;
      if (answer.status !== 200)
        throw new TargetError('protocol', 'heap cannot be read', { facts: { status: answer.status } });
      for (let after = 0; after < (kept() ? 1 : LOOKS_UNKEPT); after += 1)
        if (!ofOneProcess(process, await scrape(one, id, context))) return 'another';
      return {
        heap: readProfile(answer.body, 'inuse_space'),
        allocated: readProfile(answer.body, 'alloc_space'),
        process,
      };
    });
    if (seen !== 'another') return seen;
  }
  throw anotherReplica(id);
}

export const servicesHeapProfile = defineProbe({
  id: 'services.heap-profile',
  doc: `Which function of a Go service holds the growing memory?

Takes the heap profile twice, each after a garbage collection, and compares live memory (\`inuse_space\`).
Memory counts for the innermost function of the program itself on the way to the allocation.
Both profiles come from one process, identified by its start time.
Where several replicas answer at one address, it connects until it reaches the process of the first profile.`,
  params: z.strictObject({
    service: z.enum(serviceIds).describe('The service to profile.'),
    seconds: z.number().positive().max(60).default(8).describe('Time between the two profiles, in seconds.'),
  }),
  part: ({ service }) => service,
  needs: ['services'],
  ofHttp: true,
  givesWork: true,
  timeoutMs: 90_000,
  emits: ['HEAP_GROWS_AT'],
  async run({ service: id, seconds }, context) {
    const { services } = context.deps as With<'services'>;
    const service = services.find(id);
    if (service === undefined) return { status: 'skipped', reason: 'not-configured' };
    const before = await take(services, service, context);
    if (before === undefined) {
      return { status: 'skipped', reason: id === 'reasoning-service' ? 'not-applicable' : 'not-installed' };
    }
    await context.wait(seconds * 1000);
    const after = await take(services, service, context, before.process);
    if (after === undefined) return { status: 'skipped', reason: 'not-installed' };
    // What a process has allocated in all never becomes less.
    if (after.allocated.total < before.allocated.total) throw anotherReplica(id);

    const was = new Map(before.heap.functions.map((fn) => [fn.name, fn]));
    const growth = (fn: HotFunction) => fn.own - (was.get(fn.name)?.own ?? 0);
    // Allocations happen in library code; the innermost function of the program itself is the one that keeps them.
    const grower = after.heap.functions
      .filter(
        (fn) =>
          growth(fn) >= GROWTH_BYTES ||
          (growth(fn) >= GROWTH_BYTES / 2 && fn.own >= after.heap.total * HELD_SHARE),
      )
      .toSorted((a, b) => growth(b) - growth(a))[0];
    const facts = {
      seconds,
      heapMiB: Math.round((after.heap.total / MIB) * 10) / 10,
      growthMiB: Math.round(((after.heap.total - before.heap.total) / MIB) * 10) / 10,
      allocatedMiB: Math.round((after.allocated.total - before.allocated.total) / MIB),
    };
    if (grower === undefined || facts.growthMiB <= 0) return { status: 'healthy', facts };
    return {
      status: 'unhealthy',
      facts,
      findings: [
        {
          code: 'HEAP_GROWS_AT',
          severity: 'warning',
          part: id,
          subject: grower.name,
          facts: {
            ...facts,
            function: grower.name,
            file: grower.file,
            line: grower.line,
            heldMiB: Math.round((grower.own / MIB) * 10) / 10,
            grewMiB: Math.round((growth(grower) / MIB) * 10) / 10,
          },
        },
      ],
    };
  },
});
