import type { Operation } from '../../../domain/fix/remediation.ts';
import { AppError } from '../../../domain/kernel/errors.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { own } from '../../../domain/kernel/own.ts';
import { present } from '../../../domain/kernel/present.ts';
import { stale } from '../../shared/stale.ts';
import { clockJob, found, isOver, triedAt } from '../object/made-objects.ts';
import type { Context } from '../object/patch.ts';
import { fixMark, lookAtSecret, type SeenSecret } from './secret-object.ts';

/** How the names begin of the Jobs that keep a value from before for a while; the admission policy knows them by it. */
export const clockPrefix = 'aetherius-kept-';
/** As long as a fix of the highest tier may be undone, with the time for its approval and its verification. */
export const keptSeconds = 3 * 60 * 60;
/** Which fix a Secret was made by, because it was missing. */
export const madeMark = 'aetherius.io/made-by-fix';

export type Running = Context & { readonly operation?: Operation };

/** Two values of one key, in base64. `before`: undefined where there was none. */
export interface KeptValues {
  readonly before: string | undefined;
  readonly after: string;
}

interface Where {
  readonly namespace: string;
  readonly name: string;
}

export function operationOf({ operation }: Running): Operation {
  if (operation === undefined) throw new AppError('BUG', 'a step of no operation');
  return operation;
}

export const clockName = (operation: string): string => `${clockPrefix}${operation}`;

export const isMarked = (seen: SeenSecret | undefined, mark: string, operation: string): boolean =>
  own(seen?.object.metadata.annotations, mark) === operation;

/** What keeps both values beside the Secret that is written. It belongs to a Job: the cluster ends both. */
export function keptSecret(
  { name, namespace }: Where,
  operation: string,
  { before, after }: KeptValues,
  uid: string,
): object {
  const owner = { apiVersion: 'batch/v1', kind: 'Job', name: clockName(operation), uid };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: { name, namespace, annotations: { [fixMark]: operation }, ownerReferences: [owner] },
    data: present({ before, after }),
  };
}

/** What keeps the value from before may be made; of an earlier fix it may be there already. */
export async function mustBeKept(where: Where, context: Context, allowedBy: string): Promise<void> {
  const { namespace } = where;
  await triedAt('jobs', clockJob(clockName('plan'), keptSeconds), context, allowedBy, namespace);
  const body = keptSecret(where, 'plan', { before: undefined, after: '' }, 'plan');
  await triedAt('secrets', body, context, allowedBy, namespace).catch((error: unknown) => {
    if (!(error instanceof AppError && error.code === 'CONFLICT' && error.facts.reason === 'stale'))
      throw error;
  });
}

/** What this very fix keeps; undefined where it keeps nothing, or not any more. */
export async function keptBy(where: Where, context: Running): Promise<KeptValues | undefined> {
  const seen = await lookAtSecret(where, context);
  const after = own(seen?.values, 'after');
  if (after === undefined || !isMarked(seen, fixMark, operationOf(context).id)) return undefined;
  return { before: own(seen?.values, 'before'), after };
}

/** Once: what an earlier fix has kept goes, for the Secret is as that one left it, and then cannot be undone any more. */
export async function keep(where: Where, values: KeptValues, context: Running): Promise<Facts> {
  const { deps, signal } = context;
  const { kubernetes } = deps;
  const { id } = operationOf(context);
  if ((await keptBy(where, context)) !== undefined) return { already: true };
  const job = await found('jobs', clockName(id), context, where.namespace);
  if (job !== undefined && isOver(job)) throw stale({ job: clockName(id) }, { job: null });
  const earlier = await lookAtSecret(where, context);
  signal.throwIfAborted();
  if (earlier !== undefined)
    await kubernetes.remove('secrets', where.namespace, where.name, { uid: earlier.uid }, { signal });
  const clock =
    job ??
    (await kubernetes.create('jobs', where.namespace, clockJob(clockName(id), keptSeconds), { signal }));
  const body = keptSecret(where, id, values, clock.metadata.uid);
  await kubernetes.create('secrets', where.namespace, body, { signal });
  return { secret: where.name };
}

/** The Job goes, and with it the Secret that it owns. */
export async function drop(where: Where, context: Running): Promise<Facts> {
  const { deps, signal } = context;
  const job = await found('jobs', clockName(operationOf(context).id), context, where.namespace);
  if (job === undefined || job.metadata.deletionTimestamp !== undefined) return { already: true };
  signal.throwIfAborted();
  const { name, uid } = job.metadata;
  await deps.kubernetes.remove('jobs', where.namespace, name, { uid }, { signal });
  return { job: name };
}

export async function isDropped(where: Where, context: Running): Promise<boolean> {
  const job = await found('jobs', clockName(operationOf(context).id), context, where.namespace);
  return job === undefined && (await keptBy(where, context)) === undefined;
}
