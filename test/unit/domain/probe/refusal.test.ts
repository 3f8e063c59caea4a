import { describe, expect, it } from 'vitest';
import { refusalFacts, refusedBy } from '../../../../src/domain/probe/refusal.ts';

describe('why the API server refuses a Pod', () => {
  it.each([
    [
      'pods "shop-5d9f8-" is forbidden: exceeded quota: team-a, requested: pods=1, used: pods=9, limited: pods=9',
      { kind: 'quota', what: 'team-a' },
    ],
    [
      'pods "shop-5d9f8-" is forbidden: failed quota: team-a: must specify limits.cpu for: main; limits.memory for: main',
      { kind: 'unlimited', what: 'team-a' },
    ],
    [
      'pods "shop-" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi',
      { kind: 'range', what: 'memory' },
    ],
    [
      'pods "shop-" is forbidden: [cpu max limit to request ratio per Container is 2, but provided ratio is 4.000000]',
      { kind: 'range', what: 'cpu' },
    ],
    [
      'pods "shop-" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true (pod or container "main" must set securityContext.runAsNonRoot=true)',
      { kind: 'security', what: 'restricted:latest' },
    ],
    [
      'Internal error occurred: failed calling webhook "pods.example.com": failed to call webhook: Post "https://hook.policy.svc:443/pods?timeout=10s": dial tcp 10.96.0.9:443: connect: connection refused',
      { kind: 'webhook', what: 'pods.example.com' },
    ],
    [
      'admission webhook "images.example.com" denied the request: image of an unknown registry',
      { kind: 'denied', what: 'images.example.com' },
    ],
    [
      "pods \"shop-\" is forbidden: ValidatingAdmissionPolicy 'labels' with binding 'labels' denied request: no owner",
      { kind: 'denied', what: 'labels' },
    ],
    [
      'pods "shop-" is forbidden: error looking up service account aetherius/shop-runner: serviceaccount "shop-runner" not found',
      { kind: 'account', what: 'shop-runner' },
    ],
  ])('%s', (message, refusal) => {
    expect(refusedBy(message)).toEqual(refusal);
    expect(refusedBy(`Error creating: ${message}`)).toEqual(refusal);
    expect(refusalFacts(message)).toEqual({ [refusal.kind]: refusal.what });
  });

  it('is not known of another sentence', () => {
    expect(refusedBy('a sentence of tomorrow')).toBeUndefined();
    expect(refusalFacts('a sentence of tomorrow')).toEqual({ unknown: '–' });
  });
});
