import { type DestinationKey, settingOfDestination } from '../../domain/fix/destination-advice.ts';
import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import type { ConfiguredId } from '../../domain/platform/part.ts';
import { refused } from '../shared/stale.ts';
import { sameForm } from './destination.ts';

interface Named {
  readonly key: DestinationKey;
  readonly part: ConfiguredId;
  readonly from?: ConfiguredId;
}

/** A destination of a part, as it stands. */
interface Configured {
  readonly value: string;
  /** The key, as the installation calls it. */
  readonly setting: string;
}

/** How the destinations of other parts are looked at, on whatever runs them. */
export interface Others<S> {
  destination(standing: S): Configured;
  /** AppError CONFLICT where something else gives the key; TargetError where it cannot be read. */
  standing(part: ConfiguredId): Promise<S>;
  /** Refused unless nothing can be behind the address that stands there. */
  mustLeadNowhere(own: S): Promise<void>;
  /** The part runs with what its configuration says. */
  inEffect(shown: S): Promise<boolean>;
  /** Of an address: the store itself sees the part connected that way. */
  isProved(shown: S, own: S): Promise<boolean>;
}

const isConflict = (error: unknown) => error instanceof AppError && error.code === 'CONFLICT';

/**
 * Whose configuration shows what is right: the one that was named, or the first of the others that is proved to. Refused
 * where there is none.
 */
export async function rightDestination<S>(
  { key, part, from }: Named,
  own: S,
  others: Others<S>,
): Promise<{ readonly from: ConfiguredId; readonly shown: S }> {
  const { shownBy, store } = settingOfDestination(key);
  const { setting } = others.destination(own);
  const asked = shownBy.filter((one) => one !== part && (from === undefined || one === from));
  if (store !== undefined) await others.mustLeadNowhere(own);
  for (const one of asked) {
    const shown = await others.standing(one).catch((error: unknown) => {
      // Another part may show it: this one cannot be read, or has it from elsewhere.
      if (from === undefined && (error instanceof TargetError || isConflict(error))) return undefined;
      throw error;
    });
    if (shown === undefined) continue;
    const inEffect = await others.inEffect(shown);
    const proved = inEffect && (store === undefined || (await others.isProved(shown, own)));
    if (proved) {
      mustDiffer(others.destination(own), others.destination(shown), store !== undefined);
      return { from: one, shown };
    }
    if (from !== undefined) throw refused('text-not-in-effect', { part: one, key: setting });
  }
  throw refused('text-unproved', { key: setting });
}

function mustDiffer({ value, setting: key }: Configured, shown: Configured, address: boolean): void {
  if (value === shown.value) throw refused('text-there-already', { key, value });
  if (!address && !sameForm(value, shown.value)) throw refused('text-of-another-form', { key });
}
