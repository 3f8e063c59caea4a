import { z } from 'zod';
import { TargetError } from '../../domain/errors.ts';
import { serviceIds } from '../../domain/part.ts';
import { defineProbe } from '../../domain/probe.ts';
import type { With } from '../../domain/targets.ts';
import { anotherReplica, ofOneProcess, scrape } from '../support/metrics.ts';
import { type HotFunction, readProfile } from '../support/pprof.ts';

const MIB = 1024 * 1024;
/** Growth of one function's live heap between the samples that is no noise. */
const GROWTH_BYTES = 1 * MIB;
/** Share of the live heap in one function that is suspicious together with growth. */
const HELD_SHARE = 0.3;

export const servicesHeapProfile = defineProbe({
  id: 'services.heap-profile',
  doc: `Which function of a Go service holds the memory that grows?

Takes the heap profile twice, each after a garbage collection, and compares live memory (\`inuse_space\`) by the innermost
function of the program itself on the way to the allocation. Where several replicas answer at one address it could not look: a profile does not say whose it is.`,
  params: z.strictObject({
    service: z.enum(serviceIds).describe('The service to profile.'),
    seconds: z.number().positive().max(60).default(8).describe('Time between the two profiles, in seconds.'),
  }),
  part: ({ service }) => service,
  needs: ['services'],
  timeoutMs: 90_000,
  emits: ['HEAP_GROWS_AT'],
  async run({ service: id, seconds }, context) {
    const { services } = context.deps as With<'services'>;
    const service = services.find(id);
    if (service === undefined) return { status: 'skipped', reason: 'not-configured' };
    const take = async () => {
      const answer = await services.request(`${service.url}/debug/pprof/heap?gc=1`, {
        maxBytes: 32 << 20,
        timeoutMs: 10_000,
        signal: context.signal,
      });
      if (answer.status === 404) return undefined;
      if (answer.status !== 200)
        throw new TargetError('protocol', 'heap cannot be read', { facts: { status: answer.status } });
      return {
        heap: readProfile(answer.body, 'inuse_space'),
        allocated: readProfile(answer.body, 'alloc_space'),
      };
    };
    const identity = await scrape(services, id, context);
    /** A profile does not say whose it is, and each request may reach another replica: two that answer are too many. */
    const sameProcess = async () => {
      if (!ofOneProcess(identity, await scrape(services, id, context))) throw anotherReplica(id);
    };
    const before = await take();
    if (before === undefined) {
      return { status: 'skipped', reason: id === 'reasoning-service' ? 'not-applicable' : 'not-installed' };
    }
    await sameProcess();
    await context.wait(seconds * 1000);
    await sameProcess();
    const after = await take();
    if (after === undefined) return { status: 'skipped', reason: 'not-installed' };
    await sameProcess();
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
