import type { Plan } from '../../../domain/fix/remediation.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { type KubeKind, ourManager } from '../../../domain/probe/targets/kubernetes.ts';
import { type FieldPath, lastWrite } from './ownership.ts';
import type { Context } from './patch.ts';

/** `Remediation.otherHand` for fields of the object that the first step names: `deployments/aetherius/agent-manager main`. */
export async function otherHandIn(
  { steps: [{ target }] }: Plan,
  fields: readonly FieldPath[],
  { deps, signal }: Context,
): Promise<Facts | undefined> {
  const [kind = '', namespace = '', name = ''] = (target.split(' ')[0] ?? '').split('/');
  const object = await deps.kubernetes.get(kind as KubeKind, namespace, name, { signal });
  const last = lastWrite(object, fields);
  return last?.by === ourManager ? undefined : last;
}
