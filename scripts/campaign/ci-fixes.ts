/** By which fault CI carries each remediation out: each once over both platforms, where it takes the least time. */

import type { Fault, Runtime } from '../../lab/types.ts';
import type { RemediationId } from '../../src/remediations/index.ts';

export interface CiFix {
  readonly on: 'compose' | 'kubernetes';
  readonly fault: string;
  /** Default: the first one. */
  readonly variant?: string;
  /** Always taken back, whatever is drawn: why the fault cannot be cleared otherwise. */
  readonly undone?: string;
}

/** CI does not carry it out. */
export interface LeftOut {
  readonly left: string;
}

const compose = (fault: string, variant?: string): CiFix => ({
  ...{ on: 'compose', fault },
  ...(variant === undefined ? {} : { variant }),
});
const kubernetes = (fault: string, variant?: string): CiFix => ({
  ...compose(fault, variant),
  on: 'kubernetes',
});

/** A remediation that is not named here does not compile. */
export const ciFixes: Readonly<Record<RemediationId, CiFix | LeftOut>> = {
  'compose.start-service': compose('part.agent-manager.stopped'),
  'compose.restart-service': compose('C1.a'),
  'compose.set-config-key': compose('D1.b'),
  'compose.set-step-timeout': compose('S5.a'),
  'compose.set-config-text': compose('S2.a'),
  'compose.set-limits': compose('P2.b'),
  'compose.connect-network': compose('N1.d'),
  'compose.fetch-model': compose('S6.b', 'truncated'),
  'compose.recreate-with-image': compose('part.agent-manager.bad-image'),
  'compose.remove-override': compose('C1.b'),
  'redis.set-eviction-policy': compose('D3.a'),
  'redis.set-memory-limit': compose('D3.b'),
  'redis.delete-keys': compose('T1.a'),
  'postgres.create-indexes': compose('D2.a'),
  'postgres.archive-old-rows': compose('D2.b', 'executions-100-days'),
  'postgres.delete-old-rows': compose('D2.b', 'events-40-days'),
  'postgres.end-blocking-session': compose('D2.c', 'own-export'),
  'postgres.rebuild-index': compose('T1.b'),
  'postgres.set-max-connections': compose('D1.a', 'eighty'),
  'postgres.terminate-idle-sessions': {
    left: 'no session younger than 30 s is ended, and CI has no time for that wait; `--fix` carries it out',
  },
  'nats.create-stream': compose('D4.b'),
  'kubernetes.start-workload': kubernetes('part.agent-manager.stopped'),
  'kubernetes.restart-workload': kubernetes('part.agent-manager.paused'),
  'kubernetes.copy-registration-token': kubernetes('S2.b'),
  'kubernetes.reset-neo4j-password': kubernetes('S7.b'),
  'kubernetes.fetch-model': kubernetes('S6.b', 'truncated'),
  'kubernetes.set-config-key': kubernetes('D1.b'),
  'kubernetes.set-step-timeout': kubernetes('S5.a'),
  'kubernetes.set-config-text': kubernetes('S2.a'),
  'kubernetes.remove-override': kubernetes('C1.b'),
  'kubernetes.allow-connection': {
    ...kubernetes('N1.c'),
    undone:
      'once the policy that blocks is gone, ours alone would isolate the Pods until its five minutes are over',
  },
  'kubernetes.set-selector': kubernetes('N1.a'),
  'kubernetes.set-image': kubernetes('K1.a', 'tag-and-setting'),
  'kubernetes.rollback-workload': kubernetes('K1.e'),
  'kubernetes.set-resources': kubernetes('K1.c'),
  'kubernetes.remove-node-selector': kubernetes('K1.d', 'no-such-node'),
  'kubernetes.set-probe': kubernetes('K1.f', 'slow-liveness-port'),
};

interface Chosen extends CiFix {
  readonly fix: string;
}

const chosen: readonly Chosen[] = Object.entries(ciFixes).flatMap(([fix, one]) =>
  'left' in one ? [] : [{ fix, ...one }],
);

/** Variants in which CI plants this fault there for its fixes; none: it is mended there by the lab alone. */
export function variantsToFix(
  { id, variants }: Pick<Fault, 'id' | 'variants'>,
  on: Runtime,
): readonly string[] {
  const own = chosen.filter((one) => one.on === on && one.fault === id);
  return own.map(({ variant }) => variant ?? variants[0] ?? '');
}

/** The remediation that is carried out by this very fault; undefined: none is. */
export function fixToCarryOut(
  { id, variants }: Pick<Fault, 'id' | 'variants'>,
  variant: string,
  on: Runtime,
): { readonly fix: string; readonly undone: boolean } | undefined {
  const found = chosen.find(
    (one) => one.on === on && one.fault === id && (one.variant ?? variants[0]) === variant,
  );
  return found === undefined ? undefined : { fix: found.fix, undone: found.undone !== undefined };
}
