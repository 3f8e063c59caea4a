import { isDeepStrictEqual } from 'node:util';
import type { Plan, Standing } from '../../../domain/fix/remediation.ts';
import { AppError } from '../../../domain/kernel/errors.ts';
import { present } from '../../../domain/kernel/present.ts';
import { type KubeKind, type KubeObject, ourManager } from '../../../domain/probe/targets/kubernetes.ts';
import { type FieldPath, lastApplied, lastWrite, valueAt, writtenByMaker } from './ownership.ts';
import type { Context } from './patch.ts';
import { amount } from './resources.ts';

/**
 * `Remediation.standing` for fields of the object that the first step names, by the object alone: `ours` says whether what
 * the plan has set is what stands there. An object that is not there any more holds nothing of it.
 */
export async function standingIn(
  { steps: [{ target }] }: Plan,
  fields: readonly FieldPath[],
  ours: (object: KubeObject) => boolean,
  { deps, signal }: Context,
): Promise<Standing> {
  const [kind = '', namespace = '', name = ''] = (target.split(' ')[0] ?? '').split('/');
  const object = await deps.kubernetes
    .get(kind as KubeKind, namespace, name, { signal })
    .catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'NOT_FOUND') return undefined;
      throw error;
    });
  return object === undefined ? { is: 'gone' } : standingOf(object, fields, ours(object));
}

/** The same of an object that was looked at. */
export function standingOf(object: KubeObject, fields: readonly FieldPath[], ours: boolean): Standing {
  if (ours) return { is: isKept(object, fields) ? 'kept' : 'ours' };
  const last = lastWrite(object, fields);
  return { is: 'gone', ...present({ by: last?.by === ourManager ? undefined : last }) };
}

/**
 * Whether whatever makes the object writes each of these fields as it is now. One of which that is not seen is enough to
 * say no: what stands in a file of somebody else is never guessed.
 */
export function isKept(object: KubeObject, fields: readonly FieldPath[]): boolean {
  const applied = lastApplied(object);
  const evidence = fields.map((field) => {
    const now = valueAt(object, field);
    const there = applied === undefined ? undefined : valueAt(applied, field);
    // What is nowhere has no writer: only a manifest that lacks it shows that it is to be so.
    if (now === undefined) return applied === undefined ? 'none' : there === undefined ? 'yes' : 'no';
    return writtenByMaker(object, field) || isSame(now, there) ? 'yes' : 'no';
  });
  return evidence.includes('yes') && !evidence.includes('no');
}

/** `2048Mi` in a file is `2Gi` on the API server. */
function isSame(now: unknown, there: unknown): boolean {
  if (isDeepStrictEqual(now, there)) return true;
  const [a, b] = [now, there].map((value) =>
    typeof value === 'string' || typeof value === 'number' ? amount(String(value)) : Number.NaN,
  );
  return a !== undefined && a === b;
}
