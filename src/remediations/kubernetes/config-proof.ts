import type { SettingKey } from '../../domain/fix/config-advice.ts';
import type { ServiceId } from '../../domain/platform/part.ts';
import { guideSettings } from '../../domain/platform/table.ts';
import { lookAtMap } from './config-source.ts';
import { lastWrite } from './ownership.ts';
import type { Context, Place, Seen } from './workload.ts';
import { podsOf } from './workload-object.ts';

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
  const written = Date.parse(String(lastWrite(object, [['data', entry]])?.['at']));
  if (Number.isNaN(written)) return undefined;
  const pods = await podsOf(place.kind, place.namespace, seen.uid, context.deps.kubernetes, context.signal);
  return pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .every(({ metadata }) => Date.parse(metadata.creationTimestamp ?? '') >= written);
}

/** Whether the service itself says that it runs with the value; undefined where it does not say. */
export async function runsWith(
  { part, key, value }: { readonly part: ServiceId; readonly key: SettingKey; readonly value: number },
  { deps, signal }: Context,
): Promise<boolean | undefined> {
  const setting = guideSettings[key];
  const service = deps.services?.find(part);
  if (service === undefined || !('gauge' in setting)) return undefined;
  const answer = await deps.services?.request(`${service.url}${service.paths.metrics}`, {
    ...{ signal, maxBytes: 8 << 20 },
  });
  if (answer?.status !== 200) return undefined;
  const said = new RegExp(`^${setting.gauge}(?:\\{[^}]*\\})? (\\S+)`, 'm').exec(answer.text())?.[1];
  const per = 'per' in setting ? setting.per : 1;
  return said === undefined ? undefined : Math.round(Number(said) * per) === value;
}
