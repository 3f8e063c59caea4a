import { z } from 'zod';
import { settingKeys, settingSigns } from '../../domain/fix/config-advice.ts';
import { serviceIds } from '../../domain/platform/part.ts';
import { guideSettings } from '../../domain/platform/table.ts';
import type { ProbeCall } from '../../domain/probe/probe.ts';
import { refused } from '../shared/stale.ts';

/** Parameters of a fix that sets one number of a service, on whatever runs it. */
export const settingParams = {
  part: z.enum(serviceIds).meta({ description: 'Service whose configuration it is.' }),
  key: z.enum(settingKeys).meta({ description: 'Key, as the guide calls it.' }),
  value: z.int().min(1).max(10_000).meta({ description: 'Its new value, within the bounds of the key.' }),
  sign: z.enum(settingSigns).exactOptional().meta({
    description: 'Probe that must find nothing afterwards; without it the service itself is asked alone.',
  }),
};
type Params = z.output<z.ZodObject<typeof settingParams>>;

/** The key as the guide has it. Refused where it is another part's, or the value is out of its bounds. */
export function settingOf({ key, value, part }: Pick<Params, 'key' | 'value' | 'part'>) {
  const setting = guideSettings[key];
  if (!setting.parts.some((one) => one === part)) throw refused('setting-of-another', { key, part });
  if (value < setting.least || value > setting.most)
    throw refused('setting-out-of-range', { key, least: setting.least, most: setting.most });
  return setting;
}

/** The probe that must find nothing afterwards, where one was named. */
export function signCalls({ sign }: Pick<Params, 'sign'>): readonly ProbeCall[] {
  return sign === undefined ? [] : [{ probe: sign, ...signOf[sign] }];
}

/** What a probe is asked of whose other findings no setting of a number mends. */
const signOf: Partial<Record<NonNullable<Params['sign']>, Pick<ProbeCall, 'with'>>> = {
  'services.step-timeouts': { with: { ranOut: 'default-timeout' } },
};
