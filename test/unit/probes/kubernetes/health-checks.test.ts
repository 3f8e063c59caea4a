import { describe, expect, it } from 'vitest';
import { kubernetesHealthChecks } from '../../../../src/probes/kubernetes/health-checks.probe.ts';
import { kubernetes, meta, pod } from '../../../support/cluster-objects.ts';
import { probeContext } from '../../../support/probe-context.ts';

const event = (message: string, at = '2026-03-01T10:04:00Z', uid = 'uid-orchestrator-service-1') => ({
  ...meta(`e-${message}`, 'aetherius'),
  reason: 'Unhealthy',
  message,
  count: 9,
  involvedObject: { kind: 'Pod', uid, name: 'orchestrator-service-1' },
  lastTimestamp: at,
});
const look = (...events: readonly object[]) =>
  kubernetesHealthChecks.run(
    { minutes: 10 },
    probeContext({ kubernetes: kubernetes({ pods: [pod('orchestrator-service')], events }) }),
  );

describe('kubernetes.health-checks', () => {
  it.each([
    ['readiness', 'Readiness probe failed: HTTP probe failed with statuscode: 404'],
    [
      'liveness',
      'Liveness probe failed: OCI runtime exec failed: exec: "curl": executable file not found in $PATH',
    ],
  ])('names a %s probe that asks for what is not there', async (kind, said) => {
    expect(await look(event(said), event(said))).toMatchObject({
      findings: [
        {
          ...{ code: 'HEALTH_CHECK_CANNOT_PASS', part: 'runtime' },
          subject: `pod/orchestrator-service-1 ${kind}`,
          facts: { said, failures: 9 },
        },
      ],
    });
  });

  it.each([
    ['an overload', event('Readiness probe failed: HTTP probe failed with statuscode: 429')],
    ['the part’s own trouble', event('Readiness probe failed: HTTP probe failed with statuscode: 503')],
    [
      'a program that starts',
      event('Readiness probe failed: dial tcp 10.0.0.9:8081: connect: connection refused'),
    ],
    [
      'long ago',
      event('Readiness probe failed: HTTP probe failed with statuscode: 404', '2026-03-01T09:54:59Z'),
    ],
    [
      'a Pod that is gone',
      event('Readiness probe failed: HTTP probe failed with statuscode: 404', undefined, 'other'),
    ],
  ])('says nothing of %s', async (_what, one) => {
    expect(await look(one)).toMatchObject({ status: 'healthy' });
  });
});
