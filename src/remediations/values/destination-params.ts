import { z } from 'zod';
import {
  type DestinationKey,
  destinationKeys,
  settingOfDestination,
} from '../../domain/fix/destination-advice.ts';
import type { Plan } from '../../domain/fix/remediation.ts';
import { type ConfiguredId, configuredIds } from '../../domain/platform/part.ts';
import type { ProbeCall } from '../../domain/probe/probe.ts';
import type { Targets } from '../../domain/probe/targets/targets.ts';
import { verifyPart } from '../shared/verify-part.ts';

/** Parameters of a fix that sets a destination as another part has it, on whatever runs them. */
export const destinationParams = {
  part: z.enum(configuredIds).meta({ description: 'Part whose configuration is wrong.' }),
  key: z.enum(destinationKeys).meta({ description: 'Key, as the guide calls it.' }),
  from: z
    .enum(configuredIds)
    .exactOptional()
    .meta({ description: 'Part whose configuration has it right; without it the one that is proved to.' }),
};

/** Another signal than the value: the part answers, and an agent and agent-manager say that they know each other. */
export function verifiedBy(
  { part, key }: { readonly part: ConfiguredId; readonly key: DestinationKey },
  { deps }: { readonly deps: Targets },
): Plan['verifyWith'] {
  const subject: readonly ProbeCall[] =
    settingOfDestination(key).store === undefined
      ? [{ probe: 'runtime.registration-subjects' }, { probe: 'runtime.registration-log' }]
      : [];
  const [first, ...rest] = verifyPart(part, deps);
  return [first, ...rest, ...subject];
}
