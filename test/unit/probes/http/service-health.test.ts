import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import { present } from '../../../../src/domain/kernel/present.ts';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { ServicesTarget } from '../../../../src/domain/probe/targets/http.ts';
import { CircuitBreaker, unconnected } from '../../../../src/platform/targets/failure.ts';
import { serviceHealth } from '../../../../src/probes/http/service-health.probe.ts';
import { httpAnswer, probeContext } from '../../../support/probe-context.ts';

type Answer = ReturnType<typeof httpAnswer> | Error;
const answer = (status: number, body = '', latencyMs = 3) => ({ ...httpAnswer(body, status), latencyMs });

describe('http.service-health', () => {
  const look = async (
    paths: Readonly<Record<string, Answer | readonly Answer[]>>,
    given: object = {},
    {
      healthPaths = ['/health', '/health/live'],
      healthPathsSource = 'configured',
      configured,
    }: {
      readonly healthPaths?: readonly string[];
      readonly healthPathsSource?: 'configured' | 'documented';
      readonly configured?: ReadonlySet<PartId>;
    } = {},
  ) => {
    const asked: (readonly [string, number | undefined, number | undefined])[] = [];
    // What cannot be reached is remembered, as the adapter does.
    const breaker = new CircuitBreaker(unconnected);
    const services: ServicesTarget = {
      overOneConnection: () => Promise.reject(new Error('not asked')),
      find: (id) => ({ id, url: 'http://a', healthPaths, healthPathsSource, paths: asInGuide.paths }),
      request: (url, options) => {
        if (options?.anew === true) breaker.forget();
        return breaker.run(() => {
          const path = url.replace('http://a', '');
          const seen = asked.filter(([one]) => one === path).length;
          asked.push([path, options?.timeoutMs, options?.maxBytes]);
          const all = [paths[path] ?? answer(404)].flat();
          const next = all[Math.min(seen, all.length - 1)];
          return next instanceof Error || next === undefined ? Promise.reject(next) : Promise.resolve(next);
        });
      },
    };
    const params = serviceHealth.params.parse({ service: 'agent-manager', ...given });
    const outcome = await serviceHealth.run(params, probeContext({ services, ...present({ configured }) }));
    return { outcome, asked };
  };
  const hung = new TargetError('no-answer', 'silent');

  it.each([
    [199, 'SERVICE_UNHEALTHY'],
    [200, 'healthy'],
    [201, 'healthy'],
    [298, 'healthy'],
    [299, 'healthy'],
    [300, 'SERVICE_UNHEALTHY'],
    [400, 'SERVICE_UNHEALTHY'],
    [402, 'SERVICE_UNHEALTHY'],
    [405, 'SERVICE_UNHEALTHY'],
    [503, 'SERVICE_UNHEALTHY'],
  ])('takes the status %i for what it is', async (status, expected) => {
    const { outcome } = await look({ '/health': answer(status) });

    expect(outcome.status === 'unhealthy' ? outcome.findings[0]?.code : outcome.status).toBe(expected);
    expect(outcome.facts).toMatchObject({ httpStatus: status, path: '/health' });
  });

  it('tries a connection once more that was dropped, where it has patience', async () => {
    const dropped = new TargetError('connect-timeout', 'silent');
    const refused = new TargetError('refused', 'refused');
    const between = { '/health': [dropped, refused] };

    const { outcome } = await look(between, { patienceMs: 7_000 });
    expect(outcome).toMatchObject({ findings: [{ code: 'ENDPOINT_REFUSED' }] });
    await expect(look(between)).rejects.toMatchObject({ stage: 'connect-timeout' });
    // What stays silent is no finding of the part: the way to it may be cut.
    await expect(look({ '/health': dropped }, { patienceMs: 7_000 })).rejects.toMatchObject({
      stage: 'connect-timeout',
    });
  });

  it.each([401, 403])('cannot look where the path wants credentials: %i', async (status) => {
    await expect(look({ '/health': answer(status) })).rejects.toMatchObject({
      stage: 'forbidden',
      facts: { verb: 'GET', resource: '/health', status },
    });
  });

  it.each([
    [[2_000], 'healthy'],
    [[2_001, 2_000], 'healthy'],
    [[2_001, 2_001], 'unhealthy'],
  ])('is slow above two seconds, twice: %o', async (took, status) => {
    expect((await look({ '/health': took.map((ms) => answer(200, 'ok', ms)) })).outcome).toMatchObject({
      status,
    });
  });

  it('says how slow, and which path said so', async () => {
    expect((await look({ '/health': answer(200, 'ok', 3_000) })).outcome).toMatchObject({
      findings: [
        {
          ...{ code: 'SERVICE_SLOW', severity: 'warning', subject: 'agent-manager' },
          facts: { latencyMs: 3_000, thresholdMs: 2_000, path: '/health', url: 'http://a' },
        },
      ],
      facts: { word: 'ok' },
    });
  });

  it('is unhealthy by its own word, and names what it blames', async () => {
    const body = '{"status":"degraded","checks":{"redis":"down","nats":"up"}}';
    const status = answer(200, '{"dependencies":{"db":"down"}}');

    expect((await look({ '/health': answer(200, body), '/health/status': status })).outcome).toMatchObject({
      findings: [{ facts: { word: 'degraded', dependencies: 'redis, postgres' } }],
      facts: { 'dependency.nats': 'up', 'dependency.postgres': 'down', latencyMs: 3 },
    });
    expect(JSON.stringify((await look({ '/health': answer(503) })).outcome)).not.toContain('dependencies');
  });

  it('calls itself healthy, and says that it does not reach what it needs: that is a finding', async () => {
    const body = '{"status":"ok","checks":{"redis":"down","nats":"up","neo4j":"disabled"}}';

    expect((await look({ '/health': answer(200, body) })).outcome).toMatchObject({
      findings: [
        { code: 'SERVICE_MISSES_DEPENDENCY', severity: 'warning', facts: { dependencies: 'redis' } },
      ],
      facts: { word: 'ok', 'dependency.redis': 'down', 'dependency.nats': 'up' },
    });
    const without = await look({ '/health': answer(200, body) }, {}, { configured: new Set(['nats']) });
    expect(without.outcome).toMatchObject({ status: 'healthy' });
  });

  it('W7, W16 keeps what an unhealthy body says, word for word, but no page for browsers', async () => {
    const body = '{"status":"not ready",\n "reason":"database unavailable"}';

    expect((await look({ '/health': answer(503, body) })).outcome).toMatchObject({
      findings: [
        {
          excerpts: [
            {
              source: 'GET /health',
              lines: ['{"status":"not ready", "reason":"database unavailable"}'],
            },
          ],
        },
      ],
    });
    for (const page of ['', '<html>502</html>'])
      expect(JSON.stringify((await look({ '/health': answer(503, page) })).outcome)).not.toContain(
        'excerpts',
      );
  });

  it.each([
    [499, true],
    [500, false],
    [501, false],
  ])('keeps what it says of its dependencies below status 500: %i', async (status, kept) => {
    const body = '{"dependencies":{"redis":"up"}}';
    const { outcome } = await look({ '/health': answer(200), '/health/status': answer(status, body) });

    expect(outcome.facts?.['dependency.redis'] === 'up').toBe(kept);
    expect((await look({ '/health': answer(200), '/health/status': hung })).outcome).toMatchObject({
      status: 'healthy',
    });
  });

  it('tries paths in turn until one is there, and passes over one that only says that it runs', async () => {
    const paths = ['/livez/live', '/health', '/health/status'];

    expect(
      (await look({ '/health': answer(200) }, {}, { healthPaths: ['/a', '/health'] })).outcome.facts,
    ).toMatchObject({
      path: '/health',
    });
    expect(
      (await look({ '/livez/live': answer(200), '/health': answer(503) }, {}, { healthPaths: paths })).outcome
        .facts,
    ).toMatchObject({ path: '/health' });
    const alone = await look(
      { '/livez/live': answer(200), '/health/status': answer(500) },
      {},
      { healthPaths: paths },
    );
    expect(alone.outcome.facts).toMatchObject({ path: '/livez/live' });
    expect(
      (await look({ '/health/status': answer(200) }, {}, { healthPaths: ['/health/status'] })).outcome.facts,
    ).toMatchObject({
      path: '/health/status',
    });
    expect((await look({}, {}, { healthPaths: ['/a', '/b'] })).outcome).toMatchObject({
      findings: [{ code: 'SERVICE_NO_HEALTH_PATH', severity: 'warning', facts: { paths: '/a /b' } }],
    });
    // Paths that only the guide has say nothing of a service that answers with 404.
    await expect(
      look({}, {}, { healthPaths: ['/a'], healthPathsSource: 'documented' }),
    ).rejects.toMatchObject({
      facts: { reason: 'health-path-not-recognised', paths: '/a' },
    });
  });

  it.each([
    [200, 'SERVICE_HEALTH_STALLED'],
    [499, 'SERVICE_HEALTH_STALLED'],
    [500, 'ENDPOINT_HUNG'],
    [503, 'ENDPOINT_HUNG'],
  ])('hangs only when nothing of it lives: %i', async (status, code) => {
    const { outcome, asked } = await look({ '/health': hung, '/health/live': answer(status) });

    expect(outcome).toMatchObject({ findings: [{ code, severity: 'critical' }] });
    expect(asked).toContainEqual(['/health/live', 1_500, 256 * 1024]);
  });

  it('hangs when what would say that it lives does so too, or is the same path', async () => {
    expect((await look({ '/health': hung, '/health/live': hung })).outcome).toMatchObject({
      findings: [{ code: 'ENDPOINT_HUNG' }],
    });
    const only = await look({ '/live': [hung, answer(200)] }, {}, { healthPaths: ['/live'] });
    expect(only.outcome).toMatchObject({ findings: [{ code: 'ENDPOINT_HUNG' }] });
    const guessed = await look(
      { '/health': hung, '/health/live': answer(200) },
      {},
      { healthPaths: ['/health'] },
    );
    expect(guessed.outcome).toMatchObject({ findings: [{ code: 'SERVICE_HEALTH_STALLED' }] });
  });

  it('names the path that hangs, where another one is not there and says so at once', async () => {
    const { outcome } = await look(
      { '/ready': hung, '/status': answer(200, '{"dependencies":{"redis":"down"}}') },
      {},
      { healthPaths: ['/health', '/ready'] },
    );

    expect(outcome).toMatchObject({
      findings: [{ code: 'SERVICE_HEALTH_STALLED', facts: { path: '/ready' } }],
    });
  });

  it('names with what is wrong what it says that it misses, and never itself', async () => {
    const status = answer(200, '{"services":{"agent-manager":"degraded","nats":"down","redis":"up"}}');
    const stalled = { '/health': hung, '/health/live': answer(200), '/health/status': status };
    const unhealthy = { '/health': answer(503), '/health/status': status };

    for (const paths of [stalled, unhealthy])
      expect((await look(paths)).outcome).toMatchObject({ findings: [{ facts: { dependencies: 'nats' } }] });
    const { outcome } = await look({ '/health': answer(503, '{"services":{"agent-manager":"degraded"}}') });
    expect(outcome).not.toHaveProperty('findings[0].facts.dependencies');
  });

  it('names what the connection fails of, and fails itself where it cannot look', async () => {
    expect((await look({ '/health': new TargetError('refused', 'no') })).outcome).toMatchObject({
      findings: [{ code: 'ENDPOINT_REFUSED', part: 'agent-manager', facts: { url: 'http://a' } }],
    });
    await expect(look({ '/health': new TargetError('dns', 'no') })).rejects.toMatchObject({ stage: 'dns' });
  });

  it('waits as long as it is told, reads little, and three seconds for dependencies', async () => {
    const { asked } = await look({ '/health': answer(200) }, { patienceMs: 7_000 });

    expect(asked).toContainEqual(['/health', 7_000, 256 * 1024]);
    expect(asked).toContainEqual(['/health/status', 3_000, 256 * 1024]);
    expect((await look({ '/health': answer(200) })).asked).toContainEqual(['/health', undefined, 256 * 1024]);
  });

  it.each([
    [10_000, true],
    [10_001, false],
  ])('waits ten seconds at most: %i ms', (patienceMs, success) => {
    expect(serviceHealth.params.safeParse({ service: 'agent-manager', patienceMs }).success).toBe(success);
  });

  it('has no say about a service that is not configured', async () => {
    const services = { find: () => undefined } as unknown as ServicesTarget;

    expect(
      await serviceHealth.run(
        serviceHealth.params.parse({ service: 'agent-manager' }),
        probeContext({ services }),
      ),
    ).toMatchObject({ status: 'skipped', reason: 'not-configured' });
  });
});
