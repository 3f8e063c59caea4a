import type { SettingKey } from '../../domain/fix/config-advice.ts';
import type { ServiceId } from '../../domain/platform/part.ts';
import { guideSettings } from '../../domain/platform/table.ts';
import type { Targets } from '../../domain/probe/targets/targets.ts';

/** Whether the service itself says that it runs with the value; undefined where it does not say. */
export async function runsWith(
  { part, key, value }: { readonly part: ServiceId; readonly key: SettingKey; readonly value: number },
  { deps, signal }: { readonly deps: Pick<Targets, 'services'>; readonly signal: AbortSignal },
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
