import { z } from 'zod';
import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import { serviceIds } from '../../domain/platform/part.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { leftOpen } from '../../domain/probe/open.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { KubeObject, KubernetesTarget } from '../../domain/probe/targets/kubernetes.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { partOfPod } from '../../domain/probe/workload.ts';
import { verdict } from '../support.ts';
import { ownerOf, type Parsed, Pod, parseAll } from './schemas.ts';

const params = z.strictObject({
  part: z.enum(serviceIds).meta({ description: 'The part to check.' }),
  graceSeconds: z.number().nonnegative().default(5).meta({
    description: 'A container that started at most this many seconds before the change is not reported.',
  }),
});
type Deps = Pick<With<'kubernetes'>, 'kubernetes' | 'platform'>;

/** Each is a request of its own. */
const mostSecrets = 8;

export const kubernetesSecretAge = defineProbe({
  id: 'kubernetes.secret-age',
  doc: `Finds Pods of a service that run with a value, such as a password, older than the Secret that they took it from.
A program reads its variables and its files once, at start.
Only times are read, and of a Secret no value is kept.
A Secret is asked for by its name.
The probe is switched off for an account that may read no Secret.`,
  params,
  part: ({ part }) => part,
  needs: ['kubernetes'],
  timeoutMs: 10_000,
  emits: ['POD_OLDER_THAN_SECRET'],
  async run({ part, graceSeconds }: z.output<typeof params>, { deps, signal }: ProbeContext<Deps>) {
    const { kubernetes, platform } = deps;
    const pods = parseAll(Pod, await kubernetes.list('pods', kubernetes.namespace, { signal })).filter(
      (pod) =>
        pod.metadata.deletionTimestamp === undefined &&
        pod.status.phase === 'Running' &&
        partOfPod(pod, platform) === part,
    );
    const uses = pods.flatMap((pod) => usedSecrets(pod).map((use) => ({ pod, ...use })));
    const all = [...new Set(uses.map(({ secret }) => secret))];
    const names = all.slice(0, mostSecrets);
    if (names.length === 0) return { status: 'healthy', facts: { secrets: 0 } };
    const changes = new Map<string, number>();
    const unread = all.slice(mostSecrets);
    for (const name of names) {
      const changed = await changeOf(name, kubernetes, signal);
      if (changed === 'forbidden') unread.push(name);
      else if (changed !== undefined) changes.set(name, changed);
    }
    if (unread.length === all.length) return { status: 'skipped', reason: 'disabled' };
    const findings = new Map<string, Finding>();
    for (const { pod, container, secret } of uses) {
      const [changed, started] = [changes.get(secret), startOf(pod, container)];
      if (changed === undefined || started === undefined || changed <= started + graceSeconds * 1_000)
        continue;
      const owner = ownerOf(pod);
      const subject = `${owner.kind.toLowerCase()}/${owner.name}`;
      const key = `${subject}/${secret}`;
      if (findings.has(key)) continue;
      findings.set(key, {
        ...{ code: 'POD_OLDER_THAN_SECRET', severity: 'warning', part, subject },
        since: new Date(changed).toISOString(),
        facts: {
          ...{ kind: owner.kind, name: owner.name, namespace: kubernetes.namespace },
          ...{ secret, container, pod: pod.metadata.name },
          startedAt: new Date(started).toISOString(),
          changedAt: new Date(changed).toISOString(),
        },
      });
    }
    const facts = { secrets: all.length };
    if (findings.size > 0 || unread.length === 0) return verdict([...findings.values()], facts);
    const open = leftOpen('secrets-unread', 'POD_OLDER_THAN_SECRET');
    return { status: 'healthy', facts: { ...facts, unread: unread.toSorted().join(', '), ...open } };
  },
});

const Ownership = z.object({
  managedFields: z
    .array(
      z.object({
        time: z.string().nullish(),
        fieldsV1: z.record(z.string(), z.unknown()).nullish(),
        touches: z.array(z.string()).exactOptional(),
      }),
    )
    .default([]),
});

/** When the values of a Secret last changed, by field ownership; the creation where that is not kept. */
async function changeOf(
  name: string,
  kubernetes: KubernetesTarget,
  signal: AbortSignal,
): Promise<number | 'forbidden' | undefined> {
  try {
    const object = await kubernetes.get('secrets', kubernetes.namespace, name, { signal });
    return lastChange(object);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof TargetError && error.stage === 'forbidden') return 'forbidden';
    if (error instanceof AppError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}

const valueFields = ['data', 'stringData'] as const;

function lastChange({ metadata }: KubeObject): number | undefined {
  const times = Ownership.parse(metadata)
    .managedFields.filter(({ fieldsV1, touches }) =>
      valueFields.some(
        (field) => touches?.includes(field) === true || fieldsV1?.[`f:${field}`] !== undefined,
      ),
    )
    .map(({ time }) => Date.parse(time ?? ''))
    .filter(Number.isFinite);
  const at = times.length > 0 ? Math.max(...times) : Date.parse(metadata.creationTimestamp ?? '');
  return Number.isFinite(at) ? at : undefined;
}

function startOf({ status }: Parsed<Pod>, container: string): number | undefined {
  const own = status.containerStatuses.find(({ name }) => name === container);
  const time = Date.parse(own?.state.running?.startedAt ?? '');
  return Number.isFinite(time) ? time : undefined;
}

/** Every Secret that a container reads, through its environment or a mounted volume. */
function usedSecrets({
  spec,
}: Parsed<Pod>): readonly { readonly container: string; readonly secret: string }[] {
  const volumes = new Map(spec.volumes.map(({ name, secret }) => [name, secret?.secretName]));
  return spec.containers.flatMap(({ name: container, env, envFrom, volumeMounts }) => {
    const names = [
      ...env.map(({ valueFrom }) => valueFrom?.secretKeyRef?.name),
      ...envFrom.map(({ secretRef }) => secretRef?.name),
      ...volumeMounts.map(({ name }) => volumes.get(name)),
    ];
    return [...new Set(names)].flatMap((secret) =>
      secret === undefined || secret === '' ? [] : [{ container, secret }],
    );
  });
}
