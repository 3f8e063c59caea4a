import { z } from 'zod';
import { sha256 } from '../../../domain/kernel/canonical.ts';
import { AppError, TargetError } from '../../../domain/kernel/errors.ts';
import { wholeJson } from '../../../domain/kernel/text.ts';
import type { KubeObject, MadeKind } from '../../../domain/probe/targets/kubernetes.ts';
import { refused } from '../../shared/stale.ts';
import type { Context } from './patch.ts';

/** The object of this name, past every cache; undefined: there is none. */
export async function found(
  kind: MadeKind,
  name: string,
  { deps: { kubernetes }, signal }: Context,
  namespace = kubernetes.namespace,
): Promise<KubeObject | undefined> {
  return kubernetes.get(kind, namespace, name, { signal }).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  });
}

/**
 * A Job that runs no Pod. The cluster's own controllers end it after these seconds and delete it at once, and with it
 * what it owns; nobody of ours need be there (Kubernetes, "Jobs": activeDeadlineSeconds, ttlSecondsAfterFinished).
 */
export function clockJob(name: string, seconds: number): object {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    spec: {
      parallelism: 0,
      activeDeadlineSeconds: seconds,
      ttlSecondsAfterFinished: 0,
      backoffLimit: 0,
      template: {
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              name: 'nothing',
              // Never pulled, for no Pod is made. The domain exists nowhere (RFC 2606).
              image: 'nothing.invalid/nothing',
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
            },
          ],
        },
      },
    },
  };
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
  context: Context,
  allowedBy: string,
  namespace?: string,
): Promise<string> {
  const made = await triedAt(kind, body, context, allowedBy, namespace);
  return sha256(wholeJson(made.spec)).slice(0, 16);
}

/** The object itself as it would be stored: of what may be no secret's digest either. */
export async function triedAt(
  kind: MadeKind,
  body: object,
  { deps: { kubernetes }, signal }: Context,
  allowedBy: string,
  namespace = kubernetes.namespace,
): Promise<KubeObject> {
  try {
    return await kubernetes.create(kind, namespace, body, { dryRun: true, signal });
  } catch (error) {
    if (error instanceof TargetError && error.stage === 'forbidden')
      throw refused('missing-right', { verb: 'create', resource: kind, namespace, allowedBy });
    throw error;
  }
}
