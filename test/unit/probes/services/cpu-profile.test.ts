import { describe, expect, it } from 'vitest';
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
