import type { PartId, ServiceId } from '../../platform/part.ts';
import type { Platform } from '../../platform/platform.ts';
import type { ComposeTarget } from './compose.ts';
import type { HostFilesTarget } from './host-files.ts';
import type { ServicesTarget } from './http.ts';
import type { KubernetesTarget } from './kubernetes.ts';
import type { ManifestsTarget } from './manifests.ts';
import type { ModelOffer, ModelTarget } from './model.ts';
import type { NatsTarget } from './nats.ts';
import type { Neo4jTarget } from './neo4j.ts';
import type { NetworkTarget } from './network.ts';
import type { PostgresTarget } from './postgres.ts';
import type { RedisTarget } from './redis.ts';
import type { RuntimeTarget } from './runtime.ts';

/**
 * Ports to the systems under diagnosis. Adapters in `platform/targets` implement them with the real
 * drivers and throw `TargetError` with the stage that failed. Probes take `Pick`s of these.
 */
export const targetNames = [
  'services',
  'postgres',
  'redis',
  'nats',
  'neo4j',
  'kubernetes',
  'compose',
  'runtime',
  'network',
] as const;

export type TargetName = (typeof targetNames)[number];

/** All targets of one environment, for one run. A missing one is not configured. */
export interface Targets {
  readonly environment: string;
  /** The installation as it is: names, ports, keys and all else that the table of the platform holds. */
  readonly platform: Platform;
  /** Parts that the configuration speaks of, or that speak for themselves; absent: all. */
  readonly configured?: ReadonlySet<PartId>;
  /** Services that answer no HTTP, by the configuration or by their own manifest. */
  readonly withoutHttp?: readonly ServiceId[];
  readonly services?: ServicesTarget;
  readonly postgres?: PostgresTarget;
  readonly redis?: RedisTarget;
  readonly nats?: NatsTarget;
  readonly neo4j?: Neo4jTarget;
  readonly kubernetes?: KubernetesTarget;
  /**
   * Objects of the Prometheus operator in the platform's namespace. To look for them is part of the look at what is there:
   * it is kept for some minutes, and counts among no run's requests. Absent: `kubernetes` lists them.
   */
  readonly operator?: Pick<KubernetesTarget, 'namespace' | 'list'>;
  readonly compose?: ComposeTarget;
  /** Files of the engine's host, in the folders that are given; absent: no folder is given. */
  readonly hostFiles?: HostFilesTarget;
  /** The model of reasoning-service on Compose; absent: the configuration does not name it. */
  readonly model?: ModelTarget;
  /** The same on Kubernetes, where the cluster itself fetches it. */
  readonly modelOffer?: ModelOffer;
  /** Over whichever of the two is configured. */
  readonly runtime?: RuntimeTarget;
  readonly network?: NetworkTarget;
  /** Files that somebody gives us besides what runs. */
  readonly manifests?: ManifestsTarget;
  /** Closes what this run has opened at once, and not only when it is idle; a later call opens it again. */
  readonly release?: () => Promise<void>;
}

/** `Targets` with the named ones present: what a probe with `needs: [...]` receives. */
export type With<K extends TargetName> = Targets & { readonly [N in K]-?: NonNullable<Targets[N]> };

/** Makes the targets of a run; connections are pooled behind it, LIST answers are not shared between runs. */
export interface TargetsFactory {
  /** `signal`: a run that is over before it has begun waits for no look at what is there. */
  forRun(environment: string, signal?: AbortSignal): Promise<Targets>;
  close(): Promise<void>;
}
