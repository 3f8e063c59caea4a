import { z } from 'zod';
import { present } from '../../../domain/kernel/present.ts';
import type { SeenAddress, SeenFile, SeenWorkload } from '../../../domain/platform/discovery.ts';
import type { KubeObject } from '../../../domain/probe/targets/kubernetes.ts';
import { scalarsOf, stepsIn } from './values.ts';

const Reference = z.object({ name: z.string().optional(), key: z.string().default('') });
const Check = z
  .object({ httpGet: z.object({ path: z.string().default('/') }).optional() })
  .nullish()
  .transform((check) => (check == null ? undefined : present({ path: check.httpGet?.path })));
const Container = z.object({
  name: z.string(),
  image: z.string().default(''),
  command: z.array(z.string()).default([]),
  args: z.array(z.string()).default([]),
  env: z
    .array(
      z.object({
        name: z.string(),
        value: z.string().optional(),
        valueFrom: z
          .object({ configMapKeyRef: Reference.optional(), secretKeyRef: Reference.optional() })
          .optional(),
      }),
    )
    .default([]),
  envFrom: z
    .array(z.object({ configMapRef: z.object({ name: z.string().optional() }).optional() }))
    .default([]),
  ports: z.array(z.object({ name: z.string().optional(), containerPort: z.number() })).default([]),
  readinessProbe: Check,
  livenessProbe: Check,
  startupProbe: Check,
  volumeMounts: z
    .array(z.object({ name: z.string(), mountPath: z.string(), subPath: z.string().optional() }))
    .default([]),
});
type Container = z.output<typeof Container>;

const Template = z.object({
  spec: z.object({
    template: z.object({
      metadata: z
        .object({
          labels: z.record(z.string(), z.string()).default({}),
          annotations: z.record(z.string(), z.string()).default({}),
        })
        .prefault({}),
      spec: z.object({
        priorityClassName: z.string().optional(),
        containers: z.array(Container).min(1),
        volumes: z
          .array(
            z.object({
              name: z.string(),
              configMap: z.object({ name: z.string().optional() }).optional(),
            }),
          )
          .default([]),
      }),
    }),
  }),
});

const Service = z.object({
  spec: z.object({
    selector: z.record(z.string(), z.string()).nullish(),
    clusterIP: z.string().optional(),
    clusterIPs: z.array(z.string()).default([]),
    ports: z
      .array(
        z.object({
          port: z.number(),
          nodePort: z.number().optional(),
          targetPort: z.union([z.number(), z.string()]).optional(),
        }),
      )
      .default([]),
  }),
});

/** Objects of the namespaces that the platform runs in. */
export interface KubernetesSight {
  readonly deployments: readonly KubeObject[];
  readonly statefulsets: readonly KubeObject[];
  readonly daemonsets: readonly KubeObject[];
  readonly services: readonly KubeObject[];
  readonly configmaps: readonly KubeObject[];
}

/** The workloads of these namespaces with what their Pods are given; values of Secrets are not read for it. */
export function kubernetesWorkloads(seen: KubernetesSight): readonly SeenWorkload[] {
  const kinds = [
    ['deployment', seen.deployments],
    ['statefulset', seen.statefulsets],
    ['daemonset', seen.daemonsets],
  ] as const;
  return kinds.flatMap(([kind, objects]) =>
    objects.flatMap((object) => {
      const parsed = Template.safeParse(object);
      if (!parsed.success) return [];
      const { spec, metadata } = parsed.data.spec.template;
      // Those without which the cluster does not work are its own.
      if (/^system-(?:node|cluster)-critical$/.test(spec.priorityClassName ?? '')) return [];
      return [workloadOf(kind, object.metadata, { ...spec, ...metadata }, seen)];
    }),
  );
}

type Pod = z.output<typeof Template>['spec']['template']['spec'] & {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
};

/**
 * Of several containers the one that the workload is about: whom its author calls the default, who has its name, who
 * alone has a port that a Service leads to. A helper may stand before it, so that it is the first says least.
 * The annotation is kubectl's ("Well-Known Labels, Annotations and Taints").
 */
function mainOf(name: string, pod: Pod, addresses: readonly SeenAddress[]): Container | undefined {
  const { containers, annotations } = pod;
  const named = (wanted: string | undefined) => containers.find((one) => one.name === wanted);
  const served = containers.filter(({ ports }) =>
    ports.some(({ containerPort }) => addresses.some(({ targetPort }) => targetPort === containerPort)),
  );
  return (
    named(annotations['kubectl.kubernetes.io/default-container']) ??
    named(name) ??
    (served.length === 1 ? served[0] : undefined) ??
    containers[0]
  );
}

function workloadOf(
  kind: NonNullable<SeenWorkload['kind']>,
  { name, namespace = '' }: KubeObject['metadata'],
  pod: Pod,
  seen: KubernetesSight,
): SeenWorkload {
  const addresses = addressesOf(namespace, pod, seen.services);
  const main = mainOf(name, pod, addresses);
  if (main === undefined) throw new Error('a workload has a container');
  const mapOf = (wanted: string | undefined) =>
    seen.configmaps.find(({ metadata }) => metadata.namespace === namespace && metadata.name === wanted);
  const mounted = pod.containers
    .flatMap(({ volumeMounts }) => volumeMounts)
    .flatMap((mount) => {
      const map = mapOf(pod.volumes.find((volume) => volume.name === mount.name)?.configMap?.name);
      return map === undefined ? [] : [{ mount, map }];
    });
  return {
    ...{ name, namespace, kind },
    container: main.name,
    image: main.image,
    addresses,
    hosts: [...new Set(addresses.map(({ host }) => host))],
    values: pod.containers.flatMap((one) => valuesOf(one, mapOf)),
    files: mounted.flatMap(({ mount, map }) =>
      Object.entries(dataOf(map)).map(
        ([key, text]): SeenFile => ({
          path:
            mount.subPath === undefined ? `${mount.mountPath.replace(/\/$/, '')}/${key}` : mount.mountPath,
          values: scalarsOf(text),
          ...stepsIn(text),
          configMap: map.metadata.name,
        }),
      ),
    ),
    configMaps: [...new Set(mounted.map(({ map }) => map.metadata.name))],
    health: healthOf(main),
    ...(addresses.length === 0 && pod.containers.every(isMute) ? { portless: true } : {}),
    secrets: new Map(
      pod.containers
        .flatMap(({ env }) => env)
        .flatMap(({ name: variable, valueFrom }) => {
          const from = valueFrom?.secretKeyRef;
          return from?.name === undefined ? [] : [[variable, `${from.name}/${from.key}`] as const];
        }),
    ),
  };
}

function healthOf({ readinessProbe, livenessProbe }: Container): SeenWorkload['health'] {
  const [ready, live] = [readinessProbe?.path, livenessProbe?.path];
  return present({ ready, live: live === ready ? undefined : live });
}

/** Nothing in the manifest of such a container says that anybody may ask it anything. */
const isMute = ({ ports, readinessProbe, livenessProbe, startupProbe }: Container) =>
  ports.length === 0 && [readinessProbe, livenessProbe, startupProbe].every((check) => check === undefined);

const dataOf = (map: KubeObject): Readonly<Record<string, string>> => {
  const data = map.data;
  return data !== null && typeof data === 'object' ? (data as Record<string, string>) : {};
};

function valuesOf(
  { env, envFrom, command, args }: Container,
  mapOf: (name: string | undefined) => KubeObject | undefined,
): readonly string[] {
  const whole = envFrom.flatMap(({ configMapRef }) => mapOf(configMapRef?.name) ?? []);
  const single = env.flatMap(({ value, valueFrom }) => {
    if (value !== undefined) return [value];
    const from = valueFrom?.configMapKeyRef;
    const map = mapOf(from?.name);
    return map === undefined ? [] : [dataOf(map)[from?.key ?? ''] ?? ''];
  });
  return [...single, ...whole.flatMap((map) => Object.values(dataOf(map))), ...command, ...args];
}

/** Under the names that a cluster's DNS gives a Service, and under its own addresses. */
function addressesOf(namespace: string, pod: Pod, services: readonly KubeObject[]): readonly SeenAddress[] {
  return services.flatMap((object) => {
    const parsed = Service.safeParse(object);
    if (!parsed.success || object.metadata.namespace !== namespace) return [];
    const { selector, ports, clusterIP, clusterIPs } = parsed.data.spec;
    const wanted = Object.entries(selector ?? {});
    if (wanted.length === 0 || !wanted.every(([key, value]) => pod.labels[key] === value)) return [];
    const { name } = object.metadata;
    const dns = [
      name,
      `${name}.${namespace}`,
      `${name}.${namespace}.svc`,
      `${name}.${namespace}.svc.cluster.local`,
    ];
    const hosts = [...new Set([...dns, ...(clusterIP === undefined ? [] : [clusterIP]), ...clusterIPs])];
    return hosts
      .filter((host) => host !== 'None' && host !== '')
      .flatMap((host) =>
        ports.map(
          ({ port, targetPort }): SeenAddress => ({
            host,
            port,
            targetPort: portOf(pod, targetPort) ?? port,
            service: name,
          }),
        ),
      );
  });
}

const portOf = (pod: Pod, wanted: number | string | undefined): number | undefined =>
  typeof wanted === 'string'
    ? pod.containers.flatMap(({ ports }) => ports).find(({ name }) => name === wanted)?.containerPort
    : wanted;
