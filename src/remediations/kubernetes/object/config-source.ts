import { z } from 'zod';
import { AppError, TargetError } from '../../../domain/kernel/errors.ts';
import { own } from '../../../domain/kernel/own.ts';
import type { ConfiguredId } from '../../../domain/platform/part.ts';
import { factsOf, type Platform } from '../../../domain/platform/platform.ts';
import { envNames, fromFlags } from '../../../domain/probe/config-layers.ts';
import { givesKey } from '../../../domain/probe/gives-key.ts';
import type { KubeObject } from '../../../domain/probe/targets/kubernetes.ts';
import { refused } from '../../shared/stale.ts';
import type { Context } from './patch.ts';

const Items = z.array(z.object({ key: z.string(), path: z.string() })).nullish();
const Reference = z.object({ name: z.string().default(''), key: z.string().default('') }).nullish();
const Container = z.object({
  name: z.string().default(''),
  command: z.array(z.string()).nullish(),
  args: z.array(z.string()).nullish(),
  env: z
    .array(
      z.object({
        name: z.string(),
        valueFrom: z.object({ configMapKeyRef: Reference }).nullish(),
      }),
    )
    .nullish(),
  envFrom: z
    .array(
      z.object({
        prefix: z.string().default(''),
        configMapRef: z.object({ name: z.string().default('') }).nullish(),
        secretRef: z.object({ name: z.string().default('') }).nullish(),
      }),
    )
    .nullish(),
  volumeMounts: z
    .array(
      z.object({
        name: z.string(),
        mountPath: z.string(),
        subPath: z.string().nullish(),
        subPathExpr: z.string().nullish(),
      }),
    )
    .nullish(),
});
type Container = z.output<typeof Container>;
const Map = z.object({ name: z.string().default(''), items: Items });
const Volume = z.object({
  name: z.string(),
  configMap: Map.nullish(),
  projected: z.object({ sources: z.array(z.object({ configMap: Map.nullish() })).nullish() }).nullish(),
});
type Volume = z.output<typeof Volume>;
const PodSpec = z.object({
  containers: z.array(Container).default([]),
  initContainers: z.array(Container).nullish(),
  volumes: z.array(Volume).nullish(),
});
const Workload = z.object({ spec: z.object({ template: z.object({ spec: PodSpec }) }) });

/** Where a container has the value of one key from. */
export interface ConfigSource {
  readonly map: string;
  /** Key of the ConfigMap: the name of a file, or of a variable. */
  readonly entry: string;
  /** `yaml`: a file of many keys; `text`: the value alone, for a variable. */
  readonly form: 'yaml' | 'text';
  /** Secrets that give all their keys as variables, and may so hide it: what they hold is not read. */
  readonly mayHide: readonly string[];
}

/** The texts of a ConfigMap; AppError CONFLICT `no-target` where it does not exist. */
export async function lookAtMap(namespace: string, name: string, { deps, signal }: Context) {
  const object = await deps.kubernetes
    .get('configmaps', namespace, name, { signal })
    .catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'NOT_FOUND')
        throw refused('no-target', { workload: `configmaps/${namespace}/${name}` });
      throw error;
    });
  return {
    object,
    uid: object.metadata.uid,
    resourceVersion: object.metadata.resourceVersion,
    /** A ConfigMap has none. */
    generation: 0,
    immutable: object.immutable === true,
    texts: textsOf(object),
  };
}
export type SeenMap = Awaited<ReturnType<typeof lookAtMap>>;

export function textsOf(object: KubeObject): Readonly<Record<string, string>> {
  const { data } = object;
  return data !== null && typeof data === 'object' ? (data as Record<string, string>) : {};
}

/**
 * The ConfigMap that gives the part's main container the value of a key, by what the workload itself says of its next
 * Pods. Refused where something stronger than the file gives it, or may give it: what is set there would have no effect.
 */
export async function sourceOf(
  workload: KubeObject,
  part: ConfiguredId,
  key: string,
  namespace: string,
  context: Context,
): Promise<ConfigSource> {
  const { platform } = context.deps;
  const { spec } = Workload.parse(workload).spec.template;
  const { configFile: file = '' } = factsOf(platform, part);
  const container = mainOf(spec.containers, part, platform);
  if (container === undefined) throw refused('no-target', { workload: workload.metadata.name });
  const command = [...(container.command ?? []), ...(container.args ?? [])];
  const flag = fromFlags(command, key);
  if (flag !== undefined) throw refused('setting-hidden', { key, name: flag.name });
  const elsewhere = fromFlags(command, 'config');
  if (elsewhere !== undefined && elsewhere.value !== file)
    throw refused('config-elsewhere', { file: elsewhere.value });
  const [sure] = envNames(key, platform.variables.prefix);
  const variable = await fromVariables(container, part, key, namespace, context);
  if (variable !== undefined && (variable.from === undefined || variable.name !== sure))
    throw refused('setting-hidden', { key, name: variable.name });
  const mayHide = (container.envFrom ?? []).flatMap(({ secretRef }) => secretRef?.name ?? []);
  if (variable?.from !== undefined) return { ...variable.from, form: 'text', mayHide };
  const mounted = mountedAt(container, spec.volumes ?? [], file);
  if (mounted === undefined) throw refused('config-not-in-map', { file });
  return { ...mounted, form: 'yaml', mayHide };
}

/** The container of a part among those of its Pod. */
export function mainOf<C extends { readonly name: string }>(
  containers: readonly C[],
  part: ConfiguredId,
  platform: Platform,
): C | undefined {
  const { container: usual } = factsOf(platform, part);
  return containers.find(({ name }) => name === usual) ?? containers[0];
}

/** The ConfigMap that a part's file is mounted from, by the workload alone; undefined where it is none. */
export const fileMapOf = (workload: KubeObject, part: ConfiguredId, platform: Platform): string | undefined =>
  mountOf(workload, part, factsOf(platform, part).configFile ?? '', platform)?.map;

/** The same of any file of its main container, with its key in the ConfigMap. */
export function mountOf(
  workload: KubeObject,
  part: ConfiguredId,
  file: string,
  platform: Platform,
): Pick<ConfigSource, 'map' | 'entry'> | undefined {
  const { containers, volumes } = Workload.parse(workload).spec.template.spec;
  const container = mainOf(containers, part, platform);
  return container === undefined ? undefined : mountedAt(container, volumes ?? [], file);
}

interface FromVariable {
  readonly name: string;
  /** The ConfigMap that gives it alone; absent: its value stands in the workload, or comes from elsewhere. */
  readonly from?: Pick<ConfigSource, 'map' | 'entry'>;
}

/** The variable that gives the key, or would if its prefix were the program's. `env` wins over `envFrom`, the last over the first. */
async function fromVariables(
  { env, envFrom }: Container,
  part: ConfiguredId,
  key: string,
  namespace: string,
  context: Context,
): Promise<FromVariable | undefined> {
  const gives = (name: string) => givesKey(name, part, key, context.deps.platform);
  const entry = (env ?? []).findLast(({ name }) => gives(name));
  if (entry !== undefined) {
    const from = entry.valueFrom?.configMapKeyRef;
    return { name: entry.name, ...(from == null ? {} : { from: { map: from.name, entry: from.key } }) };
  }
  for (const { prefix, configMapRef } of (envFrom ?? []).toReversed()) {
    if (configMapRef == null) continue;
    const texts = await lookAtMap(namespace, configMapRef.name, context).then(
      (seen) => seen.texts,
      (error: unknown) => {
        if (error instanceof AppError && error.facts.reason === 'no-target') return {};
        if (error instanceof TargetError && error.stage === 'forbidden')
          throw refused('override-unread', { key, map: configMapRef.name });
        throw error;
      },
    );
    const given = Object.keys(texts).find((one) => gives(`${prefix}${one}`));
    if (given !== undefined)
      return { name: `${prefix}${given}`, from: { map: configMapRef.name, entry: given } };
  }
  return undefined;
}

/** The ConfigMap behind a file; a mount inside of another hides what that one has there. */
function mountedAt(
  { volumeMounts }: Container,
  volumes: readonly Volume[],
  path: string,
): Pick<ConfigSource, 'map' | 'entry'> | undefined {
  const bare = (folder: string) => folder.replace(/\/$/, '');
  const mount = (volumeMounts ?? [])
    .filter(({ mountPath }) => path === bare(mountPath) || path.startsWith(`${bare(mountPath)}/`))
    .toSorted((a, b) => bare(b.mountPath).length - bare(a.mountPath).length)[0];
  if (mount === undefined || mount.subPathExpr != null) return undefined;
  const below = path.slice(bare(mount.mountPath).length + 1);
  const within = mount.subPath == null ? below : [mount.subPath, below].filter((one) => one !== '').join('/');
  const volume = volumes.find(({ name }) => name === mount.name);
  const maps = [volume?.configMap, ...(volume?.projected?.sources ?? []).map(({ configMap }) => configMap)];
  for (const one of maps.toReversed()) {
    if (one == null) continue;
    const entry = one.items == null ? within : one.items.find((item) => item.path === within)?.key;
    if (entry !== undefined && !entry.includes('/')) return { map: one.name, entry };
  }
  return undefined;
}

function usesMap(spec: z.output<typeof PodSpec>, map: string): boolean {
  const ofVolumes = (spec.volumes ?? []).some(
    ({ configMap, projected }) =>
      configMap?.name === map ||
      projected?.sources?.some((source) => source.configMap?.name === map) === true,
  );
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  return (
    ofVolumes ||
    containers.some(
      ({ env, envFrom }) =>
        env?.some(({ valueFrom }) => valueFrom?.configMapKeyRef?.name === map) === true ||
        envFrom?.some(({ configMapRef }) => configMapRef?.name === map) === true,
    )
  );
}

interface Reader {
  readonly uid: string;
  readonly name: string;
}

const Pod = z.object({ spec: PodSpec.prefault({}) });
/** Their Pods are those of a workload that is listed itself, or is made by one. */
const controllers: ReadonlySet<string> = new Set(['ReplicaSet', 'StatefulSet', 'DaemonSet']);

/** Who reads a ConfigMap in its namespace, by their templates; of Pods alone, such as those of a Job, the Pods. */
export async function readersOf(
  map: string,
  namespace: string,
  { deps, signal }: Context,
): Promise<readonly Reader[]> {
  const listed = (kind: 'deployments' | 'statefulsets' | 'daemonsets' | 'pods') =>
    deps.kubernetes.list(kind, namespace, { signal });
  const [deployments, sets, daemons, pods] = await Promise.all([
    ...[listed('deployments'), listed('statefulsets'), listed('daemonsets'), listed('pods')],
  ]);
  const workloads = [...(deployments ?? []), ...(sets ?? []), ...(daemons ?? [])].filter((object) =>
    usesMap(Workload.parse(object).spec.template.spec, map),
  );
  const alone = (pods ?? []).filter(
    (object) =>
      !(object.metadata.ownerReferences ?? []).some(({ kind }) => controllers.has(kind)) &&
      usesMap(Pod.parse(object).spec, map),
  );
  return [...workloads, ...alone].map(({ metadata: { uid, name } }) => ({ uid, name }));
}

/** Tools that restart a workload by themselves when its ConfigMap changes (Stakater Reloader). */
export function restartsItself({ metadata }: KubeObject): boolean {
  return Object.keys(metadata.annotations ?? {}).some(
    (name) => name.includes('reloader.stakater.com/') && own(metadata.annotations, name) !== 'false',
  );
}
