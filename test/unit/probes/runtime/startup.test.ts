import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { ServicesTarget } from '../../../../src/domain/probe/targets/http.ts';
import { runtimeStartup } from '../../../../src/probes/runtime/startup.probe.ts';
import { wordsIn } from '../../../../src/text/words.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';
import { fakeServices, httpAnswer, probeContext } from '../../../support/probe-context.ts';

type Parts = Readonly<Partial<Record<PartId, readonly FakePart[]>>>;

const on = (parts: Parts) => probeContext({ runtime: fakeRuntime(parts), services: fakeServices({}) });

describe('runtime.startup', () => {
  const ended = { exitCode: 1, reason: 'Error', finishedAt: '2026-03-01T10:04:50Z' };

  it('finds a part that exits again and again, and none that runs', async () => {
    const crash = { phase: 'terminated', ready: false, restarts: 4, terminated: ended } as const;

    expect(
      await runtimeStartup.run({ part: 'agent-manager' }, on({ 'agent-manager': [crash] })),
    ).toMatchObject({
      findings: [{ code: 'SERVICE_EXITS_AT_START', facts: { exitCode: 1, restarts: 4 } }],
    });
    expect(await runtimeStartup.run({ part: 'agent-manager' }, on({ 'agent-manager': [{}] }))).toMatchObject({
      status: 'healthy',
    });
  });

  describe.each(['compose', 'kubernetes'] as const)('says of one that has ended, on %s', (kind) => {
    const said = async (exitCode: number, restarts: number, reason = 'Error') => {
      const container: FakePart = {
        ...{ name: 'am', phase: 'terminated', ready: false, restarts, terminated: { exitCode, reason } },
      };
      const runtime = { ...fakeRuntime({ 'agent-manager': [container] }), kind };
      const outcome = await runtimeStartup.run({ part: 'agent-manager' }, probeContext({ runtime }));
      const [finding] = outcome.status === 'unhealthy' ? outcome.findings : [];
      const facts = { ...finding?.facts, part: 'agent-manager', subject: 'am' };
      const key = `finding.${finding?.code}`;
      return (['en', 'zh-CN'] as const).map((language) => wordsIn(language).lookupPlain(key, facts));
    };
    const atStart = (exitCode: number, restarts: string, times: number) => [
      `agent-manager exits right after start (am, exit code ${exitCode}, ${restarts}).`,
      `agent-manager 启动后立即退出（am，退出码 ${exitCode}，重启 ${times} 次）。`,
    ];
    const once = (exitCode: number) => [
      `agent-manager has ended and was not started again (am, exit code ${exitCode}).`,
      `agent-manager 已退出，之后没有再启动（am，退出码 ${exitCode}）。`,
    ];
    const compose = kind === 'compose';

    it('what was seen, in both languages', async () => {
      expect(await said(0, 0)).toEqual(compose ? once(0) : atStart(0, '0 restarts', 0));
      expect(await said(1, 0)).toEqual(compose ? once(1) : atStart(1, '0 restarts', 0));
      expect(await said(143, 5)).toEqual(compose ? once(143) : atStart(143, '5 restarts', 5));
      expect(await said(1, 5)).toEqual(atStart(1, '5 restarts', 5));
      expect(await said(137, 5, 'OOMKilled')).toEqual(atStart(137, '5 restarts', 5));
    });
  });

  const young = { startedAt: '2026-03-01T10:04:57Z', readinessChecked: false } as const;
  const refusing: ServicesTarget = {
    find: (id) => ({ id, url: `http://${id}`, healthPaths: ['/health'], paths: asInGuide.paths }),
    request: () => Promise.reject(new TargetError('refused', 'nobody listens')),
    overOneConnection: () => Promise.reject(new TargetError('refused', 'nobody listens')),
  };
  const hanging: ServicesTarget = {
    ...refusing,
    request: () => Promise.reject(new TargetError('no-answer', 'it hangs')),
  };
  const first = (part: FakePart, services: ServicesTarget) =>
    runtimeStartup.run(
      { part: 'agent-manager' },
      probeContext({ runtime: fakeRuntime({ 'agent-manager': [part] }), services }),
    );

  it.each([
    ['nothing checks its readiness', young],
    ['it is not ready yet', { ...young, readinessChecked: true, ready: false }],
  ])('waits for the end of a first life that does not listen, where %s', async (_what, part) => {
    const ends = { restarts: 1, last: ended, ready: false };

    expect(await first({ ...part, later: ends }, refusing)).toMatchObject({
      findings: [{ code: 'SERVICE_EXITS_AT_START', facts: { restarts: 1, exitCode: 1 } }],
    });
    // One that takes its time has ended nothing.
    expect(await first(part, refusing)).toMatchObject({ status: 'healthy' });
  });

  it('takes a young program that hangs in its first life for one that started, unless it ends meanwhile', async () => {
    expect(await first({ ...young, later: {} }, hanging)).toMatchObject({ status: 'healthy' });
    expect(await first({ ...young, later: { restarts: 1, last: ended } }, hanging)).toMatchObject({
      findings: [{ code: 'SERVICE_EXITS_AT_START' }],
    });
  });

  it('waits for the end of a first life that nobody can ask: an agent listens on no port', async () => {
    const agent = (part: FakePart) =>
      runtimeStartup.run({ part: 'collect-agent' }, on({ 'collect-agent': [part] }));
    const ends = { phase: 'terminated', restarts: 1, ready: false, terminated: ended } as const;

    expect(await agent({ ...young, later: ends })).toMatchObject({
      findings: [{ code: 'SERVICE_EXITS_AT_START', part: 'collect-agent', facts: { exitCode: 1 } }],
    });
    expect(await agent(young)).toMatchObject({ status: 'healthy' });
  });

  it('takes one that was killed from outside and runs again for one that starts', async () => {
    const killed = { ...young, restarts: 1, last: { exitCode: 137, reason: 'Error' } };

    expect(await first(killed, refusing)).toMatchObject({ status: 'healthy' });
    expect(await first({ ...killed, last: { exitCode: 137, reason: 'OOMKilled' } }, refusing)).toMatchObject({
      status: 'unhealthy',
    });
  });

  it('acquits one that has just ended before only when it answers', async () => {
    const answering: ServicesTarget = { ...refusing, request: () => Promise.resolve(httpAnswer('', 503)) };
    const lived = { ...young, restarts: 2, last: ended };

    expect(await first(lived, answering)).toMatchObject({ status: 'healthy' });
    // A proxy took the connection for a container that does not listen yet.
    expect(await first(lived, hanging)).toMatchObject({
      findings: [{ code: 'SERVICE_EXITS_AT_START', facts: { restarts: 2 } }],
    });
  });

  it('has nothing to say of a part that is not there', async () => {
    expect(await runtimeStartup.run({ part: 'agent-manager' }, on({}))).toMatchObject({
      status: 'skipped',
      reason: 'no-data',
    });
  });
});
