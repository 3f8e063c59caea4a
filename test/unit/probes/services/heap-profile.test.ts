import { describe, expect, it } from 'vitest';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { ServicesTarget } from '../../../../src/domain/probe/targets/http.ts';
import { servicesHeapProfile } from '../../../../src/probes/services/heap-profile.probe.ts';
import { profile } from '../../../support/go-profiles.ts';
import { fakeServices, httpAnswer, probeContext } from '../../../support/probe-context.ts';

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
      find: (id) => ({ id, url: `http://${id}`, healthPaths: [], paths: asInGuide.paths }),
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

describe('services.heap-profile, at its thresholds', () => {
  const params = servicesHeapProfile.params.parse({ service: 'agent-manager' });
  const page = (values: Readonly<Record<string, number>>) => httpAnswer(profile('inuse_space', values));
  const look = async (...heaps: readonly Readonly<Record<string, number>>[]) => {
    const context = probeContext({ services: fakeServices({ '/debug/pprof/heap?gc=1': heaps.map(page) }) });
    const start = context.now().getTime();
    const outcome = await servicesHeapProfile.run(params, context);
    return { outcome, waited: context.now().getTime() - start };
  };
  const [add, rest] = ['aetherius.io/agent/cache.add', 'aetherius.io/agent/rules.load'];

  it.each([
    [MIB - 1, 'healthy'],
    [MIB, 'unhealthy'],
    [MIB + 1, 'unhealthy'],
  ])('takes a mebibyte for growth of one function: %i bytes', async (growth, status) => {
    // Beside what holds so much that this is no great part of it.
    expect(await look({ [add]: 0, [rest]: 90 * MIB }, { [add]: growth, [rest]: 90 * MIB })).toMatchObject({
      outcome: { status },
      waited: 8_000,
    });
  });

  it.each([
    [MIB / 2 - 1, 'healthy'],
    [MIB / 2, 'unhealthy'],
    [MIB / 2 + 1, 'unhealthy'],
  ])('and half of one where it holds much of the heap: %i bytes', async (growth, status) => {
    expect(await look({ [add]: 8 * MIB }, { [add]: 8 * MIB + growth })).toMatchObject({
      outcome: { status },
    });
  });

  it.each([
    [2_999, 'healthy'],
    [3_000, 'unhealthy'],
    [3_001, 'unhealthy'],
  ])('which is three tenths of it: %i of 10 000 KiB', async (held, status) => {
    const heap = (mine: number) => ({ [add]: mine * 1024, [rest]: (10_000 - held) * 1024 });

    expect(await look(heap(held - 600), heap(held))).toMatchObject({ outcome: { status } });
  });

  it('finds nothing where the heap as a whole does not grow', async () => {
    expect(await look({ [add]: 0, [rest]: 9 * MIB }, { [add]: 8 * MIB, [rest]: MIB })).toMatchObject({
      outcome: { status: 'healthy', facts: { growthMiB: 0 } },
    });
  });

  it('says how much, in tenths of a mebibyte, and names what grew most', async () => {
    expect(
      await look({ [add]: 2 * MIB, [rest]: MIB }, { [add]: 3.26 * MIB, [rest]: 6.12 * MIB }),
    ).toMatchObject({
      outcome: {
        findings: [
          {
            subject: rest,
            facts: { heldMiB: 6.1, grewMiB: 5.1, heapMiB: 9.4, growthMiB: 6.4, function: rest },
          },
        ],
      },
    });
  });

  /** Counts what is asked of a service whose every request reaches a process with the next of these starts. */
  const counting = async (starts: (nth: number) => number, kept: boolean) => {
    let metrics = 0;
    let connections = 0;
    const asked: unknown[] = [];
    const services: ServicesTarget = {
      ...fakeServices({}),
      request: async (url, options) => {
        if (url.endsWith('/metrics')) return httpAnswer(`process_start_time_seconds ${starts(metrics++)}\n`);
        asked.push([options?.maxBytes, options?.timeoutMs]);
        return page({ [add]: MIB });
      },
      overOneConnection: (work) => {
        connections += 1;
        return work(services, () => kept);
      },
    };
    const outcome = await servicesHeapProfile
      .run(params, probeContext({ services }))
      .catch((error: { readonly facts?: unknown }) => error.facts);
    return { outcome, metrics, connections, asked };
  };

  it('looks sixteen times for the first process', async () => {
    // The first profile is of process 1, and every later look meets another one.
    const seen = await counting((nth) => (nth < 2 ? 1 : 2), true);

    expect(seen).toMatchObject({
      outcome: { reason: 'another-replica' },
      connections: 1 + 16,
      metrics: 2 + 16,
    });
    expect(seen.asked).toEqual([[32 * 1024 * 1024, 10_000]]);
  });

  it('asks four times who answers where no connection is kept, and once where it is', async () => {
    expect(await counting(() => 1, false)).toMatchObject({ metrics: 10, connections: 2 });
    expect(await counting(() => 1, true)).toMatchObject({ metrics: 4, connections: 2 });
  });

  it('waits a minute at most', () => {
    const fits = (seconds: number) =>
      servicesHeapProfile.params.safeParse({ service: 'agent-manager', seconds }).success;

    expect([60, 61].map(fits)).toEqual([true, false]);
  });

  it('tells an answer that is no profile, and one that is not there', async () => {
    const answers = (...statuses: readonly number[]) =>
      servicesHeapProfile.run(
        params,
        probeContext({
          services: fakeServices({
            '/debug/pprof/heap?gc=1': statuses.map((status) =>
              status === 200 ? page({ [add]: 1 }) : httpAnswer('', status),
            ),
          }),
        }),
      );

    for (const statuses of [[404], [200, 404]])
      expect(await answers(...statuses)).toMatchObject({ status: 'skipped', reason: 'not-installed' });
    await expect(answers(500)).rejects.toMatchObject({ stage: 'protocol', facts: { status: 500 } });
    const services = { ...fakeServices({}), find: () => undefined };
    expect(await servicesHeapProfile.run(params, probeContext({ services }))).toMatchObject({
      reason: 'not-configured',
    });
  });
});
