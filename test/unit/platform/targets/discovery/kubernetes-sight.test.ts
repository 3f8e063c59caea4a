import { describe, expect, it } from 'vitest';
import { kubernetesWorkloads } from '../../../../../src/platform/targets/discovery/kubernetes-sight.ts';

const labels = { role: 'herald' };

function containerOf(
  containers: readonly object[],
  annotations: Readonly<Record<string, string>> = {},
): string | undefined {
  const metadata = { name: 'herald', namespace: 'stage', uid: 'u', resourceVersion: '1' };
  const deployment = {
    metadata,
    spec: { template: { metadata: { labels, annotations }, spec: { containers } } },
  };
  const service = {
    metadata: { ...metadata, name: 'front' },
    spec: { selector: labels, clusterIP: '10.0.0.9', ports: [{ port: 80, targetPort: 'web' }] },
  };
  const seen = {
    ...{ deployments: [deployment], statefulsets: [], daemonsets: [] },
    ...{ services: [service], configmaps: [] },
  };
  return kubernetesWorkloads(seen)[0]?.container;
}

const helper = { name: 'exporter', ports: [{ name: 'metrics', containerPort: 9100 }] };
const program = { name: 'runner', ports: [{ name: 'web', containerPort: 8080 }] };

describe('the container that a workload is about', () => {
  it.each([
    ['has its port behind the Service, wherever it stands', [helper, program], {}, 'runner'],
    ['has its name, before that', [helper, program, { name: 'herald' }], {}, 'herald'],
    [
      'is the one that its author calls the default, before all',
      [helper, { name: 'herald' }],
      { 'kubectl.kubernetes.io/default-container': 'exporter' },
      'exporter',
    ],
    [
      'is not one that the Pod has not',
      [helper, program],
      { 'kubectl.kubernetes.io/default-container': 'gone' },
      'runner',
    ],
    ['is the first where nothing tells', [{ name: 'one' }, { name: 'two' }], {}, 'one'],
    ['is the first where two have that port', [program, { ...program, name: 'twin' }], {}, 'runner'],
  ])('%s', (_, containers, annotations, expected) => {
    expect(containerOf(containers, annotations)).toBe(expected);
  });
});
