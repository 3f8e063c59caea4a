import { describe, expect, it } from 'vitest';
import type { KubeObject, KubernetesTarget } from '../../../../src/domain/probe/targets/kubernetes.ts';
import { kubernetesFailingProbes } from '../../../../src/probes/kubernetes/failing-probes.probe.ts';
import { kubernetes, meta, pod } from '../../../support/cluster-objects.ts';
import { probeContext } from '../../../support/probe-context.ts';

describe('kubernetes.failing-probes', () => {
  const event = (reason: string, message: string) => ({
    ...meta(`e-${reason}`, 'aetherius'),
    reason,
    message,
    involvedObject: { kind: 'Pod', uid: 'uid-orchestrator-service-1', name: 'orchestrator-service-1' },
    lastTimestamp: '2026-03-01T10:04:00Z',
  });
  const unready = pod('orchestrator-service', {
    conditions: [{ type: 'Ready', status: 'False' }],
    containerStatuses: [
      {
        name: 'orchestrator-service',
        ready: false,
        restartCount: 0,
        state: { running: { startedAt: '2026-03-01T10:00:00Z' } },
      },
    ],
  });
  const look = (pods: readonly object[], events: readonly object[]) => {
    const target = kubernetes({ pods, events });
    const list: KubernetesTarget['list'] = async (kind, namespace, options) => {
      const all = await target.list(kind, namespace, options);
      const { fieldSelector } = options ?? {};
      if (fieldSelector === undefined) return all;
      return all.filter(({ reason }) => (reason === 'Killing') === (fieldSelector === 'reason=Killing'));
    };
    return kubernetesFailingProbes.run({ minutes: 10 }, probeContext({ kubernetes: { ...target, list } }));
  };

  it('sees a readiness probe that gets an error from a program that runs', async () => {
    expect(
      await look(
        [unready],
        [event('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 404')],
      ),
    ).toMatchObject({
      findings: [{ code: 'POD_PROBE_FAILS', facts: { probe: 'readiness' } }],
    });
  });

  it('names the container and the port that was refused, and no port where it was answered', async () => {
    const running = { state: { running: { startedAt: '2026-03-01T09:00:00Z' } } };
    const status = { name: 'orchestrator-service', ready: false, restartCount: 0, ...running };
    const long = { ...unready, status: { ...unready.status, containerStatuses: [status] } };
    const said = async (message: string) => {
      const result = await look([long], [event('Unhealthy', `Readiness probe failed: ${message}`)]);
      return result.status === 'unhealthy' ? result.findings[0]?.facts : undefined;
    };
    const refused = 'Get "http://10.0.0.9:9090/x": dial tcp 10.0.0.9:9090: connect: connection refused';

    expect(await said(refused)).toMatchObject({ container: 'orchestrator-service', refusedPort: 9090 });
    expect(await said('HTTP probe failed with statuscode: 404')).not.toHaveProperty('refusedPort');
    // Ended for its liveness probe, it refuses its readiness probe, too: that is not the port in question.
    const ended = await look(
      [long],
      [
        event('Unhealthy', refused.replace('Get', 'Liveness probe failed: Get')),
        event('Unhealthy', 'Readiness probe failed: dial tcp 10.0.0.9:8081: connect: connection refused'),
        event('Killing', 'Container x failed liveness probe, will be restarted'),
      ],
    );
    expect(ended).toMatchObject({
      findings: [
        {
          facts: {
            ...{ probe: 'liveness', refusedPort: 9090 },
            message: expect.stringMatching(/^Liveness probe failed/) as string,
          },
        },
      ],
    });
  });

  it.each([
    ['statuscode: 404', 'unhealthy', 'no waiting brings a path'],
    ['statuscode: 503', 'healthy', 'it may only be starting'],
    ['dial tcp 10.0.0.9:8081: connect: connection refused', 'healthy', 'it may only be starting'],
  ])('says of %s, a minute after the start: %s, for %s', async (said, status) => {
    const started = (at: string) => ({
      ...unready,
      status: {
        ...unready.status,
        containerStatuses: [
          { name: 'x', ready: false, restartCount: 0, state: { running: { startedAt: at } } },
        ],
      },
    });
    const events = [event('Unhealthy', `Readiness probe failed: HTTP probe failed with ${said}`)];

    expect(await look([started('2026-03-01T10:04:57Z')], events)).toMatchObject({ status });
    expect(await look([started('2026-03-01T10:04:00Z')], events)).toMatchObject({ status });
    expect(await look([started('2026-03-01T10:03:00Z')], events)).toMatchObject({ status: 'unhealthy' });
  });

  it.each([
    ['Readiness', 'statuscode: 404', 'POD_PROBE_FAILS', 'the path is not there'],
    ['Readiness', 'statuscode: 503', 'POD_SAYS_NOT_READY', 'it may wait for a part that is down'],
    [
      'Readiness',
      'dial tcp: connect: connection refused',
      'POD_SAYS_NOT_READY',
      'it may wait before it listens',
    ],
  ])('of %s and %s for minutes: %s, for %s', async (probe, said, code) => {
    const events = [event('Unhealthy', `${probe} probe failed: HTTP probe failed with ${said}`)];

    expect(await look([unready], events)).toMatchObject({ findings: [{ code }] });
  });

  const asking = (handler: object, startedAt = '2026-03-01T10:00:00Z') => ({
    ...unready,
    spec: { containers: [{ name: 'orchestrator-service', readinessProbe: handler }] },
    status: {
      ...unready.status,
      containerStatuses: [
        { name: 'orchestrator-service', ready: false, restartCount: 0, state: { running: { startedAt } } },
      ],
    },
  });
  const exec = { exec: { command: ['cat', '/tmp/ready'] } };
  const grpc = { grpc: { port: 9000 } };

  it.each([
    [
      'Readiness probe errored and resulted in unknown state: rpc error: code = NotFound desc = failed to exec in container: exec: "/bin/x": stat /bin/x: no such file or directory',
      exec,
    ],
    ['Readiness probe failed: sh: pg_isready: not found', exec],
    ['Readiness probe failed: /bin/bash: line 1: pg_isready: command not found', exec],
    [
      'Readiness probe failed: error: this server does not implement the grpc health protocol (grpc.health.v1.Health): unknown service',
      grpc,
    ],
  ])('blames the probe at once where it cannot be put: %s', async (said, handler) => {
    const seen = await look([asking(handler, '2026-03-01T10:04:57Z')], [event('Unhealthy', said)]);

    expect(seen).toMatchObject({ findings: [{ code: 'POD_PROBE_FAILS', facts: { probe: 'readiness' } }] });
  });

  it.each([
    ["Readiness probe failed: cat: can't open '/tmp/ready': No such file or directory", exec],
    ['Readiness probe failed: ', exec],
    ['Readiness probe failed: service unhealthy (responded with "NOT_SERVING")', grpc],
    [
      'Readiness probe failed: timeout: failed to connect service "10.0.0.9:9000" within 1s: context deadline exceeded',
      grpc,
    ],
  ])(
    'leaves open who is to blame where the program says it, after two minutes: %s',
    async (said, handler) => {
      const failed = event('Unhealthy', said);

      expect(await look([asking(handler)], [failed])).toMatchObject({
        findings: [{ code: 'POD_SAYS_NOT_READY' }],
      });
      expect(await look([asking(handler, '2026-03-01T10:04:00Z')], [failed])).toMatchObject({
        status: 'healthy',
      });
    },
  );

  it('does not take what one kind of probe says for the word of another', async () => {
    const said = event('Unhealthy', 'Readiness probe failed: something else');
    const slow = event('Unhealthy', 'Readiness probe failed: command timed out');

    expect(await look([asking({ httpGet: {} })], [said])).toMatchObject({ status: 'healthy' });
    expect(await look([asking(grpc)], [said])).toMatchObject({ status: 'healthy' });
    expect(await look([asking(exec)], [slow])).toMatchObject({ status: 'healthy' });
  });

  it.each([
    // Ended by a rollout, by a person or by an eviction: no probe did it.
    ['Killing', 'Stopping container orchestrator-service', 'healthy'],
    ['Killing', 'Container x failed liveness probe, will be restarted', 'unhealthy'],
    ['Killing', 'Container x failed startup probe, will be restarted', 'unhealthy'],
    // Words of another reason end nothing.
    ['Unhealthy', 'a client asked for what failed liveness probe means', 'healthy'],
  ])('of an event %s "%s": %s', async (reason, message, status) => {
    const ready = pod('orchestrator-service');

    const failed = event('Unhealthy', 'Liveness probe failed: context deadline exceeded');

    expect(await look([ready], [failed, event(reason, message)])).toMatchObject({ status });
  });

  it('blames the probe of a program that stands on no other part', async () => {
    const shop = pod('shop', {
      conditions: [{ type: 'Ready', status: 'False' }],
      containerStatuses: [
        { name: 'shop', ready: false, state: { running: { startedAt: '2026-03-01T10:00:00Z' } } },
      ],
    });
    const failed = event('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503');
    const of = { ...failed, involvedObject: { ...failed.involvedObject, uid: shop.metadata.uid } };

    expect(await look([shop], [of])).toMatchObject({ findings: [{ code: 'POD_PROBE_FAILS' }] });
  });

  it('blames the probe when the kubelet ends the program for its 503, whatever it waits for', async () => {
    const events = [
      event('Unhealthy', 'Liveness probe failed: HTTP probe failed with statuscode: 503'),
      event('Killing', 'Container x failed liveness probe, will be restarted'),
    ];

    expect(await look([unready], events)).toMatchObject({ findings: [{ code: 'POD_PROBE_FAILS' }] });
  });

  it.each([
    [
      'Liveness probe failed: Get "http://10.1.1.1:8082/live": context deadline exceeded',
      'POD_PROBE_UNANSWERED',
    ],
    ['Liveness probe failed: command timed out', 'POD_PROBE_UNANSWERED'],
    ['Liveness probe failed: HTTP probe failed with statuscode: 404', 'POD_PROBE_FAILS'],
    ['Liveness probe failed: dial tcp 10.1.1.1:9: connect: connection refused', 'POD_PROBE_FAILS'],
  ])('leaves open who is to blame where the kubelet waits in vain: %s', async (said, code) => {
    const killed = event('Killing', 'Container x failed liveness probe, will be restarted');

    expect(await look([unready], [event('Unhealthy', said), killed])).toMatchObject({ findings: [{ code }] });
  });

  it('blames the probe of a workload of which no diagnosis tells whether it hangs', async () => {
    const events = ['Unhealthy', 'Killing'].map((reason) => {
      const one = event(
        reason,
        reason === 'Killing'
          ? 'Container x failed liveness probe, will be restarted'
          : 'Liveness probe failed: command timed out',
      );
      return { ...one, involvedObject: { ...one.involvedObject, uid: pod('shop').metadata.uid } };
    });

    expect(await look([pod('shop')], events)).toMatchObject({
      findings: [{ code: 'POD_PROBE_FAILS', part: 'runtime', subject: 'pod/shop-1' }],
      facts: { podsWithEvents: 1 },
    });
  });

  it('says nothing of a Pod that is being deleted, nor of events that are long over', async () => {
    const failed = event('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 404');
    const deleted = {
      ...unready,
      metadata: { ...unready.metadata, deletionTimestamp: '2026-03-01T10:04:59Z' },
    };
    const old = { ...failed, lastTimestamp: '2026-03-01T09:00:00Z' };

    expect(await look([unready], [failed])).toMatchObject({
      status: 'unhealthy',
      facts: { podsWithEvents: 1 },
    });
    expect(await look([deleted], [failed])).toMatchObject({ status: 'healthy' });
    expect(await look([unready], [old])).toMatchObject({ status: 'healthy', facts: { podsWithEvents: 0 } });
    expect(await look([unready], [old, failed])).toMatchObject({ facts: { podsWithEvents: 1 } });
  });

  it('leaves open who is to blame where only the end is known', async () => {
    const killed = event('Killing', 'Container x failed liveness probe, will be restarted');
    const other = event('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 404');
    // Of another Pod: without any failure of such a probe nobody asks for ends.
    const elsewhere = event('Unhealthy', 'Liveness probe failed: HTTP probe failed with statuscode: 404');
    const ofAnother = { ...elsewhere, involvedObject: { ...elsewhere.involvedObject, uid: 'another' } };

    expect(await look([unready], [ofAnother, other, killed])).toMatchObject({
      findings: [{ code: 'POD_PROBE_UNANSWERED', facts: { probe: 'liveness', message: killed.message } }],
    });
  });

  const about = (container: string, object: ReturnType<typeof event>) => ({
    ...object,
    involvedObject: { ...object.involvedObject, fieldPath: `spec.containers{${container}}` },
  });
  const beside = (main: object) =>
    pod('orchestrator-service', {
      conditions: [{ type: 'Ready', status: 'False' }],
      containerStatuses: [
        { name: 'proxy', ready: true, state: { running: { startedAt: '2026-03-01T09:00:00Z' } } },
        {
          name: 'main',
          ready: false,
          state: { running: { startedAt: '2026-03-01T10:04:00Z' } },
          ...main,
        },
      ],
    });

  it('asks of the container that the event names how long it runs, not of a sidecar', async () => {
    const refused = event('Unhealthy', 'Readiness probe failed: dial tcp: connect: connection refused');
    const long = { state: { running: { startedAt: '2026-03-01T10:00:00Z' } } };

    expect(await look([beside({})], [about('main', refused)])).toMatchObject({ status: 'healthy' });
    expect(await look([beside(long)], [about('main', refused)])).toMatchObject({ status: 'unhealthy' });
    // The proxy has become ready: it is not what the Pod waits for.
    expect(await look([beside({})], [about('proxy', refused)])).toMatchObject({ status: 'healthy' });
    expect(await look([beside({})], [refused])).toMatchObject({ status: 'healthy' });
  });

  it.each([
    [2, '2026-03-01T10:03:59Z', 'healthy', 'it crashes'],
    [2, '2026-03-01T09:54:00Z', 'unhealthy', 'that was long ago'],
    [143, '2026-03-01T10:03:59Z', 'unhealthy', 'it was ended from outside'],
    [0, '2026-03-01T10:03:59Z', 'unhealthy', 'it ended in order'],
  ])('of a container that ended with %i at %s: %s, for %s', async (exitCode, finishedAt, status) => {
    const main = { restartCount: 1, lastState: { terminated: { exitCode, finishedAt } } };
    const missing = event('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 404');

    expect(await look([beside(main)], [about('main', missing)])).toMatchObject({ status });
  });

  it.each([
    ['2026-03-01T10:01:00Z', 'True', 'healthy', 'it has been well since'],
    ['2026-03-01T10:01:00Z', 'False', 'unhealthy', 'it is not ready'],
    ['2026-03-01T10:03:00Z', 'True', 'unhealthy', 'it may be ended again'],
    ['2026-03-01T09:00:00Z', 'True', 'unhealthy', 'its end is still to come'],
  ])('of a container that was ended at 10:00 and runs since %s, ready %s: %s, for %s', async (...row) => {
    const [startedAt, ready, status] = row;
    const killing = about(
      'main',
      event('Killing', 'Container main failed liveness probe, will be restarted'),
    );
    const failure = event('Unhealthy', 'Liveness probe failed: EOF');
    const at = { lastTimestamp: '2026-03-01T10:00:00Z' };
    const ended = pod('orchestrator-service', {
      conditions: [{ type: 'Ready', status: ready }],
      containerStatuses: [{ name: 'main', ready: ready === 'True', state: { running: { startedAt } } }],
    });

    expect(
      await look(
        [ended],
        [
          { ...killing, ...at },
          { ...failure, ...at },
        ],
      ),
    ).toMatchObject({ status });
  });

  it.each(['Liveness', 'Startup'])(
    'sees a container that the kubelet ends for its %s probe',
    async (which) => {
      const killing = event('Killing', `Container x failed ${which.toLowerCase()} probe, will be restarted`);
      // The kubelet writes fewer and fewer events of the same kind: this one is old.
      const failure = {
        ...event('Unhealthy', `${which} probe failed: EOF`),
        lastTimestamp: '2026-03-01T08:00:00Z',
      };

      expect(await look([pod('orchestrator-service')], [killing, failure])).toMatchObject({
        findings: [{ code: 'POD_PROBE_FAILS', facts: { probe: which.toLowerCase() } }],
      });
    },
  );

  it.each([
    [1, 1, '2026-03-01T10:04:55Z', 'unhealthy', 'the kubelet needs no second failure'],
    [3, 2, '2026-03-01T10:04:55Z', 'healthy', 'one more would end it'],
    [3, 3, '2026-03-01T10:04:55Z', 'unhealthy', 'it failed as often as it may'],
    [3, 3, '2026-03-01T10:04:00Z', 'healthy', 'it has answered since'],
  ])(
    'of a liveness probe with threshold %i that failed %i times, last at %s: %s, for %s',
    async (threshold, count, lastTimestamp, status) => {
      const ready = pod('orchestrator-service');
      const spec = { containers: [{ name: 'x', livenessProbe: { failureThreshold: threshold } }] };
      const failed = event(
        'Unhealthy',
        'Liveness probe failed: Get "http://10.0.0.9:8090/": connection refused',
      );

      expect(await look([{ ...ready, spec }], [{ ...failed, count, lastTimestamp }])).toMatchObject({
        status,
      });
    },
  );

  it('makes one finding of a workload, however many Pods share it, and asks for no other events', async () => {
    const asked: unknown[] = [];
    const message = 'Readiness probe failed: HTTP probe failed with statuscode: 503';
    const ofReplica = (at: number) => ({
      ...unready,
      metadata: {
        ...unready.metadata,
        name: `orchestrator-service-7d4b9-${at}`,
        uid: `uid-${at}`,
        ownerReferences: [{ kind: 'ReplicaSet', name: 'orchestrator-service-7d4b9', controller: true }],
      },
    });
    const eventOf = (at: number) => ({
      ...event('Unhealthy', message),
      involvedObject: { kind: 'Pod', uid: `uid-${at}` },
    });
    const target = kubernetes({ pods: [ofReplica(1), ofReplica(2)] });
    const events = [eventOf(1), eventOf(2), eventOf(2)] as unknown as readonly KubeObject[];
    const outcome = await kubernetesFailingProbes.run(
      { minutes: 10 },
      probeContext({
        kubernetes: {
          ...target,
          list: (...[kind, namespace, options]: Parameters<KubernetesTarget['list']>) => {
            if (kind !== 'events') return target.list(kind, namespace, options);
            asked.push(options?.fieldSelector);
            return Promise.resolve(options?.fieldSelector === 'type=Warning' ? events : []);
          },
        },
      }),
    );

    expect(outcome).toMatchObject({
      findings: [{ subject: 'deployment/orchestrator-service', facts: { pods: 2, message } }],
    });
    expect(outcome).toMatchObject({ findings: { length: 1 } });
    // A readiness probe ends no container.
    expect(asked).toEqual(['type=Warning']);
  });

  it('leaves a Pod alone that is ready and was slow to start', async () => {
    expect(
      await look(
        [pod('orchestrator-service')],
        [event('Unhealthy', 'Readiness probe failed: connection refused')],
      ),
    ).toMatchObject({ status: 'healthy' });
  });
});

describe('kubernetes.failing-probes, at its thresholds', () => {
  const now = Date.parse('2026-03-01T10:05:00.000Z');
  const at = (secondsAgo: number) => new Date(now - secondsAgo * 1000).toISOString();
  interface World {
    readonly reason?: 'Unhealthy' | 'Killing';
    readonly message: string;
    readonly secondsAgo?: number;
    readonly count?: number;
    readonly more?: object;
    readonly container?: object;
    readonly spec?: object;
    readonly isReady?: boolean;
    readonly app?: string;
  }
  const look = ({
    reason = 'Unhealthy',
    message,
    secondsAgo = 1,
    count,
    more = {},
    container = {},
    spec = {},
    isReady = false,
    app = 'orchestrator-service',
  }: World) => {
    const event = {
      ...meta('e', 'aetherius'),
      ...{ reason, message, lastTimestamp: at(secondsAgo) },
      involvedObject: { kind: 'Pod', uid: `uid-${app}-1`, name: `${app}-1` },
      ...(count === undefined ? {} : { count }),
      ...more,
    };
    // Without a failed probe of those that end a container, the ends are not asked for.
    const failed = { ...event, reason: 'Unhealthy', message: 'Startup probe failed' };
    const events = reason === 'Killing' ? [failed, event] : [event];
    const status = {
      name: app,
      ready: false,
      restartCount: 2,
      state: { running: { startedAt: at(600) } },
      ...container,
    };
    const seen = pod(app, {
      conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }],
      containerStatuses: [status],
    });
    const target = kubernetes({
      pods: [{ ...seen, spec: { containers: [{ ...seen.spec.containers[0], ...spec }] } }],
      events,
    });
    const list: KubernetesTarget['list'] = async (kind, namespace, options) => {
      const all = await target.list(kind, namespace, options);
      const { fieldSelector } = options ?? {};
      if (fieldSelector === undefined) return all;
      return all.filter(({ reason }) => (reason === 'Killing') === (fieldSelector === 'reason=Killing'));
    };
    return kubernetesFailingProbes.run(
      kubernetesFailingProbes.params.parse({}),
      probeContext({ kubernetes: { ...target, list } }),
    );
  };
  const liveness = 'Liveness probe failed: HTTP probe failed with statuscode: 503';
  const readiness = 'Readiness probe failed: HTTP probe failed with statuscode: 503';
  const killed = 'Container x failed liveness probe, will be restarted';

  it.each([
    [599.999, 'unhealthy'],
    [600, 'unhealthy'],
    [600.001, 'healthy'],
  ])('looks back ten minutes: %f s', async (secondsAgo, status) => {
    expect(
      await look({
        message: readiness,
        secondsAgo,
        container: { state: { running: { startedAt: at(3600) } } },
      }),
    ).toMatchObject({ status });
  });

  it.each([
    [119.999, 'healthy'],
    [120, 'unhealthy'],
    [120.001, 'unhealthy'],
  ])('gives a program two minutes to open its ports: %f s', async (running, status) => {
    expect(
      await look({ message: readiness, container: { state: { running: { startedAt: at(running) } } } }),
    ).toMatchObject({ status });
  });

  it.each([
    [14.999, 'POD_PROBE_FAILS'],
    [15, 'POD_PROBE_FAILS'],
    [15.001, 'healthy'],
  ])(
    'takes a failure for one that lasts within a quarter of a minute: %f s',
    async (secondsAgo, expected) => {
      const outcome = await look({ message: liveness, secondsAgo, count: 3, isReady: true });

      expect(outcome.status === 'unhealthy' ? outcome.findings[0]?.code : outcome.status).toBe(expected);
    },
  );

  it.each([
    [2, {}, 'healthy'],
    [3, {}, 'unhealthy'],
    [4, {}, 'unhealthy'],
    [undefined, {}, 'healthy'],
    [1, { livenessProbe: { failureThreshold: 1 } }, 'unhealthy'],
    [2, { livenessProbe: { failureThreshold: 2 } }, 'unhealthy'],
    [3, { livenessProbe: { failureThreshold: 6 } }, 'unhealthy'],
    [2, { livenessProbe: {} }, 'healthy'],
  ])('is about to be ended after %o failures of %o', async (count, spec, status) => {
    expect(
      await look({ message: liveness, isReady: true, spec, ...(count === undefined ? {} : { count }) }),
    ).toMatchObject({ status });
  });

  it.each([
    [179.999, 'unhealthy'],
    [180, 'unhealthy'],
    [180.001, 'healthy'],
  ])('is well again three minutes after it was ended: %f s', async (running, status) => {
    const container = { state: { running: { startedAt: at(running) } }, ready: true };

    expect(
      await look({ reason: 'Killing', message: killed, secondsAgo: 200, container, isReady: true }),
    ).toMatchObject({ status });
    expect(await look({ reason: 'Killing', message: killed, secondsAgo: 200, container })).toMatchObject({
      status: 'unhealthy',
    });
  });

  it('is not well again when it was started before it was ended', async () => {
    const started = (secondsAgo: number) =>
      look({
        ...{ reason: 'Killing' as const, message: killed, secondsAgo: 200, isReady: true },
        container: { state: { running: { startedAt: at(secondsAgo) } }, ready: true },
      });

    expect(await started(201)).toMatchObject({ status: 'unhealthy' });
    expect(await started(200)).toMatchObject({ status: 'healthy' });
    expect(await started(199)).toMatchObject({ status: 'healthy' });
  });

  it.each([
    [599.999, 1, 'healthy'],
    [600, 1, 'unhealthy'],
    [600.001, 1, 'unhealthy'],
    [5, 0, 'unhealthy'],
    [5, 136, 'healthy'],
    [5, 137, 'unhealthy'],
    [5, 138, 'healthy'],
    [5, 142, 'healthy'],
    [5, 143, 'unhealthy'],
    [5, 144, 'healthy'],
  ])(
    'blames no probe of a program that ended by itself %f s ago with %i',
    async (ended, exitCode, status) => {
      const container = { lastState: { terminated: { exitCode, finishedAt: at(ended) } } };

      expect(await look({ message: readiness, container })).toMatchObject({ status });
    },
  );

  it('says which probe, since when, and 200 letters of what it said', async () => {
    const message = `${readiness} ${'x'.repeat(300)}`;

    expect(await look({ message, more: { firstTimestamp: at(300) } })).toMatchObject({
      findings: [
        {
          ...{ code: 'POD_SAYS_NOT_READY', severity: 'warning', since: at(300) },
          facts: { message: `${message.slice(0, 199)}…`, probe: 'readiness', restarts: 2, pods: 1 },
        },
      ],
    });
    expect(JSON.stringify(await look({ message }))).not.toContain('since');
    expect(
      await look({ message: 'Readiness probe failed: HTTP probe failed with statuscode: 404' }),
    ).toMatchObject({
      findings: [{ code: 'POD_PROBE_FAILS', severity: 'critical' }],
    });
    // Nothing stands below Redis that it could wait for.
    expect(await look({ message: readiness, app: 'redis' })).toMatchObject({
      findings: [{ code: 'POD_PROBE_FAILS' }],
    });
  });
});
