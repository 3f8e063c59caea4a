/** Pods that a real API server and its controllers really refuse, each for its reason; beside them what looks alike. */

import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RuntimeConfig } from '../../../src/domain/settings/environment.ts';
import { type Cluster, missingCluster, startCluster } from '../../support/kube-cluster.ts';
import { runProbe, scratch } from '../../support/targets.ts';
import { until } from '../../support/until.ts';

const lacking = missingCluster();
const folder = scratch('refused-pods');
let cluster: Cluster;
let hook: Server;

const admission = 'admissionregistration.k8s.io/v1';
const podsMade = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] };
const inside = (space: string) => ({ matchLabels: { 'kubernetes.io/metadata.name': space } });

/** A namespace with these labels, and where its objects are. */
async function namespace(name: string, labels: Readonly<Record<string, string>> = {}): Promise<string> {
  await cluster.seed.post('/api/v1/namespaces', { metadata: { name, labels } });
  const base = `/api/v1/namespaces/${name}`;
  // A Pod needs the account that a controller makes for each namespace.
  await until(() =>
    cluster.seed.get(`${base}/serviceaccounts/default`).then(
      () => true,
      () => false,
    ),
  );
  return base;
}

const template = (spec: object = {}) => ({
  metadata: { labels: { app: 'x' } },
  spec: { containers: [{ name: 'main', image: 'x:1' }], ...spec },
});
const workload = (
  space: string,
  spec: object = {},
  kind: 'deployments' | 'statefulsets' = 'deployments',
  name = 'agent-manager',
  replicas = 1,
) =>
  cluster.seed.post(`/apis/apps/v1/namespaces/${space}/${kind}`, {
    metadata: { name },
    spec: {
      ...{ replicas, selector: { matchLabels: { app: 'x' } }, template: template(spec) },
      ...(kind === 'statefulsets' ? { serviceName: name } : {}),
    },
  });
async function quota(base: string, hard: object) {
  await cluster.seed.post(`${base}/resourcequotas`, { metadata: { name: 'team-a' }, spec: { hard } });
  await until(async () => {
    const made = (await cluster.seed.get(`${base}/resourcequotas/team-a`)) as { status?: { used?: object } };
    return made.status?.used !== undefined;
  });
}
async function webhook(name: string, space: string, clientConfig: object) {
  await cluster.seed.post(`/apis/${admission}/validatingwebhookconfigurations`, {
    metadata: { name },
    webhooks: [
      {
        ...{ name: `${name}.example.com`, failurePolicy: 'Fail', sideEffects: 'None', timeoutSeconds: 5 },
        ...{ admissionReviewVersions: ['v1'], namespaceSelector: inside(space), rules: [podsMade] },
        clientConfig,
      },
    ],
  });
}

const looked = (space: string) => {
  const runtime: RuntimeConfig = {
    ...{ kind: 'kubernetes', namespace: space, agentNamespace: 'kube-system' },
    kubeconfig: cluster.api.kubeconfig,
  };
  return runProbe('kubernetes.refused-pods', { runtime });
};
/** What is found once the controller has tried. */
async function refusal(space: string) {
  let outcome = await looked(space);
  await until(async () => {
    outcome = await looked(space);
    return outcome.findings.length > 0;
  });
  return outcome.findings;
}

describe.skipIf(lacking !== undefined)(
  `Pods that are refused${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    beforeAll(async () => {
      cluster = await startCluster(folder.dir, 'alike');
      const pki = join(folder.dir, 'kube', 'pki');
      hook = createServer(
        { cert: readFileSync(join(pki, 'apiserver.crt')), key: readFileSync(join(pki, 'apiserver.key')) },
        (request, response) => {
          const parts: Buffer[] = [];
          request.on('data', (part: Buffer) => parts.push(part));
          request.once('end', () => {
            const { request: asked } = JSON.parse(Buffer.concat(parts).toString()) as {
              request: { uid: string };
            };
            const answer = { uid: asked.uid, allowed: false, status: { message: 'no owner is named' } };
            response.setHeader('content-type', 'application/json');
            response.end(
              JSON.stringify({
                apiVersion: 'admission.k8s.io/v1',
                kind: 'AdmissionReview',
                response: answer,
              }),
            );
          });
        },
      );
      await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
    });
    afterAll(async () => {
      hook.closeAllConnections();
      hook.close();
      await cluster.stop();
      folder.remove();
    });

    it.each<readonly [string, Readonly<Record<string, string>>, (space: string) => Promise<void>]>([
      [
        'quota-full',
        { quota: 'team-a' },
        async (space) => {
          await quota(await namespace(space), { pods: '0' });
          await workload(space);
        },
      ],
      [
        'quota-wants-limits',
        { unlimited: 'team-a' },
        async (space) => {
          await quota(await namespace(space), { 'limits.memory': '4Gi' });
          await workload(space);
        },
      ],
      [
        'limit-range',
        { range: 'memory' },
        async (space) => {
          const base = await namespace(space);
          const limits = [{ type: 'Container', max: { memory: '64Mi' } }];
          await cluster.seed.post(`${base}/limitranges`, { metadata: { name: 'small' }, spec: { limits } });
          const resources = { requests: { memory: '128Mi' }, limits: { memory: '128Mi' } };
          await workload(space, { containers: [{ name: 'main', image: 'x:1', resources }] });
        },
      ],
      [
        'pod-security',
        { security: 'restricted:latest' },
        async (space) => {
          await namespace(space, { 'pod-security.kubernetes.io/enforce': 'restricted' });
          await workload(space);
        },
      ],
      [
        'webhook-dead',
        { webhook: 'dead.example.com' },
        async (space) => {
          await namespace(space);
          await webhook('dead', space, { url: 'https://127.0.0.1:9/pods' });
          await workload(space);
        },
      ],
      [
        'webhook-denies',
        { denied: 'denies.example.com' },
        async (space) => {
          await namespace(space);
          const { port } = hook.address() as AddressInfo;
          const caBundle = readFileSync(join(folder.dir, 'kube', 'pki', 'ca.crt')).toString('base64');
          await webhook('denies', space, { url: `https://127.0.0.1:${port}/pods`, caBundle });
          await workload(space);
        },
      ],
      [
        'account-missing',
        { account: 'agent-runner' },
        async (space) => {
          await namespace(space);
          await workload(space, { serviceAccountName: 'agent-runner' });
        },
      ],
    ])('%s', async (space, facts, plant) => {
      await plant(space);
      const findings = await refusal(space);

      expect(findings).toMatchObject([
        {
          ...{ code: 'POD_REFUSED', severity: 'critical', part: 'agent-manager' },
          ...{ subject: 'deployment/agent-manager', facts: { desired: 1, made: 0, ready: 0, ...facts } },
        },
      ]);
      expect(findings[0]?.facts).not.toHaveProperty('unknown');
    });

    it('names it of a StatefulSet, which has no such condition', async () => {
      await quota(await namespace('set'), { pods: '0' });
      await workload('set', {}, 'statefulsets', 'redis');

      expect(await refusal('set')).toMatchObject([
        { part: 'redis', subject: 'statefulset/redis', facts: { made: 0, quota: 'team-a' } },
      ]);
    });

    it('is silent where a quota is nearly full, a rollout goes on, and one is scaled to zero', async () => {
      const base = '/api/v1/namespaces/alike';
      await quota(base, { pods: '3' });
      await workload('alike');
      await workload('alike', {}, 'deployments', 'orchestrator-service', 0);
      await workload('alike', {}, 'statefulsets', 'redis');
      const path = '/apis/apps/v1/namespaces/alike/deployments';
      await until(async () => {
        const { items } = (await cluster.seed.get(`${base}/pods`)) as { items: readonly object[] };
        return items.length === 2;
      });
      await cluster.seed.merge(`${path}/agent-manager`, {
        spec: { template: template({ terminationGracePeriodSeconds: 3 }) },
      });

      expect(await looked('alike')).toMatchObject({
        status: 'healthy',
        findings: [],
        facts: { refused: 0 },
      });
    });
  },
);
