/** R-X15 on a real API server: what the admission policy of the chart lets the worker's account do, and what it denies. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type KubeApi, missing as missingKube, startKubeApi } from '../../../lab/components/kube-api.ts';
import { waitFor } from '../../../lab/components/process.ts';
import { keptPassword, keptToken } from '../../../src/domain/fix/rights.ts';
import { asInGuide } from '../../../src/domain/platform/platform.ts';
import type { KubernetesTarget } from '../../../src/domain/probe/targets/kubernetes.ts';
import { createKubernetesTarget } from '../../../src/platform/targets/kubernetes/kubernetes.ts';
import { runtimeOnKubernetes } from '../../../src/platform/targets/runtime/runtime.ts';
import { removeOverride } from '../../../src/remediations/kubernetes/config/remove-override.remediation.ts';
import { setConfigKey } from '../../../src/remediations/kubernetes/config/set-config-key.remediation.ts';
import {
  clockName,
  keptSeconds,
  keptSecret,
  madeMark,
} from '../../../src/remediations/kubernetes/credentials/kept-value.ts';
import { fixMark } from '../../../src/remediations/kubernetes/credentials/secret-object.ts';
import { modelJob, modelJobName, type OwnPod } from '../../../src/remediations/kubernetes/model/model-job.ts';
import { allowPolicy, jobName } from '../../../src/remediations/kubernetes/network/connection-objects.ts';
import { setSelector } from '../../../src/remediations/kubernetes/network/set-selector.remediation.ts';
import { clockJob, dryRunOf } from '../../../src/remediations/kubernetes/object/made-objects.ts';
import { removeNodeSelector } from '../../../src/remediations/kubernetes/rollout/remove-node-selector.remediation.ts';
import { restartWorkload } from '../../../src/remediations/kubernetes/rollout/restart-workload.remediation.ts';
import { rollbackWorkload } from '../../../src/remediations/kubernetes/rollout/rollback-workload.remediation.ts';
import { setImage } from '../../../src/remediations/kubernetes/rollout/set-image.remediation.ts';
import { setProbe } from '../../../src/remediations/kubernetes/rollout/set-probe.remediation.ts';
import { setResources } from '../../../src/remediations/kubernetes/rollout/set-resources.remediation.ts';
import { startWorkload } from '../../../src/remediations/kubernetes/rollout/start-workload.remediation.ts';
import { type Manifest, missingChart, renderChart } from '../../support/chart.ts';
import { type KubeSeed, kubeSeed, pod, runningStatus } from '../../support/kube.ts';
import { noNodeMatches } from '../../support/remediation-fixtures.ts';
import { scratch } from '../../support/targets.ts';

const lacking = missingKube() ?? missingChart();
const image = 'registry.example/busybox:1.36';
const chart = {
  features: { exec: true, restart: true, debug: true },
  agentFeatures: { restart: true },
  config: { environments: { prod: { runtime: { kind: 'kubernetes', debugImage: image } } } },
};
type Loose = Readonly<Record<string, unknown>>;
const ofPolicy = (manifests: readonly Manifest[]) =>
  manifests.filter(({ kind }) => kind.startsWith('ValidatingAdmissionPolicy'));

describe.skipIf(lacking !== undefined)(
  `the admission policy${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    const folder = scratch('admission');
    let api: KubeApi;
    let admin: KubeSeed;
    let target: KubernetesTarget;
    const clients: KubeSeed[] = [];

    /** An account that may do everything as far as roles go: what is denied is denied by the policy. */
    async function mighty(user: string): Promise<{ readonly kubeconfig: string; readonly seed: KubeSeed }> {
      await admin.post('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
        metadata: { name: user.replaceAll(':', '-') },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
      });
      const kubeconfig = await api.userKubeconfig(user);
      const seed = kubeSeed(kubeconfig);
      clients.push(seed);
      return { kubeconfig, seed };
    }

    const template = (app: string) => ({
      metadata: { labels: { app }, annotations: { 'example/kept': 'yes' } },
      spec: { containers: [{ name: app, image: `lab.local/${app}:1`, env: [{ name: 'A', value: 'b' }] }] },
    });
    const workload = (kind: string, namespace: string, name: string, spec: object = {}) =>
      admin.post(`/apis/apps/v1/namespaces/${namespace}/${kind}`, {
        metadata: { name, labels: { app: name } },
        spec: { selector: { matchLabels: { app: name } }, template: template(name), ...spec },
      });
    const install = async (manifests: readonly Manifest[]) => {
      for (const manifest of manifests)
        await admin.post(
          `/apis/${manifest.apiVersion}/${manifest.kind === 'ValidatingAdmissionPolicy' ? 'validatingadmissionpolicies' : 'validatingadmissionpolicybindings'}`,
          manifest,
        );
    };
    const inForce = (seed: KubeSeed) =>
      waitFor(
        async () =>
          (await tried(
            seed.merge(dry('/api/v1/namespaces/aetherius'), { metadata: { labels: { x: 'y' } } }),
          )) !== 'allowed',
        { seconds: 30, what: 'the policy to be in force' },
      );

    beforeAll(async () => {
      api = await startKubeApi({ dir: join(folder.dir, 'kube') });
      admin = kubeSeed(api.kubeconfig);
      clients.push(admin);
      await admin.post('/api/v1/namespaces', { metadata: { name: 'aetherius' } });
      await workload('deployments', 'aetherius', 'agent-manager', { replicas: 2 });
      await workload('deployments', 'aetherius', 'somebody-elses');
      // There are no Pods here, and no restart waits for one that is not ready.
      await workload('statefulsets', 'aetherius', 'redis', {
        ...{ serviceName: 'redis', podManagementPolicy: 'Parallel' },
      });
      await workload('daemonsets', 'kube-system', 'collect-agent');
      await workload('daemonsets', 'kube-system', 'kube-proxy');
      for (const name of ['agent-manager-1', 'agent-manager-2', 'bots-bot-1']) {
        await admin.post(
          '/api/v1/namespaces/aetherius/pods',
          pod(name, { labels: { app: 'agent-manager' } }),
        );
        await admin.merge(
          `/api/v1/namespaces/aetherius/pods/${name}/status`,
          runningStatus('2026-11-01T00:00:00Z'),
        );
      }
      await admin.post('/api/v1/namespaces/kube-system/pods', pod('kube-proxy-1'));
      await admin.post('/api/v1/namespaces/aetherius/serviceaccounts', { metadata: { name: 'default' } });
      await install(ofPolicy(renderChart(chart)));
      bot = await mighty('system:serviceaccount:ops:bots-worker');
      somebody = await mighty('somebody');
      target = createKubernetesTarget({
        ...{ namespace: 'aetherius', agentNamespace: 'kube-system', kubeconfig: bot.kubeconfig },
      });
      await inForce(bot.seed);
    });
    afterAll(async () => {
      for (const client of clients) client.close();
      await api.stop();
      folder.remove();
    });
    let bot: Awaited<ReturnType<typeof mighty>>;
    let somebody: Awaited<ReturnType<typeof mighty>>;

    it('fails closed, denies, and is there unless it is switched off', () => {
      const [policy, binding] = ofPolicy(renderChart());

      expect(policy?.spec).toMatchObject({ failurePolicy: 'Fail' });
      expect(binding?.spec).toMatchObject({ validationActions: ['Deny'] });
      expect(ofPolicy(renderChart({ admissionPolicy: false }))).toEqual([]);
    });

    it.each([
      ['deployments', { part: 'agent-manager', kind: 'Deployment' }],
      ['statefulsets', { part: 'redis', kind: 'StatefulSet' }],
      ['daemonsets', { part: 'collect-agent', kind: 'DaemonSet' }],
    ] as const)('lets the remediation restart one of the %s, twice', async (kind, params) => {
      const namespace = kind === 'daemonsets' ? 'kube-system' : 'aetherius';
      const context = {
        deps: { kubernetes: target, platform: asInGuide, environment: 'prod' } as never,
        signal: new AbortController().signal,
        now: () => new Date(),
      };
      const call = { ...params, workload: params.part };
      const seen = async () => (await target.get(kind, namespace, params.part)).metadata.generation ?? 0;
      const before = await seen();
      if (kind === 'daemonsets')
        await admin.merge(`/apis/apps/v1/namespaces/${namespace}/${kind}/${params.part}/status`, {
          status: {
            ...{
              currentNumberScheduled: 1,
              numberMisscheduled: 0,
              desiredNumberScheduled: 1,
              numberReady: 0,
            },
          },
        });

      for (const time of [1, 2]) {
        const plan = await restartWorkload.plan(call, context);
        await restartWorkload.applyStep(plan.steps[0], plan, context);
        expect(await restartWorkload.observeStep(plan.steps[0], plan, context)).toBe('done');
        expect(await seen()).toBe(before + time);
      }
    });

    it('lets the debug container in as the product makes it', async () => {
      const stop = new AbortController();
      let answered: (answer: Promise<string>) => void = () => undefined;
      const patched = new Promise<string>((resolve) => {
        answered = resolve;
      });
      const runtime = runtimeOnKubernetes(
        {
          ...target,
          exec: async () => ({ code: 127, stdout: '', stderr: '' }),
          patch: (...args) => {
            const answer = target.patch(...args);
            answered(tried(answer));
            return answer;
          },
        },
        asInGuide,
        { image },
      );
      const instances = await runtime.instances('agent-manager');
      const instance = instances.find(({ name }) => name === 'agent-manager-1');
      if (instance === undefined) throw new Error('no instance');
      const asked = runtime.exec(instance, ['wget', '-q', 'http://x'], {
        network: true,
        signal: stop.signal,
      });
      asked.catch(() => undefined);

      expect(await patched).toBe('allowed');
      stop.abort();
      expect(await tried(inside({})(bot.seed))).toBe('allowed');
    });

    it('lets the bot ask for its rights and run single commands in the platform’s Pods', async () => {
      expect(await target.can('patch', 'pods', 'aetherius')).toBe(true);
      // No node runs it: the API server refuses after admission, with other words.
      expect(await tried(bot.seed.post(exec('aetherius', 'agent-manager-1'), {}))).not.toMatch(
        /denied request/,
      );
    });

    const deployment = '/apis/apps/v1/namespaces/aetherius/deployments/agent-manager';
    const restarted = 'aetherius.io/restarted-generation';
    const merge = (path: string, body: object) => (seed: KubeSeed) => seed.merge(dry(path), body);
    const inTemplate = (change: object) => merge(deployment, { spec: { template: change } });
    const annotated = (annotations: object, more: object = {}) =>
      inTemplate({ metadata: { annotations }, ...more });
    const container = (change: object) => ({
      spec: { containers: [{ ...template('agent-manager').spec.containers[0], ...change }] },
    });
    const inside =
      (change: object, name = 'agent-manager-2') =>
      async (seed: KubeSeed) => {
        const good = {
          ...{ name: 'aetherius-debug-00000001', image, command: ['true'] },
          securityContext: {
            ...{ runAsUser: 65_534, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
            capabilities: { drop: ['ALL'] },
          },
        };
        return seed.merge(dry(`/api/v1/namespaces/aetherius/pods/${name}/ephemeralcontainers`), {
          spec: { ephemeralContainers: [{ ...good, ...change }] },
        });
      };

    it.each<readonly [string, (seed: KubeSeed) => Promise<unknown>, RegExp]>([
      ['fewer replicas', merge(deployment, { spec: { replicas: 0 } }), /nothing but/],
      ['more replicas', merge(deployment, { spec: { replicas: 50 } }), /nothing but/],
      ['a pause', merge(deployment, { spec: { paused: true } }), /nothing but/],
      [
        'another strategy',
        merge(deployment, { spec: { strategy: { type: 'Recreate', rollingUpdate: null } } }),
        /nothing but/,
      ],
      ['another image', inTemplate(container({ image: 'evil:1' })), /nothing but/],
      ['another variable', inTemplate(container({ env: [{ name: 'A', value: 'c' }] })), /nothing but/],
      ['another command', inTemplate(container({ command: ['sh'] })), /nothing but/],
      ['the host’s network', inTemplate({ spec: { hostNetwork: true } }), /nothing but/],
      ['another service account', inTemplate({ spec: { serviceAccountName: 'admin' } }), /nothing but/],
      ['another annotation of the template', annotated({ 'example/new': 'x' }), /nothing but/],
      ['a lost annotation of the template', annotated({ 'example/kept': null }), /nothing but/],
      ['another label of the template', inTemplate({ metadata: { labels: { more: 'x' } } }), /nothing but/],
      [
        'an annotation of the object',
        merge(deployment, { metadata: { annotations: { more: 'x' } } }),
        /nothing but/,
      ],
      ['a label of the object', merge(deployment, { metadata: { labels: { more: 'x' } } }), /nothing but/],
      ['a finalizer', merge(deployment, { metadata: { finalizers: ['example/x'] } }), /nothing but/],
      ['another value of ours', annotated({ [restarted]: 'now' }), /nothing but/],
      ['a generation that is not the object’s', annotated({ [restarted]: 'generation 9999' }), /nothing but/],
      [
        'a restart and an image at once',
        async (seed) => {
          const { generation } = (await target.get('deployments', 'aetherius', 'agent-manager')).metadata;
          return annotated({ [restarted]: `generation ${generation}` }, container({ image: 'evil:1' }))(seed);
        },
        /nothing but/,
      ],
      [
        'the scale of a workload',
        merge(`${deployment}/scale`, { spec: { replicas: 0 } }),
        /no object of this kind/,
      ],
      [
        'a workload without a name of ours',
        merge('/apis/apps/v1/namespaces/aetherius/deployments/somebody-elses', {
          spec: { template: { metadata: { annotations: { [restarted]: 'generation 1' } } } },
        }),
        /given by name/,
      ],
      [
        'another workload of kube-system',
        merge('/apis/apps/v1/namespaces/kube-system/daemonsets/kube-proxy', {
          spec: { template: { metadata: { annotations: { [restarted]: 'generation 1' } } } },
        }),
        /given by name/,
      ],
      [
        'an image of the agents in kube-system',
        merge('/apis/apps/v1/namespaces/kube-system/daemonsets/collect-agent', {
          spec: { template: { spec: { hostPID: true } } },
        }),
        /nothing but/,
      ],
      [
        'a new workload',
        (seed) =>
          seed.post(dry('/apis/apps/v1/namespaces/aetherius/deployments'), {
            metadata: { name: 'new' },
            spec: {
              selector: { matchLabels: { a: 'b' } },
              template: {
                metadata: { labels: { a: 'b' } },
                spec: { containers: [{ name: 'a', image: 'a' }] },
              },
            },
          }),
        /no object of this kind/,
      ],
      ['a workload less', (seed) => seed.remove(dry(deployment)), /creates and deletes none/],
      [
        'a Pod less',
        (seed) => seed.remove(dry('/api/v1/namespaces/aetherius/pods/agent-manager-1')),
        /creates and deletes none/,
      ],
      [
        'an eviction',
        (seed) =>
          seed.post(dry('/api/v1/namespaces/aetherius/pods/agent-manager-1/eviction'), {
            metadata: { name: 'agent-manager-1' },
          }),
        /no object of this kind/,
      ],
      [
        'a new Pod',
        (seed) => seed.post(dry('/api/v1/namespaces/aetherius/pods'), pod('new')),
        /creates and deletes none/,
      ],
      [
        'a new Secret',
        (seed) => seed.post(dry('/api/v1/namespaces/aetherius/secrets'), { metadata: { name: 'new' } }),
        /makes only the Secret/,
      ],
      [
        'a new ConfigMap in kube-system',
        (seed) => seed.post(dry('/api/v1/namespaces/kube-system/configmaps'), { metadata: { name: 'new' } }),
        /no object of this kind/,
      ],
      [
        'rights of its own',
        (seed) =>
          seed.post(dry('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings'), {
            metadata: { name: 'new' },
            roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
            subjects: [],
          }),
        /no object of this kind/,
      ],
      [
        'a token of another account',
        (seed) => seed.post('/api/v1/namespaces/aetherius/serviceaccounts/default/token', { spec: {} }),
        /no object of this kind/,
      ],
      [
        'a command in kube-system',
        (seed) => seed.post(exec('kube-system', 'kube-proxy-1'), {}),
        /none of its own/,
      ],
      [
        'a command in the bot’s own Pod',
        (seed) => seed.post(exec('aetherius', 'bots-bot-1'), {}),
        /none of its own/,
      ],
      [
        'a session with standard input',
        (seed) => seed.post(`${exec('aetherius', 'agent-manager-1')}&stdin=true`, {}),
        /no session/,
      ],
      [
        'a terminal',
        (seed) => seed.post(`${exec('aetherius', 'agent-manager-1')}&tty=true`, {}),
        /no session/,
      ],
      [
        'a forwarded port',
        (seed) => seed.post('/api/v1/namespaces/aetherius/pods/agent-manager-1/portforward?ports=80', {}),
        /no object of this kind/,
      ],
      ['a debug container of another image', inside({ image: 'evil:1' }), /own debug container/],
      ['one of another name', inside({ name: 'shell' }), /own debug container/],
      ['one that is root', inside({ securityContext: { runAsUser: 0 } }), /own debug container/],
      ['a privileged one', inside({ securityContext: { privileged: true } }), /own debug container/],
      [
        'one with a variable of a Secret',
        inside({ envFrom: [{ secretRef: { name: 'x' } }] }),
        /own debug container/,
      ],
      ['one in the bot’s own Pod', inside({}, 'bots-bot-1'), /none of its own/],
    ])('denies %s, and lets another account do it', async (_what, attempt, why) => {
      const answer = await tried(attempt(bot.seed));

      expect(answer).toMatch(/denied request/);
      expect(answer).toMatch(why);
      expect(await tried(attempt(somebody.seed))).not.toMatch(/denied request/);
    });

    it('lets nothing in kube-system be restarted, and no debug container in, where that is off', async () => {
      const account = 'system:serviceaccount:other:plain-worker';
      await install(ofPolicy(renderChart({ features: { restart: true } }, 'plain', 'other')));
      const { seed } = await mighty(account);
      await inForce(seed);
      const path = (place: string, kind: string, name: string) =>
        `/apis/apps/v1/namespaces/${place}/${kind}/${name}`;
      const restart = async (place: string, kind: 'deployments' | 'daemonsets', name: string) => {
        const { generation } = (await target.get(kind, place, name)).metadata;
        const body = {
          spec: { template: { metadata: { annotations: { [restarted]: `generation ${generation}` } } } },
        };
        return tried(seed.merge(dry(path(place, kind, name)), body));
      };

      expect(await restart('aetherius', 'deployments', 'agent-manager')).toBe('allowed');
      expect(await restart('kube-system', 'daemonsets', 'collect-agent')).toMatch(/given by name/);
      expect(await tried(inside({})(seed))).toMatch(/own debug container/);
    });

    describe('where workloads may be changed', () => {
      const name = 'orchestrator-service';
      const path = `/apis/apps/v1/namespaces/aetherius/deployments/${name}`;
      let seed: KubeSeed;
      let fresh: () => Parameters<typeof startWorkload.plan>[1];
      let context: Parameters<typeof startWorkload.plan>[1];
      const main = {
        name: 'main',
        image: 'lab.local/orchestrator-service:2',
        env: [{ name: 'A', value: 'b' }],
      };
      const withMain = (change: object, more: readonly object[] = []) => ({
        spec: { template: { spec: { containers: [{ ...main, ...change }, ...more] } } },
      });

      beforeAll(async () => {
        const account = 'system:serviceaccount:changes:workloads-worker';
        await install(ofPolicy(renderChart({ features: { workloads: true } }, 'workloads', 'changes')));
        const changer = await mighty(account);
        seed = changer.seed;
        await inForce(seed);
        const { kubeconfig } = changer;
        fresh = () => ({
          deps: {
            kubernetes: createKubernetesTarget({
              ...{ namespace: 'aetherius', agentNamespace: 'kube-system', kubeconfig },
            }),
            ...{ platform: asInGuide, environment: 'prod' },
          } as never,
          signal: new AbortController().signal,
          now: () => new Date(),
        });
        context = fresh();
        const labels = { app: name };
        const made = (await admin.post(path.replace(`/${name}`, ''), {
          metadata: { name, labels },
          spec: {
            replicas: 0,
            selector: { matchLabels: labels },
            template: { metadata: { labels, annotations: { release: '2' } }, spec: { containers: [main] } },
          },
        })) as { metadata: { uid: string } };
        const sets: { readonly metadata: { readonly uid: string } }[] = [];
        for (const revision of [1, 2])
          sets.push(
            (await admin.post('/apis/apps/v1/namespaces/aetherius/replicasets', {
              metadata: {
                name: `${name}-${revision}`,
                annotations: { 'deployment.kubernetes.io/revision': `${revision}` },
                ownerReferences: [
                  {
                    apiVersion: 'apps/v1',
                    kind: 'Deployment',
                    name,
                    uid: made.metadata.uid,
                    controller: true,
                  },
                ],
              },
              spec: {
                replicas: 0,
                selector: { matchLabels: { ...labels, 'pod-template-hash': `${revision}` } },
                template: {
                  metadata: {
                    labels: { ...labels, 'pod-template-hash': `${revision}` },
                    annotations: { release: `${revision}` },
                  },
                  spec: {
                    containers: [
                      revision === 2 ? main : { name: 'main', image: 'lab.local/orchestrator-service:1' },
                    ],
                  },
                },
              },
            })) as (typeof sets)[number],
          );
        const owner = { kind: 'ReplicaSet', name: `${name}-2`, uid: sets[1]?.metadata.uid ?? '' };
        const waiting = pod(`${name}-x`, { owner });
        await admin.post('/api/v1/namespaces/aetherius/pods', {
          ...waiting,
          spec: { ...waiting.spec, nodeSelector: { disk: 'ssd' } },
        });
        await scheduled('False');
      });
      /** Whether its Pod has a node. */
      const scheduled = (status: 'False' | 'True') =>
        admin.merge(`/api/v1/namespaces/aetherius/pods/${name}-x/status`, {
          status: { conditions: [{ type: 'PodScheduled', status, message: noNodeMatches }] },
        });

      it('lets a probe ask another port, and the former one again', async () => {
        const probes = {
          readinessProbe: { httpGet: { path: '/', port: 8081 } },
          livenessProbe: { httpGet: { path: '/', port: 9090 } },
        };
        await admin.merge(path, { spec: { replicas: 2, ...withMain(probes).spec } });
        const set = await admin.get(`/apis/apps/v1/namespaces/aetherius/replicasets/${name}-2`);
        const { uid } = (set as { metadata: { uid: string } }).metadata;
        const owner = { kind: 'ReplicaSet', name: `${name}-2`, uid };
        const pods = '/api/v1/namespaces/aetherius/pods';
        await admin.post(pods, pod(`${name}-y`, { owner, container: probes }));
        await admin.merge(`${pods}/${name}-y/status`, runningStatus('2026-11-01T00:00:00Z'));
        const call = { part: name, container: 'main', probe: 'liveness', port: 9090 } as const;
        const plan = await setProbe.plan(call, context);

        await setProbe.applyStep(plan.steps[0], plan, context);
        expect(await setProbe.observeStep(plan.steps[0], plan, context)).toBe('done');
        const [undo] = plan.undo ?? [];
        if (undo === undefined) throw new Error('no undo');
        await setProbe.applyStep(undo, plan, context);
        expect(await setProbe.observeStep(undo, plan, context)).toBe('done');
        await admin.remove(`${pods}/${name}-y?gracePeriodSeconds=0`);
        await admin.merge(path, { spec: { replicas: 0, ...withMain({}).spec } });
      });

      it('lets a container have its former image, and the one after that again', async () => {
        await admin.merge(path, { spec: { replicas: 2, ...withMain({}).spec } });
        const pods = '/api/v1/namespaces/aetherius/pods';
        const [state] = runningStatus('2026-11-01T00:00:00Z').status.containerStatuses;
        const waiting = { ready: false, state: { waiting: { reason: 'ImagePullBackOff' } } };
        const shown = { 1: { imageID: `sha256:${'1'.repeat(64)}` }, 2: waiting };
        for (const revision of [1, 2] as const) {
          const set = await admin.get(`/apis/apps/v1/namespaces/aetherius/replicasets/${name}-${revision}`);
          const { uid } = (set as { metadata: { uid: string } }).metadata;
          const owner = { kind: 'ReplicaSet', name: `${name}-${revision}`, uid };
          const image = `lab.local/orchestrator-service:${revision}`;
          await admin.post(pods, pod(`${name}-i${revision}`, { owner, container: { image } }));
          await admin.merge(`${pods}/${name}-i${revision}/status`, {
            status: { containerStatuses: [{ ...state, ...shown[revision] }] },
          });
        }
        // A target lists Pods once.
        const context = fresh();
        const plan = await setImage.plan({ part: name, container: 'main' }, context);

        await setImage.applyStep(plan.steps[0], plan, context);
        expect(await setImage.observeStep(plan.steps[0], plan, context)).toBe('done');
        const [undo] = plan.undo ?? [];
        if (undo === undefined) throw new Error('no undo');
        await setImage.applyStep(undo, plan, context);
        expect(await setImage.observeStep(undo, plan, context)).toBe('done');
        for (const revision of [1, 2])
          await admin.remove(`${pods}/${name}-i${revision}?gracePeriodSeconds=0`);
        await admin.merge(path, { spec: { replicas: 0 } });
      });

      it('lets a volume be of another ConfigMap, and of nothing else', async () => {
        const volumes = (source: object, name = 'config') => ({
          spec: { template: { spec: { volumes: [{ name, ...source }] } } },
        });
        const attempt = async (body: object) => tried(seed.merge(dry(path), body));
        await admin.merge(path, volumes({ configMap: { name: 'config-b2' } }));

        expect(await attempt(volumes({ configMap: { name: 'config-a1' } }))).toBe('allowed');
        expect(await attempt(volumes({ configMap: { name: 'config-a1', defaultMode: 256 } }))).toMatch(
          /nothing but/,
        );
        expect(await attempt(volumes({ secret: { secretName: 's' } }))).toMatch(/nothing but/);
        expect(await attempt(volumes({ hostPath: { path: '/' } }))).toMatch(/nothing but/);
        expect(await attempt(volumes({ configMap: { name: 'config-a1' } }, 'other'))).toMatch(/nothing but/);
        await admin.merge(path, { spec: { template: { spec: { volumes: null } } } });
      });

      it('lets a node label be taken away, and put back as long as nobody was there in between', async () => {
        const unbound = 'aetherius.io/unbound-generation';
        const labels = { disk: 'ssd', zone: 'a' };
        await admin.merge(path, { spec: { template: { spec: { nodeSelector: labels } } } });
        const generation = async () =>
          (await target.get('deployments', 'aetherius', name)).metadata.generation ?? 0;
        const body = async (nodeSelector: object, mark: string | null | undefined) => ({
          metadata: {
            annotations: { [unbound]: mark === undefined ? `generation ${await generation()}` : mark },
          },
          spec: { template: { spec: { nodeSelector } } },
        });
        const attempt = async (nodeSelector: object, mark?: string | null) =>
          tried(seed.merge(dry(path), await body(nodeSelector, mark)));

        expect(await attempt({ disk: null })).toBe('allowed');
        expect(await attempt({ disk: null }, 'generation 1')).toMatch(/nothing but/);
        expect(await attempt({ disk: 'nvme' })).toMatch(/nothing but/);
        expect(await attempt({ more: 'x' })).toMatch(/nothing but/);
        // Nothing was taken away by us.
        expect(await attempt({ more: 'x' }, null)).toMatch(/nothing but/);
        await seed.merge(path, await body({ disk: null }, undefined));
        expect(await attempt({ zone: 'b' }, null)).toMatch(/nothing but/);
        expect(await attempt({ disk: 'ssd' }, null)).toBe('allowed');
        await admin.merge(path, { spec: { minReadySeconds: 2 } });
        expect(await attempt({ disk: 'ssd' }, null)).toMatch(/nothing but/);
        await admin.merge(path, {
          metadata: { annotations: { [unbound]: null } },
          spec: { minReadySeconds: 0, template: { spec: { nodeSelector: null } } },
        });
      });

      it.each<readonly [string, object, object, string]>([
        [
          'a variable',
          { env: [...main.env, { name: 'AETHERIUS_EXECUTOR_WORKERS', value: '5' }], args: ['serve'] },
          { env: main.env, args: ['serve'] },
          'AETHERIUS_EXECUTOR_WORKERS',
        ],
        ['a flag', { args: ['--executor.workers', '5', 'serve'] }, { args: ['serve'] }, '--executor.workers'],
      ])(
        'lets %s that hides the file be taken away, put back, and no other',
        async (_what, given, left, flag) => {
          const uncovered = 'aetherius.io/uncovered-generation';
          const maps = '/api/v1/namespaces/aetherius/configmaps';
          const mounted = { volumeMounts: [{ name: 'config', mountPath: '/etc/aetherius' }] };
          const volumes = [{ name: 'config', configMap: { name: `${name}-config` } }];
          const withAll = (change: object) => ({
            spec: { template: { spec: { containers: [{ ...main, ...mounted, ...change }] } } },
          });
          await admin.post(maps, {
            metadata: { name: `${name}-config` },
            data: { 'config.yaml': 'executor: { workers: 50 }' },
          });
          await admin.merge(path, {
            spec: { replicas: 2, template: { spec: { ...withAll(given).spec.template.spec, volumes } } },
          });
          const plan = await removeOverride.plan(
            { part: name, key: 'executor.workers', name: flag },
            context,
          );
          const attempt = async (change: object, mark: string | null) =>
            tried(
              seed.merge(dry(path), { metadata: { annotations: { [uncovered]: mark } }, ...withAll(change) }),
            );
          const marked = async () => {
            const { generation } = (await target.get('deployments', 'aetherius', name)).metadata;
            return `generation ${generation}`;
          };

          expect(await attempt(left, await marked())).toBe('allowed');
          expect(await attempt(left, 'generation 1')).toMatch(/nothing but/);
          expect(await attempt({ ...left, args: ['other'] }, await marked())).toMatch(/nothing but/);
          expect(await attempt({ ...left, args: ['serve', 'more'] }, await marked())).toMatch(/nothing but/);
          expect(await attempt({ ...left, command: ['sh'] }, await marked())).toMatch(/nothing but/);
          // Nothing was taken away by us.
          expect(await attempt({ ...given, args: ['serve', 'more'] }, null)).toMatch(/nothing but/);
          await removeOverride.applyStep(plan.steps[0], plan, context);
          expect(await removeOverride.observeStep(plan.steps[0], plan, context)).toBe('done');
          expect(await attempt({ ...left, args: ['a', 'b', 'c', 'serve'] }, null)).toMatch(/nothing but/);
          expect(await attempt({ ...left, args: ['other'] }, null)).toMatch(/nothing but/);
          const [undo] = plan.undo ?? [];
          if (undo === undefined) throw new Error('no undo');
          await removeOverride.applyStep(undo, plan, context);
          expect(await removeOverride.observeStep(undo, plan, context)).toBe('done');
          await admin.merge(path, {
            spec: { replicas: 0, template: { spec: { containers: [main], volumes: null } } },
          });
          await admin.remove(`${maps}/${name}-config`);
        },
      );

      it('lets each remediation do its steps and take them back, and nothing of them after another hand', async () => {
        for (const [remediation, params] of [
          [startWorkload, { replicas: 3 }],
          [setResources, { memoryMiB: 2048, cpus: 2 }],
          [rollbackWorkload, {}],
          [removeNodeSelector, {}],
        ] as const) {
          // They refuse what is scaled to zero, and the first one what is not.
          if (remediation !== startWorkload) await admin.merge(path, { spec: { replicas: 2 } });
          if (remediation === removeNodeSelector)
            await admin.merge(path, { spec: { template: { spec: { nodeSelector: { disk: 'ssd' } } } } });
          // A Pod without a node would have none after a rollback either.
          await scheduled(remediation === rollbackWorkload ? 'True' : 'False');
          const anew = fresh();
          const plan = await remediation.plan({ part: name, ...params } as never, anew);
          await remediation.applyStep(plan.steps[0], plan, anew);
          expect(await remediation.observeStep(plan.steps[0], plan, anew)).toBe('done');
          const [undo] = plan.undo ?? [];
          if (undo === undefined) throw new Error('no undo');
          await remediation.applyStep(undo, plan, anew);
          expect(await remediation.observeStep(undo, plan, anew)).toBe('done');
        }
        await admin.merge(path, { spec: { replicas: 0, template: { spec: { nodeSelector: null } } } });
        const plan = await startWorkload.plan({ part: name, replicas: 2 }, context);
        await startWorkload.applyStep(plan.steps[0], plan, context);
        await admin.merge(path, { spec: { minReadySeconds: 1 } });

        const stop = { spec: { replicas: 0 }, metadata: { annotations: { [started]: null } } };
        expect(await tried(seed.merge(dry(path), stop))).toMatch(/nothing but/);
      });

      const started = 'aetherius.io/started-generation';
      it.each<readonly [string, object]>([
        ['a stop of what it has not started', { spec: { replicas: 0 } }],
        ['more replicas', { spec: { replicas: 9 } }],
        [
          'a stop without its mark',
          { spec: { replicas: 0 }, metadata: { annotations: { [started]: null } } },
        ],
        ['another repository', withMain({ image: 'evil:1' })],
        ['a registry in front', withMain({ image: 'evil.example/lab.local/orchestrator-service:2' })],
        ['another command', withMain({ command: ['sh'] })],
        ['another argument', withMain({ args: ['x'] })],
        ['all variables of a Secret', withMain({ envFrom: [{ secretRef: { name: 'x' } }] })],
        ['a privileged container', withMain({ securityContext: { privileged: true } })],
        ['another container', withMain({}, [{ name: 'more', image: 'lab.local/orchestrator-service:2' }])],
        ['a container less by another name', withMain({ name: 'other' })],
        ['a volume', { spec: { template: { spec: { volumes: [{ name: 'v', emptyDir: {} }] } } } }],
        ['an account', { spec: { template: { spec: { serviceAccountName: 'admin' } } } }],
        ['the host’s network', { spec: { template: { spec: { hostNetwork: true } } } }],
        ['a pause', { spec: { paused: true } }],
        ['a label of the object', { metadata: { labels: { more: 'x' } } }],
        [
          'a new image and a pause at once',
          { spec: { paused: true, ...withMain({ image: 'lab.local/orchestrator-service:3' }).spec } },
        ],
      ])('denies %s, and lets another account do it', async (_what, body) => {
        expect(await tried(seed.merge(dry(path), body))).toMatch(/denied request.*nothing but/s);
        expect(await tried(somebody.seed.merge(dry(path), body))).not.toMatch(/denied request/);
      });

      it('denies it in kube-system, and a restart, which is another value of the chart', async () => {
        const { generation } = (await target.get('deployments', 'aetherius', name)).metadata;
        const mark = { metadata: { annotations: { [restarted]: `generation ${generation}` } } };

        // An annotation of the template may change where revisions may; of a StatefulSet no template may.
        const set = '/apis/apps/v1/namespaces/aetherius/statefulsets/redis';
        expect(await tried(seed.merge(dry(set), { spec: { template: mark } }))).toMatch(/nothing but/);
        const agent = '/apis/apps/v1/namespaces/kube-system/daemonsets/collect-agent';
        expect(await tried(seed.merge(dry(agent), { spec: { template: mark } }))).toMatch(/given by name/);
      });
    });

    describe('where Services may select other Pods', () => {
      const name = 'agent-manager';
      const path = `/api/v1/namespaces/aetherius/services/${name}`;
      let changer: Awaited<ReturnType<typeof mighty>>;

      beforeAll(async () => {
        const account = 'system:serviceaccount:selects:services-worker';
        await install(ofPolicy(renderChart({ features: { services: true } }, 'services', 'selects')));
        changer = await mighty(account);
        await inForce(changer.seed);
        const services = path.replace(`/${name}`, '');
        for (const one of [name, 'somebody-elses'])
          await admin.post(services, {
            metadata: { name: one },
            spec: { selector: { app: 'agent-mangaer' }, ports: [{ port: 8080 }] },
          });
        const { metadata } = await target.get('deployments', 'aetherius', name);
        const set = (await admin.post('/apis/apps/v1/namespaces/aetherius/replicasets', {
          metadata: {
            name: `${name}-0`,
            ownerReferences: [
              { apiVersion: 'apps/v1', kind: 'Deployment', name, uid: metadata.uid, controller: true },
            ],
          },
          spec: { replicas: 0, selector: { matchLabels: { app: name } }, template: template(name) },
        })) as { metadata: { uid: string } };
        const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${name}-0`, uid: set.metadata.uid };
        for (const one of ['agent-manager-1', 'agent-manager-2', 'bots-bot-1'])
          await admin.merge(`/api/v1/namespaces/aetherius/pods/${one}`, {
            metadata: { ownerReferences: [owner] },
          });
      });

      it('lets the remediation do its step and take it back', async () => {
        const kubernetes = createKubernetesTarget({
          ...{ namespace: 'aetherius', agentNamespace: 'kube-system', kubeconfig: changer.kubeconfig },
        });
        const context = {
          deps: { kubernetes, platform: asInGuide, environment: 'prod' } as never,
          signal: new AbortController().signal,
          now: () => new Date(),
        };
        const plan = await setSelector.plan({ part: name }, context);
        await setSelector.applyStep(plan.steps[0], plan, context);
        expect(await setSelector.observeStep(plan.steps[0], plan, context)).toBe('done');
        const [undo] = plan.undo ?? [];
        if (undo === undefined) throw new Error('no undo');
        await setSelector.applyStep(undo, plan, context);
        expect(await setSelector.observeStep(undo, plan, context)).toBe('done');
      });

      it.each<readonly [string, object]>([
        ['no selector at all', { spec: { selector: null } }],
        ['another port', { spec: { ports: [{ port: 8080, targetPort: 9 }] } }],
        ['another type', { spec: { type: 'NodePort' } }],
        ['an outside address', { spec: { externalIPs: ['192.0.2.1'] } }],
        ['a label of the object', { metadata: { labels: { more: 'x' } } }],
        ['other labels and a type at once', { spec: { selector: { app: name }, type: 'NodePort' } }],
      ])('denies %s, and lets another account do it', async (_what, body) => {
        expect(await tried(changer.seed.merge(dry(path), body))).toMatch(/denied request.*nothing but/s);
        expect(await tried(somebody.seed.merge(dry(path), body))).not.toMatch(/denied request/);
      });

      it('denies it of another Service, of a workload, and where only workloads may be changed', async () => {
        const select = { spec: { selector: { app: name } } };
        const other = path.replace(name, 'somebody-elses');

        expect(await tried(changer.seed.merge(dry(path), select))).toBe('allowed');
        expect(await tried(changer.seed.merge(dry(other), select))).toMatch(/given by name/);
        expect(await tried(merge(deployment, { spec: { replicas: 3 } })(changer.seed))).toMatch(
          /nothing but/,
        );
        expect(await tried(bot.seed.merge(dry(path), select))).toMatch(/nothing but/);
      });
    });

    describe('where one number of a ConfigMap may change', () => {
      const name = 'agent-manager-config';
      const maps = '/api/v1/namespaces/aetherius/configmaps';
      const path = `${maps}/${name}`;
      const text = 'event:\n  workers: 10 # as many as cores\n';
      let changer: Awaited<ReturnType<typeof mighty>>;

      beforeAll(async () => {
        const account = 'system:serviceaccount:configures:configmaps-worker';
        const features = { configmaps: true, restart: true };
        await install(ofPolicy(renderChart({ features }, 'configmaps', 'configures')));
        changer = await mighty(account);
        await inForce(changer.seed);
        for (const one of [name, 'somebody-elses'])
          await admin.post(maps, {
            metadata: { name: one },
            data: { 'config.yaml': text, other: 'x', long: 'x'.repeat(150) },
          });
      });

      it('lets the remediation do its steps and take them back', async () => {
        const kubernetes = createKubernetesTarget({
          ...{ namespace: 'aetherius', agentNamespace: 'kube-system', kubeconfig: changer.kubeconfig },
        });
        const context = {
          deps: { kubernetes, platform: asInGuide, environment: 'prod' } as never,
          signal: new AbortController().signal,
          now: () => new Date(),
        };
        const mounted = {
          containers: [
            {
              ...template('agent-manager').spec.containers[0],
              volumeMounts: [{ name: 'config', mountPath: '/etc/aetherius' }],
            },
          ],
          volumes: [{ name: 'config', configMap: { name } }],
        };
        await admin.merge(deployment, { spec: { template: { spec: mounted } } });
        const call = { part: 'agent-manager', key: 'event.workers', value: 20 } as const;
        const plan = await setConfigKey.plan(call, context);
        for (const step of [...plan.steps, ...(plan.undo ?? [])]) {
          await setConfigKey.applyStep(step, plan, context);
          expect(await setConfigKey.observeStep(step, plan, context)).toBe('done');
        }
        const bare = { volumes: null, containers: template('agent-manager').spec.containers };
        await admin.merge(deployment, { spec: { template: { spec: bare } } });
      });

      it.each<readonly [string, object]>([
        ['a text with more than an address more', { data: { 'config.yaml': `${text}#${'x'.repeat(128)}` } }],
        ['a text with less than an address', { data: { long: 'x'.repeat(21) } }],
        ['two entries at once', { data: { 'config.yaml': text.replace('10', '20'), other: 'y' } }],
        ['an entry more', { data: { more: '' } }],
        ['an entry less', { data: { other: null } }],
        ['bytes', { binaryData: { more: 'eA==' } }],
        ['a lock for ever', { immutable: true }],
        ['a label of the object', { metadata: { labels: { more: 'x' } } }],
      ])('denies %s, and lets another account do it', async (_what, body) => {
        expect(await tried(changer.seed.merge(dry(path), body))).toMatch(/denied request.*nothing but/s);
        expect(await tried(somebody.seed.merge(dry(path), body))).not.toMatch(/denied request/);
      });

      it('denies it of another ConfigMap, in the agents’ namespace, and where only restarts are allowed', async () => {
        const body = { data: { 'config.yaml': text.replace('10', '20') } };
        const agents = '/api/v1/namespaces/kube-system/configmaps';
        await admin.post(agents, {
          metadata: { name: 'collect-agent-config' },
          data: { 'config.yaml': text },
        });

        expect(await tried(changer.seed.merge(dry(path), body))).toBe('allowed');
        const other = path.replace(name, 'somebody-elses');
        expect(await tried(changer.seed.merge(dry(other), body))).toMatch(/given by name/);
        const ofAgents = `${agents}/collect-agent-config`;
        expect(await tried(changer.seed.merge(dry(ofAgents), body))).toMatch(/denied request/);
        expect(await tried(bot.seed.merge(dry(ofAgents), body))).toMatch(/denied request/);
        expect(await tried(bot.seed.merge(dry(path), body))).toMatch(/nothing but/);
      });

      it('lets an address become another one, and with a switch of its own the agents’ subject', async () => {
        const longer = (by: number) => ({ data: { 'config.yaml': `${text}${'x'.repeat(by)}` } });
        expect(await tried(changer.seed.merge(dry(path), longer(128)))).toBe('allowed');
        expect(await tried(changer.seed.merge(dry(path), { data: { long: 'x'.repeat(22) } }))).toBe(
          'allowed',
        );
        const features = { configmaps: false };
        const rendered = renderChart(
          { features, agentFeatures: { configmaps: true } },
          'subjects',
          'configures',
        );
        await install(ofPolicy(rendered));
        const { seed } = await mighty('system:serviceaccount:configures:subjects-worker');
        await inForce(seed);
        const agents = '/api/v1/namespaces/kube-system/configmaps';
        await admin.post(agents, { metadata: { name: 'somebody-elses' }, data: { 'config.yaml': text } });

        expect(await tried(seed.merge(dry(`${agents}/collect-agent-config`), longer(9)))).toBe('allowed');
        expect(await tried(seed.merge(dry(`${agents}/collect-agent-config`), longer(129)))).toMatch(
          /nothing but/,
        );
        expect(await tried(seed.merge(dry(`${agents}/somebody-elses`), longer(9)))).toMatch(/given by name/);
        expect(await tried(seed.merge(dry(path), longer(9)))).toMatch(/denied request/);
      });
    });

    describe('where a connection may be let through for a while', () => {
      const jobs = '/apis/batch/v1/namespaces/aetherius/jobs';
      const policies = '/apis/networking.k8s.io/v1/namespaces/aetherius/networkpolicies';
      const name = jobName('one');
      const job = clockJob(name, 300) as { readonly metadata: object; readonly spec: object };
      const policy = allowPolicy(
        { name: `${name}-in`, namespace: 'aetherius' },
        { direction: 'Ingress', pods: { app: 'a' }, peer: { app: 'b' }, port: 8081 },
        { name, uid: 'x' },
      ) as { readonly metadata: object; readonly spec: object };
      let maker: Awaited<ReturnType<typeof mighty>>;

      beforeAll(async () => {
        const account = 'system:serviceaccount:connects:connections-worker';
        await install(ofPolicy(renderChart({ features: { connections: true } }, 'connections', 'connects')));
        maker = await mighty(account);
        await inForce(maker.seed);
      });

      it('lets the bot make the Job and what belongs to it, and delete the Job', async () => {
        const other = jobName('another');
        await admin.post(jobs, clockJob(other, 30));
        await admin.post(policies, { ...policy, metadata: { name: `${other}-in` } });

        expect(await tried(maker.seed.post(dry(jobs), job))).toBe('allowed');
        expect(await tried(maker.seed.post(dry(policies), policy))).toBe('allowed');
        expect(await tried(maker.seed.remove(dry(`${policies}/${other}-in`)))).toMatch(/denied request/);
        expect(await tried(maker.seed.remove(dry(`${jobs}/${other}`)))).toBe('allowed');
      });

      const inSpec = (spec: object) => ({ ...job, spec: { ...job.spec, ...spec } });
      const inPod = (spec: object) => ({
        ...job,
        spec: {
          ...job.spec,
          template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'a' }], ...spec } },
        },
      });
      it.each<readonly [string, object]>([
        ['runs a Pod', inSpec({ parallelism: 1 })],
        ['runs one by default', inSpec({ parallelism: undefined })],
        ['lasts longer', inSpec({ activeDeadlineSeconds: 301 })],
        ['lasts for ever', inSpec({ activeDeadlineSeconds: undefined })],
        ['is kept after its end', inSpec({ ttlSecondsAfterFinished: 60 })],
        ['is never deleted', inSpec({ ttlSecondsAfterFinished: undefined })],
        ['waits until somebody starts its time', inSpec({ suspend: true })],
        ['has an image', inPod({})],
        ['has another name', { ...job, metadata: { name: 'mine' } }],
        ['cannot be deleted', { ...job, metadata: { name, finalizers: ['example/x'] } }],
      ])('denies a Job that %s, and lets another account make it', async (_what, body) => {
        expect(await tried(maker.seed.post(dry(jobs), body))).toMatch(/denied request.*(?:the bot makes)/s);
        expect(await tried(somebody.seed.post(dry(jobs), body))).toBe('allowed');
      });

      const some = { podSelector: { matchLabels: { app: 'b' } } };
      const port = { protocol: 'TCP', port: 8081 };
      const allowing = (spec: object) => ({ ...policy, spec: { ...policy.spec, ...spec } });
      it.each<readonly [string, object]>([
        ['belongs to nobody', { ...policy, metadata: { name: `${name}-in` } }],
        [
          'belongs to another Job',
          {
            ...policy,
            metadata: {
              name: `${name}-in`,
              ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'theirs', uid: 'x' }],
            },
          },
        ],
        ['speaks of every Pod', allowing({ podSelector: {} })],
        [
          'speaks of Pods by an expression',
          allowing({
            podSelector: { matchLabels: { a: 'b' }, matchExpressions: [{ key: 'a', operator: 'Exists' }] },
          }),
        ],
        ['lets every Pod in', allowing({ ingress: [{ from: [{ podSelector: {} }], ports: [port] }] })],
        ['lets everybody in', allowing({ ingress: [{}] })],
        [
          'lets an address in',
          allowing({ ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: [port] }] }),
        ],
        [
          'lets another namespace in',
          allowing({ ingress: [{ from: [{ ...some, namespaceSelector: {} }], ports: [port] }] }),
        ],
        ['opens every port', allowing({ ingress: [{ from: [some] }] })],
        ['opens a range', allowing({ ingress: [{ from: [some], ports: [{ ...port, endPort: 9000 }] }] })],
        ['only isolates', allowing({ ingress: [] })],
        ['isolates the other direction too', allowing({ policyTypes: ['Ingress', 'Egress'] })],
      ])('denies a policy that %s, and lets another account make it', async (_what, body) => {
        expect(await tried(maker.seed.post(dry(policies), body))).toMatch(
          /denied request.*makes only policies/s,
        );
        expect(await tried(somebody.seed.post(dry(policies), body))).toBe('allowed');
      });

      it('is refused as a right that is missing, which the chart would give', async () => {
        const kubernetes = createKubernetesTarget({
          ...{ namespace: 'aetherius', agentNamespace: 'kube-system', kubeconfig: bot.kubeconfig },
        });
        const context = { deps: { kubernetes } as never, signal: new AbortController().signal };

        await expect(dryRunOf('jobs', job, context, 'features.connections')).rejects.toMatchObject({
          facts: {
            reason: 'missing-right',
            verb: 'create',
            resource: 'jobs',
            allowedBy: 'features.connections',
          },
        });
      });

      it('denies it in kube-system, and where the chart does not switch it on', async () => {
        const elsewhere = jobs.replace('aetherius', 'kube-system');
        expect(await tried(maker.seed.post(dry(elsewhere), job))).toMatch(/denied request/);
        expect(await tried(bot.seed.post(dry(jobs), job))).toMatch(/denied request/);
        expect(await tried(bot.seed.post(dry(policies), policy))).toMatch(/denied request/);
      });

      it('is not to be had from the chart without the policy', () => {
        expect(() => renderChart({ features: { connections: true }, admissionPolicy: false })).toThrow(
          /admissionPolicy/,
        );
      });
    });

    describe('where Neo4j may get a new password', () => {
      const secrets = '/api/v1/namespaces/aetherius/secrets';
      const login = `${secrets}/neo4j-credentials`;
      const jobs = '/apis/batch/v1/namespaces/aetherius/jobs';
      const where = { name: keptPassword, namespace: 'aetherius' };
      const kept = keptSecret(where, 'one', { before: 'eA==', after: 'eQ==' }, 'x') as Loose;
      let setter: Awaited<ReturnType<typeof mighty>>;
      const written = (data: object, annotations: object = { [fixMark]: 'one' }, more: object = {}) =>
        tried(setter.seed.merge(dry(login), { metadata: { annotations }, data, ...more }));

      beforeAll(async () => {
        const account = 'system:serviceaccount:passwords:graph-worker';
        await install(ofPolicy(renderChart({ features: { credentials: true } }, 'graph', 'passwords')));
        setter = await mighty(account);
        await inForce(setter.seed);
        await admin.post(secrets, {
          metadata: { name: 'neo4j-credentials' },
          data: { password: 'eA==', other: 'eQ==' },
        });
      });

      it('lets one key of a named Secret change with the mark of the fix, and nothing else', async () => {
        expect(await written({ password: 'eno=' })).toBe('allowed');
        expect(await written({ password: 'eno=', other: 'eno=' })).toMatch(/nothing but/);
        expect(await written({ password: 'eno=' }, { more: 'x' })).toMatch(/nothing but/);
        expect(await written({ password: 'eno=' }, {}, { immutable: true })).toMatch(/nothing but/);
        await admin.post(secrets, { metadata: { name: 'not-named' }, data: { password: 'eA==' } });
        const change = { data: { password: 'eno=' } };
        expect(await tried(setter.seed.merge(dry(`${secrets}/not-named`), change))).toMatch(/given by name/);
        expect(await tried(bot.seed.merge(dry(login), change))).toMatch(/denied request/);
      });

      it('lets it keep two values for a while, and makes and deletes no other Secret', async () => {
        const clock = clockJob(clockName('one'), keptSeconds);
        expect(await tried(setter.seed.post(dry(jobs), clock))).toBe('allowed');
        expect(await tried(setter.seed.post(dry(secrets), kept))).toBe('allowed');
        await admin.post(secrets, kept);
        expect(await tried(setter.seed.remove(dry(`${secrets}/${keptPassword}`)))).toBe('allowed');
        await admin.remove(`${secrets}/${keptPassword}`);

        const denied = /denied request.*makes only the Secret/s;
        const more = { ...kept, data: { before: '', after: '', more: '' } };
        const forEver = { ...kept, metadata: { ...where, annotations: {} } };
        const missing = {
          metadata: { name: 'agent-auth-token', annotations: { [madeMark]: 'one' } },
          data: { token: 'eA==' },
        };
        const ofAgents = { ...kept, metadata: { ...(kept.metadata as object), name: keptToken } };
        for (const body of [more, forEver, missing, ofAgents])
          expect(await tried(setter.seed.post(dry(secrets), body))).toMatch(denied);
        expect(await tried(setter.seed.remove(dry(login)))).toMatch(/deletes only the Secret/);
        expect(await tried(bot.seed.post(dry(secrets), kept))).toMatch(/denied request/);
      });

      it('lets nothing of it happen in the agents’ namespace, nor Jobs that live longer', async () => {
        const there = { ...kept, metadata: { ...(kept.metadata as object), namespace: 'kube-system' } };
        const agents = '/api/v1/namespaces/kube-system/secrets';
        expect(await tried(setter.seed.post(dry(agents), there))).toMatch(/denied request/);
        const clock = clockJob(clockName('one'), keptSeconds);
        const path = '/apis/batch/v1/namespaces/kube-system/jobs';
        expect(await tried(setter.seed.post(dry(path), clock))).toMatch(/denied request/);
        expect(await tried(setter.seed.post(dry(jobs), clockJob(clockName('one'), keptSeconds + 1)))).toMatch(
          /denied request/,
        );
        expect(await tried(setter.seed.post(dry(jobs), clockJob('mine', 60)))).toMatch(/denied request/);
      });

      it('is not to be had from the chart without the policy', () => {
        expect(() => renderChart({ features: { credentials: true }, admissionPolicy: false })).toThrow(
          /features\.credentials/,
        );
      });
    });

    describe('where the model may be fetched', () => {
      const jobs = '/apis/batch/v1/namespaces/aetherius/jobs';
      const models = { claim: 'models', image: 'registry.example:5000/ai/reasoning-service' };
      const url = 'https://files.example/$models/it%27s.joblib';
      const sha256 = 'ab12'.repeat(16);
      const config = { environments: { prod: { model: { url, sha256 } } } };
      const own: OwnPod = {
        ...{ image: `${models.image}:2025.09`, pullPolicy: 'Always', pullSecrets: [{ name: 'pull' }] },
        ...{ claim: models.claim, subPath: 'ai', node: 'node-1', runtimeClass: null },
        ...{ tolerations: [{ key: 'ai', operator: 'Exists' }], priorityClass: null },
        runsAs: { runAsUser: 1_000, fsGroup: 1_000, seccompProfile: { type: 'RuntimeDefault' } },
      };
      const variables = {
        ...{ AETHERIUS_DO: 'fetch', AETHERIUS_FILE: `a/it's $(HOME) "x".joblib`, AETHERIUS_FIX: 'one' },
        ...{ AETHERIUS_URL: url, AETHERIUS_SHA256: sha256, AETHERIUS_BYTES: '5', AETHERIUS_WAS: 'none' },
      };
      interface Pod {
        readonly spec: Loose & { readonly containers: readonly Loose[]; readonly volumes: readonly Loose[] };
      }
      const good = modelJob(modelJobName('one', 'fetch'), own, variables) as Loose & {
        readonly metadata: Loose;
        readonly spec: Loose & { readonly template: Pod };
      };
      const { template } = good.spec;
      const spec = (more: object) => ({ ...good, spec: { ...good.spec, ...more } });
      const inPod = (more: object) => spec({ template: { spec: { ...template.spec, ...more } } });
      const [main = {}] = template.spec.containers;
      const inMain = (more: object) => inPod({ containers: [{ ...main, ...more }] });
      const env = (name: string, value: object) =>
        inMain({
          env: (main.env as { name: string }[]).map((one) => (one.name === name ? { name, ...value } : one)),
        });
      const secure = (more: object) =>
        inMain({ securityContext: { ...(main.securityContext as object), ...more } });
      let fetcher: Awaited<ReturnType<typeof mighty>>;
      const post = (body: object, seed = fetcher.seed, path = jobs) => tried(seed.post(dry(path), body));

      beforeAll(async () => {
        await install(ofPolicy(renderChart({ features: { models: true }, models, config }, 'ai', 'fetches')));
        fetcher = await mighty('system:serviceaccount:fetches:ai-worker');
        await inForce(fetcher.seed);
      });

      it('lets that one Job be made in both directions, with another tag of the same image, and deleted', async () => {
        expect(await post(good)).toBe('allowed');
        expect(await post(inMain({ image: `${models.image}@sha256:${sha256}` }))).toBe('allowed');
        const back = modelJob(modelJobName('one', 'back'), own, { ...variables, AETHERIUS_DO: 'back' });
        expect(await post(back)).toBe('allowed');
        await admin.post(jobs, spec({ suspend: true }));
        const path = `${jobs}/${modelJobName('one', 'fetch')}`;
        expect(await tried(fetcher.seed.remove(dry(path)))).toBe('allowed');
        expect(await tried(fetcher.seed.merge(dry(path), { spec: { suspend: false } }))).toMatch(
          /denied request/,
        );
        await admin.remove(path);
      });

      const sidecar = { name: 'more', image: own.image, command: ['sh'] };
      const secret = { name: 'more', secret: { secretName: 'neo4j-credentials' } };
      it.each<readonly [string, object]>([
        ['another image', inMain({ image: 'registry.example:5000/ai/reasoning-service-evil:1' })],
        ['an image of another registry', inMain({ image: 'evil.example/ai/reasoning-service:1' })],
        ['another command', inMain({ command: ['sh', '-c', 'id'] })],
        ['one more word', inMain({ command: [...(main.command as string[]), 'x'] })],
        ['arguments', inMain({ args: ['x'] })],
        ['no command', inMain({ command: undefined })],
        ['another address', env('AETHERIUS_URL', { value: 'https://evil.example/x' })],
        ['another checksum', env('AETHERIUS_SHA256', { value: 'cd34'.repeat(16) })],
        [
          'a variable of a Secret',
          env('AETHERIUS_FILE', {
            valueFrom: { secretKeyRef: { name: 'neo4j-credentials', key: 'password' } },
          }),
        ],
        [
          'one more variable',
          inMain({ env: [...(main.env as object[]), { name: 'LD_PRELOAD', value: 'x' }] }),
        ],
        [
          'a variable twice in the place of another',
          inMain({
            env: (main.env as { name: string }[]).map((one) =>
              one.name === 'AETHERIUS_SHA256' ? { name: 'AETHERIUS_WAS', value: 'x' } : one,
            ),
          }),
        ],
        ['variables from a Secret', inMain({ envFrom: [{ secretRef: { name: 'neo4j-credentials' } }] })],
        [
          'another claim',
          inPod({ volumes: [{ name: 'model', persistentVolumeClaim: { claimName: 'data-postgres-0' } }] }),
        ],
        ['a folder of the node', inPod({ volumes: [{ name: 'model', hostPath: { path: '/' } }] })],
        ['one more volume', inPod({ volumes: [...template.spec.volumes, secret] })],
        ['another mount', inMain({ volumeMounts: [{ name: 'model', mountPath: '/usr/lib/python3' }] })],
        ['another container', inPod({ containers: [main, sidecar] })],
        ['an init container', inPod({ initContainers: [sidecar] })],
        ['the host’s network', inPod({ hostNetwork: true })],
        ['the host’s processes', inPod({ hostPID: true })],
        ['a service account', inPod({ serviceAccountName: 'bots-worker' })],
        ['an account’s token', inPod({ automountServiceAccountToken: true })],
        ['names of hosts', inPod({ hostAliases: [{ ip: '10.0.0.1', hostnames: ['files.example'] }] })],
        ['a node past the scheduler', inPod({ nodeName: 'node-1' })],
        ['a privileged container', secure({ privileged: true, allowPrivilegeEscalation: true })],
        ['capabilities', secure({ capabilities: { drop: ['ALL'], add: ['CHOWN'] } })],
        ['a root that can be written', secure({ readOnlyRootFilesystem: false })],
        ['no filter of system calls', inPod({ securityContext: { seccompProfile: { type: 'Unconfined' } } })],
        ['a hook', inMain({ lifecycle: { preStop: { exec: { command: ['sh'] } } } })],
        ['a probe', inMain({ livenessProbe: { exec: { command: ['sh'] } } })],
        [
          'labels of the service',
          spec({ template: { ...template, metadata: { labels: { app: 'reasoning-service' } } } }),
        ],
        ['a label of its own', { ...good, metadata: { ...good.metadata, labels: { app: 'x' } } }],
        ['a finalizer', { ...good, metadata: { ...good.metadata, finalizers: ['example/x'] } }],
        [
          'an owner',
          {
            ...good,
            metadata: {
              ...good.metadata,
              ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'x', uid: 'y' }],
            },
          },
        ],
        ['more time', spec({ activeDeadlineSeconds: 3_601 })],
        ['no end', spec({ activeDeadlineSeconds: undefined })],
        ['a longer life', spec({ ttlSecondsAfterFinished: 86_401 })],
        ['several Pods', spec({ parallelism: 2, completions: 2 })],
        ['more attempts', spec({ backoffLimit: 1 })],
        ['another name', { ...good, metadata: { name: 'aetherius-other-one' } }],
      ])('lets no Job be made with %s', async (_what, body) => {
        expect(await post(body)).toMatch(/denied request/);
      });

      it('lets nobody do it elsewhere, nor where it is not switched on', async () => {
        expect(await post(good, fetcher.seed, '/apis/batch/v1/namespaces/kube-system/jobs')).toMatch(
          /denied request/,
        );
        expect(await post(good, bot.seed)).toMatch(/denied request/);
        expect(await post(clockJob(jobName('one'), 300))).toMatch(/denied request/);
      });

      it('is not to be had from the chart without the policy, or without what it names', () => {
        const features = { models: true };
        expect(() => renderChart({ features, models, config, admissionPolicy: false })).toThrow(
          /features\.models/,
        );
        expect(() => renderChart({ features, models: { claim: 'models' }, config })).toThrow(/models\.image/);
        expect(() => renderChart({ features, models })).toThrow(/model/);
      });
    });

    describe('where a token may be copied to the agents', () => {
      const secrets = '/api/v1/namespaces/kube-system/secrets';
      const token = `${secrets}/agent-auth-token`;
      const jobs = '/apis/batch/v1/namespaces/kube-system/jobs';
      const where = { name: keptToken, namespace: 'kube-system' };
      const kept = keptSecret(where, 'one', { before: 'eA==', after: 'eQ==' }, 'x') as Loose;
      const missing = {
        type: 'Opaque',
        metadata: { name: 'agent-auth-token', annotations: { [madeMark]: 'one' } },
        data: { token: 'eA==' },
      };
      let copier: Awaited<ReturnType<typeof mighty>>;
      const written = (data: object, annotations: object = { [fixMark]: 'one' }, more: object = {}) =>
        tried(copier.seed.merge(dry(token), { metadata: { annotations }, data, ...more }));

      beforeAll(async () => {
        const account = 'system:serviceaccount:copies:credentials-worker';
        const agentFeatures = { credentials: true };
        await install(ofPolicy(renderChart({ agentFeatures }, 'credentials', 'copies')));
        copier = await mighty(account);
        await inForce(copier.seed);
      });
      const planted = async (more: object = {}) => {
        await admin.remove(token).catch(() => undefined);
        await admin.post(secrets, {
          metadata: { name: 'agent-auth-token' },
          data: { token: 'eA==', other: 'eQ==' },
          ...more,
        });
      };

      it('lets one key come, change and go, with the mark of the fix', async () => {
        await planted();
        const asIs = await admin.get(token);

        expect(await written({ token: 'eno=' })).toBe('allowed');
        expect(await written({ more: 'eno=' })).toBe('allowed');
        expect(await written({ token: null }, {})).toBe('allowed');
        expect(await admin.get(token)).toEqual(asIs);
        expect(await written({ token: 'eno=', other: 'eno=' })).toMatch(/nothing but/);
        expect(await written({ token: null, other: 'eno=' })).toMatch(/nothing but/);
        expect(await written({ token: 'eno=' }, { more: 'x' })).toMatch(/nothing but/);
        expect(await written({ token: 'eno=' }, { [madeMark]: 'one' })).toMatch(/nothing but/);
        expect(await written({ token: 'eno=' }, {}, { immutable: true })).toMatch(/nothing but/);
        const labels = { metadata: { labels: { more: 'x' } } };
        expect(await tried(copier.seed.merge(dry(token), labels))).toMatch(/nothing but/);
      });

      it('lets it make what keeps the values and what was missing, and delete just that', async () => {
        await admin.remove(token).catch(() => undefined);
        const clock = clockJob(clockName('one'), keptSeconds);
        expect(await tried(copier.seed.post(dry(jobs), clock))).toBe('allowed');
        expect(await tried(copier.seed.post(dry(secrets), kept))).toBe('allowed');
        expect(await tried(copier.seed.post(dry(secrets), missing))).toBe('allowed');

        await admin.post(jobs, clock);
        await admin.post(secrets, kept);
        await admin.post(secrets, missing);
        expect(await tried(copier.seed.remove(dry(`${jobs}/${clockName('one')}`)))).toBe('allowed');
        expect(await tried(copier.seed.remove(dry(`${secrets}/${keptToken}`)))).toBe('allowed');
        expect(await tried(copier.seed.remove(dry(token)))).toBe('allowed');
        // One that people have made stays.
        await planted();
        expect(await tried(copier.seed.remove(dry(token)))).toMatch(
          /denied request.*deletes only the Secret/s,
        );
        await admin.remove(`${jobs}/${clockName('one')}`);
      });

      const owned = (owner: object) => ({
        ...kept,
        metadata: { ...(kept.metadata as object), ownerReferences: [owner] },
      });
      it.each<readonly [string, object]>([
        ['has another name', { ...missing, metadata: { name: 'mine' } }],
        [
          'becomes the token of an account',
          {
            ...missing,
            type: 'kubernetes.io/service-account-token',
            metadata: {
              name: 'agent-auth-token',
              annotations: { 'kubernetes.io/service-account.name': 'default' },
            },
          },
        ],
        [
          'has an annotation of others',
          { ...missing, metadata: { name: 'agent-auth-token', annotations: { more: 'x' } } },
        ],
        ['has labels', { ...missing, metadata: { ...missing.metadata, labels: { more: 'x' } } }],
        ['cannot be deleted', { ...missing, metadata: { ...missing.metadata, finalizers: ['example/x'] } }],
        ['has several keys', { ...missing, data: { a: '', b: '' } }],
        ['keeps more than two values', { ...kept, data: { before: '', after: '', more: '' } }],
        ['is kept for ever', { ...kept, metadata: { ...where, annotations: {} } }],
        ['belongs to another Job', owned({ apiVersion: 'batch/v1', kind: 'Job', name: 'theirs', uid: 'x' })],
        [
          'belongs to a workload',
          owned({ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'aetherius-kept-one', uid: 'x' }),
        ],
      ])('denies a Secret that %s, and lets another account make it', async (_what, body) => {
        await admin.remove(token).catch(() => undefined);
        await admin.remove(`${secrets}/${keptToken}`).catch(() => undefined);
        expect(await tried(copier.seed.post(dry(secrets), body))).toMatch(
          /denied request.*makes only the Secret/s,
        );
        expect(await tried(somebody.seed.post(dry(secrets), body))).not.toMatch(/denied request/);
      });

      it('denies other Jobs and Secrets, in the platform’s namespace too, and where it is off', async () => {
        const named = (name: string, seconds = keptSeconds) =>
          tried(copier.seed.post(dry(jobs), clockJob(name, seconds)));
        expect(await named(clockName('one'), keptSeconds + 1)).toMatch(/denied request/);
        expect(await named('mine')).toMatch(/denied request/);
        expect(await named(jobName('one'), 300)).toMatch(/denied request/);
        for (const path of [secrets, jobs]) {
          const body = path === jobs ? clockJob(clockName('one'), 60) : missing;
          const here = path.replace('kube-system', 'aetherius');
          expect(await tried(copier.seed.post(dry(here), body))).toMatch(/denied request/);
          expect(await tried(bot.seed.post(dry(path), body))).toMatch(/denied request/);
        }
        const other = { metadata: { name: 'somebody-elses' }, data: { token: 'eA==' } };
        await admin.post(secrets, other);
        await planted();
        const change = { data: { token: 'eno=' } };
        expect(await tried(copier.seed.merge(dry(`${secrets}/somebody-elses`), change))).toMatch(
          /given by name/,
        );
        expect(await tried(copier.seed.remove(dry(`${secrets}/somebody-elses`)))).toMatch(/denied request/);
        expect(await tried(bot.seed.merge(dry(token), change))).toMatch(/denied request/);
      });

      it('is not to be had from the chart without the policy', () => {
        expect(() => renderChart({ agentFeatures: { credentials: true }, admissionPolicy: false })).toThrow(
          /admissionPolicy/,
        );
      });
    });

    it('as deploy/rbac/policy.yaml does the same for an installation without Helm', async () => {
      const plain = parseAllDocuments(readFileSync('deploy/rbac/policy.yaml', 'utf8')).map(
        (document) => document.toJS() as Manifest,
      );
      await install(plain);
      const { seed } = await mighty('system:serviceaccount:aetherius:aetherius-bot');
      await inForce(seed);
      const { generation } = (await target.get('deployments', 'aetherius', 'agent-manager')).metadata;

      expect(await tried(annotated({ [restarted]: `generation ${generation}` })(seed))).toBe('allowed');
      expect(await tried(merge(deployment, { spec: { replicas: 0 } })(seed))).toMatch(/denied request/);
    });
  },
);

const dry = (path: string) => `${path}?dryRun=All`;
const exec = (namespace: string, name: string) =>
  `/api/v1/namespaces/${namespace}/pods/${name}/exec?command=true&stdout=true`;

/** What came of a request: `allowed`, or why not. */
function tried(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'allowed',
    (error: unknown) =>
      error instanceof Error
        ? `${error.message} ${JSON.stringify((error as { facts?: unknown }).facts ?? {})}`
        : 'refused',
  );
}
