import { describe, expect, it } from 'vitest';
import { chartValues } from '../../../../../src/remediations/kubernetes/object/chart-values.ts';

const inPod = (spec: object) => ({ spec: { template: { spec } } });

describe('a change in the values of a chart', () => {
  it.each([
    ['replicas', { spec: { replicas: 2 } }, { replicaCount: 2 }],
    [
      'resources',
      inPod({ containers: [{ name: 'main', resources: { limits: { memory: '2Gi' } } }] }),
      { resources: { limits: { memory: '2Gi' } } },
    ],
    [
      'an image',
      inPod({ containers: [{ name: 'main', image: 'registry:5000/shop/web:1.2' }] }),
      { image: { repository: 'registry:5000/shop/web', tag: '1.2' } },
    ],
    ['a node selector', inPod({ nodeSelector: { disk: null } }), { nodeSelector: { disk: null } }],
    [
      'a probe',
      inPod({ containers: [{ name: 'main', readinessProbe: { httpGet: { port: 80 } } }] }),
      { readinessProbe: { httpGet: { port: 80 } } },
    ],
  ])('%s', (_what, change, values) => {
    expect(chartValues(change)).toEqual(values);
  });

  it.each([
    ['an image without a tag', inPod({ containers: [{ name: 'main', image: 'registry:5000/web' }] })],
    ['an image by its digest', inPod({ containers: [{ name: 'main', image: 'web:1@sha256:ab' }] })],
    ['several containers', inPod({ containers: [{ name: 'a' }, { name: 'b' }] })],
    ['a selector of a Service', { spec: { selector: { app: 'web' } } }],
    ['a ConfigMap', { data: { 'config.yaml': 'a: 1' } }],
  ])('has no usual name for %s', (_what, change) => {
    expect(chartValues(change)).toBeUndefined();
  });
});
