/** A simulated network between Pods: a request gets through as the NetworkPolicies of the API server say. */
import { type Endpoint, judgeConnection, NetworkPolicy } from '../../src/domain/probe/network-policy.ts';
import type { KubeObject, KubernetesTarget } from '../../src/domain/probe/targets/kubernetes.ts';
import type { Instance, RuntimeTarget } from '../../src/domain/probe/targets/runtime.ts';
import { fakeRuntime } from './fake-runtime.ts';

interface Pod extends KubeObject {
  readonly status: { readonly podIP?: string };
}
interface Service extends KubeObject {
  readonly spec: { readonly selector: Readonly<Record<string, string>> };
}

const has = (pod: Pod, labels: Readonly<Record<string, string>>) =>
  Object.entries(labels).every(([key, value]) => pod.metadata.labels?.[key] === value);
const endOf = ({ metadata, status }: Pod): Endpoint => ({
  namespace: metadata.namespace ?? '',
  labels: metadata.labels ?? {},
  ...(status.podIP === undefined ? {} : { ip: status.podIP }),
});

/** Pods with the label `app` of a part are its instances, and all that can be asked of them is what `wget` gets. */
export function policedRuntime(kubernetes: KubernetesTarget): RuntimeTarget {
  const { namespace } = kubernetes;
  const pods = async () =>
    ((await kubernetes.list('pods', namespace)) as readonly Pod[]).filter(
      ({ metadata, status }) => metadata.deletionTimestamp === undefined && status.podIP !== undefined,
    );
  const answer = async (instance: Instance, command: readonly string[]) => {
    const { hostname, port } = new URL(command.at(-1) ?? '');
    const all = await pods();
    const services = (await kubernetes.list('services', namespace)) as readonly Service[];
    const service = services.find(({ metadata }) => metadata.name === hostname);
    const source = all.find(({ metadata }) => metadata.name === instance.name);
    const target = all.find((pod) =>
      service === undefined ? pod.status.podIP === hostname : has(pod, service.spec.selector),
    );
    const policies = (await kubernetes.list('networkpolicies', namespace)).map((one) =>
      NetworkPolicy.parse(one),
    );
    const { allowed } =
      source === undefined || target === undefined
        ? { allowed: false }
        : judgeConnection(policies, endOf(source), endOf(target), Number(port));
    return allowed === true
      ? { code: 0, stdout: 'ok', stderr: '' }
      : { code: 1, stdout: '', stderr: 'wget: download timed out' };
  };
  return {
    ...fakeRuntime({}),
    instances: async (part) => {
      const own = (await pods()).filter((pod) => pod.metadata.labels?.app === part);
      const [first] = own;
      if (first === undefined) return [];
      const [one] = await fakeRuntime({ [part]: [{ name: first.metadata.name }] }).instances(part);
      return one === undefined ? [] : [one];
    },
    again: (instance) => Promise.resolve(instance),
    exec: answer,
  };
}
