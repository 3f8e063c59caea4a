import type { InventoryLook } from '../domain/platform/inventory.ts';
import { systemClock } from '../platform/process/clock.ts';
import { type LoadOptions, loadConfig } from '../platform/settings/config.ts';
import { takeInventory } from '../platform/targets/discovery/inventory.ts';
import { defaultTimeouts } from '../platform/targets/failure.ts';
import type { KubeLogins } from '../platform/targets/kubernetes/kube-config.ts';

/** A look at one environment of a configuration file. What needs a variable that is not set is not looked at. */
export async function lookAt(
  file: string,
  environment: string,
  options: Pick<LoadOptions, 'env' | 'learn'> & { readonly logins: KubeLogins },
): Promise<InventoryLook> {
  const { logins, ...reading } = options;
  const now = () => systemClock.now();
  const config = loadConfig(file, { role: 'command-line', environments: [], ...reading });
  const own = config.environments[environment];
  if (own === undefined) return { at: now().toISOString(), areas: {} };
  return takeInventory(own, { logins, timeouts: defaultTimeouts, now });
}
