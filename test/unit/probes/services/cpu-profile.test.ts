import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import { servicesCpuProfile } from '../../../../src/probes/services/cpu-profile.probe.ts';
import { wordsIn } from '../../../../src/text/words.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';
import { profile, type Stacks, stacked } from '../../../support/go-profiles.ts';
import { fakeServices, httpAnswer, probeContext } from '../../../support/probe-context.ts';

describe('services.cpu-profile, of one sample a function', () => {
  it('names the function of the program, not of the runtime', async () => {
    const busy = profile('cpu', { 'runtime.mallocgc': 3e9, 'aetherius.io/agent/rules.match': 6e9 });
    const services = fakeServices({ '/debug/pprof/profile?seconds=5': [httpAnswer(busy)] });

    expect(
      await servicesCpuProfile.run({ service: 'agent-manager', seconds: 5 }, probeContext({ services })),
    ).toMatchObject({
      findings: [{ code: 'HOT_FUNCTION', subject: 'aetherius.io/agent/rules.match', facts: { line: 7 } }],
    });
  });

  it('finds nothing hot in a profile of an idle process, and has no say for Python', async () => {
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
    const limited = [{ cpuLimitMillicores: 250 }];

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

describe('services.cpu-profile, at its thresholds', () => {
  const match = 'aetherius.io/agent/rules.match';
  const params = servicesCpuProfile.params.parse({ service: 'agent-manager' });
  /** Samples of ten milliseconds in this function and beside it, in five seconds. */
  const look = async (own: number, elsewhere: number, parts?: readonly FakePart[]) => {
    const stacks: Stacks = [
      [own * 1e7, match],
      [elsewhere * 1e7, 'runtime.gcBgMarkWorker'],
    ];
    const services = fakeServices({ '/debug/pprof/profile?seconds=5': [httpAnswer(stacked('cpu', stacks))] });
    return servicesCpuProfile.run(
      params,
      probeContext({
        services,
        ...(parts === undefined ? {} : { runtime: fakeRuntime({ 'agent-manager': parts }) }),
      }),
    );
  };
  const limited = (cpuLimitMillicores: number) => [{ cpuLimitMillicores }, { cpuLimitMillicores: 4_000 }];

  it.each([
    [124, 'healthy'],
    [125, 'unhealthy'],
    [126, 'unhealthy'],
  ])('is busy from a quarter of a core on: %i samples in five seconds', async (samples, status) => {
    expect(await look(samples, 0)).toMatchObject({ status });
  });

  it.each([
    [59, 'inconclusive'],
    [60, 'unhealthy'],
    [61, 'unhealthy'],
  ])('or from 60 %% of the least limit on: %i samples at a fifth of a core', async (samples, status) => {
    expect(await look(samples, 0, limited(200))).toMatchObject({ status });
  });

  it.each([
    [124, 'inconclusive'],
    [125, 'unhealthy'],
  ])('which is no more than a quarter of a core: %i samples at two cores', async (samples, status) => {
    expect(await look(samples, 0, limited(2_000))).toMatchObject({ status });
  });

  it.each([
    [49, 'inconclusive'],
    [50, 'unhealthy'],
    [51, 'unhealthy'],
  ])('tells from fifty samples on: %i at a tenth of a core', async (samples, status) => {
    expect(await look(samples, 0, limited(100))).toMatchObject({ status });
  });

  it.each([
    [24, 'healthy'],
    [25, 'inconclusive'],
    [26, 'inconclusive'],
  ])(
    'calls the only process idle below a fifth of its limit: %i samples at a quarter of a core',
    async (samples, status) => {
      expect(await look(samples, 0, [{ cpuLimitMillicores: 250 }])).toMatchObject({ status });
    },
  );

  it('calls none idle that uses a quarter of a core', async () => {
    expect(await look(124, 0, [{ cpuLimitMillicores: 8_000 }])).toMatchObject({ status: 'healthy' });
    // Of a quarter and of too few samples: nothing is known.
    const few = profile('samples', { [match]: 20 });
    const services = fakeServices({ '/debug/pprof/profile?seconds=5': [httpAnswer(few)] });
    expect(await servicesCpuProfile.run(params, probeContext({ services }))).toMatchObject({
      status: 'healthy',
    });
  });

  it('names the five that use most, in 400 letters', async () => {
    const names = Array.from({ length: 6 }, (_, index) => `aetherius.io/agent/${'x'.repeat(75)}.f${index}`);
    const stacks: Stacks = names.map((name, index) => [(60 - index) * 1e7, name]);
    const services = fakeServices({ '/debug/pprof/profile?seconds=5': [httpAnswer(stacked('cpu', stacks))] });
    const outcome = await servicesCpuProfile.run(params, probeContext({ services }));
    const whole = names
      .slice(0, 5)
      .map((name, index) => `${name} ${Math.round((100 * (60 - index)) / 345)}%`);

    expect(outcome.facts?.top).toBe(`${whole.join(', ').slice(0, 399)}…`);
    expect(await look(100, 100)).toMatchObject({
      facts: { top: `${match} 50%, runtime.gcBgMarkWorker 50%`, cores: 0.4, samples: 200 },
    });
  });

  it('gives the profile its time and ten seconds, and 32 MiB', async () => {
    const asked: unknown[] = [];
    const services = fakeServices({});
    const request: typeof services.request = (url, options) => {
      asked.push([url, options?.timeoutMs, options?.maxBytes]);
      return services.request(url, options);
    };

    await servicesCpuProfile.run(
      { ...params, seconds: 7 },
      probeContext({ services: { ...services, request } }),
    );

    expect(asked).toEqual([['http://agent-manager/debug/pprof/profile?seconds=7', 17_000, 32 * 1024 * 1024]]);
  });

  it.each([
    [{ seconds: 0 }, false],
    [{ seconds: 1 }, true],
    [{ seconds: 1.5 }, false],
    [{ seconds: 30 }, true],
    [{ seconds: 31 }, false],
  ])('takes a profile of one second to half a minute: %o', (given, success) => {
    expect(servicesCpuProfile.params.safeParse({ service: 'agent-manager', ...given }).success).toBe(success);
  });

  it('tells an answer that is no profile, and one that is not there', async () => {
    const answers = (status: number) =>
      servicesCpuProfile.run(
        params,
        probeContext({
          services: fakeServices({ '/debug/pprof/profile?seconds=5': [httpAnswer('', status)] }),
        }),
      );

    expect(await answers(404)).toMatchObject({ status: 'skipped', reason: 'not-installed' });
    await expect(answers(403)).rejects.toMatchObject({ stage: 'protocol', facts: { status: 403 } });
    const services = { ...fakeServices({}), find: () => undefined };
    expect(await servicesCpuProfile.run(params, probeContext({ services }))).toMatchObject({
      reason: 'not-configured',
    });
  });

  it('believes no container that cannot be asked, and passes an end of the run on', async () => {
    const ask = (stage: 'aborted' | 'forbidden') => {
      const runtime = { ...fakeRuntime({}), instances: () => Promise.reject(new TargetError(stage, 'no')) };
      const services = fakeServices({
        '/debug/pprof/profile?seconds=5': [httpAnswer(stacked('cpu', [[1e7, match]]))],
      });
      return servicesCpuProfile.run(params, probeContext({ services, runtime }));
    };

    expect(await ask('forbidden')).toMatchObject({ status: 'inconclusive' });
    await expect(ask('aborted')).rejects.toMatchObject({ stage: 'aborted' });
  });
});

describe('services.cpu-profile, on a busy machine', () => {
  const match = 'aetherius.io/agent/rules.match';
  const params = servicesCpuProfile.params.parse({ service: 'agent-manager' });
  const pressure = (percent: string) => `some avg10=${percent} avg60=0.00 avg300=0.00 total=15523884077\n`;
  /** Samples of ten milliseconds in one function, in five seconds, beside what the kernel says of its machine. */
  const look = async (
    samples: number,
    said: string | TargetError,
    { parts = [{}], own = samples }: { readonly parts?: readonly FakePart[]; readonly own?: number } = {},
  ) => {
    const asked: (readonly string[])[] = [];
    const runtime = {
      ...fakeRuntime({ 'agent-manager': parts }),
      exec: async (_: unknown, command: readonly string[]) => {
        asked.push(command);
        if (typeof said !== 'string') throw said;
        return { code: 0, stdout: said, stderr: '' };
      },
    };
    const stacks: Stacks = [
      [own * 1e7, match],
      [(samples - own) * 1e7, 'runtime.gcBgMarkWorker'],
    ];
    const services = fakeServices({ '/debug/pprof/profile?seconds=5': [httpAnswer(stacked('cpu', stacks))] });
    const outcome = await servicesCpuProfile.run(params, probeContext({ services, runtime }));
    const codes = 'findings' in outcome ? outcome.findings.map(({ code }) => code) : outcome.status;
    return { codes, asked, outcome };
  };

  it('says that a function may want more than it gets', async () => {
    const { codes, outcome } = await look(60, pressure('89.13'));

    expect(codes).toEqual(['HOT_FUNCTION_HELD_BACK']);
    expect(outcome).toMatchObject({
      findings: [
        { part: 'agent-manager', subject: match, facts: { cores: 0.12, percent: 100, waiting: 89 } },
      ],
    });
    expect((await look(150, pressure('50.00'))).codes).toEqual(['HOT_FUNCTION', 'HOT_FUNCTION_HELD_BACK']);
  });

  it.each([
    ['of a machine that is not busy', 60, pressure('49.99'), 'healthy'],
    ['of a kernel that does not say', 60, 'cat: /proc/pressure/cpu: Operation not supported', 'healthy'],
    ['where nobody may look', 60, new TargetError('forbidden', 'no'), 'healthy'],
    ['of a few samples', 49, pressure('89.13'), 'healthy'],
  ] as const)('says it not %s', async (_, samples, said, codes) => {
    expect(await look(samples, said)).toMatchObject({ codes });
  });

  it('does not look where no function stands out, it gets enough, or several run', async () => {
    expect(await look(60, pressure('89.13'), { own: 20 })).toMatchObject({ codes: 'healthy', asked: [] });
    expect(await look(300, pressure('89.13'))).toMatchObject({ codes: ['HOT_FUNCTION'], asked: [] });
    expect(await look(60, pressure('89.13'), { parts: [{}, {}] })).toMatchObject({
      codes: 'inconclusive',
      asked: [],
    });
  });

  it('passes an end of the run on', async () => {
    await expect(look(60, new TargetError('aborted', 'over'))).rejects.toMatchObject({ stage: 'aborted' });
  });
});
