import type { Instance } from '../../domain/probe/targets/runtime.ts';

/**
 * `host:port` of a Pod, past the Service: its usual port, or the one that it declares. Undefined: it has no address of its
 * own.
 */
export function hostOf({ address }: Instance, usual: number | undefined): string | undefined {
  const ports = address?.ports ?? [];
  const port = usual !== undefined && ports.includes(usual) ? usual : (ports[0] ?? usual);
  if (address === undefined || address.shared === true || port === undefined) return undefined;
  return address.host.includes(':') ? `[${address.host}]:${port}` : `${address.host}:${port}`;
}
