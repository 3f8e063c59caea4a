import { z } from 'zod';
import { present } from '../../../domain/kernel/present.ts';
import type { PartId } from '../../../domain/platform/part.ts';
import { factsOf, type Platform } from '../../../domain/platform/platform.ts';
import type { DeclaredPort, Instance, Termination } from '../../../domain/probe/targets/runtime.ts';
import { parseQuantity } from '../kubernetes/quantity.ts';

const Terminated = z.object({
  exitCode: z.number(),
  reason: z.string().default('Error'),
  finishedAt: z.string().nullish(),
  message: z.string().optional(),
});
const ContainerStatus = z.object({
  name: z.string(),
  ready: z.boolean().default(false),
  restartCount: z.number().default(0),
  imageID: z.string().optional(),
  state: z
    .object({
      running: z.object({ startedAt: z.string().nullish() }).optional(),
      waiting: z.object({ reason: z.string().optional(), message: z.string().optional() }).optional(),
      terminated: Terminated.optional(),
    })
    .default({}),
  lastState: z.object({ terminated: Terminated.optional() }).default({}),
});
const Resources = z.object({
  limits: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  requests: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
});

const KeyReference = z.object({
  name: z.string().optional(),
  key: z.string().default(''),
  optional: z.boolean().optional(),
});
const NameReference = z.object({ name: z.string().optional(), optional: z.boolean().optional() });
const Items = z.array(z.object({ key: z.string(), path: z.string() }));
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
          .object({ configMapKeyRef: KeyReference.optional(), secretKeyRef: KeyReference.optional() })
          .optional(),
      }),
    )
    .default([]),
  envFrom: z
    .array(
      z.object({
        prefix: z.string().default(''),
        configMapRef: NameReference.optional(),
        secretRef: NameReference.optional(),
      }),
    )
    .default([]),
  resources: Resources.default({ limits: {}, requests: {} }),
  livenessProbe: z.unknown().optional(),
  readinessProbe: z.unknown().optional(),
  startupProbe: z.unknown().optional(),
  ports: z
    .array(
      z.object({
        name: z.string().optional(),
        containerPort: z.number(),
        protocol: z.string().default('TCP'),
      }),
    )
    .default([]),
  volumeMounts: z
    .array(z.object({ name: z.string(), mountPath: z.string(), subPath: z.string().optional() }))
    .default([]),
});
export type KubeContainer = z.output<typeof Container>;

/** The fields of a Pod that the runtime port uses. */
export const KubePod = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string().default(''),
    uid: z.string(),
    creationTimestamp: z.string().optional(),
  }),
  spec: z.object({
    hostNetwork: z.boolean().optional(),
    containers: z.array(Container),
    volumes: z
      .array(
        z.object({
          name: z.string(),
          configMap: z
            .object({
              name: z.string().optional(),
              items: Items.optional(),
            })
            .optional(),
          secret: z.object({ secretName: z.string().optional(), items: Items.optional() }).optional(),
          projected: z
            .object({
              sources: z
                .array(
                  z.object({
                    secret: z.object({ name: z.string().optional(), items: Items.optional() }).optional(),
                  }),
                )
                .nullish(),
            })
            .optional(),
        }),
      )
      .default([]),
  }),
  status: z
    .object({
      phase: z.string().default('Unknown'),
      reason: z.string().optional(),
      message: z.string().optional(),
      podIP: z.string().optional(),
      containerStatuses: z.array(ContainerStatus).default([]),
    })
    .default({ phase: 'Unknown', containerStatuses: [] }),
});
export type KubePod = z.output<typeof KubePod>;

function termination(ended: z.output<typeof Terminated>): Termination {
  return {
    exitCode: ended.exitCode,
    reason: ended.reason,
    ...present({ finishedAt: ended.finishedAt ?? undefined, message: ended.message }),
  };
}

function resources(of: z.output<typeof Resources>): Partial<Instance> {
  const memory = (value: string | number | undefined) =>
    value === undefined ? undefined : parseQuantity(value);
  const cpu = (value: string | number | undefined) =>
    value === undefined ? undefined : Math.round(parseQuantity(value) * 1000);
  const entries = {
    memoryLimitBytes: memory(of.limits.memory),
    memoryRequestBytes: memory(of.requests.memory),
    cpuLimitMillicores: cpu(of.limits.cpu),
    cpuRequestMillicores: cpu(of.requests.cpu),
  };
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}

/** The main container is the one that the platform names for the part, else the first. */
export function mainContainer(pod: KubePod, part: PartId, platform: Platform): KubeContainer | undefined {
  const { container } = factsOf(platform, part);
  return pod.spec.containers.find(({ name }) => name === container) ?? pod.spec.containers[0];
}

const tcpPorts = (container: KubeContainer | undefined): readonly number[] =>
  (container?.ports ?? [])
    .filter(({ protocol }) => protocol === 'TCP')
    .map(({ containerPort }) => containerPort);

const Asked = z.object({ port: z.union([z.number(), z.string()]).optional() }).optional();
const AsksPort = z.object({ httpGet: Asked, tcpSocket: Asked, grpc: Asked });

const refersElsewhere = (container: KubeContainer | undefined): boolean =>
  container !== undefined &&
  (container.envFrom.length > 0 ||
    container.env.some(
      ({ valueFrom }) => valueFrom?.configMapKeyRef !== undefined || valueFrom?.secretKeyRef !== undefined,
    ));

/** Ports of the container and of its probes, which may name a port by its name (core/v1, Container and Probe). */
function declaredPorts(container: KubeContainer | undefined): readonly DeclaredPort[] | undefined {
  if (container === undefined) return undefined;
  const asked = (['livenessProbe', 'readinessProbe', 'startupProbe'] as const).flatMap((by) => {
    const { success, data } = AsksPort.safeParse(container[by]);
    const wanted = success ? (data.httpGet ?? data.tcpSocket ?? data.grpc)?.port : undefined;
    const port =
      typeof wanted === 'string'
        ? container.ports.find(({ name }) => name === wanted)?.containerPort
        : wanted;
    return port === undefined ? [] : [{ port, by }];
  });
  const all = [...tcpPorts(container).map((port) => ({ port, by: 'containerPort' })), ...asked];
  return all.length === 0 ? undefined : all;
}

export function instanceOf(pod: KubePod, part: PartId, platform: Platform): Instance {
  const container = mainContainer(pod, part, platform);
  const status = pod.status.containerStatuses.find((candidate) => candidate.name === container?.name);
  const { running, waiting, terminated } = status?.state ?? {};
  const phase = running ? 'running' : terminated ? 'terminated' : waiting ? 'waiting' : 'pending';
  const reason = waiting?.reason ?? terminated?.reason ?? pod.status.reason;
  const message = waiting?.message ?? terminated?.message ?? pod.status.message;
  return {
    part,
    id: pod.metadata.uid,
    name: pod.metadata.name,
    namespace: pod.metadata.namespace,
    container: container?.name ?? '',
    image: container?.image ?? '',
    phase,
    ...present({ imageId: status?.imageID === '' ? undefined : status?.imageID, reason, message }),
    ready: status?.ready ?? false,
    readinessChecked: container?.readinessProbe !== undefined,
    restarts: status?.restartCount ?? 0,
    ...present({
      startedAt: running?.startedAt ?? undefined,
      terminated: terminated === undefined ? undefined : termination(terminated),
      last: status?.lastState.terminated === undefined ? undefined : termination(status.lastState.terminated),
    }),
    ...resources(container?.resources ?? { limits: {}, requests: {} }),
    command: [...(container?.command ?? []), ...(container?.args ?? [])],
    env: Object.fromEntries(
      (container?.env ?? []).flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
    ),
    ...present({
      declares: declaredPorts(container),
      refers: refersElsewhere(container) ? (true as const) : undefined,
      hasLivenessProbe: container?.livenessProbe === undefined ? undefined : true,
      address:
        pod.status.podIP === undefined
          ? undefined
          : {
              ...{ host: pod.status.podIP, ports: tcpPorts(container) },
              ...present({ shared: pod.spec.hostNetwork === true ? (true as const) : undefined }),
            },
    }),
  };
}
