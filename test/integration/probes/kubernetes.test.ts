import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { type KubeApi, missing, startKubeApi } from '../../../lab/components/kube-api.ts';
import { healthCalls, shapeOf } from '../../../src/domain/health/health-calls.ts';
import { judgeHealth } from '../../../src/domain/health/health-rules.ts';
import { asInGuide } from '../../../src/domain/platform/platform.ts';
import type { RuntimeConfig } from '../../../src/domain/settings/environment.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import { createKubernetesTarget } from '../../../src/platform/targets/kubernetes/kubernetes.ts';
import { probes } from '../../../src/probes/index.ts';
import { monitoringOf } from '../../../src/probes/support/monitoring.ts';
import { createProbeRunner } from '../../../src/services/run/probe-runner.service.ts';
import { inParallel, type KubeSeed, kubeSeed, pod, runningStatus } from '../../support/kube.ts';
import { grantRights } from '../../support/kube-rights.ts';
import { silentLogger } from '../../support/logger.ts';
import { codes, environment, runProbe, scratch } from '../../support/targets.ts';

const execute = promisify(execFile);
const lacking = missing();
const folder = scratch('probes-kubernetes');
let api: KubeApi;
let seed: KubeSeed;
const signal = new AbortController().signal;

const runtime = (namespace: string, kubeconfig: string = api.kubeconfig): RuntimeConfig => ({
  kind: 'kubernetes',
  namespace,
  agentNamespace: 'kube-system',
  kubeconfig,
});
const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');

async function namespace(name: string): Promise<string> {
  await seed.post('/api/v1/namespaces', { metadata: { name } });
  return `/api/v1/namespaces/${name}`;
}
async function run(base: string, body: ReturnType<typeof pod>, status: unknown = runningStatus(ago(300))) {
  await seed.post(`${base}/pods`, body);
  await seed.merge(`${base}/pods/${body.metadata.name}/status`, status);
}
async function workload(
  space: string,
  kind: 'deployments' | 'statefulsets',
  name: string,
  desired: number,
  ready: number,
) {
  const path = `/apis/apps/v1/namespaces/${space}/${kind}`;
  await seed.post(path, {
    metadata: { name },
    spec: {
      replicas: desired,
      ...(kind === 'statefulsets' ? { serviceName: name } : {}),
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'main', image: 'x:1' }] },
      },
    },
  });
  await seed.merge(`${path}/${name}/status`, { status: { replicas: desired, readyReplicas: ready } });
}

describe.skipIf(lacking !== undefined)(
  `Kubernetes${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    beforeAll(async () => {
      api = await startKubeApi({ dir: folder.dir });
      seed = kubeSeed(api.kubeconfig);
    });
    afterAll(async () => {
      seed.close();
      await api.stop();
      folder.remove();
    });

    it('names each cause that keeps Pods from working once (F18: an image that is not there), however many Pods share it, and nothing of healthy ones', async () => {
      const base = await namespace('faults');
      const waiting = (reason: string, message = '') => ({
        status: {
          phase: 'Pending',
          conditions: [],
          containerStatuses: [
            {
              name: 'main',
              ready: false,
              restartCount: 0,
              image: 'x',
              imageID: '',
              state: { waiting: { reason, message } },
            },
          ],
        },
      });
      const owner = (name: string) => ({
        owner: { kind: 'ReplicaSet', name: `${name}-5d9f8c7b6` },
        labels: { 'pod-template-hash': '5d9f8c7b6' },
      });
      await run(base, pod('agent-manager-5d9f8c7b6-aaaaa', owner('agent-manager')));
      for (const at of ['a', 'b', 'c'])
        await run(
          base,
          pod(`shop-5d9f8c7b6-${at}`, owner('shop')),
          waiting('ImagePullBackOff', 'Back-off pulling image "x"'),
        );
      await run(base, pod('reasoning-service-5d9f8c7b6-x', owner('reasoning-service')), {
        status: {
          phase: 'Running',
          conditions: [{ type: 'Ready', status: 'True' }],
          containerStatuses: [
            {
              ...{ name: 'main', ready: true, restartCount: 1, image: 'x', imageID: '' },
              state: { running: { startedAt: ago(30) } },
              lastState: {
                terminated: { exitCode: 137, reason: 'OOMKilled', finishedAt: ago(31), startedAt: ago(90) },
              },
            },
          ],
        },
      });
      await run(base, pod('orchestrator-service-5d9f8c7b6-x', owner('orchestrator-service')), {
        status: {
          phase: 'Running',
          conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: ago(20) }],
          containerStatuses: [
            {
              ...{ name: 'main', ready: false, restartCount: 2, image: 'x', imageID: '' },
              state: { terminated: { exitCode: 2, reason: 'Error', finishedAt: ago(5), startedAt: ago(6) } },
            },
          ],
        },
      });
      await run(
        base,
        pod('neo4j-0', { owner: { kind: 'StatefulSet', name: 'neo4j' } }),
        waiting('CreateContainerConfigError', 'secret "neo4j" not found'),
      );
      await run(base, pod('redis-0', { owner: { kind: 'StatefulSet', name: 'redis' } }), {
        status: {
          phase: 'Pending',
          conditions: [
            {
              type: 'PodScheduled',
              status: 'False',
              reason: 'Unschedulable',
              message: '0/1 nodes are available',
            },
          ],
        },
      });

      const outcome = await runProbe('kubernetes.pods', { runtime: runtime('faults') });

      expect(outcome.cause).toBeUndefined();
      expect(
        outcome.findings.map(({ code, part, subject, facts }) => [code, part, subject, facts.pods]).sort(),
      ).toEqual([
        ['POD_CONFIG_MISSING', 'neo4j', 'statefulset/neo4j', 1],
        ['POD_CRASH_LOOPING', 'orchestrator-service', 'deployment/orchestrator-service', 1],
        ['POD_IMAGE_UNAVAILABLE', 'runtime', 'deployment/shop', 3],
        ['POD_OOM_KILLED', 'reasoning-service', 'deployment/reasoning-service', 1],
        ['POD_UNSCHEDULABLE', 'redis', 'statefulset/redis', 1],
      ]);
      expect(outcome.findings.find((one) => one.code === 'POD_OOM_KILLED')?.facts).toMatchObject({
        exitCode: 137,
        signal: 'SIGKILL',
        restarts: 1,
      });
    });

    it('names the ConfigMap, Secret or key that is missing, and the closest one that exists', async () => {
      const base = await namespace('references');
      await seed.post(`${base}/configmaps`, {
        metadata: { name: 'app-config' },
        data: { 'config.yaml': 'a' },
      });
      await seed.post(`${base}/secrets`, {
        metadata: { name: 'database-credentials' },
        data: { password: 'cHc=' },
      });
      const stuck = (reason: string, seconds = 40) => ({
        status: {
          phase: 'Pending',
          startTime: ago(seconds),
          conditions: [{ type: 'PodScheduled', status: 'True' }],
          containerStatuses: [
            {
              ...{ name: 'main', ready: false, restartCount: 0, image: 'x', imageID: '' },
              state: { waiting: { reason, message: '' } },
            },
          ],
        },
      });
      const env = (from: object) => ({ container: { env: [{ name: 'A', valueFrom: from }] } });
      const secret = (name: string, key: string) => env({ secretKeyRef: { name, key } });
      const owned = (name: string) => ({ owner: { kind: 'StatefulSet', name } });
      await run(base, pod('well', secret('database-credentials', 'password')));
      await run(
        base,
        pod('a-0', { ...owned('a'), ...secret('database-credential', 'password') }),
        stuck('CreateContainerConfigError'),
      );
      await run(
        base,
        pod('b-0', { ...owned('b'), ...secret('database-credentials', 'pasword') }),
        stuck('CreateContainerConfigError'),
      );
      const mounted = (name: string) => ({ volumes: [{ name: 'v', configMap: { name } }] });
      await run(base, pod('c-0', { ...owned('c'), ...mounted('app-confg') }), stuck('ContainerCreating'));
      await run(base, pod('d-0', { ...owned('d'), ...mounted('app-config') }), stuck('ContainerCreating'));
      await run(base, pod('e-0', { ...owned('e'), ...mounted('elsewhere') }), stuck('ContainerCreating', 1));

      const outcome = await runProbe('kubernetes.pods', { runtime: runtime('references') });

      expect(
        outcome.findings
          .map(({ code, subject, facts }) => `${code} ${subject}: ${facts.missing} ~ ${facts.similar}`)
          .sort(),
      ).toEqual([
        'POD_CONFIG_MISSING statefulset/a: Secret database-credential ~ database-credentials',
        'POD_CONFIG_MISSING statefulset/b: Secret database-credentials, key pasword ~ password',
        'POD_CONFIG_MISSING statefulset/c: ConfigMap app-confg ~ app-config',
      ]);
      expect(JSON.stringify(outcome)).not.toContain('cHc=');
    });

    it('compares wanted and ready replicas of a part, and knows a database that lives elsewhere', async () => {
      await namespace('workloads');
      await workload('workloads', 'deployments', 'agent-manager', 2, 2);
      await workload('workloads', 'deployments', 'orchestrator-service', 2, 1);
      await workload('workloads', 'statefulsets', 'aetherius-redis', 1, 0);
      await workload('workloads', 'statefulsets', 'nats', 0, 0);
      const ask = async (part: string) => {
        const outcome = await runProbe('kubernetes.workloads', { runtime: runtime('workloads') }, { part });
        return [
          outcome.status,
          ...outcome.findings.map((one) => `${one.code} ${one.severity} ${one.subject}`),
        ];
      };

      const seen = await runProbe(
        'kubernetes.workloads',
        { runtime: runtime('workloads') },
        { part: 'agent-manager' },
      );

      expect(seen.facts).toMatchObject({ desired: 2, ready: 2, images: 'x:1' });
      expect(await ask('agent-manager')).toEqual(['healthy']);
      expect(await ask('orchestrator-service')).toEqual([
        'unhealthy',
        'WORKLOAD_NOT_READY warning deployment/orchestrator-service',
      ]);
      expect(await ask('redis')).toEqual([
        'unhealthy',
        'WORKLOAD_NOT_READY critical statefulset/aetherius-redis',
      ]);
      expect(await ask('nats')).toEqual(['unhealthy', 'WORKLOAD_SCALED_TO_ZERO critical statefulset/nats']);
      expect(await ask('postgres')).toEqual(['skipped']);
      expect(await ask('reasoning-service')).toEqual([
        'unhealthy',
        'WORKLOAD_MISSING critical reasoning-service',
      ]);
    });

    it('finds Services without endpoints and says whether labels or readiness are at fault', async () => {
      const base = await namespace('endpoints');
      const service = (name: string, selector?: Record<string, string>) =>
        seed.post(`${base}/services`, {
          metadata: { name },
          spec: { ports: [{ port: 80 }], ...(selector ? { selector } : {}) },
        });
      await service('agent-manager', { app: 'agent-manager' });
      await service('orchestrator-service', { app: 'orchestrator' });
      await service('redis', { app: 'redis' });
      await service('by-hand');
      await run(base, pod('agent-manager-1', { labels: { app: 'agent-manager' } }));
      await run(base, pod('redis-0', { labels: { app: 'redis' } }), runningStatus(ago(5), false));
      await seed.post('/apis/discovery.k8s.io/v1/namespaces/endpoints/endpointslices', {
        metadata: { name: 'agent-manager-1', labels: { 'kubernetes.io/service-name': 'agent-manager' } },
        addressType: 'IPv4',
        endpoints: [{ addresses: ['10.1.1.1'], conditions: { ready: true } }],
        ports: [{ port: 80 }],
      });

      const outcome = await runProbe('kubernetes.services-endpoints', { runtime: runtime('endpoints') });

      expect(outcome.findings.map(({ part, facts }) => [part, facts.service, facts.reason])).toEqual([
        ['orchestrator-service', 'orchestrator-service', 'no-pods-match'],
        ['redis', 'redis', 'pods-not-ready'],
      ]);
    });

    it('finds Pods that started before their ConfigMap changed, by volume and by environment', async () => {
      const base = await namespace('config');
      for (const name of ['agent-manager-config', 'env-config', 'unused'])
        await seed.post(`${base}/configmaps`, { metadata: { name }, data: { 'config.yaml': 'a: 1' } });
      const mounted = {
        container: { volumeMounts: [{ name: 'config', mountPath: '/etc/aetherius' }] },
        volumes: [{ name: 'config', configMap: { name: 'agent-manager-config' } }],
      };
      await run(
        base,
        pod('agent-manager-old', { ...mounted, owner: { kind: 'ReplicaSet', name: 'agent-manager-abc' } }),
        runningStatus(ago(600)),
      );
      await run(
        base,
        pod('agent-manager-new', { ...mounted, owner: { kind: 'ReplicaSet', name: 'agent-manager-abc' } }),
        runningStatus(new Date(Date.now() + 60_000).toISOString().replace(/\.\d+Z$/, 'Z')),
      );
      await run(
        base,
        pod('orchestrator-service-old', {
          container: { envFrom: [{ configMapRef: { name: 'env-config' } }] },
          owner: { kind: 'ReplicaSet', name: 'orchestrator-service-abc' },
        }),
        runningStatus(ago(600)),
      );

      const outcome = await runProbe('kubernetes.config-age', { runtime: runtime('config') });

      expect(
        outcome.findings.map(({ code, part, subject, facts }) => [
          code,
          part,
          subject,
          facts.configMap,
          facts.pods,
        ]),
      ).toEqual([
        ['POD_OLDER_THAN_CONFIG', 'agent-manager', 'deployment/agent-manager', 'agent-manager-config', 1],
        ['POD_OLDER_THAN_CONFIG', 'orchestrator-service', 'deployment/orchestrator-service', 'env-config', 1],
      ]);
    });

    it('does not know, if asked strictly, whether a Pod has read what changed while it started', async () => {
      const base = await namespace('starting');
      await seed.post(`${base}/configmaps`, { metadata: { name: 'c' }, data: { a: '1' } });
      const user = pod('agent-manager', { container: { envFrom: [{ configMapRef: { name: 'c' } }] } });
      const look = async (strict: boolean) => {
        const outcome = await runProbe(
          'kubernetes.config-age',
          { runtime: runtime('starting') },
          { strict, graceSeconds: 60 },
        );
        return outcome.cause?.code ?? outcome.status;
      };
      const { waitFor } = await import('../../../lab/components/process.ts');
      const whole = Math.floor(Date.now() / 1000);
      await waitFor(() => Date.now() / 1000 > whole + 2, { seconds: 10, what: 'another second' });
      await run(base, user, runningStatus(ago(0)));

      expect([await look(true), await look(false)]).toEqual(['healthy', 'healthy']);

      await seed.merge(`${base}/configmaps/c?fieldManager=editor`, { data: { a: '2' } });

      expect([await look(true), await look(false)]).toEqual(['changed-while-starting', 'healthy']);
    });

    it('does not take a change of labels for a change of the configuration', async () => {
      const base = await namespace('labels');
      await seed.post(`${base}/configmaps?fieldManager=installer`, {
        metadata: { name: 'c' },
        data: { a: '1' },
      });
      const started = Date.now() + 2_000;
      await run(
        base,
        pod('agent-manager', { container: { envFrom: [{ configMapRef: { name: 'c' } }] } }),
        runningStatus(new Date(started).toISOString().replace(/\.\d+Z$/, 'Z')),
      );
      const { waitFor } = await import('../../../lab/components/process.ts');
      await waitFor(() => Date.now() > started + 2_000, { seconds: 10, what: 'the clock to pass the start' });
      await seed.merge(`${base}/configmaps/c?fieldManager=labeller`, { metadata: { labels: { team: 'a' } } });
      const labelled = await runProbe(
        'kubernetes.config-age',
        { runtime: runtime('labels') },
        { graceSeconds: 0 },
      );
      await seed.merge(`${base}/configmaps/c?fieldManager=editor`, { data: { a: '2' } });
      const edited = await runProbe(
        'kubernetes.config-age',
        { runtime: runtime('labels') },
        { graceSeconds: 0 },
      );

      expect(codes(labelled)).toEqual([]);
      expect(codes(edited)).toEqual(['POD_OLDER_THAN_CONFIG']);
    });

    it('knows from field ownership and revisions what was changed shortly before, and by whom', async () => {
      const base = await namespace('changes');
      const look = async () => {
        const outcome = await runProbe('kubernetes.changes', { runtime: runtime('changes') });
        return outcome.findings.map(({ code, subject, facts }) => [code, subject, facts.by ?? facts.image]);
      };
      const revision = (number: number, image: string) =>
        seed.post(`/apis/apps/v1/namespaces/changes/replicasets`, {
          metadata: {
            name: `agent-manager-${number}`,
            annotations: { 'deployment.kubernetes.io/revision': `${number}` },
            ownerReferences: [
              {
                apiVersion: 'apps/v1',
                kind: 'Deployment',
                name: 'agent-manager',
                uid: 'u',
                controller: true,
              },
            ],
          },
          spec: {
            selector: { matchLabels: { app: 'agent-manager' } },
            template: {
              metadata: { labels: { app: 'agent-manager' } },
              spec: { containers: [{ name: 'agent-manager', image }] },
            },
          },
        });
      await seed.post(`${base}/configmaps?fieldManager=installer`, {
        metadata: { name: 'c' },
        data: { a: '1' },
      });
      await revision(1, 'agent-manager:1.4');
      await revision(2, 'agent-manager:1.5');
      const { waitFor } = await import('../../../lab/components/process.ts');
      const installed = Date.now();
      await waitFor(() => Date.now() > installed + 1_500, { seconds: 10, what: 'the second to pass' });
      await seed.merge(`${base}/configmaps/c?fieldManager=labeller`, { metadata: { labels: { team: 'a' } } });
      const before = await look();
      await seed.merge(`${base}/configmaps/c?fieldManager=editor`, { data: { a: '2' } });

      expect(before).toContainEqual(['CHANGED_IMAGE', 'deployment/agent-manager', 'agent-manager:1.5']);
      expect(before).toContainEqual(['CHANGED_CONFIG', 'configmap/c', 'installer']);
      expect((await look())[0]).toEqual(['CHANGED_CONFIG', 'configmap/c', 'editor']);
    });

    it('judges rules that select namespaces by the labels the API server has, with no other right than to read these', async () => {
      const base = await namespace('selecting');
      const part = async (name: string) => {
        await run(base, pod(`${name}-0`, { labels: { app: name } }));
        await seed.post(`${base}/services`, {
          metadata: { name },
          spec: { selector: { app: name }, ports: [{ port: 8081 }] },
        });
      };
      await part('agent-manager');
      await part('orchestrator-service');
      await seed.post('/apis/networking.k8s.io/v1/namespaces/selecting/networkpolicies', {
        metadata: { name: 'by-team' },
        spec: {
          podSelector: { matchLabels: { app: 'orchestrator-service' } },
          ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'platform' } } }] }],
        },
      });
      await grantRights(seed, 'selecting', 'selecting');
      const kubeconfig = await api.userKubeconfig('selecting');
      const look = () =>
        runProbe('kubernetes.network-policies', { runtime: runtime('selecting', kubeconfig) });
      const label = (team: string) => seed.merge(base, { metadata: { labels: { team } } });

      await label('platform');
      expect(await look()).toMatchObject({ status: 'healthy', facts: { policies: 1 } });

      await label('other');
      expect((await look()).findings).toMatchObject([
        {
          code: 'POLICY_BLOCKS',
          subject: 'agent-manager→orchestrator-service',
          facts: { policy: 'by-team' },
        },
      ]);

      // An installation whose role is of an older version.
      await seed.merge(
        '/apis/rbac.authorization.k8s.io/v1/namespaces/selecting/roles/aetherius-bot-diagnosis-selecting',
        { rules: [{ apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['list'] }] },
      );
      const { waitFor } = await import('../../../lab/components/process.ts');
      const without = createKubernetesTarget({
        namespace: 'selecting',
        agentNamespace: 'kube-system',
        kubeconfig,
      });
      await waitFor(async () => !(await without.can('get', 'namespaces', 'selecting')), {
        seconds: 10,
        what: 'the API server to take the role as it is now',
      });
      expect(await look()).toMatchObject({
        status: 'inconclusive',
        findings: [],
        cause: { code: 'forbidden', facts: { verb: 'get', resource: 'namespaces' } },
      });
    });

    it('has rules of the Prometheus operator read where it has them, with the rights of the product', async () => {
      await namespace('monitored');
      await grantRights(seed, 'monitored', 'monitored');
      const kubeconfig = await api.userKubeconfig('monitored');
      const settings = { namespace: 'monitored', agentNamespace: 'monitored', kubeconfig };
      // A target keeps its lists for one run.
      const rules = async () =>
        (await monitoringOf({ kubernetes: createKubernetesTarget(settings) }, signal)).rules;
      await expect.poll(rules).toEqual([]);

      const group = 'monitoring.coreos.com';
      const names = { kind: 'PrometheusRule', plural: 'prometheusrules', singular: 'prometheusrule' };
      const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
      await seed.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
        metadata: { name: `prometheusrules.${group}` },
        spec: {
          ...{ group, scope: 'Namespaced', names },
          versions: [{ name: 'v1', served: true, storage: true, schema }],
        },
      });
      const path = `/apis/${group}/v1/namespaces/monitored/prometheusrules`;
      const expr = 'rate(events_lost_total[5m]) > 0';
      const rule = {
        ...{ apiVersion: `${group}/v1`, kind: names.kind, metadata: { name: 'aetherius' } },
        spec: { groups: [{ name: 'g', rules: [{ alert: 'EventsLost', expr }] }] },
      };
      await expect
        .poll(() => seed.post(path, rule).then(() => 'made', String), { timeout: 15_000 })
        .toBe('made');

      await expect.poll(rules).toEqual([
        {
          ...{ name: 'EventsLost', records: false, expression: expr },
          ...{ source: 'PrometheusRule aetherius', ofOperator: true },
        },
      ]);

      // Monitors and the Prometheus itself come with the operator, too.
      for (const [kind, plural] of [
        ['ServiceMonitor', 'servicemonitors'],
        ['PodMonitor', 'podmonitors'],
        ['Prometheus', 'prometheuses'],
      ] as const)
        await seed.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
          metadata: { name: `${plural}.${group}` },
          spec: {
            ...{ group, scope: 'Namespaced', names: { kind, plural, singular: kind.toLowerCase() } },
            versions: [{ name: 'v1', served: true, storage: true, schema }],
          },
        });
      const make = (kind: string, plural: string, name: string, spec: object) =>
        expect
          .poll(
            () =>
              seed
                .post(`/apis/${group}/v1/namespaces/monitored/${plural}`, {
                  ...{ apiVersion: `${group}/v1`, kind, metadata: { name }, spec },
                })
                .then(() => 'made', String),
            { timeout: 15_000 },
          )
          .toBe('made');
      await make('ServiceMonitor', 'servicemonitors', 'boss', {
        selector: { matchLabels: { app: 'boss' } },
        endpoints: [{ port: 'metrics' }],
      });
      await make('PodMonitor', 'podmonitors', 'none', {
        selector: { matchLabels: { app: 'nobody' } },
        podMetricsEndpoints: [{ port: 'metrics' }],
      });
      const services = '/api/v1/namespaces/monitored/services';
      const ports = [{ name: 'metrics', port: 8080 }];
      await seed.post(services, {
        metadata: { name: 'agent-manager', labels: { app: 'boss' } },
        spec: { selector: { app: 'boss' }, ports },
      });
      const seen = async (probe: 'runtime.scrape-targets' | 'runtime.alert-rules') => {
        const { findings, cause } = await runProbe(
          probe,
          {
            runtime: { kind: 'kubernetes', namespace: 'monitored', agentNamespace: 'monitored', kubeconfig },
          },
          { openAfterSeconds: 60 },
        );
        return [
          ...findings.map(({ code, facts }) => [code, facts.wanted ?? facts.metric]),
          cause?.facts.reason,
        ];
      };
      const selectsNothing = ['SCRAPE_SELECTS_NOTHING', 'Pod monitored app=nobody'];
      expect(await seen('runtime.scrape-targets')).toEqual([selectsNothing, undefined]);
      expect(await seen('runtime.alert-rules')).toEqual(['operator-targets-elsewhere']);

      await make('Prometheus', 'prometheuses', 'p', { serviceMonitorSelector: {}, podMonitorSelector: {} });
      // A Service without a Pod could not be asked.
      expect(await seen('runtime.alert-rules')).toEqual(['scrape-targets-unread']);
      await seed.merge(`${services}/agent-manager`, { metadata: { labels: { app: 'other' } } });
      expect(await seen('runtime.alert-rules')).toEqual([
        ['ALERT_WITHOUT_METRIC', 'events_lost_total'],
        undefined,
      ]);
      expect((await seen('runtime.scrape-targets'))[0]).toEqual([
        ...['SCRAPE_SELECTS_NOTHING', 'Service monitored app=boss'],
      ]);
    });

    it('that denies a right is "could not check", with verb and resource', async () => {
      await namespace('denied');
      const kubeconfig = await api.userKubeconfig('nobody');
      const outcome = await runProbe('kubernetes.pods', { runtime: runtime('denied', kubeconfig) });

      expect(outcome).toMatchObject({
        status: 'inconclusive',
        findings: [],
        cause: { code: 'forbidden', facts: { verb: 'list', resource: 'pods', namespace: 'denied' } },
      });
    });

    it('that is stopped accepts and is silent, and is not shown as down', async () => {
      api.pause();
      try {
        const outcome = await runProbe('kubernetes.pods', { runtime: runtime('default') });

        expect(outcome).toMatchObject({ status: 'inconclusive', cause: { code: 'no-answer' } });
      } finally {
        api.resume();
      }
    });

    it('patches with dry run and optimistic lock, and asks for its own rights', async () => {
      await namespace('patching');
      await workload('patching', 'deployments', 'agent-manager', 1, 1);
      const target = createKubernetesTarget({
        namespace: 'patching',
        agentNamespace: 'kube-system',
        kubeconfig: api.kubeconfig,
      });
      const nobody = createKubernetesTarget({
        namespace: 'patching',
        agentNamespace: 'kube-system',
        kubeconfig: await api.userKubeconfig('nobody'),
      });
      const before = await target.get('deployments', 'patching', 'agent-manager');
      const body = {
        metadata: { resourceVersion: before.metadata.resourceVersion, annotations: { a: 'b' } },
      };
      const dry = await target.patch('deployments', 'patching', 'agent-manager', body, { dryRun: true });
      const after = await target.get('deployments', 'patching', 'agent-manager');
      await target.patch('deployments', 'patching', 'agent-manager', body);

      expect(dry.metadata.annotations).toMatchObject({ a: 'b' });
      expect(after.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
      await expect(target.patch('deployments', 'patching', 'agent-manager', body)).rejects.toMatchObject({
        code: 'CONFLICT',
        facts: { reason: 'stale' },
      });
      await expect(target.get('deployments', 'patching', 'none')).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
      expect(await target.can('patch', 'deployments', 'patching', { group: 'apps' })).toBe(true);
      expect(await nobody.can('patch', 'deployments', 'patching', { group: 'apps' })).toBe(false);
    });

    it('runs a command over the TLS connection that a LIST has opened', async () => {
      const pki = (name: string) => readFileSync(join(folder.dir, 'pki', name));
      let connections = 0;
      const server = createServer(
        { key: pki('apiserver.key'), cert: pki('apiserver.crt') },
        (_request, answer) => answer.end(JSON.stringify({ kind: 'PodList', metadata: {}, items: [] })),
      );
      server.on('secureConnection', () => {
        connections += 1;
      });
      const sockets = new WebSocketServer({ server, handleProtocols: () => 'v4.channel.k8s.io' });
      sockets.on('connection', (socket) => {
        socket.send(Buffer.from('\u0001done'));
        socket.send(Buffer.from('\u0003{"status":"Success"}'));
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const kubeconfig = join(folder.dir, 'exec.kubeconfig');
      writeFileSync(
        kubeconfig,
        readFileSync(api.kubeconfig, 'utf8').replace(api.url, `https://127.0.0.1:${port}`),
      );
      try {
        const target = createKubernetesTarget({ namespace: 'n', agentNamespace: 'm', kubeconfig });
        await target.list('pods', 'n');
        const answer = await target.exec('n', 'p', 'c', ['true']);

        expect(answer).toEqual({ code: 0, stdout: 'done', stderr: '' });
        expect(connections).toBe(1);
      } finally {
        sockets.close();
        server.closeAllConnections();
        server.close();
      }
    });

    it('costs the same number of requests for 30 and for 2,000 Pods, but for pages, and little memory', async () => {
      const small = await namespace('small');
      const large = await namespace('large');
      const config = { volumes: [{ name: 'config', configMap: { name: 'app-config' } }] };
      const make = (base: string, count: number) =>
        inParallel(
          Array.from({ length: count }, (_, at) => at),
          16,
          async (at) => {
            await run(
              base,
              pod(`agent-manager-5d9f8c7b6-${at}`, {
                ...config,
                owner: { kind: 'ReplicaSet', name: 'agent-manager-5d9f8c7b6' },
                labels: {
                  app: 'agent-manager',
                  'pod-template-hash': '5d9f8c7b6',
                  'app.kubernetes.io/instance': 'lab',
                },
              }),
            );
          },
        );
      await make(small, 30);
      await make(large, 2_000);
      const requests = async (space: string) => {
        const config = environment({ runtime: runtime(space) });
        const shape = shapeOf(config);
        const target = createKubernetesTarget({
          namespace: space,
          agentNamespace: 'kube-system',
          kubeconfig: api.kubeconfig,
        });
        const runner = createProbeRunner({ probes, clock: systemClock, logger: silentLogger });
        const calls = healthCalls(shape);
        const outcomes = await runner.run(calls, {
          targets: { environment: 'test', platform: asInGuide, kubernetes: target },
          signal,
        });
        const report = judgeHealth({ environment: 'test', shape, calls, outcomes });
        return {
          requests: target.requests(),
          blind: outcomes.filter((one) => one.status === 'inconclusive'),
          report,
        };
      };
      const few = await requests('small');
      const many = await requests('large');

      expect([few.blind, many.blind]).toEqual([[], []]);
      expect(few.requests).toBeLessThanOrEqual(12);
      // 2,000 Pods are 4 pages of 500.
      expect(many.requests).toBe(few.requests + 3);
      expect(many.report.rows.find((row) => row.part === 'runtime')).toMatchObject({
        state: 'up',
        fact: { facts: { pods: 2_000 } },
      });

      // tsx itself takes some of it: what production takes is less.
      const child = await execute(process.execPath, [
        ...['--import', 'tsx', 'test/support/kube-memory.child.ts', api.kubeconfig, 'large'],
      ]);
      const cost = JSON.parse(child.stdout) as { peakMiB: number; inconclusive: number };
      expect(cost.inconclusive).toBe(0);
      expect(cost.peakMiB).toBeLessThan(200);
    }, 240_000);
  },
);
