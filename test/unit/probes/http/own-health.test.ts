import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { ServicesTarget } from '../../../../src/domain/probe/targets/http.ts';
import { ownHealth } from '../../../../src/probes/http/own-health.probe.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';
import { fakeServices, httpAnswer, probeContext } from '../../../support/probe-context.ts';

type Answers = Parameters<typeof fakeServices>[0];
const port = asInGuide.parts['agent-manager'].port ?? 0;
const unready: FakePart = { name: 'am-1', ready: false, address: { host: '10.0.0.7', ports: [9090, port] } };

async function look(pods: readonly FakePart[], answers: Answers, given: Partial<ServicesTarget> = {}) {
  const asked: string[] = [];
  const services = fakeServices(answers);
  const outcome = await ownHealth.run(
    { service: 'agent-manager' },
    probeContext({
      platform: asInGuide,
      runtime: fakeRuntime({ 'agent-manager': pods }),
      services: {
        ...services,
        request: (url, options) => {
          asked.push(url);
          return services.request(url, options);
        },
        ...given,
      },
    }),
  );
  return { outcome, asked };
}

describe('http.own-health', () => {
  const degraded: Answers = {
    '/health': [httpAnswer('{"status":"degraded"}', 503)],
    '/health/status': [httpAnswer('{"dependencies":{"nats":"down","redis":"up"}}', 200)],
  };

  it('hears at its own address what a Pod that is not ready says, and names what it misses', async () => {
    const { outcome, asked } = await look([unready], degraded);

    expect(outcome).toMatchObject({
      status: 'unhealthy',
      findings: [
        {
          ...{ code: 'SERVICE_UNHEALTHY', part: 'agent-manager', subject: 'am-1' },
          facts: { url: `http://10.0.0.7:${port}`, path: '/health', httpStatus: 503, dependencies: 'nats' },
          excerpts: [{ source: 'GET /health', lines: ['{"status":"degraded"}'] }],
        },
      ],
      facts: { 'dependency.nats': 'down', 'dependency.redis': 'up' },
    });
    expect(asked.toSorted()).toEqual([
      `http://10.0.0.7:${port}/health`,
      `http://10.0.0.7:${port}/health/status`,
    ]);
  });

  it('finds nothing where the Pod says that it is well', async () => {
    expect((await look([unready], { '/health': [httpAnswer('ok', 200)] })).outcome).toMatchObject({
      status: 'healthy',
      facts: { httpStatus: 200 },
    });
  });

  it.each<[string, readonly FakePart[]]>([
    ['a Pod is ready, to which its Service leads', [unready, { ready: true }]],
    ['the Pod has only begun', [{ ...unready, readinessPending: true }]],
    ['no Pod runs', [{ ...unready, phase: 'waiting' }]],
    ['there is none', []],
  ])('asks nobody where %s', async (_where, pods) => {
    expect(await look(pods, degraded)).toEqual({
      outcome: { status: 'healthy', facts: { instances: pods.length } },
      asked: [],
    });
  });

  it.each<[string, FakePart]>([
    ['it has no address', { name: 'am-1', ready: false }],
    ['its address is that of its node', { ...unready, address: { host: 'n', ports: [port], shared: true } }],
  ])('has nobody to ask where %s', async (_where, pod) => {
    expect(await look([pod], degraded)).toEqual({
      outcome: { status: 'skipped', reason: 'no-data' },
      asked: [],
    });
  });

  it('takes the usual port, else the first that it declares, and writes IPv6 as URLs do', async () => {
    const at = async (host: string, ports: readonly number[]) =>
      (await look([{ ...unready, address: { host, ports } }], degraded)).asked[0];

    expect(await at('10.0.0.7', [9091])).toBe('http://10.0.0.7:9091/health/status');
    expect(await at('10.0.0.7', [])).toBe(`http://10.0.0.7:${port}/health/status`);
    expect(await at('fd00::7', [port])).toBe(`http://[fd00::7]:${port}/health/status`);
  });

  it('could not check where the Pod does not answer, wants credentials or has no such path', async () => {
    const silent = new TargetError('no-answer', 'it hangs');
    await expect(look([unready], {}, { request: () => Promise.reject(silent) })).rejects.toBe(silent);
    await expect(look([unready], { '/health': [httpAnswer('', 403)] })).rejects.toMatchObject({
      stage: 'forbidden',
    });
    await expect(look([unready], {})).rejects.toMatchObject({
      facts: { reason: 'health-path-not-recognised' },
    });
  });

  it('has no say on Compose, and none of a service that is not configured', async () => {
    const runtime = { ...fakeRuntime({ 'agent-manager': [unready] }), kind: 'compose' as const };
    const services = fakeServices(degraded);
    expect(
      await ownHealth.run(
        { service: 'agent-manager' },
        probeContext({ runtime, services, platform: asInGuide }),
      ),
    ).toMatchObject({ reason: 'not-applicable' });
    expect((await look([unready], degraded, { find: () => undefined })).outcome).toMatchObject({
      reason: 'not-configured',
    });
  });
});
