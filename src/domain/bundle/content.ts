import type { DiagnosisJudgement } from '../diagnosis/judgement.ts';
import type { HealthReport } from '../health/health.ts';
import type { LogReport } from '../logs/report.ts';
import type { PartId } from '../platform/part.ts';
import type { Platform } from '../platform/platform.ts';
import type { ProbeOutcome } from '../probe/probe.ts';
import type { BundleManifest } from './manifest.ts';

/** What the index page of a bundle is made of; every text in it is without secrets. */
export interface BundleContent {
  readonly manifest: BundleManifest;
  readonly platform: Platform;
  readonly health: HealthReport;
  readonly outcomes: readonly ProbeOutcome[];
  readonly judgements: readonly DiagnosisJudgement[];
  readonly logs: readonly { readonly part: PartId; readonly report: LogReport }[];
  readonly events: readonly BundleEvent[];
}

/** Something that happened, for the timeline. */
export interface BundleEvent {
  /** ISO time. */
  readonly at: string;
  readonly kind: 'started' | 'ended' | 'event';
  /** Pod, container or other object. */
  readonly subject: string;
  readonly text: string;
}
