import { kinOf, type PartSigns } from '../../domain/fix/object.ts';
import type { Plan } from '../../domain/fix/remediation.ts';
import type { PartId } from '../../domain/platform/part.ts';
import type { Platform } from '../../domain/platform/platform.ts';
import { refused } from './stale.ts';

/**
 * Whether a thing shows itself as the part that was named; false where it shows no part at all. One that shows
 * another part is refused: who typed it meant something else.
 */
export function isNamedPart(part: PartId, workload: string, signs: PartSigns, platform: Platform): boolean {
  const kin = kinOf(part, signs, platform);
  if (kin.kind === 'other')
    throw refused('not-that-part', { workload, part, seen: kin.part, sign: kin.sign });
  return kin.kind === 'named';
}

/** What is not the bot's but of no known part may hold data that nobody here knows of. */
export function unknownPart(workload: string): NonNullable<Plan['raised']> {
  return { key: 'unknown-part', facts: { workload } };
}

/** Tier 3 where there is a reason for it. */
export function tierOf(raised: Plan['raised'], usual: Plan['tier']): Pick<Plan, 'tier' | 'raised'> {
  return raised === undefined ? { tier: usual } : { tier: 3, raised };
}
