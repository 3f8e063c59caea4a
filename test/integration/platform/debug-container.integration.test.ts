import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KubeApi, missing, startKubeApi } from '../../../lab/components/kube-api.ts';
import { createKubernetesTarget } from '../../../src/platform/targets/kubernetes.ts';
import { runtimeOnKubernetes } from '../../../src/platform/targets/runtime.ts';
import { type KubeSeed, kubeSeed, pod, runningStatus } from '../../support/kube.ts';
import { grantRights } from '../../support/kube-rights.ts';
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
const noWget = {
  code: 126,
  stdout: '',
  stderr: 'OCI runtime exec failed: executable file not found in $PATH',
};
const answer = { code: 0, stdout: 'ok', stderr: '' };

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
      const target = createKubernetesTarget({
        namespace: name,
        agentNamespace: 'kube-system',
        kubeconfig: await api.userKubeconfig(name),
      });
      const look = async () => (await target.get('pods', name, 'agent-manager-1')) as unknown as Listed;
      const listed = async () =>
        ((await look()).spec.ephemeralContainers ?? []).map((container) => container.name);
      /** What a kubelet would write of the one that was added last. */
      const report = async (state: object) => {
        const { ephemeralContainerStatuses: known = [] } = (await look()).status;
        const last = (await listed()).at(-1);
        const now = { name: last, image, imageID: '', ready: false, restartCount: 0, state };
        const ephemeralContainerStatuses = [...known.filter((one) => one.name !== last), now];
        await seed.merge(`${base}/pods/agent-manager-1/status`, { status: { ephemeralContainerStatuses } });
      };
      const ask = async () => {
        const runtime = runtimeOnKubernetes(
          // There is no node here, so nothing can be run; the rest is the API server's.
          { ...target, exec: async (_n, _p, container) => (container === 'main' ? noWget : answer) },
          { image, sleep: () => report({ running: { startedAt: started } }) },
        );
        const [instance] = await runtime.instances('agent-manager');
        if (instance === undefined) throw new Error('no instance');
        return runtime.exec(instance, ['wget', '-q', 'http://x'], { network: true });
      };
      return { ask, listed, report };
    }

    it('is taken with the right of deploy/rbac/debug.yaml, under the strictest Pod Security Standard', async () => {
      const { ask, listed } = await platform('allowed', true);

      expect(await ask()).toEqual({ ...answer, via: 'debug-container' });
      expect(await ask()).toMatchObject({ via: 'debug-container' });
      expect(await listed()).toEqual([expect.stringMatching(/^aetherius-debug-[0-9a-f]{8}$/)]);
    });

    it('is followed by another one when its time is over', async () => {
      const { ask, listed, report } = await platform('again', true);
      await ask();
      await report({
        terminated: { exitCode: 0, reason: 'Completed', startedAt: started, finishedAt: started },
      });
      await ask();

      expect(await listed()).toHaveLength(2);
    });

    it('is one, whoever of four runs at once is first', async () => {
      const { ask, listed } = await platform('together', true);
      const answers = await Promise.all([ask(), ask(), ask(), ask()]);

      expect(answers.map(({ via }) => via)).toEqual(Array.from({ length: 4 }, () => 'debug-container'));
      expect(await listed()).toHaveLength(1);
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
