import { z } from 'zod';
import { AppError, TargetError } from '../../../domain/kernel/errors.ts';
import { present } from '../../../domain/kernel/present.ts';
import { variablesRead } from '../../../domain/platform/table.ts';
import { envNames, fromFlags, ownNames } from '../../../domain/probe/config-layers.ts';
import type { KubeObject } from '../../../domain/probe/targets/kubernetes.ts';
import type { Instance } from '../../../domain/probe/targets/runtime.ts';
import type { With } from '../../../domain/probe/targets/targets.ts';
import { modelPathIn } from '../../shared/model-path.ts';
import { refused } from '../../shared/stale.ts';
import { mainOf } from '../object/config-source.ts';
import type { Place, Seen } from '../object/workload.ts';
import { podsOf } from '../object/workload-object.ts';
import { type OwnPod, runsAs } from './model-job.ts';
import { lookScript, program } from './model-script.ts';

export type ModelContext = {
  readonly deps: With<'kubernetes' | 'runtime'>;
  readonly signal: AbortSignal;
};

const part = 'reasoning-service' as const;

/** Where the Pods of the service have their model, and what a Pod beside them needs to be like them. */
export interface ClaimSpot {
  /** As the service has it. */
  readonly path: string;
  /** Below the mount of the claim. */
  readonly file: string;
  readonly claimUid: string;
  readonly own: OwnPod;
  /** One of those Pods. */
  readonly instance: Instance;
}

const Loose = z.record(z.string(), z.unknown());
const Mount = z.object({
  name: z.string(),
  mountPath: z.string(),
  readOnly: z.boolean().default(false),
  subPath: z.string().exactOptional(),
  subPathExpr: z.string().exactOptional(),
});
const Volume = z.looseObject({
  name: z.string(),
  persistentVolumeClaim: z
    .object({ claimName: z.string(), readOnly: z.boolean().default(false) })
    .exactOptional(),
});
const Pod = z.object({
  spec: z.object({
    nodeName: z.string().default(''),
    containers: z.array(
      z.object({
        name: z.string(),
        image: z.string().default(''),
        imagePullPolicy: z.string().nullable().default(null),
        volumeMounts: z.array(Mount).default([]),
        securityContext: Loose.default({}),
      }),
    ),
    volumes: z.array(Volume).default([]),
    securityContext: Loose.default({}),
    imagePullSecrets: z.array(z.object({ name: z.string() })).default([]),
    tolerations: z.array(z.looseObject({})).default([]),
    runtimeClassName: z.string().nullable().default(null),
    priorityClassName: z.string().nullable().default(null),
  }),
  status: z.object({ phase: z.string().default('') }).prefault({}),
});
type Pod = z.output<typeof Pod>;

/** What holds the model where no claim does, by the field of its volume; of every other kind only its name is said. */
const volumeWords: Readonly<Record<string, string>> = {
  emptyDir: 'model-in-empty-dir',
  hostPath: 'model-in-host-path',
  configMap: 'model-in-object',
  secret: 'model-in-object',
  projected: 'model-in-object',
};

/** Refused where the model lies in no claim that another Pod may write, or where that cannot be seen. */
export async function claimSpotOf(place: Place, seen: Seen, context: ModelContext): Promise<ClaimSpot> {
  const { deps, signal } = context;
  const { kubernetes, runtime, platform } = deps;
  const [pods, instances] = await Promise.all([
    podsOf(place.kind, place.namespace, seen.uid, kubernetes, signal),
    runtime.instances(part, { signal }),
  ]);
  const all = pods.flatMap((object) => {
    const instance = instances.find(({ id }) => id === object.metadata.uid);
    const pod = Pod.parse(object);
    return instance === undefined || !isUsed(object, pod) ? [] : [{ instance, pod }];
  });
  const [one] = all.toSorted((a, b) => Number(b.instance.ready) - Number(a.instance.ready));
  if (one === undefined) throw refused('model-no-pod', { workload: place.name });
  const path = await pathIn(one.instance, context);
  const held = heldBy(one.pod, one.instance, path);
  // A claim of each Pod: there is no one file that all of them read.
  for (const { pod, instance } of all)
    if (!isSame(heldBy(pod, instance, path), held))
      throw refused('file-of-each', { file: path, service: place.name });
  const claim = await kubernetes
    .get('persistentvolumeclaims', place.namespace, held.claim, { signal })
    .catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'NOT_FOUND')
        throw refused('no-target', { workload: `persistentvolumeclaims/${place.namespace}/${held.claim}` });
      throw error;
    });
  const modes = Modes.parse(claim.spec).accessModes;
  if (modes.every((mode) => mode === 'ReadOnlyMany'))
    throw refused('model-read-only', { file: path, claim: held.claim });
  if (modes.every((mode) => mode === 'ReadWriteOncePod'))
    throw refused('model-claim-one-pod', { claim: held.claim });
  const { spec } = one.pod;
  const container = mainOf(spec.containers, part, platform);
  return {
    path,
    file: held.file,
    claimUid: claim.metadata.uid,
    instance: one.instance,
    own: {
      image: container?.image ?? '',
      pullPolicy: container?.imagePullPolicy ?? null,
      pullSecrets: spec.imagePullSecrets,
      claim: held.claim,
      subPath: held.subPath,
      node: spec.nodeName,
      tolerations: spec.tolerations,
      runtimeClass: spec.runtimeClassName,
      priorityClass: spec.priorityClassName,
      runsAs: runsAs(spec.securityContext, container?.securityContext ?? {}),
    },
  };
}

const Modes = z.object({ accessModes: z.array(z.string()).default([]) });

/** It runs on a node, or is about to. */
const isUsed = ({ metadata }: KubeObject, { spec, status }: Pod) =>
  metadata.deletionTimestamp === undefined &&
  spec.nodeName !== '' &&
  status.phase !== 'Failed' &&
  status.phase !== 'Succeeded';

interface Held {
  readonly claim: string;
  readonly subPath: string | null;
  readonly file: string;
}
const isSame = (one: Held, other: Held) =>
  one.claim === other.claim && one.subPath === other.subPath && one.file === other.file;

/** The claim behind a path of this Pod; a mount inside of another hides what that one has there. */
function heldBy({ spec }: Pod, { container, name }: Instance, path: string): Held {
  const bare = (folder: string) => folder.replace(/\/$/, '');
  const mounts = spec.containers.find((one) => one.name === container)?.volumeMounts ?? [];
  const [mount] = mounts
    .filter(({ mountPath }) => path === mountPath || path.startsWith(`${bare(mountPath)}/`))
    .toSorted((a, b) => bare(b.mountPath).length - bare(a.mountPath).length);
  if (mount === undefined) throw refused('model-in-image', { file: path, container: name });
  const volume = spec.volumes.find((one) => one.name === mount.name);
  const claim = volume?.persistentVolumeClaim;
  if (claim === undefined) {
    const kind = Object.keys(volume ?? {}).find((key) => key !== 'name') ?? 'volume';
    throw refused(volumeWords[kind] ?? 'model-in-volume', { file: path, kind });
  }
  if (mount.readOnly || claim.readOnly)
    throw refused('model-read-only', { file: path, claim: claim.claimName });
  // Of a file that is mounted by itself nobody may rename the folder's entry; of an expression only the kubelet knows.
  if (mount.mountPath === path || mount.subPathExpr !== undefined)
    throw refused('model-mounted-alone', { file: path });
  return {
    claim: claim.claimName,
    subPath: mount.subPath ?? null,
    file: path.slice(bare(mount.mountPath).length + 1),
  };
}

/** The file that the program is told to load, by flag, variable and file in their order. */
async function pathIn(instance: Instance, { deps, signal }: ModelContext): Promise<string> {
  const { platform, runtime } = deps;
  const key = platform.keys['model.path'];
  const { command, env, name } = instance;
  const file = fromFlags(command, 'config')?.value ?? platform.parts[part].configFile;
  const { prefix } = platform.variables;
  const own = variablesRead[part];
  const names = [...envNames(key, prefix), ...ownNames(own, key)];
  const [text, referred] = await Promise.all([
    runtime.file(instance, file, { signal }).catch((error: unknown) => {
      if (error instanceof TargetError && error.stage === 'aborted') throw error;
      return undefined;
    }),
    runtime.referred(instance, new Map(names.map((one) => [one, undefined])), { signal }),
  ]);
  return modelPathIn({ command, env, referred, text: text?.text, prefix, ...present({ own }) }, key, name);
}

const Looked = z.object({
  state: z.string().regex(/^(none|not-plain|\d{1,20}-\d{1,20})$/),
  bytes: z.int().exactOptional(),
  named: z.boolean().nullable().exactOptional(),
});
export type Looked = z.output<typeof Looked>;

/**
 * The file as the service's own container has it; undefined where that cannot be looked into: it is not ready, commands
 * are not allowed there, or Python may not read it. `sha256` '': its content is not read.
 */
export async function lookInside(
  { path, instance }: Pick<ClaimSpot, 'path' | 'instance'>,
  { sha256, bytes }: { readonly sha256: string; readonly bytes: number },
  { deps, signal }: ModelContext,
): Promise<Looked | undefined> {
  if (!instance.ready || instance.phase !== 'running') return undefined;
  const command = [...program, lookScript, path, sha256, String(bytes)];
  const answer = await deps.runtime
    .exec(instance, command, { signal, timeoutMs: 25_000 })
    .catch((error: unknown) => {
      if (error instanceof TargetError && error.stage === 'forbidden') return undefined;
      throw error;
    });
  if (answer === undefined) return undefined;
  // 126 to 128: no such program, or none that runs.
  if (answer.code >= 126 && answer.code <= 128)
    throw refused('model-no-python', { container: instance.name });
  if (answer.code !== 0) return undefined;
  try {
    return Looked.safeParse(JSON.parse(answer.stdout)).data;
  } catch {
    return undefined;
  }
}
