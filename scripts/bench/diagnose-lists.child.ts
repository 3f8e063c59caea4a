/** Six plain LISTs at once, each time it is asked: what any client of Node must do to see a namespace whole. */
import { Agent } from 'node:https';
import { peakMiB } from '../../lab/components/peak-memory.ts';
import { httpCall } from '../../src/platform/targets/http/http-call.ts';
import { loadKubeAccess } from '../../src/platform/targets/kubernetes/kube-config.ts';

const [kubeconfig = ''] = process.argv.slice(2);
const access = await loadKubeAccess({ kubeconfig });

async function lists(namespace: string): Promise<number> {
  // Connections of its own each time, as every run of the product has.
  const agent = new Agent({ keepAlive: true, maxSockets: 6 });
  const base = `/api/v1/namespaces/${namespace}`;
  const apps = `/apis/apps/v1/namespaces/${namespace}`;
  const paths = [`${base}/pods`, `${base}/events`, `${base}/services`, `${base}/configmaps`];
  const all = await Promise.all(
    [...paths, `${apps}/deployments`, `${apps}/statefulsets`].map(async (path) => {
      const answer = await httpCall({
        what: 'Kubernetes API',
        url: new URL(path, access.server),
        headers: { accept: 'application/json', ...(await access.headers()) },
        maxBytes: 1024 ** 3,
        connectMs: 10_000,
        callMs: 120_000,
        agent,
        tls: access.tls,
      });
      if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
      return JSON.parse(answer.text()) as { readonly items: readonly unknown[] };
    }),
  );
  agent.destroy();
  return all.reduce((sum, { items }) => sum + items.length, 0);
}

process.on('message', (namespace: string) => {
  const begun = performance.now();
  lists(namespace).then(
    (objects) =>
      process.send?.({
        ms: performance.now() - begun,
        objects,
        megabytes: peakMiB(),
      }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
