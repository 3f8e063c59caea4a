import type { HealthReport } from '../health/health.ts';
import type { Facts } from '../kernel/facts.ts';
import type { Quiet } from '../mute/mute.ts';
import type { Run } from '../run/run.ts';
import type { OfferedFix } from './finding-view.ts';

export interface HealthView {
  readonly run: Run;
  readonly report: HealthReport;
  /** A fix of one of its findings has succeeded since: shown, and the colour follows the last verification. */
  readonly repaired: readonly { readonly part: string; readonly handle: string }[];
  /** Fixes of the run that can be asked for or are under way: they stand in its thread. */
  readonly fixes?: readonly OfferedFix[];
  /** A fix of the run was taken back since, and no other is there. */
  readonly undone?: true;
  /** Button id that asks for the cause of the worst finding. */
  readonly diagnoseButton?: string;
  readonly detailsButton?: string;
  /** Button id that fills in an issue from this run. */
  readonly reportButton?: string;
  /** What people have muted of its findings, or accepted for good. */
  readonly muted?: readonly Quiet[];
  /** Nothing is decided or carried out, because the record is older than its anchors: why. */
  readonly held?: Facts;
  /** A fix that is known for it is switched off: since when, by whom and why (R-X10). */
  readonly off?: Facts;
  readonly now: Date;
}
