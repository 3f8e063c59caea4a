import { configuredParts, shapeOf } from '../health/health-calls.ts';
import type { FactValue } from '../kernel/facts.ts';
import { present } from '../kernel/present.ts';
import { type PartId, partIds } from '../platform/part.ts';
import type { ProbeOutcome } from '../probe/probe.ts';
import type { EnvironmentConfig } from '../settings/environment.ts';

/** How an environment is deployed, by its configuration; `none`: the bot may not look at what carries it. */
export interface Deployment {
  readonly kind: 'kubernetes' | 'compose' | 'none';
  readonly namespace?: string;
  readonly agentNamespace?: string;
  readonly project?: string;
  /** Parts that are configured. */
  readonly parts: readonly PartId[];
}

/** What of the configuration may stand in a report, by environment: no address and no credential. */
export function deploymentsOf(
  environments: Readonly<Record<string, EnvironmentConfig>>,
): Readonly<Record<string, Deployment>> {
  return Object.fromEntries(
    Object.entries(environments).map(([name, config]) => [name, deploymentOf(config)]),
  );
}

function deploymentOf(config: EnvironmentConfig): Deployment {
  const configured = configuredParts(shapeOf(config));
  const parts = partIds.filter((part) => configured.has(part));
  const { runtime } = config;
  switch (runtime.kind) {
    case 'kubernetes':
      return {
        kind: 'kubernetes',
        namespace: runtime.namespace,
        agentNamespace: runtime.agentNamespace,
        parts,
      };
    case 'compose':
      return { kind: 'compose', project: runtime.project, parts };
    case 'none':
      return { kind: 'none', parts };
  }
}

/** What a part reports or shows of its version; without both, its version is unknown. */
export interface PartVersion {
  readonly part: PartId;
  readonly version?: string;
  readonly images: readonly string[];
  /** ISO time of the health check that saw it, when it was not the run itself. */
  readonly seenAt?: string;
}

/** Parts that are configured or were looked at, with the versions that probes came across. */
export function versionsOf(source: {
  readonly outcomes: readonly ProbeOutcome[];
  readonly configured?: readonly PartId[];
  readonly earlier?: { readonly outcomes: readonly ProbeOutcome[]; readonly time: string };
}): readonly PartVersion[] {
  const looked = source.outcomes.filter((one) => one.status !== 'skipped').map((one) => one.part);
  const wanted = new Set<PartId>([...(source.configured ?? []), ...looked]);
  // What carries the parts has no version that a probe reads.
  wanted.delete('runtime');
  return partIds
    .filter((part) => wanted.has(part))
    .map((part) => {
      const own = seenOf(source.outcomes, part);
      if (isKnown(own) || source.earlier === undefined) return { part, ...own };
      const before = seenOf(source.earlier.outcomes, part);
      return isKnown(before) ? { part, ...before, seenAt: source.earlier.time } : { part, ...own };
    });
}

type Seen = Pick<PartVersion, 'version' | 'images'>;

function isKnown({ version, images }: Seen): boolean {
  return version !== undefined || images.length > 0;
}

function seenOf(outcomes: readonly ProbeOutcome[], part: PartId): Seen {
  const facts = [
    ...outcomes.filter((outcome) => outcome.part === part).map((outcome) => outcome.facts),
    ...outcomes
      .flatMap((outcome) => outcome.findings)
      .filter((finding) => finding.part === part)
      .map((finding) => finding.facts),
  ];
  const version = facts.map((one) => text(one.version)).find((one) => one !== undefined);
  const images = facts.flatMap((one) => [
    ...(text(one.images)?.split(', ') ?? []),
    ...(text(one.image) === undefined ? [] : [text(one.image) ?? '']),
  ]);
  return { images: [...new Set(images)], ...present({ version }) };
}

function text(value: FactValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
