import { describe, expect, it } from 'vitest';
import type { ServicesTarget } from '../../../../src/domain/look/targets/http.ts';
import { servicesHeapProfile } from '../../../../src/probes/services/heap-profile.probe.ts';
import { profile } from '../../../support/go-profiles.ts';
import { fakeServices, httpAnswer, probeContext } from '../../../support/probe-context.ts';
import { replica } from '../../../support/service-pages.ts';

const MIB = 1024 * 1024;

describe('services.heap-profile', () => {
  it('has no say for Python', async () => {
    expect(
      await servicesHeapProfile.run(
        { service: 'reasoning-service', seconds: 8 },
        probeContext({ services: fakeServices({}) }),
      ),
    ).toMatchObject({ reason: 'not-applicable' });
  });
});

describe('services.heap-profile, two profiles', () => {
  const heap = (bytes: number) =>
    httpAnswer(profile('inuse_space', { 'aetherius.io/agent/cache.add': bytes }));
  const allocated = (bytes: number) =>
    httpAnswer(profile('alloc_space', { 'aetherius.io/agent/cache.add': bytes }));
  const look = (heaps: readonly ReturnType<typeof heap>[], starts: readonly number[]) =>
    servicesHeapProfile.run(
      { service: 'agent-manager', seconds: 8 },
      probeContext({
        services: fakeServices({
          '/debug/pprof/heap?gc=1': heaps,
          ...(starts.length === 0
            ? {}
            : { '/metrics': starts.map((start) => httpAnswer(`process_start_time_seconds ${start}\n`)) }),
        }),
      }),
    );
  const other = { facts: { reason: 'another-replica' } };

  it('name what grows in one process, and in one that does not tell its start', async () => {
    const grew = { findings: [{ code: 'HEAP_GROWS_AT', subject: 'aetherius.io/agent/cache.add' }] };

    expect(await look([heap(10 * MIB), heap(20 * MIB)], [100])).toMatchObject(grew);
    expect(await look([heap(10 * MIB), heap(20 * MIB)], [])).toMatchObject(grew);
  });

  interface Replica {
    readonly start: number;
    /** Bytes that live, look by look. */
    readonly heaps: readonly number[];
  }

  /** A service whose connections reach these replicas in turn; one that keeps none reaches another with each request. */
  function replicas(order: readonly Replica[], kept = true): ServicesTarget {
    const looks = new Map<Replica, number>();
    let next = 0;
    const reach = () => {
      const replica = order[Math.min(next, order.length - 1)];
      next += 1;
      if (replica === undefined) throw new Error('no replica');
      return replica;
    };
    const answer = (replica: Replica, url: string) => {
      if (url.endsWith('/metrics')) return httpAnswer(`process_start_time_seconds ${replica.start}\n`);
      const look = looks.get(replica) ?? 0;
      looks.set(replica, look + 1);
      return heap(replica.heaps[Math.min(look, replica.heaps.length - 1)] ?? 0);
    };
    const services: ServicesTarget = {
      find: (id) => ({ id, url: `http://${id}`, healthPaths: [] }),
      request: async (url) => answer(reach(), url),
      overOneConnection: (work) => {
        const replica = kept ? reach() : undefined;
        const request: ServicesTarget['request'] = async (url) => answer(replica ?? reach(), url);
        return work({ ...services, request }, () => kept);
      },
    };
    return services;
  }
  const compare = (services: ServicesTarget) =>
    servicesHeapProfile.run({ service: 'agent-manager', seconds: 8 }, probeContext({ services }));
  const leaking: Replica = { start: 100, heaps: [10 * MIB, 20 * MIB] };
  const [calm, third]: readonly [Replica, Replica] = [
    { start: 200, heaps: [90 * MIB] },
    { start: 300, heaps: [50 * MIB] },
  ];

  it('are of one process of two or three, whichever each connection reaches', async () => {
    const grew = {
      findings: [{ code: 'HEAP_GROWS_AT', facts: { growthMiB: 10, grewMiB: 10, heldMiB: 20 } }],
    };

    expect(await compare(replicas([leaking, calm, leaking]))).toMatchObject(grew);
    expect(await compare(replicas([leaking, calm, third, calm, third, third, leaking]))).toMatchObject(grew);
    expect(await compare(replicas([calm, leaking, third, leaking, calm]))).toMatchObject({
      status: 'healthy',
    });
  });

  it('are not compared where the first process is not reached again', async () => {
    await expect(compare(replicas([leaking, calm]))).rejects.toMatchObject(other);
  });

  it('are not compared where no connection is kept and requests reach several processes', async () => {
    const turns = Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? leaking : calm));

    await expect(compare(replicas(turns, false))).rejects.toMatchObject(other);
    expect(await compare(replicas([leaking], false))).toMatchObject({
      findings: [{ code: 'HEAP_GROWS_AT' }],
    });
  });

  it('are of two processes when less was allocated by the second one', async () => {
    await expect(look([allocated(20 * MIB), allocated(10 * MIB)], [100])).rejects.toMatchObject(other);
  });
});
