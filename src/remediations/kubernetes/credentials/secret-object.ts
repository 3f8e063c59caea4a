import { z } from 'zod';
import type { KubernetesChange } from '../../../domain/fix/remediation.ts';
import { own } from '../../../domain/kernel/own.ts';
import type { KubeObject } from '../../../domain/probe/targets/kubernetes.ts';
import { refused } from '../../shared/stale.ts';
import { found } from '../object/made-objects.ts';
import type { Context } from '../object/patch.ts';

/** Which fix a Secret was written by; on the one that keeps a value, for which fix it does. */
export const fixMark = 'aetherius.io/written-by-fix';

/** All that an effect changes of a Secret that exists: one key, with the mark of the fix. */
export const secretChange: KubernetesChange = {
  feature: 'credentials',
  group: '',
  resources: ['secrets'],
  fields: [
    { path: ['data'], to: { becomes: 'one-entry' } },
    { path: ['metadata', 'annotations', fixMark], to: { becomes: 'anything' } },
  ],
};

/** The same as a patch; null takes it away. */
export const keyPatch = (key: string, value: string | null, mark: string | null) => ({
  metadata: { annotations: { [fixMark]: mark } },
  data: { [key]: value },
});

/** One key of a Secret. */
export interface SecretKey {
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
}

/** `secrets/kube-system/agent-auth-token/token`, for people. */
export const keyName = ({ namespace, name, key }: SecretKey): string => `secrets/${namespace}/${name}/${key}`;

const Secret = z.object({
  type: z.string().default('Opaque'),
  immutable: z.boolean().default(false),
  data: z.record(z.string(), z.string()).nullish(),
});

/** A Secret past every cache; undefined where there is none. Its values never leave the step that looked. */
export async function lookAtSecret(
  { namespace, name }: Pick<SecretKey, 'namespace' | 'name'>,
  context: Context,
) {
  const object = await found('secrets', name, context, namespace);
  if (object === undefined) return undefined;
  const { data, ...rest } = Secret.parse(object);
  return {
    ...{ object, ...rest },
    uid: object.metadata.uid,
    resourceVersion: object.metadata.resourceVersion,
    /** In base64, as the API server has them. */
    values: data ?? {},
  };
}
export type SeenSecret = NonNullable<Awaited<ReturnType<typeof lookAtSecret>>>;

/** The value of a key, in base64; undefined where it is not there. */
export const valueIn = (seen: SeenSecret | undefined, key: string): string | undefined =>
  own(seen?.values, key);

/** As the programs read it: blanks around it do not count. */
export const readsAs = (value: string | undefined): string =>
  Buffer.from(value ?? '', 'base64')
    .toString('utf8')
    .trim();

/** Refuses what holds no value of people's own, such as the token of an account. */
export function mustBePlain(seen: SeenSecret | undefined): void {
  if (seen !== undefined && seen.type !== 'Opaque')
    throw refused('secret-of-a-kind', { secret: seen.object.metadata.name, type: seen.type });
}

const Named = z.object({ name: z.string().nullish() }).nullish();
const Container = z.object({
  env: z.array(z.object({ valueFrom: z.object({ secretKeyRef: Named }).nullish() })).nullish(),
  envFrom: z.array(z.object({ secretRef: Named })).nullish(),
});
const Template = z.object({ spec: z.object({ template: z.looseObject({}) }) });
const Pod = z.object({
  spec: z
    .object({
      containers: z.array(Container).default([]),
      initContainers: z.array(Container).nullish(),
      volumes: z
        .array(
          z.object({
            secret: z.object({ secretName: z.string().nullish() }).nullish(),
            projected: z.object({ sources: z.array(z.object({ secret: Named })).nullish() }).nullish(),
          }),
        )
        .nullish(),
    })
    .prefault({}),
});

/** Who else has Pods that use a Secret, by the names of what makes them; `but`: uid of the workload that is meant. */
export async function othersWith(
  { namespace, name }: Pick<SecretKey, 'namespace' | 'name'>,
  but: string,
  { deps, signal }: Context,
): Promise<readonly string[]> {
  const pods = await deps.kubernetes.list('pods', namespace, { signal });
  const others = pods.filter(
    (pod) => !(pod.metadata.ownerReferences ?? []).some(({ uid }) => uid === but) && uses(pod, name),
  );
  return others.map(({ metadata }) => metadata.ownerReferences?.[0]?.name ?? metadata.name);
}

/** Whether the Pods of a workload use a Secret. */
export const usesSecret = (workload: KubeObject, secret: string): boolean =>
  uses(Template.parse(workload).spec.template, secret);

function uses(pod: unknown, secret: string): boolean {
  const { containers, initContainers, volumes } = Pod.parse(pod).spec;
  return (
    [...containers, ...(initContainers ?? [])].some(
      ({ env, envFrom }) =>
        env?.some(({ valueFrom }) => valueFrom?.secretKeyRef?.name === secret) === true ||
        envFrom?.some(({ secretRef }) => secretRef?.name === secret) === true,
    ) ||
    (volumes ?? []).some(
      (volume) =>
        volume.secret?.secretName === secret ||
        volume.projected?.sources?.some((source) => source.secret?.name === secret) === true,
    )
  );
}
