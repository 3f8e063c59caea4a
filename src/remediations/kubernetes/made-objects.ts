import { z } from 'zod';
import { sha256 } from '../../domain/kernel/canonical.ts';
import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import { wholeJson } from '../../domain/kernel/text.ts';
import type { KubeObject, MadeKind } from '../../domain/probe/targets/kubernetes.ts';
import { refused } from '../stale.ts';
import type { Context } from './patch.ts';

/** The object of this name, past every cache; undefined: there is none. */
export async function found(
  kind: MadeKind,
  name: string,
  { deps: { kubernetes }, signal }: Context,
): Promise<KubeObject | undefined> {
  return kubernetes.get(kind, kubernetes.namespace, name, { signal }).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  });
}

const Ended = z.object({
  status: z
    .object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]) })
    .prefault({}),
});

/** Its time is over, or it is being deleted: what it owns goes with it. */
export function isOver(job: KubeObject): boolean {
  if (job.metadata.deletionTimestamp !== undefined) return true;
  return Ended.parse(job).status.conditions.some(
    ({ type, status }) => (type === 'Failed' || type === 'Complete') && status === 'True',
  );
}

/**
 * R-P5: digest of what the API server would store. AppError CONFLICT `missing-right` where an admission policy denies
 * it: `allowedBy` is the chart's value for it.
 */
export async function dryRunOf(
  kind: MadeKind,
  body: object,
  { deps, signal }: Context,
  allowedBy: string,
): Promise<string> {
  const { kubernetes } = deps;
  try {
    const made = await kubernetes.create(kind, kubernetes.namespace, body, { dryRun: true, signal });
    return sha256(wholeJson(made['spec'])).slice(0, 16);
  } catch (error) {
    if (error instanceof TargetError && error.stage === 'forbidden')
      throw refused('missing-right', {
        ...{ verb: 'create', resource: kind, namespace: kubernetes.namespace },
        allowedBy,
      });
    throw error;
  }
}
