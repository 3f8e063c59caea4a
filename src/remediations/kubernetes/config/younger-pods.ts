import { lookAtMap } from '../object/config-source.ts';
import { lastWrite } from '../object/ownership.ts';
import type { Context, Place, Seen } from '../object/workload.ts';
import { podsOf } from '../object/workload-object.ts';

/**
 * Whether every Pod of the workload was made after the value was written, by the times of the API server. Undefined where
 * nobody has written down when that was.
 */
export async function isYounger(
  { map, entry }: { readonly map: string; readonly entry: string },
  place: Place,
  seen: Seen,
  context: Context,
): Promise<boolean | undefined> {
  const { object } = await lookAtMap(place.namespace, map, context);
  const written = Date.parse(String(lastWrite(object, [['data', entry]])?.at));
  if (Number.isNaN(written)) return undefined;
  const pods = await podsOf(place.kind, place.namespace, seen.uid, context.deps.kubernetes, context.signal);
  return pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .every(({ metadata }) => Date.parse(metadata.creationTimestamp ?? '') >= written);
}
