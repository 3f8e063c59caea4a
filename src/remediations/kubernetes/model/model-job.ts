import { z } from 'zod';
import type { KubernetesRunning } from '../../../domain/fix/remediation.ts';
import type { KubeObject } from '../../../domain/probe/targets/kubernetes.ts';
import { type Ending, endings, modelScript, mountedAt, program, scriptVariables } from './model-script.ts';

/** How the names of these Jobs begin; the admission policy knows them by it. */
export const modelPrefix = 'aetherius-model-';
/** Seconds after which the cluster ends the Pod. */
const mostSeconds = 3_600;
/** Seconds for which what has ended is kept, so that whoever goes on after a crash sees how it ended. */
export const keptSeconds = 86_400;
/** Seconds for the Pod to remove what is half fetched. */
const graceSeconds = 10;

export type Direction = 'fetch' | 'back';

/** Name of the Job of one fix, or of its undo: the same whoever goes on with it. */
export const modelJobName = (fix: string, direction: Direction): string =>
  `${modelPrefix}${fix}${direction === 'back' ? '-undo' : ''}`;

export const modelRunning: KubernetesRunning = {
  feature: 'models',
  runs: modelPrefix,
  mostSeconds,
  keptSeconds,
  command: [...program, modelScript],
  variables: scriptVariables,
  pinned: { url: 'AETHERIUS_URL', sha256: 'AETHERIUS_SHA256' },
  mountedAt,
};

/** What the Pod of the Job has of the service's own Pods. */
export const OwnPod = z.object({
  image: z.string(),
  pullPolicy: z.string().nullable(),
  pullSecrets: z.array(z.object({ name: z.string() })),
  claim: z.string(),
  subPath: z.string().nullable(),
  /** Its node: where one node alone may mount the claim, no other would do. */
  node: z.string(),
  tolerations: z.array(z.looseObject({})),
  runtimeClass: z.string().nullable(),
  priorityClass: z.string().nullable(),
  /** Of the Pod and, stronger, of the container. */
  runsAs: z.record(z.string(), z.unknown()),
});
export type OwnPod = z.output<typeof OwnPod>;

const podFields = ['fsGroup', 'fsGroupChangePolicy', 'supplementalGroups'] as const;
const bothFields = ['runAsUser', 'runAsGroup', 'runAsNonRoot', 'seLinuxOptions', 'seccompProfile'] as const;

/** Who the service's own container runs as, so that the file belongs to the same; nothing else of its rights. */
export function runsAs(
  ofPod: Readonly<Record<string, unknown>>,
  ofContainer: Readonly<Record<string, unknown>>,
): OwnPod['runsAs'] {
  const named = (from: Readonly<Record<string, unknown>>, fields: readonly string[]) =>
    Object.fromEntries(
      fields.flatMap((field) => (from[field] === undefined ? [] : [[field, from[field]] as const])),
    );
  return {
    seccompProfile: { type: 'RuntimeDefault' },
    ...named(ofPod, [...podFields, ...bothFields]),
    ...named(ofContainer, bothFields),
  };
}

/** Kubernetes reads `$(NAME)` in a value as another variable, and two of these signs as one. */
const literally = (text: string) => text.replaceAll('$', '$$$$');

/** The Job that fetches the model into its claim, or renames the kept file back. Values are variables, and never text of the command. */
export function modelJob(
  name: string,
  own: OwnPod,
  variables: Readonly<Record<(typeof scriptVariables)[number], string>>,
): object {
  const { image, pullPolicy, pullSecrets, claim, subPath, node, tolerations } = own;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    spec: {
      parallelism: 1,
      completions: 1,
      backoffLimit: 0,
      activeDeadlineSeconds: mostSeconds,
      ttlSecondsAfterFinished: keptSeconds,
      template: {
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: graceSeconds,
          securityContext: own.runsAs,
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [
                  { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] },
                ],
              },
            },
          },
          ...(tolerations.length === 0 ? {} : { tolerations }),
          ...(pullSecrets.length === 0 ? {} : { imagePullSecrets: pullSecrets }),
          ...(own.runtimeClass === null ? {} : { runtimeClassName: own.runtimeClass }),
          ...(own.priorityClass === null ? {} : { priorityClassName: own.priorityClass }),
          containers: [
            {
              name: 'model',
              image,
              ...(pullPolicy === null ? {} : { imagePullPolicy: pullPolicy }),
              command: modelRunning.command,
              env: scriptVariables.map((one) => ({ name: one, value: literally(variables[one]) })),
              resources: {
                requests: { cpu: '50m', memory: '64Mi' },
                limits: { cpu: '1', memory: '256Mi' },
              },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              volumeMounts: [
                { name: 'model', mountPath: mountedAt, ...(subPath === null ? {} : { subPath }) },
              ],
            },
          ],
          volumes: [{ name: 'model', persistentVolumeClaim: { claimName: claim } }],
        },
      },
    },
  };
}

const Said = z.object({
  ending: z.enum(endings),
  /** Of the file that is there now. */
  state: z
    .string()
    .regex(/^(none|\d{1,20}-\d{1,20})$/)
    .exactOptional(),
  kept: z.boolean().exactOptional(),
  status: z.int().exactOptional(),
});
const Waiting = z.object({ reason: z.string().default('') });
const Pod = z.object({
  metadata: z.object({ name: z.string() }),
  status: z
    .object({
      phase: z.string().default('Pending'),
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), reason: z.string().default('') }))
        .default([]),
      containerStatuses: z
        .array(
          z.object({
            state: z
              .object({
                waiting: Waiting.exactOptional(),
                running: z.object({}).exactOptional(),
                terminated: z
                  .object({
                    exitCode: z.number(),
                    reason: z.string().default(''),
                    message: z.string().default(''),
                  })
                  .exactOptional(),
              })
              .prefault({}),
          }),
        )
        .default([]),
    })
    .prefault({}),
});

/** How a Pod ended that said nothing of its own. */
export type Failure = 'no-python' | 'out-of-memory' | 'failed';

/** What is seen of the one Pod of a Job. */
export type PodSeen =
  | { readonly is: 'none' }
  | { readonly is: 'waiting'; readonly why: string }
  | { readonly is: 'running'; readonly pod: string }
  | {
      readonly is: 'ended';
      readonly how: Ending;
      readonly state?: string;
      readonly kept?: boolean;
      readonly status?: number;
    }
  | { readonly is: 'failed'; readonly how: Failure };

/** Reasons that no further second changes. */
export const hopeless: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'CreateContainerConfigError',
  'CreateContainerError',
]);

/** Pure. */
export function podSeen(pods: readonly KubeObject[]): PodSeen {
  const all = pods.map(onePod);
  return (
    all.find((one) => one.is === 'ended' && one.how === 'done') ??
    all.find(({ is }) => is === 'running') ??
    all.find(({ is }) => is === 'ended') ??
    all.find(({ is }) => is === 'waiting') ??
    all[0] ?? { is: 'none' }
  );
}

function onePod(object: KubeObject): PodSeen {
  const { metadata, status } = Pod.parse(object);
  const { waiting, running, terminated } = status.containerStatuses[0]?.state ?? {};
  if (terminated !== undefined) {
    const said = saidIn(terminated.message);
    if (said !== undefined) {
      const { ending: how, ...more } = said;
      return { is: 'ended', how, ...more };
    }
    // The runtime found no such program: 127 by a shell's rule, 128 by that of containerd.
    const isMissing = terminated.reason === 'StartError' || [126, 127, 128].includes(terminated.exitCode);
    const isMemory = terminated.reason === 'OOMKilled';
    return { is: 'failed', how: isMissing ? 'no-python' : isMemory ? 'out-of-memory' : 'failed' };
  }
  if (running !== undefined) return { is: 'running', pod: metadata.name };
  if (status.phase === 'Failed') return { is: 'failed', how: 'failed' };
  const unscheduled = status.conditions.find(
    ({ type, status: is }) => type === 'PodScheduled' && is === 'False',
  );
  return { is: 'waiting', why: waiting?.reason ?? unscheduled?.reason ?? '' };
}

function saidIn(message: string): z.output<typeof Said> | undefined {
  try {
    return Said.safeParse(JSON.parse(message)).data;
  } catch {
    return undefined;
  }
}

const Progress = z.object({ done: z.int().min(0), total: z.int().min(1) });

/** Pure. How far it is by the last line of its log. */
export function progressOf(log: string): z.output<typeof Progress> | undefined {
  for (const line of log.trimEnd().split('\n').toReversed())
    try {
      const read = Progress.safeParse(JSON.parse(line));
      if (read.success) return read.data;
    } catch {
      // Half a line.
    }
  return undefined;
}

const Status = z.object({
  status: z
    .object({
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), reason: z.string().default('') }))
        .default([]),
    })
    .prefault({}),
});

/** Pure. How the cluster says that a Job ended; undefined: it goes on. */
export function jobEnd(job: KubeObject): 'complete' | 'too-slow' | 'failed' | undefined {
  for (const { type, status, reason } of Status.parse(job).status.conditions) {
    if (status !== 'True') continue;
    if (type === 'Complete') return 'complete';
    if (type === 'Failed') return reason === 'DeadlineExceeded' ? 'too-slow' : 'failed';
  }
  return undefined;
}
