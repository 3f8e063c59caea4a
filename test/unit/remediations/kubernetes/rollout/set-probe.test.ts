import { describe, expect, it } from 'vitest';
import type { AppError } from '../../../../../src/domain/kernel/errors.ts';
import type { With } from '../../../../../src/domain/probe/targets/targets.ts';
import { setProbe } from '../../../../../src/remediations/kubernetes/rollout/set-probe.remediation.ts';
import { simulatedDeployment, simulatedUnready } from '../../../../support/remediation-fixtures.ts';

const part = 'agent-manager';
const asks = (port: number | string, more: object = {}) => ({ httpGet: { path: '/health', port }, ...more });
const usual = { readinessProbe: asks(9090), livenessProbe: asks(8080) };
const wanted = { part, container: 'main', probe: 'readiness', port: 9090 } as const;
/** A Deployment whose container has these probes, with such a Pod. */
const fresh = (
  probes: object = usual,
  pods: readonly object[] = [simulatedUnready(probes as Record<string, unknown>)],
  start: object = {},
) => {
  const containers = [
    { name: 'main', image: 'am:1', env: [{ name: 'A', value: 'b' }], ...probes },
    { name: 'proxy', image: 'envoy:1', readinessProbe: asks(9090) },
  ];
  const template = { metadata: { labels: { app: part } }, spec: { containers } };
  const fixture = simulatedDeployment({ spec: { replicas: 1, template, ...start } }, { pods });
  const deps = fixture.targets as With<'kubernetes'>;
  const context = { deps, signal: new AbortController().signal, now: () => new Date(0) };
  const plan = (params: object = {}) => setProbe.plan({ ...wanted, ...params }, context);
  return { fixture, context, plan };
};
const started = (at: string, ready = false) => ({ ready, state: { running: { startedAt: at } } });

describe('kubernetes.set-probe', () => {
  it('changes the port alone: path, times, the other probe and the other container stay', async () => {
    const probes = { readinessProbe: asks(9090, { periodSeconds: 3 }), livenessProbe: asks(8080) };
    const all = fresh(probes);
    const made = await all.plan();
    await setProbe.applyStep(made.steps[0], made, all.context);
    const { spec } = all.fixture.object().spec.template as { spec: { containers: unknown } };

    expect(made.steps[0]).toMatchObject({ from: { port: 9090 }, to: { port: 8080 } });
    expect(made.notes).toContainEqual({
      key: 'probe-path-stays',
      facts: { probe: 'readiness', path: '/health', port: 8080 },
    });
    expect(spec.containers).toEqual([
      {
        ...{ name: 'main', image: 'am:1', env: [{ name: 'A', value: 'b' }] },
        ...{ ...probes, readinessProbe: asks(8080, { periodSeconds: 3 }) },
      },
      { name: 'proxy', image: 'envoy:1', readinessProbe: asks(9090) },
    ]);
  });

  it('takes the readiness probe for answered while the container is ready', async () => {
    const probes = { readinessProbe: { tcpSocket: { port: 'http' } }, livenessProbe: asks(9090) };
    const more = { ...probes, ports: [{ name: 'http', containerPort: 8080 }] };
    const ready = simulatedUnready(more, started('1969-12-31T23:59:59Z', true));
    const liveness = { probe: 'liveness' } as const;

    expect((await fresh(more, [ready]).plan(liveness)).steps[0].to).toEqual({ port: 8080 });
    await expect(fresh(more, [simulatedUnready(more)]).plan(liveness)).rejects.toMatchObject({
      facts: { reason: 'other-probe-not-proved' },
    });
  });

  it.each([
    { ceased: '1969-12-31T23:59:20Z', outcome: 'a plan' },
    { ceased: '1969-12-31T23:58:50Z', outcome: 'other-probe-not-proved' },
    { ceased: undefined, outcome: 'other-probe-not-proved' },
  ])('and while a wrong liveness probe ends it again and again: not ready since $ceased', async (one) => {
    const probes = { readinessProbe: asks(8080), livenessProbe: asks(9090) };
    const more = { ...probes, ports: [{ containerPort: 8080 }] };
    const pod = simulatedUnready(more, {
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { startedAt: '1969-12-31T23:59:00Z', finishedAt: one.ceased } },
    });
    const conditions = [
      { type: 'ContainersReady', status: 'False', lastTransitionTime: one.ceased ?? null },
      { type: 'Ready', status: 'False', lastTransitionTime: '1969-12-31T23:59:20Z' },
    ];
    const ended = { ...pod, status: { ...pod.status, conditions } };
    const planned = fresh(more, [ended])
      .plan({ probe: 'liveness' })
      .then(
        () => 'a plan',
        (error: unknown) => (error as AppError).facts.reason,
      );

    expect(await planned).toBe(one.outcome);
  });

  it.each([
    ['probe-asks-elsewhere', fresh({ ...usual, readinessProbe: asks(7070) })],
    ['probe-asks-elsewhere', fresh({ livenessProbe: asks(8080) })],
    ['probe-asks-elsewhere', fresh({ ...usual, readinessProbe: { exec: { command: ['true'] } } })],
    ['no-other-port', fresh({ readinessProbe: asks(9090) })],
    ['no-other-port', fresh({ ...usual, livenessProbe: asks(9090, { periodSeconds: 1 }) })],
    ['other-probe-not-proved', fresh(usual, [])],
    // It says that it has the port: then it ought to listen there.
    ['port-is-its-own', fresh({ ...usual, ports: [{ containerPort: 9090 }] })],
    ['port-not-declared', fresh({ ...usual, livenessProbe: asks(7070) })],
    // The liveness probe may still be waiting for its third failure.
    ['other-probe-not-proved', fresh(usual, [simulatedUnready({}, started('1969-12-31T23:59:30Z'))])],
    ['other-probe-not-proved', fresh(usual, [simulatedUnready({}, { state: {} })])],
    // It is ready: its readiness probe is answered where it asks now.
    ['other-probe-not-proved', fresh(usual, [simulatedUnready({}, { ready: true })])],
    // A Pod of another template.
    ['other-probe-not-proved', fresh(usual, [simulatedUnready({ readinessProbe: asks(7070) })])],
    ['rollout-paused', fresh(usual, undefined, { paused: true })],
    ['scaled-to-zero', fresh(usual, undefined, { replicas: 0 })],
  ] as const)('refuses with %s', async (reason, { plan }) => {
    await expect(plan()).rejects.toMatchObject({ facts: { reason } });
  });

  it('never gives up the port of the part itself, whatever is declared', async () => {
    const probes = { readinessProbe: asks(8080), livenessProbe: asks(9090) };
    const ports = [{ containerPort: 9090 }];

    await expect(fresh({ ...probes, ports }).plan({ port: 8080 })).rejects.toMatchObject({
      facts: { reason: 'port-is-its-own', port: 8080 },
    });
  });

  it('watches for as long as a failing liveness probe would need, and sees a container start anew', async () => {
    const slow = { ...usual, livenessProbe: asks(8080, { initialDelaySeconds: 20, periodSeconds: 5 }) };
    const pods = [simulatedUnready(slow)];
    const all = fresh(slow, pods);
    const made = await all.plan();
    const before = await setProbe.mark?.(made, all.context);
    pods[0] = simulatedUnready(slow, { restartCount: 1 });

    expect(made.stableForMs).toBe((20 + 6 * 4) * 1_000);
    expect(await setProbe.mark?.(made, all.context)).not.toBe(before);
  });

  it('R-P3: does nothing once somebody has set another port', async () => {
    const { fixture, context, plan } = fresh();
    const made = await plan();
    const other = { name: 'main', image: 'am:1', ...usual, readinessProbe: asks(7070) };
    const proxy = { name: 'proxy', image: 'envoy:1' };
    fixture.set({ spec: { template: { spec: { containers: [other, proxy] } } } });

    await expect(setProbe.applyStep(made.steps[0], made, context)).rejects.toMatchObject({
      facts: { reason: 'stale', 'expected.port': 9090, 'observed.port': 7070 },
    });
    expect(fixture.changes()).toBe(0);
  });

  it('does not call it done once another image was released, whatever its probe asks', async () => {
    const { fixture, context, plan } = fresh();
    const made = await plan();
    await setProbe.applyStep(made.steps[0], made, context);
    const other = { name: 'main', image: 'am:2', ...usual, readinessProbe: asks(8080) };
    fixture.set({
      spec: { template: { spec: { containers: [other, { name: 'proxy', image: 'envoy:1' }] } } },
    });

    expect(await setProbe.observeStep(made.steps[0], made, context)).toBe('unknown');
    expect(await setProbe.settled?.(made, context)).toBe(false);
  });

  const facts = { container: 'main', probe: 'readiness', refusedPort: 9090 };
  it.each([
    ['deployment/agent-manager', facts, wanted],
    ['deployment/am', { ...facts, probe: 'liveness' }, { ...wanted, probe: 'liveness', workload: 'am' }],
    ['statefulset/agent-manager', facts, undefined],
    ['deployment/agent-manager', { ...facts, probe: 'startup' }, undefined],
    ['deployment/agent-manager', { container: 'main', probe: 'readiness' }, undefined],
  ])('for %s with %o it is asked for %o', (subject, found, params) => {
    const finding = { code: 'POD_PROBE_FAILS', severity: 'critical', part, subject, facts: found } as const;

    expect(setProbe.paramsFor(finding)).toEqual(params);
  });
});
