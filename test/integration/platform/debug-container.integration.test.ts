import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KubeApi, missing, startKubeApi } from '../../../lab/components/kube-api.ts';
import { asInGuide } from '../../../src/domain/platform/platform.ts';
import { createKubernetesTarget } from '../../../src/platform/targets/kubernetes/kubernetes.ts';
import { runtimeOnKubernetes } from '../../../src/platform/targets/runtime/runtime.ts';
import { type KubeSeed, kubeSeed, pod, runningStatus } from '../../support/kube.ts';
import { grantRights } from '../../support/kube-rights.ts';
import { answerScript, scriptOf } from '../../support/network-script.ts';
import { scratch } from '../../support/targets.ts';

const lacking = missing();
const folder = scratch('debug-container');
const image = 'registry.example/busybox:1.36';
const started = '2026-03-01T10:00:00Z';
/** The Pod Security Standard that allows least; the namespace enforces it. */
const restricted = {
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};
const noShell = {
  code: 126,
  stdout: '',
  stderr: 'OCI runtime exec failed: executable file not found in $PATH',
};

interface Added {
  readonly spec: {
    readonly ephemeralContainers: readonly { readonly name: string; readonly command: readonly string[] }[];
  };
}
interface Listed {
  readonly spec: { readonly ephemeralContainers?: readonly { readonly name: string }[] };
  readonly status: { readonly ephemeralContainerStatuses?: readonly { readonly name: string }[] };
}

describe.skipIf(lacking !== undefined)(
  `A debug container on a real API server${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    let api: KubeApi;
    let seed: KubeSeed;
    beforeAll(async () => {
      api = await startKubeApi({ dir: folder.dir });
      seed = kubeSeed(api.kubeconfig);
    });
    afterAll(async () => {
      seed.close();
      await api.stop();
      folder.remove();
    });

    /** A namespace with one Pod that runs, and a runtime of an account with the generated rights. */
    async function platform(name: string, debug: boolean) {
      const base = `/api/v1/namespaces/${name}`;
      const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
      await seed.post('/api/v1/namespaces', { metadata: { name, labels } });
      const one = pod('agent-manager-1', {
        labels: { app: 'agent-manager' },
        container: { securityContext: restricted },
      });
      await seed.post(`${base}/pods`, one);
      await seed.merge(`${base}/pods/agent-manager-1/status`, runningStatus(started));
      await grantRights(seed, name, name, { debug });
      const settings = {
        namespace: name,
        agentNamespace: 'kube-system',
        kubeconfig: await api.userKubeconfig(name),
      };
      const beside = createKubernetesTarget(settings);
      const look = async () => (await beside.get('pods', name, 'agent-manager-1')) as unknown as Listed;
      const listed = async () =>
        ((await look()).spec.ephemeralContainers ?? []).map((container) => container.name);
      /** What a kubelet would write of one that has run. */
      const report = async ({ name, command }: Added['spec']['ephemeralContainers'][number]) => {
        const { ephemeralContainerStatuses: known = [] } = (await look()).status;
        const message = answerScript(scriptOf(command), () => ({ code: 0 }));
        const times = { startedAt: started, finishedAt: started };
        const state = { terminated: { exitCode: 0, reason: 'Completed', message, ...times } };
        const now = { name, image, imageID: '', ready: false, restartCount: 0, state };
        const ephemeralContainerStatuses = [...known.filter((other) => other.name !== name), now];
        await seed.merge(`${base}/pods/agent-manager-1/status`, { status: { ephemeralContainerStatuses } });
      };
      const ask = async () => {
        const target = createKubernetesTarget(settings);
        const runtime = runtimeOnKubernetes(
          {
            ...target,
            // There is no node here, so nothing can be run; the rest is the API server's.
            exec: async () => noShell,
            async patch(kind, where, pod, body, options) {
              const patched = await target.patch(kind, where, pod, body, options);
              const [added] = (body as Added).spec.ephemeralContainers;
              if (added !== undefined) setTimeout(() => void report(added), 100);
              return patched;
            },
          },
          asInGuide,
          { image },
        );
        const [instance] = await runtime.instances('agent-manager');
        if (instance === undefined) throw new Error('no instance');
        const questions = ['http://x', 'http://y'].map((url) =>
          runtime.exec(instance, ['wget', '-q', url], { network: true }),
        );
        const [first] = await Promise.all(questions);
        return { first, requests: target.requests() };
      };
      return { ask, listed };
    }

    it('is taken with the rights of deploy/rbac/debug.yaml, under the strictest Pod Security Standard', async () => {
      const { ask, listed } = await platform('allowed', true);

      // The list of Pods, the container, and the watch that waits for it.
      expect(await ask()).toEqual({
        first: { code: 0, stdout: '', stderr: '', via: 'debug-container' },
        requests: 3,
      });
      expect(await listed()).toEqual([expect.stringMatching(/^aetherius-debug-[0-9a-f]{8}$/)]);
    });

    it('leaves those that are there, of whomever they are', async () => {
      const { ask, listed } = await platform('again', true);
      await ask();
      const before = await listed();
      await ask();
      const after = await listed();

      expect(after).toHaveLength(2);
      expect(after).toEqual(expect.arrayContaining([...before]));
    });

    it('is refused without that right, and the refusal names it', async () => {
      const { ask, listed } = await platform('refused', false);

      await expect(ask()).rejects.toMatchObject({
        stage: 'forbidden',
        facts: { verb: 'patch', resource: 'pods/ephemeralcontainers', namespace: 'refused' },
      });
      expect(await listed()).toEqual([]);
    });
  },
);
