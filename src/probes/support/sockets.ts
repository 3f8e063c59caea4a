import { TargetError } from '../../domain/kernel/errors.ts';
import type { FactValue } from '../../domain/kernel/facts.ts';
import { present } from '../../domain/kernel/present.ts';
import { type Sockets, socketsCommand, socketsIn } from '../../domain/probe/sockets.ts';
import type { Instance, RuntimeTarget } from '../../domain/probe/targets/runtime.ts';

/** Why the sockets were not seen, where somebody can allow it. */
export interface Unasked {
  readonly allowedBy?: FactValue;
}

/** Sockets of an instance; where its container has no `cat`, or may not be asked, what would allow it. */
export async function socketsOf(
  runtime: RuntimeTarget,
  instance: Instance,
  signal: AbortSignal,
): Promise<Sockets | Unasked> {
  if (instance.phase !== 'running') return {};
  const answer = await runtime.exec(instance, socketsCommand, { signal }).catch(allowance);
  if (!('stdout' in answer)) return answer;
  return socketsIn(answer.stdout) ?? {};
}

/** What would have allowed something, from its refusal. */
export function allowance(error: unknown): Unasked {
  return present({ allowedBy: error instanceof TargetError ? error.facts.allowedBy : undefined });
}
