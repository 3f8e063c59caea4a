import type { PartId, ServiceId } from './part.ts';
import type { PlatformChanges } from './platform.ts';
import type { PlatformDatabase } from './table.ts';
import type { Unchecked } from './unchecked.ts';

/** Paths that a service's own health checks ask, by what they are asked for. */
export interface SeenHealthPaths {
  readonly ready?: string;
  readonly live?: string;
}

/** What a look found of one part: the one thing that it is, or several that it may be. */
export interface SeenPart {
  readonly part: PartId;
  /** Workload, container or database as its runtime names it. */
  readonly found?: string;
  /** Names of what it may be; more than one is "not found" (two candidates are a guess). */
  readonly candidates: readonly string[];
}

/** What is there of an installation, as its runtime and its stores show it: the source *observed* (R-PLAT1). */
export interface Discovered {
  /** ISO time of the look. */
  readonly at: string;
  readonly platform: PlatformChanges;
  readonly parts: readonly SeenPart[];
  readonly healthPaths: Readonly<Partial<Record<ServiceId, SeenHealthPaths>>>;
  /** Services that answer no request: no port, no check and no Service in their manifest. */
  readonly withoutHttp?: readonly ServiceId[];
  /** By their tables; absent: the server could not be asked. */
  readonly databases?: Readonly<Partial<Record<PlatformDatabase, string>>>;
  /** What the one workload of a part runs. */
  readonly images?: Readonly<Partial<Record<PartId, string>>>;
  /** The engine's id of that image, where its one container is seen to run well. */
  readonly ran?: Readonly<Partial<Record<PartId, string>>>;
  /** What runs beside the parts, or is used by them, and is not looked at; absent: nothing. */
  readonly unchecked?: readonly Unchecked[];
  /** What could not be looked at, by name: what is missing of it need not be gone. `runtime` is all of it. */
  readonly unseen?: readonly string[];
}
