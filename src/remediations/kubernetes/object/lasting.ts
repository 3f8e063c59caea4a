import { stringify } from 'yaml';
import type { Plan } from '../../../domain/fix/remediation.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { KubeObject } from '../../../domain/probe/targets/kubernetes.ts';
import { chartValues } from './chart-values.ts';
import { chartOf, type FieldPath, isPutBack, ownershipNotes } from './ownership.ts';
import type { Place, Seen } from './workload.ts';

const kindOf = { deployments: 'Deployment', statefulsets: 'StatefulSet', daemonsets: 'DaemonSet' } as const;

/**
 * What a plan says of those who write the same fields: who puts them back, who set them last, and where the change would
 * not last, the same change to be put where the object is made: as values of its chart, or as a patch for Kustomize.
 */
export function lasting(
  place: Place,
  seen: Seen,
  fields: readonly FieldPath[],
  change: object,
): Pick<Plan, 'notes' | 'patch'> {
  return lastingOf({ apiVersion: 'apps/v1', kind: kindOf[place.kind] }, seen.object, fields, change);
}

/** The same of any object, of which the type is said. */
export function lastingOf(
  type: { readonly apiVersion: string; readonly kind: string },
  object: KubeObject,
  fields: readonly FieldPath[],
  change: object,
): Pick<Plan, 'notes' | 'patch'> {
  const notes = ownershipNotes(object, fields);
  const back = isPutBack(notes);
  if (back === 'no') return { notes };
  const chart = chartOf(object);
  const values = chart === undefined ? undefined : chartValues(change);
  const said = (key: string) => ({ key: back === 'yes' ? key : `${key}-perhaps`, facts: {} });
  if (values !== undefined)
    return {
      notes: [...notes, said('temporary-values')],
      patch: [`# values.yaml (${chart})`, ...stringify(values, { lineWidth: 0 }).trimEnd().split('\n')],
    };
  const { name, namespace } = object.metadata;
  const patch = stringify({ ...type, metadata: { name, ...present({ namespace }) }, ...change });
  const lines = stringify({ patches: [{ patch }] }, { lineWidth: 0 });
  return {
    notes: [...notes, said('temporary')],
    patch: ['# kustomization.yaml', ...lines.trimEnd().split('\n')],
  };
}
