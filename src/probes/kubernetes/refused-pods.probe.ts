import { z } from 'zod';
import { shortened } from '../../domain/kernel/text.ts';
import { partOfWorkload } from '../../domain/platform/part-names.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import { refusalFacts } from '../../domain/probe/refusal.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { verdict } from '../support.ts';
import { type Parsed, Pod, parseAll, Workload } from './schemas.ts';
import { timeOf, type Warning, warningsOf } from './warnings.ts';

const params = z.strictObject({});
type Deps = Pick<With<'kubernetes'>, 'kubernetes' | 'platform'>;
type Set = Parsed<z.output<typeof Workload>>;

/** A controller waits longer after each refusal, at most about this long. */
const longestPauseMs = 1_000_000;

export const kubernetesRefusedPods = defineProbe({
  id: 'kubernetes.refused-pods',
  doc: `Does the API server refuse the Pods that a workload wants?
Then there is no Pod to look at, and only what its controller was told says why.
It reads the warnings \`FailedCreate\` of the last quarter of an hour.
Without such a warning it asks no more.
One does not count when its owner has got a Pod since.
The condition \`ReplicaFailure\` of a Deployment has the sentence.
A StatefulSet has no such condition, and counts where it has too few Pods.
It tells apart a quota that is full, a quota that wants limits, a LimitRange and Pod Security.
It also tells apart a webhook that does not answer, a webhook or policy that refuses, and a missing Service Account.`,
  params,
  part: 'runtime',
  needs: ['kubernetes'],
  timeoutMs: 20_000,
  emits: ['POD_REFUSED'],
  async run(_params, { deps, signal, now }: ProbeContext<Deps>) {
    const { kubernetes, platform } = deps;
    const [warnings, rawPods] = await Promise.all([
      warningsOf(kubernetes, 'FailedCreate', signal),
      kubernetes.list('pods', kubernetes.namespace, { signal }),
    ]);
    const told = standing(warnings, parseAll(Pod, rawPods), now());
    if (told.size === 0) return { status: 'healthy', facts: { refused: 0 } };
    const [rawDeployments, rawSets] = await Promise.all([
      kubernetes.list('deployments', kubernetes.namespace, { signal }),
      kubernetes.list('statefulsets', kubernetes.namespace, { signal }),
    ]);
    const finding = (kind: string, workload: Set, message: string, since?: string | null): Finding => {
      const { name } = workload.metadata;
      const { replicas, readyReplicas } = workload.status;
      return {
        code: 'POD_REFUSED',
        // Pods from before the refusal still serve.
        severity: readyReplicas > 0 ? 'warning' : 'critical',
        part: partOfWorkload(name, platform) ?? 'runtime',
        subject: `${kind.toLowerCase()}/${name}`,
        ...(typeof since === 'string' ? { since } : {}),
        facts: {
          ...{ kind, name, namespace: kubernetes.namespace },
          ...{ desired: workload.spec.replicas ?? 1, made: replicas, ready: readyReplicas },
          message: shortened(message, 400),
          ...refusalFacts(message),
        },
      };
    };
    const deployments = parseAll(Workload, rawDeployments).flatMap((one) => {
      const failure = refusalOf(one);
      return failure === undefined
        ? []
        : [finding('Deployment', one, failure.message ?? '', failure.lastTransitionTime)];
    });
    const sets = parseAll(Workload, rawSets).flatMap((one) => {
      const message = told.get(one.metadata.uid)?.message;
      const short = one.status.replicas < (one.spec.replicas ?? 1);
      return message === undefined || !short ? [] : [finding('StatefulSet', one, message)];
    });
    return verdict([...deployments, ...sets], { refused: told.size });
  },
});

function refusalOf({ spec, status }: Set): Set['status']['conditions'][number] | undefined {
  if (spec.replicas === 0) return undefined;
  return status.conditions.find(
    ({ type, status: is, reason }) => type === 'ReplicaFailure' && is === 'True' && reason === 'FailedCreate',
  );
}

/** The newest refusal of each owner, by its uid, that no Pod of it was made after. */
function standing(
  warnings: readonly Warning[],
  pods: readonly Parsed<Pod>[],
  now: Date,
): ReadonlyMap<string, { readonly at: number; readonly message: string }> {
  const newest = new Map<string, { readonly at: number; readonly message: string }>();
  for (const warning of warnings) {
    const { uid } = warning.involvedObject;
    const at = timeOf(warning);
    const known = newest.get(uid)?.at ?? now.getTime() - longestPauseMs;
    if (at >= known) newest.set(uid, { at, message: warning.message });
  }
  for (const { metadata } of pods) {
    const owner = metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid ?? '';
    const made = Date.parse(metadata.creationTimestamp ?? '');
    if (made >= (newest.get(owner)?.at ?? Number.POSITIVE_INFINITY)) newest.delete(owner);
  }
  return newest;
}
