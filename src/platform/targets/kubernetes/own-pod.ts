import type { KubernetesTarget } from '../../../domain/probe/targets/kubernetes.ts';
import { KubeLogins } from './kube-config.ts';
import { createKubernetesTarget } from './kubernetes.ts';

/**
 * UIDs of our Pod and of all that made it: its ReplicaSet, and the Deployment of that. Read with the Pod's own service
 * account, whatever cluster the environments are in. Throws when the API does not tell.
 */
export async function ownPodUids(
  pod: { readonly namespace: string; readonly name: string },
  { variables, learn, accountFolder }: KubeLogins['around'],
): Promise<readonly string[]> {
  const { KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT } = variables;
  // No kubeconfig: one that is mounted for an environment may lead to another cluster.
  const logins = new KubeLogins({
    variables: { KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT },
    home: '/nonexistent',
    learn,
    accountFolder,
  });
  const settings = { namespace: pod.namespace, agentNamespace: pod.namespace };
  return uidsAbove(createKubernetesTarget(settings, undefined, logins), pod);
}

/** The same over any access to that cluster. */
export async function uidsAbove(
  kubernetes: Pick<KubernetesTarget, 'get'>,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<readonly string[]> {
  const { metadata } = await kubernetes.get('pods', namespace, name);
  const owners = metadata.ownerReferences ?? [];
  const sets = await Promise.all(
    owners
      .filter(({ kind }) => kind === 'ReplicaSet')
      .map((set) => kubernetes.get('replicasets', namespace, set.name)),
  );
  const above = sets.flatMap((set) => set.metadata.ownerReferences ?? []);
  return [metadata.uid, ...[...owners, ...above].map(({ uid }) => uid)];
}
