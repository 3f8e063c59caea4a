import { present } from '../../../domain/kernel/present.ts';
import type { Discovered } from '../../../domain/platform/discovered.ts';
import { type InventoryLook, type SeenArea, thingsOf } from '../../../domain/platform/inventory.ts';
import { ownerOf } from '../../../domain/probe/workload.ts';
import type { EnvironmentConfig } from '../../../domain/settings/environment.ts';
import { createComposeTarget } from '../compose/compose.ts';
import { createKubernetesTarget } from '../kubernetes/kubernetes.ts';
import { findOnBus } from './bus.ts';
import { type ObserveOptions, observe } from './observe.ts';

/**
 * A look that is kept: what `observe` finds, by name, and who is on NATS. It takes more than a run may wait for. An area
 * that could not be looked at is absent; nothing throws.
 */
export async function takeInventory(
  config: EnvironmentConfig,
  options: ObserveOptions,
): Promise<InventoryLook> {
  const [found, messages] = await Promise.all([
    observe(config, options),
    messagesOf(config, options).catch(() => undefined),
  ]);
  return inventoryLook(found, messages);
}

/** What a look saw, area by area. */
export function inventoryLook(found: Discovered, messages: SeenArea | undefined): InventoryLook {
  const { runtime, databases } = thingsOf(found);
  const unseen = found.unseen ?? [];
  const ofDatabases = unseen.filter((name) => name.startsWith('database '));
  const ofRuntime = unseen.filter((name) => name !== 'databases' && !ofDatabases.includes(name));
  return {
    at: found.at,
    areas: present({
      runtime: unseen.includes('runtime') ? undefined : { things: runtime, unseen: ofRuntime },
      databases: unseen.includes('databases') ? undefined : { things: databases, unseen: ofDatabases },
      messages,
    }),
  };
}

async function messagesOf(config: EnvironmentConfig, options: ObserveOptions): Promise<SeenArea | undefined> {
  const monitorUrl = config.nats?.monitorUrl;
  if (monitorUrl === undefined) return undefined;
  const at = await workloadsByAddress(config, options);
  let failure: unknown;
  for (const url of [monitorUrl, ...besides(monitorUrl, at)]) {
    try {
      return await findOnBus(url, (ip) => at.get(ip), options.timeouts);
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

/** The same by the address of the workload, where its name leads nowhere: outside of a Compose network it does not resolve. */
function besides(monitorUrl: string, workloads: ReadonlyMap<string, string>): readonly string[] {
  return [...workloads].flatMap(([address, name]) => {
    const url = new URL(monitorUrl);
    if (url.hostname !== name) return [];
    url.hostname = address.includes(':') ? `[${address}]` : address;
    return [url.href];
  });
}

/** Which workload has an address. Rejects when the addresses are unknown: the same client would have two names. */
async function workloadsByAddress(
  { runtime }: EnvironmentConfig,
  { logins, timeouts }: ObserveOptions,
): Promise<ReadonlyMap<string, string>> {
  switch (runtime.kind) {
    case 'none':
      return new Map();
    case 'compose': {
      const containers = await createComposeTarget(runtime).containers();
      return new Map(
        containers.flatMap(({ service, name, addresses = [] }) =>
          addresses.map((address) => [address, service || name] as const),
        ),
      );
    }
    case 'kubernetes': {
      const { namespace, agentNamespace, kubeconfig, context } = runtime;
      const access = present({ kubeconfig, context });
      const target = createKubernetesTarget({ namespace, agentNamespace, ...access }, timeouts, logins);
      const namespaces = [...new Set([namespace, agentNamespace])];
      const pods = (await Promise.all(namespaces.map((one) => target.list('pods', one)))).flat();
      return new Map(
        pods.flatMap((pod) => {
          const { podIP, phase } = (pod.status ?? {}) as {
            readonly podIP?: string;
            readonly phase?: string;
          };
          const { hostNetwork } = (pod.spec ?? {}) as { readonly hostNetwork?: boolean };
          // The address of a node is that of many.
          return podIP === undefined || phase !== 'Running' || hostNetwork === true
            ? []
            : [[podIP, ownerOf(pod).name] as const];
        }),
      );
    }
  }
}
