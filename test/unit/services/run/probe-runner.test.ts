import { KnownSecrets } from '@aetherius/redact';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AppError, TargetError } from '../../../../src/domain/kernel/errors.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { FindingCode } from '../../../../src/domain/probe/findings.ts';
import { type Probe, type ProbeOutcome, type ProbeResult } from '../../../../src/domain/probe/probe.ts';
import type { Targets } from '../../../../src/domain/probe/targets/targets.ts';
import { Redaction } from '../../../../src/domain/settings/redaction.ts';
import { systemClock } from '../../../../src/platform/process/clock.ts';
import { createProcessRedaction } from '../../../../src/platform/redact/process-redactor.ts';
import { createProbeRunner } from '../../../../src/services/run/probe-runner.service.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';
import { createMemoryLogger, silentLogger } from '../../../support/logger.ts';

const never = new AbortController().signal;
const targets: Targets = { environment: 'test', platform: asInGuide };

function probe(id: string, run: Probe['run'], more: Partial<Probe> = {}): Probe {
  return {
    id,
    doc: 'A probe of the test.',
    params: z.strictObject({ part: z.string().optional() }),
    part: 'redis',
    needs: [],
    timeoutMs: 1_000,
    emits: [],
    run,
    ...more,
  };
}
const healthy = (): Promise<ProbeResult> => Promise.resolve({ status: 'healthy', facts: { a: 1 } });
const hangs = (): Promise<ProbeResult> => new Promise(() => undefined);

const runnerOf = (probes: readonly Probe[], more: { concurrency?: number; deadlineMs?: number } = {}) =>
  createProbeRunner({ probes, clock: systemClock, logger: silentLogger, ...more });
const run = (probes: readonly Probe[], calls: readonly string[], more = {}) =>
  runnerOf(probes, more).run(
    calls.map((id) => ({ probe: id })),
    { targets, signal: never },
  );

describe('the probe runner', () => {
  it('answers once a distinct call, in the order of the calls, with key, part and time', async () => {
    const outcomes = await run([probe('a.b', healthy), probe('c.d', healthy)], ['c.d', 'a.b', 'c.d']);

    expect(outcomes.map((outcome) => outcome.key)).toEqual(['c.d', 'a.b']);
    expect(outcomes[0]).toMatchObject({ part: 'redis', status: 'healthy', facts: { a: 1 }, findings: [] });
    expect(Number.isFinite(Date.parse(outcomes[0]?.startedAt ?? ''))).toBe(true);
  });

  it('turns what is thrown into "could not check", with the stage and the target’s facts', async () => {
    const refuses = () => Promise.reject(new TargetError('forbidden', 'denied', { facts: { verb: 'list' } }));
    const [outcome] = await run([probe('a.b', refuses)], ['a.b']);

    expect(outcome).toMatchObject({
      status: 'inconclusive',
      cause: { code: 'forbidden', detail: 'denied', facts: { verb: 'list' } },
    });
  });

  it('shows the same secret by the same stand-in in all outcomes of a run, and by another one in the next run', async () => {
    const known = new KnownSecrets();
    known.learn('Quartz Lagoon thirty one');
    const redaction = createProcessRedaction({ env: {}, known, settings: Redaction.parse({}) });
    const says = (detail: string) => () =>
      Promise.resolve<ProbeResult>({ status: 'healthy', facts: { detail } });
    const probes = [
      probe('a.b', says('it took Quartz Lagoon thirty one')),
      probe('c.d', says(`as base64 ${Buffer.from('Quartz Lagoon thirty one').toString('base64')}`)),
      probe('e.f', says('postgres://app:Quartz%20Lagoon%20thirty%20one@db/x')),
      probe('g.h', says('password=another-Falcon9')),
      probe('i.j', () => Promise.reject(new TargetError('refused', 'not with Quartz Lagoon thirty one'))),
    ];
    const standIns = async (answer: string) => {
      const runner = createProbeRunner({
        ...{ probes, clock: systemClock, logger: silentLogger },
        redactorOf: redaction.redactorOf,
      });
      const calls = probes.map(({ id }) => ({ probe: id }));
      const outcomes = await runner.run(calls, { targets, signal: never, answer });
      return outcomes.map((outcome) => /\[secret:\w+\]/.exec(JSON.stringify(outcome))?.[0] ?? 'none');
    };

    const [one = '', two, three, other, five] = await standIns('run-1');
    expect(one).toMatch(/^\[secret:\w{4}\]$/);
    expect([two, three, five]).toEqual([one, one, one]);
    expect(other).not.toBe(one);
    expect(await standIns('run-1')).toContain(one);
    expect(await standIns('run-2')).not.toContain(one);
  });

  it('takes secrets out of what a probe quotes, before anybody keeps or shows it', async () => {
    const says = 'dial postgres://app:hunter2-and-more@db:5432/app: refused';
    const quotes = (): Promise<ProbeResult> =>
      Promise.resolve({
        status: 'unhealthy',
        findings: [
          {
            code: 'A' as FindingCode,
            severity: 'warning',
            part: 'redis',
            subject: 's',
            facts: { message: says, restarts: 3 },
            excerpts: [{ source: 'log x', lines: ['plain', says] }],
          },
        ],
      });
    const [outcome] = await run([probe('a.b', quotes)], ['a.b']);

    expect(JSON.stringify(outcome)).not.toContain('hunter2');
    expect(outcome?.findings[0]?.facts.restarts).toBe(3);
    expect(outcome?.findings[0]?.excerpts?.[0]?.lines).toHaveLength(2);
    expect(outcome?.findings[0]?.excerpts?.[0]?.lines[1]).toContain('db:5432/app: refused');
  });

  it('W16 takes the colours of a terminal out of what a probe quotes', async () => {
    const says = '\u001b[32mINFO\u001b[0m \u001b[1mready\u001b[0m';
    const quotes = (): Promise<ProbeResult> =>
      Promise.resolve({
        status: 'unhealthy',
        facts: { top: says },
        findings: [
          {
            ...{ code: 'A' as FindingCode, severity: 'warning', part: 'redis', subject: says },
            facts: { message: says },
            excerpts: [{ source: 'log x', lines: [says] }],
          },
        ],
      });
    const [outcome] = await run([probe('a.b', quotes)], ['a.b']);

    expect(outcome).toMatchObject({
      facts: { top: 'INFO ready' },
      findings: [
        { subject: 'INFO ready', facts: { message: 'INFO ready' }, excerpts: [{ lines: ['INFO ready'] }] },
      ],
    });
  });

  it('takes secrets out of why a probe could not check, and out of what it counted', async () => {
    const says = 'fatal: dial postgres://app:hunter2-and-more@db:5432/app: refused';
    const facts = { reason: 'last-word-unknown', line: says };
    const [unseen, refused, counted] = await run(
      [
        probe('a.b', () => Promise.reject(new AppError('NOT_FOUND', says, { facts }))),
        probe('c.d', () => Promise.reject(new TargetError('protocol', says, { facts: { said: says } }))),
        probe('e.f', () => Promise.resolve({ status: 'healthy', facts: { top: says } })),
      ],
      ['a.b', 'c.d', 'e.f'],
    );

    expect(JSON.stringify([unseen, refused, counted])).not.toContain('hunter2');
    expect(unseen?.cause).toMatchObject({
      code: 'last-word-unknown',
      facts: { line: expect.stringContaining('fatal: dial') as string },
    });
    expect(refused?.cause?.code).toBe('protocol');
    expect(counted?.facts.top).toContain('db:5432');
  });

  it('keeps the message of an unknown error to the log, for it may hold a secret', async () => {
    const logger = createMemoryLogger();
    const runner = createProbeRunner({
      probes: [probe('a.b', () => Promise.reject(new RangeError('password=hunter2')))],
      clock: systemClock,
      logger,
    });
    const [outcome] = await runner.run([{ probe: 'a.b' }], { targets, signal: never });

    expect(outcome?.cause).toEqual({ code: 'bug', detail: 'RangeError', facts: {} });
    expect(logger.lines.filter((line) => line.level === 'error')).toHaveLength(1);
  });

  it('names an error of ours by its reason', async () => {
    const fails = () =>
      Promise.reject(new AppError('NOT_FOUND', 'x', { facts: { reason: 'secret-unreadable' } }));
    const [outcome] = await run([probe('a.b', fails)], ['a.b']);

    expect(outcome?.cause?.code).toBe('secret-unreadable');
  });

  it('gives up at the probe’s timeout, aborts it, and goes on with the others', async () => {
    let aborted = false;
    const stuck = probe(
      'a.b',
      (_params, { signal }) => {
        signal.addEventListener('abort', () => {
          aborted = true;
        });
        return hangs();
      },
      { timeoutMs: 20 },
    );
    const outcomes = await run([stuck, probe('c.d', healthy)], ['a.b', 'c.d'], { concurrency: 1 });

    expect(outcomes.map((outcome) => outcome.cause?.code ?? outcome.status)).toEqual([
      'timed-out',
      'healthy',
    ]);
    expect(aborted).toBe(true);
  });

  it('ends the whole run at its deadline: what had no turn could not check', async () => {
    const outcomes = await run([probe('a.b', hangs), probe('c.d', hangs)], ['a.b', 'c.d'], {
      concurrency: 1,
      deadlineMs: 30,
    });

    expect(outcomes.map((outcome) => outcome.cause?.code)).toEqual(['aborted', 'aborted']);
  });

  it('ends within 100 ms of a cancel', async () => {
    const times: number[] = [];
    // The best of a few: on a busy machine the event loop waits for its turn as well.
    for (let round = 0; round < 5; round += 1) {
      const controller = new AbortController();
      const running = runnerOf([probe('a.b', hangs)]).run([{ probe: 'a.b' }], {
        targets,
        signal: controller.signal,
      });
      const started = performance.now();
      controller.abort();
      const [outcome] = await running;
      times.push(performance.now() - started);

      expect(outcome?.cause?.code).toBe('aborted');
    }

    expect(Math.min(...times)).toBeLessThan(100);
  });

  it('does not run a probe whose target is not configured', async () => {
    const [outcome] = await run([probe('a.b', hangs, { needs: ['redis'] })], ['a.b']);

    expect(outcome).toMatchObject({ status: 'skipped', reason: 'not-configured' });
  });

  it('runs no more at a time than it may', async () => {
    let now = 0;
    let most = 0;
    const counted = async (): Promise<ProbeResult> => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      return { status: 'healthy' };
    };
    const many = Array.from({ length: 20 }, (_, at) => probe(`p.n${at}`, counted));
    await run(
      many,
      many.map((one) => one.id),
      { concurrency: 3 },
    );

    expect(most).toBe(3);
  });

  it('tells each outcome as it arrives, the quick ones first', async () => {
    const seen: ProbeOutcome[] = [];
    const later = async (): Promise<ProbeResult> => {
      await new Promise((resolve) => setImmediate(resolve));
      return { status: 'healthy' };
    };
    await runnerOf([probe('a.slow', later), probe('b.quick', healthy)]).run(
      [{ probe: 'a.slow' }, { probe: 'b.quick' }],
      { targets, signal: never, onOutcome: (outcome) => seen.push(outcome) },
    );

    expect(seen.map((outcome) => outcome.probe)).toEqual(['b.quick', 'a.slow']);
  });

  it('refuses unknown probes and bad parameters: those are faults of ours', async () => {
    await expect(run([], ['no.such'])).rejects.toMatchObject({ code: 'BUG' });
    await expect(
      runnerOf([probe('a.b', healthy)]).run([{ probe: 'a.b', with: { extra: 1 } }], {
        targets,
        signal: never,
      }),
    ).rejects.toMatchObject({ code: 'BUG' });
  });
});

describe('a question that does not apply to this platform', () => {
  const noData = (): Promise<ProbeResult> => Promise.resolve({ status: 'skipped', reason: 'no-data' });
  const absent = (): Promise<ProbeResult> =>
    Promise.resolve({
      status: 'unhealthy',
      findings: [{ code: 'PART_ABSENT', severity: 'critical', part: 'redis', subject: 'redis', facts: {} }],
    });
  const runtimeWith = (names: { instances?: readonly FakePart[]; strangers?: readonly string[] }) => ({
    ...fakeRuntime({ redis: names.instances ?? [] }),
    strangers: async () => names.strangers ?? [],
  });
  const ask = async (answer: Probe['run'], more: Partial<Targets>, of: Partial<Probe> = {}) => {
    const [outcome] = await runnerOf([probe('a.b', answer, of)]).run([{ probe: 'a.b' }], {
      targets: { ...targets, configured: new Set(['nats']), ...more },
      signal: never,
    });
    return outcome;
  };

  it.each([
    ['no data of it', noData],
    ['that none runs', absent],
  ])('says so where the platform has no such part: %s', async (_what, answer) => {
    const outcome = await ask(answer, { runtime: runtimeWith({}) });

    expect(outcome).toMatchObject({
      ...{ status: 'skipped', reason: 'not-applicable', facts: { notHere: 'redis' }, findings: [] },
    });
  });

  it.each([
    ['the configuration speaks of it', { runtime: runtimeWith({}), configured: new Set(['redis'] as const) }],
    ['something runs that may be it', { runtime: runtimeWith({ strangers: ['cache'] }) }],
    ['it runs', { runtime: runtimeWith({ instances: [{ ready: false }] }) }],
    ['nobody can look at what runs', {}],
    [
      'the look at what runs fails',
      { runtime: { ...runtimeWith({}), instances: () => Promise.reject(new Error('forbidden')) } },
    ],
  ])('leaves the answer as it is where %s', async (_why, more) => {
    expect(await ask(noData, more)).toMatchObject({ status: 'skipped', reason: 'no-data' });
    expect(await ask(absent, more)).toMatchObject({
      status: 'unhealthy',
      findings: [{ code: 'PART_ABSENT' }],
    });
  });

  it('leaves alone what a probe has seen', async () => {
    expect(await ask(healthy, { runtime: runtimeWith({}) })).toMatchObject({ status: 'healthy' });
  });

  it('asks a service without HTTP for no answer at an address, and for all else', async () => {
    const of = { part: 'orchestrator-service', ofHttp: true } as const;
    const mute = { withoutHttp: ['orchestrator-service'] as const };

    expect(await ask(noData, mute, of)).toMatchObject({ reason: 'not-applicable' });
    expect(await ask(noData, mute, { part: 'orchestrator-service' })).toMatchObject({ reason: 'no-data' });
    expect(await ask(noData, {}, of)).toMatchObject({ reason: 'no-data' });
  });
});
