import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadKubeAccess } from '../../../../src/platform/targets/kube-config.ts';
import { createSlimmer } from '../../../../src/platform/targets/kube-slim.ts';
import { createKubernetesTarget } from '../../../../src/platform/targets/kubernetes.ts';
import { parsePodMetrics, parseQuantity } from '../../../../src/platform/targets/quantity.ts';
import { httpFake } from '../../../support/targets.ts';

function kubeconfig(server: string, user: object): { path: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  const path = join(dir, 'config');
  writeFileSync(
    path,
    JSON.stringify({
      'current-context': 'c',
      clusters: [{ name: 'k', cluster: { server } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    }),
  );
  return { path, remove: () => rmSync(dir, { recursive: true }) };
}

describe('a kubeconfig', () => {
  it('gives a token, read anew for each request when it stands in a file', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'token-'));
    writeFileSync(join(dir, 'token'), 'first\n');
    const config = kubeconfig('https://k:6443', { tokenFile: join(dir, 'token') });
    try {
      const access = await loadKubeAccess({ kubeconfig: config.path });
      const before = await access.headers();
      writeFileSync(join(dir, 'token'), 'second');

      expect([before, await access.headers()]).toEqual([
        { authorization: 'Bearer first' },
        { authorization: 'Bearer second' },
      ]);
      expect(access.secrets()).toEqual(['second']);
    } finally {
      config.remove();
      rmSync(dir, { recursive: true });
    }
  });

  it('that is missing or lacks the context says so by its reason', async () => {
    const config = kubeconfig('https://k:6443', {});
    try {
      await expect(loadKubeAccess({ kubeconfig: '/no/such/file' })).rejects.toMatchObject({
        facts: { reason: 'kubeconfig-unreadable' },
      });
      await expect(loadKubeAccess({ kubeconfig: config.path, context: 'other' })).rejects.toMatchObject({
        facts: { reason: 'kubeconfig-invalid' },
      });
    } finally {
      config.remove();
    }
  });
});

describe('a list', () => {
  it('is paged, shared by everybody in the run, and counted', async () => {
    const asked: string[] = [];
    const fake = await httpFake((request, response) => {
      asked.push(request.url ?? '');
      const second = request.url?.includes('continue=next') === true;
      const item = (name: string) => ({ metadata: { name, uid: name, resourceVersion: '1' } });
      response.end(
        JSON.stringify(
          second
            ? { items: [item('b')], metadata: {} }
            : { items: [item('a')], metadata: { continue: 'next' } },
        ),
      );
    });
    const config = kubeconfig(fake.url, { token: 't' });
    try {
      const target = createKubernetesTarget({ namespace: 'n', agentNamespace: 'm', kubeconfig: config.path });
      const [first, second] = await Promise.all([target.list('pods', 'n'), target.list('pods', 'n')]);
      await target.list('pods', 'n');

      expect(first.map((pod) => pod.metadata.name)).toEqual(['a', 'b']);
      expect(second).toBe(first);
      expect(asked).toEqual([
        '/api/v1/namespaces/n/pods?limit=500',
        '/api/v1/namespaces/n/pods?limit=500&continue=next',
      ]);
      expect(target.requests()).toBe(2);
    } finally {
      config.remove();
      await fake.close();
    }
  });

  it('of an asker that stops waiting goes on for the others', async () => {
    let answer: () => void = () => undefined;
    const fake = await httpFake((_request, response) => {
      answer = () => response.end(JSON.stringify({ items: [], metadata: {} }));
    });
    const config = kubeconfig(fake.url, {});
    try {
      const target = createKubernetesTarget({ namespace: 'n', agentNamespace: 'm', kubeconfig: config.path });
      const controller = new AbortController();
      const impatient = target.list('pods', 'n', { signal: controller.signal });
      const patient = target.list('pods', 'n');
      controller.abort();
      await expect(impatient).rejects.toMatchObject({ stage: 'aborted' });
      const { waitFor } = await import('../../../../lab/components/process.ts');
      await waitFor(() => target.requests() === 1 && (answer(), true), { seconds: 5, what: 'the request' });
      const timer = setInterval(() => answer(), 10);

      expect(await patient).toEqual([]);
      clearInterval(timer);
    } finally {
      config.remove();
      await fake.close();
    }
  });
});

describe('slimming', () => {
  it('keeps who changed what and when, drops the rest of field ownership and the account volume', () => {
    const slim = createSlimmer('pods');
    const make = (name: string) => ({
      metadata: {
        name,
        uid: name,
        resourceVersion: '1',
        labels: { app: 'a' },
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', keep: 'me' },
        managedFields: [
          {
            manager: 'kubectl',
            operation: 'Update',
            time: '2026-11-25T00:00:00Z',
            fieldsV1: { 'f:data': {}, 'f:spec': { 'f:template': {} } },
          },
        ],
      },
      spec: {
        volumes: [{ name: `kube-api-access-${name}` }, { name: 'config', configMap: { name: 'c' } }],
        containers: [
          { name: 'main', volumeMounts: [{ name: `kube-api-access-${name}` }, { name: 'config' }] },
        ],
      },
      status: { phase: 'Running' },
    });
    const [a, b] = [slim(make('a')), slim(make('b'))];
    const spec = (pod: typeof a) => pod['spec'] as { volumes: unknown; containers: unknown[] };

    expect(a.metadata).toMatchObject({
      annotations: { keep: 'me' },
      managedFields: [{ manager: 'kubectl', touches: ['data', 'spec', 'spec.template'] }],
    });
    expect(JSON.stringify(a)).not.toContain('kube-api-access');
    expect(spec(a).volumes).toBe(spec(b).volumes);
    expect(spec(a).containers[0]).toBe(spec(b).containers[0]);
  });
});

describe('quantities', () => {
  it.each([
    ['250m', 0.25],
    ['2', 2],
    ['1.5Gi', 1.5 * 2 ** 30],
    ['100k', 100_000],
    ['1e3', 1_000],
    ['12345678n', 0.012345678],
    ['1E', 1e18],
  ])('%s is %d', (text, value) => {
    expect(parseQuantity(text)).toBeCloseTo(value, 9);
  });

  it('that are none are not a number', () => {
    expect(parseQuantity('lots')).toBeNaN();
  });

  it('become millicores and bytes', () => {
    const list = {
      items: [
        { metadata: { name: 'p' }, containers: [{ name: 'c', usage: { cpu: '1500m', memory: '64Mi' } }] },
      ],
    };

    expect(parsePodMetrics(list)).toEqual([
      { pod: 'p', container: 'c', cpuMillicores: 1_500, memoryBytes: 67_108_864 },
    ]);
  });
});
