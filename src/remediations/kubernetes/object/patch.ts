import { sha256 } from '../../../domain/kernel/canonical.ts';
import { AppError, TargetError } from '../../../domain/kernel/errors.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { wholeJson } from '../../../domain/kernel/text.ts';
import type { KubeKind, KubeObject } from '../../../domain/probe/targets/kubernetes.ts';
import type { With } from '../../../domain/probe/targets/targets.ts';
import { mustHold, refused } from '../../shared/stale.ts';

export type Context = { readonly deps: With<'kubernetes'>; readonly signal: AbortSignal };

/** One object of the API server; `group` is '' for the core one. */
export interface Where {
  readonly kind: KubeKind | 'secrets';
  readonly group: 'apps' | '';
  readonly namespace: string;
  readonly name: string;
}

/**
 * R-P5: what the API server would store, after admission; its hash is part of the plan. AppError CONFLICT `missing-right`
 * where an admission policy denies it, which no question about rights shows: `allowedBy` is the chart's value for it.
 */
export async function dryRunAt(...of: Parameters<typeof admittedAt>): Promise<string> {
  return sha256(wholeJson((await admittedAt(...of)).spec)).slice(0, 16);
}

/** The object itself as it would be stored: of what may be no secret's digest either. */
export async function admittedAt(
  { kind, group, namespace, name }: Where,
  body: object,
  { deps, signal }: Context,
  allowedBy?: string,
): Promise<KubeObject> {
  try {
    return await deps.kubernetes.patch(kind, namespace, name, body, { dryRun: true, signal });
  } catch (error) {
    if (allowedBy !== undefined && error instanceof TargetError && error.stage === 'forbidden')
      throw refused('missing-right', {
        verb: 'patch',
        resource: `${group === '' ? kind : `${kind}.${group}`}/${name}`,
        namespace,
        allowedBy,
      });
    throw error;
  }
}

/** One change of an object as it is seen just before. */
export interface Change<Seen> {
  readonly look: () => Promise<Seen>;
  /** Somebody has done it already, in an attempt whose outcome was not recorded. */
  readonly done: (seen: Seen) => boolean | Promise<boolean>;
  readonly expected: Facts;
  readonly observed: (seen: Seen) => Facts | Promise<Facts>;
  readonly body: (seen: Seen) => object | Promise<object>;
}

/**
 * Patches the object once, with the version that was looked at inside of the patch (R-P4). Facts of `expected` that
 * differ: AppError CONFLICT `stale`. A Service has no generation: it is 0 there.
 */
export async function patchOnceAt<
  Seen extends { readonly resourceVersion: string; readonly generation: number },
>(
  { kind, namespace, name }: Where,
  { deps, signal }: Context,
  { look, done, expected, observed, body }: Change<Seen>,
): Promise<Facts> {
  const { admitted: _, ...facts } = expected;
  for (let tries = 1; ; tries += 1) {
    const seen = await look();
    if (await done(seen)) return { generation: seen.generation, already: true };
    mustHold(facts, await observed(seen));
    try {
      const patch = (await body(seen)) as { readonly metadata?: object };
      signal.throwIfAborted();
      const patched = await deps.kubernetes.patch(
        kind,
        namespace,
        name,
        { ...patch, metadata: { ...patch.metadata, resourceVersion: seen.resourceVersion } },
        { signal },
      );
      return { generation: patched.metadata.generation ?? 0 };
    } catch (error) {
      // A controller wrote the status in between: look again, since all that was approved may still hold.
      if (!(error instanceof AppError && error.code === 'CONFLICT') || tries === 5) throw error;
    }
  }
}
