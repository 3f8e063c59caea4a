import { describe, expect, it } from 'vitest';
import { type Stage, TargetError } from '../../../../src/domain/kernel/errors.ts';
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
    ['the Pod has only begun', [{ ...unready, readinessPending: true }]],
    ['no Pod runs', [{ ...unready, phase: 'waiting' }]],
    ['there is none', []],
  ])('asks nobody where %s', async (_where, pods) => {
    expect(await look(pods, degraded)).toEqual({
      outcome: { status: 'healthy', facts: { instances: pods.length } },
      asked: [],
    });
  });

  describe('where a Pod is ready', () => {
    const ready: FakePart = { ...unready, name: 'am-2', ready: true };
    const second: FakePart = { name: 'am-3', ready: true, address: { host: '10.0.0.8', ports: [port] } };
    const error = (stage: Stage) => new TargetError(stage, 'no', { facts: { host: '10.0.0.7', port } });
    /** What the Service says, and what each Pod does. */
    const through = async (service: Stage | undefined, [pod, other]: readonly (Stage | undefined)[]) => {
      const asked: string[] = [];
      const answer = (stage: Stage | undefined) =>
        stage === undefined ? Promise.resolve(httpAnswer('ok', 200)) : Promise.reject(error(stage));
      const { outcome } = await look(
        [unready, ready, second],
        {},
        {
          request: (url) => {
            const { hostname } = new URL(url);
            asked.push(hostname);
            return answer(hostname === '10.0.0.7' ? pod : hostname === '10.0.0.8' ? other : service);
          },
        },
      );
      return { outcome, asked: asked.length };
    };

    it.each<[Stage | undefined]>([[undefined], ['no-answer'], ['closed'], ['tls']])(
      'asks no Pod where its Service leads to one: %s',
      async (service) => {
        expect(await through(service, ['no-answer', 'no-answer'])).toMatchObject({
          outcome: { status: 'healthy' },
          asked: 1,
        });
      },
    );

    it.each<[Stage]>([['refused'], ['connect-timeout']])(
      'finds those that take connections and do not answer where its Service takes none: %s',
      async (service) => {
        expect((await through(service, ['no-answer', 'no-answer'])).outcome).toMatchObject({
          status: 'unhealthy',
          findings: [{ code: 'ENDPOINT_HUNG', part: 'agent-manager', subject: `10.0.0.7:${port}` }],
        });
      },
    );

    it.each<[Stage | undefined, Stage | undefined]>([
      [undefined, undefined],
      ['no-answer', undefined],
      ['no-answer', 'refused'],
      // No rule lets the bot to them.
      ['connect-timeout', 'connect-timeout'],
    ])('finds nothing where they are %s and %s', async (pod, other) => {
      expect((await through('refused', [pod, other])).outcome).toMatchObject({
        status: 'healthy',
        facts: { instances: 3 },
      });
    });

    it('waits long for five that run, at the first of the health paths', async () => {
      const asked: [string, number | undefined][] = [];
      const pods = Array.from({ length: 7 }, (_, at): FakePart => {
        const address = { host: `10.0.1.${at}`, ports: [port] };
        return { name: `am-${at}`, ready: true, address, ...(at === 1 ? { phase: 'waiting' } : {}) };
      });
      await look(
        pods,
        {},
        {
          request: (url, { timeoutMs } = {}) => {
            asked.push([url, timeoutMs]);
            return Promise.reject(error(url.includes('10.0.1.') ? 'no-answer' : 'refused'));
          },
        },
      );

      expect(asked.filter(([url]) => !url.includes('10.0.1.'))).toEqual([
        [expect.stringMatching(/\/health$/), 3_000],
      ]);
      expect(asked.filter(([url]) => url.includes('10.0.1.'))).toEqual(
        [0, 2, 3, 4, 5].map((at) => [`http://10.0.1.${at}:${port}/health`, 8_000]),
      );
    });

    it('finds nothing where the Pod declares other ports, which need not be those of HTTP', async () => {
      const address = { host: '10.0.0.9', ports: [port + 1] };
      const { outcome, asked } = await look(
        [{ name: 'am-1', ready: true, address }],
        {},
        {
          request: (url) => Promise.reject(error(url.includes('10.0.0.9') ? 'no-answer' : 'refused')),
        },
      );

      expect([outcome.status, asked]).toEqual(['healthy', []]);
    });

    it('finds nothing where no Pod has an address', async () => {
      const { outcome } = await look(
        [{ name: 'am-1', ready: true }],
        {},
        {
          request: () => Promise.reject(error('refused')),
        },
      );

      expect(outcome).toMatchObject({ status: 'healthy' });
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
