import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { type PartId, partIds } from '../../domain/platform/part.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { Instance } from '../../domain/probe/targets/runtime.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { verdict } from '../support.ts';

const params = z.strictObject({
  settledMinutes: z
    .number()
    .nonnegative()
    .default(10)
    .meta({ description: 'How long every instance must have run: a roll-out takes a while, in minutes.' }),
});
type Deps = Pick<With<'runtime'>, 'runtime'>;

export const runtimeImages = defineProbe({
  id: 'runtime.images',
  doc: `Do all instances of a part run the same image?
Compares the instances that run and are ready, by the name and the digest of their image.
The same tag may have been pulled at two times, and then names two images.
While one of them is young, a roll-out is under way, and there is no finding.
A digest without a registry may be of the node's own architecture: two of those on Kubernetes cannot be compared.`,
  params,
  part: 'runtime',
  needs: ['runtime'],
  timeoutMs: 10_000,
  emits: ['IMAGES_DIFFER'],
  async run({ settledMinutes }: z.output<typeof params>, { deps, signal, now }: ProbeContext<Deps>) {
    const { runtime } = deps;
    const settled = now().getTime() - settledMinutes * 60_000;
    const seen = await Promise.all(
      partIds
        .filter((part) => part !== 'runtime')
        .map(async (part) => ({ part, serving: serving(await runtime.instances(part, { signal })) })),
    );
    const judged = seen
      .filter(({ serving: all }) => all.length > 1)
      .map(({ part, serving: all }) => ({ part, all, ...compare(all, runtime.kind) }));
    const differing = judged.filter(({ answer }) => answer === 'differ');
    const young = ({ all }: (typeof judged)[number]) =>
      all.some(({ startedAt }) => startedAt === undefined || Date.parse(startedAt) > settled);
    const findings = differing.filter((one) => !young(one)).map(({ part, of }) => finding(part, of));
    const facts: Facts = { compared: judged.length, rollingOut: differing.length - findings.length };
    const unknown = judged.filter(({ answer }) => answer === 'unknown');
    if (findings.length > 0 || unknown.length === 0) return verdict(findings, facts);
    const cause = new AppError('NOT_FOUND', 'the images of the instances cannot be compared', {
      facts: { reason: 'image-ids-of-nodes', parts: unknown.map(({ part }) => part).join(', ') },
    });
    return { status: 'inconclusive', cause, facts };
  },
});

const serving = (instances: readonly Instance[]) =>
  instances.filter(({ phase, ready }) => phase === 'running' && ready);

/** Instances by what they run, the most frequent first. */
type Kinds = readonly (readonly [Instance, ...Instance[]])[];

function compare(
  instances: readonly Instance[],
  kind: 'kubernetes' | 'compose',
): { readonly answer: 'same' | 'differ' | 'unknown'; readonly of: Kinds } {
  const byName = grouped(instances, ({ image }) => image);
  if (byName.length > 1) return { answer: 'differ', of: byName };
  const byId = grouped(instances, ({ imageId }) => imageId ?? '');
  if (byId.length === 1) return { answer: 'same', of: byId };
  const comparable = instances.every(
    ({ imageId }) => imageId !== undefined && (kind === 'compose' || imageId.includes('@')),
  );
  return { answer: comparable ? 'differ' : 'unknown', of: byId };
}

function grouped(instances: readonly Instance[], by: (instance: Instance) => string): Kinds {
  const groups = new Map<string, [Instance, ...Instance[]]>();
  for (const instance of instances) {
    const others = groups.get(by(instance));
    if (others === undefined) groups.set(by(instance), [instance]);
    else others.push(instance);
  }
  return [...groups.values()].toSorted((a, b) => b.length - a.length);
}

function finding(part: PartId, [most, other]: Kinds): Finding {
  return {
    code: 'IMAGES_DIFFER',
    severity: 'warning',
    part,
    subject: part,
    facts: {
      ...{ one: most?.[0].name ?? '–', first: shown(most?.[0]), with: most?.length ?? 0 },
      ...{ other: other?.[0].name ?? '–', second: shown(other?.[0]), without: other?.length ?? 0 },
    },
  };
}

/** `registry.example/agent-manager:1.4 (sha256:0123456789ab)`: people know the name, and the digest tells them apart. */
function shown(instance: Instance | undefined): string {
  if (instance === undefined) return '–';
  const digest = /sha256:[0-9a-f]{12}/.exec(instance.imageId ?? '')?.[0];
  return digest === undefined ? instance.image : `${instance.image} (${digest})`;
}
