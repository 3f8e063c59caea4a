import { present } from '../../domain/kernel/present.ts';
import { configuredIds, type PartId } from '../../domain/platform/part.ts';
import type { ComposeContainer } from '../../domain/probe/targets/compose.ts';
import type { Instance } from '../../domain/probe/targets/runtime.ts';
import type { Targets } from '../../domain/probe/targets/targets.ts';

/** Addresses that an instance has for itself; none where it has that of its node, or has ended. */
export const ownAddresses = (
  { id, address }: Pick<Instance, 'id' | 'address'>,
  containers: readonly Pick<ComposeContainer, 'id' | 'addresses'>[],
): readonly string[] => {
  if (address === undefined) return containers.find((one) => one.id === id)?.addresses ?? [];
  return address.shared === true ? [] : [address.host];
};

/** Whose address it is, and since when that program runs (ISO time), where that is known. */
export interface PartAt {
  readonly part: PartId;
  readonly since?: string;
}

/**
 * The services and agents of the platform by the addresses of their Pods or containers, as the runtime shows them now.
 * Empty where no runtime can be asked: then an address says nothing.
 */
export async function partAddresses(
  { runtime, compose }: Pick<Targets, 'runtime' | 'compose'>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, PartAt>> {
  if (runtime === undefined) return new Map();
  try {
    const [containers, ...all] = await Promise.all([
      compose?.containers({ signal }) ?? [],
      ...configuredIds.map((part) => runtime.instances(part, { signal })),
    ]);
    return new Map(
      all.flat().flatMap((instance) => {
        const at = { part: instance.part, ...present({ since: instance.startedAt }) };
        return ownAddresses(instance, containers).map((address) => [address, at] as const);
      }),
    );
  } catch {
    signal.throwIfAborted();
    return new Map();
  }
}
