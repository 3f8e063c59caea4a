import { TargetError } from '../../domain/kernel/errors.ts';
import type { Instance, RuntimeTarget } from '../../domain/probe/targets/runtime.ts';

/** Busybox asks for every domain of the search list and fails when one of them does not know the name. */
export const namesAddress = /^Name:[ \t]+\S+\s+Address/m;

/** Names that are served are known at once. */
const KNOWN_MS = 4_000;

/** A name that every cluster knows whose names are served. */
export const nameWhereServed = (domain = 'cluster.local') => `kubernetes.default.svc.${domain}`;

/** Whether an instance's resolver knows a name; false when it does not answer. */
export async function nameIsKnown(
  runtime: RuntimeTarget,
  instance: Instance,
  host: string,
  signal: AbortSignal,
): Promise<boolean> {
  const options = { signal, timeoutMs: KNOWN_MS, network: true };
  return runtime.exec(instance, ['nslookup', host], options).then(
    ({ code, stdout, stderr }) => code === 0 || namesAddress.test(`${stdout}\n${stderr}`),
    (error: unknown) => {
      if (error instanceof TargetError && error.stage === 'no-answer') return false;
      throw error;
    },
  );
}
