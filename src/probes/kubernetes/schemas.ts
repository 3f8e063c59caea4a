import { z } from 'zod';
import { own } from '../../domain/kernel/own.ts';
import type { KubeObject } from '../../domain/probe/targets/kubernetes.ts';

export { ownerOf } from '../../domain/probe/workload.ts';

/** The fields of Kubernetes objects that probes use; everything else is ignored. */
const Terminated = z.object({
  exitCode: z.number(),
  reason: z.string().optional(),
  message: z.string().optional(),
  startedAt: z.string().nullish(),
  finishedAt: z.string().nullish(),
});
const State = z.object({
  waiting: z.object({ reason: z.string().optional(), message: z.string().optional() }).optional(),
  running: z.object({ startedAt: z.string().nullish() }).optional(),
  terminated: Terminated.optional(),
});
const ContainerStatus = z.object({
  name: z.string(),
  ready: z.boolean().default(false),
  restartCount: z.number().default(0),
  image: z.string().default(''),
  state: State.default({}),
  lastState: State.default({}),
});
export type ContainerStatus = z.output<typeof ContainerStatus>;

const NameReference = z.object({ name: z.string().optional(), optional: z.boolean().optional() }).optional();
const KeyReference = z
  .object({ name: z.string(), key: z.string().default(''), optional: z.boolean().optional() })
  .optional();

/** How a probe asks; the kubelet's words about its failure differ by that. */
const HealthProbe = z
  .object({
    failureThreshold: z.number().nullish(),
    exec: z.object({}).nullish(),
    grpc: z.object({}).nullish(),
  })
  .nullish();

const Container = z.object({
  name: z.string(),
  image: z.string().default(''),
  /** `Always`: of an init container that runs beside the others and is not waited for. */
  restartPolicy: z.string().nullish(),
  env: z
    .array(
      z.object({
        name: z.string(),
        valueFrom: z.object({ configMapKeyRef: KeyReference, secretKeyRef: KeyReference }).optional(),
      }),
    )
    .default([]),
  envFrom: z.array(z.object({ configMapRef: NameReference, secretRef: NameReference })).default([]),
  volumeMounts: z.array(z.object({ name: z.string() })).default([]),
  ports: z
    .array(
      z.object({
        name: z.string().optional(),
        containerPort: z.number(),
        protocol: z.string().default('TCP'),
      }),
    )
    .default([]),
  livenessProbe: HealthProbe,
  readinessProbe: HealthProbe,
  startupProbe: HealthProbe,
  resources: z.object({ limits: z.record(z.string(), z.string()).default({}) }).default({ limits: {} }),
});

const Volume = z.object({
  name: z.string(),
  configMap: NameReference,
  secret: z.object({ secretName: z.string().optional(), optional: z.boolean().optional() }).optional(),
  projected: z
    .object({
      sources: z.array(z.object({ configMap: NameReference, secret: NameReference })).nullish(),
    })
    .optional(),
});

/** For values that are one object in all Pods of a template (the target shares them): each is parsed once. */
function sharedValue<S extends z.ZodType>(schema: S) {
  const known = new WeakMap<object, z.output<S>>();
  return z.unknown().transform((value, context): z.output<S> => {
    const object = typeof value === 'object' && value !== null ? value : undefined;
    const before = object && known.get(object);
    if (before !== undefined) return before;
    const result = schema.safeParse(value);
    if (!result.success) {
      for (const issue of result.error.issues)
        context.issues.push({ ...issue, code: 'custom', input: value, path: [...issue.path] });
      return z.NEVER;
    }
    if (object !== undefined) known.set(object, result.data);
    return result.data;
  });
}

const Conditions = z
  .array(
    z.object({
      type: z.string(),
      status: z.string(),
      reason: z.string().optional(),
      message: z.string().optional(),
      lastTransitionTime: z.string().nullish(),
    }),
  )
  .default([]);

export const Pod = z.object({
  spec: z.object({
    nodeName: z.string().optional(),
    hostNetwork: z.boolean().default(false),
    nodeSelector: z.record(z.string(), z.string()).default({}),
    containers: z.array(sharedValue(Container)),
    initContainers: z.array(sharedValue(Container)).nullish(),
    volumes: sharedValue(z.array(Volume)).default([]),
  }),
  status: z
    .object({
      phase: z.string().default('Unknown'),
      reason: z.string().optional(),
      message: z.string().optional(),
      podIP: z.string().optional(),
      startTime: z.string().nullish(),
      conditions: Conditions,
      containerStatuses: z.array(ContainerStatus).default([]),
      initContainerStatuses: z.array(ContainerStatus).default([]),
    })
    .prefault({}),
});
export type Pod = z.output<typeof Pod>;

export const Workload = z.object({
  spec: z.object({
    replicas: z.number().optional(),
    template: z
      .object({
        metadata: z.object({ labels: z.record(z.string(), z.string()).default({}) }).prefault({}),
        spec: z.object({
          containers: z.array(z.object({ image: z.string().default('') })).default([]),
          priorityClassName: z.string().optional(),
        }),
      })
      .optional(),
  }),
  status: z
    .object({
      observedGeneration: z.number().default(0),
      replicas: z.number().default(0),
      readyReplicas: z.number().default(0),
      updatedReplicas: z.number().default(0),
      desiredNumberScheduled: z.number().optional(),
      numberReady: z.number().default(0),
      conditions: Conditions,
    })
    .prefault({}),
});

export const Service = z.object({
  spec: z.object({
    type: z.string().default('ClusterIP'),
    clusterIP: z.string().optional(),
    selector: z.record(z.string(), z.string()).nullish(),
    ports: z
      .array(
        z.object({
          name: z.string().optional(),
          port: z.number(),
          targetPort: z.union([z.number(), z.string()]).optional(),
          protocol: z.string().default('TCP'),
        }),
      )
      .default([]),
    publishNotReadyAddresses: z.boolean().default(false),
  }),
});

export type Service = z.output<typeof Service>;

export const EndpointSlice = z.object({
  endpoints: z
    .array(
      z.object({
        addresses: z.array(z.string()).default([]),
        conditions: z.object({ ready: z.boolean().nullish(), serving: z.boolean().nullish() }).default({}),
      }),
    )
    .nullish(),
});

/** A LIST item whose fields were parsed; the metadata stays as it is. */
export type Parsed<T> = T & { readonly metadata: KubeObject['metadata'] };

const parsed = new WeakMap<readonly KubeObject[], Map<z.ZodType, readonly unknown[]>>();

/** Parses every item; what one probe of a run has parsed, the others that got the same LIST are given again. */
export function parseAll<S extends z.ZodType>(
  schema: S,
  items: readonly KubeObject[],
): readonly Parsed<z.output<S>>[] {
  const known = parsed.get(items) ?? new Map<z.ZodType, readonly unknown[]>();
  parsed.set(items, known);
  const result =
    (known.get(schema) as readonly Parsed<z.output<S>>[] | undefined) ??
    items.map(
      (item) => ({ ...(schema.parse(item) as object), metadata: item.metadata }) as Parsed<z.output<S>>,
    );
  known.set(schema, result);
  return result;
}

export function matches(
  selector: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  const entries = Object.entries(selector);
  return entries.length > 0 && entries.every(([key, value]) => own(labels, key) === value);
}

export function isReady(pod: Pod): boolean {
  return pod.status.conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
}
