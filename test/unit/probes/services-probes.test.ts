import { Function as Fn, Line, Location, Profile, Sample, StringTable, ValueType } from 'pprof-format';
import { describe, expect, it } from 'vitest';
import type { ServicesTarget } from '../../../src/domain/look/targets/http.ts';
import type { ServiceId } from '../../../src/domain/platform/part.ts';
import { servicesCommandCapacity } from '../../../src/probes/services/command-capacity.probe.ts';
import { servicesCpuProfile } from '../../../src/probes/services/cpu-profile.probe.ts';
import { servicesExecutorQueue } from '../../../src/probes/services/executor-queue.probe.ts';
import { servicesHeapProfile } from '../../../src/probes/services/heap-profile.probe.ts';
import { servicesProcessTrend } from '../../../src/probes/services/process-trend.probe.ts';
import { servicesRootCauseCall } from '../../../src/probes/services/root-cause-call.probe.ts';
import { servicesStepTimeouts } from '../../../src/probes/services/step-timeouts.probe.ts';
import { servicesWorkflowExecutions } from '../../../src/probes/services/workflow-executions.probe.ts';
import { wordsIn } from '../../../src/text/words.ts';
import { type FakePart, fakeRuntime } from '../../support/fake-runtime.ts';
import { fakeServices, httpAnswer, probeContext } from '../../support/probe-context.ts';

const MIB = 1024 * 1024;
const pages = (...samples: readonly Readonly<Record<string, number>>[]) =>
  fakeServices({
    '/metrics': samples.map((sample) =>
      httpAnswer(
        Object.entries(sample)
          .map(([name, value]) => `${name} ${value}\n`)
          .join(''),
      ),
    ),
  });
const json = (value: unknown, status = 200) => httpAnswer(JSON.stringify(value), status);

/** Stacks with their values, innermost function first; what stands together was inlined into the last. */
type Stacks = readonly (readonly [value: number, ...frames: readonly (string | readonly string[])[]])[];

/** A profile of one kind; the names of dependencies have the file of one. */
function stacked(type: string, stacks: Stacks): Uint8Array {
  const stringTable = new StringTable();
  const places = [
    ...new Set(stacks.flatMap(([, ...frames]) => frames.map((frame) => [frame].flat().join(' ')))),
  ];
  const names = [...new Set(places.flatMap((place) => place.split(' ')))];
  const fileOf = (name: string) =>
    name.startsWith('github.com/') ? 'github.com/x/y@v1.2.3/z.go' : `${name}.go`;
  return new Profile({
    sampleType: [new ValueType({ type: stringTable.dedup(type), unit: stringTable.dedup('unit') })],
    function: names.map(
      (name, index) =>
        new Fn({ id: index + 1, name: stringTable.dedup(name), filename: stringTable.dedup(fileOf(name)) }),
    ),
    location: places.map(
      (place, index) =>
        new Location({
          id: index + 1,
          line: place.split(' ').map((name) => new Line({ functionId: names.indexOf(name) + 1, line: 7 })),
        }),
    ),
    sample: stacks.map(
      ([value, ...frames]) =>
        new Sample({
          locationId: frames.map((frame) => places.indexOf([frame].flat().join(' ')) + 1),
          value: [value],
        }),
    ),
    stringTable,
  }).encode();
}

/** A profile of one kind with one sample a function. */
const profile = (type: string, values: Readonly<Record<string, number>>): Uint8Array =>
  stacked(
    type,
    Object.entries(values).map(([name, value]) => [value, name]),
  );

/** The metrics of a replica by the time of its start. */
const replica = (start: number, values: Readonly<Record<string, number>>) => ({
  process_start_time_seconds: start,
  ...values,
});

describe('samples that reach different replicas', () => {
  const waits = {
    executor_workers: 4,
    executor_workers_busy: 4,
    executor_queue_size: 10,
    executor_queue_capacity: 100,
    executor_executions_total: 50,
  };
  const idle = { ...waits, executor_workers_busy: 0, executor_queue_size: 0 };
  const executor = (...samples: readonly Readonly<Record<string, number>>[]) =>
    servicesExecutorQueue.run({ seconds: 3 }, probeContext({ services: pages(...samples) }));
  const other = { facts: { reason: 'another-replica' } };

  it('are taken again until the first replica is met', async () => {
    const [one, two] = [replica(100, waits), replica(200, idle)];

    expect(await executor(one, two, two, two, two, one)).toMatchObject({
      findings: [{ code: 'EXECUTOR_STARVED' }],
    });
  });

  it('are never compared when the first replica is not met again', async () => {
    const [one, two] = [replica(100, waits), replica(200, waits)];

    await expect(executor(one, two, two, two, two, two, one)).rejects.toMatchObject(other);
    await expect(executor(one, waits)).rejects.toMatchObject(other);
  });

  it('show themselves by a counter that fell, where nobody tells the start', async () => {
    await expect(executor(waits, { ...waits, executor_executions_total: 20 })).rejects.toMatchObject(other);
    const commands = { command_max_concurrent: 2, command_inflight: 0, command_timeouts_total: 5 };
    await expect(
      servicesCommandCapacity.run(
        { seconds: 3 },
        probeContext({ services: pages(commands, { ...commands, command_timeouts_total: 1 }) }),
      ),
    ).rejects.toMatchObject(other);
  });

  it('make no growth of the memory of several processes', async () => {
    const of = (start: number, mib: number) => replica(start, { process_resident_memory_bytes: mib * MIB });
    const trend = (...samples: readonly Readonly<Record<string, number>>[]) =>
      servicesProcessTrend.run(
        { service: 'agent-manager', seconds: 9 },
        probeContext({ services: pages(...samples) }),
      );

    expect(
      await trend(of(1, 100), of(2, 200), of(1, 100), of(2, 300), of(1, 100), of(2, 400), of(1, 100)),
    ).toMatchObject({ status: 'healthy', facts: { memoryMiB: 100 } });
    await expect(trend(of(1, 100), of(2, 200), of(3, 300), of(4, 400))).rejects.toMatchObject(other);
  });

  it('have their words in both languages', () => {
    for (const language of ['en', 'zh-CN'] as const)
      expect(wordsIn(language).lookup('cause.another-replica')).toBeDefined();
  });
});

describe('services.executor-queue', () => {
  const look = (busy: number, queue: number) => {
    const sample = {
      executor_workers: 4,
      executor_workers_busy: busy,
      executor_queue_size: queue,
      executor_queue_capacity: 100,
    };
    return servicesExecutorQueue.run({ seconds: 3 }, probeContext({ services: pages(sample, sample) }));
  };

  it('is starved when all workers are busy and executions wait', async () => {
    expect(await look(4, 10)).toMatchObject({
      findings: [{ code: 'EXECUTOR_STARVED', facts: { queue: 10, workers: 4 } }],
    });
    expect(await look(4, 0)).toMatchObject({ status: 'healthy' });
    expect(await look(1, 10)).toMatchObject({ status: 'healthy' });
  });

  it('could not look when executions wait and the metrics that would tell why are absent', async () => {
    const whole = {
      executor_workers: 4,
      executor_workers_busy: 1,
      executor_queue_size: 10,
      executor_queue_capacity: 100,
    };
    for (const name of ['executor_workers', 'executor_workers_busy', 'executor_queue_capacity'] as const) {
      const { [name]: _absent, ...sample } = whole;
      const run = (given: Readonly<Record<string, number>>) =>
        servicesExecutorQueue.run({ seconds: 3 }, probeContext({ services: pages(given) }));

      expect(await run(sample)).toMatchObject({
        status: 'inconclusive',
        cause: { facts: { reason: 'metrics-absent', metrics: name } },
      });
      expect(await run({ ...sample, executor_queue_size: 0 })).toMatchObject({ status: 'healthy' });
    }
    for (const language of ['en', 'zh-CN'] as const)
      expect(wordsIn(language).lookup('cause.metrics-absent')).toBeDefined();
  });

  it('is not judged where the metrics are absent (R-PLAT12)', async () => {
    expect(
      await servicesExecutorQueue.run({ seconds: 3 }, probeContext({ services: pages({ up: 1 }) })),
    ).toMatchObject({ status: 'skipped', reason: 'not-installed' });
  });
});

describe('services.command-capacity', () => {
  it('sees all slots taken, and time-outs while it looks', async () => {
    const idle = {
      command_max_concurrent: 2,
      command_inflight: 0,
      command_queue_size: 0,
      command_timeouts_total: 5,
    };
    const full = { ...idle, command_inflight: 2, command_queue_size: 3 };
    const look = (a: typeof idle, b: typeof idle) =>
      servicesCommandCapacity.run({ seconds: 3 }, probeContext({ services: pages(a, b) }));

    expect(await look(idle, idle)).toMatchObject({ status: 'healthy' });
    expect(await look(full, full)).toMatchObject({ findings: [{ code: 'COMMANDS_SATURATED' }] });
    expect(await look(idle, { ...idle, command_timeouts_total: 9 })).toMatchObject({
      findings: [{ code: 'COMMANDS_TIME_OUT' }],
    });
  });

  const whole = {
    command_max_concurrent: 2,
    command_inflight: 0,
    command_queue_size: 0,
    command_timeouts_total: 5,
  };
  const seen = (...samples: readonly Readonly<Record<string, number>>[]) =>
    servicesCommandCapacity.run({ seconds: 3 }, probeContext({ services: pages(...samples) }));
  const without = (name: keyof typeof whole, sample: Readonly<Record<string, number>> = whole) =>
    Object.fromEntries(Object.entries(sample).filter(([key]) => key !== name));
  const unknown = (metrics: string) => ({
    status: 'inconclusive',
    cause: { facts: { reason: 'command-metrics-absent', metrics } },
  });

  it('could not look when an absent metric would have told', async () => {
    const waits = { ...whole, command_inflight: 2, command_queue_size: 3 };

    expect(await seen(without('command_timeouts_total'))).toMatchObject(unknown('command_timeouts_total'));
    expect(await seen(without('command_inflight', waits))).toMatchObject(unknown('command_inflight'));
    expect(await seen(without('command_queue_size', waits))).toMatchObject(unknown('command_queue_size'));
    expect(await seen(waits, without('command_queue_size', waits))).toMatchObject(
      unknown('command_queue_size'),
    );
    for (const language of ['en', 'zh-CN'] as const)
      expect(wordsIn(language).lookup('cause.command-metrics-absent')).toBeDefined();
  });

  it('judges by what is there when that decides alone', async () => {
    const waits = { ...whole, command_inflight: 2, command_queue_size: 3 };

    expect(await seen(without('command_inflight'))).toMatchObject({ status: 'healthy' });
    expect(await seen(without('command_queue_size'))).toMatchObject({ status: 'healthy' });
    expect(await seen(without('command_timeouts_total', waits))).toMatchObject({
      findings: [{ code: 'COMMANDS_SATURATED', facts: { timeoutsPerSecond: null } }],
    });
    const later = { ...waits, command_timeouts_total: 9 };
    expect(await seen(without('command_inflight', waits), without('command_inflight', later))).toMatchObject({
      findings: [{ code: 'COMMANDS_TIME_OUT' }],
    });
  });
});

describe('services.process-trend', () => {
  const look = (
    memory: readonly number[],
    cpu: readonly number[],
    startedBefore?: number,
    service: ServiceId = 'agent-manager',
  ) =>
    servicesProcessTrend.run(
      { service, seconds: 9 },
      probeContext({
        services: pages(
          ...memory.map((mib, index) => ({
            process_resident_memory_bytes: mib * MIB,
            process_cpu_seconds_total: cpu[index] ?? 0,
            ...(startedBefore === undefined
              ? {}
              : { process_start_time_seconds: Date.parse('2026-03-01T10:05:00Z') / 1000 - startedBefore }),
          })),
        ),
      }),
    );

  it('calls steady growth growth, and a single step not', async () => {
    expect(await look([100, 110, 120, 130], [0, 0, 0, 0])).toMatchObject({
      findings: [{ code: 'MEMORY_GROWS', facts: { memoryFromMiB: 100, memoryMiB: 130 } }],
    });
    expect(await look([100, 115, 115, 130], [0, 0, 0, 0])).toMatchObject({
      findings: [{ code: 'MEMORY_GROWS' }],
    });
    expect(await look([100, 130, 130, 130], [0, 0, 0, 0])).toMatchObject({ status: 'healthy' });
    // One step within nine seconds, as a process gets its memory in pieces, and the next one after.
    expect(await look([60, 60, 71, 71, 71, 84], [])).toMatchObject({
      findings: [{ code: 'MEMORY_GROWS', facts: { memoryFromMiB: 60, memoryMiB: 84 } }],
    });
    // A collection of garbage in between.
    expect(await look([46, 58, 70, 63], [0, 0, 0, 0])).toMatchObject({
      findings: [{ code: 'MEMORY_GROWS' }],
    });
    expect(await look([100, 130, 110, 131], [0, 0, 0, 0])).toMatchObject({ status: 'healthy' });
  });

  it('takes the warm-up of a process that was started moments ago for no leak, but a flood for one', async () => {
    expect(await look([16, 17, 18, 19], [], 20)).toMatchObject({ status: 'healthy' });
    expect(await look([16, 17, 18, 19], [], 900)).toMatchObject({ findings: [{ code: 'MEMORY_GROWS' }] });
    expect(await look([20, 35, 50, 65], [], 20)).toMatchObject({ findings: [{ code: 'MEMORY_GROWS' }] });
  });

  it('takes less than a tenth for no growth of reasoning-service, whose heap no profile shows', async () => {
    expect(await look([1000, 1030, 1060, 1099], [], 900, 'reasoning-service')).toMatchObject({
      status: 'healthy',
    });
    expect(await look([1000, 1030, 1060, 1101], [], 900, 'reasoning-service')).toMatchObject({
      findings: [{ code: 'MEMORY_GROWS', part: 'reasoning-service' }],
    });
    expect(await look([1000, 1030, 1060, 1099], [], 900)).toMatchObject({
      findings: [{ code: 'MEMORY_GROWS', part: 'agent-manager' }],
    });
  });

  it('turns CPU seconds into cores', async () => {
    expect(await look([100, 100, 100, 100], [0, 3, 6, 9])).toMatchObject({
      findings: [{ code: 'CPU_HIGH', facts: { cores: 1 } }],
    });
  });
});

describe('services.cpu-profile and services.heap-profile', () => {
  it('name the function of the program, not of the runtime', async () => {
    const busy = profile('cpu', { 'runtime.mallocgc': 3e9, 'aetherius.io/agent/rules.match': 6e9 });
    const services = fakeServices({ '/debug/pprof/profile?seconds=5': [httpAnswer(busy)] });

    expect(
      await servicesCpuProfile.run({ service: 'agent-manager', seconds: 5 }, probeContext({ services })),
    ).toMatchObject({
      findings: [{ code: 'HOT_FUNCTION', subject: 'aetherius.io/agent/rules.match', facts: { line: 7 } }],
    });
  });

  it('find nothing hot in a profile of an idle process, and have no say for Python', async () => {
    const idle = profile('cpu', { 'aetherius.io/agent/rules.match': 1e7 });
    const services = fakeServices({ '/debug/pprof/profile?seconds=5': [httpAnswer(idle)] });

    expect(
      await servicesCpuProfile.run({ service: 'agent-manager', seconds: 5 }, probeContext({ services })),
    ).toMatchObject({ status: 'healthy' });
    expect(
      await servicesCpuProfile.run(
        { service: 'reasoning-service', seconds: 5 },
        probeContext({ services: fakeServices({}) }),
      ),
    ).toMatchObject({ reason: 'not-applicable' });
    expect(
      await servicesHeapProfile.run(
        { service: 'reasoning-service', seconds: 8 },
        probeContext({ services: fakeServices({}) }),
      ),
    ).toMatchObject({ reason: 'not-applicable' });
  });
});

describe('services.cpu-profile', () => {
  const match = 'aetherius.io/agent/rules.match';
  const outer = ['net/http.(*conn).serve', 'main.main'] as const;
  const gin = 'github.com/gin-gonic/gin.(*Context).Next';
  const handler = 'main.(*Server).ServeHTTP';
  const look = (stacks: Stacks, parts?: readonly FakePart[]) =>
    servicesCpuProfile.run(
      { service: 'agent-manager', seconds: 5 },
      probeContext({
        services: fakeServices({
          '/debug/pprof/profile?seconds=5': [httpAnswer(stacked('cpu', stacks))],
        }),
        ...(parts === undefined ? {} : { runtime: fakeRuntime({ 'agent-manager': parts }) }),
      }),
    );
  /** Nanoseconds that these cores take in the five seconds. */
  const cores = (value: number) => value * 5e9;
  const little = { status: 'inconclusive', cause: { facts: { reason: 'too-little-cpu' } } };

  it('names neither the outer function nor the framework that merely contains the work', async () => {
    const spread = ['a', 'b', 'c', 'd', 'e'].map(
      (name) => [cores(0.2), `aetherius.io/agent/${name}.Work`, handler, gin, ...outer] as const,
    );

    expect(await look(spread)).toMatchObject({ status: 'healthy' });
    expect(await look([[cores(1), 'strings.Index', match, handler, gin, ...outer]])).toMatchObject({
      findings: [{ code: 'HOT_FUNCTION', subject: match, facts: { percent: 100 } }],
    });
  });

  it('names the function that asks a library for the work', async () => {
    const query = 'github.com/jackc/pgx/v5.(*Conn).Query';

    expect(
      await look([
        [cores(0.4), 'syscall.Syscall', query, 'main.store', ...outer],
        [cores(0.6), 'runtime.gcBgMarkWorker'],
      ]),
    ).toMatchObject({ findings: [{ subject: 'main.store', facts: { percent: 40 } }] });
  });

  it('asks for 35 % of all samples, those of the garbage collector too', async () => {
    const share = (part: number) =>
      look([
        [cores(part), match, ...outer],
        [cores(1 - part), 'runtime.gcBgMarkWorker'],
      ]);

    expect(await share(0.35)).toMatchObject({ findings: [{ code: 'HOT_FUNCTION' }] });
    expect(await share(0.34)).toMatchObject({ status: 'healthy' });
  });

  it('counts what was inlined into a function with it, where nothing is enough by itself', async () => {
    const [compare, related] = ['main.compare', 'main.related'];

    expect(
      await look([
        [cores(0.25), ['main.prefix', related, compare], ...outer],
        [cores(0.25), [related, compare], ...outer],
        [cores(0.25), compare, ...outer],
        [cores(0.25), 'runtime.gcBgMarkWorker'],
      ]),
    ).toMatchObject({ findings: [{ subject: compare, facts: { percent: 75 } }] });
  });

  it('judges a small limit by 60 % of it, and not by a quarter of a core', async () => {
    const limited = [{ cpuLimitMillicores: 200 }];

    expect(await look([[cores(0.19), match, ...outer]], limited)).toMatchObject({
      findings: [{ code: 'HOT_FUNCTION', subject: match }],
    });
    expect(await look([[cores(0.1), match, ...outer]], limited)).toMatchObject(little);
    expect(await look([[cores(0.24), match, ...outer]])).toMatchObject({ status: 'healthy' });
  });

  it('cannot tell from a handful of samples', async () => {
    expect(await look([[cores(0.04), match, ...outer]], [{ cpuLimitMillicores: 40 }])).toMatchObject(little);
    for (const language of ['en', 'zh-CN'] as const)
      expect(wordsIn(language).lookup('cause.too-little-cpu')).toBeDefined();
  });

  it('calls a process idle only when it is the only one and far from its limit', async () => {
    const idle: Stacks = [[cores(0.02), match, ...outer]];

    expect(await look(idle, [{ cpuLimitMillicores: 1000 }])).toMatchObject({ status: 'healthy' });
    expect(await look(idle, [{}])).toMatchObject({ status: 'healthy' });
    expect(await look(idle, [{ cpuLimitMillicores: 1000 }, { cpuLimitMillicores: 1000 }])).toMatchObject(
      little,
    );
    expect(await look(idle, [{ cpuLimitMillicores: 50 }])).toMatchObject(little);
  });
});

describe('two heap profiles', () => {
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

describe('services.root-cause-call', () => {
  const path = '/api/v1/analyze/root-cause';
  const call = (answer: ReturnType<typeof httpAnswer>) =>
    servicesRootCauseCall.run({}, probeContext({ services: fakeServices({ [path]: [answer] }) }));

  it('tells a broken model from another failure, and an analysis without the graph from both (R-PLAT13)', async () => {
    expect(await call(json({ root_causes: [] }))).toMatchObject({ status: 'healthy' });
    expect(
      await call(json({ error: 'analysis failed: cannot load the model /app/models/x' }, 500)),
    ).toMatchObject({
      findings: [{ code: 'ROOT_CAUSE_FAILS' }, { code: 'ROOT_CAUSE_MODEL_ERROR' }],
    });
    expect(await call(json({ error: 'analysis failed: MemoryError' }, 500))).toMatchObject({
      findings: [{ code: 'ROOT_CAUSE_FAILS' }],
    });
    expect(await call(json({ knowledge_graph: 'unavailable' }))).toMatchObject({
      findings: [{ code: 'ROOT_CAUSE_GRAPH_UNAVAILABLE' }],
    });
  });
});

const executionsPath = (limit: number) => `/api/v1/workflows/executions?limit=${limit}`;
const pending = {
  id: 'e1',
  workflow_id: 'diagnose-oom',
  status: 'pending',
  created_at: '2026-03-01T10:00:00Z',
};

describe('services.workflow-executions', () => {
  const look = (list: readonly object[]) => {
    const answer = json({ executions: list });
    const services = fakeServices({
      [executionsPath(500)]: [answer],
      [executionsPath(200)]: [answer],
      [executionsPath(1000)]: [answer],
    });
    return servicesWorkflowExecutions.run(
      servicesWorkflowExecutions.params.parse({}),
      probeContext({ services }),
    );
  };

  it('sees executions that stay pending', async () => {
    expect(await look([pending])).toMatchObject({
      findings: [{ code: 'EXECUTIONS_PENDING', facts: { stuck: 1, workflows: 'diagnose-oom' } }],
    });
    expect(await look([{ ...pending, status: 'completed' }])).toMatchObject({ status: 'healthy' });
  });
});

describe('services.step-timeouts', () => {
  const failed = (error: string, status: string) => ({
    ...pending,
    status: 'failed',
    finished_at: '2026-03-01T10:02:00Z',
    steps: [{ id: 'collect_logs', status, timeout_seconds: 2, duration_ms: 2000, error }],
  });
  const look = (...list: readonly object[]) =>
    servicesStepTimeouts.run(
      { minutes: 30 },
      probeContext({ services: fakeServices({ [executionsPath(200)]: [json({ executions: list })] }) }),
    );

  it('tells the step’s own limit from the command’s', async () => {
    expect(await look(failed('timeout after 2s', 'timeout'))).toMatchObject({
      findings: [{ code: 'STEP_TIMED_OUT', facts: { timeoutSeconds: 2 } }],
    });
    expect(await look(failed('command timeout: no free slot within 5s', 'failed'))).toMatchObject({
      findings: [{ code: 'STEP_COMMAND_TIMED_OUT' }],
    });
  });

  const step = (more: object) => ({
    ...failed('', 'failed'),
    steps: [{ id: 'collect_logs', status: 'failed', timeout_seconds: 120, ...more }],
  });

  it('takes no failed command for a slow one', async () => {
    for (const error of ['command failed: exit status 1', 'command failed: no such file or directory'])
      expect(await look(step({ duration_ms: 119_000, error }))).toMatchObject({ status: 'healthy' });
    for (const error of ['command timeout: no result within 2s', 'timed out waiting for result'])
      expect(await look(step({ duration_ms: 2000, error }))).toMatchObject({
        findings: [{ code: 'STEP_COMMAND_TIMED_OUT' }],
      });
  });

  it('takes a call that timed out after a fraction of the step’s limit for no timeout of the step', async () => {
    const error = 'Post "http://agent-manager:8080/api/v1/commands": dial tcp 10.0.0.7:8080: i/o timeout';

    expect(await look(step({ duration_ms: 30_000, error }))).toMatchObject({ status: 'healthy' });
    expect(await look(step({ duration_ms: 108_000, error: 'context deadline exceeded' }))).toMatchObject({
      findings: [{ code: 'STEP_TIMED_OUT', facts: { tookSeconds: 108 } }],
    });
    expect(
      await look(
        step({
          started_at: '2026-03-01T10:00:00Z',
          finished_at: '2026-03-01T10:02:00Z',
          error: 'timed out',
        }),
      ),
    ).toMatchObject({ findings: [{ code: 'STEP_TIMED_OUT', facts: { tookSeconds: 120 } }] });
  });

  it('could not look when the steps of a failed execution, or their durations, are not told', async () => {
    const unreadable = {
      status: 'inconclusive',
      cause: { facts: { reason: 'steps-unreadable', executions: 1 } },
    };

    for (const steps of [null, []])
      expect(await look({ ...failed('', ''), steps })).toMatchObject(unreadable);
    expect(await look({ ...failed('', ''), steps: [], error: 'step x: timeout after 2s' })).toMatchObject(
      unreadable,
    );
    expect(await look(step({ error: 'context deadline exceeded' }))).toMatchObject(unreadable);
    expect(await look({ ...failed('', ''), steps: [], error: 'no workflow "x"' })).toMatchObject({
      status: 'healthy',
    });
    for (const language of ['en', 'zh-CN'] as const)
      expect(wordsIn(language).lookup('cause.steps-unreadable')).toBeDefined();
  });

  it('takes a failure for history once the workflow went through again', async () => {
    const later = { ...pending, id: 'e2', status: 'completed', created_at: '2026-03-01T10:03:00Z' };

    expect(await look(failed('timeout after 2s', 'timeout'), later)).toMatchObject({ status: 'healthy' });
  });
});
